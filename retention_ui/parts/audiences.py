"""Which offer sold more, and for whom a campaign worked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from retention_ui import blocks, inputs, queries
from retention_ui.figures import campaigns as figures
from retention_ui.figures.frames import Row, records
from retention_ui.findings import audiences as findings
from retention_ui.findings import campaigns as told
from retention_ui.formats import short
from retention_ui.parts import common
from retention_ui.parts.campaigns import KINDS, MEASURES

if TYPE_CHECKING:
    from retention_ui.page import Page

# How a pair of offers stands in the columns of a figure about two groups.
AS_PAIR = {
    "other_share": "control_share",
    "difference": "uplift",
    "other_revenue": "control_revenue",
    "revenue_difference": "revenue_uplift",
    "customers": "contacted",
    "other_customers": "control",
}
# What customers are parted by besides the dimensions of their first order.
OWN = ("silence", "earlier_orders", "earlier_revenue")
MOST_DIMENSIONS = 3
# Of more values than a figure has rows hardly any would have enough customers.
MOST_VALUES = figures.MOST_ROWS
PAIR = ("campaign", "offer", "other")
# Of a pair of offers: columns that change places where they do, and those of the
# difference between them, which change their sign.
PLACES = ("customers", "buyers", "share", "revenue")
SIGNS = {
    "difference": ("low", "high"),
    "revenue_difference": ("revenue_low", "revenue_high"),
}
TURNED = {"more": "less", "less": "more"}


def offers(page: Page, days: int) -> None:
    """Draw the offers of one campaign beside each other, where one had several."""
    asked: pd.DataFrame = queries.ask(page.shop, "campaign_offers", days=days)
    if asked.empty:
        return
    frame = better_first(asked)
    finding = findings.offers(frame, page.formats).words(page.texts)
    fields: dict[str, Any] = {
        "left": _left(page, frame),
        "days": page.formats.days(days),
    }
    shown = frame[frame["difference"].notna()].head(figures.MOST_ROWS)
    if shown.empty:
        page.section("offers", finding, table=frame, kinds=KINDS, **fields)
        return
    names = [_pair(page, each) for each in records(shown)]
    drawn = shown.rename(columns=AS_PAIR).assign(name=names)
    with st.container(gap="xsmall"):
        st.header(finding, help=page("help.offers"), anchor=False)
        blocks.note(page("notes.offers", **fields))
    grid = st.grid(2, min_column_width=330, gap=("medium", "medium"))
    for of in MEASURES:
        sided = drawn.assign(side=findings.offer_sides(shown, of))
        figure = figures.differences(sided, *page.drawing, of=of, against="offer")
        with grid.cell(), st.container(gap="xsmall"):
            blocks.show(figure, f"{page.name}.offers.{of}")
    with st.container(horizontal=True, gap="small"):
        page.downloads("offers", frame, KINDS)


def better_first(frame: pd.DataFrame) -> pd.DataFrame:
    """Name of each pair of offers the one first that more bought on."""
    turned = frame["difference"] < 0
    swaps = {"offer": "other", **{name: f"other_{name}" for name in PLACES}}
    names = {**swaps, **{other: name for name, other in swaps.items()}}
    for low, high in SIGNS.values():
        names |= {low: high, high: low}
    found = frame.rename(columns=names)[[*frame.columns]]
    for value, ends in SIGNS.items():
        for name in (value, *ends):
            found[name] = -found[name]
    for name in ("verdict", "revenue_verdict"):
        found[name] = found[name].replace(TURNED)
    return frame.where(~turned, found).astype(frame.dtypes)


def for_whom(page: Page, frame: pd.DataFrame, days: int) -> None:
    """Draw what a campaign added by group of customers, parted as the user chooses.

    All ways to part them are asked for at once, so that what is said holds for all
    that could be looked at.
    """
    names, first = _told(frame)
    if first is None:
        return
    drawn = st.container(gap="xsmall")
    with blocks.controls():
        campaign = inputs.choice(
            page.scope, "of", list(names), first, names=names, width=280
        )
        few = [by for by, of in page.groups.items() if len(of) <= MOST_VALUES]
        dimensions = [*OWN, *few[:MOST_DIMENSIONS]]
        found: pd.DataFrame = queries.ask(
            page.shop, "campaign_for_whom", campaign=campaign, by=dimensions, days=days
        )
        known = [by for by in dimensions if (found["by"] == by).any()]
        if not known:
            return
        words = {by: _dimension(page, by) for by in known}
        usual = _clearest(found, known)
        by = inputs.choice(page.scope, "by", known, usual, names=words, width=220)
    rows = found[found["by"] == by]
    rows = rows.assign(name=[_group(page, each) for each in records(rows)])
    with drawn:
        _groups(page, rows, findings.for_whom(rows, page.formats).words(page.texts))


def _groups(page: Page, rows: pd.DataFrame, finding: str) -> None:
    shown = rows[rows["uplift"].notna()]
    shown = shown.sort_values("contacted", ascending=False, kind="stable")
    shown = shown[shown["verdict"] != "too_few"].head(figures.MOST_ROWS).sort_index()
    small = int((rows["verdict"] == "too_few").sum())
    others = len(rows) - small - len(shown)
    fields: dict[str, Any] = {
        "small": page("groups_small", count=small, n=small) if small else "",
        "others": page("groups_more", count=others, n=others) if others > 0 else "",
        "against": page("against_offers")
        if (rows["against"] == "offers").any()
        else "",
    }
    if shown.empty:
        page.section("for_whom", finding, table=rows, kinds=KINDS, **fields)
        return
    shown = shown.assign(side=findings.group_sides(shown))
    figure = figures.differences(shown, *page.drawing, of="buyers", against="groups")
    page.section("for_whom", finding, figure, table=rows, kinds=KINDS, **fields)


def _told(frame: pd.DataFrame) -> tuple[dict[str, str], str | None]:
    """Campaigns of which something can be told, by name, and the one to begin with.

    That is the latest that made a clear difference, else the latest.
    """
    rows = records(frame)
    clear = [e["campaign"] for e in rows if told.verdict(e) in told.CLEAR]
    found = [e["campaign"] for e in rows if told.verdict(e) in told.TOLD]
    first = next(iter([*clear, *found]), None)
    return {name: short(name) for name in found}, first


def _clearest(found: pd.DataFrame, known: list[str]) -> str:
    """What parts the customers most clearly; the first where nothing does."""
    p_values = found.groupby("by")["interaction_p_value"].min().reindex(known)
    return known[0] if p_values.isna().all() else str(p_values.idxmin())


def _dimension(page: Page, by: str) -> str:
    return page(f"by.{by}") if by in OWN else common.named(page, by)


def _pair(page: Page, each: Row) -> str:
    """Two offers by name, with their campaign."""
    return page("pair", **{name: str(each[name]) for name in PAIR})


def _group(page: Page, each: Row) -> str:
    """Name a group, with the offer where there were several."""
    by, formats = each["by"], page.formats
    if by not in OWN:
        name = str(each["group"])
    elif by == "earlier_revenue":
        ends = [formats.money(each[f"{end}_value"], "about") for end in ("from", "to")]
        name = page("groups.earlier_revenue", low=ends[0], high=ends[1])
    else:
        low, high = (round(each[f"{end}_value"]) for end in ("from", "to"))
        key = f"groups.{by}.{'one' if low == high else 'several'}"
        name = page(key, count=low, low=formats.count(low), high=formats.count(high))
    if pd.isna(each["offer"]):
        return name
    return page("named", campaign=each["offer"], offer=name)


def _left(page: Page, frame: pd.DataFrame) -> str:
    """Say which pairs are not drawn, or drawn and prove nothing."""
    counts = {
        "apart": int((frame["verdict"] == "apart").sum()),
        "early": int((frame["verdict"] == "too_early").sum()),
        "unlike": int((~frame["alike"].astype(bool)).sum()),
        "more": max(0, int(frame["difference"].notna().sum()) - figures.MOST_ROWS),
    }
    said = [
        page(f"offers_left.{name}", count=count, n=page.formats.count(count))
        for name, count in counts.items()
        if count
    ]
    return " ".join(said)
