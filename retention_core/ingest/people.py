"""Who bought: a stable id before an e-mail, a phone and, where nothing is, a name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retention_core.ingest.evidence import (
    PERSON,
    like_codes,
    like_people,
    like_phones,
    share,
)
from retention_core.ingest.meanings import EXACT, denied, meanings, normalise

if TYPE_CHECKING:
    from retention_core.ingest.evidence import Evidence
    from retention_core.ingest.model import Detection
    from retention_core.ingest.profile import Column, Sample

LADDER = ("customer_id", "email", "phone", "customer_name")
_MANY = 30  # rows from which it is odd that nobody comes back
_SAME = 0.9
_GROUPS = 5  # orders of several lines from which a share of them says something
_SEVERAL = 8  # different values: fewer may be tills, or who sells


def by_name(detection: Detection) -> bool:
    """Whether customers go by a name, which two of them can share."""
    mapping = detection.mapping
    column = mapping.get("customer_id")
    if column is None or {"email", "phone"} & mapping.keys():
        return False
    if column == mapping.get("customer_name"):
        return True
    cells = detection.examples.get(column, [])
    return bool(cells) and share(cells, PERSON.match) >= _SAME


def suits(evidence: Evidence, column: Column, order: Column | None) -> bool:
    """Whether a column can say who bought: several people, one an order."""
    rows = evidence.sample.total
    if rows >= _MANY and column.distinct < 2:
        return False
    if order is not None and order is not column:
        constant = evidence.constant_in(column, order, _GROUPS)
        if constant is not None and constant < _SAME:
            return False
    return True


def two_names(sample: Sample) -> list[str]:
    """The columns of the first and the last name of who bought, if both are there."""
    found = []
    for field in ("first_name", "last_name"):
        named = [
            column.name
            for column in sample.columns
            if column.cells and meanings(column.name).get(field, 0.0) >= EXACT
        ]
        found += named[:1]
    return found if len(found) == 2 else []


def never_returns(evidence: Evidence, column: Column, order: Column | None) -> bool:
    """Whether nobody would ever come back, in a file where somebody should have."""
    if evidence.sample.total < _MANY or column.distinct < _MANY:
        return False
    if column.unique >= 0.98:
        return _nowhere(evidence, column, order)
    if order is None or order.unique >= 0.98:
        return False
    return (
        column.distinct >= 0.98 * order.distinct
        and evidence.returning(column) < 0.01
        and _nowhere(evidence, column, order)
    )


def _nowhere(evidence: Evidence, column: Column, order: Column | None) -> bool:
    """Whether the whole file says so: of a large one the sample meets nobody twice."""
    sample = evidence.sample
    if sample.total <= len(sample.rows):
        return True
    orders = column.filled * sample.total if order is None else sample.different(order)
    return sample.different(column) >= _SAME * orders


def comes_back(evidence: Evidence, column: Column, order: Column | None) -> bool:
    """Whether a column behaves as nothing but a customer does.

    Many different values, one to an order, that return after others have come between.
    """
    if order is column or not evidence.near(column):
        return False
    orders = order.distinct if order is not None else len(column.cells)
    several = column.distinct >= max(_SEVERAL, 0.15 * min(orders, len(column.cells)))
    constant = evidence.constant_in(column, order) if order is not None else None
    alone = constant is None or constant >= 0.98
    return several and alone and evidence.returning(column) >= 0.3


def choose(
    evidence: Evidence, mapping: dict[str, str], strengths: dict[str, float]
) -> tuple[dict[str, str], float, str | None]:
    """The fields of the customer, how sure they are, and why not where they are not.

    ``mapping`` is what the names say. The reasons: ``never_returns``, ``by_values``,
    ``weak_name``, ``none``.
    """
    sample = evidence.sample
    order = sample.named(mapping["order_id"]) if "order_id" in mapping else None
    found = {
        field: mapping[field]
        for field in LADDER
        if field in mapping and suits(evidence, sample.named(mapping[field]), order)
    }
    if "customer_id" in found and like_people(sample.named(found["customer_id"])):
        # The name of a person under a word that may mean a number.
        name = found.pop("customer_id")
        strengths.setdefault("customer_name", strengths.get("customer_id", 0.0))
        found.setdefault("customer_name", name)
    dubious = [
        field
        for field in ("customer_id", "email", "phone")
        if field in found and never_returns(evidence, sample.named(found[field]), order)
    ]
    rest = [f for f in ("customer_id", "email", "phone") if f in found]
    if dubious and len(dubious) < len(rest):
        for field in dubious:
            found.pop(field)
        dubious = []
    first = next((f for f in ("customer_id", "email", "phone") if f in found), None)
    if first is None:
        chosen = _by_values(evidence, mapping, found, order, strengths)
        differing = _differing(evidence, mapping)
        return (differing, 0.5, "differs") if differing and not chosen[0] else chosen
    sure = strengths.get(first, EXACT)
    if dubious:
        return found, 0.5, "never_returns"
    # An e-mail is seen to be one: the name need only not speak against it.
    enough = 0.45 if first == "email" and _only_mail(evidence) else 0.7
    if comes_back(evidence, sample.named(found[first]), order):
        enough = min(enough, 0.5)
    return (
        found,
        (0.97 if sure >= enough else 0.6),
        (None if sure >= enough else "weak_name"),
    )


def _differing(evidence: Evidence, mapping: dict[str, str]) -> dict[str, str]:
    """The customer by name where several stand under one number: one may be wrong."""
    named = ((field, mapping[field]) for field in LADDER[:3] if field in mapping)
    for field, name in named:
        if evidence.sample.named(name).distinct > 1:
            return {field: name}
    return {}


def _only_mail(evidence: Evidence) -> bool:
    return sum(column.email > 0.8 for column in evidence.sample.columns) == 1


def _by_values(
    evidence: Evidence,
    mapping: dict[str, str],
    found: dict[str, str],
    order: Column | None,
    strengths: dict[str, float],
) -> tuple[dict[str, str], float, str | None]:
    """Where nothing but perhaps a name says who bought: what comes back like one."""
    others = unnamed(evidence, set(mapping.values()) - set(found.values()), order)
    others = [column for column in others if column.name not in found.values()]
    name = found.pop("customer_name", None)
    if name is not None:
        sure = strengths.get("customer_name", 0.0) >= 0.6
        return (
            {"customer_id": name},
            0.8 if sure else 0.6,
            None if sure else "weak_name",
        )
    mails = [column for column in others if column.email > 0.8]
    if len(mails) == 1:
        return {"email": mails[0].name}, 0.9, None
    for field, test in (
        ("phone", like_phones),
        ("customer_id", like_codes),
        ("customer_id", like_people),
    ):
        fitting = _different(evidence, [column for column in others if test(column)])
        if len(fitting) == 1:
            clear = len(others) == 1 and comes_back(evidence, fitting[0], order)
            clear = clear and _is_no_product(evidence, mapping, fitting[0], order)
            surely = 0.8 if clear else 0.5
            return {field: fitting[0].name}, surely, None if clear else "by_values"
    return {}, 0.4 if others else 1.0, "none" if others else None


def _different(evidence: Evidence, columns: list[Column]) -> list[Column]:
    """Of columns that say the same in other words, the first."""
    found: list[Column] = []
    for column in columns:
        if not any(_same(evidence, column, other) for other in found):
            found.append(column)
    return found


def _same(evidence: Evidence, one: Column, other: Column) -> bool:
    pairs = {(row[one.index], row[other.index]) for row in evidence.sample.rows}
    return len(pairs) == one.distinct == other.distinct


def _is_no_product(
    evidence: Evidence, mapping: dict[str, str], column: Column, order: Column | None
) -> bool:
    """What was sold comes back too, but differs within an order, or is known."""
    known = {"product", "sku"} & mapping.keys()
    within = evidence.constant_in(column, order) if order is not None else None
    return bool(known) or within is not None


def unnamed(evidence: Evidence, taken: set[str], order: Column | None) -> list[Column]:
    """Columns that come back on other rows as a customer would, one to an order."""
    found = []
    for column in evidence.sample.columns:
        told = meanings(column.name)
        if column.name in taken or max(told.values(), default=0.0) >= EXACT:
            continue
        if denied(normalise(column.name), "person") or column.date > 0.3:
            continue
        rows = max(len(column.cells), 1)
        likely = like_codes(column) or like_people(column) or column.email > 0.8
        likely = likely or like_phones(column)
        several = column.distinct >= max(4, 0.03 * min(rows, 400))
        if not (likely and several and column.unique < 0.98 and column.filled > 0.3):
            continue
        if suits(evidence, column, order) and evidence.returning(column) > 0.05:
            found.append(column)
    return found
