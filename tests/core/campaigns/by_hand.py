"""Campaigns worked out a second time, customer by customer, in plain pandas."""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import replace

import ibis
import numpy as np
import pandas as pd

import retention_core as rc
from retention_core import engine
from tests.conftest import orders_of

COLUMNS = ["campaign", "customer_id", "contacted_on", "control", "offer"]
FIRST = dt.date(2024, 1, 1)


def day(number: int) -> dt.date:
    return FIRST + dt.timedelta(days=int(number))


def with_contacts(orders: rc.Orders, rows: list[tuple] | pd.DataFrame) -> rc.Orders:
    """The same shop, and whom it wrote to: campaign, customer, day, control, offer."""
    frame = pd.DataFrame(rows, columns=COLUMNS).assign(list="lost", seed=None)
    types = dict.fromkeys(
        ("campaign", "customer_id", "offer", "list", "seed"), "string"
    )
    table = ibis.memtable(
        frame.assign(contacted_on=pd.to_datetime(frame["contacted_on"])).astype(types),
        schema=dict.fromkeys(types, "string")
        | {"contacted_on": "timestamp", "control": "boolean"},
    )
    told = table.mutate(contacted_on=table.contacted_on.date())
    name = f"told_{secrets.token_hex(4)}"
    with engine.cursor(orders.backend) as own:
        own.create_table(name, told)
    return replace(orders, contacts=orders.backend.table(name))


def random_campaigns(seed: int, customers: int = 150) -> tuple[rc.Orders, pd.DataFrame]:
    """A shop with three campaigns in a mess: several days, offers, twice the same."""
    rng = np.random.default_rng(seed)
    ids = [f"c{n}" for n in range(customers)]
    orders = pd.DataFrame(
        {
            "customer_id": rng.choice([*ids, None], 4 * customers),
            "ordered_at": [
                dt.datetime.combine(day(n), dt.time(12))
                for n in rng.integers(0, 200, 4 * customers)
            ],
            "amount": rng.choice([5.0, 12.5, 80.0], 4 * customers),
        }
    )
    orders["order_id"] = [str(n) for n in range(len(orders))]
    contacts = pd.DataFrame(
        {
            "campaign": rng.choice(["spring", "summer", "late"], 3 * customers),
            "customer_id": rng.choice(ids, 3 * customers),
            "control": rng.random(3 * customers) < rng.choice([0.1, 0.4]),
            "offer": rng.choice(["voucher", "letter"], 3 * customers),
        }
    )
    begins = contacts["campaign"].map({"spring": 40, "summer": 120, "late": 160})
    days = begins + rng.integers(0, 3, len(contacts)) * 4
    contacts["contacted_on"] = [day(n) for n in days]
    contacts.loc[contacts["control"] & (rng.random(len(contacts)) < 0.5), "offer"] = (
        None
    )
    # One row a campaign, customer and day, as `contacts.united` leaves them.
    contacts = contacts.drop_duplicates(["campaign", "customer_id", "contacted_on"])
    shop = orders_of(orders, as_of=day(199))
    return with_contacts(shop, contacts[COLUMNS]), contacts


def answers(orders: rc.Orders, contacts: pd.DataFrame, days: int) -> pd.DataFrame:
    """The first contact of each customer and campaign, and what followed it."""
    bought = orders.run(orders.purchases)
    bought = bought[bought["customer_id"].notna()]
    bought = bought.assign(day=pd.to_datetime(bought["ordered_at"]).dt.normalize())
    each = contacts.assign(contacted_on=pd.to_datetime(contacts["contacted_on"]))
    each = each.sort_values(["contacted_on", "control", "offer"])
    each = each.drop_duplicates(["campaign", "customer_id"]).reset_index(drop=True)
    rows = []
    for contact in each.itertuples():
        own = bought[bought["customer_id"] == contact.customer_id]
        end = contact.contacted_on + pd.Timedelta(days=days)
        inside = own[(own["day"] >= contact.contacted_on) & (own["day"] < end)]
        before = own[own["day"] < contact.contacted_on]
        rows.append(
            {
                "bought": int(len(inside) > 0),
                "money": inside["amount"].sum(),
                "earlier": len(before),
                "earlier_revenue": before["amount"].sum(),
                "over": end - pd.Timedelta(days=1) <= pd.Timestamp(orders.as_of),
            }
        )
    return each.join(pd.DataFrame(rows))
