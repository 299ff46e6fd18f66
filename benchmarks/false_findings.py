"""How often noise makes a finding: ``python -m benchmarks.false_findings [--shops N]``.

Shops in which there is nothing to find. *Shuffled*: of the sample shop, and of Online
Retail and AdventureWorks where they are there, what each customer's first order and
list say is dealt out anew among the customers, and the products among the lines: no
group differs, no two products belong together, nothing is reordered by the calendar.
*Drawn*: as many customers as the sample has, each from the model that was fitted to it
(BG/NBD and Gamma-Gamma), in channels by chance; they arrive evenly, or on the days on
which the sample's did. Nothing happens in them.

Printed is the share of shops with any false claim, with its 95 % interval, which may be
one in twenty, and what was claimed. Of a shuffled shop only groups, pairs and reorders
are false: its months are its own. In a drawn one everything is, but for the list of
those who leave (in the model, too, who is silent longer than usual comes back less),
and, where customers arrive as they did, months with many orders, which are there.
"""

from __future__ import annotations

import argparse
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import ibis
import numpy as np
import pandas as pd

import retention_core as rc
from retention_core import churn, findings, slices
from retention_core.intervals import wilson

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator

    from retention_core.findings import Looked

OF_GROUPS = frozenset({"group", "value_fell"})
OF_PRODUCTS = frozenset({"pair", "reorder"})
OF_TIME = frozenset(
    {
        "cohort",
        "month_return",
        "retention_trend",
        "churn_trend",
        "order_value_trend",
        "group",
        "value_fell",
    }
)
OF_ARRIVALS = frozenset({"month_orders", "month_revenue"})
CHANNELS = 6
MOST_PURCHASES = 400
EPOCH = np.datetime64("2024-01-01")


def main() -> None:
    """Draw shops, look for findings, count those that are false."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shops", type=int, default=200, help="of each kind")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", nargs="*", default=[], help="kinds of shops")
    parser.add_argument("--data", nargs="*", default=[], help="NAME=FOLDER or file")
    options = parser.parse_args()
    for name, (shop, wanted) in kinds(options.data).items():
        if options.only and name not in options.only:
            continue
        claimed = [
            false_claims(shop, wanted, np.random.default_rng([options.seed, number]))
            for number in range(options.shops)
        ]
        print(line(name, claimed), flush=True)


def kinds(data: list[str]) -> dict[str, tuple[Shop, frozenset[str]]]:
    """The kinds of shops by name, each with what is false in it."""
    sample = rc.ingest([str(each) for each in rc.samples.sample_files()]).orders
    named = {"sample": sample}
    for each in data:
        name, _, path = each.partition("=")
        named[name] = rc.open_orders(path)
    found: dict[str, tuple[Shop, frozenset[str]]] = {}
    for name, orders in named.items():
        found[f"{name}: groups dealt anew"] = (dealer(orders), OF_GROUPS)
        found[f"{name}: products dealt anew"] = (mixer(orders), OF_PRODUCTS)
    for name, orders in named.items():
        try:
            drawn = Model(orders)
        except rc.errors.RetentionError:
            continue
        found[f"{name}: drawn, arriving evenly"] = (
            drawn.evenly,
            OF_TIME | OF_ARRIVALS,
        )
        found[f"{name}: drawn, arriving as they did"] = (drawn.as_they_did, OF_TIME)
    return found


def false_claims(
    shop: Shop, wanted: frozenset[str], rng: np.random.Generator
) -> list[str]:
    """The kinds of the false claims in one shop."""
    looked = [*shop(rng)]
    return [each.kind for each in findings.choose(looked) if each.kind in wanted]


def line(name: str, claimed: list[list[str]]) -> str:
    """A row of what is printed."""
    wrong = sum(map(bool, claimed))
    low, high = (float(end) for end in wilson(wrong, len(claimed)))
    what = Counter(kind for each in claimed for kind in set(each))
    counted = ", ".join(f"{kind} {n}" for kind, n in what.most_common())
    share = f"{wrong:>4} of {len(claimed)} = {100 * wrong / len(claimed):.1f} %"
    return f"{name:42}{share}  ({100 * low:.1f} – {100 * high:.1f})  {counted}"


def dealer(orders: rc.Orders) -> Shop:
    """Deal what is known of customers out anew among them."""
    days = churn.window(orders).days
    names = slices.dimensions(orders)
    days_of = orders.purchase_days.select("customer_id").distinct()
    known = orders.run(days_of.order_by("customer_id"))
    for name in names:
        value = orders.run(slices.first_value(orders, name).rename({name: "value"}))
        known = known.merge(value, on="customer_id")

    def shop(rng: np.random.Generator) -> Iterator[Looked]:
        dealt = known.iloc[rng.permutation(len(known))].reset_index(drop=True)
        dealt["customer_id"] = known["customer_id"].to_numpy()
        yield from findings.of_customers(
            _with_firsts(orders, dealt, names), window_days=days
        )

    return shop


def _with_firsts(orders: rc.Orders, dealt: pd.DataFrame, names: list[str]) -> rc.Orders:
    """The shop with other first values; attributes of the list become such too."""
    plain = {name: name.replace(slices.ATTRIBUTE, "list_") for name in names}
    firsts = ibis.memtable(dealt.rename(columns=plain).astype("string"))
    lines = orders.table
    new = [name for name in plain.values() if name not in lines.columns]
    lines = lines.mutate(**{name: ibis.null("string") for name in new})
    return replace(orders, table=lines, customers=None, firsts=firsts)


def mixer(orders: rc.Orders) -> Shop:
    """Deal the products out anew among the lines."""
    lines = orders.run(orders.table)
    sold = lines["product"].notna().to_numpy()

    def shop(rng: np.random.Generator) -> Iterator[Looked]:
        mixed = lines.copy()
        mixed.loc[sold, "product"] = rng.permutation(lines.loc[sold, "product"])
        yield from findings.of_products(_opened(mixed, orders.as_of))

    return shop


class Model:
    """Shops whose customers are drawn from the model of one."""

    def __init__(self, orders: rc.Orders) -> None:
        self.fits = rc.clv.fits(orders, "bg/nbd")
        self.as_of, self.first_day = orders.as_of, orders.first_day
        bought = orders.purchase_days
        each = bought.group_by("customer_id").agg(first=bought.day.min())
        firsts = pd.to_datetime(orders.run(each)["first"])
        self.arrivals = (firsts - pd.Timestamp(self.first_day)).dt.days.to_numpy()
        self.span = (self.as_of - self.first_day).days + 1

    def evenly(self, rng: np.random.Generator) -> Iterator[Looked]:
        """Customers who arrive on any day alike."""
        return self._looked(rng, rng.integers(0, self.span, self.arrivals.size))

    def as_they_did(self, rng: np.random.Generator) -> Iterator[Looked]:
        """Customers who arrive on the days on which the shop's own did."""
        return self._looked(rng, rng.choice(self.arrivals, self.arrivals.size))

    def _looked(self, rng: np.random.Generator, starts: np.ndarray) -> Iterator[Looked]:
        lines = self._drawn(rng, starts)
        orders = _opened(lines, self.as_of)
        days = churn.window(orders).days
        yield from findings.of_customers(orders, window_days=days)
        yield from findings.of_leaving(orders, fits=None, window_days=days)

    def _drawn(self, rng: np.random.Generator, starts: np.ndarray) -> pd.DataFrame:
        """BG/NBD (Fader, Hardie & Lee 2005) with spend of Gamma-Gamma."""
        r, alpha, a, b = self.fits.timing.params[["r", "alpha", "a", "b"]]
        p, q, v = self.fits.spend.params[["p", "q", "v"]]
        n = starts.size
        rate, leaving = rng.gamma(r, 1 / alpha, n), rng.beta(a, b, n)
        scale = rng.gamma(q, 1 / v, n)
        channel = rng.integers(0, CHANNELS, n)
        at, alive, parts = starts.astype(float), np.ones(n, bool), []
        for number in range(MOST_PURCHASES):
            who = np.flatnonzero(alive & (at < self.span))
            if not who.size:
                break
            parts.append(
                pd.DataFrame({"who": who, "day": at[who].astype(int), "nth": number})
            )
            if number:
                alive[who] = rng.random(who.size) > leaving[who]
            at[who] += rng.exponential(1 / rate[who])
            gone = np.ones(n, bool)
            gone[who] = False
            alive &= ~gone
        found = pd.concat(parts, ignore_index=True).drop_duplicates(["who", "day"])
        who = found["who"].to_numpy()
        midnight = np.datetime64(self.first_day, "D") + found["day"].to_numpy()
        return pd.DataFrame(
            {
                "order_id": [
                    f"{w}-{k}" for w, k in zip(who, found["nth"], strict=True)
                ],
                "customer_id": who.astype(str),
                "ordered_at": midnight.astype("datetime64[us]"),
                "amount": np.maximum(rng.gamma(p, 1 / scale[who]), 0.01).round(2),
                "channel": channel[who].astype(str),
            }
        )


def _opened(lines: pd.DataFrame, as_of: dt.date) -> rc.Orders:
    backend = rc.connect()
    texts = ["order_id", "customer_id", "product", "channel"]
    texts = [name for name in texts if name in lines]
    lines = lines.astype(dict.fromkeys(texts, "string"))
    backend.create_table("order_lines", ibis.memtable(lines))
    return rc.open_orders(backend.table("order_lines"), as_of=as_of)


if TYPE_CHECKING:
    Shop = Callable[[np.random.Generator], Iterator[Looked]]


if __name__ == "__main__":
    main()
