"""One sheet of orders as typed rows, each with the reason it cannot be used, if any."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

from retention_core.ingest import (
    amounts,
    currencies,
    extras,
    joined,
    rules,
    shares,
    values,
)
from retention_core.ingest.facts import look
from retention_core.ingest.joined import Typed
from retention_core.ingest.layouts import continued, fields, is_plain, lay_out
from retention_core.ingest.layouts.columns import cells
from retention_core.ingest.reconcile import fill_customers

if TYPE_CHECKING:
    import datetime as dt

    from duckdb import DuckDBPyConnection

    from retention_core.ingest.facts import Facts
    from retention_core.ingest.model import Detection, RawSheet

    Sheets = list[tuple[RawSheet, Detection]]

WORDS = (
    "product",
    "sku",
    "category",
    "customer_name",
    "store",
    "country",
    "channel",
    "campaign",
    "tags",
)
SMALL = 100_000


@dataclass(frozen=True)
class Ways:
    """How the rows of all sheets are read."""

    time_zone: str | None
    currency: str | None
    guests: tuple[str, ...]
    today: dt.date
    merge: bool = False
    rates: dict[str, float] = dataclasses.field(default_factory=dict)


def stage(
    con: DuckDBPyConnection, sheets: Sheets, number: int, ways: Ways
) -> tuple[str, Facts]:
    """Make the relation ``staged_{number}`` of a sheet and say what is in it.

    Columns: ``sheet, row, line, number, customer_id, ordered_at, amount, quantity,
    discount, refund, refunded_at, is_refund``, the mapped words and dimensions;
    ``code`` says why a row cannot be read (null: it can), ``aside`` which rule sets it
    aside, ``repair`` what was mended. A row of the file may be several lines. In a
    large file it is a view as long as every row is a plain sale: reading twice costs
    less than writing once.
    """
    sheet, detection = sheets[number]
    have = fields(detection)
    raw = lay_out(con, sheet, detection, number)
    name = f"staged_{number}"
    if continued.are_in(con, raw, detection, have):
        raw = _totalled(sheet, detection, raw)
        raw = continued.filled(con, raw, detection, have, rules.is_total("first_cell"))
        raw = _kept(con, raw, number)
    typed = _beside(con, sheets, number, ways, raw)
    plain = not (typed.kinds or typed.terms)
    kind = "VIEW" if detection.rows > SMALL and plain else "TABLE"
    con.execute(f"CREATE {kind} {name} AS {_rows(number, detection, ways, typed)}")
    found = look(con, name)
    if found.without_day and "ordered_at" in have:
        con.execute(f"DROP {kind} {name}")
        raw = _totalled(sheet, detection, raw)
        if "order_id" in have:
            total = rules.is_total("first_cell")
            raw = continued.filled(con, raw, detection, have, total)
        typed = _beside(con, sheets, number, ways, raw)
        con.execute(f"CREATE TABLE {name} AS {_rows(number, detection, ways, typed)}")
    elif not found.clean and kind == "VIEW":
        con.execute(f"CREATE TABLE {name}_rows AS SELECT * FROM {name}")
        name = f"{name}_rows"
    if found.orphans:
        fill_customers(con, name)
    return name, found if found.clean else look(con, name)


def _totalled(sheet: RawSheet, detection: Detection, query: str) -> str:
    """SQL in which ``first_cell`` is the word for a total, whichever cell has it.

    Looked for in rows without a day of their own, and not in the name of a product.
    """
    mapping = detection.mapping
    things = {mapping.get(field) for field in ("product", "sku", "category")}
    places = [n for n, name in enumerate(detection.columns) if name not in things]
    if "ordered_at" not in mapping:
        return query
    day = cells(detection)["ordered_at"]
    words = ", ".join(
        f"CASE WHEN {rules.is_total(text)} THEN {text} END"
        for text in (values.text(f"c{place}") for place in places)
    )
    found = (
        f"SELECT row, coalesce({words}) AS word FROM {sheet.relation} "
        f"WHERE row >= {detection.first_row} AND {day} IS NULL"
    )
    return (
        "SELECT laid.* REPLACE (coalesce(word, first_cell) AS first_cell) "
        f"FROM ({query}) AS laid LEFT JOIN ({found} AND word IS NOT NULL) USING (row)"
    )


def _kept(con: DuckDBPyConnection, query: str, number: int) -> str:
    """Write a query down, so that the tables it reads may be made anew."""
    con.execute(f"CREATE OR REPLACE TABLE laid_{number} AS {query}")
    return f"SELECT * FROM laid_{number}"


def money(sheet: RawSheet, detection: Detection) -> str:
    """SQL of ``row, money`` of the rows of a sheet that are plain sales."""
    texts = "".join(f", {each} AS {field}" for field, each in cells(detection).items())
    raw = f"SELECT row{texts} FROM {sheet.relation} WHERE row >= {detection.first_row}"
    return f"SELECT row, {amounts.typed(detection, fields(detection))} FROM ({raw})"


def is_view(con: DuckDBPyConnection, name: str) -> bool:
    """Whether a sheet was staged without being written down."""
    views = "SELECT view_name FROM duckdb_views()"
    return (name,) in con.execute(views).fetchall()


def _beside(
    con: DuckDBPyConnection, sheets: Sheets, number: int, ways: Ways, raw: str
) -> Typed:
    """The rows typed, with what a sheet of their orders or items says of them."""
    _, detection = sheets[number]
    typed = type_cells(detection, ways, raw)
    tops = [n for n, (_, top) in enumerate(sheets) if top.key in detection.orders_in]
    if tops:
        parts = []
        for n in tops:
            sheet, top = sheets[n]
            parts.append(type_cells(top, ways, lay_out(con, sheet, top, n)))
        return joined.with_orders(con, typed, parts, number)
    items = [
        n
        for n, (_, each) in enumerate(sheets)
        if detection.key in each.orders_in and each.role == "orders"
    ]
    if items:
        parts = []
        for n in items:
            sheet, each = sheets[n]
            parts.append(type_cells(each, ways, lay_out(con, sheet, each, n)))
        return joined.without_itemised(con, typed, parts, number)
    return typed


def type_cells(detection: Detection, ways: Ways, raw: str) -> Typed:
    """The text cells of :func:`lay_out` with what they mean: numbers, keys, times."""
    have = fields(detection)
    query = (
        f"SELECT *, {amounts.typed(detection, have)}, {_keys(have, ways)}, "
        f"{_times(detection, have, ways)} FROM ({raw})"
    )
    kinds = not is_plain(detection)
    return Typed(query, have, amounts.terms(detection, have), kinds)


def _rows(number: int, detection: Detection, ways: Ways, source: Typed) -> str:
    have, typed, kinds = source.fields, source.query, source.kinds
    if source.terms:
        equal = _equal(detection, have, ways) if ways.merge else None
        store = "store" if "store" in have else None
        typed = shares.spread(typed, source.terms, store, equal)
    named = currencies.named_in(detection, have, ways.currency)
    coined = bool(named and ways.currency)
    if named and ways.currency:
        typed = currencies.foreign(typed, named, ways.currency, ways.rates)
    if extras.are_in(detection):
        typed = extras.told(typed, detection, have)
    words = "".join(
        f", {values.key(field) if field == 'sku' else field} AS {field}"
        for field in WORDS
        if field in have
    )
    words += ", mail AS email" if "email" in have else ""
    words += ", digits AS phone" if "phone" in have else ""
    words += ", total, weight" if source.terms else ""
    words += ", coin, rate" if coined else ""
    alone = rules.is_of_line(detection, source.terms)
    words += ", true AS alone" if alone else ""
    words += ", returned IS NULL AS by_state" * rules.goes_by_state(detection, have)
    converted = "rate IS NOT NULL" if coined else "false"
    back = rules.is_refund(detection, have)
    amount = f"CASE WHEN {back} THEN -abs(money) ELSE money END"
    if kinds:
        nothing = "kind IN ('order_summary', 'joined')"
        amount = f"CASE WHEN {nothing} THEN 0 ELSE {amount} END"
    return (
        f"SELECT {number}::USMALLINT AS sheet, row, line, number, "
        f"person AS customer_id, moment AS ordered_at, pieces AS quantity, "
        f"{amount} AS amount, "
        f"given AS discount, {rules.refund(detection, have, alone=alone)} AS refund, "
        f"back AS refunded_at, {back} AS is_refund{words}, "
        f"{rules.code(detection, have, ways.today, kinds=kinds)} AS code, "
        f"{rules.aside(detection, have, coined=coined, kinds=kinds)} AS aside, "
        f"CASE WHEN {converted} THEN 'converted' "
        f"WHEN filled IS NOT NULL THEN 'filled_down'{_ruined(have)} END AS repair "
        f"FROM ({typed})"
    )


def _equal(detection: Detection, have: list[str], ways: Ways) -> list[str]:
    """SQL of all that makes two lines of one order equal."""
    typed = ["money", "pieces", "given", "back", "moment", "digits", "mail"]
    words = [values.key(f) if f == "sku" else f for f in WORDS if f in have]
    said = [
        rules.is_refund(detection, have),
        rules.refund(detection, have, alone=False),
        rules.aside(detection, have, coined=False, kinds=False),
    ]
    said += ["currency"] if "currency" in have else []
    return [*typed, "order_sum", *words, *said]


def _ruined(have: list[str]) -> str:
    """SQL for the rows whose order or customer a spreadsheet has made unknowable."""
    each = [f for f in ("order_id", "customer_id", "phone") if f in have]
    if not each:
        return ""
    return f" WHEN {' OR '.join(map(values.is_ruined, each))} THEN 'id_ruined'"


def _keys(have: list[str], ways: Ways) -> str:
    """The number of the order, and the customer by the ladder id, e-mail, phone."""
    ladder = []
    if "customer_id" in have:
        ladder.append(values.person("customer_id"))
    mail = values.email("email") if "email" in have else "NULL::VARCHAR"
    digits = values.phone("phone") if "phone" in have else "NULL::VARCHAR"
    ladder += [mail, digits]
    person = f"coalesce({', '.join(ladder)})"
    if ways.guests:
        giant = values.among(person, ways.guests)
        person = f"CASE WHEN NOT {giant} THEN {person} END"
    number = values.key("order_id") if "order_id" in have else "NULL::VARCHAR"
    return f"{number} AS number, {person} AS person, {mail} AS mail, {digits} AS digits"


def _times(detection: Detection, have: list[str], ways: Ways) -> str:
    time = "order_time" if "order_time" in have else None
    at = "NULL::TIMESTAMP"
    if "ordered_at" in have:
        at = _moment("ordered_at", detection, ways, time)
    back = "NULL::TIMESTAMP"
    if "refunded_at" in have:
        back = _moment("refunded_at", detection, ways)
    return f"{at} AS moment, {back} AS back"


def _moment(
    field: str, detection: Detection, ways: Ways, time: str | None = None
) -> str:
    """SQL of a time; where the export is in UTC, of the same time in the shop."""
    return values.timestamp(
        field,
        detection.day_first,
        ways.time_zone,
        time,
        utc=detection.utc,
        year_first=detection.year_first,
    )
