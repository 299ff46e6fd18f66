"""Random shops by number: each its own mixture of everything that orders can do."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd

COLUMNS = [
    "order_id",
    "customer_id",
    "ordered_at",
    "refunded_at",
    "product",
    "channel",
    "amount",
]
# Upper case sorts before lower case, and letters with marks after both.
PRODUCTS = ["tea", "Tea", "pot", "bag", "äpfel", "milk jug", "10 cups"]
CHANNELS = ["web", "shop", "market", "Web"]
# Binary fractions, so that what comes back whole leaves nothing: the money that adding
# up cents in floats leaves has a test of its own.
PRICES = [2.5, 4.75, 4.75, 12.0, 19.25, 80.0]
MOST_ORDERS = 25
# Lines of an order lie minutes apart, and none of them after midnight.
MINUTES_A_DAY = 24 * 60 - 5


@dataclass(frozen=True)
class Mixture:
    """How often things happen in one shop."""

    days: int
    habit: float
    loyalty: float
    refunds: float
    nulls: float
    whims: float
    edges: float
    products: int
    channels: int


def random_shop(seed: int) -> tuple[pd.DataFrame, dt.date]:
    """Order lines in no order, and the day they are complete up to."""
    rng = np.random.default_rng(seed)
    mix = Mixture(
        days=int(rng.integers(365, 914)),
        habit=float(rng.choice([4, 15, 40, 90])),
        loyalty=float(rng.choice([0.4, 0.7, 0.9, 0.97])),
        refunds=float(rng.choice([0, 0.05, 0.25])),
        nulls=float(rng.choice([0, 0.1, 0.4])),
        whims=float(rng.choice([0, 0.2])),
        edges=float(rng.choice([0, 0.1, 0.5])),
        products=int(rng.integers(1, len(PRODUCTS) + 1)),
        channels=int(rng.integers(1, len(CHANNELS) + 1)),
    )
    opens = dt.date(2021, 1, 1) + dt.timedelta(days=int(rng.integers(0, 730)))
    shop = _Shop(rng, mix, opens)
    # Some shops win all their customers in the first weeks, some throughout.
    wins = mix.days if rng.random() < 0.7 else 60
    for number in range(int(rng.integers(5, 61))):
        shop.customer(f"c{number}", int(rng.integers(0, wins)))
    for _ in range(int(rng.integers(0, 15))):
        shop.order(None, int(rng.integers(0, mix.days)), str(rng.choice(CHANNELS)))
    if rng.random() < 0.3:
        shop.refund_without_order("only back", int(rng.integers(0, mix.days)))
        shop.refund_without_order(None, int(rng.integers(0, mix.days)))
    lines = pd.DataFrame(shop.rows, columns=COLUMNS)
    for name in ("ordered_at", "refunded_at"):
        lines[name] = pd.to_datetime(lines[name]).astype("datetime64[us]")
    # What comes back after the last sale is in no file of its day.
    lines = lines[~(lines["refunded_at"] > lines["ordered_at"].max())]
    text = ["order_id", "customer_id", "product", "channel"]
    lines = lines.astype(dict.fromkeys(text, "string"))
    mixed = lines.iloc[rng.permutation(len(lines))].reset_index(drop=True)
    return mixed, _as_of(rng, mixed)


def _as_of(rng: np.random.Generator, lines: pd.DataFrame) -> dt.date:
    """A period's end, its middle, the last day with a line, or well before that."""
    last = lines["ordered_at"].max()
    ends = [
        last,
        last + pd.offsets.MonthEnd(0),
        last + pd.offsets.QuarterEnd(0),
        last + pd.offsets.Week(weekday=6),
        last + pd.Timedelta(days=int(rng.integers(1, 50))),
        last - pd.Timedelta(days=int(rng.integers(1, 120))),
        last - pd.offsets.MonthEnd(2),
    ]
    day: dt.date = ends[int(rng.integers(0, len(ends)))].date()
    # Somebody must have been there by then.
    return max(day, lines["ordered_at"].min().date())


class _Shop:
    def __init__(self, rng: np.random.Generator, mix: Mixture, opens: dt.date) -> None:
        self.rng, self.mix, self.opens = rng, mix, opens
        self.rows: list[tuple] = []
        self.orders = 0

    def chance(self, share: float) -> bool:
        return bool(self.rng.random() < share)

    def pick(self, among: list) -> str | float:
        return among[int(self.rng.random() * len(among))]

    def customer(self, name: str, day: int) -> None:
        channel = self.pick(CHANNELS[: self.mix.channels])
        if self.chance(self.mix.refunds / 2):
            self.refund_without_order(name, max(day - int(self.rng.integers(0, 40)), 0))
        for _ in range(MOST_ORDERS):
            at = self.order(name, day, channel)
            if self.chance(0.1):
                self.order(name, day, channel, at if self.chance(0.4) else None)
            if self.chance(self.mix.refunds / 5):
                self.refund_without_order(name, day + int(self.rng.integers(0, 60)))
            if not self.chance(self.mix.loyalty):
                return
            day += int(np.ceil(self.rng.exponential(self.mix.habit)))
            if day >= self.mix.days:
                return

    def order(self, customer, day, channel, at=None) -> dt.datetime:
        """Lines of an order, and what is sent back of it."""
        at = at or self.moment(day)
        self.orders += 1
        # Not in the order of time, so that names break ties their own way.
        name = f"{self.orders * 7919 % 10007}"
        free = self.chance(0.04)
        if self.chance(self.mix.whims):
            channel = self.pick(CHANNELS)
        lines = []
        for number in range(int(self.rng.integers(1, 5))):
            later = dt.timedelta(minutes=number if self.chance(0.1) else 0)
            product = self.pick(PRODUCTS[: self.mix.products])
            line = [name, customer, at + later, None]
            line.append(None if self.chance(self.mix.nulls / 2) else product)
            line.append(None if self.chance(self.mix.nulls) else channel)
            line.append(0.0 if free else self.pick(PRICES))
            lines.append(tuple(line))
        self.rows += lines
        if self.chance(self.mix.refunds) and not free:
            self.rows += self.sent_back(lines, at)
        return at

    def sent_back(self, lines: list[tuple], at: dt.datetime) -> list[tuple]:
        day = at.date() + dt.timedelta(days=int(self.rng.integers(0, 70)))
        how = self.rng.random()
        if how < 0.4:
            shares = [1.0] * len(lines)
        elif how < 0.9:
            shares = [float(self.pick([0.5, 1.0]))]
        else:
            shares = [1.25] * len(lines)
        back = [
            (*line[:3], day, *line[4:6], -line[6] * share)
            for line, share in zip(lines, shares, strict=False)
        ]
        if how < 0.05:  # Refunded to zero, to within half a cent.
            back[0] = (*back[0][:6], back[0][6] + 0.004)
        return back

    def refund_without_order(self, customer: str | None, day: int) -> None:
        self.orders += 1
        at = self.moment(day)
        row = (f"r{self.orders}", customer, at, at, self.pick(PRODUCTS), None)
        self.rows.append((*row, -self.pick(PRICES)))

    def moment(self, day: int) -> dt.datetime:
        """A minute of the day; at times the last ones or the first of a period."""
        date = self.opens + dt.timedelta(days=day)
        if self.chance(self.mix.edges):
            month = pd.Timestamp(date)
            edges = [
                month + pd.offsets.MonthEnd(0) + pd.Timedelta(hours=23, minutes=30),
                month.replace(day=1),
                month - pd.Timedelta(days=month.weekday()),
                month + pd.Timedelta(days=6 - month.weekday(), hours=23.5),
            ]
            return self.pick(edges).to_pydatetime()
        minute = int(self.rng.integers(0, MINUTES_A_DAY))
        return dt.datetime.combine(date, dt.time()) + dt.timedelta(minutes=minute)
