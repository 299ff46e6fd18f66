"""Groups of customers that come back more or less, or whose revenue fell."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import ibis
import numpy as np
import pandas as pd
from scipy.special import ndtr

from retention_core import periods
from retention_core.contrasts import fisher
from retention_core.findings.candidate import Candidate, Looked
from retention_core.intervals import CLEAR, ENOUGH_CUSTOMERS

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from numpy.typing import NDArray

    from retention_core.findings.history import Histories
    from retention_core.orders import Orders

    Floats = NDArray[np.float64]

MOST_STEPS = 6
HARDLY = 0.2  # an exact test of what is as plain as this would say nothing else
WORTH_SAYING = 0.03
FELL_BY = 0.1
COUNTS = ("customers", "returned", "people", "now", "before", "nn", "bb", "nb")


def sliced(orders: Orders, held: Histories) -> dict[str, pd.DataFrame]:
    """Of each dimension the groups (the index) with all that is asked of them.

    ``customers, returned`` of the months that have a whole month after them;
    ``people`` (all of them); sums of ``now``, ``before`` and of their squares and
    products. Customers of whom nothing is known are in no group.
    """
    rows, last = held.people, periods.last_complete(orders.as_of, "month")
    found = {}
    for name, column in held.columns.items():
        known = rows.filter(rows[column].notnull())
        seen = known.cohort < last
        sums = known.group_by(group=known[column]).agg(
            customers=known.count(where=seen),
            returned=known.returned.sum(where=seen),
            people=known.count(),
            now=known.now.sum(),
            before=known.before.sum(),
            nn=(known.now * known.now).sum(),
            bb=(known.before * known.before).sum(),
            nb=(known.now * known.before).sum(),
        )
        frame = orders.run(sums).sort_values("group").set_index("group")
        found[name] = frame.fillna(0).astype("float64")[[*COUNTS]]
    return found


def returning(slices: dict[str, pd.DataFrame], a_return: float) -> Looked:
    """Groups whose customers order again in the next month more or less than others.

    Each by Fisher's exact test against all others, but for those of its dimension that
    stand out already: see :func:`one_by_one`. ``a_return``: money a year, of one more
    customer in all this time who comes back.
    """
    found, tests = [], 0
    for by, frame in slices.items():
        counts = frame[frame["customers"] > 0]
        p_values = one_by_one(counts)
        tests += len(p_values)
        total, back = counts["customers"].sum(), counts["returned"].sum()
        for group, p_value in p_values.items():
            n, k = (float(counts[name][group]) for name in ("customers", "returned"))
            if p_value > CLEAR or n == total:
                continue
            share, rest = k / n, (back - k) / (total - n)
            if abs(share - rest) < WORTH_SAYING:
                continue
            numbers = {"share": share, "rest_share": rest, "customers": int(n)}
            found.append(
                Candidate(
                    kind="group",
                    subject=(by, str(group)),
                    numbers=numbers,
                    p_value=p_value,
                    worth=abs(share - rest) * n * a_return,
                    customers=(by, str(group)),
                )
            )
    return Looked("groups", tests, found)


def one_by_one(counts: pd.DataFrame) -> dict[str, float]:
    """P value of each group of at least 30 customers against the others.

    One very low group makes every other one look high. So the surest is tested first
    and then left out of what the others are held against, for as long as one differs;
    no later one is surer than one before. Two groups are one test, of the smaller.

    Parameters
    ----------
    counts
        ``customers, returned`` by group (the index).
    """
    left = counts
    found: dict[str, float] = {}
    surest = 0.0
    for _ in range(MOST_STEPS):
        p_values = _beside_rest(left)
        if p_values.empty:
            return found
        first = str(p_values.idxmin())
        surest = max(surest, float(p_values[first]))
        found[first] = surest
        p_values = p_values.drop(first)
        if surest > CLEAR:
            break
        left = left.drop(first)
    return found | {str(name): max(surest, float(p)) for name, p in p_values.items()}


def _beside_rest(counts: pd.DataFrame) -> pd.Series:
    """Fisher's p value of each large group against all others."""
    n, k = counts["customers"].to_numpy(), counts["returned"].to_numpy()
    m, back = n.sum() - n, k.sum() - k
    wanted = (n >= ENOUGH_CUSTOMERS) & (m > 0)
    if len(counts) == 2 and wanted.all():
        wanted[int(n.argmax())] = False
    places = np.flatnonzero(wanted)
    share = k.sum() / max(n.sum(), 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        error = np.sqrt(share * (1 - share) * (1 / n + 1 / m))
        away = np.abs(k / n - back / m) / error
    rough = np.nan_to_num(2 * ndtr(-away), nan=1.0)
    p_values = [
        fisher(int(k[i]), int(n[i]), int(back[i]), int(m[i]))
        if rough[i] <= HARDLY
        else float(rough[i])
        for i in places
    ]
    return pd.Series(p_values, index=counts.index[places], dtype="float64")


def fallen(slices: dict[str, pd.DataFrame], months: int | None) -> Looked:
    """Groups whose revenue fell, and fell more than that of all other customers.

    Revenue of the last months over that of as many before, with customers as its units
    (Cochran 1977, section 2.11), is held against no change and against the others' own
    ratio; once as a logarithm, once as it is, because few customers with much money
    deceive either. The least sure of the four counts.
    """
    found, tests = [], 0
    for by, frame in (slices if months else {}).items():
        large = frame[(frame["people"] >= ENOUGH_CUSTOMERS) & (frame["before"] > 0)]
        tests += len(large)
        whole = frame.sum()
        for group, row in large.iterrows():
            change, rest = _ratio(row), _ratio(whole - row)
            p_value = _fell(row, whole - row)
            if not p_value <= CLEAR or change > 1 - FELL_BY:
                continue
            now, before = float(row["now"]), float(row["before"])
            numbers = {
                "now": now,
                "before": before,
                "change": now / before - 1,
                "rest_change": rest - 1,
                "months": months,
            }
            found.append(
                Candidate(
                    kind="value_fell",
                    subject=(by, str(group)),
                    numbers=numbers,
                    p_value=p_value,
                    worth=(before - now) * 12 / (months or 12),
                    customers=(by, str(group)),
                )
            )
    return Looked("value_fell", tests, found)


def _ratio(sums: pd.Series) -> float:
    """Σ now / Σ before; NaN where nobody had bought."""
    now, before = float(sums["now"]), float(sums["before"])
    return now / before if before > 0 else float("nan")


def _fell(own: pd.Series, rest: pd.Series) -> float:
    """P value of the least sure of four tests; 1 where one of them cannot be made."""
    usual, change = _ratio(rest), _ratio(own)
    if not (usual > 0 and change > 0):
        return 1.0
    before, others = float(own["before"]), float(rest["before"])
    own_error = np.sqrt(_squares(own, change)) / before
    rest_error = np.sqrt(_squares(rest, usual)) / others
    held = np.array([1.0, usual])
    errors = np.array([_squares(own, level) ** 0.5 / before for level in held])
    spreads = np.array([own_error / change] * 2)
    errors[1], spreads[1] = (
        np.hypot(errors[1], rest_error),
        np.hypot(spreads[1], rest_error / usual),
    )
    if not (errors > 0).all() or not (spreads > 0).all():
        return 1.0
    away = np.append((change - held) / errors, np.log(change / held) / spreads)
    return float(2 * ndtr(away.max()))


def _squares(sums: pd.Series, ratio: float) -> float:
    """Σ (now − ratio · before)² over customers."""
    squares = sums["nn"] - 2 * ratio * sums["nb"] + ratio**2 * sums["bb"]
    return max(float(squares), 0.0)


def explained(
    orders: Orders, held: Histories, candidates: list[Candidate]
) -> list[Candidate]:
    """Tell which candidates are only another's customers: those get its ``customers``.

    The surest stand for themselves. Each other one is tested once more without the
    customers of those: what no longer differs then says the same as the one without
    which it differs least.
    """
    heads: list[Candidate] = []
    found = []
    for each in sorted(candidates, key=lambda c: c.p_value or 0.0):
        if not heads or _differs(orders, held, each, heads):
            heads.append(each)
            found.append(each)
            continue
        apart = [(_share_within(orders, held, each, head), head) for head in heads]
        head = max(apart, key=lambda pair: pair[0])[1]
        found.append(_of(each, head))
    return found


def _of(each: Candidate, head: Candidate) -> Candidate:
    return replace(each, customers=head.customers)


def _differs(
    orders: Orders, held: Histories, each: Candidate, heads: list[Candidate]
) -> bool:
    """Whether it still comes back as it did, without the customers of ``heads``."""
    rows, last = held.people, periods.last_complete(orders.as_of, "month")
    rows = rows.filter(rows.cohort < last)
    for head in heads:
        rows = rows.filter(~_in(rows, held, head))
    counts = orders.run(
        rows.group_by(inside=_in(rows, held, each)).agg(
            customers=rows.count(), returned=rows.returned.sum()
        )
    ).set_index("inside")
    if len(counts) < 2:
        return False
    sizes, came = (counts[name].to_dict() for name in ("customers", "returned"))
    n, k, m, back = (int(of[side]) for side in (True, False) for of in (sizes, came))
    low = each.numbers["share"] < each.numbers["rest_share"]
    same_side = (k / n < back / m) == low
    return bool(same_side and fisher(k, n, back, m) <= CLEAR / 5)


def _share_within(
    orders: Orders, held: Histories, each: Candidate, head: Candidate
) -> float:
    """How far the customers of two candidates are the same: of the smaller."""
    rows = held.people
    one, other = _in(rows, held, each), _in(rows, held, head)
    row = orders.run(
        rows.agg(
            both=rows.count(where=one & other),
            one=rows.count(where=one),
            other=rows.count(where=other),
        )
    ).iloc[0]
    return float(row["both"] / max(min(row["one"], row["other"]), 1))


def _in(rows: ir.Table, held: Histories, each: Candidate) -> ir.BooleanValue:
    by, value = each.customers or each.subject
    if by == "cohort":
        return rows.cohort == ibis.date(value)
    return (rows[held.columns[by]] == value).fill_null(False)
