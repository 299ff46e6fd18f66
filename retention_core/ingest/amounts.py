"""What a line brought in, out of the money columns that a file has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from retention_core.ingest import values

if TYPE_CHECKING:
    from collections.abc import Collection

    from retention_core.ingest.model import Detection

_OF_THE_LINE = ("amount", "unit_price")


@dataclass(frozen=True)
class Terms:
    """Which money of a sheet is of the order, not of the line.

    ``total``, ``discount`` and ``refund`` say whether the order's stand in
    ``order_sum``, ``order_off`` and ``returned``; ``inside`` names the columns with
    what is in the order's money and is taken out, and ``parts`` whether lines have such
    columns of their own (``inside_line``). ``weighed``: lines have money of their own.
    ``repeated``: it is not certain, so that a discount and a refund that repeat like
    the total are taken as the order's.
    """

    total: bool = False
    discount: bool = False
    refund: bool = False
    inside: tuple[str, ...] = ()
    parts: bool = False
    weighed: bool = True
    repeated: bool = False

    def __bool__(self) -> bool:
        """Whether there is anything to share among the lines."""
        return self.total or self.discount or self.refund or bool(self.inside)


def terms(detection: Detection, fields: Collection[str]) -> Terms:
    """What the money of a sheet is of."""
    weighed = bool({*_OF_THE_LINE} & {*fields})
    of_order = [field for field in detection.of_order if field in fields]
    only = "order_total" in fields and not weighed
    if not of_order:
        both = only and "order_id" in fields
        return Terms(total=both, weighed=weighed, repeated=both)
    inside = [field for field in detection.includes if field in fields]
    total = "order_total" in of_order
    return Terms(
        total=total,
        discount="order_discount" in fields,
        refund="refund_amount" in of_order,
        inside=tuple(f"inside_{field}" for field in inside if field in of_order),
        parts=total and any(field not in of_order for field in inside),
        weighed=weighed,
    )


def typed(detection: Detection, fields: Collection[str]) -> str:
    """SQL of the money in the cells: ``pieces, money, money_text, given, returned``.

    The line's own total goes first, then quantity × price − discount, then the total
    of the order. Where the order has money of its own: ``order_sum, order_off,
    unread`` (money that cannot be read) and what :class:`Terms` names.
    """

    def read(field: str) -> str:
        if field not in fields:
            return "NULL::DOUBLE"
        return _number(detection, field)

    of = terms(detection, fields)
    counted = f"CASE WHEN quantity IS NULL THEN 1 ELSE {read('quantity')} END"
    counted = counted if "quantity" in fields else "1"
    gross = f"({counted}) * ({read('unit_price')})"
    given = read("discount")
    if "discount" in fields and "unit_price" in fields:
        share = f"({gross}) * abs({given}) / 100"
        plain = given
        if "discount" in detection.per_cent:
            plain = f"({gross}) * abs({given}) * {detection.per_cent['discount']}"
        given = f"CASE WHEN ends_with(discount, '%') THEN {share} ELSE {plain} END"
    money = _own(detection, fields, of, (read("amount"), gross, given))
    texts = [f for f in ("amount", "unit_price", "order_total") if f in fields]
    returned = f"nullif(abs({read('refund_amount')}), 0)"
    # Six decimals: 2.55 × 6 is 15.3, not 15.299999999999999.
    found = (
        f"{counted} AS pieces, round({money}, 6) AS money, "
        f"coalesce({', '.join(texts) or 'NULL'}) AS money_text, "
        f"{given} AS given, {returned} AS returned"
    )
    return found + _of_order(detection, fields, of) if of else found


def _number(detection: Detection, field: str) -> str:
    """SQL of a field's number; of money in hundredths, of the whole."""
    number = values.number(field, detection.decimal_of(field))
    return f"({number}) / 100" if field in detection.cents else number


def _own(
    detection: Detection,
    fields: Collection[str],
    of: Terms,
    read: tuple[str, str, str],
) -> str:
    """SQL of a line's money without what its order says."""
    amount, gross, given = read
    if "amount" in fields:
        money = amount
        if "unit_price" in fields:
            money = f"CASE WHEN amount IS NULL THEN {gross} ELSE {money} END"
    elif "unit_price" in fields:
        off = f"abs({given})" if detection.system else given
        return f"{gross} - coalesce({off}, 0)"
    elif "order_total" in fields:
        money = _number(detection, "order_total")
        return "NULL::DOUBLE" if of else money
    else:
        return "NULL::DOUBLE"
    inside = [
        field
        for field in detection.includes
        if field in fields and f"inside_{field}" not in of.inside
    ]
    if of.total or not inside:
        return money
    return f"{money} - sign({money}) * ({_inside(detection, inside)})"


def _inside(detection: Detection, fields: Collection[str]) -> str:
    """SQL of the sum of what is to be taken out, whatever its signs."""
    read = (_number(detection, field) for field in fields)
    return " + ".join(f"coalesce(abs({each}), 0)" for each in read) or "0"


def _of_order(detection: Detection, fields: Collection[str], of: Terms) -> str:
    def read(field: str) -> str:
        return _number(detection, field)

    found = ""
    total = "NULL::DOUBLE"
    unread = ["false"]
    if of.total:
        total = read("order_total")
        unread.append(f"(order_total IS NOT NULL AND {total} IS NULL)")
    unread += [
        f"({field} IS NOT NULL AND {read(field)} IS NULL)"
        for field in _OF_THE_LINE
        if field in fields
    ]
    off = f"abs({read('order_discount')})" if of.discount else "NULL::DOUBLE"
    for name in of.inside:
        found += f", abs({read(name.removeprefix('inside_'))}) AS {name}"
    own = [
        field
        for field in detection.includes
        if field in fields and f"inside_{field}" not in of.inside
    ]
    if of.parts:
        found += f", {_inside(detection, own)} AS inside_line"
    return (
        f", {total} AS order_sum, {off} AS order_off, "
        f"{' OR '.join(unread)} AS unread{found}"
    )
