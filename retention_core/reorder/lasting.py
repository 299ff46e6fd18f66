"""How long a product lasts: Kaplan–Meier over its intervals, in the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from retention_core.intervals import Z95

if TYPE_CHECKING:
    import ibis.expr.types as ir

LEAST_AT_RISK = 5
LEAST_SHARE_AT_RISK = 0.1
LATE = 0.95
TINY = 1e-300


def lengths(found: ir.Table, ways: ir.Table) -> ir.Table:
    """``product, customer_id, length, ended`` of the products of ``ways``.

    ``ways`` says by ``per_unit`` whether the quantity divides.
    """
    both = found.join(ways.select("product", "per_unit", "customers"), "product")
    days = both.days.cast("float64")
    length = both.per_unit.ifelse(days / both.quantity, days)
    ended = both.next_day.notnull().cast("int64")
    return both.select(
        "product", "customer_id", "customers", length=length, ended=ended
    )


def curve(rows: ir.Table) -> ir.Table:
    """Product-limit estimate (Kaplan & Meier 1958) of each product, a row a length.

    ``at_risk``; ``back``, the share bought again by then; ``hazard``, the sum so far
    of those back over the square of those at risk.
    """
    counts = rows.group_by("product", "customers", "length").agg(
        ended=rows.ended.sum().cast("float64"), leaving=rows.count().cast("float64")
    )
    later = ibis.window(
        group_by=counts["product"],
        order_by=counts.length.desc(),
        preceding=None,
        following=0,
    )
    known = counts.mutate(at_risk=counts.leaving.sum().over(later))
    earlier = ibis.window(
        group_by=known["product"], order_by=known.length, preceding=None, following=0
    )
    kept = ibis.greatest(1 - known.ended / known.at_risk, TINY).ln()
    return known.select(
        "product",
        "customers",
        "length",
        "at_risk",
        back=1 - kept.sum().over(earlier).exp(),
        hazard=(known.ended / (known.at_risk * known.at_risk)).sum().over(earlier),
    )


def quantiles(rows: ir.Table, steps: ir.Table) -> ir.Table:
    """Median, its 95 % interval and the 95th percentile of those who buy again.

    They who do: as far as the curve can be trusted, up to the last length with at
    least 5 intervals, and a tenth as many as buyers, at risk. A row a product:
    ``interval_days, low, high, latest_days``; the interval counts customers as units,
    whose intervals may be alike, by the influence of each on the curve.
    """
    least = ibis.greatest(
        steps.customers.cast("float64") * LEAST_SHARE_AT_RISK, LEAST_AT_RISK
    )
    trusted = steps.filter(steps.at_risk >= least)
    last = trusted.group_by("product").agg(
        end=trusted.length.max(),
        end_back=trusted.back.max(),
        end_hazard=trusted.hazard.max(),
    )
    both = trusted.join(last, "product")
    middle = both.back >= both.end_back / 2 - TINY
    marks = both.group_by("product", "end", "end_back", "end_hazard").agg(
        interval_days=both.length.min(where=middle),
        at_back=both.back.min(where=middle),
        at_hazard=both.hazard.min(where=middle),
        latest_days=both.length.min(where=both.back >= LATE * both.end_back),
    )
    error = _standard_error(rows, steps, marks)
    banded = both.select("product", "length", "back").join(
        marks.join(error, "product").select(
            "product",
            "interval_days",
            "latest_days",
            down=marks.end_back / 2 - Z95 * error.error,
            up=marks.end_back / 2 + Z95 * error.error,
        ),
        "product",
    )
    return banded.group_by("product", "interval_days", "latest_days").agg(
        low=banded.length.min(where=banded.back >= banded.down),
        high=banded.length.min(where=banded.back >= banded.up),
    )


def _standard_error(rows: ir.Table, steps: ir.Table, marks: ir.Table) -> ir.Table:
    """Of the curve at the median less half its end, over customers."""
    at = rows.join(
        steps.select("product", "length", "at_risk", "hazard"), ["product", "length"]
    )
    at = at.join(marks, "product")

    def moved(until: ir.Value, back: ir.Value, hazard: ir.Value) -> ir.Value:
        passed = (at.length <= until).cast("float64")
        own = passed * at.ended / at.at_risk
        return (1 - back) * (own - ibis.least(at.hazard, hazard))

    influence = moved(at.interval_days, at.at_back, at.at_hazard)
    influence = influence - moved(at.end, at.end_back, at.end_hazard) / 2
    each = at.select("product", "customer_id", influence=influence)
    own = each.group_by("product", "customer_id").agg(influence=each.influence.sum())
    squared = own.influence * own.influence
    return own.group_by("product").agg(error=squared.sum().sqrt())
