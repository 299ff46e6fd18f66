"""One customer on one screen: found, how they buy, what to expect, what to offer."""

from __future__ import annotations

import datetime as dt
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import streamlit as st

from retention_ui import blocks, cards, filters, queries, state
from retention_ui.cards import Card
from retention_ui.figures.customer import periods_of, time_line
from retention_ui.figures.frames import records
from retention_ui.findings import customer as findings
from retention_ui.forecasts import TooLittle
from retention_ui.header import glossary_link, glossary_words
from retention_ui.parts import bringers, common, forecast, tiers
from retention_ui.parts.forecast import USUAL

if TYPE_CHECKING:
    import pandas as pd

    from retention_core.clv import Fits
    from retention_core.customer import Customer
    from retention_ui.page import Page

FOUND = 20
MOSTLY = 0.5
OFFERS = 3
LEVELS = (80, 95)
KINDS = {"gap_days": "count"}
DAY = len("2026-06-18")
ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([ T]00:00:00)?")


def begin(page: Page) -> None:
    """Have workers start on what the sections wait for."""
    forecast.begin(page)
    if page.facts.products:
        queries.begin(page.shop, "next_product")


def found(page: Page) -> Customer | None:
    """Let the reader look for somebody; return who it is.

    Neither what was typed nor who was found stands in the address: it may be a name.
    """
    with blocks.controls():
        text = _typed(page)
        rows = _matching(page, text)
        if rows.empty:
            chosen = None
        else:
            chosen = _one_of(page, rows) if len(rows) > 1 else rows["customer_id"][0]
    if chosen is None:
        blocks.note(page("nobody", text=page.formats.md(text)))
        return None
    if not text:
        blocks.note(page("to_begin_with"))
    answer: Customer | None = queries.ask(page.shop, "customer", customer_id=chosen)
    if answer is None:
        with st.container(gap="xsmall"):
            st.header(page("no_order", who=page.formats.md(chosen)), anchor=False)
    return answer


def who(page: Page, one: Customer) -> None:
    """Say who it is and how to reach them, what they usually use, and since when."""
    known = {**one.details, "customer_id": one.customer_id}
    name = known.get("customer_name", one.customer_id)
    told = {name}
    said = []
    for field in page.texts.under("customer.details"):
        value = known.get(field.rpartition(".")[2])
        if value and value not in told:
            told.add(value)
            said.append(page.texts(field, value=_written(page, value)))
    for by, usual in one.usual.items():
        if usual.share > MOSTLY:
            dimension = filters.dimension(page.texts, by)
            said.append(page("mostly", dimension=dimension, value=usual.value))
    said.append(page("since", day=page.formats.date(one.first_order)))
    said.append(
        page("segment", name=page.texts(f"segments.names.{_segment(page, one)}"))
    )
    with st.container(gap="xxsmall"):
        st.header(page.formats.md(name), anchor=False)
        # Not Markdown, in which an address gets a joiner that would be copied with it.
        st.text(" · ".join(said))


def figures(page: Page, one: Customer, fits: Fits | TooLittle) -> None:
    """Show what they brought and what to expect, as cards."""
    formats = page.formats
    shown = [
        _card(page, "orders", formats.count(len(one.orders))),
        _card(page, "revenue", formats.money(one.revenue)),
        _card(page, "average", formats.money(one.average_order_value)),
    ]
    if isinstance(fits, TooLittle):
        cards.show(shown, across=3)
        return
    days = common.window_days(page)
    asked = {"customer_id": one.customer_id, "window_days": days}
    ahead = queries.ask(page.shop, "customer_outlook", **asked, **_terms(fits))
    interval = _interval(page, ahead)
    chance = formats.share(ahead["probability_in_window"])
    shown.append(_card(page, "expected", formats.money(ahead["clv"]), interval))
    shown.append(_card(page, "again", chance, days=formats.days(days)))
    cards.show(shown, across=5)


def time(page: Page, one: Customer) -> None:
    """Draw the orders on a line of time, with the silences out of habit."""
    as_of = page.facts.as_of
    figure = time_line(one, *page.drawing, as_of=as_of)
    table = one.orders.assign(products=one.orders["products"].map("; ".join))
    page.section(
        "time",
        findings.rhythm(one, page.formats).words(page.texts),
        page.marked(figure, *periods_of(one, as_of)),
        table=table,
        kinds=KINDS,
    )


def alive(page: Page, one: Customer, fits: Fits | TooLittle) -> None:
    """Draw how sure it was, day by day, that they are still a customer; or why not."""
    if isinstance(fits, TooLittle):
        why = forecast.reason(page, fits)
        common.lacking(page, page.texts("forecast.too_little"), why)
        return
    bringers.path_of(page, fits, one.customer_id, USUAL.months, named=False)


def products(page: Page, one: Customer) -> None:
    """List what they bought, most often first."""
    config = st.column_config
    names = ("product", "orders", "quantity", "amount", "last_bought")
    head = {name: page(f"columns.{name}") for name in names}
    columns: dict[str, Any] = {
        "product": config.TextColumn(head["product"], pinned=True),
        "orders": config.NumberColumn(head["orders"], format="localized"),
        "quantity": config.NumberColumn(head["quantity"], format="localized"),
        "amount": config.NumberColumn(
            head["amount"], format=page.formats.money_pattern
        ),
        "last_bought": config.DateColumn(head["last_bought"], format="D MMM YYYY"),
    }
    title = findings.bought(one, page.formats).words(page.texts)
    if one.products.empty:
        st.header(title, anchor=False)
        return
    listing = common.Listing(
        frame=one.products,
        columns=columns,
        rows=lambda: one.products,
        kinds={},
        note=page("notes.products"),
        asked={"customer": one.customer_id},
    )
    common.listed(page, "products", title, listing)


def offers(page: Page, one: Customer) -> None:
    """List what they are likeliest to buy next, likeliest first, with the reason."""
    if one.products.empty:
        return
    asked = {"customers": [one.customer_id], "n": OFFERS}
    learned = queries.ask(page.shop, "next_product")
    rows: pd.DataFrame = queries.ask(page.shop, "recommended", model=learned, **asked)
    with st.container(gap="xsmall"):
        st.header(page("offers"), help=page("help.offers"), anchor=False)
        for row in records(rows):
            st.markdown(_offered(page, row))
        with st.container(horizontal=True, gap="medium", vertical_alignment="center"):
            told = page("no_offers" if rows.empty else "notes.offers")
            blocks.note(told, width="content")
            term = None if rows.empty else page.term("offers")
            if term:
                glossary_link(page.texts, term)


def _offered(page: Page, row: dict[str, Any]) -> str:
    named = {
        name: page.formats.md(row[name])
        for name in ("product", "because")
        if isinstance(row[name], str)
    }
    return page(f"offered.{row['reason']}", **named)


def standing(page: Page, one: Customer, fits: Fits | TooLittle) -> None:
    """Say which lists they stand on, and lead to each."""
    known = None if isinstance(fits, TooLittle) else fits.to_json()
    days = common.window_days(page)
    asked: dict[str, Any] = {"fits": known, "window_days": days}
    steps = tiers.chosen(page).everything
    judged = {
        "tiers": steps,
        "learned": common.learned(page, steps),
        "levels": queries.ask(page.shop, "list_levels", **asked),
    }
    asked |= {"customer_id": one.customer_id, **judged}
    rows: pd.DataFrame = queries.ask(page.shop, "customer_standing", **asked)
    with st.container(gap="xsmall"):
        count = len(rows)
        title = page("on_lists", count=count, n=page.formats.count(count))
        st.header(title if count else page("on_no_list"), anchor=False)
        for row in records(rows):
            name = page.texts(f"lists.name.{row['list']}")
            if isinstance(row["product"], str):
                product = row["product"]
                name = page("on_list_for", name=name, product=product)
            words = page("on_list", name=name, day=page.formats.date(row["act_on"]))
            common.lead(page, "lists", page.formats.md(words), list=row["list"])


def contacts(page: Page, one: Customer) -> None:
    """List when they were written to, with what; editors only."""
    if not page.access.edits:
        return
    rows: pd.DataFrame = queries.ask(
        page.shop, "customer_contacts", customer_id=one.customer_id
    )
    with st.container(gap="xsmall"):
        many = {"count": len(rows), "n": page.formats.count(len(rows))}
        title = page("not_contacted") if rows.empty else page("contacts", **many)
        st.header(title, anchor=False)
        if rows.empty:
            blocks.note(page("no_contacts"))
            common.lead(page, "lists", page("to_lists"))
        for row in records(rows):
            st.markdown(_contacted(page, row))


def _segment(page: Page, one: Customer) -> str:
    breaks = vars(queries.ask(page.shop.everybody(), "rfm_breaks"))
    asked = {"customer_id": one.customer_id, "breaks": breaks}
    return str(queries.ask(page.shop, "customer_segment", **asked))


def _contacted(page: Page, row: dict[str, Any]) -> str:
    formats = page.formats
    key = "held_back" if row["control"] else "written"
    said = page(
        f"contacted.{key}",
        day=formats.date(row["contacted_on"]),
        campaign=formats.md(row["campaign"]),
    )
    offer = row["offer"]
    if row["control"] or not isinstance(offer, str) or not offer:
        return said
    return f"{said} {page('contacted.offer', offer=formats.md(offer))}"


def _typed(page: Page) -> str:
    key = page.scope.key("sought")
    if state.widget(key) is None:
        state.set_widget(key, state.chosen(key) or "")
    label, more = page.scope.label("sought"), page.scope.help("sought")
    text = (st.text_input(label, key=key, help=more, width=320) or "").strip()
    state.choose(key, text)
    return text


def _matching(page: Page, text: str) -> pd.DataFrame:
    if not text:
        rows: pd.DataFrame = queries.ask(page.shop, "customer_first", limit=1)
        return rows
    found: pd.DataFrame = queries.ask(
        page.shop, "customer_search", text=text, limit=FOUND
    )
    return found


def _one_of(page: Page, rows: pd.DataFrame) -> str:
    """Let the reader say which of several it is."""
    names = {row["customer_id"]: _named(page, row) for row in records(rows)}
    key = page.scope.key("which")
    if state.widget(key) not in names:
        state.set_widget(key, next(iter(names)))
    many = page.formats.count(len(rows))
    return str(
        st.selectbox(
            page.scope.label("which", n=f"{many}+" if len(rows) == FOUND else many),
            list(names),
            format_func=lambda each: names.get(each, each),
            key=key,
            width=420,
        )
    )


def _named(page: Page, row: dict[str, Any]) -> str:
    parts = [row.get("customer_name"), row.get("email"), row["customer_id"]]
    shown = list(dict.fromkeys(each for each in parts if isinstance(each, str)))
    last = page.formats.date(row["last_order"])
    return page("option", who=" · ".join(shown), last=last)


def _interval(page: Page, ahead: dict[str, float]) -> str:
    """Write the narrowest interval that holds what is expected.

    Of somebody who has most likely left the mean of few large chances lies above both:
    most such customers bring nothing.
    """
    for level in LEVELS:
        low, high = (ahead[f"value_{end}_{level}"] for end in ("low", "high"))
        if low <= ahead["clv"] <= high:
            span = page.formats.span(page.formats.money(low), page.formats.money(high))
            return page("cards.interval", level=level, interval=span)
    return page("cards.nothing")


def _terms(fits: Fits) -> dict[str, Any]:
    return forecast.known(fits, USUAL)


def _written(page: Page, value: str) -> str:
    """What the list of customers says, a date as dates are written here."""
    if ISO.fullmatch(value):
        with suppress(ValueError):
            return page.formats.date(dt.date.fromisoformat(value[:DAY]))
    return value


def _card(
    page: Page, name: str, value: str, delta: str | None = None, **fields: str
) -> Card:
    words = page(f"cards.{name}.help", **fields)
    if term := page.term(name):
        words = f"{words} {glossary_words(page.texts, term)}"
    return Card(page(f"cards.{name}.label", **fields), value, words, delta)
