"""One sale that two sheets tell in two ways: orders and invoices, lines and sums."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_MOST = 0.8
_ENOUGH = 5
_SALES = (
    "FROM lines ANTI JOIN ruled USING (sheet, row, line) "
    "WHERE code IS NULL AND aside IS NULL AND NOT is_refund"
)


def rule(con: DuckDBPyConnection) -> None:
    """Rule out, as *merged*, what one sheet says again of most of its own rows.

    Orders of the same number, customer and money on other days stand in the sheet with
    the earlier days; a row for each customer with what another sheet adds up to is a
    sum. So much to the cent in most of a sheet is no accident.
    """
    _orders(con)
    _sums(con)


def _orders(con: DuckDBPyConnection) -> None:
    con.execute(
        "CREATE TABLE said AS SELECT sheet, number, coalesce(customer_id, '') AS who, "
        "min(ordered_at)::DATE AS day, round(sum(amount), 2) AS money "
        f"{_SALES} AND number IS NOT NULL GROUP BY sheet, number, who"
    )
    con.execute(
        "CREATE TABLE again AS WITH pairs AS ("
        "SELECT a.sheet AS first, b.sheet, b.number, b.who, b.day > a.day AS later "
        "FROM said a JOIN said b USING (number, who, money) "
        "WHERE a.sheet <> b.sheet AND a.day <> b.day AND money <> 0), "
        "sizes AS (SELECT sheet, count(*) AS size FROM said GROUP BY sheet), "
        "doubled AS (SELECT first, sheet FROM pairs JOIN sizes USING (sheet) "
        "GROUP BY first, sheet, size "
        f"HAVING count(DISTINCT number) >= greatest({_ENOUGH}, {_MOST} * size) "
        "AND (avg(later::INTEGER) > 0.5 OR avg(later::INTEGER) = 0.5 AND sheet > first)"
        ") SELECT DISTINCT sheet, number, who FROM pairs JOIN doubled "
        "USING (first, sheet)"
    )
    con.execute(
        "INSERT INTO ruled SELECT lines.sheet, row, line, 'merged', 'told_again' "
        f"FROM (SELECT * {_SALES}) AS lines JOIN again ON lines.sheet = again.sheet "
        "AND lines.number = again.number AND coalesce(customer_id, '') = who"
    )


def _sums(con: DuckDBPyConnection) -> None:
    con.execute(
        "CREATE TABLE summed AS SELECT sheet, customer_id, count(*) AS rows, "
        "count(number) AS numbers, round(sum(amount), 2) AS money "
        f"{_SALES} AND customer_id IS NOT NULL GROUP BY sheet, customer_id"
    )
    con.execute(
        "INSERT INTO ruled WITH once AS (SELECT sheet, count(*) AS size FROM summed "
        "GROUP BY sheet HAVING max(rows) = 1 AND sum(numbers) = 0), "
        "sums AS (SELECT b.sheet FROM summed a JOIN summed b "
        "ON a.customer_id = b.customer_id AND a.money = b.money "
        "AND a.sheet <> b.sheet JOIN once ON once.sheet = b.sheet "
        "GROUP BY a.sheet, b.sheet, size "
        f"HAVING count(*) >= greatest({_ENOUGH}, {_MOST} * size) "
        "AND sum(a.rows) > count(*)) "
        "SELECT sheet, row, line, 'merged', 'told_again' "
        f"{_SALES} AND sheet IN (SELECT sheet FROM sums)"
    )
