"""The words of each question on the Data page: title, choices, evidence; escaped."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from retention_ui.formats import md, short

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from retention_core.ingest.model import Detection, Question
    from retention_ui.formats import Formats
    from retention_ui.texts import Texts

EXAMPLES = 3
MOST_WORDS = 8
NONE = ""
DISCOUNTS = ("discount", "order_discount")
AMOUNTS = ("amount", "order_total", "unit_price")
_THOUSANDS = re.compile(r"(?<![\d.,])([1-9]\d{0,2})([.,])(\d{3})(?![\d.,])")


@dataclass(frozen=True)
class Words:
    """What a question says: Markdown, with the data in it escaped.

    ``options`` and ``captions`` (what speaks for an option, shown below it) go by
    the option as text.
    """

    title: str
    options: Mapping[str, str] = field(default_factory=dict)
    evidence: str = ""
    captions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Case:
    """One question of one sheet, with what is needed to put it in words."""

    detection: Detection
    question: Question
    texts: Texts
    formats: Formats

    @property
    def fields(self) -> dict[str, Any]:
        """Return the facts of the case."""
        return self.question.fields

    def say(self, key: str, /, **values: object) -> str:
        """Return a text of this kind of question."""
        return self.texts(f"data.ask.{self.question.code}.{key}", **values)

    def column(self, name: object) -> str:
        """Return the name of a column in quotation marks."""
        return self.texts("data.ask.named", name=md(short(str(name))))

    def cells(self, cells: Sequence[object]) -> str:
        """Return examples from the file, side by side."""
        return " · ".join(md(short(str(each))) for each in cells[:EXAMPLES])


def words(
    detection: Detection, question: Question, texts: Texts, formats: Formats
) -> Words:
    """Put a question in words; one that has none of its own speaks generally."""
    case = Case(detection, question, texts, formats)
    found = _KNOWN.get(question.code, _general)(case)
    place = file(detection, texts)
    if "column" in question.fields:
        column = md(short(str(question.fields["column"])))
        place = texts("data.ask.in_column", column=column, file=place)
    parts = [each for each in (place, found.evidence) if each]
    return Words(found.title, found.options, " · ".join(parts), found.captions)


def file(detection: Detection, texts: Texts) -> str:
    """Return a file's name, with its sheet if it has several."""
    if detection.sheet is None:
        return md(detection.file)
    sheet = texts("data.check.sheet", sheet=md(detection.sheet))
    return f"{md(detection.file)}, {sheet}"


def _column(case: Case) -> Words:
    wanted = case.fields["field"]
    key = f"titles.{wanted}"
    named = case.texts(f"data.fields.{wanted}").lower()
    title = (
        case.say(key)
        if f"data.ask.column.{key}" in case.texts
        else case.say("title", field=named)
    )
    examples = case.fields.get("examples") or case.detection.examples
    names = [each for each in case.question.choices if each is not None]
    return Words(
        title=title,
        options={NONE: case.say("none")} | {e: md(short(str(e))) for e in names},
        evidence=_why(case),
        captions={NONE: case.say("without", field=named)}
        | {each: case.cells(examples.get(each, [])) for each in names},
    )


def _why(case: Case) -> str:
    """Return why a column is asked for: of this field, else in general."""
    why = case.fields.get("why", "")
    for key in (f"why.{why}_{case.fields['field']}", f"why.{why}"):
        if f"data.ask.column.{key}" in case.texts:
            return case.say(key)
    return ""


def _encoding(case: Case) -> Words:
    examples = case.fields.get("examples", {})
    choices = case.question.choices
    return Words(
        title=case.say("title"),
        options={each: encoding(case.texts, each) for each in choices},
        evidence=case.say("evidence"),
        captions={each: case.cells(examples.get(each, [])) for each in choices},
    )


def encoding(texts: Texts, code: str) -> str:
    """Return an encoding as people know it: "Japanese (Shift JIS)"."""
    key = f"data.encodings.{code.lower().replace('_', '-')}"
    return texts(key) if key in texts else md(code.upper())


def _day_first(case: Case) -> Words:
    examples = [str(each) for each in case.fields["examples"]]
    # 01/01/2024 is the same day either way and shows nothing.
    telling = next((each for each in examples if _readings(each)), None)
    example = telling or next(iter(examples), "")
    readings = _readings(example)
    texts, formats = case.texts, case.formats
    title = case.say("plain", example=md(example))
    options = {
        "True": texts("data.day_order.day"),
        "False": texts("data.day_order.month"),
    }
    if readings:
        day, month = (formats.date_in_sentence(each) for each in readings)
        title = case.say("title", example=md(example), day_first=day, month_first=month)
        options = {
            "True": case.say("day", date=day),
            "False": case.say("month", date=month),
        }
    found = {
        f"{order}_{name}": formats.count(value)
        for order in ("day", "month")
        for name, value in case.fields[f"if_{order}_first"].items()
        if isinstance(value, int)
    }
    captions = {
        option: _span(case, case.fields[f"if_{order}_first"])
        for option, order in (("True", "day"), ("False", "month"))
    }
    told = [case.say("evidence", **found)]
    if conflict := case.fields.get("conflict"):
        counts = {name: formats.count(n) for name, n in conflict.items()}
        kind = "exchanged" if "exchanged" in conflict else "conflict"
        told.insert(0, case.say(kind, **counts))
    return Words(title, options, " ".join(told), captions)


def _span(case: Case, reading: Mapping[str, Any]) -> str:
    """Return when the first and the last order were, read in one of the ways."""
    ends = [reading.get(each) for each in ("first", "last")]
    if not all(ends):
        return ""
    first, last = (
        case.formats.date(dt.date.fromisoformat(str(each)[:10])) for each in ends
    )
    return case.say("span", first=first, last=last)


def _decimal(case: Case) -> Words:
    """Ask by a cell that can be read in both ways, with what it would be in each."""
    columns = [case.detection.mapping.get(each) for each in AMOUNTS]
    examples = case.detection.examples
    found = [each for column in columns if column for each in examples.get(column, [])]
    evidence = case.say("evidence", examples=case.cells(found))
    # 1.234 is asked about, 1.23 is not; nor is 0.123.
    telling = next((each for each in found if _THOUSANDS.search(each)), None)
    match = _THOUSANDS.search(telling or "")
    if match is None:
        options = {".": case.say("point"), ",": case.say("comma")}
        return Words(case.say("title"), options, evidence)
    whole, sign, rest = match.groups()
    thousands = case.formats.count(float(whole + rest))
    cents = case.formats.ratio(float(f"{whole}.{rest}"), 2)
    options = {
        each: case.say("cents", amount=cents, sign=md(sign))
        if each == sign
        else case.say("thousands", amount=thousands, sign=md(sign))
        for each in (".", ",")
    }
    return Words(case.say("how_much", example=md(str(telling))), options, evidence)


def _amount_column(case: Case) -> Words:
    examples, choices = case.detection.examples, case.question.choices
    return Words(
        title=case.say("title"),
        evidence=case.say("evidence"),
        captions={each: case.cells(examples.get(each, [])) for each in choices},
    )


def _amount_repeats(case: Case) -> Words:
    kinds = ("order_total", "amount")
    money = {
        f"if_{each}": case.formats.ratio(case.fields[f"if_{each}"], 2) for each in kinds
    }
    counts = {n: case.formats.count(case.fields[n]) for n in ("orders", "lines")}
    return Words(
        title=case.say("title", column=case.column(case.fields["column"])),
        options={each: case.say(each) for each in kinds},
        evidence=case.say("evidence", **counts, **money),
    )


def _status(case: Case) -> Words:
    found: dict[str, int] = case.fields["words"]
    counted = [
        case.say("rows", count=rows, word=md(short(word)), n=case.formats.count(rows))
        for word, rows in found.items()
    ]
    shown = " · ".join(counted[:MOST_WORDS])
    more = len(counted) - MOST_WORDS
    evidence = case.say("evidence", words=shown)
    if more > 0:
        evidence = case.say("evidence_more", words=shown, more=more)
    # A column that tells kinds of rows may hold refunds; one of states does not.
    of_rows = "refund" in case.question.choices
    return Words(
        title=case.say("title_rows" if of_rows else "title"),
        options={each: case.say(each) for each in case.question.choices},
        evidence=evidence,
    )


def _includes(case: Case) -> Words:
    """Put the question for all parts at once: they share one answer."""
    whole, parts = str(case.fields["column"]), dict(case.fields["parts"])
    discounts = all(field in DISCOUNTS for field in parts)
    kind = "discount" if discounts else "part"
    named = case.texts("data.ask.and").join(case.column(e) for e in parts.values())
    beside = (whole, *parts.values())
    examples = case.fields.get("examples") or case.detection.examples
    lines = [
        case.say("cells", column=case.column(e), cells=case.cells(examples.get(e, [])))
        for e in beside
    ]
    return Words(
        title=case.say(f"{kind}.title", parts=named, column=case.column(whole)),
        options={
            "True": case.say(f"{kind}.yes", parts=named),
            "False": case.say(f"{kind}.no", column=case.column(whole)),
        },
        evidence=" ".join([case.say("evidence"), *lines]),
    )


def _currency(case: Case) -> Words:
    named = case.fields.get("named") or []
    if sign := case.fields.get("sign"):
        words = case.say("evidence_sign", sign=md(str(sign)))
        return Words(case.say("title"), evidence=words)
    if not named:
        return Words(case.say("title"), evidence=case.say("evidence"))
    codes = md(", ".join(named))
    return Words(case.say("two"), evidence=case.say("evidence_two", named=codes))


def _giant_key(case: Case) -> Words:
    evidence = case.say(
        "evidence",
        orders=case.formats.count(case.fields["orders"]),
        share=case.formats.share(case.fields["share"]),
    )
    return Words(
        title=case.say("title", key=case.column(case.fields["key"])),
        options={each: case.say(each) for each in ("guest", "customer")},
        evidence=evidence,
    )


def _stores(case: Case) -> Words:
    """Ask by a few numbers, with the day and the customer that each file gives them."""
    counts = {n: case.formats.count(case.fields[n]) for n in ("shared", "differ")}
    shops = ", ".join(md(short(each)) for each in case.fields["files"].values())
    lines = [
        case.say("example", number=md(one[1]), first=_entry(one), second=_entry(two))
        for one, two in case.fields["examples"]
    ]
    return Words(
        title=case.say("title"),
        options={
            "shops": case.say("shops", names=shops),
            "one": case.say("one"),
        },
        evidence=" ".join([case.say("evidence", **counts), *lines]),
    )


def _entry(told: Sequence[str | None]) -> str:
    """Return what a file says of an order: the day, and who bought."""
    file, _, day, person = told
    parts = [str(each) for each in (day, person) if each]
    return f"{md(short(str(file)))}: {md(', '.join(parts))}"


def _role(case: Case) -> Words:
    why = case.question.fields["why"]
    return Words(
        title=case.say(f"{why}.title"),
        options={each: case.say(f"{why}.{each}") for each in case.question.choices},
        evidence=case.say(f"{why}.evidence"),
    )


def _general(case: Case) -> Words:
    """Let a question that has no words yet be answered all the same."""
    what = case.question.code.replace("_", " ")
    examples = case.detection.examples
    captions = {
        str(each): case.cells(examples[each])
        for each in case.question.choices
        if each in examples
    }
    title = case.texts("data.ask.general", what=md(what))
    return Words(title, captions=captions)


def _readings(example: str) -> tuple[dt.date, dt.date] | None:
    """Return 03/04/2025 read day first and month first, where that differs."""
    parts = [int(each) for each in re.findall(r"\d+", example)[:3]]
    if len(parts) < 3 or parts[0] == parts[1]:
        return None
    one, two, year = parts
    year += 2000 if year < 100 else 0
    try:
        return dt.date(year, two, one), dt.date(year, one, two)
    except ValueError:
        return None


_KNOWN: dict[str, Callable[[Case], Words]] = {
    "column": _column,
    "encoding": _encoding,
    "day_first": _day_first,
    "decimal": _decimal,
    "amount_column": _amount_column,
    "amount_repeats": _amount_repeats,
    "includes": _includes,
    "status": _status,
    "currency": _currency,
    "giant_key": _giant_key,
    "stores": _stores,
    "role": _role,
}
