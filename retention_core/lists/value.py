"""Lists that go by value: leaving, the top tenth, worth winning back."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import ibis

from retention_core.lists.asked import Asked, listed

if TYPE_CHECKING:
    from collections.abc import Mapping

    import ibis.expr.types as ir

    from retention_core.orders import Orders

BEST = 0.2
PAST_THE_HABIT = 2.0
TOP = 0.1


def levels(orders: Orders, people: ir.Table) -> dict[str, float]:
    """:func:`retention_core.lists.levels`."""
    top = best(people)
    both = people.agg(
        valuable=people.stake.quantile(1 - BEST),
        top=people.revenue.quantile(1 - TOP),
        middle=people.revenue.median(),
    ).cross_join(top.agg(doubted=top.probability_alive.median()))
    row = orders.run(both).astype("float64").iloc[0]
    return {str(name): float(at) for name, at in row.items()}


def best(people: ir.Table, levels: Mapping[str, float] | None = None) -> ir.Table:
    """The top fifth by what is at stake; whoever has as much as the last is in it."""
    enough = people.agg(enough=people.stake.quantile(1 - BEST)).as_scalar()
    enough = enough if levels is None else _level(levels, "valuable")
    return people.filter((people.stake >= enough) & (people.stake > 0))


def valuable_leaving(asked: Asked) -> ir.Table:
    """Of the top fifth by ``stake``: those who fall silent, and are not yet lost.

    Silent for more than twice their usual gap; or for longer than it, with a
    ``probability_alive`` below the median of the top fifth. (definitions.md §7 would
    take the second without the silence, and so half of the best customers always.)
    Own columns: ``times_usual``, the silence in usual gaps; ``doubted`` (boolean),
    whether the second reason holds.
    """
    levels = asked.levels
    top = best(asked.people, levels)
    middle = top.agg(middle=top.probability_alive.median()).as_scalar()
    middle = middle if levels is None else _level(levels, "doubted")
    silence, usual = top.days_since_last_order, top.usual_gap_days
    doubted = (silence > usual) & (top.probability_alive < middle)
    past = silence > PAST_THE_HABIT * usual
    marked = top.mutate(
        times_usual=silence / usual,
        doubted=doubted.fill_null(False),
        past=past.fill_null(False),
    )
    leaving = marked.filter(
        (marked.days_since_last_order < asked.window_days)
        & (marked.past | marked.doubted)
    )
    return listed(leaving, "times_usual", "doubted", act_on=asked.tomorrow)


def top_tenth(asked: Asked) -> ir.Table:
    """The tenth that has brought most, net, so far; equal revenue shares a place.

    Own columns: ``share``, of all known customers' revenue, 0-1; ``rank``, 1 the
    first, equals share one. Both are null where the ``levels`` are known already, and
    ``people`` perhaps are not all.
    """
    people, levels = asked.people, asked.levels
    if levels is not None:
        enough = _level(levels, "top")
        best_of = people.filter((people.revenue >= enough) & (people.revenue > 0))
        none = {"share": ibis.null("float64"), "rank": ibis.null("int64")}
        return listed(best_of.mutate(**none), "share", "rank", act_on=asked.tomorrow)
    enough, total = people.revenue.quantile(1 - TOP), people.revenue.sum()
    both = people.cross_join(people.agg(enough=enough, total=total))
    kept = both.filter((both.revenue >= both.enough) & (both.revenue > 0))
    ranked = kept.mutate(
        share=kept.revenue / kept.total,
        rank=ibis.rank().over(order_by=kept.revenue.desc()) + 1,
    )
    return listed(ranked, "share", "rank", act_on=asked.tomorrow)


def win_back(asked: Asked) -> ir.Table:
    """Those who count as lost and were worth something.

    Lost: silent for the window. Worth something: brought as much as the median of
    all known customers, or more. ``probability_in_window`` are the odds that one
    comes back within the window unasked; the one of whom most is ``expected`` first.
    """
    people, levels = asked.people, asked.levels
    middle = people.agg(middle=people.revenue.median()).as_scalar()
    middle = middle if levels is None else _level(levels, "middle")
    lost = asked.lost
    worth = lost.filter((lost.revenue >= middle) & (lost.revenue > 0))
    return listed(worth, act_on=asked.tomorrow)


def _level(levels: Mapping[str, float], name: str) -> ir.FloatingScalar:
    """A level; NaN compares as null does: nobody is below or above it."""
    at = levels[name]
    return ibis.null("float64") if math.isnan(at) else ibis.literal(at)
