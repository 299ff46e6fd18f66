"""What several pages say: nothing matches, no customers, guests are left out."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from retention_core import slices
from retention_core.silence import LEAST_WINDOW
from retention_core.slices import SINCE
from retention_ui import blocks, exports, filters, inputs, queries, state
from retention_ui.header import DATA_PAGE

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from retention_core.churn import ChurnWindow
    from retention_ui.page import Page

A_WEEK = 7
LONGEST_WINDOW = 365


def lacking(page: Page, title: str, text: str) -> None:
    """Say what is missing, and lead to the Data page."""
    with st.container(gap="xsmall"):
        st.header(title, anchor=False)
        st.markdown(text)
        lead(page, "data", page.texts("empty.more"))


def customers_over_time(page: Page) -> bool:
    """Whether customers can be followed over time; say what is missing where not."""
    facts, texts, formats = page.facts, page.texts, page.formats
    if not customers_named(page):
        return False
    if facts.customers > 1 and (facts.as_of - facts.first_day).days >= A_WEEK:
        return True
    if facts.customers == 1:
        title = texts("empty.one_customer")
    else:
        title = texts("empty.too_short")
    note = texts(
        "empty.too_few_text",
        orders=formats.count(facts.orders - facts.guest_orders),
        first=formats.date(facts.first_day),
        last=formats.date(facts.as_of),
    )
    lacking(page, title, note)
    return False


def customers_named(page: Page) -> bool:
    """Whether there are orders of somebody known; say what is missing where not."""
    if not page.facts.orders:
        words = page.texts
        lacking(page, words("empty.no_orders"), words("empty.no_orders_text"))
        return False
    if not page.facts.customers:
        no_customers(page)
        return False
    return True


def no_customers(page: Page) -> None:
    """Say that the files name nobody, what works all the same, and which file does."""
    texts = page.texts
    if not page.access.may("data"):
        with st.container(gap="xsmall"):
            st.header(texts("empty.no_customers"), anchor=False)
            _lead_on(page)
        return
    from_whom = exports.vendors_of(texts, page.shop.dataset.detection())
    names = ", ".join(exports.name(texts, each) for each in from_whom)
    told = "no_customers_of" if from_whom else "no_customers_text"
    if page.name == "overview":
        told = "no_customers_but"
    with st.container(gap="xsmall"):
        st.header(texts("empty.no_customers"), anchor=False)
        st.markdown(texts(f"empty.{told}", names=names))
        for each in from_whom:
            st.markdown(f"**{texts('exports.who')}.** {exports.who(texts, each)}")
        exports.folded(texts, from_whom or [exports.OTHER])
        _lead_on(page)


def _lead_on(page: Page) -> None:
    """Lead to what works without customers, and to more data."""
    with st.container(horizontal=True, gap="medium"):
        for name in ("overview", "baskets"):
            if name != page.name:
                lead(page, name, page.texts(f"empty.works.{name}"))
        lead(page, "data", page.texts("empty.more"))


def lead(page: Page, name: str, label: str, **view: str) -> None:
    """Lead to a page, with ``view`` in its address, if whoever looks may see it."""
    if not page.access.may(name):
        return
    st.page_link(
        DATA_PAGE if name == "data" else page_path(name),
        label=f":green[{label}]",
        icon=":material/arrow_forward:",
        icon_position="right",
        query_params={**address(), **view},
    )


def nothing_matches(page: Page) -> None:
    """Say that the filters leave nothing, and offer to clear them."""
    chosen = page.shop.slice
    named = []
    if chosen.by:
        value = page.formats.md(chosen.value)
        named.append(f"{filters.dimension(page.texts, chosen.by)} {value}")
    shown = [day for day in (page.view.first, page.view.last) if day]
    if shown:
        named.append(" – ".join(page.formats.date(day) for day in shown))
    with st.container(gap="xsmall"):
        words = page.texts("empty.nothing", filters=", ".join(named))
        st.header(words, anchor=False)
        st.button(
            page.texts("empty.clear"), on_click=filters.clear, key=f"{page.name}.clear"
        )


def guests(page: Page) -> None:
    """Say how many orders name nobody, if any."""
    # Where all are guests, the page has said so.
    if page.facts.guest_orders and page.facts.customers and not page.shop.slice.by:
        share = page.formats.share(page.facts.guest_orders / page.facts.orders, 1)
        blocks.note(page.texts("empty.guests", share=share))


def split(page: Page, field: str = "split") -> str | None:
    """Let the user split the customers; return by what, ``None`` for not at all.

    By any dimension of the first order, an attribute of the customer, or by whether
    they came before or after one of the user's marks.
    """
    found = [*page.groups]
    noted = [f"{SINCE}{mark.day.isoformat()}" for mark in page.marks]
    names = {"nothing": page.texts("shared.split.nothing")}
    names |= {by: named(page, by) for by in (*found, *noted)}
    scope = inputs.Scope("shared", page.texts)
    by = inputs.choice(scope, field, list(names), names=names, width=220)
    return None if by == "nothing" else by


def named(page: Page, by: str) -> str:
    """Return the words for what customers are split by."""
    day = slices.since(by)
    if day is None:
        return filters.dimension(page.texts, by)
    words = [mark.words for mark in page.marks if mark.day == day]
    date = page.formats.date(day)
    return page.texts("marks.split.name", date=date, words=", ".join(words))


def valued(page: Page, by: str, value: str) -> str:
    """Return the words for one group of a split; a name from the data as it is."""
    day = slices.since(by)
    if day is None:
        return value
    return page.texts(f"marks.split.{value}", date=page.formats.date(day))


@dataclass(frozen=True)
class Listing:
    """A list of customers.

    ``frame`` holds the rows shown, ``columns`` how each is shown, in their order;
    ``rows`` gives all rows when they are downloaded, ``kinds`` how Excel writes them,
    ``asked`` what they depend on beside the customers looked at.
    """

    frame: pd.DataFrame
    columns: dict[str, Any]
    rows: Callable[[], pd.DataFrame]
    kinds: dict[str, str]
    note: str
    help: str | None = None
    asked: dict[str, Any] = field(default_factory=dict)


def listed(page: Page, name: str, title: str, what: Listing) -> None:
    """Draw a list with its title, its downloads above it, its note below."""
    shown = [column for column in what.columns if column in what.frame]
    with st.container(gap="xsmall"):
        st.header(title, help=what.help, anchor=False)
        with st.container(horizontal=True, gap="small"):
            page.downloads(name, what.rows, what.kinds, **what.asked)
        blocks.table(what.frame[shown], f"{page.name}.{name}.table", what.columns)
        blocks.note(what.note)


def window_days(page: Page) -> int:
    """Return the window of the whole product: the user's, else the data's own."""
    found = queries.ask(page.shop.everybody(), "window")
    least, longest = window_limits(found)
    scope = inputs.Scope("shared", page.texts)

    def within(text: str) -> int | None:
        days = int(text) if text.isdecimal() and len(text) < 6 else 0
        return days if least <= days <= longest else None

    key = inputs.begin(scope, "window", found.days, within)
    days = min(max(int(state.widget(key)), least), longest)
    return inputs.end(key, "window", days, found.days)


def learned(page: Page, tiers: dict[str, Any]) -> dict[str, Any]:
    """Return what the lists go by; ``tiers``: as they were chosen on their page."""
    terms = {"window_days": window_days(page), "tiers": tiers}
    found: dict[str, Any] = queries.ask(page.shop, "list_learned", **terms)
    return found


def window_limits(found: ChurnWindow) -> tuple[int, int]:
    """Return the shortest and the longest window that can be chosen."""
    return min(LEAST_WINDOW, found.days), max(LONGEST_WINDOW, found.days)


def address() -> dict[str, str | list[str]]:
    """Return the whole state of the address, to keep it in a link."""
    return {key: st.query_params.get_all(key) for key in st.query_params}


def page_path(name: str) -> str:
    """Return the file of a page, to link to it."""
    return str(Path(DATA_PAGE).parent / f"{name}.py")
