"""Which rows cannot be order lines, which are none, and which take money back."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from retention_core.ingest import extras, systems, values
from retention_core.ingest.layouts.derived import MARK
from retention_core.ingest.words import VALUES

if TYPE_CHECKING:
    from collections.abc import Collection

    from retention_core.ingest.amounts import Terms
    from retention_core.ingest.model import Detection


def is_refund(detection: Detection, fields: Collection[str]) -> str:
    """SQL of whether a row takes money back."""
    rules = ["coalesce(money < 0, false)", "coalesce(pieces < 0, false)"]
    if "row_type" in fields:
        rules.append(_says(detection, "row_type", "refund_row"))
    if "kinds" in systems.of(detection):
        rules.append("coalesce(kind = 'refund', false)")
    return f"({' OR '.join(rules)})"


def refund(detection: Detection, fields: Collection[str], *, alone: bool) -> str:
    """SQL of what the row says went back: an amount, or by its status all of it.

    ``alone``: it is of the line, and can be no more than that brought.
    """
    returned = "returned"
    if "refund_quantity" in fields and "refund_amount" not in fields:
        sign = detection.decimal_of("refund_quantity")
        back = f"abs({values.number('refund_quantity', sign)})"
        part = f"least({back} / nullif(abs(pieces), 0), 1)"
        returned = f"CASE WHEN {back} > 0 THEN round(money * {part}, 6) END"
    elif alone:  # LEAST passes over nulls
        returned = "CASE WHEN returned > 0 THEN least(returned, greatest(money, 0)) END"
    if not goes_by_state(detection, fields):
        return returned
    said = _says(detection, "status", "refunded")
    return f"coalesce({returned}, CASE WHEN {said} AND money > 0 THEN money END)"


def goes_by_state(detection: Detection, fields: Collection[str]) -> bool:
    """Whether a sale's state alone may say that its money went back.

    What has a row of its own went back once, whatever the sale's state says.
    """
    own_rows = any("refund" in each for each in systems.of(detection).get("kinds", []))
    return "status" in fields and "refund_amount" not in fields and not own_rows


def is_of_line(detection: Detection, of: Terms) -> bool:
    """Whether what went back is of single lines for certain."""
    return bool(systems.of(detection)) and not of.refund


def is_total(field: str) -> str:
    """SQL of whether a cell begins with a word for a total."""
    words = "|".join(VALUES["total_row"])
    pattern = values.literal(rf"^({words})([\s:].*)?$")
    return f"coalesce(regexp_matches(lower({field}), {pattern}), false)"


def code(
    detection: Detection, fields: Collection[str], today: dt.date, *, kinds: bool
) -> str:
    """SQL of why a row cannot be an order line; null where it can."""
    latest = today + dt.timedelta(days=3)
    good_day = f"moment >= DATE '{values.EARLIEST}' AND moment < DATE '{latest}'"
    good_money = f"abs(money) <= {values.LARGEST}"
    good = f"{good_day} AND {good_money}"
    stated = [f"{name} IS NOT NULL" for name in detection.mapping]
    stated += [
        f"{name} IS NOT NULL" for name in fields if name not in detection.mapping
    ]
    words = ("order_id", "ordered_at", "customer_id", "product", "sku")
    texts = ["first_cell", *(name for name in words if name in fields)]
    total = " OR ".join(is_total(name) for name in texts)
    header = " AND ".join(
        f"{name} = {values.literal(detection.mapping[name])}"
        for name in ("ordered_at", "order_id", "amount", "unit_price")
        if name in detection.mapping
    )
    day = "ordered_at" if "ordered_at" in fields else "NULL"
    odd, foot = "", ""
    if "footer" in systems.of(detection):
        foot = "WHEN foot THEN 'total_row' "
    if kinds:
        good = f"{good} AND (kind IS NULL OR kind = 'refund')"
        odd = (
            "WHEN kind = 'items_unreadable' THEN kind WHEN kind <> 'refund' THEN NULL "
        )
    if detection.width is not None:
        good, odd = f"{good} AND NOT torn", f"WHEN torn THEN 'row_torn' {odd}"
    return (
        f"CASE WHEN {good} THEN NULL {foot}"
        f"WHEN NOT ({' OR '.join(stated)}) THEN 'blank_row' "
        f"WHEN {header or 'false'} THEN 'repeated_header' {odd}"
        f"WHEN moment IS NULL AND ({total}) THEN 'total_row' "
        f"WHEN moment IS NULL AND {day} IS NULL THEN 'date_missing' "
        "WHEN moment IS NULL THEN 'date_unreadable' "
        f"WHEN NOT ({good_day}) THEN 'date_implausible' "
        f"WHEN money_text IS NULL AND {_is_dead(detection, fields)} THEN NULL "
        "WHEN money_text IS NULL THEN 'amount_missing' "
        "WHEN money IS NULL THEN 'amount_unreadable' ELSE 'amount_implausible' END"
    )


def aside(
    detection: Detection, fields: Collection[str], *, coined: bool, kinds: bool
) -> str:
    """SQL of the rule by which a readable row is no sale."""
    found = _by_kind(detection) if kinds else []
    if "cancelled_at" in fields:
        found.append(("cancelled_at IS NOT NULL", "cancelled"))
    if "status" in fields:
        found += [
            (_says(detection, "status", said), name)
            for said, name in (
                ("cancelled", "cancelled"),
                ("test", "test_order"),
                ("unpaid", "unpaid"),
            )
        ]
    if "tags" in fields:
        found.append(
            (r"regexp_matches(lower(tags), '(^|[,;\s])test([,;\s]|$)')", "test_order")
        )
    test = "starts_with(ltrim(lower(number), '#'), 'test')"
    likely = values.begins("number", "T", "t", "#T", "#t")
    found.append((f"({likely}) AND {test}", "test_order"))
    if "email" in fields:
        test = r"regexp_matches(mail, '^test(ing)?[0-9]*(\+.*)?@')"
        found.append((f"starts_with(mail, 'test') AND {test}", "test_order"))
    if "row_type" in fields:
        shipping = _says(detection, "row_type", "shipping_row")
        found.append((shipping, "shipping_line"))
    if coined:
        found.append(("coin IS NOT NULL AND rate IS NULL", "other_currency"))
    found.append(("pieces < 0 AND money = 0 AND person IS NULL", "write_off"))
    if extras.are_in(detection):
        found += [
            (f"extra = '{name}'", name) for name in ("shipping_line", "total_row")
        ]
    whens = " ".join(
        f"WHEN {rule} THEN {'kind' if name is None else values.literal(name)}"
        for rule, name in found
    )
    return f"CASE {whens} END"


def _by_kind(detection: Detection) -> list[tuple[str, str | None]]:
    """Rules and their codes; without one, ``kind`` itself is the code."""
    found: list[tuple[str, str | None]] = [("kind <> 'refund'", None)]
    blocks = systems.of(detection).get("kinds", [])
    if any(block.get("negative") == "set aside" for block in blocks):
        found.append(("kind IS NULL AND money < 0", "not_a_sale"))
    return found


def _is_dead(detection: Detection, fields: Collection[str]) -> str:
    """SQL of whether a known system's state says that no money is to be expected."""
    if "status" not in fields or not detection.system:
        return "false"
    said = (_says(detection, "status", each) for each in ("cancelled", "unpaid"))
    return f"({' OR '.join(said)})"


def _own_words(detection: Detection) -> list[dict[str, list[str]]]:
    """What a system's cells say, and those of the file that its orders stand in."""
    own = systems.of(detection)
    orders = systems.known().get(own.get("orders_in", ""), {})
    return [each.get("values", {}) for each in (own, orders)]


def _says(detection: Detection, field: str, value: str) -> str:
    usual = VALUES.get(value, [])
    if not detection.system:
        usual = [word for word in usual if word not in VALUES["unclear"]]
    words = [
        *usual,
        *detection.words.get(value, []),
        *(word for each in _own_words(detection) for word in each.get(value, [])),
    ]
    if not words:
        return "false"
    known = dict.fromkeys(word.lower() for word in words)
    if field in detection.together:
        listed = ", ".join(map(values.literal, known))
        parts = f"string_split(lower({field}), '{MARK}')"
        return f"coalesce(list_has_any({parts}, [{listed}]), false)"
    return f"coalesce({values.among(f'lower({field})', known)}, false)"
