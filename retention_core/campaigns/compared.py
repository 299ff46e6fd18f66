"""The offers of one campaign beside each other: who got which was drawn by lot, too."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from retention_core.campaigns import sums, told

if TYPE_CHECKING:
    from retention_core.orders import Orders

COLUMNS = (
    *("campaign", "offer", "other", "contacted_on", "customers", "other_customers"),
    *("buyers", "other_buyers", "share", "other_share"),
    *("difference", "low", "high", "p_value", "adjusted_p_value", "verdict"),
    *("revenue", "other_revenue", "revenue_difference", "revenue_low", "revenue_high"),
    *("revenue_p_value", "revenue_verdict", "alike", "waiting"),
)


def offers(orders: Orders, *, days: int = 30) -> pd.DataFrame:
    """Every two offers of the same campaign, held beside each other.

    Of the contacted alone, on the days on which both were sent; definitions as of
    :func:`retention_core.campaigns.results`. It compares offers only where chance
    decided who got which: ``alike`` says whether that can be.

    Returns
    -------
    DataFrame
        A row a pair, the latest campaign first; empty where no campaign had two offers:
        ``campaign, offer, other, contacted_on`` (its first day), ``customers,
        other_customers, buyers, other_buyers, share, other_share``, ``difference`` =
        share − other_share with ``low, high`` (95 %), ``p_value`` and
        ``adjusted_p_value`` (Holm 1979 over the table); ``revenue, other_revenue`` (a
        customer's mean), ``revenue_difference, revenue_low, revenue_high,
        revenue_p_value``; ``verdict`` and ``revenue_verdict``: ``offer`` brought
        ``"more"`` or ``"less"`` than ``other``, ``"too_few"`` to tell, ``"too_early"``,
        or ``"apart"``: never sent on the same day, so that the days may have made the
        difference; figures are NaN in the last two. ``alike`` as of ``results``;
        ``waiting`` counts those of both whose window is not over.
    """
    with sums.drawn(orders, days=days) as table:
        if table is None:
            return pd.DataFrame(columns=[*COLUMNS])
        rows = sums.summed(orders, table.filter(~table.control & table.offer.notnull()))
    asked = [
        (one, other)
        for _, campaign in rows.groupby("campaign", sort=True)
        for one, other in combinations(_by_offer(campaign), 2)
    ]
    if not asked:
        return pd.DataFrame(columns=[*COLUMNS])
    pairs = pd.DataFrame([sums.beside(*each) for each in asked])
    found = _judged(pd.DataFrame([_facts(*each) for each in asked]), pairs)
    order = ["contacted_on", "campaign", "offer", "other"]
    down = [False, True, True, True]
    return found.sort_values(order, ascending=down, ignore_index=True)[[*COLUMNS]]


def _by_offer(campaign: pd.DataFrame) -> list[pd.DataFrame]:
    return [rows for _, rows in campaign.groupby("offer", sort=True)]


def _facts(one: pd.DataFrame, other: pd.DataFrame) -> dict[str, object]:
    both = pd.concat([one, other])
    return {
        "campaign": one["campaign"].iloc[0],
        "offer": one["offer"].iloc[0],
        "other": other["offer"].iloc[0],
        "contacted_on": both["contacted_on"].min(),
        "waiting": int(both["waiting"].sum()),
        "over": bool(one["customers"].sum() > 0 and other["customers"].sum() > 0),
    }


def _judged(facts: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    early = ~facts["over"] & (facts["waiting"] > 0)
    apart = pairs["contacted_people"] == 0
    few = ~facts["over"]
    state = pd.Series(
        np.select([early, few, apart], ["too_early", "too_few", "apart"], "judged")
    )
    frame = facts.assign(alike=sums.alike(pairs))
    for prefix, name in (("", "contacted"), ("other_", "control")):
        size = pairs[f"{name}_customers"]
        frame[f"{prefix}customers"] = pairs[f"{name}_people"].astype("int64")
        frame[f"{prefix}buyers"] = pairs[f"{name}_bought"].astype("int64")
        frame[f"{prefix}share"] = pairs[f"{name}_buyers"] / size
        frame[f"{prefix}revenue"] = pairs[f"{name}_revenue"] / size
    names = ("difference", "low", "high", "p_value")
    for effect, prefix in zip(sums.compared(pairs), ("", "revenue_"), strict=True):
        for name, values in zip(names, effect, strict=True):
            known = (state == "judged").to_numpy()
            frame[f"{prefix}{name}"] = np.where(known, values, np.nan)
    return told.judge(frame, state)
