"""Data page: the questions that the data does not decide, each with its evidence."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st

from retention_ui import blocks
from retention_ui.formats import md

if TYPE_CHECKING:
    from collections.abc import Sequence

    from retention_core.ingest.model import Detection, Question
    from retention_ui.formats import Formats
    from retention_ui.texts import Texts

GLOBAL = ("currency", "giant_key")
LISTED = 4


@dataclass(frozen=True)
class Asked:
    """One question of one sheet, and what was answered; ``None``: nothing yet."""

    detection: Detection
    question: Question
    answer: Any = None

    @property
    def code(self) -> str:
        """Return what kind of question it is."""
        return self.question.code

    @property
    def key(self) -> str:
        """Return the key of its widget; questions of all files share one."""
        sheet = "" if self.code in GLOBAL else self.detection.key
        return f"data.ask.{self.code}.{sheet}.{self.question.fields.get('key', '')}"


def questions(detections: Sequence[Detection]) -> list[Asked]:
    """Return the questions of all sheets; what concerns all files is asked once."""
    found: dict[str, Asked] = {}
    for detection in detections:
        for question in detection.questions:
            asked = Asked(detection, question)
            found.setdefault(asked.key, asked)
    return list(found.values())


def ask(asked: Asked, texts: Texts, formats: Formats) -> Asked:
    """Draw one question in a box; return it with its answer."""
    title, options, evidence = _words(asked, texts, formats)
    with st.container(border=True, gap="xsmall"):
        st.header(title, anchor=False)
        choices = asked.question.choices
        free = asked.code == "currency"
        label = texts(f"data.ask.{asked.code}.label")
        if free or len(choices) > LISTED:
            answer = st.selectbox(
                label,
                choices,
                index=None,
                key=asked.key,
                accept_new_options=free,
                width=320,
            )
        else:
            answer = st.radio(
                label,
                choices,
                index=None,
                key=asked.key,
                format_func=lambda choice: options.get(str(choice), md(choice)),
                horizontal=True,
                label_visibility="collapsed",
            )
        blocks.note(evidence)
    return Asked(asked.detection, asked.question, answer)


def _words(
    asked: Asked, texts: Texts, formats: Formats
) -> tuple[str, dict[str, str], str]:
    """Return title, options (by choice) and evidence, everything escaped."""
    known = {
        "day_first": _day_first,
        "decimal": _decimal,
        "amount_column": _amount_column,
        "amount_repeats": _amount_repeats,
        "currency": _currency,
        "giant_key": _giant_key,
    }
    title, options, evidence = known[asked.code](asked, texts, formats)
    where = f"data.ask.{asked.code}.where"
    column = md(asked.question.fields.get("column", ""))
    place = texts(where, file=_sheet(asked.detection, texts), column=column)
    return title, options, " · ".join(each for each in (place, evidence) if each)


def _day_first(
    asked: Asked, texts: Texts, formats: Formats
) -> tuple[str, dict[str, str], str]:
    fields = asked.question.fields
    examples = [str(each) for each in fields["examples"]]
    # 01/01/2024 is the same day either way and shows nothing.
    telling = next((each for each in examples if _readings(each)), None)
    example = telling or next(iter(examples), "")
    readings = _readings(example)
    key = "data.ask.day_first"
    title = texts(f"{key}.plain", example=md(example))
    options = {
        "True": texts("data.day_order.day"),
        "False": texts("data.day_order.month"),
    }
    if readings:
        day, month = (formats.date_in_sentence(each) for each in readings)
        title = texts(
            f"{key}.title", example=md(example), day_first=day, month_first=month
        )
        options = {
            "True": texts(f"{key}.day", date=day),
            "False": texts(f"{key}.month", date=month),
        }
    facts = {
        f"{order}_{name}": formats.count(value)
        for order in ("day", "month")
        for name, value in fields[f"if_{order}_first"].items()
    }
    return title, options, texts(f"{key}.evidence", **facts)


def _decimal(
    asked: Asked, texts: Texts, formats: Formats
) -> tuple[str, dict[str, str], str]:
    key = "data.ask.decimal"
    options = {".": texts(f"{key}.point"), ",": texts(f"{key}.comma")}
    amounts = ("amount", "order_total", "unit_price")
    columns = [asked.detection.mapping.get(field) for field in amounts]
    found = [e for c in columns if c for e in asked.detection.examples.get(c, [])]
    examples = md(" · ".join(found[:3]))
    return texts(f"{key}.title"), options, texts(f"{key}.evidence", examples=examples)


def _amount_column(
    asked: Asked, texts: Texts, formats: Formats
) -> tuple[str, dict[str, str], str]:
    key = "data.ask.amount_column"
    examples = asked.detection.examples
    shown = "; ".join(
        f"{name}: {', '.join(examples.get(name, [])[:3])}"
        for name in asked.question.choices
    )
    return texts(f"{key}.title"), {}, texts(f"{key}.evidence", examples=md(shown))


def _amount_repeats(
    asked: Asked, texts: Texts, formats: Formats
) -> tuple[str, dict[str, str], str]:
    key, fields = "data.ask.amount_repeats", asked.question.fields
    money = {
        name: formats.ratio(fields[name], 2) for name in ("if_order_total", "if_amount")
    }
    options = {each: texts(f"{key}.{each}") for each in ("order_total", "amount")}
    counts = {name: formats.count(fields[name]) for name in ("orders", "lines")}
    title = texts(f"{key}.title", column=f"“{md(fields['column'])}”")
    return title, options, texts(f"{key}.evidence", **counts, **money)


def _currency(
    asked: Asked, texts: Texts, formats: Formats
) -> tuple[str, dict[str, str], str]:
    key = "data.ask.currency"
    named = asked.question.fields.get("named") or []
    if not named:
        return texts(f"{key}.title"), {}, texts(f"{key}.evidence")
    words = md(", ".join(named))
    return texts(f"{key}.two"), {}, texts(f"{key}.evidence_two", named=words)


def _giant_key(
    asked: Asked, texts: Texts, formats: Formats
) -> tuple[str, dict[str, str], str]:
    key = "data.ask.giant_key"
    fields = asked.question.fields
    options = {each: texts(f"{key}.{each}") for each in ("guest", "customer")}
    evidence = texts(
        f"{key}.evidence",
        orders=formats.count(fields["orders"]),
        share=formats.share(fields["share"]),
    )
    return texts(f"{key}.title", key=f"“{md(fields['key'])}”"), options, evidence


def _sheet(detection: Detection, texts: Texts) -> str:
    if detection.sheet is None:
        return md(detection.file)
    sheet = texts("data.check.sheet", sheet=md(detection.sheet))
    return f"{md(detection.file)}, {sheet}"


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
