"""A typical customer's life: when the second, third … order comes, and for whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ibis
import numpy as np
import pandas as pd

from retention_core import survival
from retention_core.errors import TooSmallError
from retention_core.survival import LEAST_AT_RISK, LEAST_SHARE_AT_RISK

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from retention_core.orders import Orders

A_YEAR = 365
LEAST_WAITING = 10
QUARTILES = {"quarter_days": 0.25, "median_days": 0.5, "three_quarter_days": 0.75}
BAND = {"share": "returned", "low": "low", "high": "high"}
"""Our columns, and what :func:`retention_core.survival.kaplan_meier` calls them."""
TIMELINE = (
    *("order", "customers", "reached", "until_days", "at_risk", *BAND),
    *("year_share", "year_low", "year_high", *QUARTILES),
    *("of_previous", "of_previous_low", "of_previous_high"),
)


def timeline(orders: Orders, *, upto: int = 6) -> pd.DataFrame:
    """When a typical customer's 2nd, 3rd … order comes, and how many get there.

    Kaplan–Meier over the days from the first purchase day to the n-th, those who are
    not there yet censored at ``as_of``. All rows are read on one day, ``until_days``,
    so that their shares can be compared: the last for which enough customers have been
    watched since their first order, whether they came back or not (at least 30, and a
    tenth of all), and ten or more still wait for their second.

    Parameters
    ----------
    upto
        The last purchase day looked at, at least 2.

    Returns
    -------
    DataFrame
        A row for each ``order`` n = 2 … ``upto``: ``customers`` (all), ``reached``
        (those seen to), ``until_days``, ``at_risk`` (still waiting then), ``share``
        there by then with its 95 % band ``low, high``; ``year_share, year_low,
        year_high`` within 365 days (null where that is beyond ``until_days``);
        ``quarter_days, median_days, three_quarter_days``: days within which a
        quarter, half, three quarters of those who get there do; ``of_previous,
        of_previous_low, of_previous_high``: share of those with n − 1 that gets to n,
        by the days since that order and read like the others (null where too few
        can be watched). Empty where fewer than 30 customers are known.

    Raises
    ------
    TooSmallError
        ``upto`` is less than 2.
    """
    if upto < 2:
        raise TooSmallError(name="upto", value=upto, least=2)
    counts = orders.run(_counted(orders, upto))
    seen = {n: _of_kind(counts, "seen", n) for n in range(1, upto)}
    onward = {n: _onward(counts, n) for n in range(2, upto + 1)}
    until = _last_day(seen[1], onward[2])
    if until is None:
        return pd.DataFrame(columns=[*TIMELINE])
    rows: list[dict[str, Any]] = []
    for order in onward:
        reached = _reached(counts, order)
        row = {
            "order": order,
            "customers": int(seen[1].sum()),
            "reached": int(reached["returned"].sum()),
            "until_days": until,
        }
        row |= _read(survival.kaplan_meier(reached), until)
        last = _last_day(seen[order - 1], onward[order])
        rows.append(row | _of_previous(onward[order], last))
    return pd.DataFrame(rows, columns=[*TIMELINE])


def _counted(orders: Orders, upto: int) -> ir.Table:
    """Customers by what there is to know of their n-th purchase day.

    ``kind, position`` (n)``, days, n``. Kinds: days ``since_first`` and
    ``since_previous``; days ``seen`` from it to ``as_of``; for the latest purchase day
    of a customer also ``waiting`` (since it) and ``waiting_since_first``.
    """
    days = orders.purchase_days
    order = ibis.window(group_by=days.customer_id, order_by=days.day)
    every = days.select(
        position=ibis.row_number().over(order) + 1,
        day=days.day,
        first=days.day.first().over(order),
        previous=days.day.lag().over(order),
        last=days.day.lead().over(order).isnull(),
    )
    every = every.filter(every.position <= upto)
    seen = ibis.literal(orders.as_of).delta(every.day, unit="day")
    of_first = every.day.delta(every["first"], unit="day")
    kinds = {
        "since_first": (of_first, None),
        "since_previous": (every.day.delta(every.previous, unit="day"), None),
        "seen": (seen, None),
        "waiting": (seen, every["last"]),
        "waiting_since_first": (seen + of_first, every["last"]),
    }
    counts = []
    for kind, (value, those) in kinds.items():
        chosen = every if those is None else every.filter(those)
        counted = chosen.group_by("position", days=value).agg(n=ibis._.count())
        counts.append(counted.mutate(kind=ibis.literal(kind)))
    return ibis.union(*counts)


def _of_kind(counts: pd.DataFrame, kind: str, position: int) -> pd.Series:
    """Customers by days, for one kind and position."""
    chosen = counts[(counts["kind"] == kind) & (counts["position"] == position)]
    return chosen.dropna(subset="days").astype({"days": "int64"}).set_index("days")["n"]


def _reached(counts: pd.DataFrame, order: int) -> pd.DataFrame:
    """Days from the first purchase day to the n-th: ``days, returned, waiting``."""
    short = [_of_kind(counts, "waiting_since_first", n) for n in range(1, order)]
    still = pd.concat(short).groupby(level=0).sum()
    return _waits(_of_kind(counts, "since_first", order), still)


def _onward(counts: pd.DataFrame, order: int) -> pd.DataFrame:
    """Days from the purchase day before to the n-th: ``days, returned, waiting``."""
    back = _of_kind(counts, "since_previous", order)
    return _waits(back, _of_kind(counts, "waiting", order - 1))


def _waits(back: pd.Series, still: pd.Series) -> pd.DataFrame:
    """Two counts by days as :func:`survival.kaplan_meier` takes them."""
    both = pd.DataFrame({"returned": back, "waiting": still}).fillna(0)
    return both.astype("int64").rename_axis("days").reset_index()


def _last_day(seen: pd.Series, waits: pd.DataFrame) -> int | None:
    """Last day to read a curve on; ``None`` where too few were watched at all.

    ``seen`` counts the customers by the days seen, ``waits`` by their wait.
    """
    leaving = waits.set_index("days")[["returned", "waiting"]].sum(axis=1)
    least = max(LEAST_AT_RISK, LEAST_SHARE_AT_RISK * seen.sum())
    limits = []
    for by_days, enough in ((seen, least), (leaving, LEAST_WAITING)):
        longest_first = by_days.sort_index(ascending=False).cumsum()
        many = longest_first.index[longest_first >= enough]
        if many.empty:
            return None
        limits.append(int(many[0]))
    return min(limits)


def _read(curve: pd.DataFrame, until: int) -> dict[str, Any]:
    """Shares, bands and quartiles of a curve, as far as ``until``."""
    known = curve[curve["days"] <= until]
    last = known.iloc[-1]
    found: dict[str, Any] = {"at_risk": int(last["at_risk"])}
    found |= {name: last[of] for name, of in BAND.items()}
    a_year = known[known["days"] == A_YEAR]
    if len(a_year):
        found |= {f"year_{name}": a_year.iloc[0][of] for name, of in BAND.items()}
    for name, part in QUARTILES.items():
        share = float(last["returned"])
        day = survival.day_reaching(known, part * share) if share > 0 else None
        found[name] = np.nan if day is None else float(day)
    return found


def _of_previous(counts: pd.DataFrame, until: int | None) -> dict[str, float]:
    """Share that goes on from one order to the next."""
    if until is None:
        return {}
    curve = survival.kaplan_meier(counts)
    last = curve[curve["days"] <= until].iloc[-1]
    names = ("of_previous", "of_previous_low", "of_previous_high")
    return dict(zip(names, last[[*BAND.values()]].astype(float), strict=True))
