"""How long until the next purchase, with those who still wait counted in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
import numpy as np
import pandas as pd

from retention_core.errors import TooSmallError
from retention_core.intervals import Z95
from retention_core.logrank import LogRank as LogRank
from retention_core.logrank import log_rank as log_rank
from retention_core.slices import first_value

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from retention_core.orders import Orders

LEAST_AT_RISK = 30
LEAST_SHARE_AT_RISK = 0.1
LARGEST_SLICES = 5
ROUNDING = 1e-12


def next_purchase(orders: Orders, *, after: int = 1) -> pd.DataFrame:
    """Time from a customer's ``after``-th purchase day to the next (Kaplan–Meier).

    Parameters
    ----------
    after
        1: from the first to the second, 2: from the second to the third … At least 1.

    Returns
    -------
    DataFrame
        A row a day from 0 to the longest observed wait: ``days, at_risk`` (customers
        who had not come back before, and were still watched), ``returned`` (share
        back by then), ``low, high`` (95 %). Empty where nobody has ``after``
        purchase days.

    Raises
    ------
    TooSmallError
        ``after`` is less than 1.
    """
    return kaplan_meier(orders.run(_counted(_after(orders, after))))


def waiting_times(orders: Orders, *, most: int = 3) -> pd.DataFrame:
    """Waits by the purchase day they begin with, counted in one pass.

    ``after`` (1, 2 … ``most``, and ``most`` + 1 for all later ones), ``days,
    returned, waiting``: one ``after`` is what :func:`next_purchase` is worked out
    from, all of them together are :func:`interval_counts`.
    """
    every = waits(orders)
    position = ibis.least(every.position, most) + 1
    return orders.run(_counted(every.mutate(after=position), "after"))


def by_slice(
    orders: Orders, *, by: str, after: int = 1, most: int = LARGEST_SLICES
) -> pd.DataFrame:
    """:func:`next_purchase` for each of the largest slices, the largest first.

    Parameters
    ----------
    by
        What customers are sliced by, as of their first order
        (:func:`retention_core.slices.first_value`); those without a value are left
        out.
    after
        1: from the first to the second, 2: from the second to the third … At least 1.
    most
        At most so many slices, by customers with ``after`` purchase days.

    Returns
    -------
    DataFrame
        ``slice`` and the columns of :func:`next_purchase`.

    Raises
    ------
    TooSmallError
        ``after`` is less than 1.
    """
    return curves(slice_counts(orders, by=by, after=after, most=most))


def slice_counts(
    orders: Orders, *, by: str, after: int = 1, most: int = LARGEST_SLICES
) -> pd.DataFrame:
    """What :func:`by_slice` is worked out from, and :func:`log_rank`.

    ``slice, days, returned, waiting``: as :func:`interval_counts`, of the waits after
    the ``after``-th purchase day of each of the largest slices.
    """
    values = first_value(orders, by).rename(slice="value")
    every = _after(orders, after).join(
        values.filter(values.slice.notnull()), "customer_id"
    )
    sizes = every.group_by("slice").agg(customers=every.count())
    sizes = sizes.order_by([sizes.customers.desc(), sizes.slice.asc()]).limit(most)
    counts = _counted(every, "slice").join(sizes, "slice")
    ordered = counts.order_by([counts.customers.desc(), "slice", "days"])
    return orders.run(ordered.drop("customers"))


def curves(counts: pd.DataFrame) -> pd.DataFrame:
    """Kaplan–Meier curve of each slice of :func:`slice_counts`, in their order."""
    found = [
        kaplan_meier(each).assign(slice=name)
        for name, each in counts.groupby("slice", sort=False)
    ]
    every = pd.concat(found) if found else kaplan_meier(counts).assign(slice=None)
    return every[["slice", *every.columns.drop("slice")]].reset_index(drop=True)


def gaps(orders: Orders) -> pd.DataFrame:
    """All waits between purchase days, beside the finished ones only.

    Returns
    -------
    DataFrame
        As :func:`next_purchase` over every wait of every customer, the running one
        censored at ``as_of``, and ``finished``: the share of the *finished* waits
        that lasted no longer, which leaves out those who never came back.
    """
    return beside_finished(interval_counts(orders))


def beside_finished(counts: pd.DataFrame) -> pd.DataFrame:
    """:func:`gaps` from counts as of :func:`interval_counts`."""
    back = _daily(counts)["returned"].cumsum()
    finished = (back / back.iloc[-1:].sum()).to_numpy()
    return kaplan_meier(counts).assign(finished=finished)


def day_reaching(frame: pd.DataFrame, share: float, of: str = "returned") -> int | None:
    """First day on which column ``of`` reaches ``share``; ``None`` if never."""
    reached = frame.loc[frame[of] >= share - ROUNDING, "days"]
    return None if reached.empty else int(reached.iloc[0])


def median_of_returned(frame: pd.DataFrame) -> int | None:
    """Days within which half of those who come back do so.

    ``frame`` is one of :func:`next_purchase` or :func:`gaps`. Those who come back:
    as far as the curve can be trusted (:func:`horizon`), else as far as it goes.
    ``None`` where nobody came back.
    """
    last = horizon(frame, frame["at_risk"].max() if len(frame) else 0)
    known = frame if last is None else frame[frame["days"] <= last]
    back = known["returned"].max()
    return day_reaching(known, back / 2) if back > 0 else None


def horizon(frame: pd.DataFrame, customers: int) -> int | None:
    """Last day with enough waits still at risk to read the curve (definitions §4).

    At least 30, and at least a tenth as many as there are customers.
    """
    least = max(LEAST_AT_RISK, LEAST_SHARE_AT_RISK * customers)
    known = frame.loc[frame["at_risk"] >= least, "days"]
    return None if known.empty else int(known.iloc[-1])


def waits(orders: Orders) -> ir.Table:
    """Every customer's waits between purchase days.

    A row a customer and purchase day: ``customer_id, amount, position`` (from 0),
    ``day, next_day`` (null while the wait runs), ``days`` (to it, or to ``as_of``).
    """
    days = orders.purchase_days
    order = ibis.window(group_by=days.customer_id, order_by=days.day)
    every = days.select(
        customer_id=days.customer_id,
        amount=days.amount,
        position=ibis.row_number().over(order),
        day=days.day,
        next_day=days.day.lead().over(order),
    )
    end = every.next_day.fill_null(ibis.literal(orders.as_of))
    return every.mutate(days=end.delta(every.day, unit="day"))


def interval_counts(orders: Orders) -> pd.DataFrame:
    """Finished and running waits between purchase days by length in days.

    Columns ``days, returned, waiting``: how many ended after so many days with a
    purchase, and how many had lasted so long at ``as_of``.
    """
    return orders.run(_counted(waits(orders)))


def kaplan_meier(counts: pd.DataFrame) -> pd.DataFrame:
    """Product-limit estimate (Kaplan & Meier 1958) of the share that has returned.

    Parameters
    ----------
    counts
        ``days, returned, waiting`` as of :func:`interval_counts`.

    Returns
    -------
    DataFrame
        ``days, at_risk, returned, low, high``, a row a day. The band is Greenwood's
        on the log(−log) scale (Kalbfleisch & Prentice 1980), null once all are back.
    """
    daily = _daily(counts)
    leaving = (daily["returned"] + daily["waiting"]).to_numpy()
    at_risk = leaving[::-1].cumsum()[::-1]
    returned = daily["returned"].to_numpy()
    away = np.cumprod(1 - returned / at_risk)
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = np.cumsum(returned / (at_risk * (at_risk - returned)))
        power = np.exp(Z95 * np.sqrt(variance) / np.log(away))
        # Nobody is back yet: 0 / 0, and the share is 0 for certain.
        low, high = (
            np.where(away == 1, 0.0, 1 - away**bound) for bound in (power, 1 / power)
        )
    return pd.DataFrame(
        {
            "days": daily.index.to_numpy(dtype="int64"),
            "at_risk": at_risk,
            "returned": 1 - away,
            "low": low,
            "high": high,
        }
    )


def _after(orders: Orders, after: int) -> ir.Table:
    """The waits that begin with the ``after``-th purchase day."""
    if after < 1:
        raise TooSmallError(name="after", value=after, least=1)
    every = waits(orders)
    return every.filter(every.position == after - 1)


def _counted(waits: ir.Table, *by: str) -> ir.Table:
    back = waits.next_day.notnull()
    counts = waits.group_by([*by, "days"]).agg(
        returned=back.cast("int64").sum(), waiting=(~back).cast("int64").sum()
    )
    return counts.order_by("days")


def _daily(counts: pd.DataFrame) -> pd.DataFrame:
    """A row for every day from 0 to the longest wait."""
    last = int(counts["days"].max()) if len(counts) else -1
    days = counts.set_index("days")[["returned", "waiting"]]
    return days.reindex(range(last + 1), fill_value=0).astype("int64")
