"""Whether the campaigns page can be believed: ``python -m benchmarks.uplift``.

Campaigns are drawn as shops have them (spend with heavy tails, a few held back, most
buying nothing), with and without an effect, and judged by the product's own functions.
Printed is how often the 95 % intervals of the difference of shares and of revenue a
customer hold the truth, with the Monte-Carlo error (± one standard error of the cell).
Where fewer than eight buyers are expected in the smaller group no rule can cover
95 % exactly (shares move in steps; often nobody buys at all): these are apart, and must
cover 93 % or more. All others must lie between 93 and 97 %.

Then, of campaigns in which nothing works, how often anything is called more or less:
of single campaigns, of twelve at once, of offers and of groups of customers. At most
one in twenty.
"""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING

import ibis
import numpy as np
import pandas as pd

import retention_core as rc
from retention_core.campaigns import effects
from retention_core.campaigns.effects import Group
from retention_core.intervals import CLEAR
from tests.core.shops import cdnow

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

SIZES = (50, 200, 1000, 5000, 20000)
SHARES = (0.05, 0.1, 0.25, 0.5)
RATES = (0.01, 0.03, 0.1, 0.4)
EFFECTS = ((0.0, 1.0), (0.5, 1.1), (0.2, 0.8))
"""What share more buy, and how much of the usual they then spend."""
ENOUGH_BUYERS = 8
BOUNDS = (0.93, 0.97)
POOL = 200_000


def spends(rng: np.random.Generator) -> dict[str, Floats]:
    """What orders are worth: three made-up shops and a real one (CDNOW)."""
    real = cdnow()
    amounts = real.run(real.purchases.select("amount"))["amount"].to_numpy(np.float64)
    return {
        "lognormal 0.6": 40 * np.exp(rng.normal(0, 0.6, POOL)),
        "lognormal 1.2": 30 * np.exp(rng.normal(0, 1.2, POOL)),
        "pareto 2.5": 20 * (rng.pareto(2.5, POOL) + 1),
        "CDNOW": amounts,
    }


@dataclass(frozen=True)
class Drawn:
    """One side of many campaigns of the same kind, and what is true of it."""

    group: Group
    share: float
    revenue: float


def main() -> None:
    """Measure both; end with 1 if anything is out of bounds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--campaigns", type=int, default=2000, help="in each cell")
    parser.add_argument("--shops", type=int, default=200, help="without any effect")
    options = parser.parse_args()
    good = coverage(options.campaigns)
    good = false_verdicts(options.shops) and good
    print("\nAll within bounds." if good else "\nOUT OF BOUNDS: see *")
    sys.exit(0 if good else 1)


def coverage(times: int) -> bool:
    """Print the share of intervals that hold the truth, by size and share held back."""
    rng = np.random.default_rng(7)
    rows = []
    for (name, pool), size, share, rate, effect in product(
        spends(rng).items(), SIZES, SHARES, RATES, EFFECTS
    ):
        control = max(2, round(size * share))
        # Large campaigns take long to draw.
        n = times if size <= SIZES[2] else max(times // 4, 400)
        one = draw(rng, pool, size - control, rate * (1 + effect[0]), (effect[1], n))
        other = draw(rng, pool, control, rate, (1.0, n))
        expected = rate * min(control, size - control)
        rows.append((name, size, share, rate, effect, expected, n, *held(one, other)))
    columns = ["spend", "size", "share", "rate", "effect", "expected", "n"]
    found = pd.DataFrame(rows, columns=[*columns, "of_shares", "of_money"])
    enough = found["expected"] >= ENOUGH_BUYERS
    print(f"Intervals that hold the truth, % (95 nominal); {len(found)} kinds, ± error")
    good = _table(
        found[enough], "eight buyers or more expected in the smaller group", BOUNDS
    )
    fewer = _table(found[~enough], "fewer: no rule can be exact", (BOUNDS[0], 1.0))
    return good and fewer


def draw(
    rng: np.random.Generator,
    pool: Floats,
    customers: int,
    rate: float,
    how: tuple[float, int],
) -> Drawn:
    """So many campaigns' worth of one group: who buys, and for how much."""
    scale, times = how
    buyers = rng.binomial(customers, rate, times)
    owner = np.repeat(np.arange(times), buyers)
    spent = rng.choice(pool, owner.size) * scale
    sums = (np.bincount(owner, each, times) for each in (spent, spent**2))
    group = Group(np.full(times, float(customers)), buyers.astype(float), *sums)
    return Drawn(group, rate, rate * scale * float(pool.mean()))


def held(one: Drawn, other: Drawn) -> tuple[float, float]:
    """Share of the intervals of shares and of money that hold the truth."""
    _, *of_shares = effects.share_limits(one.group, other.group)
    money = effects.money(one.group, other.group)
    found = []
    for (low, high), true in (
        (of_shares, one.share - other.share),
        ((money.low, money.high), one.revenue - other.revenue),
    ):
        known = np.isfinite(low)
        found.append(float(((low <= true) & (true <= high))[known].mean()))
    return found[0], found[1]


def _table(found: pd.DataFrame, title: str, bounds: tuple[float, float]) -> bool:
    """Print means, the least and the most of each size and share held back."""
    print(f"\n{title}\n{'size':>6} {'held':>5} {'kinds':>5}", end="")
    print("".join(f"{what:>28}" for what in ("shares", "revenue")))
    good = True
    for (size, share), rows in found.groupby(["size", "share"]):
        line = f"{size:>6} {share:>5.0%} {len(rows):>5}"
        for name in ("of_shares", "of_money"):
            each, n = rows[name], rows["n"]
            mean = float(each.mean())
            error = float(np.sqrt(mean * (1 - mean) / n.sum()))
            # A single kind may miss by what chance does in the worst of so many.
            slack = 3.5 * np.sqrt(0.05 * 0.95 / n.min())
            fits = bounds[0] <= mean <= bounds[1]
            fits &= bounds[0] - slack <= each.min()
            fits &= each.max() <= bounds[1] + slack
            good &= bool(fits)
            star = " " if fits else "*"
            line += f"{100 * mean:11.1f} ±{100 * error:.1f}"
            line += f" ({100 * each.min():.0f}-{100 * each.max():3.0f}){star}"
        print(line, flush=True)
    return good


def false_verdicts(shops: int) -> bool:
    """Print how often something is called more or less where nothing is."""
    rng = np.random.default_rng(11)
    counts = dict.fromkeys(("one campaign", "twelve", "money", "offers", "groups"), 0)
    for _ in range(shops):
        shop = nothing_works(rng)
        found = rc.campaigns.results(shop)
        counts["one campaign"] += bool(found["p_value"].iloc[0] <= CLEAR)
        counts["twelve"] += _clear(found["verdict"])
        counts["money"] += _clear(found["revenue_verdict"])
        counts["offers"] += _clear(rc.campaigns.offers(shop)["verdict"])
        groups = rc.campaigns.for_whom(
            shop,
            campaign="campaign 0",
            by=["earlier_revenue", "silence", "earlier_orders", "channel"],
        )
        counts["groups"] += _clear(groups["verdict"])
    print(
        f"\nNothing works: of {shops} shops, in how many something is called clear, %"
    )
    good = True
    for name, count in counts.items():
        share, error = count / shops, np.sqrt(0.05 * 0.95 / shops)
        fits = share <= CLEAR + 2.5 * error
        good &= bool(fits)
        print(f"{name:>14}{100 * share:7.1f} ±{100 * error:.1f}{'' if fits else ' *'}")
    return good


def _clear(verdicts: pd.Series) -> bool:
    return bool(verdicts.isin(["more", "less"]).any())


def nothing_works(rng: np.random.Generator, customers: int = 2500) -> rc.Orders:
    """A shop of heavy spenders, and twelve campaigns (two offers) that do nothing."""
    first = dt.date(2024, 1, 1)
    rates = rng.gamma(0.8, 5, customers)
    bought = np.repeat(np.arange(customers), rng.poisson(rates) + 1)
    orders = pd.DataFrame(
        {
            "order_id": np.arange(bought.size).astype(str),
            "customer_id": bought.astype(str),
            "ordered_at": np.datetime64(first)
            + rng.integers(0, 730, bought.size).astype("timedelta64[D]"),
            "amount": np.exp(rng.normal(3.5, 1.1, bought.size)),
            "channel": rng.choice(["web", "shop", "fair"], bought.size),
        }
    )
    parts = []
    for number in range(12):
        chosen = rng.choice(customers, int(rng.integers(300, 1500)), replace=False)
        control = rng.random(chosen.size) < rng.choice([0.1, 0.2, 0.5])
        parts.append(
            pd.DataFrame(
                {
                    "campaign": f"campaign {number}",
                    "list": None,
                    "customer_id": chosen.astype(str),
                    "contacted_on": pd.Timestamp(first)
                    + pd.Timedelta(days=690 - 50 * number),
                    "control": control,
                    "offer": np.where(
                        control, None, rng.choice(["A", "B"], chosen.size)
                    ),
                    "seed": None,
                }
            )
        )
    return _opened(orders, pd.concat(parts, ignore_index=True))


def _opened(orders: pd.DataFrame, contacts: pd.DataFrame) -> rc.Orders:
    backend = rc.connect()
    texts = ("campaign", "list", "customer_id", "offer", "seed")
    told = ibis.memtable(
        contacts,
        schema=dict.fromkeys(texts, "string")
        | {"contacted_on": "timestamp", "control": "boolean"},
    )
    lines = orders.assign(ordered_at=pd.to_datetime(orders["ordered_at"]))
    backend.create_table("lines", ibis.memtable(lines))
    backend.create_table("told", told.mutate(contacted_on=told.contacted_on.date()))
    shop = rc.open_orders(backend.table("lines"), as_of=dt.date(2025, 12, 30))
    return replace(shop, contacts=backend.table("told"))


if __name__ == "__main__":
    main()
