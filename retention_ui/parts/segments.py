"""Sections of the page on segments: the map, the rules, who moved."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from retention_core import rfm
from retention_ui import blocks, inputs, queries
from retention_ui.figures import segments as figures
from retention_ui.figures.bounds import Bounds
from retention_ui.findings import segments as findings
from retention_ui.forecasts import TooLittle
from retention_ui.parts import common, forecast, rfm_breaks

if TYPE_CHECKING:
    from retention_core.periods import Grain
    from retention_ui.page import Page
    from retention_ui.questions.segments import Segmented

GRAINS: tuple[Grain, ...] = ("month", "quarter", "year")
NARROWEST, NARROWEST_MOVES = 640, 820


@dataclass(frozen=True)
class Asked:
    """What the sections are asked with: breaks, forecast, window."""

    breaks: rfm.Breaks
    fits: dict[str, Any] | None
    window_days: int

    @property
    def steps(self) -> dict[str, list[float]]:
        """The breaks as a question takes them."""
        return {name: list(getattr(self.breaks, name)) for name in rfm.MEASURES}

    @property
    def everything(self) -> dict[str, Any]:
        """All of it as a question takes it."""
        days = self.window_days
        return {"breaks": self.steps, "fits": self.fits, "window_days": days}


def asked_for(page: Page) -> Asked:
    """Let the user set the breaks; take forecast and window as the product has them."""
    found = forecast.fitted(page, forecast.USUAL)
    if isinstance(found, TooLittle):
        blocks.note(page("no_forecast", why=forecast.reason(page, found)))
        fits = None
    else:
        fits = found.to_json()
    return Asked(rfm_breaks.chosen(page), fits, common.window_days(page))


def at_a_glance(page: Page, asked: Asked) -> Segmented:
    """Draw the segments as a map of their scores, and as a table."""
    found: Segmented = queries.ask(page.shop, "segmented", **asked.everything)
    page.section(
        "map",
        findings.segments(found, page.formats).words(page.texts),
        figures.segment_map(found.boxes, *page.drawing, breaks=asked.breaks),
        table=found.cells,
        least=NARROWEST,
    )
    rfm_breaks.cautions(page, found.cells, asked.breaks)
    _table(page, found, asked)
    _rules(page, asked)
    return found


def moves(page: Page, asked: Asked) -> None:
    """Draw who moved from segment to segment since the last period ended."""
    grain: Any = inputs.choice(page.scope, "since", GRAINS)
    day = rfm.before(page.facts.as_of, grain)
    if day < page.facts.first_day:
        with st.container(gap="xsmall"):
            st.header(page("moved.too_young"), anchor=False)
            blocks.note(page("moved.too_young_text", date=page.formats.date(day)))
        return
    found = queries.ask(page.shop, "segments_moved", breaks=asked.steps, grain=grain)
    told = findings.moved(found, day, page.facts.as_of, page.formats)
    page.section(
        "moved",
        told.words(page.texts),
        figures.movement(found, *page.drawing),
        table=found,
        least=NARROWEST_MOVES,
        date=page.formats.date(day),
        today=page.formats.date(page.facts.as_of),
    )


def _table(page: Page, found: Segmented, asked: Asked) -> None:
    """Size and worth of each segment, and what to do, one line each."""
    everybody, revenue = found.customers, found.table["revenue"].sum()
    table = found.table.assign(
        customers_share=found.table["customers"] / max(everybody, 1),
        revenue_share=found.table["revenue"] / revenue if revenue > 0 else float("nan"),
    )
    shown = pd.DataFrame(
        {
            "segment": [page(f"names.{each}") for each in table["segment"]],
            "customers": table["customers"],
            "customers_share": 100 * table["customers_share"],
            "revenue": table["revenue"],
            "revenue_share": 100 * table["revenue_share"],
            "stake": table["stake"],
            "do": [page(f"do.{each}") for each in table["segment"]],
        }
    )
    heads = {name: page(f"columns.{name}") for name in shown}
    heads["stake"] = page(f"columns.stake{past(asked)}")
    config = st.column_config
    money = partial(config.NumberColumn, format=page.formats.money_pattern)
    share = partial(config.NumberColumn, format="%.1f%%")
    kinds = {
        "segment": config.TextColumn(heads["segment"], pinned=True),
        "customers": config.NumberColumn(heads["customers"], format="localized"),
        "customers_share": share(heads["customers_share"]),
        "revenue": money(heads["revenue"]),
        "revenue_share": share(heads["revenue_share"]),
        "stake": money(heads["stake"]),
        "do": config.TextColumn(heads["do"], width="large"),
    }
    with st.container(gap="xsmall"):
        with st.container(horizontal=True, gap="small"):
            shares = dict.fromkeys(("customers_share", "revenue_share"), "share")
            page.downloads("table", table, shares)
        st.dataframe(
            shown,
            hide_index=True,
            height="content",
            column_config=kinds,
            key=f"{page.name}.table",
        )
        blocks.note(page(f"notes.table{past(asked)}"))


def _rules(page: Page, asked: Asked) -> None:
    """Write out each rule: its scores, and what they mean in this shop."""
    with st.expander(page("rules.title"), type="compact"):
        blocks.note(page("rules.note"))
        heads = [page(f"rules.{each}") for each in ("segment", "scores", "means")]
        lines = [
            [page(f"names.{name}"), scores(page, name), means(page, name, asked)]
            for name in rfm.SEGMENTS
        ]
        table = pd.DataFrame(lines, columns=heads)
        st.table(table, border="horizontal", hide_index=True)


def scores(page: Page, name: str) -> str:
    """The scores of a rule: "recency 4–5, frequency 4–5"."""
    return page("rules.or").join(
        ", ".join(
            page(f"rules.{measure}", scores=_span(*getattr(rule, measure)))
            for measure in rfm.MEASURES
            if getattr(rule, measure) != rfm.ANY
        )
        for rule in rfm.SEGMENTS[name]
    )


def means(page: Page, name: str, asked: Asked) -> str:
    """The rule in days, orders and money."""
    bounds = Bounds(asked.breaks, page.texts, page.formats)
    return page("rules.or").join(
        ", ".join(
            page(
                f"rules.means_{measure}",
                words=getattr(bounds, measure)(*getattr(rule, measure)),
            )
            for measure in rfm.MEASURES
            if getattr(rule, measure) != rfm.ANY
        )
        for rule in rfm.SEGMENTS[name]
    )


def _span(low: int, high: int) -> str:
    return f"{low}" if low == high else f"{low}–{high}"


def past(asked: Asked) -> str:
    """Without a forecast something else is at stake."""
    return "_past" if asked.fits is None else ""
