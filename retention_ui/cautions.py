"""Data page: what is odd about the files, said once above all else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from retention_core.ingest import people, systems
from retention_ui import blocks, evidence
from retention_ui.formats import md, short

if TYPE_CHECKING:
    from collections.abc import Sequence

    from retention_core.ingest.model import Detection
    from retention_ui.formats import Formats
    from retention_ui.texts import Texts

MOST_NAMED = 5


def show(texts: Texts, formats: Formats, detections: Sequence[Detection]) -> None:
    """Say which files or columns are not what they should be, and what follows."""
    _passed_over(texts, detections)
    _cut_off(texts, formats, detections)
    orders = [each for each in detections if each.role == "orders"]
    _ruined(texts, formats, orders)
    _by_name(texts, orders)
    _left_out(texts, detections)
    _without_orders(texts, detections)


def _passed_over(texts: Texts, detections: Sequence[Detection]) -> None:
    """Say which files of an archive were not read, as they hold no table."""
    names = [md(each.file) for each in detections if each.passed_over]
    if names:
        shown = ", ".join(names[:MOST_NAMED])
        more = len(names) - MOST_NAMED
        key = "data.passed_over.some" if more > 0 else "data.passed_over.all"
        words = texts(key, files=shown, more=more, count=len(names))
        st.info(words, icon=":material/folder_zip:")


def _cut_off(texts: Texts, formats: Formats, detections: Sequence[Detection]) -> None:
    """Warn of files that end in the middle of a row."""
    for each in detections:
        if each.cut_off is not None:
            row = formats.count(each.cut_off)
            words = texts("data.cut_off", file=md(each.file), row=row)
            st.warning(words, icon=":material/content_cut:")


def _ruined(texts: Texts, formats: Formats, orders: Sequence[Detection]) -> None:
    """Warn of numbers that a spreadsheet has rounded: they name nobody any more."""
    for each in orders:
        for column, part in each.ruined.items():
            used = column in each.mapping.values()
            words = texts(
                "data.ruined.some" if used else "data.ruined.all",
                column=md(short(column)),
                file=evidence.file(each, texts),
                share=formats.share(part),
            )
            st.warning(words, icon=":material/pin:")


def _by_name(texts: Texts, orders: Sequence[Detection]) -> None:
    """Note, calmly, where customers are told apart by their names only."""
    told = [evidence.file(each, texts) for each in orders if people.by_name(each)]
    if told:
        blocks.note(texts("data.by_name", files=", ".join(told)))


def _left_out(texts: Texts, detections: Sequence[Detection]) -> None:
    """Say which tables are not used, and why those that look like orders are not."""
    every = [each for each in detections if not each.passed_over and each.rows]
    if not any(each.role == "orders" for each in every):
        return
    sums = [evidence.file(each, texts) for each in every if each.sums]
    rest = [
        evidence.file(each, texts)
        for each in every
        if each.role == "ignore" and not (each.sums or each.orders_missing)
    ]
    for key, names in (("data.left_out.sums", sums), ("data.left_out.rest", rest)):
        if names:
            words = texts(key, files="; ".join(names), count=len(names))
            st.info(words, icon=":material/visibility_off:")


def _without_orders(texts: Texts, detections: Sequence[Detection]) -> None:
    """Warn of items whose orders are in no file, and name the file that has them."""
    for each in detections:
        if each.orders_missing:
            wanted = systems.of(each).get("orders_in")
            words = texts(
                "data.orders_missing.named" if wanted else "data.orders_missing.any",
                file=evidence.file(each, texts),
                wanted=md(systems.title(wanted)),
            )
            st.warning(words, icon=":material/link_off:")
