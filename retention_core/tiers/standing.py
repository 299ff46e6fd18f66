"""Who stands on which loyalty tier, and who is one order short of the next.

A tier is reached with so many orders, or so much spent, within the last twelve months
or ever. Tiers are numbered from 1; who has reached none stands in 0.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

import ibis

from retention_core.errors import RetentionError
from retention_core.periods import following

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    import ibis.expr.types as ir

    from retention_core.orders import Orders

By = Literal["orders", "spend"]
SHARES = (0.3, 0.1, 0.03)
"""Of the customers with an order: so many are to reach each proposed tier."""
ROUND = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0)
"""Round amounts, times a power of ten."""
LEAST_ORDERS = 2
MONTHS = 12
CENTS = 2


class ThresholdsError(RetentionError, ValueError):
    """Thresholds of tiers that do not rise, or begin at nothing."""

    code = "tier_thresholds"
    template = (
        "The thresholds are {thresholds}: each must be above the one before, "
        "the first above 0."
    )


def standing(
    orders: Orders,
    *,
    by: By = "orders",
    thresholds: Sequence[float] | None = None,
    last_year: bool = True,
) -> ir.Table:
    """Where each known customer with a purchase stands.

    Parameters
    ----------
    by
        What counts: orders, or the net amount of orders.
    thresholds
        What each tier asks for, rising; those of :func:`proposed` by default.
    last_year
        Whether only orders of the twelve months that end with ``as_of`` count.

    Returns
    -------
    Ibis table
        A row a customer: ``customer_id``; ``orders, spend`` (net, to the cent) that
        count, 0 without any; ``tier`` (0: none yet); ``usual_order``, the mean net
        amount of all the customer's orders; ``last_order`` (date);
        ``days_since_last_order``.

    Raises
    ------
    ThresholdsError
        They do not rise.
    """
    asked = _asked(orders, by, thresholds, last_year)
    counted = _counted(orders, last_year=last_year)
    return counted.mutate(tier=_tier(counted[by], asked))


def one_short(
    orders: Orders,
    *,
    by: By = "orders",
    thresholds: Sequence[float] | None = None,
    last_year: bool = True,
    window_days: int | None = None,
) -> ir.Table:
    """Customers whom one more order brings to the next tier.

    By orders, one more; by spend, one more of the customer's own usual size
    (:func:`standing`: ``usual_order``). It is counted as if placed on ``as_of``: in a
    twelve-month count, older orders leave it meanwhile.

    Parameters
    ----------
    by, thresholds, last_year
        As of :func:`standing`.
    window_days
        Leave out who has been silent for so long: they count as lost.

    Returns
    -------
    Ibis table
        ``customer_id, tier, next_tier``, ``missing`` (orders, or money to the cent,
        up to the next threshold), ``usual_order, last_order,
        days_since_last_order``.
    """
    asked = _asked(orders, by, thresholds, last_year)
    known = _counted(orders, last_year=last_year)
    known = known.mutate(tier=_tier(known[by], asked))
    steps = [(known.tier == n, ibis.literal(at)) for n, at in enumerate(asked)]
    known = known.mutate(missing=ibis.cases(*steps) - known[by])
    size = known.usual_order if by == "spend" else 1
    found = known.filter(known.missing.notnull() & (known.missing <= size))
    if window_days is not None:
        found = found.filter(found.days_since_last_order < window_days)
    return found.select(
        "customer_id",
        "tier",
        "missing",
        "usual_order",
        "last_order",
        "days_since_last_order",
        next_tier=found.tier + 1,
    )


def proposed(
    orders: Orders, *, by: By = "orders", last_year: bool = True
) -> tuple[float, ...]:
    """Round thresholds for three tiers, from the data.

    About 30 %, 10 % and 3 % (``SHARES``) of the customers with an order that counts
    reach each or better: the quantile, rounded up to a whole number of orders, at
    least 2, or to the nearest of the round amounts; each above the one before.
    """
    known = _counted(orders, last_year=last_year)
    bought = known.filter(known.orders > 0)
    steps = {
        f"at_{n}": bought[by].quantile(1 - share) for n, share in enumerate(SHARES)
    }
    found = orders.run(bought.agg(**steps)).fillna(0.0).iloc[0]
    thresholds: list[float] = []
    for name in steps:
        at = float(found[name])
        last = thresholds[-1] if thresholds else 0.0
        thresholds.append(_whole(at, last) if by == "orders" else _round(at, last))
    return tuple(thresholds)


def year_before(as_of: dt.date) -> dt.date:
    """Return the day twelve months before ``as_of``: the last that does not count."""
    month = following(as_of.replace(day=1), "month", -MONTHS)
    last = following(month, "month").toordinal() - month.toordinal()
    # The end of a month is a year after the end of that month: 29 February, too.
    ends = following(as_of.replace(day=1), "month").toordinal() - as_of.toordinal() == 1
    return month.replace(day=last if ends else min(as_of.day, last))


def make_sure(thresholds: Sequence[float]) -> tuple[float, ...]:
    """Return them; raise ``ThresholdsError`` where they do not rise."""
    found = tuple(float(each) for each in thresholds)
    rising = all(one < other for one, other in zip((0.0, *found), found, strict=False))
    if not found or not rising or not all(math.isfinite(each) for each in found):
        raise ThresholdsError(thresholds=list(thresholds))
    return found


def _asked(
    orders: Orders, by: By, thresholds: Sequence[float] | None, last_year: bool
) -> tuple[float, ...]:
    if thresholds is None:
        return proposed(orders, by=by, last_year=last_year)
    return make_sure(thresholds)


def _counted(orders: Orders, *, last_year: bool) -> ir.Table:
    """A row a known customer: what counts, and the usual order of all time."""
    bought = orders.purchases
    known = bought.filter(bought.customer_id.notnull())
    known = known.select("customer_id", "amount", day=known.ordered_at.date())
    since = year_before(orders.as_of)
    counts = known.day > since if last_year else known.day.notnull()
    found = known.group_by("customer_id").agg(
        orders=counts.cast("int64").sum(),
        # Threads add up in any order: a cent must not decide on a tier.
        spend=counts.ifelse(known.amount, 0.0).sum().round(CENTS),
        usual_order=(known.amount.sum().round(CENTS) / known.count()).round(CENTS),
        last_order=known.day.max(),
    )
    silence = ibis.literal(orders.as_of).delta(found.last_order, unit="day")
    return found.mutate(days_since_last_order=silence.cast("int64"))


def _tier(reached: ir.NumericValue, thresholds: Sequence[float]) -> ir.IntegerValue:
    """How many of the thresholds are reached."""
    passed = ibis.literal(0, type="int64")
    for at in thresholds:
        passed = passed + (reached >= at).cast("int64")
    return passed


def _whole(at: float, above: float) -> float:
    return float(max(math.ceil(at), LEAST_ORDERS, above + 1))


def _round(at: float, above: float) -> float:
    """Return the round amount nearest to ``at`` (by ratio) of those above ``above``."""
    aim = max(at, above, 1.0)
    power = math.floor(math.log10(aim))
    steps: list[float] = [
        each * 10.0**p for p in (power - 1, power, power + 1) for each in ROUND
    ]
    fitting = [each for each in steps if each > above]
    nearest = min(fitting, key=lambda each: abs(math.log(each / aim)))
    return round(nearest, CENTS)
