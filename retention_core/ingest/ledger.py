"""Where every row of every file went, and what it was worth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from retention_core.ingest import values
from retention_core.ingest.model import OUTCOMES
from retention_core.ingest.write import copy

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
    from duckdb import DuckDBPyConnection

    from retention_core.ingest.model import Detection, RawSheet

    Sheets = list[tuple[RawSheet, Detection]]


def _worth(con: DuckDBPyConnection) -> str:
    """What a row says it is worth; nothing where that cannot be in our currency."""
    have = {name for name, *_ in con.execute("DESCRIBE lines").fetchall()}
    foreign = "coin IS NOT NULL AND rate IS NULL" if "coin" in have else "false"
    return (
        "CASE WHEN coalesce(lines.code, '') = 'amount_implausible' "
        f"OR ({foreign}) THEN 0 ELSE coalesce(amount, 0) END"
    )


def rule_lists(con: DuckDBPyConnection, sheets: Sheets) -> None:
    """Rows of sheets that are no orders: into ``ruled`` where they are not used."""
    for number, (sheet, found) in enumerate(sheets):
        if found.role in ("orders", "contacts"):
            continue
        below = f"FROM {sheet.relation} WHERE row >= {found.first_row}"
        if found.role == "ignore":
            con.execute(
                f"INSERT INTO ruled SELECT {number}, row, 1, 'set_aside', "
                f"'sheet_ignored' {below}"
            )
            continue
        keys = [
            values.text(f"c{found.columns.index(found.mapping[field])}")
            for field in ("sku", "product", "customer_id", "email", "phone")
            if field in found.mapping
        ]
        key = f"coalesce({', '.join([*keys, 'NULL'])})"
        every = ", ".join(f"c{place}" for place in range(sheet.columns))
        con.execute(
            f"INSERT INTO ruled SELECT {number}, row, 1, 'set_aside', "
            f"CASE WHEN coalesce({every}) IS NULL THEN 'blank_row' ELSE 'no_key' END "
            f"{below} AND {key} IS NULL"
        )


def rule_rows(con: DuckDBPyConnection) -> None:
    """Make ``gone``: the rows of files that are not used, each in one place.

    A row of which a line is used is used, even if another line is not; of a row without
    any the gravest reason counts.
    """
    several = "SELECT sheet, row FROM lines WHERE line > 1"
    if not con.execute(f"{several} LIMIT 1").fetchall():
        con.execute("CREATE VIEW gone AS SELECT sheet, row, outcome, code FROM ruled")
        return
    grave = "CASE outcome WHEN 'rejected' THEN 2 WHEN 'set_aside' THEN 1 ELSE 0 END"
    con.execute(
        "CREATE TABLE gone AS SELECT sheet, row, arg_max(outcome, grave) AS outcome, "
        f"arg_max(code, grave) AS code FROM (SELECT *, {grave} AS grave FROM ruled) "
        "ANTI JOIN (SELECT sheet, row FROM lines "
        "ANTI JOIN ruled USING (sheet, row, line)) USING (sheet, row) "
        "GROUP BY sheet, row"
    )


def files(
    con: DuckDBPyConnection, sheets: Sheets, amount: float | None
) -> pd.DataFrame:
    """One row a sheet: rows by outcome, money in and used.

    ``amount`` is that of the only sheet of orders, if all of its rows are used.
    """
    import pandas as pd

    counted = {
        (sheet, outcome): rows
        for sheet, outcome, rows in con.execute(
            "SELECT sheet, outcome, count(*) FROM gone GROUP BY ALL"
        ).fetchall()
    }
    repaired, money_in, used = _money(con, sheets, amount)
    rows: list[dict[str, Any]] = []
    for number, (sheet, found) in enumerate(sheets):
        row: dict[str, Any] = {
            "file": sheet.file,
            "sheet": sheet.sheet,
            "role": found.role,
            "rows_in": found.rows,
        }
        gone: dict[str, int] = {
            each: counted.get((number, each), 0) for each in OUTCOMES
        }
        gone["repaired"] = int(repaired.get(number, 0))
        gone["used"] = found.rows - sum(gone.values())
        row |= gone
        row["amount_in"] = round(money_in.get(number, 0), 6)
        row["amount_used"] = round(used.get(number, 0), 6)
        rows.append(row)
    return pd.DataFrame(rows)


def _money(
    con: DuckDBPyConnection, sheets: Sheets, amount: float | None
) -> tuple[dict[int, Any], dict[int, Any], dict[int, Any]]:
    """Rows repaired, money in and money used, by sheet."""
    if amount is not None:
        orders = [n for n, (_, found) in enumerate(sheets) if found.role == "orders"]
        only = dict.fromkeys(orders, amount)
        return {}, only, only
    repaired = _by_sheet(
        con,
        "SELECT sheet, count(DISTINCT row) FROM lines "
        "ANTI JOIN ruled USING (sheet, row, line) "
        "WHERE repair IS NOT NULL GROUP BY sheet",
    )
    money = _by_sheet(
        con, f"SELECT sheet, sum({_worth(con)}) FROM lines GROUP BY sheet"
    )
    for sheet, back in _beside(con).items():
        money[sheet] -= back
    used = _by_sheet(con, "SELECT sheet, sum(amount) FROM final GROUP BY sheet")
    return repaired, money, used


def reasons(con: DuckDBPyConnection, sheets: Sheets, *, quiet: bool) -> pd.DataFrame:
    """Rows and money by outcome and code; with what is worth knowing of used rows.

    Codes of used rows: ``no_order_number`` (customer and time stand for it),
    ``refund_unmatched`` and ``equal_line`` (those beyond the first). ``quiet``: of the
    rows of orders only the last is to be said.
    """
    import pandas as pd

    parts = ["SELECT sheet, 'used', 'equal_line', rows, amount FROM equals"]
    worth = _worth(con)
    if not quiet:
        parts += [f"SELECT sheet, {part}" for part in _notes(worth)]
    if con.execute("SELECT count(*) FROM ruled").fetchall() != [(0,)]:
        # A row counts where it went, its lines' money where each of them went.
        parts.append(
            f"SELECT sheet, coalesce(gone.outcome, ruled.outcome), "
            "coalesce(gone.code, ruled.code), "
            f"(line = 1 AND gone.code IS NOT NULL)::INTEGER, {worth} "
            "FROM ruled LEFT JOIN lines USING (sheet, row, line) "
            "LEFT JOIN gone USING (sheet, row)"
        )
    names = pd.DataFrame(
        [(number, sheet.file) for number, (sheet, _) in enumerate(sheets)],
        columns=["sheet", "file"],
    )
    con.register("sheet_names", names)
    every = " UNION ALL ".join(parts)
    found = con.execute(
        f"WITH every(sheet, outcome, code, rows, worth) AS ({every})"
        " SELECT outcome, code, sum(rows)::BIGINT AS rows, "
        "round(sum(worth), 6) AS amount, "
        "string_agg(DISTINCT file, ', ' ORDER BY file) AS files FROM every "
        "JOIN sheet_names USING (sheet) GROUP BY outcome, code ORDER BY rows DESC, code"
    ).df()
    con.unregister("sheet_names")
    return found


def _notes(worth: str) -> list[str]:
    return [
        f"'repaired', repair, (line = 1)::INTEGER, {worth} FROM lines "
        "ANTI JOIN ruled USING (sheet, row, line) WHERE repair IS NOT NULL",
        f"'used', 'no_order_number', (line = 1)::INTEGER, {worth} FROM lines "
        "ANTI JOIN ruled USING (sheet, row, line) WHERE number IS NULL",
        "'used', 'refund_unmatched', 1, amount FROM final WHERE matched = false",
    ]


def write_rows(con: DuckDBPyConnection, sheets: Sheets, path: Path) -> None:
    """Write every row not used: ``file, sheet, row, outcome, code, raw``."""
    parts = []
    for number, (sheet, _) in enumerate(sheets):
        cells = ", ".join(f"c{place}" for place in range(sheet.columns)) or "NULL"
        title = "NULL" if sheet.sheet is None else values.literal(sheet.sheet)
        parts.append(
            f"SELECT {values.literal(sheet.file)} AS file, {title}::VARCHAR AS sheet, "
            f"row, outcome, code, to_json([{cells}])::VARCHAR AS raw "
            f"FROM {sheet.relation} JOIN (SELECT row, outcome, code FROM gone "
            f"WHERE sheet = {number}) USING (row)"
        )
    copy(con, f"{' UNION ALL '.join(parts)} ORDER BY file, sheet, row", path)


def _by_sheet(con: DuckDBPyConnection, query: str) -> dict[int, Any]:
    return dict(con.execute(query).fetchall())


def _beside(con: DuckDBPyConnection) -> dict[int, Any]:
    """Refunds that stand beside sales, by sheet."""
    tables = {name for (name,) in con.execute("SHOW TABLES").fetchall()}
    if "beside" not in tables:
        return {}
    return _by_sheet(
        con, "SELECT place.sheet, sum(back) FROM beside GROUP BY place.sheet"
    )
