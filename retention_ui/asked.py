"""Data page: the questions that the data does not decide, one at a time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import streamlit as st

from retention_ui import blocks, evidence, state
from retention_ui.evidence import NONE
from retention_ui.formats import md

if TYPE_CHECKING:
    from collections.abc import Sequence

    from retention_core.ingest.model import Detection, Question
    from retention_ui.evidence import Words
    from retention_ui.formats import Formats
    from retention_ui.texts import Texts

GLOBAL = ("currency", "giant_key", "stores")
# What changes the most of the rest is asked first.
FIRST = (
    "encoding",
    "role",
    "column",
    "amount_column",
    "amount_repeats",
    "day_first",
    "decimal",
    "currency",
)
FIELDS_FIRST = ("ordered_at", "customer_id", "order_id", "amount", "order_total")
LISTED = 4
LISTED_WITH_EXAMPLES = 12


@dataclass(frozen=True)
class Asked:
    """One question of one sheet, and what was answered; ``None``: nothing yet.

    ``NONE`` is the answer that none of the columns is it.
    """

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
        fields = self.question.fields
        about = fields.get("key", "") or fields.get("field", "")
        return f"data.ask.{self.code}.{sheet}.{about}"

    @property
    def choices(self) -> list[Any]:
        """Return what can be answered; ``None`` among the choices is ``NONE``."""
        return [NONE if each is None else each for each in self.question.choices]

    @property
    def rank(self) -> tuple[int, int]:
        """Return how early it is asked."""
        wanted = self.question.fields.get("field", "")
        return _place(FIRST, self.code), _place(FIELDS_FIRST, wanted)


def questions(detections: Sequence[Detection]) -> list[Asked]:
    """Return the questions of all sheets, the weightiest first.

    What concerns all files is asked once.
    """
    found: dict[str, Asked] = {}
    for detection in detections:
        for question in detection.questions:
            asked = Asked(detection, question)
            found.setdefault(asked.key, asked)
    return sorted(found.values(), key=lambda each: each.rank)


def ask(every: Sequence[Asked], texts: Texts, formats: Formats) -> list[Asked]:
    """Draw the first open question, the others folded; return all, answered or not."""
    if not every:
        return []
    opened = [each for each in every if state.widget(each.key) is None]
    now = opened[0] if opened else None
    with st.container(gap="xsmall"):
        blocks.note(_count(texts, formats, len(opened), len(every)))
        first = [_boxed(now, texts, formats)] if now else []
        rest = [
            _folded(each, texts, formats)
            for each in sorted(every, key=lambda each: each not in opened)
            if each is not now
        ]
    return [*first, *rest]


def _count(texts: Texts, formats: Formats, still_open: int, every: int) -> str:
    if not still_open:
        return texts("data.ask.answered", count=every, n=formats.count(every))
    return texts("data.ask.open", count=still_open, n=formats.count(still_open))


def _boxed(asked: Asked, texts: Texts, formats: Formats) -> Asked:
    words = evidence.words(asked.detection, asked.question, texts, formats)
    with st.container(border=True, gap="xsmall"):
        st.header(words.title, anchor=False)
        return _answered(asked, words, texts)


def _folded(asked: Asked, texts: Texts, formats: Formats) -> Asked:
    words = evidence.words(asked.detection, asked.question, texts, formats)
    given = state.widget(asked.key)
    title, icon = words.title, ":material/help:"
    if given is not None:
        answer = _option(given, words)
        title = texts("data.ask.said", question=words.title, answer=answer)
        icon = ":material/check:"
    with st.expander(title, type="compact", icon=icon):
        return _answered(asked, words, texts)


def _answered(asked: Asked, words: Words, texts: Texts) -> Asked:
    """Draw the choices and what speaks for each."""
    label_key = f"data.ask.{asked.code}.label"
    label = texts(label_key) if label_key in texts else words.title
    free, choices = asked.code == "currency", asked.choices
    captions = [words.captions.get(str(each), "") for each in choices]
    beside = any(captions)
    if free or len(choices) > (LISTED_WITH_EXAMPLES if beside else LISTED):
        answer = st.selectbox(
            label,
            choices,
            index=None,
            key=asked.key,
            # A list shows its options as they are, not as Markdown.
            format_func=str if free else lambda each: str(each) or words.options[NONE],
            accept_new_options=free,
            width=320,
        )
    else:
        answer = st.radio(
            label,
            choices,
            index=None,
            key=asked.key,
            format_func=lambda choice: _option(choice, words),
            captions=captions if beside else None,
            horizontal=not beside,
            label_visibility="collapsed",
        )
    blocks.note(words.evidence)
    return replace(asked, answer=answer)


def _option(choice: object, words: Words) -> str:
    return words.options.get(str(choice), md(choice))


def _place(order: Sequence[str], name: str) -> int:
    return order.index(name) if name in order else len(order)
