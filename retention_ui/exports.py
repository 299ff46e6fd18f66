"""Data page: how to get the file out of the system that has the orders."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from retention_core.ingest import layouts, systems
from retention_ui import blocks
from retention_ui.formats import md

if TYPE_CHECKING:
    from collections.abc import Iterable

    from retention_core.ingest.model import Detection
    from retention_ui.texts import Texts

OTHER = "other"
KEYS = frozenset({"customer_id", "email", "phone"})
_WORDS = "exports.vendors"


def vendors(texts: Texts) -> list[str]:
    """Return who has steps, by name; the one for any other system stands last."""
    names = {key.split(".")[2] for key in texts.under(_WORDS)}
    return sorted(names, key=lambda each: (each == OTHER, name(texts, each).casefold()))


def vendor(texts: Texts, system: str | None) -> str | None:
    """Return whose export a layout is: the names of layouts begin with the vendor."""
    fitting = [each for each in vendors(texts) if (system or "").startswith(each)]
    return max(fitting, key=len, default=None)


def vendors_of(texts: Texts, detections: Iterable[Detection]) -> list[str]:
    """Return the vendors of the recognised files, each once."""
    found = (vendor(texts, each.system) for each in detections)
    return list(dict.fromkeys(each for each in found if each))


def nameless(detections: Iterable[Detection]) -> list[Detection]:
    """Return the tables of orders of an upload in which no table names a customer."""
    orders = [each for each in detections if each.role == "orders"]
    # A known system may read the customer out of another cell.
    named = any(KEYS & {*layouts.fields(each)} for each in orders)
    return [] if named else orders


def warn(texts: Texts, detections: Iterable[Detection]) -> None:
    """Say so where no table of orders names a customer, and which export does."""
    orders = nameless(detections)
    if not orders:
        return
    from_whom = vendors_of(texts, orders) or [OTHER]
    told = " ".join([*_instead(texts, orders), *(who(texts, e) for e in from_whom)])
    words = texts("data.check.no_customer", who=told)
    st.info(words, icon=":material/person_off:")
    folded(texts, from_whom)


def _instead(texts: Texts, orders: Iterable[Detection]) -> list[str]:
    """Return in a sentence which files of that vendor do name the customer."""
    known = systems.known()
    titles = [
        f"*{md(known[name]['title'])}*"
        for name in dict.fromkeys(name for each in orders for name in each.instead)
        if name in known
    ]
    names = texts("data.ask.and").join(titles)
    return [texts("exports.instead", names=names)] if titles else []


def name(texts: Texts, vendor: str) -> str:
    """Return what a vendor calls itself."""
    return texts(f"{_WORDS}.{vendor}.name")


def who(texts: Texts, vendor: str) -> str:
    """Return which export of a vendor names the customer, if any."""
    return texts(f"{_WORDS}.{vendor}.who")


def picker(texts: Texts) -> None:
    """Let the user say where the orders come from; show the way to the file."""
    with st.container(gap="xsmall"):
        st.header(texts("exports.title"), anchor=False)
        chosen = st.selectbox(
            texts("exports.label"),
            vendors(texts),
            index=None,
            placeholder=texts("exports.none"),
            format_func=lambda each: name(texts, each),
            key="data.export",
            width=360,
        )
        if chosen:
            steps(texts, chosen)
        else:
            blocks.note(texts("exports.note"))


def steps(texts: Texts, vendor: str) -> None:
    """Draw the clicks to a vendor's file, what to choose, and who is named in it."""
    clicks = [texts(key) for key in texts.under(f"{_WORDS}.{vendor}.get")]
    numbered = "\n".join(f"{n}. {each}" for n, each in enumerate(clicks, 1))
    st.markdown(numbered)
    for part in ("choose", "who"):
        words = texts(f"{_WORDS}.{vendor}.{part}")
        st.markdown(f"**{texts(f'exports.{part}')}.** {words}")
    blocks.note(texts("exports.menus"))


def folded(texts: Texts, vendors: Iterable[str]) -> None:
    """Offer the steps to files that name customers, in boxes that are closed at first.

    A vendor that never tells who bought has none to offer.
    """
    for each in vendors:
        if f"{_WORDS}.{each}.buyers" in texts:
            continue
        words = texts("exports.get", name=name(texts, each))
        with st.expander(words, type="compact", icon=":material/route:"):
            steps(texts, each)
