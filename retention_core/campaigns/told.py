"""Each campaign beside those who were held back from it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from retention_core.campaigns import responses, sums
from retention_core.campaigns.power import detectable
from retention_core.contrasts import holm
from retention_core.intervals import CLEAR

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retention_core.orders import Orders

VERDICTS = ("more", "less", "too_few", "too_early", "no_control")
COLUMNS = (
    *("campaign", "list", "offer", "contacted_on", "last_contacted_on", "complete_on"),
    *("contacted", "control", "buyers", "control_buyers", "share", "control_share"),
    *("uplift", "low", "high", "p_value", "adjusted_p_value", "verdict", "detectable"),
    *("revenue", "control_revenue", "revenue_uplift", "revenue_low", "revenue_high"),
    *("revenue_p_value", "revenue_verdict", "alike", "waiting", "control_waiting"),
    *("without_purchase", "control_contacted", "unmatched", "control_unmatched"),
)


def results(orders: Orders, *, days: int = 30) -> pd.DataFrame:
    """What the contacted bought more than those held back, campaign by campaign.

    Everybody drawn counts in the group drawn, whether the message came or not
    (intention to treat). Counted is what they bought within ``days`` from the day of
    the contact, that day included. In a campaign each customer counts once, as first
    contacted in it. Other campaigns in the window meet both groups alike as long as
    the groups are drawn by lot; of control customers who got one, some of the effect
    may be missing (``control_contacted``). Control customers noted with an offer are
    control of that offer alone, those without one of every offer of the campaign.

    Parameters
    ----------
    days
        Length of the window, 1 or more.

    Returns
    -------
    DataFrame
        A row a campaign and offer, the latest first; empty without contacts.
        ``campaign, list, offer`` (null where nobody said); ``contacted_on,
        last_contacted_on`` (first and last day of contact), ``complete_on`` (the day
        on which every window is over); of customers who had bought before and whose
        window is over, on days (of more than ten, in months) with both groups:
        ``contacted, control`` (customers), ``buyers, control_buyers``, ``share,
        control_share`` (0–1; that of the control weighted to the days of the
        contacted, if several), ``uplift`` = share − control_share with its 95 %
        interval ``low, high``, ``p_value`` (:func:`effects.shares`),
        ``adjusted_p_value`` (Holm 1979 over the table); ``revenue, control_revenue``
        (a customer's mean, net, those who bought nothing included),
        ``revenue_uplift, revenue_low, revenue_high, revenue_p_value``
        (:func:`effects.money`).

        ``verdict``: ``"more"`` or ``"less"`` where the interval of the shares excludes
        0 and the adjusted p value is 0.05 or less; ``"too_few"`` to tell:
        ``detectable`` is the rise of the share that so many would show with a chance
        of 80 % (NaN: none); ``"too_early"``: no window is over, all figures are NaN;
        ``"no_control"``: nobody was held back on the days of the campaign: nobody can
        tell, ``share`` and ``revenue`` stand alone. ``revenue_verdict`` says the same
        of the money. It is ``"more"`` or ``"less"`` only where the shares are clear as
        well: so the two questions need no further correction.

        ``alike``: False where the groups differed in what they had spent before as
        much as a lot does once in a thousand: then they were not drawn by lot, and no
        verdict holds. ``waiting, control_waiting`` (window not over),
        ``without_purchase`` (both groups: had bought nothing before, in no figure),
        ``control_contacted`` (control customers who got another message in the
        window), ``unmatched, control_unmatched`` (on days without the other group, in
        no figure of a campaign that has both).
    """
    with sums.drawn(orders, days=days) as table:
        if table is None:
            return pd.DataFrame(columns=[*COLUMNS])
        rows = sums.summed(orders, table)
        reached = _reached(orders, days)
    if rows.empty:
        return pd.DataFrame(columns=[*COLUMNS])
    asked = [
        (str(campaign), offer, sides(own, offer))
        for campaign, own in rows.groupby("campaign", sort=True)
        for offer in offers_of(own)
    ]
    pairs = pd.DataFrame([sums.beside(*groups) for *_, groups in asked])
    facts = pd.DataFrame([_facts(*each, reached, days) for each in asked])
    frame = _judged(facts, pairs)
    order = ["contacted_on", "campaign", "offer"]
    down = [False, True, True]
    return frame.sort_values(order, ascending=down, ignore_index=True)[[*COLUMNS]]


def sides(rows: pd.DataFrame, offer: str | None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows of one campaign: contacted with an offer, and the control of that offer."""
    control = rows["control"].astype(bool)
    nameless = rows["offer"].isna()
    if offer is not None:
        own = rows["offer"] == offer
        return rows[~control & own], rows[control & (own | nameless)]
    # Where all was sent without a name, all who were held back are the control of it.
    own = nameless | bool((nameless | control).all())
    return rows[~control & nameless], rows[control & own]


def offers_of(rows: pd.DataFrame) -> list[str | None]:
    """What was offered in one campaign, ``None`` where nobody said."""
    given = rows.loc[~rows["control"].astype(bool), "offer"]
    named: list[str | None] = sorted(given.dropna().unique())
    return [*named, None] if given.isna().any() or given.empty else named


def _reached(orders: Orders, days: int) -> pd.DataFrame:
    """``campaign, offer, n``: control customers who were written to all the same."""
    contacts = responses.contacts_of(orders)
    if contacts is None:
        return pd.DataFrame(columns=["campaign", "offer", "n"])
    first = responses.first_of_campaign(contacts)
    both = responses.contaminated(contacts, first, days=days)
    held_back = first.filter(first.control).semi_join(both, ["campaign", "customer_id"])
    return orders.run(held_back.group_by("campaign", "offer").agg(n=held_back.count()))


def _facts(
    campaign: str,
    offer: str | None,
    groups: tuple[pd.DataFrame, pd.DataFrame],
    reached: pd.DataFrame,
    days: int,
) -> dict[str, object]:
    """What needs no test of one campaign and offer."""
    given, held_back = groups
    both = pd.concat([given, held_back])
    last = both["contacted_on"].max()
    shared = bool(held_back["offer"].isna().any())
    named = reached["offer"].isin(held_back["offer"].dropna())
    ours = (reached["campaign"] == campaign) & (
        named | (reached["offer"].isna() & shared)
    )
    lists = both["list"].dropna()
    return {
        "campaign": campaign,
        "list": lists.max() if len(lists) else None,
        "offer": offer,
        "contacted_on": both["contacted_on"].min(),
        "last_contacted_on": last,
        "complete_on": last + dt.timedelta(days=days - 1),
        "waiting": int(given["waiting"].sum()),
        "control_waiting": int(held_back["waiting"].sum()),
        "without_purchase": int(both["without_purchase"].sum()),
        "control_contacted": int(reached.loc[ours, "n"].sum()),
        "all_customers": given["customers"].sum(),
        "all_control": held_back["customers"].sum(),
        "all_buyers": given["buyers"].sum(),
        "all_revenue": given["revenue"].sum(),
    }


def _judged(facts: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    """Figures, tests and verdicts beside the facts, a row each."""
    state = _state(facts, pairs)
    judged = (state == "judged").to_numpy()
    frame = _figures(facts, pairs, state)
    names = ("uplift", "low", "high", "p_value")
    for effect, prefix in zip(sums.compared(pairs), ("", "revenue_"), strict=True):
        for name, values in zip(names, effect, strict=True):
            frame[f"{prefix}{name}"] = np.where(judged, values, np.nan)
    found = np.where(judged, _detectable(pairs), np.nan)
    return judge(frame, state).assign(detectable=found, alike=sums.alike(pairs))


def _figures(
    facts: pd.DataFrame, pairs: pd.DataFrame, state: pd.Series
) -> pd.DataFrame:
    """Counts, shares, means; those of the contacted alone where there is no other."""
    frame = facts.assign(
        contacted=pairs["contacted_people"],
        control=pairs["control_people"],
        buyers=pairs["contacted_bought"],
        control_buyers=pairs["control_bought"],
        unmatched=pairs["contacted_unmatched"],
        control_unmatched=pairs["control_unmatched"],
        revenue=pairs["contacted_revenue"] / pairs["contacted_customers"],
        control_share=pairs["control_buyers"] / pairs["control_customers"],
        control_revenue=pairs["control_revenue"] / pairs["control_customers"],
    )
    alone = state == "no_control"
    whole = facts["all_customers"]
    frame["contacted"] = frame["contacted"].mask(alone, whole)
    frame["buyers"] = frame["buyers"].mask(alone, facts["all_buyers"])
    frame["revenue"] = frame["revenue"].mask(alone, facts["all_revenue"] / whole)
    frame["share"] = frame["buyers"] / frame["contacted"]
    apart = ["unmatched", "control_unmatched"]
    frame[apart] = frame[apart].mask(alone, 0.0)
    counts = ["contacted", "control", "buyers", "control_buyers", *apart]
    return frame.astype(dict.fromkeys(counts, "int64"))


def _state(facts: pd.DataFrame, pairs: pd.DataFrame) -> pd.Series:
    """``"judged"``, or the verdict where there is nothing to judge."""
    nobody = facts["all_control"] + facts["control_waiting"] == 0
    none_over = (facts["all_customers"] == 0) | (facts["all_control"] == 0)
    uncontacted = facts["all_customers"] + facts["waiting"] == 0
    apart = pairs["contacted_people"] == 0
    found = np.select(
        [uncontacted, nobody, none_over, apart],
        ["too_few", "no_control", "too_early", "no_control"],
        "judged",
    )
    return pd.Series(found, index=facts.index)


def judge(frame: pd.DataFrame, state: pd.Series) -> pd.DataFrame:
    """Add ``adjusted_p_value, verdict, revenue_verdict`` to intervals and p values.

    ``state`` is ``"judged"``, or the verdict where there is nothing to judge. The money
    is judged only where the shares are clear.
    """
    shares_p = adjusted(frame["p_value"])
    money_p = adjusted(frame["revenue_p_value"])
    money_p = money_p.mask(money_p < shares_p, shares_p)
    return frame.assign(
        adjusted_p_value=shares_p,
        verdict=_verdicts(frame["low"], frame["high"], shares_p, state),
        revenue_verdict=_verdicts(
            frame["revenue_low"], frame["revenue_high"], money_p, state
        ),
    )


def adjusted(p_values: pd.Series) -> pd.Series:
    """P values corrected for their number (Holm 1979); NaN stays and is not counted."""
    known = p_values.notna()
    found = p_values.copy()
    found[known] = holm(p_values[known])
    return found


def _verdicts(
    low: pd.Series, high: pd.Series, p_value: pd.Series, state: pd.Series
) -> NDArray[np.object_]:
    judged = state == "judged"
    clear = judged & (p_value <= CLEAR)
    found = np.select(
        [clear & (low > 0), clear & (high < 0), judged],
        ["more", "less", "too_few"],
        state,
    )
    return found.astype(object)


def _detectable(pairs: pd.DataFrame) -> list[float]:
    """The rise of the share that so many would show; no share is taken for 0."""
    one, other = sums.group(pairs, "contacted"), sums.group(pairs, "control")
    base = (one.buyers + other.buyers + 1) / (one.customers + other.customers + 2)
    rows = zip(one.customers, other.customers, base, strict=True)
    return [detectable(float(n), float(o), float(each)) for n, o, each in rows]
