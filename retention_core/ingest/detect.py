"""Recognise what a sheet holds; ask only what its data does not decide."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from retention_core.ingest import (
    choose,
    dates,
    decimals,
    extras,
    ids,
    mailings,
    mapping,
    money,
    profile,
    roles,
    states,
    systems,
)
from retention_core.ingest.choose import Choice
from retention_core.ingest.headers import find_header
from retention_core.ingest.meanings import EXACT
from retention_core.ingest.model import Detection, Question, SheetAnswers

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from retention_core.ingest.headers import Header
    from retention_core.ingest.model import Answers, RawSheet, Role
    from retention_core.ingest.profile import Sample

REPEATS = "amount_repeats"
AGREED = ("day_first", "decimal", "currency")
# The field whose days have to be read, by the role of its sheet.
DAYS = {"orders": "ordered_at", "contacts": "contacted_on"}


def detect(con: DuckDBPyConnection, sheet: RawSheet, answers: Answers) -> Detection:
    """Recognise one sheet; what ``answers`` says of it goes before the evidence."""
    header = systems.header_of(sheet.head) or find_header(sheet.head)
    sampled = profile.sample(con, sheet, header)
    key = sheet.file if sheet.sheet is None else f"{sheet.file}#{sheet.sheet}"
    said = answers.sheets.get(key, SheetAnswers())
    system_name, system = systems.system_of(header.names)
    found = _proposed(sampled, header, system)
    role: Role = (
        said.role or system.get("role") or roles.role_of(sampled, found.mapping)
    )
    if said.mapping is not None:
        mapping.check(said.mapping)
        fields = {k: v for k, v in said.mapping.items() if v in header.names}
        found = _given(sampled, role, fields, found)
    elif role != system.get("role"):
        found = _of_role(sampled, role, found)
    found = choose.answered(found, includes=said.includes)
    fields, questions = found.mapping, _of_encoding(sheet) + found.questions
    spoilt = ids.ruined(sampled, fields)
    if said.mapping is None:
        fields = ids.sound(fields, spoilt)
    facts = systems.facts(system, header.names)
    if role == "orders" and "mapping" not in system:
        facts |= {
            "of_order": found.of_order,
            "includes": found.includes,
            "per_cent": found.per_cent,
            "together": found.together,
            "groups": found.groups,
            "cents": found.cents,
        }
    detection = Detection(
        file=sheet.file,
        sheet=sheet.sheet,
        role=role,
        system=system_name,
        encoding=sheet.encoding,
        delimiter=sheet.delimiter,
        header_row=header.row,
        columns=header.names,
        rows=sampled.total,
        mapping=fields,
        examples={column.name: column.examples for column in sampled.columns},
        day_first=None,
        decimal=system.get("decimal", "."),
        currency=None,
        questions=questions,
        first_row=header.first,
        cut_off=sheet.cut_off,
        width=_width(sheet, header),
        ruined=spoilt,
        confidence=found.confidence,
        words=_words(sampled, found, said),
        store=said.store,
        **facts,
    )
    if role in ("orders", "products"):
        detection = _written(detection, sampled, said)
    day = DAYS.get(role, "")
    if day not in fields:
        return detection
    return _dated(con, sheet, header, sampled, detection, said)


def _words(sampled: Sample, found: Choice, said: SheetAnswers) -> dict[str, list[str]]:
    """The states that the user says are of no sale; keys that stand for nobody."""
    asked = [q.fields["words"] for q in found.questions if q.code == "status"]
    words = {"nobody": states.nobodies(sampled, found.mapping)}
    words |= extras.spoken(sampled, found.mapping)
    if "status" in found.mapping:
        words |= states.spelt(sampled, found.mapping, found.together)
    kinds = {"cancelled": ("cancelled", "shipping_row"), "refund": ("refund_row",)}
    for kind in kinds.get(said.status or "", ()):
        more = [word.casefold() for each in asked for word in each]
        words[kind] = [*words.get(kind, []), *more]
    return {kind: each for kind, each in words.items() if each}


def _width(sheet: RawSheet, header: Header) -> int | None:
    """Cells in the header's record, where there are records with more."""
    found = sheet.lengths.get(header.row or 0)
    # Of a header in two rows, the second may name more.
    if found is None or found >= sheet.columns or header.first - 1 != header.row:
        return None
    return found


def _of_encoding(sheet: RawSheet) -> list[Question]:
    if sheet.encoding_sure:
        return []
    shown = {"examples": sheet.encodings}
    return [Question("encoding", shown, list(sheet.encodings))]


def _proposed(sampled: Sample, header: Header, system: dict[str, object]) -> Choice:
    if "mapping" in system:
        return Choice(systems.mapping_of(system, header.names)[0])
    return choose.orders(sampled)


def _given(
    sampled: Sample, role: Role, fields: dict[str, str], found: Choice
) -> Choice:
    """What follows from a mapping that the user gave."""
    if role == "contacts":
        return Choice(fields, dict.fromkeys(fields, 1.0))
    return choose.given(sampled, fields, found)


def _of_role(sampled: Sample, role: Role, found: Choice) -> Choice:
    """What was chosen for a sheet of this role."""
    if role == "orders":
        return found if found.confidence else choose.orders(sampled)
    if role == "contacts":
        named = mailings.fields(sampled)
        asked = mailings.question(sampled, named)
        return Choice(named, dict.fromkeys(named, EXACT), asked)
    lists = {"products": mapping.PRODUCTS, "customers": mapping.CUSTOMERS}
    if role not in lists:
        return Choice({})
    offered = mapping.offers(sampled, lists[role])
    taken = mapping.take(offered)
    sure = {
        each.field: each.strength
        for each in reversed(offered)
        if taken.get(each.field) == each.column.name
    }
    return Choice(taken, sure)


def _written(detection: Detection, sampled: Sample, said: SheetAnswers) -> Detection:
    """How numbers are written, and the currency they are in."""
    questions = list(detection.questions)
    written = decimals.of(sampled, detection.mapping)
    sign, sure, own = written.sign, written.sure, written.own
    usual = systems.of(detection)
    if not sure and "decimal" in usual:
        sign, sure = usual["decimal"], True
    if said.decimal is not None:
        sign, sure, own = said.decimal, True, {}
    if not sure:
        questions.append(Question("decimal", {}, [sign, "." if sign == "," else ","]))
    named = money.currency_of(sampled, detection.mapping)
    if not named and "currency" in usual:
        named = [usual["currency"]]
    shared = money.shared_in(sampled, detection.mapping)
    question = money.currency_question(named, shared)
    if question is not None and detection.role == "orders":
        questions.append(question)
    return replace(
        detection,
        decimal=sign,
        decimals=own,
        currency=named[0] if named else None,
        currencies=named,
        questions=questions,
    )


def _dated(
    con: DuckDBPyConnection,
    sheet: RawSheet,
    header: Header,
    sampled: Sample,
    detection: Detection,
    said: SheetAnswers,
) -> Detection:
    column = sampled.named(detection.mapping[DAYS[detection.role]])
    written = dates.order_of(con, sheet, header, column, sampled)
    order, question = systems.usual_order(
        detection, written.day_first, written.question
    )
    if said.day_first is not None and order is not None:
        order, question = said.day_first, None
    questions = detection.questions + ([question] if question else [])
    return replace(
        detection,
        day_first=order,
        year_first=written.year_first,
        questions=questions,
    )


def agree(detections: list[Detection]) -> list[Detection]:
    """Parts of one export decide for each other: what one is sure of, all are."""
    found = []
    for each in detections:
        for code in AGREED:
            sure = [other for other in detections if _decides(other, each, code)]
            # Two that contradict each other decide nothing for a third.
            agreed = len({getattr(other, code) for other in sure}) == 1
            asked = [q for q in each.questions if q.code == code]
            if agreed and asked and "conflict" not in asked[0].fields:
                rest = [q for q in each.questions if q.code != code]
                known = {code: getattr(sure[0], code)}
                each = replace(each, **known, questions=rest)
        found.append(_with_total(each, detections))
    return found


def _with_total(each: Detection, detections: list[Detection]) -> Detection:
    """What is a total of the order in one part of an export is one in all."""
    rest = [question for question in each.questions if question.code != REPEATS]
    total = each.mapping.get("amount") or each.mapping.get("order_total")
    if len(rest) == len(each.questions) or total is None:
        return each
    for other in detections:
        asked = any(question.code == REPEATS for question in other.questions)
        same = other.columns == each.columns and other.role == each.role
        if same and not asked and other.mapping.get("order_total") == total:
            fields = {k: v for k, v in each.mapping.items() if k != "amount"}
            mapping = fields | {"order_total": total}
            return replace(each, mapping=mapping, questions=rest)
    return each


def _decides(other: Detection, each: Detection, code: str) -> bool:
    """Whether ``other`` is sure of what is asked about ``each``.

    Dates and numbers are written alike by one program: in files with one header. One
    shop has one currency, whatever wrote its files.
    """
    known = getattr(other, code)
    asked = any(question.code == code for question in other.questions)
    if asked or known is None or other.role != each.role:
        return False
    if code == "currency":
        return True
    alike = other.columns == each.columns
    if each.system is not None:
        alike = alike or other.system == each.system
    return alike and (code != "decimal" or known == ",")


def without_answered(detection: Detection, answers: Answers) -> Detection:
    """Leave out the questions that the answers settle."""
    said = answers.sheets.get(detection.key, SheetAnswers())
    settled = set()
    if answers.currency is not None:
        settled.add("currency")
    if said.mapping is not None:
        settled |= {"amount_column", "amount_repeats", "column"}
    if said.status is not None:
        settled.add("status")
    if said.role is not None:
        settled.add("role")
    questions = [
        question
        for question in detection.questions
        if question.code not in settled
        and not (question.code == "stores" and _shops_known(question, answers))
        and question.fields.get("key") not in answers.keys
    ]
    return replace(detection, questions=questions)


def _shops_known(question: Question, answers: Answers) -> bool:
    """Whether of each file it is said which shop it is of."""
    said = (answers.sheets.get(key, SheetAnswers()) for key in question.fields["files"])
    return all(each.store is not None for each in said)
