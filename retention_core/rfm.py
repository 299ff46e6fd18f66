"""Recency, frequency and money: five scores of each, and eleven segments of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis
import pandas as pd

from retention_core.errors import RetentionError
from retention_core.periods import Grain, first_day

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    import ibis.expr.types as ir

    from retention_core.orders import Orders

SCORES = (1, 2, 3, 4, 5)
MEASURES = ("recency", "frequency", "monetary")
VALUES = ("days_since_last_order", "orders", "revenue")
CENTS = 2
FIRST_FIFTH = 0.2

Range = tuple[int, int]
ANY: Range = (1, 5)


@dataclass(frozen=True)
class Rule:
    """A box of scores: lowest and highest score of each measure, both within."""

    recency: Range
    frequency: Range
    monetary: Range = ANY

    def holds(self, recency: int, frequency: int, monetary: int) -> bool:
        """Whether the three scores lie in the box."""
        ranges = (self.recency, self.frequency, self.monetary)
        scores = (recency, frequency, monetary)
        return all(
            low <= score <= high
            for (low, high), score in zip(ranges, scores, strict=True)
        )


SEGMENTS: dict[str, tuple[Rule, ...]] = {
    "champions": (Rule((4, 5), (4, 5), (4, 5)),),
    "loyal": (Rule((4, 5), (4, 5), (1, 3)), Rule((3, 3), (4, 5))),
    "potential_loyalists": (Rule((4, 5), (2, 3)),),
    "new": (Rule((5, 5), (1, 1)),),
    "promising": (Rule((4, 4), (1, 1)),),
    "need_attention": (Rule((3, 3), (2, 3)),),
    "about_to_sleep": (Rule((3, 3), (1, 1)),),
    "at_risk": (Rule((1, 2), (4, 5), (1, 3)), Rule((2, 2), (2, 3))),
    "cannot_lose": (Rule((1, 2), (4, 5), (4, 5)),),
    "hibernating": (Rule((2, 2), (1, 1)), Rule((1, 1), (2, 3))),
    "lost": (Rule((1, 1), (1, 1)),),
}
"""The eleven names and their rules: whoever is in one of the boxes is in the segment.

Together the boxes hold every three scores exactly once.
"""


class BreaksError(RetentionError, ValueError):
    """Breaks between scores that fall, or that are not four."""

    code = "rfm_breaks"
    template = (
        "The breaks of {measure} are {breaks}: it takes four, none below the last."
    )


@dataclass(frozen=True)
class Breaks:
    """The most that a score still holds, from one score to the next: four a measure.

    Attributes
    ----------
    recency
        Days since the last order: up to the first is score 5, … beyond the last 1.
    frequency
        Orders: up to the first is score 1, … beyond the last 5.
    monetary
        Net revenue so far, to the cent: as ``frequency``.

    Raises
    ------
    BreaksError
        Some are not four, or fall.
    """

    recency: tuple[float, ...]
    frequency: tuple[float, ...]
    monetary: tuple[float, ...]

    def __post_init__(self) -> None:
        for measure in MEASURES:
            given = tuple(getattr(self, measure))
            if len(given) != len(SCORES) - 1 or list(given) != sorted(given):
                raise BreaksError(measure=measure, breaks=list(given))
            object.__setattr__(self, measure, given)


def segment_of(recency: int, frequency: int, monetary: int) -> str:
    """Return the one segment whose rule holds for three scores of 1 to 5."""
    (found,) = (
        name
        for name, rules in SEGMENTS.items()
        if any(rule.holds(recency, frequency, monetary) for rule in rules)
    )
    return found


def breaks(orders: Orders) -> Breaks:
    """Breaks at the fifths of the known customers; equals share the lower score.

    The break after ``k`` fifths is the least value that at least ``k`` fifths of the
    customers do not exceed. Where more than a fifth have ordered once, fifths of
    orders would fall together: score 1 is one order then, and 2 to 5 are the quarters
    of who came back. Fewer distinct values than scores leave scores empty.
    """
    found = standing(orders)
    days, counts = (
        orders.run(found.group_by(name).agg(customers=found.count()).order_by(name))
        for name in VALUES[:2]
    )
    return Breaks(
        recency=_steps(days, (1, 2, 3, 4), 5),
        frequency=_frequency(counts),
        monetary=_monetary(orders, found),
    )


def standing(orders: Orders) -> ir.Table:
    """A row a known customer with a purchase.

    ``customer_id``, ``days_since_last_order`` (to ``as_of``), ``orders``, ``revenue``
    (net, to the cent).
    """
    bought = orders.purchases
    known = bought.filter(bought.customer_id.notnull())
    found = known.group_by("customer_id").agg(
        last_order=known.ordered_at.max().date(),
        orders=known.count(),
        # Threads add up in any order: a cent must not decide on a score.
        revenue=known.amount.sum().round(CENTS),
    )
    silence = ibis.literal(orders.as_of).delta(found.last_order, unit="day")
    return found.select(
        "customer_id",
        "orders",
        "revenue",
        days_since_last_order=silence.cast("int64"),
    )


def scored(orders: Orders, breaks: Breaks | None = None) -> ir.Table:
    """Score each known customer and name the segment.

    Parameters
    ----------
    breaks
        Those of :func:`breaks` by default.

    Returns
    -------
    Ibis table
        A row a customer: ``customer_id, days_since_last_order, orders, revenue``,
        ``recency_score, frequency_score, monetary_score`` (1 to 5, 5 best),
        ``segment`` (of ``SEGMENTS``).
    """
    given = _proposed(orders) if breaks is None else breaks
    known = standing(orders)
    marked = known.mutate(
        recency_score=6 - _score(known.days_since_last_order, given.recency),
        frequency_score=_score(known.orders, given.frequency),
        monetary_score=_score(known.revenue, given.monetary),
    )
    cases = [
        (_within(marked, rule), name)
        for name, rules in SEGMENTS.items()
        for rule in rules
    ]
    named = marked.mutate(segment=ibis.cases(*cases))
    scores = [f"{measure}_score" for measure in MEASURES]
    return named.select("customer_id", *VALUES, *scores, "segment")


def members(orders: Orders, segment: str, breaks: Breaks | None = None) -> ir.Table:
    """:func:`scored` of the customers of one segment."""
    found = scored(orders, breaks)
    return found.filter(found.segment == segment)


def segments(
    orders: Orders, breaks: Breaks | None = None, people: ir.Table | None = None
) -> pd.DataFrame:
    """Size and worth of each segment.

    Parameters
    ----------
    people
        ``customer_id, stake`` as of :func:`retention_core.lists.people`.

    Returns
    -------
    Frame with a row for each of ``SEGMENTS``, in their order: ``segment, customers,
    orders, revenue`` (net, so far), with ``people`` also ``stake``.
    """
    table = scored(orders, breaks)
    names = ["orders", "revenue"]
    if people is not None:
        stakes = people.select("customer_id", "stake")
        table = table.left_join(stakes, "customer_id")
        names.append("stake")
    sums = {name: table[name].sum() for name in names}
    found = orders.run(table.group_by("segment").agg(customers=table.count(), **sums))
    every = found.set_index("segment").reindex(list(SEGMENTS)).fillna(0)
    counts = {name: every[name].astype("int64") for name in ("customers", "orders")}
    return every.assign(**counts).rename_axis("segment").reset_index()


def grid(orders: Orders, breaks: Breaks | None = None) -> pd.DataFrame:
    """Customers by their scores.

    Returns
    -------
    Frame with a row for each combination that somebody has: ``recency_score,
    frequency_score, monetary_score, segment, customers, revenue``.
    """
    table = scored(orders, breaks)
    keys = [*(f"{measure}_score" for measure in MEASURES), "segment"]
    found = table.group_by(keys).agg(
        customers=table.count(), revenue=table.revenue.sum()
    )
    return orders.run(found.order_by(keys))


def boxes(cells: pd.DataFrame) -> pd.DataFrame:
    """Add the cells of :func:`grid` up to the boxes that the rules are made of.

    Returns
    -------
    Frame with a row a box, in the order of ``SEGMENTS``: ``segment``; for each measure
    its lowest and highest score, ``recency_from, recency_to`` …; ``customers,
    revenue``.
    """
    rows = []
    for name, rules in SEGMENTS.items():
        for rule in rules:
            inside = pd.Series(True, index=cells.index)
            ends: dict[str, int] = {}
            for measure in MEASURES:
                low, high = getattr(rule, measure)
                inside &= cells[f"{measure}_score"].between(low, high)
                ends |= {f"{measure}_from": low, f"{measure}_to": high}
            sums = cells.loc[inside, ["customers", "revenue"]].sum()
            rows.append({"segment": name, **ends, **sums})
    return pd.DataFrame(rows).astype({"customers": "int64"})


def moved(
    orders: Orders, breaks: Breaks | None = None, *, grain: Grain = "month"
) -> pd.DataFrame:
    """How customers moved from segment to segment since the last period ended.

    Both times by the same breaks, today's by default; then as the shop was known then
    (:meth:`Orders.until`).

    Parameters
    ----------
    grain
        Since the end of the last month, quarter … before the one of ``as_of``.

    Returns
    -------
    Frame with ``from_segment`` (null: no purchase until then), ``to_segment`` (null:
    none is left, all are refunded since), ``customers``; only what somebody did, in
    the order of ``SEGMENTS``. Empty where nobody had bought by then.
    """
    given = _proposed(orders) if breaks is None else breaks
    day = before(orders.as_of, grain)
    columns = ["from_segment", "to_segment", "customers"]
    if day < orders.first_day:
        return pd.DataFrame(columns=columns)
    then = scored(orders.until(day), given)
    now = scored(orders, given)
    sides = [
        then.select("customer_id", from_segment="segment", to_segment=_nothing()),
        now.select("customer_id", from_segment=_nothing(), to_segment="segment"),
    ]
    both = ibis.union(*sides)
    each = both.group_by("customer_id").agg(
        from_segment=both.from_segment.max(), to_segment=both.to_segment.max()
    )
    found = orders.run(
        each.group_by("from_segment", "to_segment").agg(customers=each.count())
    )
    rank = {name: place for place, name in enumerate(SEGMENTS)}
    placed = found.sort_values(
        ["from_segment", "to_segment"], key=lambda column: column.map(rank)
    )
    ordered: pd.DataFrame = placed[columns].reset_index(drop=True)
    return ordered


def before(as_of: dt.date, grain: Grain) -> dt.date:
    """Last day of the period before the one that ``as_of`` lies in."""
    start = first_day(as_of, grain)
    return type(start).fromordinal(start.toordinal() - 1)


def _nothing() -> ir.StringScalar:
    return ibis.null("string")


def _score(value: ir.NumericValue, steps: Sequence[float]) -> ir.IntegerValue:
    """1, and one more for each step that ``value`` is beyond."""
    score = ibis.literal(1, type="int64")
    for step in steps:
        score = score + (value > step).cast("int64")
    return score


def _within(table: ir.Table, rule: Rule) -> ir.BooleanValue:
    inside = ibis.literal(True)
    for measure in MEASURES:
        low, high = getattr(rule, measure)
        if (low, high) != ANY:
            inside = inside & table[f"{measure}_score"].between(low, high)
    return inside


def _steps(counts: pd.DataFrame, parts: Sequence[int], of: int) -> tuple[int, ...]:
    """Return the least values that ``parts`` of ``of`` do not exceed.

    ``counts`` are values in order and their customers.
    """
    if counts.empty:
        return (0,) * len(parts)
    values, passed = counts.iloc[:, 0], counts["customers"].cumsum()
    everybody = int(passed.iloc[-1])
    return tuple(int(values[of * passed >= part * everybody].iloc[0]) for part in parts)


def _frequency(counts: pd.DataFrame) -> tuple[int, ...]:
    """Fifths; or one order, and the quarters of who came back."""
    once = counts.loc[counts["orders"] == 1, "customers"].sum()
    if once <= FIRST_FIFTH * counts["customers"].sum():
        return _steps(counts, (1, 2, 3, 4), 5)
    again = counts[counts["orders"] > 1]
    return (1, *_steps(again, (1, 2, 3), 4)) if len(again) else (1, 1, 1, 1)


def _monetary(orders: Orders, known: ir.Table) -> tuple[float, ...]:
    """Fifths of revenue: the values at their places."""
    place = ibis.row_number().over(order_by=known.revenue) + 1
    ranked = known.select("revenue", place=place, everybody=known.count().over())
    ends = {
        f"fifth_{k}": (ranked.place == (k * ranked.everybody + 4) // 5)
        for k in SCORES[:-1]
    }
    sums = {name: ranked.revenue.max(where=here) for name, here in ends.items()}
    found = orders.run(ranked.agg(**sums)).fillna(0.0).iloc[0]
    return tuple(float(each) for each in found)


# The name of a parameter that most functions have hides the function itself.
_proposed = breaks
