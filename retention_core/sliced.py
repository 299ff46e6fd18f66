"""Churn of each slice of customers, with its interval: one question for all of them."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import ibis
import numpy as np
import pandas as pd
from scipy.stats import studentized_range

from retention_core import periods as calendar
from retention_core import silence, spells
from retention_core.intervals import CLEAR, ENOUGH_CUSTOMERS, wilson
from retention_core.slices import first_value
from retention_core.spells import overlap

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from numpy.typing import NDArray

    from retention_core.orders import Orders
    from retention_core.periods import Grain
    from retention_core.spells import Span

MOST_PERIODS = 12
SUMS = ("starting", "new", "reactivated", "lost", "revenue", "lost_revenue")
SLICED = (
    "slice",
    "customers",
    "starting",
    "lost",
    "churn_rate",
    "low",
    "high",
    "effective_starting",
    "strict_retention_rate",
    "revenue_churn_rate",
    "new",
    "reactivated",
    "quick_ratio",
    "reactivation_rate",
    "active_customers",
    "first_period",
    "last_period",
)


def by_slice(
    orders: Orders,
    *,
    by: str,
    grain: Grain = "month",
    window_days: int | None = None,
    periods: int = MOST_PERIODS,
) -> pd.DataFrame:
    """Churn of each slice of customers, over the last complete periods together.

    Parameters
    ----------
    by
        What customers are sliced by, as of their first order
        (:func:`retention_core.slices.first_value`); those without a value are a slice
        of their own, null.
    window_days
        The window ``w``, at least 1; the data's own of the orders if not given.
    periods
        At most so many: the last complete ones with a full start.

    Returns
    -------
    DataFrame
        A row a slice, the largest first: ``slice``; ``starting`` (ΣS over the
        periods, the customers of one start added to those of the next), ``lost``
        (ΣL), ``new``, ``reactivated``; the rates of :func:`movement` from these sums;
        ``low, high``, the 95 % interval of ``churn_rate``; ``customers`` who were
        active at one start or more; ``active_customers`` at ``as_of``;
        ``first_period, last_period``. Empty without such a period.

        One customer counts at several starts, so customers are the units of the
        interval: the variance of a ratio of their sums (Cochran 1977, ch. 6) gives
        an effective number of customer-periods (``effective_starting``), and that
        goes into Wilson's interval (Korn & Graubard 1998).

    Raises
    ------
    TooSmallError
        ``window_days`` is less than 1.
    """
    days = silence.chosen(orders, window_days)
    known = _known_starts(orders, grain, days)
    if not known:
        return pd.DataFrame(columns=[*SLICED])
    chosen = known[-periods:]
    sums = _totals(orders, grain, days, (chosen[0], chosen[-1]), by)
    starts = calendar.starts(orders.first_day, orders.as_of, grain)
    won = sums["new"] + sums["reactivated"]
    frame = spells.with_rates(sums.assign(ending=sums["starting"] + won - sums["lost"]))
    losses, size = effective(frame)
    low, high = wilson(losses, size)
    frame = frame.assign(
        low=low,
        high=high,
        effective_starting=size,
        first_period=pd.Timestamp(starts[chosen[0]]),
        last_period=pd.Timestamp(starts[chosen[-1]]),
    )
    return frame[[*SLICED]]


def apart(frame: pd.DataFrame) -> tuple[str, str] | None:
    """The slices that lose least and most, if they differ beyond chance.

    ``frame`` is some of :func:`by_slice`. However many slices are looked at, equal
    ones are told apart in one case of twenty: the range of their rates is held
    against that of as many equal ones (Tukey–Kramer), with the variance of the rate of
    all together. Slices of fewer than 30 customers and those without a value are left
    out.
    """
    known = frame[frame["slice"].notna() & (frame["customers"] >= ENOUGH_CUSTOMERS)]
    if len(known) < 2:
        return None
    rate = known["lost"].sum() / known["starting"].sum()
    ordered = known.sort_values(["churn_rate", "slice"])
    best, worst = ordered.iloc[0], ordered.iloc[-1]
    sizes = float(best["effective_starting"]), float(worst["effective_starting"])
    error = np.sqrt(rate * (1 - rate) / 2 * sum(1 / size for size in sizes))
    if not error:
        return None
    distance = (worst["churn_rate"] - best["churn_rate"]) / error
    if studentized_range.sf(distance, len(known), np.inf) > CLEAR:
        return None
    return str(best["slice"]), str(worst["slice"])


def _known_starts(orders: Orders, grain: Grain, days: int) -> list[int]:
    """Places in the calendar of the complete periods with a whole window before."""
    full = orders.first_day + dt.timedelta(days=days)
    last = calendar.last_complete(orders.as_of, grain)
    starts = calendar.starts(orders.first_day, orders.as_of, grain)
    return [place for place, start in enumerate(starts) if full <= start <= last]


def effective(frame: pd.DataFrame) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Losses and customer-periods as if each of these stood for itself.

    Where the losses do not vary each customer counts once: nothing else is known.
    """
    total, units = frame["starting"].to_numpy(float), frame["customers"].to_numpy(float)
    rate = frame["churn_rate"].to_numpy(float)
    squares = (
        frame["lost_squared"]
        - 2 * rate * frame["product"]
        + rate**2 * frame["starting_squared"]
    ).to_numpy(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = squares / total**2 * units / (units - 1)
        size = np.where(rate * (1 - rate) > 0, rate * (1 - rate) / variance, units)
    size = np.where(units > 1, np.minimum(size, total), np.minimum(units, total))
    return np.nan_to_num(rate) * size, size


def _totals(
    orders: Orders, grain: Grain, days: int, span: Span, by: str
) -> pd.DataFrame:
    """What :func:`spells.counted` says, summed over ``span``, for each slice.

    Returns
    -------
    DataFrame
        ``slice``; the ``SUMS`` and ``lapsed``; ``active_customers`` at ``as_of``;
        ``customers``, how many were active at a start; and over these
        ``starting_squared``, ``lost_squared``, ``product``: the sums of S², L² and
        S·L of each customer's own.
    """
    rows = spells.flagged(orders, grain, days, span)
    own = rows.mutate(
        starting=rows.active.ifelse(overlap(rows.lo, rows.until, span), 0),
        known=rows["first"].ifelse(overlap(rows.lo, ibis.literal(span[1]), span), 0),
        new=_ones(rows.new & (rows.lo - 1).between(*span)),
        reactivated=_ones(rows.begins & ~rows.new & (rows.lo - 1).between(*span)),
        lost=_ones(rows.ends & rows.hi.between(*span)),
        lost_revenue=(rows.ends & rows.hi.between(*span)).ifelse(rows.trailing, 0.0),
        now=_ones(rows.now),
    )
    each = own.group_by("customer_id").agg(
        **{name: own[name].sum() for name in (*SUMS, "known", "now")}
    )
    values = first_value(orders, by).rename(slice="value")
    sliced = each.left_join(values, "customer_id")
    found = sliced.group_by("slice").agg(
        **{name: sliced[name].sum() for name in SUMS},
        lapsed=(sliced.known - sliced.starting).sum(),
        active_customers=sliced.now.sum(),
        customers=_ones(sliced.starting > 0).sum(),
        starting_squared=(sliced.starting * sliced.starting).sum(),
        lost_squared=(sliced.lost * sliced.lost).sum(),
        product=(sliced.starting * sliced.lost).sum(),
    )
    answer = orders.run(found.order_by([found.starting.desc(), found.slice.asc()]))
    fractions = ("slice", "revenue", "lost_revenue")
    return answer.astype({n: "int64" for n in answer if n not in fractions})


def _ones(flag: ir.BooleanValue) -> ir.IntegerValue:
    """1 where it is true, 0 where it is false or nobody knows."""
    return flag.fill_null(False).cast("int64")
