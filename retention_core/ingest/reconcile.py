"""One table of order lines out of many sheets: keys, overlaps, rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retention_core.columns import DIMENSIONS
from retention_core.ingest import bridge

if TYPE_CHECKING:
    from collections.abc import Mapping

    from duckdb import DuckDBPyConnection

    from retention_core.ingest.facts import Facts
    from retention_core.ingest.model import Answers

_CONTENT = (
    *("number", "customer_id", "ordered_at", "amount", "quantity", "discount"),
    *("refund", "refunded_at", "is_refund", "aside", "coin", "product", "sku"),
    *("category", "weight"),
    *("customer_name", "email", "phone", *DIMENSIONS),
)
# Rows of an order that are none of its lines.
_NO_LINES = "'joined', 'order_summary', 'group_row', 'total_row', 'not_a_sale'"


def unite(
    con: DuckDBPyConnection, staged: list[str], *, linked: bool = False
) -> list[str]:
    """Make the view ``lines`` of all staged sheets; return its columns.

    ``linked``: customers go by the keys of :mod:`.bridge`.
    """
    parts = " UNION ALL BY NAME ".join(f"SELECT * FROM {table}" for table in staged)
    if linked:
        parts = (
            "SELECT each.* REPLACE (coalesce(told.new, each.customer_id) "
            f"AS customer_id) FROM ({parts}) AS each "
            f"LEFT JOIN {bridge.TABLE} AS told ON told.old = each.customer_id"
        )
    con.execute(f"CREATE VIEW lines AS {parts}")
    return [name for name, *_ in con.execute("DESCRIBE lines").fetchall()]


def fill_customers(con: DuckDBPyConnection, table: str) -> None:
    """Lines without a customer take the only one that their order names."""
    columns = {name for name, *_ in con.execute(f"DESCRIBE {table}").fetchall()}
    store = "store" if "store" in columns else "NULL::VARCHAR"
    con.execute(
        f"UPDATE {table} SET customer_id = named.customer_id FROM ("
        f"SELECT number, ordered_at::DATE AS day, {store} AS shop, "
        f"max(customer_id) AS customer_id FROM {table} "
        "WHERE number IS NOT NULL AND code IS NULL GROUP BY ALL "
        "HAVING count(DISTINCT customer_id) = 1 "
        "AND count(customer_id) < count(*)) AS named "
        f"WHERE {table}.customer_id IS NULL AND {table}.number = named.number "
        f"AND {table}.ordered_at::DATE = named.day "
        f"AND {store} IS NOT DISTINCT FROM named.shop"
    )


def order_key(columns: list[str], *, guests_alone: bool) -> str:
    """SQL of ``order_id``: number, day, customer and shop, or else what there is.

    Without a number customer and timestamp make one; a guest's line without a time of
    day (``guests_alone``) is an order of its own.
    """
    # To concat nobody is an empty string.
    store = ", '|', store" if "store" in columns else ""
    numbered = f"concat(number, '|', ordered_at::DATE, '|', customer_id{store})"
    timed = f"concat('|', ordered_at, '|', customer_id{store})"
    if not guests_alone:
        return f"CASE WHEN number IS NULL THEN {timed} ELSE {numbered} END"
    alone = f"concat({timed}, '|', content, '|', copy)"
    no_time = "customer_id IS NULL AND ordered_at = ordered_at::DATE"
    return (
        f"CASE WHEN number IS NOT NULL THEN {numbered} "
        f"WHEN {no_time} THEN {alone} ELSE {timed} END"
    )


def rule(
    con: DuckDBPyConnection,
    columns: list[str],
    found: Facts,
    sheets: int,
    answers: Answers,
    groups: Mapping[int, int] | None = None,
) -> None:
    """Make ``ruled`` (sheet, row, outcome, code): what is not used, and why.

    Overlaps go before the other rules: an order cancelled in the newer file is
    cancelled, whatever the older says. ``groups`` ties sheets together that hold the
    same orders in different layouts: there these go by their number alone.
    """
    con.execute(
        "CREATE TABLE ruled "
        "(sheet USMALLINT, row BIGINT, line USMALLINT, outcome VARCHAR, code VARCHAR)"
    )
    if found.unreadable:
        aside = "'blank_row', 'repeated_header', 'total_row'"
        con.execute(
            "INSERT INTO ruled SELECT sheet, row, line, "
            f"CASE WHEN code IN ({aside}) THEN 'set_aside' ELSE 'rejected' END, "
            "code FROM lines WHERE code IS NOT NULL"
        )
    if found.aside:
        con.execute(
            "INSERT INTO ruled SELECT sheet, row, line, 'merged', aside FROM lines "
            "WHERE code IS NULL AND aside = 'joined'"
        )
    if sheets > 1:
        _overlaps(con, columns, groups or {})
    if answers.merge_duplicates:
        _duplicates(con, columns)
    ignored = bool(answers.refunds == "ignore" and found.refunds)
    if found.aside or ignored:
        con.execute(
            "INSERT INTO ruled SELECT sheet, row, line, 'set_aside', "
            "coalesce(aside, 'refund_ignored') FROM lines ANTI JOIN ruled USING "
            f"(sheet, row, line) WHERE aside IS NOT NULL {'OR is_refund' * ignored}"
        )


def cut_off(con: DuckDBPyConnection, rows: list[int | None]) -> None:
    """Set aside the last row of each sheet that ends in the middle of it."""
    for sheet, row in enumerate(rows):
        if row is not None:
            con.execute(
                "INSERT INTO ruled SELECT sheet, row, line, 'set_aside', 'cut_off' "
                "FROM lines ANTI JOIN ruled USING (sheet, row, line) "
                "WHERE sheet = ? AND row = ?",
                [sheet, row],
            )


def content(columns: list[str]) -> str:
    """SQL of a hash over all that makes two lines equal.

    Of a total the whole counts, not the line's share, which goes by its place.
    """
    names = [name for name in _CONTENT if name in columns]
    if "total" in columns:
        names[names.index("amount")] = "coalesce(total, amount)"
    return f"hash({', '.join(names)})"


def _overlaps(
    con: DuckDBPyConnection, columns: list[str], groups: Mapping[int, int]
) -> None:
    """Orders with a number: whole, from the file whose last order is later.

    Lines without one: the larger multiplicity.
    """
    key = order_key(columns, guests_alone=False)
    if groups:
        group = " ".join(f"WHEN {n} THEN {place}" for n, place in groups.items())
        alike = f"number IS NOT NULL AND sheet IN ({', '.join(map(str, groups))})"
        numbered = f"concat(CASE sheet {group} END, '#', ltrim(number, '#'))"
        key = f"CASE WHEN {alike} THEN {numbered} ELSE {key} END"
    con.execute(
        f"CREATE TABLE compared AS SELECT sheet, row, line, number IS NULL AS bare, "
        f"hash({key}) AS key, {content(columns)} AS content, ordered_at "
        f"FROM lines WHERE code IS NULL AND coalesce(aside, '') NOT IN ({_NO_LINES})"
    )
    # Equal files tie; what is in them decides, never the order of upload.
    con.execute(
        "CREATE TABLE ranks AS SELECT sheet, row_number() OVER (ORDER BY last DESC, "
        "rows DESC, print DESC, sheet) AS rank FROM (SELECT sheet, "
        "max(ordered_at) AS last, count(*) AS rows, sum(content) AS print "
        "FROM compared GROUP BY sheet)"
    )
    con.execute(
        "INSERT INTO ruled "
        "WITH shared AS (SELECT key, min(rank) AS best FROM compared "
        "JOIN ranks USING (sheet) WHERE NOT bare GROUP BY key "
        "HAVING count(DISTINCT sheet) > 1), "
        "copies AS (SELECT compared.*, rank, best, row_number() OVER ("
        "PARTITION BY key, compared.sheet, content ORDER BY row, line) AS copy "
        "FROM compared JOIN ranks USING (sheet) JOIN shared USING (key) WHERE NOT bare)"
        "SELECT sheet, row, line, "
        "CASE WHEN twin.key IS NULL THEN 'set_aside' ELSE 'merged' END, "
        "CASE WHEN twin.key IS NULL THEN 'older_version' ELSE 'same_line' END "
        "FROM (SELECT * FROM copies WHERE rank > best) AS older LEFT JOIN "
        "(SELECT key, content, copy FROM copies WHERE rank = best) AS twin "
        "USING (key, content, copy)"
    )
    con.execute(
        "INSERT INTO ruled SELECT sheet, row, line, 'merged', 'same_line' FROM ("
        "SELECT sheet, row, line, content, rank, row_number() OVER ("
        "PARTITION BY content, sheet ORDER BY row, line) AS copy "
        "FROM compared JOIN ranks USING (sheet) WHERE bare) "
        "QUALIFY row_number() OVER (PARTITION BY content, copy ORDER BY rank) > 1"
    )


def _duplicates(con: DuckDBPyConnection, columns: list[str]) -> None:
    con.execute(
        "INSERT INTO ruled SELECT sheet, row, line, 'merged', 'equal_line' FROM lines "
        "ANTI JOIN ruled USING (sheet, row, line) WHERE code IS NULL "
        f"AND coalesce(aside, '') NOT IN ({_NO_LINES}) QUALIFY row_number() OVER ("
        f"PARTITION BY {content(columns)} ORDER BY sheet, row, line) > 1"
    )


def keep(con: DuckDBPyConnection, columns: list[str], found: Facts) -> bool:
    """Make ``kept``: the rows that are used, each with its ``order_id``.

    Return whether these are all.
    """
    ruled = con.execute("SELECT count(*) FROM ruled").fetchall()[0][0]
    source = "lines ANTI JOIN ruled USING (sheet, row, line)" if ruled else "lines"
    if found.nobody:
        source = (
            f"(SELECT *, {content(columns)} AS content, row_number() OVER ("
            f"PARTITION BY {content(columns)} ORDER BY sheet, row, line) AS copy "
            f"FROM {source})"
        )
    key = order_key(columns, guests_alone=bool(found.nobody))
    con.execute(f"CREATE VIEW kept AS SELECT *, {key} AS order_id FROM {source}")
    return not ruled
