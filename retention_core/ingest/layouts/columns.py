"""The cells of a row under the names of fields, and what kind of row it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from retention_core.ingest import systems, values
from retention_core.ingest.layouts import derived, items
from retention_core.ingest.layouts.derived import cell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from retention_core.ingest.model import Detection, RawSheet

_SUMS = (
    *("quantity", "unit_price", "amount", "order_total", "discount", "order_discount"),
    *("shipping", "tax", "refund_amount", "cost", "price", "acquisition_cost"),
)
_DATES = ("ordered_at", "refunded_at", "cancelled_at")


def query(sheet: RawSheet, detection: Detection, system: dict[str, Any]) -> str:
    """SQL of the mapped cells, a row each, with what the later steps look at."""
    named = cells(detection)
    for field, found in patterns(detection, system).items():
        named[field] = f"coalesce({named[field]}, {found})" if field in named else found
    named |= _of_refunds(detection, system, named)
    if detection.groups and _of_heading(detection):
        named.pop(detection.groups["field"])
    texts = "".join(f", {each} AS {field}" for field, each in named.items())
    kind = f"{_kind(detection, system)} AS kind"
    texts += _of_groups(detection, named)
    if "items" in system:
        texts += f", {items.packed(detection)} AS items"
        kind = f"CASE WHEN {items.unreadable(detection)} THEN 'items_unreadable' "
        kind += f"ELSE {_kind(detection, system)} END AS kind"
    texts += _of_summaries(detection, system.get("summary", {}))
    if detection.width is not None:
        beyond = [values.text(f"c{n}") for n in range(detection.width, sheet.columns)]
        texts += f", coalesce({', '.join(beyond)}) IS NOT NULL AS torn"
    if "footer" in system:
        texts += f", {derived.foot(system)} AS foot"
    return (
        f"SELECT row, 1::USMALLINT AS line, c0 AS first_cell, NULL AS filled, {kind}"
        f"{texts} FROM {sheet.relation} WHERE row >= {detection.first_row}"
    )


def _of_heading(detection: Detection) -> bool:
    """Whether the field of the groups is read from their headings and nowhere else."""
    place: int = detection.groups["column"] - 1
    column = detection.mapping.get(detection.groups["field"])
    return detection.columns[place] == column


def _of_groups(detection: Detection, named: dict[str, str]) -> str:
    """The cell that names a group, and room for the name in the rows below."""
    if not detection.groups:
        return ""
    place = detection.groups["column"] - 1
    texts = f", {values.text(f'c{place}')} AS group_cell"
    field = detection.groups["field"]
    return texts if field in named else f"{texts}, NULL::VARCHAR AS {field}"


def cells(detection: Detection) -> dict[str, str]:
    """From each mapped field to SQL of its cell, or of its cells together."""
    found = {}
    for field, name in detection.mapping.items():
        several = detection.together.get(field, [])
        # A corrected mapping goes before.
        if name in several[:1]:
            found[field] = _together(field, several, detection)
        else:
            found[field] = cell(detection, name)
    if detection.store:
        found["store"] = values.literal(detection.store)
    return found


def header(detection: Detection, headers: Sequence[str | list[str]]) -> str | None:
    """SQL of the first of these columns that the file has, of several together."""
    names = systems.columns(headers, detection.columns)
    if not names:
        return None
    return _together("", names, detection) if names[1:] else cell(detection, names[0])


def _together(field: str, names: list[str], detection: Detection) -> str:
    """Texts with a blank between them; numbers added up; each state by itself."""
    each = [cell(detection, name) for name in names]
    between = derived.MARK if field == "status" else " "
    texts = f"nullif(concat_ws('{between}', {', '.join(each)}), '')"
    if field not in _SUMS:
        return texts
    signs = [detection.decimals.get(name, detection.decimal) for name in names]
    read = [values.number(text, sign) for text, sign in zip(each, signs, strict=True)]
    odd = " OR ".join(
        f"({text} IS NOT NULL AND {number} IS NULL)"
        for text, number in zip(each, read, strict=True)
    )
    summed = " + ".join(f"coalesce({number}, 0)" for number in read)
    written = derived.written(f"({summed})")
    # What cannot be read stays as it is, to be rejected.
    return (
        f"CASE WHEN coalesce({', '.join(each)}) IS NULL THEN NULL "
        f"WHEN {odd} THEN {texts} ELSE {written} END"
    )


def patterns(detection: Detection, system: dict[str, Any]) -> dict[str, str]:
    """SQL of fields out of other cells; a date of six digits is yymmdd."""
    found = derived.differences(detection, lambda names: header(detection, names))
    for field, each in system.get("patterns", {}).items():
        text = header(detection, each["column"])
        if text is None:
            continue
        pattern = values.literal(each["pattern"])
        part = f"nullif(regexp_extract({text}, {pattern}, 1), '')"
        if field in _DATES:
            part = f"regexp_replace({part}, '^(\\d{{6}})$', '20\\1')"
        found[field] = part
    return found


def _kind(detection: Detection, system: dict[str, Any]) -> str:
    """SQL of the kind by all columns that say one: the worst goes before."""
    kinds = []
    for block in system.get("kinds", []):
        text = header(detection, block["column"])
        if text is not None:
            kinds.append(_kind_of(f"lower({text})", block))
    if not kinds:
        return "NULL::VARCHAR"
    every = f"[{', '.join(kinds)}]"
    cases = " ".join(
        f"WHEN list_contains({every}, '{kind}') THEN '{kind}'"
        for kind in ("not_a_sale", "refund", "summary")
    )
    return f"CASE {cases} END"


def _of_refunds(
    detection: Detection, system: dict[str, Any], named: dict[str, str]
) -> dict[str, str]:
    """SQL of the fields that stand elsewhere on the rows of refunds."""
    found = {}
    for field, headers in system.get("refunds", {}).items():
        text = header(detection, headers)
        if text is not None:
            kind = _kind(detection, system)
            own = named.get(field, "NULL::VARCHAR")
            found[field] = f"CASE WHEN {kind} = 'refund' THEN {text} ELSE {own} END"
    return found


def _kind_of(text: str, block: dict[str, Any]) -> str:
    cases = " ".join(
        f"WHEN {values.among(text, [word.lower() for word in block[kind]])} "
        f"THEN {'NULL' if kind == 'sale' else values.literal(kind)}"
        for kind in ("sale", "refund", "summary")
        if kind in block
    )
    blank = "'not_a_sale'" if block.get("blank") == "set aside" else "NULL"
    other = "NULL" if block.get("other") == "sale" else "'not_a_sale'"
    return f"CASE WHEN {text} IS NULL THEN {blank} {cases} ELSE {other} END"


def _of_summaries(detection: Detection, rules: dict[str, Any]) -> str:
    """Whether the cells of a line are blank; how many rows below belong to this."""
    texts = ""
    if "blank" in rules:
        found = [header(detection, [each]) for each in rules["blank"]]
        blanks = [derived.blank(text) for text in found if text is not None]
        texts += f", {' AND '.join(blanks) or 'false'} AS bare"
    if "when" in rules:
        text = header(detection, rules["when"]["column"]) or "NULL::VARCHAR"
        pattern = values.literal(rules["when"]["pattern"])
        texts += f", TRY_CAST(regexp_extract({text}, {pattern}, 1) AS BIGINT) AS pack"
    return texts
