"""Sections of the page on tiers: who stands where, who is near."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from retention_core.tiers import ThresholdsError, make_sure
from retention_ui import blocks, inputs, queries
from retention_ui.blocks import MOST_ROWS
from retention_ui.figures import tiers as figures
from retention_ui.figures.frames import records
from retention_ui.findings import tiers as findings
from retention_ui.forecasts import TooLittle
from retention_ui.formats import ABSENT
from retention_ui.parts import common, forecast
from retention_ui.parts.handing_out import Source, hand_out

if TYPE_CHECKING:
    from pandas.io.formats.style import Styler

    from retention_ui.page import Page

BYS = ("orders", "spend")
OVER = ("year", "ever")
TIERS = (1, 2, 3)
MOST = {"orders": 1_000_000, "spend": 1e12}
LISTED = ("customer_id", "customer_name", "why", "stake", "next_tier")


@dataclass(frozen=True)
class Asked:
    """What counts, over which time, and what each tier asks for."""

    by: str
    last_year: bool
    thresholds: tuple[float, ...]

    @property
    def everything(self) -> dict[str, Any]:
        """All of it as a question takes it."""
        steps = list(self.thresholds)
        return {"by": self.by, "last_year": self.last_year, "thresholds": steps}


def asked_for(page: Page) -> Asked:
    """Let the user say what counts and what each tier asks for.

    Round thresholds are proposed from all customers, other ones for each way to count.
    Where those typed do not rise, the page says so, and keeps the proposal.
    """
    with blocks.controls():
        by = inputs.choice(page.scope, "by", BYS)
        over = inputs.choice(page.scope, "over", OVER)
        terms = {"by": by, "last_year": over == "year"}
        proposed = queries.ask(page.shop.everybody(), "tiers_proposed", **terms)
        typed = [
            _threshold(page, f"{by}_{over}_{tier}", by, proposed[tier - 1])
            for tier in TIERS
        ]
    try:
        steps = make_sure(typed)
    except ThresholdsError:
        st.warning(page("thresholds.rise"))
        steps = tuple(proposed)
    if list(typed) != list(proposed):
        st.button(
            page("thresholds.back"),
            type="tertiary",
            icon=":material/undo:",
            on_click=_back,
            args=(page, by, over, proposed),
            key=f"{page.name}.back",
        )
    return Asked(by, over == "year", steps)


def chosen(page: Page) -> Asked:
    """Return the tiers as they were chosen on their own page, for other pages."""
    scope = inputs.Scope("tiers", page.texts)
    by = inputs.kept(scope, "by", BYS[0], lambda text: inputs.one_of(text, BYS))
    over = inputs.kept(scope, "over", OVER[0], lambda text: inputs.one_of(text, OVER))
    terms = {"by": by, "last_year": over == OVER[0]}
    proposed = queries.ask(page.shop.everybody(), "tiers_proposed", **terms)
    typed = [
        inputs.kept(scope, f"{by}_{over}_{tier}", proposed[tier - 1], _number)
        for tier in TIERS
    ]
    try:
        steps = make_sure(typed)
    except ThresholdsError:
        steps = tuple(proposed)
    return Asked(by, over == OVER[0], steps)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def standing(page: Page, asked: Asked) -> pd.DataFrame:
    """Draw who stands where, and say who is near the next tier."""
    days = common.window_days(page)
    found: pd.DataFrame = queries.ask(
        page.shop, "tiers_standing", window_days=days, **asked.everything
    )
    page.section(
        "standing",
        findings.standing(found, page.formats).words(page.texts),
        figures.standing(found, *page.drawing),
        table=found,
        over=page(f"counted.{_over(asked)}", date=page.formats.date(page.facts.as_of)),
    )
    st.table(_table(page, found, asked), border="horizontal", hide_index=True)
    return found


def near(page: Page, asked: Asked, found: pd.DataFrame) -> None:
    """List who is one order short of the next tier, and lead to a file."""
    days = common.window_days(page)
    silent = page.formats.days(days)
    active, every = (int(found[name].sum()) for name in ("active", "short"))
    with st.container(gap="xsmall"):
        title = findings.short(found, page.formats).words(page.texts)
        st.header(title, help=page("help.short", days=silent), anchor=False)
        lost = every - active
        blocks.note(
            page(
                f"notes.short_{asked.by}",
                lost=page("lost", count=lost, n=page.formats.count(lost), days=silent),
            )
        )
        if not active:
            return
        if not page.shop.lists:
            blocks.note(page("not_listed"))
            return
        source = _source(page, asked, active, days)
        _preview(page, source)
    hand_out(page, source)


def _source(page: Page, asked: Asked, customers: int, days: int) -> Source:
    fitted = forecast.fitted(page, forecast.USUAL)
    fits = None if isinstance(fitted, TooLittle) else fitted.to_json()
    return Source(
        name="one_short",
        question="tiers_short",
        asked={**asked.everything, "fits": fits, "window_days": days},
        customers=customers,
        reasons=_by_spend if asked.by == "spend" else _by_orders,
        title=page("one_short"),
    )


def _by_orders(page: Page, frame: pd.DataFrame) -> pd.Series:
    said = [
        page.texts("tiers.why_orders", tier=page.texts(f"tiers.names.{n}"))
        for n in frame["next_tier"]
    ]
    return pd.Series(said, index=frame.index, dtype="object")


def _by_spend(page: Page, frame: pd.DataFrame) -> pd.Series:
    said = [
        page.texts(
            "tiers.why_spend",
            tier=page.texts(f"tiers.names.{row['next_tier']}"),
            missing=page.formats.money(row["missing"], "cents"),
            usual=page.formats.money(row["usual_order"], "cents"),
        )
        for row in records(frame)
    ]
    return pd.Series(said, index=frame.index, dtype="object")


def _preview(page: Page, source: Source) -> None:
    """Show the first thousand, each with the reason."""
    found = queries.ask(page.shop, source.question, limit=MOST_ROWS, **source.asked)
    names = [page(f"names.{n}") for n in found["next_tier"]]
    frame = found.assign(why=source.reasons(page, found), next_tier=names)
    heads = {each: page(f"columns.{each}") for each in LISTED}
    config = st.column_config
    kinds: dict[str, Any] = {
        "customer_id": config.TextColumn(heads["customer_id"], pinned=True),
        "why": config.TextColumn(heads["why"], width="large"),
        "stake": config.NumberColumn(heads["stake"], format=page.formats.money_pattern),
    }
    shown = [name for name in LISTED if name in frame]
    columns = {name: kinds.get(name, config.Column(heads[name])) for name in shown}
    blocks.table(frame[shown], f"{page.name}.short.table", columns)
    past = "_past" if source.asked["fits"] is None else ""
    blocks.note(page(f"notes.stake{past}"))


def _table(page: Page, found: pd.DataFrame, asked: Asked) -> Styler:
    """Each tier on a line, the highest first."""
    formats = page.formats
    rows = records(found)[::-1]
    everybody = max(int(found["customers"].sum()), 1)
    table = pd.DataFrame(
        {
            "tier": [page(f"names.{row['tier']}") for row in rows],
            "from": [threshold(page, asked, row["tier"]) for row in rows],
            "customers": [row["customers"] for row in rows],
            "share": [row["customers"] / everybody for row in rows],
            "spend": [row["spend"] for row in rows],
            "short": [row["short"] for row in rows],
            "active": [row["active"] for row in rows],
        }
    )
    heads = {name: page(f"columns.{name}") for name in table}
    written: dict[str, Any] = {
        "customers": formats.count,
        "share": partial(formats.share, digits=1),
        "spend": partial(formats.money, style="about"),
    }
    # Above the highest tier there is no next one.
    next_one: dict[str, Any] = dict.fromkeys(("short", "active"), formats.count)
    below = table.index[1:]
    styled = table.rename(columns=heads).style
    styled = styled.format({heads[name]: write for name, write in written.items()})
    for name, write in next_one.items():
        styled = styled.format(write, subset=(below, heads[name]))
        styled = styled.format(lambda _: ABSENT, subset=([0], heads[name]))
    return styled


def threshold(page: Page, asked: Asked, tier: int) -> str:
    """What a tier asks for, in words."""
    if not tier:
        return page("from.none")
    at = asked.thresholds[tier - 1]
    if asked.by == "spend":
        return page("from.spend", amount=page.formats.money(at))
    return page("from.orders", count=at, n=page.formats.count(at))


def _threshold(page: Page, field: str, by: str, usual: float) -> float:
    """One threshold; the words of its field are those of its tier."""
    default = int(usual) if by == "orders" else float(usual)
    least = 1 if by == "orders" else 0.01
    return float(inputs.number(page.scope, field, default, (least, MOST[by])))


def _over(asked: Asked) -> str:
    return "year" if asked.last_year else "ever"


def _back(page: Page, by: str, over: str, proposed: tuple[float, ...]) -> None:
    for tier, usual in zip(TIERS, proposed, strict=True):
        default = int(usual) if by == "orders" else float(usual)
        inputs.reset(page.scope, f"{by}_{over}_{tier}", default)
