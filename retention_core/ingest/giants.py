"""Keys that are no one customer: ``none@none.com``, ``walk-in``, ``0``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retention_core.ingest import values
from retention_core.ingest.model import Question

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from retention_core.ingest.model import Detection, RawSheet

SHARE = 0.05
TIMES = 20
_SAMPLE = 20_000


def giant(
    con: DuckDBPyConnection, sheet: RawSheet, detection: Detection
) -> Question | None:
    """Ask about a key with 5 % of the orders and 20 times as many as the next."""
    person = next(
        (f for f in ("customer_id", "email", "phone") if f in detection.mapping), None
    )
    if detection.role != "orders" or person is None:
        return None
    step = detection.rows // _SAMPLE
    if step > 1:
        # A giant of the whole shows in a sample: most files need no second look.
        orders, next_orders, total, _ = _largest(con, sheet, detection, person, step)
        if orders < SHARE / 2 * total or orders < TIMES / 4 * next_orders:
            return None
    orders, next_orders, total, key = _largest(con, sheet, detection, person, 1)
    if not next_orders or orders <= SHARE * total or orders < TIMES * next_orders:
        return None
    fields = {"key": key, "orders": orders, "share": orders / total}
    return Question("giant_key", fields, ["guest", "customer"])


def _largest(
    con: DuckDBPyConnection,
    sheet: RawSheet,
    detection: Detection,
    person: str,
    step: int,
) -> tuple[int, int, int, str | None]:
    """Orders of the first and second key and of all, and the first key."""

    def cell(field: str) -> str:
        name = detection.mapping.get(field)
        return values.text(f"c{detection.columns.index(name)}") if name else "row"

    number = cell("order_id" if "order_id" in detection.mapping else "ordered_at")
    read = values.email("person") if person == "email" else values.person("person")
    found = con.execute(
        f"SELECT key, orders, sum(orders) OVER () AS total FROM ("
        f"SELECT {read} AS key, count(DISTINCT number) AS orders FROM ("
        f"SELECT {cell(person)} AS person, {number} AS number "
        f"FROM {sheet.relation} WHERE row >= {detection.first_row} "
        f"AND row % {step} = 0) GROUP BY key) "
        "QUALIFY key IS NOT NULL ORDER BY orders DESC, key LIMIT 2"
    ).fetchall()
    if not found:
        return 0, 0, 0, None
    next_orders = found[1][1] if len(found) > 1 else 0
    return found[0][1], next_orders, int(found[0][2]), found[0][0]
