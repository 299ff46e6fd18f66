"""Data page: one sheet of one file, what was recognised in it, all changeable."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from retention_core.ingest import systems
from retention_core.ingest.mapping import CONTACTS, CUSTOMERS, ORDERS, PRODUCTS
from retention_core.ingest.model import SheetAnswers
from retention_ui import blocks
from retention_ui.evidence import encoding as encoding_name
from retention_ui.formats import md

if TYPE_CHECKING:
    from collections.abc import Sequence

    from retention_core.ingest.model import Detection
    from retention_ui.formats import Formats
    from retention_ui.texts import Texts

ROLES = ("orders", "products", "customers", "contacts", "ignore")
FIELDS = {
    "orders": ORDERS,
    "products": PRODUCTS,
    "customers": CUSTOMERS,
    "contacts": CONTACTS,
    "ignore": [],
}
# Shown even where nothing was found for them: without these little can be worked out.
WANTED = {
    "orders": ("order_id", "customer_id", "email", "ordered_at", "product", "amount"),
    "products": ("product", "sku", "category", "cost"),
    "customers": ("customer_id", "email"),
    "contacts": tuple(CONTACTS),
    "ignore": (),
}
ENCODINGS = (
    *("utf-8", "utf-16", "cp1252", "iso8859-15", "mac-roman", "cp850"),
    *("cp1250", "iso8859-2", "cp852", "cp1251", "koi8-r", "cp866"),
    *("cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258", "cp874"),
    *("cp932", "euc_jp", "gb18030", "big5", "cp949"),
)
UNICODE = ("utf-8", "utf-16")
EXAMPLES = 3


def show(
    texts: Texts,
    formats: Formats,
    detection: Detection,
    before: SheetAnswers | None,
    *,
    remembered: bool = False,
    several: bool = False,
) -> SheetAnswers:
    """Draw a sheet; return what the user says of it.

    Where there are ``several`` of orders, they may be of several shops.

    A sheet whose role or encoding was changed is read again before its columns can be
    shown, so its mapping is left out. What is ``remembered`` from an earlier file has
    widgets of its own: forgotten, they start anew.
    """
    known = f"{detection.key}{'.remembered' if remembered else ''}"
    before = before or SheetAnswers()
    with st.container(gap="xsmall"):
        st.header(md(detection.file), anchor=False)
        blocks.note(summary(texts, formats, detection))
        said = _reading(texts, detection, before, known)
        _preview(texts, detection)
        if not reread(said, detection):
            # A mapping that was given before stands until it is changed.
            mapping = _mapping(texts, detection, known) or before.mapping
            said = replace(said, mapping=mapping)
            if detection.role == "orders" and (several or before.store is not None):
                said = replace(said, store=_shop(texts, said, detection, known))
    return said


def reread(said: SheetAnswers, detection: Detection) -> bool:
    """Whether a sheet has to be recognised again for what was said of it."""
    role = said.role not in (None, detection.role)
    return role or said.encoding not in (None, detection.encoding)


def summary(texts: Texts, formats: Formats, detection: Detection) -> str:
    """Return in one line how a sheet was read; Markdown, escaped."""
    parts = [
        texts("data.check.system", system=md(system(detection)))
        if detection.system
        else "",
        encoding_name(texts, detection.encoding) if detection.encoding else "",
        _delimiter(texts, detection.delimiter),
        texts("data.check.sheet", sheet=md(detection.sheet)) if detection.sheet else "",
        texts("data.check.header_row", row=formats.count(detection.header_row))
        if detection.header_row
        else texts("data.check.no_header"),
        texts(
            "data.check.note_rows",
            count=detection.rows,
            n=formats.count(detection.rows),
        ),
        _taken_out(texts, detection),
    ]
    return " · ".join(part for part in parts if part)


def _taken_out(texts: Texts, detection: Detection) -> str:
    """Say what the amounts contain that is not revenue, and is taken out of them."""
    names = [texts(f"data.fields.{each}").lower() for each in detection.includes]
    return texts("data.check.taken_out", names=", ".join(names)) if names else ""


def system(detection: Detection) -> str:
    """Return the proper name of the system that a sheet comes from, or nothing."""
    return str(systems.of(detection).get("title", detection.system or ""))


def select(
    texts: Texts, name: str, options: Sequence[str], chosen: str, key: str
) -> str:
    """Draw a list of a few choices whose words stand in ``data``."""
    help_key = f"data.{name}.help"
    return st.selectbox(
        texts(f"data.{name}.label"),
        options,
        options.index(chosen),
        format_func=lambda option: texts(f"data.{name}.{option}"),
        help=texts(help_key) if help_key in texts else None,
        key=key,
        width=190,
    )


def _reading(
    texts: Texts, detection: Detection, before: SheetAnswers, known: str
) -> SheetAnswers:
    """Let role, encoding, day order and decimal sign be changed."""
    key = f"data.sheet.{known}"
    with st.container(horizontal=True):
        role = select(texts, "role", ROLES, detection.role, f"{key}.role")
        encoding = None
        if detection.encoding:
            encoding = st.selectbox(
                texts("data.encoding.label"),
                list(dict.fromkeys([detection.encoding, *ENCODINGS])),
                format_func=lambda code: encoding_name(texts, code),
                help=texts("data.encoding.help"),
                key=f"{key}.encoding",
                width=270,
            )
        asks = {question.code for question in detection.questions}
        day_first = before.day_first
        if detection.day_first is not None and "day_first" not in asks:
            chosen = "day" if detection.day_first else "month"
            order = select(texts, "day_order", ("day", "month"), chosen, f"{key}.day")
            day_first = _unless(order == "day", detection.day_first, before.day_first)
        decimal = before.decimal
        if "decimal" not in asks and detection.role in ("orders", "products"):
            signs = {"point": ".", "comma": ","}
            chosen = "comma" if detection.decimal == "," else "point"
            sign = select(texts, "decimal", tuple(signs), chosen, f"{key}.decimal")
            decimal = _unless(signs[sign], detection.decimal, before.decimal)
    return replace(
        before,
        mapping=None,
        role=_unless(role, detection.role, before.role),
        day_first=day_first,
        decimal=decimal,
        encoding=_unless(encoding, detection.encoding, before.encoding),
    )


def _mapping(texts: Texts, detection: Detection, known: str) -> dict[str, str] | None:
    """Let each field's column be changed; ``None`` where nothing was."""
    fields = FIELDS[detection.role]
    asks = {question.code for question in detection.questions}
    open_money = asks & {"amount_column", "amount_repeats"}
    # What is asked above is not shown as if it were known.
    asked = {str(each.fields.get("field")) for each in detection.questions}
    asked |= {"amount", "order_total"} if open_money else set()
    found = detection.mapping
    wanted = WANTED[detection.role]
    # An amount of the order does in place of one of the line, and so does a price.
    if found.keys() & {"order_total", "unit_price"}:
        wanted = tuple(each for each in wanted if each != "amount")
    shown = [f for f in fields if (f in found or f in wanted) and f not in asked]
    rest = [f for f in fields if f not in shown and f not in asked]
    mapping = {field: found[field] for field in asked if field in found}
    mapping |= _columns(texts, detection, shown, known)
    if rest:
        with st.expander(texts("data.check.more"), type="compact"):
            mapping |= _columns(texts, detection, rest, known)
    return None if mapping == found else mapping


def _shop(
    texts: Texts, said: SheetAnswers, detection: Detection, known: str
) -> str | None:
    """Let the shop be named that all of a file is of, where no column says so."""
    if "store" in (said.mapping or detection.mapping):
        return None
    found = st.text_input(
        texts("data.shop.label"),
        said.store or "",
        placeholder=texts("data.shop.none"),
        help=texts("data.shop.help"),
        key=f"data.sheet.{known}.shop",
        width=270,
    )
    # What was said to be of one shop stays so until a shop is named.
    return found.strip() or (said.store if said.store == "" else None)


def _preview(texts: Texts, detection: Detection) -> None:
    """Show the first rows as they were read, open where the letters may be wrong."""
    if not detection.preview:
        return
    width = len(detection.columns)
    rows = [[cell or "" for cell in row[:width]] for row in detection.preview]
    frame = pd.DataFrame(rows, columns=detection.columns[: len(rows[0])])
    doubtful = detection.encoding is not None and detection.encoding not in UNICODE
    label = texts("data.encoding.first_rows")
    with st.expander(label, doubtful, type="compact", icon=":material/table_rows:"):
        st.dataframe(frame, hide_index=True, height="content", width="content")
        if detection.encoding:
            blocks.note(texts("data.encoding.preview"))


def _columns(
    texts: Texts, detection: Detection, fields: Sequence[str], known: str
) -> dict[str, str]:
    mapping = {}
    options = ["", *detection.columns]
    grid = st.grid(3, min_column_width=280)
    for field in fields:
        with grid.cell(), st.container(gap="xxsmall"):
            column = st.selectbox(
                texts(f"data.fields.{field}"),
                options,
                index=options.index(detection.mapping.get(field, "")),
                format_func=lambda name: name or texts("data.check.none"),
                key=f"data.map.{known}.{detection.role}.{field}",
            )
            if column:
                mapping[field] = column
                examples = detection.examples.get(column, [])[:EXAMPLES]
                _others(texts, detection, field, column)
                st.text(" · ".join(examples) or texts("data.check.examples_none"))
    return mapping


def _others(texts: Texts, detection: Detection, field: str, column: str) -> None:
    """Say which columns make up a field together with the one that is chosen."""
    parts = detection.together.get(field, [])
    if column in parts and len(parts) > 1:
        names = ", ".join(md(each) for each in parts if each != column)
        blocks.note(texts("data.check.together", names=names))


def _delimiter(texts: Texts, sign: str | None) -> str:
    if sign is None:
        return ""
    names = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe", " ": "spaces"}
    return texts(f"data.delimiters.{names.get(sign, 'other')}", sign=md(sign))


def _unless(value: Any, recognised: object, before: Any) -> Any:  # noqa: ANN401
    """Return what was chosen, or what was said before where it is as recognised."""
    return before if value == recognised else value
