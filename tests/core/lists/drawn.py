"""A made-up shop with every kind of customer, and what pandas makes of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from functools import cache

import ibis
import numpy as np
import pandas as pd

import retention_core as rc
from retention_core import clv, lists
from tests.conftest import orders_of
from tests.core import reference

AS_OF = dt.date(2025, 6, 30)
OPENS = dt.date(2023, 1, 1)
SPAN = (AS_OF - OPENS).days
WINDOW = 120
GOODS = ("tea", "coffee", "pot", "cup", "tin")


def gaps(rng: np.random.Generator, kind: str, gone: float) -> float:
    """Days to the next order of one kind of customer, ``gone`` of the span past."""
    if kind == "regular":
        return float(rng.normal(30, 2))
    if kind == "declining":
        return float(rng.normal(15, 1.5) * (1 if gone < 0.75 else 3.5))
    if kind == "chance":
        return float(rng.exponential(45))
    return float(rng.exponential(160))


@cache
def lines(seed: int = 7, customers: int = 420) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    rows = []
    for number in range(customers):
        kinds = ("regular", "declining", "chance", "rare", "rare")
        kind = kinds[int(rng.integers(0, 5))]
        day = float(rng.uniform(0, SPAN * (0.3 if kind == "declining" else 1)))
        while day <= SPAN:
            order = f"{number}-{len(rows)}"
            at = dt.datetime.combine(OPENS, dt.time(9)) + dt.timedelta(days=int(day))
            goods = ["tea"] if kind == "regular" else []
            goods += [str(each) for each in rng.choice(GOODS[1:], 2, replace=False)]
            for product in goods:
                amount = float(rng.choice([5, 12.5, 20, 60]))
                rows.append((order, f"{kind}{number}", at, None, product, amount))
            if rng.random() < 0.05:  # sent back, whole
                back = at + dt.timedelta(days=5)
                rows += [(*r[:3], back, r[4], -r[5]) for r in rows if r[0] == order]
            day += max(gaps(rng, kind, day / SPAN), 1)
            if kind in ("chance", "rare") and rng.random() < 0.15:
                break
    names = ["order_id", "customer_id", "ordered_at", "refunded_at", "product"]
    found = pd.DataFrame(rows, columns=[*names, "amount"])
    found["refunded_at"] = pd.to_datetime(found["refunded_at"])
    found["customer_id"] = found["customer_id"].astype("string")
    late = pd.Timestamp(AS_OF) + pd.Timedelta(days=1)
    return found[~(found["refunded_at"] >= late)].reset_index(drop=True)


@cache
def shop() -> rc.Orders:
    return orders_of(lines(), as_of=AS_OF, currency="EUR")


@cache
def fits() -> clv.Fits:
    return clv.fits(shop())


def with_customers(orders: rc.Orders, table: pd.DataFrame) -> rc.Orders:
    text = table.astype("string")
    orders.backend.create_table("customers", ibis.memtable(text), overwrite=True)
    return replace(orders, customers=orders.backend.table("customers"))


def members(
    name: str,
    orders: rc.Orders | None = None,
    *,
    model: clv.Fits | None = None,
    window: int = WINDOW,
    **asked: object,
) -> pd.DataFrame:
    orders = shop() if orders is None else orders
    with lists.people(orders, fits=model, window_days=window) as people:
        found = lists.members(orders, name, people, window_days=window, **asked)
        rows = orders.run(lists.ordered(found, name))
    for day in rows.columns[rows.dtypes == "datetime64[us]"]:
        rows[day] = rows[day].dt.date
    return rows


@cache
def days() -> pd.DataFrame:
    """``customer_id, day, amount``: a row a customer and purchase day."""
    rows = [
        (customer.name, each.at.normalize(), each.amount)
        for customer in reference.read(lines(), AS_OF).customers
        for each in customer.purchases
    ]
    found = pd.DataFrame(rows, columns=["customer_id", "day", "amount"])
    return found.groupby(["customer_id", "day"], as_index=False)["amount"].sum()


def gaps_of(found: pd.Series) -> np.ndarray:
    return np.diff(np.sort(found.to_numpy("datetime64[D]"))).astype(int)


@cache
def everybody() -> pd.DataFrame:
    """What ``people`` should say, forecast apart, a customer at a time."""
    as_of = np.datetime64(AS_OF)
    rows = {}
    for name, own in days().groupby("customer_id"):
        own = own.sort_values("day")
        when = own["day"].to_numpy("datetime64[D]")
        apart = gaps_of(own["day"])
        year = own["day"] > pd.Timestamp(AS_OF) - pd.Timedelta(days=365)
        rows[name] = {
            "purchase_days": len(own),
            "first_order": own["day"].min().date(),
            "last_order": own["day"].max().date(),
            "days_since_last_order": int((as_of - when[-1]).astype(int)),
            "usual_gap_days": float(np.median(apart)) if len(apart) else np.nan,
            "revenue": own["amount"].sum(),
            "average_order_value": own["amount"].mean(),
            "frequency": len(own) - 1,
            "recency": int((when[-1] - when[0]).astype(int)),
            "T": int((as_of - when[0]).astype(int)),
            "monetary_value": own["amount"].iloc[1:].mean() if len(own) > 1 else 0.0,
            "of_a_year": own.loc[year, "amount"].sum(),
        }
    return pd.DataFrame.from_dict(rows, orient="index").sort_index()


@cache
def forecast() -> pd.DataFrame:
    """``people`` with the forecast of :func:`clv.forecast` beside it."""
    found = clv.forecast(shop(), fits=fits())
    told = shop().run(found.customers).set_index("customer_id")
    known = everybody().join(told[["probability_alive", "clv"]])
    history = (known["frequency"], known["recency"], known["T"])
    chance = clv.probability_active(fits().timing, WINDOW, *history)
    return known.assign(
        expected=known["clv"],
        stake=known["clv"] / known["probability_alive"],
        probability_in_window=chance,
    )
