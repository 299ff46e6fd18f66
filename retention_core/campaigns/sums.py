"""From a row a customer to groups that may be held beside each other."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import ibis
import numpy as np
import pandas as pd

from retention_core import engine
from retention_core.campaigns import effects, responses
from retention_core.campaigns.effects import Effect, Group
from retention_core.contrasts import Sample, welch
from retention_core.intervals import ROUNDING

if TYPE_CHECKING:
    from collections.abc import Iterator

    import ibis.expr.types as ir
    from numpy.typing import NDArray

    from retention_core.orders import Orders

KEYS = ["campaign", "offer", "control", "contacted_on"]
COUNTED = ["customers", "buyers", "revenue", "squares", "logs", "log_squares"]
MOST_DAYS = 10
"""Up to so many days of contact each is a draw of its own; of more, each month."""
ALIKE = 0.001
"""Groups drawn by lot differ as much beforehand once in a thousand campaigns."""


@contextmanager
def drawn(
    orders: Orders, *, days: int, campaign: str | None = None
) -> Iterator[ir.Table | None]:
    """What everybody did after the first contact of each campaign, worked out once.

    :func:`retention_core.campaigns.responses.responses`, held in the engine; ``None``
    where the shop has no contacts. Of one ``campaign`` only, where one is named.
    """
    contacts = responses.contacts_of(orders)
    if contacts is None:
        yield None
        return
    if campaign is not None:
        contacts = contacts.filter(contacts.campaign == campaign)
    first = responses.first_of_campaign(contacts)
    table = responses.responses(orders, first, days=days)
    with engine.held(table, orders.backend) as held:
        yield held


def summed(orders: Orders, table: ir.Table, *by: str) -> pd.DataFrame:
    """Add up customers of each campaign, offer, group and day of contact.

    Parameters
    ----------
    table
        As of :func:`drawn`.
    by
        More columns to add up by.

    Returns
    -------
    DataFrame
        ``KEYS`` and ``by``; of customers who had bought before and whose window is
        over: ``customers, buyers, revenue, squares`` (of each one's revenue), ``logs,
        log_squares`` (of ln(1 + revenue before the contact)); ``waiting`` (had bought
        before, window not over), ``without_purchase`` (before the contact); ``list``.
    """
    known = table.earlier_orders > 0
    counts = known & table.complete
    # A refund that matches no order may leave a customer with less than nothing.
    log = (ibis.greatest(table.earlier_revenue, 0.0) + 1.0).ln()
    sums = table.group_by(*KEYS, *by).agg(
        list=table["list"].max(),
        customers=table.count(where=counts),
        buyers=table.bought.sum(where=counts).fill_null(0),
        revenue=table.revenue.sum(where=counts).fill_null(0.0),
        squares=(table.revenue * table.revenue).sum(where=counts).fill_null(0.0),
        logs=log.sum(where=counts).fill_null(0.0),
        log_squares=(log * log).sum(where=counts).fill_null(0.0),
        waiting=table.count(where=known & ~table.complete),
        without_purchase=table.count(where=~known),
    )
    found = orders.run(sums.order_by([*KEYS, *by]))
    days = pd.to_datetime(found["contacted_on"]).astype("datetime64[s]")
    numbers = found[COUNTED].astype("float64")
    return found.assign(contacted_on=days, **{name: numbers[name] for name in COUNTED})


def beside(contacted: pd.DataFrame, control: pd.DataFrame) -> dict[str, float]:
    """Two groups of one campaign, made comparable.

    Groups are drawn by lot on the day of the contact, and different days had different
    shares held back, and different orders coming: only days on which both groups have
    customers count, and the control customers of each are weighted to the number of
    those contacted on it.

    Parameters
    ----------
    contacted, control
        Rows of :func:`summed`.

    Returns
    -------
    dict
        Of both, with ``contacted_`` or ``control_`` before: ``COUNTED``, of the control
        group as many as its weights are worth, (Σw)²/Σw²; ``people`` and ``bought``
        (how many they really are), ``unmatched`` (those on days without the other
        group). All 0 where no day has both.
    """
    many = pd.concat([contacted, control])["contacted_on"].nunique() > MOST_DAYS
    one, other = (_by_day(rows, months=many) for rows in (contacted, control))
    shared = one.index.intersection(other.index)
    own, held_back = one.loc[shared], other.loc[shared]
    found: dict[str, float] = {}
    for name, sums, rows, every in (
        ("contacted", own.sum(), own, one),
        ("control", _weighted(held_back, own["customers"]), held_back, other),
    ):
        found |= {f"{name}_{column}": float(sums[column]) for column in COUNTED}
        people = float(rows["customers"].sum())
        found[f"{name}_people"] = people
        found[f"{name}_bought"] = float(rows["buyers"].sum())
        found[f"{name}_unmatched"] = float(every["customers"].sum()) - people
    return found


def _by_day(rows: pd.DataFrame, *, months: bool) -> pd.DataFrame:
    """Sums by day, or by the first day of the month, with at least a customer."""
    days = rows["contacted_on"].to_numpy("datetime64[D]")
    days = days.astype("datetime64[M]") if months else days
    each = rows[COUNTED].groupby(days).sum()
    return each[each["customers"] > 0]


def _weighted(rows: pd.DataFrame, towards: pd.Series) -> pd.Series:
    """Sums over days whose weights are ``towards``, as of the customers these leave."""
    if len(rows) < 2:  # One day is its own weight.
        return rows.sum()
    weight = towards / towards.sum()
    per_head = rows.div(rows["customers"], axis=0).mul(weight, axis=0).sum()
    return per_head / (weight**2 / rows["customers"]).sum()


def group(pairs: pd.DataFrame, name: str) -> Group:
    """One side of many comparisons: ``"contacted"`` or ``"control"``.

    ``pairs`` has a row of :func:`beside` each.
    """
    columns = ("customers", "buyers", "revenue", "squares")
    return Group(*(pairs[f"{name}_{each}"].to_numpy(np.float64) for each in columns))


def compared(pairs: pd.DataFrame) -> tuple[Effect, Effect]:
    """Shares of buyers and revenue a customer, contacted less control."""
    one, other = group(pairs, "contacted"), group(pairs, "control")
    return effects.shares(one, other), effects.money(one, other)


def alike(pairs: pd.DataFrame) -> NDArray[np.bool_]:
    """Whether what both groups had spent before agrees with a draw by lot.

    Welch's test of ln(1 + revenue before the contact): false where chance alone would
    do as much less than once in a thousand. Then the groups were not drawn by lot, and
    what they did after says little of the campaign. True where a group has fewer than
    two customers: nothing speaks against it.
    """
    samples = []
    for name in ("contacted", "control"):
        n, logs, squares = (
            pairs[f"{name}_{each}"].to_numpy(np.float64)
            for each in ("customers", "logs", "log_squares")
        )
        n = np.where(n >= 2, n, np.nan)  # Fewer do not vary.
        mean = logs / n
        apart = squares - n * mean**2
        spread = np.where(apart > ROUNDING * squares, apart, 0.0) / (n - 1)
        samples.append(Sample(mean, spread, n))
    found = welch(*samples)
    differ = np.abs(found.difference) > ROUNDING * np.abs(samples[0].mean)
    return ~(differ & (found.p_value < ALIKE))
