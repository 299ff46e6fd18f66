"""Sections of the page on lists: all of them at a glance, then one to act on."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from retention_ui import blocks, inputs, queries
from retention_ui.blocks import MOST_ROWS
from retention_ui.figures.frames import Row, records
from retention_ui.findings import lists as findings
from retention_ui.forecasts import TooLittle
from retention_ui.header import glossary_link
from retention_ui.parts import common, forecast, list_pictures, list_words, tiers
from retention_ui.parts.handing_out import Source, hand_out

if TYPE_CHECKING:
    from retention_core.lists import Summary
    from retention_ui.page import Page
    from retention_ui.parts.list_pictures import Chosen
    from retention_ui.questions.list_choice import Part
    from retention_ui.questions.lists import Everything

BIRTHDAY = "birthday"
LISTED = (
    *("customer_id", "customer_name", "why", "stake", "expected", "act_on"),
    *("product", "agreed"),
)


def asked_for(page: Page) -> dict[str, Any]:
    """Return what all lists are asked with: the forecast, the window, what is learned.

    Without enough history for a forecast there is none, and the page says so.
    """
    # Learned while the workers fit: the lists wait for both.
    days = common.window_days(page)
    steps = tiers.chosen(page).everything
    learned = common.learned(page, steps)
    found = forecast.fitted(page, forecast.USUAL)
    fits = None if isinstance(found, TooLittle) else found.to_json()
    if isinstance(found, TooLittle):
        blocks.note(page("no_forecast", why=forecast.reason(page, found)))
    return {"fits": fits, "window_days": days, "learned": learned, "tiers": steps}


def at_a_glance(page: Page, asked: dict[str, Any]) -> Summary:
    """Draw all lists in order of priority, and what they share."""
    asked_all: Everything = queries.ask(page.shop, "list_summary", **asked)
    found = asked_all if page.access.edits else _shared(asked_all)
    summary = found.summary
    with st.container(gap="xsmall"):
        title = findings.to_contact(summary, page.formats).words(page.texts)
        st.header(title, help=page("help.at_a_glance"), anchor=False)
        told = "not_asked" if page.access.edits else "not_shown"
        without = "" if found.asked else page(f"notes.{told}")
        blocks.note(page(f"notes.at_a_glance{_of_stake(asked)}", without=without))
        table, styled = _overview(page, found, forecast=asked["fits"] is not None)
        st.table(styled, border="horizontal", hide_index=True)
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            page.downloads("at_a_glance", table)
            if term := page.term("at_a_glance"):
                glossary_link(page.texts, term)
        _overlaps(page, summary)
    return summary


def _shared(found: Everything) -> Everything:
    """Leave out what a link's copy of the data knows nothing of: birthdays."""
    rows = found.summary.lists
    known = rows[rows["list"] != BIRTHDAY]
    return replace(found, summary=replace(found.summary, lists=known))


def one(page: Page, asked: dict[str, Any], summary: Summary) -> None:
    """Draw the list that was chosen: who, why, with what, and the way to a file."""
    rows = {row["list"]: row for row in records(summary.lists)}
    name = _choice(page, rows)
    row = rows[name]
    with st.container(gap="xsmall"):
        title = st.container()
        _rule(page, name)
        if not row["customers"]:
            with title:
                st.header(_finding(page, row, None, asked), anchor=False)
            return
        chosen = list_pictures.choose(page, name, asked)
        part: Part | None = None
        if not chosen.whole or name == "top_tenth":
            told = {"name": name, **chosen.asked(), **asked}
            part = queries.ask(page.shop, "list_part", **told)
        with title:
            finding = _finding(page, row, part, asked)
            st.header(finding, help=_help(page, asked), anchor=False)
        if not page.shop.lists:
            blocks.note(page("not_listed"))
            return
        source = _source(page, row, part, chosen, asked)
        _preview(page, source)
    hand_out(page, source)


def _source(
    page: Page, row: Row, part: Part | None, chosen: Chosen, asked: dict[str, Any]
) -> Source:
    """What is handed out: the list, or the part of it that was chosen."""
    name = row["list"]
    title = page(f"name.{name}")
    if chosen.product is not None:
        title = page("name_of_product", name=title, product=chosen.product)
    return Source(
        name=name,
        question="list_chosen",
        asked={"name": name, **chosen.asked(), **asked},
        customers=part.customers if part else int(row["customers"]),
        reasons=partial(_reasons, name=name),
        title=title,
        prioritised=True,
        lost=name == findings.LOST,
    )


def _reasons(page: Page, frame: pd.DataFrame, *, name: str) -> pd.Series:
    """Say why, on whatever page."""
    return list_words.reasons(page, frame, name)


def _overview(
    page: Page, found: Everything, *, forecast: bool
) -> tuple[pd.DataFrame, Any]:
    """All lists as a table: as it is downloaded, and as it is read."""
    columns = ["list", "customers", "stake"]
    columns += ["expected"] if forecast else []
    columns += ["first_customers"]
    columns += ["agreed"] if found.asked else []
    table = found.summary.lists[columns].copy()
    if list_pictures.on_phone():
        columns.remove("first_customers")
    shown = table.assign(list=[page(f"name.{each}") for each in table["list"]])
    shown = shown[columns].rename(
        columns={each: page(f"columns.{each}") for each in columns}
    )
    writers: dict[Any, Any] = {
        page(f"columns.{each}"): page.formats.count for each in columns[1:]
    }
    for each in {"stake", "expected"} & {*columns}:
        writers[page(f"columns.{each}")] = partial(_money, page)
    return table, shown.style.format(writers)


def _money(page: Page, value: float) -> str:
    return page.formats.money(value, "about") if value else page.formats.count(0)


def _overlaps(page: Page, summary: Summary) -> None:
    """Show how many customers each two lists share, as a small matrix."""
    pairs = summary.overlaps
    if pairs.empty:
        return
    with st.expander(page("overlaps.title"), type="compact"):
        blocks.note(page("overlaps.note"))
        grid = pairs.pivot(index="list", columns="other", values="customers")
        order = [each for each in summary.lists["list"] if each in grid.index]
        across = [each for each in summary.lists["list"] if each in grid.columns]
        grid = grid.reindex(index=order, columns=across)
        words = grid.map(lambda n: "" if pd.isna(n) else page.formats.count(n))
        words = words.rename(columns=lambda each: page(f"name.{each}"))
        words.insert(0, page("columns.list"), [page(f"name.{each}") for each in order])
        st.table(words, border="horizontal", hide_index=True)


def _choice(page: Page, rows: dict[str, Row]) -> str:
    """Let the user choose a list; at first the first that is not empty."""
    names = {
        name: page(
            "list.one",
            name=page(f"name.{name}"),
            n=page.formats.count(row["customers"]),
        )
        for name, row in rows.items()
    }
    filled = [name for name, row in rows.items() if row["customers"]]
    default = filled[0] if filled else next(iter(rows))
    return inputs.choice(
        page.scope, "list", list(names), default, names=names, width=320
    )


def _finding(page: Page, row: Row, part: Part | None, asked: dict[str, Any]) -> str:
    if part is not None:
        row = {**row, "customers": part.customers, "stake": part.stake}
    if part is not None and part.share is not None:
        found = findings.top_tenth(row, part.share, page.formats)
    else:
        forecast = asked["fits"] is not None
        found = findings.of_list(row, page.formats, forecast=forecast)
    return found.words(page.texts)


def _rule(page: Page, name: str) -> None:
    """Say what a list is, and what to offer."""
    days = page.formats.days(common.window_days(page))
    blocks.note(page(f"rule.{name}", days=days))
    st.markdown(page("offer", words=page(f"offers.{name}")))
    if term := page.term(name):
        glossary_link(page.texts, term)


def _help(page: Page, asked: dict[str, Any]) -> str:
    return page(f"help.stake{_of_stake(asked)}")


def _of_stake(asked: dict[str, Any]) -> str:
    """Without a forecast something else is at stake."""
    return "_past" if asked["fits"] is None else ""


def _preview(page: Page, source: Source) -> None:
    """Show the first thousand, each with the reason."""
    asked = {**source.asked, "limit": MOST_ROWS, "marked": False}
    found = queries.ask(page.shop, source.question, **asked)
    said = {each: page(f"agreed.{each}") for each in ("yes", "no", "unknown")}
    frame = found.assign(
        why=source.reasons(page, found), agreed=found["agreed"].map(said)
    )
    # What would be at stake with the lost, were they customers, is not told.
    hidden = "stake" if source.lost and frame["expected"].notna().any() else "expected"
    columns = _columns(page, frame.drop(columns=hidden))
    blocks.table(frame[[*columns]], f"lists.{source.name}.table", columns)
    n = page.formats.count(source.customers)
    cut = "cut" if source.customers > MOST_ROWS else "all"
    blocks.note(page(f"notes.preview_{cut}", n=n, most=page.formats.count(MOST_ROWS)))


def _columns(page: Page, frame: pd.DataFrame) -> dict[str, Any]:
    """The columns that say something, in their order."""
    config = st.column_config
    named = {name: page(f"columns.{name}") for name in LISTED}
    money = partial(config.NumberColumn, format=page.formats.money_pattern)
    kinds = {
        "customer_id": config.TextColumn(named["customer_id"], pinned=True),
        **{name: money(named[name]) for name in ("stake", "expected")},
        "act_on": config.DateColumn(named["act_on"], format="D MMM YYYY"),
        "why": config.TextColumn(named["why"], width="large"),
    }
    there = [each for each in LISTED if each in frame and frame[each].notna().any()]
    if "agreed" in there and frame["agreed"].eq(page("agreed.unknown")).all():
        there.remove("agreed")
    return {each: kinds.get(each, config.TextColumn(named[each])) for each in there}
