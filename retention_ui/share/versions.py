"""All versions of a dashboard: what each changed, undone or put back in one click."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from retention_core import contacts
from retention_core.errors import RetentionError
from retention_ui import blocks, moments
from retention_ui.formats import Formats, md, short
from retention_ui.keeping.folders import NOTED
from retention_ui.keeping.store import open_store
from retention_ui.share import leading

if TYPE_CHECKING:
    from collections.abc import Sequence

    from retention_ui.access import Access
    from retention_ui.keeping.model import Dashboard, Version
    from retention_ui.texts import Texts

NAMED, MOST_NAMED = 2, 3
HALF_A_CENT = 0.005


@dataclass(frozen=True)
class Step:
    """A version, and the one before it; the first has none."""

    version: Version
    before: Version | None


def steps(dashboard: str) -> list[Step]:
    """Return all versions of a dashboard, the newest first, each with the last one."""
    found = open_store().versions(dashboard)
    return [Step(*pair) for pair in zip(found, [*found[1:], None], strict=True)]


def show(texts: Texts, formats: Formats, access: Access, dashboard: Dashboard) -> None:
    """Draw the table of versions, and the ways back."""
    found = steps(dashboard.id)
    with st.container(gap="xsmall"):
        many = formats.count(len(found))
        title = texts("keep.versions.title", count=len(found), n=many)
        st.header(title, anchor=False)
        if len(found) > 1:
            _ways_back(texts, formats, access, found)
        blocks.table(
            table(texts, found),
            "keep.versions",
            {
                texts("keep.versions.number"): st.column_config.TextColumn(pinned=True),
                texts("keep.versions.when"): st.column_config.DatetimeColumn(
                    format="D MMM YYYY, HH:mm"
                ),
                texts("keep.versions.complete"): st.column_config.DateColumn(
                    format="D MMM YYYY"
                ),
                texts("keep.versions.rows"): _number(),
                texts("keep.versions.orders"): _number(),
                texts("keep.versions.money"): st.column_config.TextColumn(
                    alignment="right"
                ),
            },
        )
        blocks.note(texts("keep.versions.note"))


def table(texts: Texts, found: Sequence[Step]) -> pd.DataFrame:
    """Return a row a version: number, when, who, what, its figures, what differs."""
    versions = [each.version for each in found]
    totals = [each.totals for each in versions]
    newest = versions[0].number
    columns = {
        "number": [_named(texts, each.number, newest) for each in versions],
        "when": [_local(each) for each in versions],
        "who": [each.by or texts("keep.versions.owner") for each in versions],
        "what": [happened(texts, each) for each in found],
        "rows": [each.rows for each in totals],
        "orders": [each.orders for each in totals],
        "money": [Formats(texts.lang, t.currency).money(t.amount) for t in totals],
        "complete": [each.as_of for each in totals],
        "difference": [difference(texts, each) for each in found],
    }
    return pd.DataFrame({texts(f"keep.versions.{k}"): v for k, v in columns.items()})


def happened(texts: Texts, step: Step) -> str:
    """Return in a few words what made a version."""
    version = step.version
    if version.change == "restored":
        return texts("keep.change.restored", number=version.restored)
    if version.change != "added":
        return texts(f"keep.change.{version.change}")
    known = step.before.totals.files if step.before else ()
    new = [short(each) for each in version.totals.files if each not in known]
    if not new:
        return texts("keep.change.added_none")
    files, more = ", ".join(new[:NAMED]), len(new) - NAMED
    if more > 0:
        return texts("keep.change.added_some", files=files, more=more)
    return texts("keep.change.added", files=files)


def difference(texts: Texts, step: Step) -> str:
    """Return how a version differs from the one before, as in "12 more rows"."""
    if step.before is None:
        return ""
    now, was = step.version.totals, step.before.totals
    formats = Formats(texts.lang, now.currency)
    parts = [
        _counted(texts, formats, "rows", now.rows - was.rows),
        _counted(texts, formats, "orders", now.orders - was.orders),
    ]
    change = now.amount - was.amount
    if now.currency != was.currency:
        parts.append(texts("keep.difference.currency", currency=now.currency or "?"))
    elif abs(change) > HALF_A_CENT:
        kind = "more" if change > 0 else "fewer"
        money = formats.money(abs(change))
        parts.append(texts(f"keep.difference.amount_{kind}", n=money))
    return ", ".join(each for each in parts if each) or texts("keep.difference.same")


def undo(access: Access, step: Step) -> None:
    """Put the version before one back, as the callback of a button; say so after it.

    Unless somebody saved meanwhile: what is undone is what was shown.
    """
    if step.before is not None:
        _restore(access, step.before.number, step.version.number)


def _ways_back(
    texts: Texts, formats: Formats, access: Access, found: Sequence[Step]
) -> None:
    newest = found[0]
    before = newest.before
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        if before is not None:
            st.button(
                texts("keep.versions.undo", number=newest.version.number),
                help=texts("keep.versions.undo_help", number=before.number),
                icon=":material/undo:",
                key="keep.undo",
                on_click=undo,
                args=(access, newest),
            )
        wanted = {each.version.number: each.version for each in found[1:]}
        number = st.selectbox(
            texts("keep.versions.back_label"),
            list(wanted),
            format_func=lambda each: _option(texts, formats, wanted[each]),
            key="keep.back_to",
            width=300,
        )
        if st.button(
            texts("keep.versions.back"), icon=":material/history:", key="keep.back"
        ):
            _restore(access, number, newest.version.number)
            st.rerun()


def _restore(access: Access, number: int, newest: int) -> None:
    if access.dashboard is None:
        return
    wanted = access.dashboard.id
    try:
        access.again()
        found = open_store().restore(wanted, number, by=access.by, based_on=newest)
    except RetentionError as error:
        leading.say(error)
    else:
        leading.say(leading.Said("restored", found.number))


def _option(texts: Texts, formats: Formats, version: Version) -> str:
    return texts(
        "keep.versions.back_option",
        number=version.number,
        rows=formats.count(version.totals.rows),
        day=formats.date(moments.day(version.made_at)),
    )


def _named(texts: Texts, number: int, newest: int) -> str:
    if number == newest:
        return texts("keep.versions.current", number=number)
    return str(number)


def _local(version: Version) -> pd.Timestamp:
    # Without a zone: the table would turn it into that of the server.
    return pd.Timestamp(version.made_at.astimezone(moments.zone()).replace(tzinfo=None))


def _counted(texts: Texts, formats: Formats, what: str, change: int) -> str:
    if not change:
        return ""
    kind = "more" if change > 0 else "fewer"
    n = formats.count(abs(change))
    return texts(f"keep.difference.{what}_{kind}", count=abs(change), n=n)


def _number() -> object:
    return st.column_config.NumberColumn(format="localized")


def restored(texts: Texts, access: Access, said: leading.Said) -> str:
    """Return in a sentence what was put back, and which notes went with it."""
    if access.dashboard is None:
        return ""
    version = access.dashboard.version
    done = texts(
        "keep.versions.done", number=said.number, restored=md(version.restored or "")
    )
    return f"{done}{_without(texts, access.dashboard)}"


def _without(texts: Texts, dashboard: Dashboard) -> str:
    """Say which notes of who was contacted the version before had, and this has not."""
    found = open_store().versions(dashboard.id)
    if len(found) < 2:
        return ""
    now, before = (contacts.read(each.folder / NOTED) for each in found[:2])
    gone = sorted({*before["campaign"]} - {*now["campaign"]})
    if not gone:
        return ""
    names = ", ".join(md(each) for each in gone[:MOST_NAMED])
    fields = {"names": names, "number": found[1].number}
    return " " + texts("keep.versions.without", count=len(gone), n=len(gone), **fields)
