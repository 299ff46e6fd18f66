"""One sheet of orders as typed rows, each with the reason it cannot be used, if any."""

from __future__ import annotations

import dataclasses
import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from retention_core.ingest import amounts, currencies, totals, values
from retention_core.ingest import mapping as mappings
from retention_core.ingest.facts import look
from retention_core.ingest.reconcile import fill_customers
from retention_core.ingest.words import SYSTEMS, VALUES

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from retention_core.ingest.facts import Facts
    from retention_core.ingest.model import Detection, RawSheet

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
_FILLED_DOWN = (
    "customer_id",
    "email",
    "phone",
    "customer_name",
    "ordered_at",
    "order_time",
    "currency",
    "status",
    "cancelled_at",
    "store",
    "country",
    "channel",
    "campaign",
    "tags",
)


SMALL = 100_000
_OF_THE_LINE = ("product", "sku", "quantity", "unit_price", "amount", "order_total")


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
    con: DuckDBPyConnection,
    sheet: RawSheet,
    detection: Detection,
    number: int,
    ways: Ways,
) -> tuple[str, Facts]:
    """Make the relation ``staged_{number}`` and say what is in it.

    Columns: ``sheet, row, number, customer_id, ordered_at, amount, quantity, discount,
    refund, refunded_at, is_refund``, the mapped words and dimensions; ``code`` says why
    a row cannot be read (null: it can), ``aside`` which rule sets it aside, ``repair``
    what was mended. In a large file it is a view as long as every row is a plain sale:
    reading twice costs less than writing once.
    """
    fields = cells(detection)
    raw = _raw(sheet, detection, fields)
    name = f"staged_{number}"
    if SYSTEMS.get(detection.system or "", {}).get("layout") == "shopify":
        filled = _filled(con, raw, fields, "head")
        con.execute(f"CREATE TABLE {name} AS {_rows(number, detection, ways, filled)}")
        return name, look(con, name)
    large = detection.rows > SMALL and not _by_order(fields)
    kind = "VIEW" if large else "TABLE"
    con.execute(f"CREATE {kind} {name} AS {_rows(number, detection, ways, raw)}")
    found = look(con, name)
    if found.without_day and "order_id" in fields:
        con.execute(f"DROP {kind} {name}")
        filled = _filled(con, raw, fields, "ordered_at")
        con.execute(f"CREATE TABLE {name} AS {_rows(number, detection, ways, filled)}")
    elif not found.clean and kind == "VIEW":
        con.execute(f"CREATE TABLE {name}_rows AS SELECT * FROM {name}")
        name = f"{name}_rows"
    if found.orphans:
        fill_customers(con, name)
    return name, found if found.clean else look(con, name)


def money(sheet: RawSheet, detection: Detection) -> str:
    """SQL of ``row, money`` of the rows of a sheet that are plain sales."""
    fields = cells(detection)
    raw = _raw(sheet, detection, fields)
    return f"SELECT row, {amounts.typed(detection, fields)} FROM ({raw})"


def is_view(con: DuckDBPyConnection, name: str) -> bool:
    """Whether a sheet was staged without being written down."""
    views = "SELECT view_name FROM duckdb_views()"
    return (name,) in con.execute(views).fetchall()


def cells(detection: Detection) -> dict[str, int]:
    """From each mapped field, and a system's own columns, to the column's place."""
    names = detection.columns
    found = {field: names.index(column) for field, column in detection.mapping.items()}
    extra = SYSTEMS.get(detection.system or "", {}).get("columns", {})
    for field, header in extra.items():
        column = mappings.column_named([header], names)
        if column is not None:
            found[field] = names.index(column)
    return found


def _raw(sheet: RawSheet, detection: Detection, fields: dict[str, int]) -> str:
    texts = "".join(
        f", {values.text(f'c{place}')} AS {field}" for field, place in fields.items()
    )
    return (
        f"SELECT row, c0 AS first_cell, NULL AS filled{texts} "
        f"FROM {sheet.relation} WHERE row >= {detection.first_row}"
    )


def _filled(
    con: DuckDBPyConnection, raw: str, fields: dict[str, int], head: str
) -> str:
    """Give the rows of an order below its first what stands on the first only.

    A row without a number and a day belongs to the order above it. Money is never
    filled down.
    """
    head = head if head in fields else "ordered_at"
    down = [field for field in _FILLED_DOWN if field in fields]
    above = "last_value(order_id IGNORE NULLS) OVER (ORDER BY row)"
    bare = " AND ".join(f"{field} IS NULL" for field in down)
    own = [field for field in _OF_THE_LINE if field in fields]
    bare += f" AND coalesce({', '.join(own)}) IS NOT NULL"
    con.execute(
        "CREATE OR REPLACE TABLE raw_cells AS SELECT * REPLACE ("
        f"CASE WHEN order_id IS NULL AND {bare} AND NOT {_is_total('first_cell')} "
        f"THEN {above} ELSE order_id END AS order_id) FROM ({raw})"
    )
    replaced = ", ".join(
        f"CASE WHEN below.{head} IS NULL THEN coalesce(below.{field}, top.{field}) "
        f"ELSE below.{field} END AS {field}"
        for field in down
    )
    # Where the layout of a system leaves cells blank, filling them mends nothing.
    mended = "NULL AS filled"
    if head == "ordered_at":
        mended = "CASE WHEN below.ordered_at IS NULL THEN top.row END AS filled"
    return (
        f"SELECT below.* REPLACE ({replaced}, {mended}) FROM raw_cells AS below "
        f"ASOF LEFT JOIN (SELECT * FROM raw_cells WHERE {head} IS NOT NULL) AS top "
        "ON below.order_id = top.order_id AND below.row >= top.row"
    )


def _rows(number: int, detection: Detection, ways: Ways, source: str) -> str:
    fields = cells(detection)
    typed = f"SELECT *, {amounts.typed(detection, fields)}, {_keys(fields, ways)}, "
    typed += f"{_times(detection, fields, ways)} FROM ({source})"
    if SYSTEMS.get(detection.system or "", {}).get("layout") == "shopify":
        typed = amounts.of_orders(typed, fields)
    if _by_order(fields):
        equal = _equal(fields, ways) if ways.merge else None
        typed = totals.spread(typed, fields, equal)
    named = currencies.named_in(detection, fields)
    coined = bool(named and ways.currency)
    if named and ways.currency:
        typed = currencies.foreign(typed, named, ways.currency, ways.rates)
    words = "".join(
        f", {values.key(field) if field == 'sku' else field} AS {field}"
        for field in WORDS
        if field in fields
    )
    words += ", mail AS email" if "email" in fields else ""
    words += ", digits AS phone" if "phone" in fields else ""
    words += ", total" if _by_order(fields) else ""
    words += ", coin, rate" if coined else ""
    converted = "rate IS NOT NULL" if coined else "false"
    return (
        f"SELECT {number}::USMALLINT AS sheet, row, number, "
        f"person AS customer_id, moment AS ordered_at, pieces AS quantity, "
        f"CASE WHEN {_is_refund(fields)} THEN -abs(money) ELSE money END AS amount, "
        f"given AS discount, {_refund(fields)} AS refund, back AS refunded_at, "
        f"{_is_refund(fields)} AS is_refund{words}, {_code(detection, ways)} AS code, "
        f"{_aside(fields, coined=coined)} AS aside, "
        f"CASE WHEN {converted} THEN 'converted' "
        "WHEN filled IS NOT NULL THEN 'filled_down' END AS repair "
        f"FROM ({typed})"
    )


def _by_order(fields: dict[str, int]) -> bool:
    """Whether the only money is the total of the order, on some of its lines or all."""
    return {"order_id", "order_total"} <= fields.keys() and not (
        {"amount", "unit_price"} & fields.keys()
    )


def _equal(fields: dict[str, int], ways: Ways) -> list[str]:
    """SQL of all that makes two lines of one order equal."""
    typed = ["money", "pieces", "given", "back", "moment", "digits", "mail"]
    words = [values.key(f) if f == "sku" else f for f in WORDS if f in fields]
    rules = [_is_refund(fields), _refund(fields), _aside(fields, coined=False)]
    rules += ["currency"] if "currency" in fields else []
    return [*typed, *words, *rules]


def _keys(fields: dict[str, int], ways: Ways) -> str:
    """The number of the order, and the customer by the ladder id, e-mail, phone."""
    ladder = []
    if "customer_id" in fields:
        ladder.append(values.person("customer_id"))
    mail = values.email("email") if "email" in fields else "NULL::VARCHAR"
    digits = values.phone("phone") if "phone" in fields else "NULL::VARCHAR"
    ladder += [mail, digits]
    person = f"coalesce({', '.join(ladder)})"
    if ways.guests:
        giant = values.among(person, ways.guests)
        person = f"CASE WHEN NOT {giant} THEN {person} END"
    number = values.key("order_id") if "order_id" in fields else "NULL::VARCHAR"
    return f"{number} AS number, {person} AS person, {mail} AS mail, {digits} AS digits"


def _times(detection: Detection, fields: dict[str, int], ways: Ways) -> str:
    time = "order_time" if "order_time" in fields else None
    at = "NULL::TIMESTAMP"
    if "ordered_at" in fields:
        zone = ways.time_zone
        at = values.timestamp("ordered_at", detection.day_first, zone, time)
    back = "NULL::TIMESTAMP"
    if "refunded_at" in fields:
        back = values.timestamp("refunded_at", detection.day_first, ways.time_zone)
    return f"{at} AS moment, {back} AS back"


def _is_refund(fields: dict[str, int]) -> str:
    by_type = _says("row_type", "refund_row") if "row_type" in fields else "false"
    return f"(coalesce(money < 0, false) OR coalesce(pieces < 0, false) OR {by_type})"


def _refund(fields: dict[str, int]) -> str:
    """What the row says went back: an amount, or by its status all of it."""
    if "status" not in fields or "refund_amount" in fields:
        return "returned"
    whole = f"CASE WHEN {_says('status', 'refunded')} AND money > 0 THEN money END"
    return f"coalesce(returned, {whole})"


def _says(field: str, value: str) -> str:
    words = map(str.casefold, VALUES[value])
    return f"coalesce({values.among(f'lower({field})', words)}, false)"


def _is_total(field: str) -> str:
    words = "|".join(VALUES["total_row"])
    pattern = values.literal(rf"^({words})([\s:].*)?$")
    return f"coalesce(regexp_matches(lower({field}), {pattern}), false)"


def _code(detection: Detection, ways: Ways) -> str:
    """Why a row cannot be an order line; null where it can."""
    fields = cells(detection)
    latest = ways.today + dt.timedelta(days=3)
    good_day = f"moment >= DATE '{values.EARLIEST}' AND moment < DATE '{latest}'"
    good_money = f"abs(money) <= {values.LARGEST}"
    stated = [f"{name} IS NOT NULL" for name in fields]
    words = ("order_id", "ordered_at", "customer_id", "product", "sku")
    texts = ["first_cell", *(name for name in words if name in fields)]
    total = " OR ".join(_is_total(name) for name in texts)
    header = " AND ".join(
        f"{name} = {values.literal(detection.mapping[name])}"
        for name in ("ordered_at", "order_id", "amount", "unit_price")
        if name in detection.mapping
    )
    day = "ordered_at" if "ordered_at" in fields else "NULL"
    return (
        f"CASE WHEN {good_day} AND {good_money} THEN NULL "
        f"WHEN NOT ({' OR '.join(stated)}) THEN 'blank_row' "
        f"WHEN {header} THEN 'repeated_header' "
        f"WHEN moment IS NULL AND ({total}) THEN 'total_row' "
        f"WHEN {day} IS NULL THEN 'date_missing' "
        "WHEN moment IS NULL THEN 'date_unreadable' "
        f"WHEN NOT ({good_day}) THEN 'date_implausible' "
        "WHEN money_text IS NULL THEN 'amount_missing' "
        "WHEN money IS NULL THEN 'amount_unreadable' ELSE 'amount_implausible' END"
    )


def _aside(fields: dict[str, int], *, coined: bool) -> str:
    """The rule by which a readable row is no sale."""
    rules = []
    if "cancelled_at" in fields:
        rules.append(("cancelled_at IS NOT NULL", "cancelled"))
    if "status" in fields:
        rules.append((_says("status", "cancelled"), "cancelled"))
        rules.append((_says("status", "test"), "test_order"))
    if "tags" in fields:
        rules.append(
            (r"regexp_matches(lower(tags), '(^|[,;\s])test([,;\s]|$)')", "test_order")
        )
    test = "starts_with(ltrim(lower(number), '#'), 'test')"
    likely = values.begins("number", "T", "t", "#T", "#t")
    rules.append((f"({likely}) AND {test}", "test_order"))
    if "email" in fields:
        test = r"regexp_matches(mail, '^test(ing)?[0-9]*(\+.*)?@')"
        rules.append((f"starts_with(mail, 'test') AND {test}", "test_order"))
    if "row_type" in fields:
        rules.append((_says("row_type", "shipping_row"), "shipping_line"))
    if coined:
        rules.append(("coin IS NOT NULL AND rate IS NULL", "other_currency"))
    rules.append(("pieces < 0 AND money = 0 AND person IS NULL", "write_off"))
    whens = " ".join(f"WHEN {rule} THEN '{code}'" for rule, code in rules)
    return f"CASE {whens} END"
