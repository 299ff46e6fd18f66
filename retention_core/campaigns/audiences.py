"""For whom a campaign worked better than for others, and whether that is chance."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
import numpy as np
import pandas as pd
from scipy.special import chdtrc, ndtr

from retention_core import slices
from retention_core.campaigns import effects, sums, told
from retention_core.intervals import CLEAR, ENOUGH_CUSTOMERS

if TYPE_CHECKING:
    from collections.abc import Sequence

    import ibis.expr.types as ir
    from numpy.typing import NDArray

    from retention_core.campaigns.effects import Group
    from retention_core.orders import Orders

QUARTERS = ("earlier_revenue", "silence")
"""Customers in four equal parts by what they had spent, or by how long silent."""
ORDERS = "earlier_orders"
STEPS = (1, 3)
"""One order before the contact, two or three, more."""
COLUMNS = (
    *("by", "offer", "against", "group", "from_value", "to_value"),
    *("contacted", "control", "buyers", "control_buyers", "share", "control_share"),
    *("uplift", "low", "high", "rest_uplift", "p_value", "adjusted_p_value"),
    *("interaction_p_value", "verdict"),
)


def for_whom(
    orders: Orders, *, campaign: str, by: str | Sequence[str], days: int = 30
) -> pd.DataFrame:
    """Groups of customers of one campaign, and whether it did more for some.

    A difference between groups is told only if the groups as a whole differ more than
    chance lets them (Cochran's Q of their uplifts) and the group differs from all
    others together; both corrected for all that was looked at in this call.

    Parameters
    ----------
    by
        ``"earlier_revenue"`` or ``"silence"`` (quarters of the customers by what they
        had spent before the contact, by days since their last purchase then),
        ``"earlier_orders"`` (1, 2–3, 4 and more), or a dimension of
        :func:`retention_core.slices.first_value`; or several of these.

    Returns
    -------
    DataFrame
        A row a ``by, offer`` and ``group``; empty without such a campaign. ``against``:
        ``"control"``, or ``"offers"`` where nobody was held back but several offers
        were sent: then the control is whoever got another one. ``group``: a value of
        the dimension, or ``"1"`` to ``"4"`` of which ``from_value`` and ``to_value``
        are the least and the most. ``contacted, control, buyers, control_buyers,
        share, control_share, uplift, low, high`` as of
        :func:`retention_core.campaigns.results`; ``rest_uplift`` of all other groups
        together; ``p_value`` (group against rest), ``interaction_p_value`` (whether
        the groups of this ``by`` and offer differ at all; Holm over those),
        ``adjusted_p_value`` (the greater of it and Holm's of the group among its
        like). ``verdict``: ``"more"`` or ``"less"`` than for the others; ``"same"``:
        nothing that chance would not do; ``"too_few"``: fewer than 30 contacted or 30
        in the control, in no test; ``"too_early"``; ``"no_control"``.
    """
    asked = [by] if isinstance(by, str) else [*by]
    with sums.drawn(orders, days=days, campaign=campaign) as table:
        if table is None:
            return pd.DataFrame(columns=[*COLUMNS])
        frames = [part for each in asked for part in _of_dimension(orders, table, each)]
    if not frames:
        return pd.DataFrame(columns=[*COLUMNS])
    tests = told.adjusted(
        pd.Series([part["interaction_p_value"].iloc[0] for part in frames])
    )
    found = [_judged(part, p) for part, p in zip(frames, tests, strict=True)]
    return pd.concat(found, ignore_index=True)[[*COLUMNS]]


def _of_dimension(orders: Orders, table: ir.Table, by: str) -> list[pd.DataFrame]:
    """A frame an offer: its groups, not yet judged."""
    grouped, edges = _grouped(orders, table, by)
    rows = sums.summed(orders, grouped, "group")
    if rows.empty:
        return []
    names = told.offers_of(rows)
    found = []
    for offer in names:
        given, held_back = told.sides(rows, offer)
        against = "control"
        if held_back.empty and len(names) > 1:
            held = rows["control"].astype(bool) | rows.index.isin(given.index)
            held_back, against = rows[~held], "offers"
        part = _groups(given, held_back)
        part = part.assign(by=by, offer=offer, against=against)
        found.append(part.merge(edges, on="group", how="left"))
    return found


def _grouped(orders: Orders, table: ir.Table, by: str) -> tuple[ir.Table, pd.DataFrame]:
    """The customers with their ``group``, and what the groups reach from and to."""
    if by not in (*QUARTERS, ORDERS):
        values = slices.first_value(orders, by)
        values = values.filter(values.value.notnull()).select(
            who="customer_id", group=values.value.cast("string")
        )
        joined = table.join(values, table.customer_id == values.who).drop("who")
        return joined, pd.DataFrame(columns=["group", "from_value", "to_value"])
    known = table.filter((table.earlier_orders > 0) & table.complete)
    if by == ORDERS:
        cuts = [float(step) for step in STEPS]
    else:
        quarters = {f"q{n}": known[by].quantile(n / 4) for n in (1, 2, 3)}
        cuts = [*orders.run(known.agg(**quarters)).iloc[0].dropna().astype(float)]
    group = sum(
        ((table[by] > cut).cast("int64") for cut in cuts), ibis.literal(1, "int64")
    )
    grouped = table.filter(table[by].notnull()).mutate(group=group.cast("string"))
    reach = grouped.filter((grouped.earlier_orders > 0) & grouped.complete)
    ends = reach.group_by("group").agg(
        from_value=reach[by].min().cast("float64"),
        to_value=reach[by].max().cast("float64"),
    )
    return grouped, orders.run(ends)


def _groups(given: pd.DataFrame, held_back: pd.DataFrame) -> pd.DataFrame:
    """Each group and the rest of them, with the tests between them."""
    names = sorted({*given["group"], *held_back["group"]})
    pairs = _pairs(given, held_back, names, others=False)
    rest = _pairs(given, held_back, names, others=True)
    one, other = sums.group(pairs, "contacted"), sums.group(pairs, "control")
    far, far_other = sums.group(rest, "contacted"), sums.group(rest, "control")
    effect, variance = effects.shares(one, other), _variance(one, other)
    people = pairs[["contacted_people", "control_people"]].min(axis=1)
    large = (people >= ENOUGH_CUSTOMERS).to_numpy()
    beyond = _share(far) - _share(far_other)
    gap = np.abs(effect.difference - beyond)
    p_value = 2 * ndtr(-gap / np.sqrt(variance + _variance(far, far_other)))
    return pd.DataFrame(
        {
            "group": names,
            "contacted": pairs["contacted_people"].astype("int64"),
            "control": pairs["control_people"].astype("int64"),
            "buyers": pairs["contacted_bought"].astype("int64"),
            "control_buyers": pairs["control_bought"].astype("int64"),
            "share": _share(one),
            "control_share": _share(other),
            "uplift": effect.difference,
            "low": effect.low,
            "high": effect.high,
            "rest_uplift": beyond,
            "p_value": np.where(large, p_value, np.nan),
            "interaction_p_value": _interaction(effect.difference, variance, large),
            "state": _state(given, held_back),
        }
    )


def _pairs(
    given: pd.DataFrame, held_back: pd.DataFrame, names: list[str], *, others: bool
) -> pd.DataFrame:
    """Both sides of each group, or of all others together: a row each."""
    found = [
        sums.beside(
            given[(given["group"] == name) != others],
            held_back[(held_back["group"] == name) != others],
        )
        for name in names
    ]
    return pd.DataFrame(found)


def _state(given: pd.DataFrame, held_back: pd.DataFrame) -> str:
    if held_back.empty:
        return "no_control"
    over = min(given["customers"].sum(), held_back["customers"].sum()) > 0
    waiting = given["waiting"].sum() + held_back["waiting"].sum() > 0
    return "too_early" if waiting and not over else "judged"


def _share(group: Group) -> NDArray[np.float64]:
    customers = np.where(group.customers > 0, group.customers, np.nan)
    found: NDArray[np.float64] = group.buyers / customers
    return found


def _variance(one: Group, other: Group) -> NDArray[np.float64]:
    """Of a difference of shares; never 0 (Agresti & Caffo 2000, Am. Stat. 54, 280)."""
    parts = []
    for each in (one, other):
        n = np.where(each.customers > 0, each.customers + 2, np.nan)
        share = (each.buyers + 1) / n
        parts.append(share * (1 - share) / n)
    found: NDArray[np.float64] = parts[0] + parts[1]
    return found


def _interaction(
    uplift: NDArray[np.float64], variance: NDArray[np.float64], large: NDArray[np.bool_]
) -> float:
    """P value of Cochran's Q: whether uplifts differ at all. NaN below two groups."""
    if large.sum() < 2:  # One group differs from nothing.
        return float("nan")
    own, weight = uplift[large], 1 / variance[large]
    mean = (own * weight).sum() / weight.sum()
    return float(chdtrc(large.sum() - 1, (weight * (own - mean) ** 2).sum()))


def _judged(part: pd.DataFrame, interaction: float) -> pd.DataFrame:
    """Verdicts of the groups of one dimension and offer."""
    p_value = told.adjusted(part["p_value"]).clip(lower=interaction)
    clear, gap = p_value <= CLEAR, part["uplift"] - part["rest_uplift"]
    state = part["state"]
    verdict = np.select(
        [
            state != "judged",
            part["p_value"].isna(),
            clear & (gap > 0),
            clear & (gap < 0),
        ],
        [state, "too_few", "more", "less"],
        "same",
    )
    return part.assign(
        adjusted_p_value=p_value,
        interaction_p_value=interaction,
        verdict=verdict.astype(object),
    )
