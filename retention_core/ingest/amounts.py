"""What a line brought in, out of the money columns that a file has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retention_core.ingest import values

if TYPE_CHECKING:
    from retention_core.ingest.model import Detection


def typed(detection: Detection, fields: dict[str, int]) -> str:
    """SQL for ``pieces, money, money_text, given, returned`` out of the cells.

    The line's own total goes first, then quantity × price − discount, then the total
    of the order.
    """

    def read(field: str) -> str:
        if field not in fields:
            return "NULL::DOUBLE"
        return values.number(field, detection.decimal)

    pieces = read("quantity")
    counted = f"CASE WHEN quantity IS NULL THEN 1 ELSE {pieces} END"
    counted = counted if "quantity" in fields else "1"
    gross = f"({counted}) * ({read('unit_price')})"
    given = read("discount")
    if "discount" in fields and "unit_price" in fields:
        share = f"({gross}) * ({given}) / 100"
        given = f"CASE WHEN ends_with(discount, '%') THEN {share} ELSE {given} END"
    texts = [f for f in ("amount", "unit_price", "order_total") if f in fields]
    if "amount" in fields:
        money = read("amount")
        if "unit_price" in fields:
            money = f"CASE WHEN amount IS NULL THEN {gross} ELSE {money} END"
    elif "unit_price" in fields:
        money = f"{gross} - coalesce({given}, 0)"
    else:
        money = read("order_total")
    # Six decimals: 2.55 × 6 is 15.3, not 15.299999999999999.
    return (
        f"{counted} AS pieces, round({money}, 6) AS money, "
        f"coalesce({', '.join(texts) or 'NULL'}) AS money_text, "
        f"{given} AS given, nullif(abs({read('refund_amount')}), 0) AS returned"
    )


def of_orders(source: str, fields: dict[str, int]) -> str:
    """Spread the discount of an order over its lines; put its refund on its first.

    To the cent: each line gets what the running sum gains. A refund is of goods,
    shipping and tax together; what exceeds the goods was never revenue.
    """
    order = "OVER (PARTITION BY number)"
    running = "OVER (PARTITION BY number ORDER BY row)"
    off = "0.0"
    if "order_discount" in fields:
        off = "coalesce(max(abs(TRY_CAST(order_discount AS DOUBLE))) " + order + ", 0)"
    summed = (
        f"SELECT *, sum(money) {order} AS goods, sum(money) {running} AS so_far, "
        f"{off} AS off, max(returned) {order} AS back_in_all, "
        f"row_number() {running} AS place FROM ({source})"
    )
    share = (
        "CASE WHEN goods > 0 THEN round(least(off, goods) * so_far / goods, 2) "
        "- round(least(off, goods) * (so_far - money) / goods, 2) ELSE 0 END"
    )
    net = "greatest(goods - off, 0)"
    # LEAST passes over nulls: no refund must stay none.
    back = (
        "CASE WHEN place = 1 AND back_in_all IS NOT NULL "
        f"THEN least(back_in_all, {net}) END"
    )
    return (
        f"SELECT * REPLACE (round(money - {share}, 6) AS money, "
        f"round(coalesce(given, 0) + {share}, 6) AS given, "
        f"nullif({back}, 0) AS returned) FROM ({summed})"
    )
