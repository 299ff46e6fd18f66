"""How often the intervals hold: ``python -m benchmarks.coverage [--shops N]``.

Shops are drawn from each model, fitted, and lived on for twelve months; and CDNOW's
customers, all and at random, are followed through the 39 weeks after 30 September 1997.
Printed is the share of shops whose total purchases and revenue lay within their nominal
80 % and 95 % intervals, and the share of customers within theirs.

Purchases are whole numbers and mostly 0, so that an interval cannot hold exactly its
share. *Raw* is how often the number lay in the interval, ends included: at least the
nominal share, if the model is right. *Fair* counts an end only as far as it belongs to
the interval: of a number that the model gives the chances from F(n - 1) to F(n), the
part of these that lies between 0.1 and 0.9 (the randomised probability integral
transform, averaged). It comes to the nominal share if the model is right, be the
numbers whole or not. Totals are fair, customers both.
"""

from __future__ import annotations

import argparse
import datetime as dt
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

import retention_core as rc
from retention_core.clv import scores
from retention_core.clv.fits import Fits
from retention_core.clv.forecast import Terms
from retention_core.clv.groups import Groups
from retention_core.clv.histories import Histories
from retention_core.clv.models import MODELS, fit_any
from retention_core.clv.ranges import customer_draws
from retention_core.clv.spend import Spenders, expected_order_value, fit_spenders
from retention_core.clv.uncertainty import futures
from tests.core.clv.simulated import KINDS, draw
from tests.core.shops import cdnow

if TYPE_CHECKING:
    from retention_core.clv.special import Floats

LEVELS = (0.80, 0.95)
SIZES = (200, 1000, 5000)
SAMPLES = (20, 50, 100, 200, 500, 2357)
LOOKED_AT = 200  # customers of each shop
YEAR = Terms(months=12, annual_discount_rate=0.0, margin=1.0)
CUTOFF = dt.date(1997, 9, 30)
HOLDOUT_DAYS = 273
HEAD = (
    f"{'':22}{'shops':>6}"
    + "".join(
        f"{what:>14}"
        for what in ("purchases", "revenue", "a month", "customer", "raw", "value")
    )
    + "  forecast/actual, deviation"
)


@dataclass
class Tally:
    """Shares within, of one kind of shop; two columns, 80 % and 95 %."""

    shops: list[list[Floats]] = field(default_factory=list)
    ratios: list[tuple[float, float]] = field(default_factory=list)
    rungs: Counter[str] = field(default_factory=Counter)

    def line(self, name: str) -> str:
        """A row of the table."""
        shares = np.mean(np.array(self.shops), axis=0)
        cells = "".join(f"{100 * a:8.1f}{100 * b:6.1f}" for a, b in shares)
        ratio, deviation = np.median(np.array(self.ratios), axis=0)
        rungs = ", ".join(f"{rung} {n}" for rung, n in self.rungs.most_common())
        count = f"{len(self.shops):>6}"
        return f"{name:22}{count}{cells}  {ratio:.2f} {deviation:.2f}  {rungs}"


def main() -> None:
    """Draw, fit, wait and see; print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shops", type=int, default=100, help="of each kind and size")
    parser.add_argument("--sizes", type=int, nargs="*", default=SIZES)
    parser.add_argument("--samples", type=int, nargs="*", default=SAMPLES)
    options = parser.parse_args()
    print("Shares within, %: of nominal 80 and 95\n\nSimulated shops\n" + HEAD)
    for size in options.sizes:
        for model, kinds in KINDS.items():
            for kind in kinds:
                tally = simulated(model, kind, size, options.shops)
                print(tally.line(f"{model} {kind} {size:,}"), flush=True)
    print("\nCDNOW, 39 weeks held out\n" + HEAD)
    for size in options.samples:
        for model in MODELS:
            tally = of_cdnow(model, size, options.shops)
            print(tally.line(f"{model} of {size:,}"), flush=True)


def simulated(model: str, kind: str, size: int, shops: int) -> Tally:
    """Coverage over so many shops of ``size`` customers, drawn from the model."""
    tally, rng = Tally(), np.random.default_rng(size)
    for _ in range(shops):
        shop = draw(model, KINDS[model][kind], size, rng)
        months = np.ceil(shop.later["after"] / YEAR.ends[0])
        happened = shop.known.assign(
            purchases=shop.purchases(YEAR.ends[-1]), spend=shop.spend(YEAR.ends[-1])
        )
        last = float(shop.later["spend"][months == YEAR.months].sum())
        watch(tally, model, happened, YEAR, last)
    return tally


@dataclass(frozen=True)
class Days(Terms):
    """Months of any length: so many ``days`` in all."""

    days: float

    @property
    def ends(self) -> Floats:  # noqa: D102
        return self.days / self.months * np.arange(1.0, self.months + 1)


def of_cdnow(model: str, size: int, shops: int) -> Tally:
    """Coverage over so many random parts of CDNOW, of ``size`` customers each."""
    tally, terms = Tally(), Days(9, 0.0, 1.0, HOLDOUT_DAYS)
    known = held_out()
    for seed in range(shops if size < len(known) else 1):
        some = known.sample(size, random_state=seed).reset_index(drop=True)
        watch(tally, model, some, terms, float(some["last"].sum()))
    return tally


def held_out() -> pd.DataFrame:
    """CDNOW's customers as of the cut-off, and what they bought after it."""
    orders = cdnow()
    past = orders.until(CUTOFF)
    known = past.run(rc.clv.summary(past).order_by("customer_id"))
    days = orders.run(orders.purchase_days.select("customer_id", "day", "amount"))
    after = (pd.to_datetime(days["day"]) - pd.Timestamp(CUTOFF)).dt.days
    later = days[after > 0].assign(
        last=days["amount"].where(after > HOLDOUT_DAYS * 8 / 9)
    )
    happened = later.groupby("customer_id").agg(
        purchases=("day", "size"), spend=("amount", "sum"), last=("last", "sum")
    )
    return known.join(happened, on="customer_id").fillna(0)


def watch(
    tally: Tally, model: str, happened: pd.DataFrame, terms: Terms, last: float
) -> None:
    """Fit one shop, and note whether what happened lay within.

    Shops whose repeat customers never paid are left out: they have no forecast.
    """
    try:
        spenders = Spenders.of(happened)
    except rc.RetentionError as error:
        tally.rungs[error.code] += 1
        return
    timing = fit_any(Histories.of(happened), model)
    fits = Fits(timing, fit_spenders(spenders), spenders.independence)
    tally.rungs[timing.rung] += 1
    groups = one_by_one(happened, fits)
    by_month = scores.by_month(timing, groups.histories, terms)
    future = futures(timing, fits.spend, groups, by_month, terms)
    purchases, spend = float(happened["purchases"].sum()), happened["spend"].sum()
    totals = [
        (future.purchases, purchases),
        (future.revenue.sum(axis=1), spend),
        (future.revenue[:, -1], last),
    ]
    shares = [fair(draws[None], np.array([actual])) for draws, actual in totals]
    some = happened.sample(min(LOOKED_AT, len(happened)), random_state=0)
    drawn = next(customer_draws(fits, some, terms))
    bought, spent = (some[name].to_numpy(np.float64) for name in ("purchases", "spend"))
    shares += [fair(drawn.purchases, bought), raw(drawn.purchases, bought)]
    tally.shops.append([*shares, fair(drawn.value, spent)])
    expected = float(by_month.sum())
    tally.ratios.append(
        (expected / max(purchases, 1), float(future.purchases.std()) / expected)
    )


def one_by_one(customers: pd.DataFrame, fits: Fits) -> Groups:
    """Every customer a group of its own."""
    columns = ("frequency", "recency", "T", "monetary_value")
    x, t_x, T, money = (customers[name].to_numpy(np.float64) for name in columns)
    value = expected_order_value(fits.spend, x, money)
    known = ((x > 0) & (money > 0)).astype(np.float64)
    histories = Histories(x, t_x, T, np.ones(x.size))
    return Groups(histories, value, value**2, known, money * known)


def fair(draws: Floats, actual: Floats) -> Floats:
    """Share within each level, ends counted as far as they belong to it."""
    below = (draws < actual[:, None]).mean(axis=1)
    # A number that no draw came to has its place between two of them.
    upto = np.maximum((draws <= actual[:, None]).mean(axis=1), below + 1e-9)
    shares = []
    for level in LEVELS:
        low, high = (1 - level) / 2, (1 + level) / 2
        inside = np.minimum(upto, high) - np.maximum(below, low)
        shares.append(float((np.maximum(inside, 0) / (upto - below)).mean()))
    return np.array(shares)


def raw(draws: Floats, actual: Floats) -> Floats:
    """Share within each level, ends included."""
    below = (draws < actual[:, None]).mean(axis=1)
    upto = (draws <= actual[:, None]).mean(axis=1)
    ends = [((1 - level) / 2, (1 + level) / 2) for level in LEVELS]
    return np.array([((upto >= low) & (below <= high)).mean() for low, high in ends])


if __name__ == "__main__":
    main()
