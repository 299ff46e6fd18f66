"""Refunds go back to the orders they are of (definitions.md §1)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from retention_core.columns import DIMENSIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from duckdb import DuckDBPyConnection

    from retention_core.ingest.facts import Facts

HALF_A_CENT = 0.005
_AT_ONCE = 100_000
# C536379, R-1001, 1001-R: the name of a refund that holds the name of its order.
_BARE = (
    r"regexp_extract(upper(number), "
    r"'^(?:C|CN|CR|R|RE|REF|RET|RF|RMA)?[-_ #]?([0-9]\w*?)"
    r"(?:[-_ /](?:R|RF|REFUND))?$', 1)"
)
_LINE = (
    *("order_id", "customer_id", "ordered_at", "refunded_at", "product", "sku"),
    *("category", "quantity", "amount", "discount", *DIMENSIONS),
)


def resolve(
    con: DuckDBPyConnection, columns: list[str], found: Facts, *, net: bool
) -> None:
    """Make ``final``: sales as they are, refunds with the order they belong to.

    A refund line has ``order_id`` and ``ordered_at`` of that order, ``refunded_at`` of
    its own and a negative ``amount``; what belongs to no order stands on its own day
    under an ``order_id`` of its own, ``matched`` false.
    """
    sales = _select(columns, {"refunded_at": "NULL::TIMESTAMP"})
    parts = [f"{sales}, NULL::BOOLEAN AS matched FROM kept WHERE NOT is_refund"]
    if net and found.refunds:
        _name_targets(con, _item(columns))
    if net and found.beside:
        _tell_once(con, columns, rows=bool(found.refunds))
        _beside_sales(con, columns)
        parts += [_beside_lines(columns, whole) for whole in (True, False)]
    if net and found.refunds:
        _own_rows(con, columns, beside=bool(found.beside))
        parts.append(_own_lines(columns))
    con.execute(f"CREATE VIEW final AS {' UNION ALL BY NAME '.join(parts)}")


def _tell_once(con: DuckDBPyConnection, columns: list[str], *, rows: bool) -> None:
    """Make ``twice``: orders whose refund stands beside them and has rows of its own.

    A state says only that money went back; the rows say how much. An amount beside the
    order is the same refund where it is the sum of the rows.
    """
    con.execute("CREATE TABLE twice (order_id VARCHAR)")
    if not rows:
        return
    stated = "bool_and(by_state)" if "by_state" in columns else "false"
    con.execute(
        f"INSERT INTO twice SELECT order_id FROM (SELECT order_id, {stated} AS stated, "
        "sum(refund) AS back FROM kept WHERE NOT is_refund AND refund > 0 GROUP BY ALL)"
        " JOIN (SELECT target AS order_id, sum(amount) AS own FROM refunding "
        "GROUP BY ALL) USING (order_id) "
        f"WHERE coalesce(stated, false) OR abs(back - own) <= {HALF_A_CENT}"
    )


def _item(columns: list[str]) -> str:
    """SQL of what a line sold."""
    names = [name for name in ("sku", "product") if name in columns]
    return f"coalesce({', '.join(names)})" if names else "NULL::VARCHAR"


def _select(columns: list[str], special: dict[str, str]) -> str:
    have = {"order_id", *columns, *special}
    taken = [name for name in _LINE if name in have]
    return "SELECT kept.sheet, " + ", ".join(
        f"{special[name]} AS {name}" if name in special else f"kept.{name}"
        for name in taken
    )


def _beside_sales(con: DuckDBPyConnection, columns: list[str]) -> None:
    """The refunds that stand beside sales: the sum for each order, or each its own.

    The same sum on every line, more than the lines brought, is the order's, said once.
    What is of its line for certain (``alone``) stays on it.
    """
    alone = "coalesce(alone, false)" if "alone" in columns else "false"
    place = "{'sheet': sheet, 'row': row, 'line': line}"
    con.execute(
        "CREATE TABLE beside AS SELECT order_id, greatest(sum(amount), 0) AS net, "
        "CASE WHEN count(refund) = count(*) AND count(*) > 1 "
        f"AND min(refund) = max(refund) AND sum(refund) > sum(amount) + {HALF_A_CENT} "
        "THEN max(refund) ELSE sum(refund) END AS back, "
        "max(refunded_at) AS back_at, min(ordered_at) AS first_at, count(*) AS lines, "
        f"min({place}) FILTER (refund > 0) AS place "
        "FROM kept ANTI JOIN twice USING (order_id) "
        f"WHERE NOT is_refund AND NOT {alone} "
        "GROUP BY order_id HAVING sum(refund) > 0"
    )
    if alone != "false":
        con.execute(
            "INSERT INTO beside SELECT order_id, greatest(amount, 0), refund, "
            "refunded_at, min(ordered_at) OVER (PARTITION BY order_id), 1, "
            f"{place} FROM kept ANTI JOIN twice USING (order_id) "
            f"WHERE NOT is_refund AND {alone} QUALIFY refund > 0"
        )


def _beside_lines(columns: list[str], within: bool) -> str:
    """The part within the order's net, or what exceeds it."""
    part = "least(back, net)" if within else "back - net"
    special: dict[str, str] = {
        name: f"CASE WHEN lines = 1 THEN kept.{name} END"
        for name in ("product", "sku", "category")
        if name in columns
    }
    special |= {
        "amount": f"-round({part}, 6)",
        "quantity": "-1.0",
        "discount": "NULL::DOUBLE",
        "refunded_at": "coalesce(back_at, first_at)",
        "ordered_at": "first_at" if within else "coalesce(back_at, first_at)",
    }
    if not within:
        special["order_id"] = "kept.order_id || '|refund'"
    return (
        f"{_select(columns, special)}, {within} AS matched FROM kept JOIN beside "
        "ON kept.order_id = beside.order_id AND kept.sheet = place.sheet "
        f"AND kept.row = place.row AND kept.line = place.line "
        f"WHERE {part} > {HALF_A_CENT if not within else 0}"
    )


def _own_lines(columns: list[str]) -> str:
    """Rows of refunds, each once or (partly matched) twice."""
    whole = "nullif(abs(kept.amount), 0)"
    special = {
        "amount": "-round(part, 6)",
        "quantity": f"-abs(kept.quantity) * coalesce(part / {whole}, 1)",
        "refunded_at": "coalesce(kept.refunded_at, kept.ordered_at)",
        "ordered_at": "coalesce(target_at, kept.refunded_at, kept.ordered_at)",
        "order_id": "coalesce(target, kept.order_id || '|refund')",
        "customer_id": "target_customer",
    }
    return (
        f"{_select(columns, special)}, target IS NOT NULL AS matched "
        "FROM kept JOIN parts USING (sheet, row, line)"
    )


@dataclass(slots=True)
class _Sold:
    """A sale line with what is left to refund on it."""

    order_id: str
    first_at: object
    customer: str | None
    item: str | None
    at: object
    left: float


@dataclass(slots=True)
class _Refund:
    sheet: int
    row: int
    line: int
    target: str | None
    customer: str | None
    item: str | None
    at: object
    amount: float


def _own_rows(con: DuckDBPyConnection, columns: list[str], *, beside: bool) -> None:
    """Make ``parts`` (sheet, row, line, target, target_at, target_customer, part)."""
    gone = "coalesce(kept.refund, 0)"
    if beside:
        told = "kept.order_id IN (SELECT order_id FROM twice)"
        gone = f"CASE WHEN {told} THEN 0 ELSE {gone} END"
    con.execute(
        "CREATE TABLE parts (sheet USMALLINT, row BIGINT, line USMALLINT, "
        "target VARCHAR, target_at TIMESTAMP, target_customer VARCHAR, part DOUBLE)"
    )
    count = con.execute("SELECT count(*) FROM refunding").fetchall()[0][0]
    shares = count // _AT_ONCE + 1
    con.execute(
        "CREATE TABLE refundable AS SELECT kept.order_id, kept.customer_id, "
        f"{_item(columns)} AS item, kept.ordered_at AS moment, kept.amount, "
        f"{gone} AS gone, "
        "min(kept.ordered_at) OVER (PARTITION BY kept.order_id) AS first_at "
        "FROM kept WHERE NOT is_refund AND (customer_id IN "
        "(SELECT customer_id FROM refunding) OR order_id IN "
        "(SELECT target FROM refunding))"
    )
    import pandas as pd

    for share in range(shares):
        found = _match(*_fetch(con, share, shares))
        frame = pd.DataFrame(
            found,
            columns=[
                "sheet",
                "row",
                "line",
                *("target", "target_at", "customer", "part"),
            ],
        ).astype({"target": "string", "customer": "string"})
        frame["target_at"] = pd.to_datetime(frame["target_at"])
        con.register("found", frame)
        con.execute("INSERT INTO parts SELECT * FROM found")
        con.unregister("found")


def _name_targets(con: DuckDBPyConnection, item: str) -> None:
    """Make ``refunding``: each refund, with the order that it names, if one.

    Of several orders with the number (and customer) the latest not after the refund;
    a guest's goes only where the customer has none.
    """
    con.execute(
        "CREATE TABLE refunding AS WITH refunds AS ("
        f"SELECT sheet, row, line, {_BARE} AS bare, "
        f"number, customer_id, order_id AS own, {item} AS item, "
        "ordered_at AS moment, amount, "
        "coalesce(refunded_at, ordered_at)::DATE AS day FROM kept WHERE is_refund), "
        "orders AS (SELECT number, order_id, max(customer_id) AS customer_id, "
        "min(ordered_at) AS first_at FROM kept WHERE NOT is_refund "
        "AND number IN (SELECT number FROM refunds UNION SELECT bare FROM refunds) "
        "GROUP BY number, order_id), "
        "named AS (SELECT r.sheet, r.row, r.line, o.order_id, o.customer_id "
        "FROM refunds r JOIN orders o ON (o.number = r.number OR o.number = r.bare) "
        "AND (r.customer_id IS NULL OR o.customer_id IS NULL "
        "OR r.customer_id = o.customer_id) AND o.first_at::DATE <= r.day "
        "QUALIFY row_number() OVER (PARTITION BY r.sheet, r.row, r.line ORDER BY "
        "o.number = r.number DESC, o.customer_id IS NOT DISTINCT FROM r.customer_id "
        "DESC, o.first_at DESC, o.order_id) = 1) "
        "SELECT r.sheet, r.row, r.line, r.own, named.order_id AS target, "
        "coalesce(r.customer_id, named.customer_id) AS customer_id, item, moment, "
        "abs(amount) AS amount FROM refunds r LEFT JOIN named USING (sheet, row, line)"
    )


def _fetch(
    con: DuckDBPyConnection, share: int, shares: int
) -> tuple[list[_Refund], list[_Sold]]:
    """One share of the customers: refunds and the lines they may be of, by time."""
    mine = "hash(coalesce(customer_id, {})) % {} = {}"
    refunds = con.execute(
        "SELECT sheet, row, line, target, customer_id, item, moment, amount "
        f"FROM refunding WHERE {mine.format('target', shares, share)} OR ({share} = 0 "
        "AND customer_id IS NULL AND target IS NULL) "
        "ORDER BY moment, amount, item, target, customer_id, own, sheet, row, line"
    ).fetchall()
    sold = con.execute(
        "SELECT order_id, first_at, customer_id, item, moment, "
        "greatest(amount - gone, 0) FROM refundable "
        f"WHERE {mine.format('order_id', shares, share)} "
        "ORDER BY moment, order_id, item, amount"
    ).fetchall()
    return [_Refund(*row) for row in refunds], [_Sold(*row) for row in sold]


_Part = tuple[int, int, int, str | None, object, str | None, float]


def _match(refunds: list[_Refund], sold: list[_Sold]) -> list[_Part]:
    """Named refunds take from their orders; then the others, in order of time."""
    orders: dict[str, list[_Sold]] = defaultdict(list)
    bought: dict[tuple[str, str | None], list[_Sold]] = defaultdict(list)
    for line in sold:
        orders[line.order_id].append(line)
        if line.customer is not None:
            bought[line.customer, line.item].append(line)
    found: list[_Part] = []
    for refund in refunds:
        if refund.target is not None:
            lines = orders[refund.target]
            # The lines of that product first.
            lines = sorted(lines, key=lambda line: line.item != refund.item)
            found += _taken(refund, lines)
    for refund in refunds:
        if refund.target is None:
            found += _taken(refund, list(_latest(refund, bought)))
    return found


def _latest(
    refund: _Refund, bought: dict[tuple[str, str | None], list[_Sold]]
) -> Iterator[_Sold]:
    """The latest earlier line of the customer and product with something left."""
    if refund.customer is None:
        return
    for line in reversed(bought.get((refund.customer, refund.item), [])):
        if line.at <= refund.at and line.left > HALF_A_CENT:  # type: ignore[operator]
            yield line
            return


def _taken(refund: _Refund, lines: list[_Sold]) -> list[_Part]:
    """The part that the lines can give, and the part that they cannot."""
    due = refund.amount
    for line in lines:
        given = min(due, line.left)
        line.left -= given
        due -= given
    taken = refund.amount - due
    found: list[_Part] = []
    place = (refund.sheet, refund.row, refund.line)
    if lines and (taken > 0 or refund.amount == 0):
        line = lines[0]
        found.append((*place, line.order_id, line.first_at, line.customer, taken))
    if due > HALF_A_CENT or not found:
        found.append((*place, None, None, refund.customer, due))
    elif due > 0:
        found[0] = (*found[0][:-1], refund.amount)
    return found
