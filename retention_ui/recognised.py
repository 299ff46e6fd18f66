"""Data page between upload and order table: what was recognised, all changeable."""

from __future__ import annotations

import zoneinfo
from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from retention_core.errors import RetentionError
from retention_ui import (
    asked,
    cautions,
    corrections,
    datasets,
    exports,
    failures,
    header,
    progress,
    sheets,
    state,
)
from retention_ui.evidence import NONE
from retention_ui.formats import Formats, md
from retention_ui.share import adding

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from retention_core.ingest.model import Answers, Detection, SheetAnswers
    from retention_ui.asked import Asked
    from retention_ui.datasets import Dataset
    from retention_ui.texts import Texts

    Columns = dict[str, str]
    Sheets = dict[str, SheetAnswers]

READINGS = ("day_first", "decimal", "encoding", "status", "includes")
CURRENCIES = ("EUR", "USD", "GBP", "CHF", "JPY", "CNY", "RUB", "AUD", "CAD", "SEK")


def show(texts: Texts, dataset: Dataset) -> None:
    """Draw questions, then each sheet, then what concerns all; build on demand."""
    formats = Formats(texts.lang)
    draft = adding.banner(texts, dataset)
    every, before = dataset.detection(), dataset.answers()
    detections = adding.newest_first(dataset, every)
    cautions.show(texts, formats, every)
    _missing(texts, detections)
    exports.warn(texts, detections)
    corrections.show(texts, dataset, detections)
    answered = asked.ask(asked.questions(detections), texts, formats)
    known = corrections.used(dataset)
    several = sum(each.role == "orders" for each in detections) > 1
    said = {
        each.key: sheets.show(
            texts,
            formats,
            each,
            before.sheets.get(each.key),
            remembered=each.key in known,
            several=several,
        )
        for each in detections
    }
    codes = {each.code for each in answered}
    answers = _settings(texts, replace(before, sheets=said), "currency" in codes)
    decoded = _decoded(answers, answered)
    changed = any(sheets.reread(said[each.key], each) for each in detections)
    if changed or decoded != answers:
        _recognise(texts, dataset, _unsettled(decoded, detections))
    still_open = sum(each.answer is None for each in answered)
    found = None
    if _orders(detections):
        found = _rates(texts, _with(answers, answered, detections), detections)
    _buttons(texts, dataset, found, still_open, draft=draft)


def _missing(texts: Texts, detections: Sequence[Detection]) -> None:
    """Say so at once where no table holds orders, or one holds nothing."""
    icon = ":material/warning:"
    for each in detections:
        if not each.rows:
            st.warning(texts("data.check.no_rows", file=md(each.file)), icon=icon)
    if any(each.rows for each in detections) and not _orders(detections):
        st.warning(texts("data.check.no_orders", count=len(detections)), icon=icon)


def _orders(detections: Sequence[Detection]) -> bool:
    return any(each.role == "orders" for each in detections)


def _settings(texts: Texts, before: Answers, asks_currency: bool) -> Answers:
    """Let what concerns all files be changed."""
    with st.container(gap="xsmall"):
        st.header(texts("data.check.settings"), anchor=False)
        with st.container(horizontal=True):
            refunds = sheets.select(
                texts, "refunds", ("net", "ignore"), before.refunds, "data.refunds"
            )
            currency = before.currency
            if not asks_currency:
                currency = _currency(texts, before.currency)
            as_of = st.date_input(
                texts("data.as_of.label"),
                before.as_of,
                help=texts("data.as_of.help"),
                key="data.as_of",
                width=150,
            )
            zones = ["", *sorted(zoneinfo.available_timezones())]
            zone = st.selectbox(
                texts("data.time_zone.label"),
                zones,
                zones.index(before.time_zone or ""),
                format_func=lambda name: name or texts("data.time_zone.none"),
                help=texts("data.time_zone.help"),
                key="data.zone",
                width=200,
            )
        merge = st.toggle(
            texts("data.merge.label"),
            before.merge_duplicates,
            help=texts("data.merge.help"),
            key="data.merge",
        )
    return replace(
        before,
        currency=currency or None,
        refunds="ignore" if refunds == "ignore" else "net",
        as_of=as_of,
        time_zone=zone or None,
        merge_duplicates=merge,
    )


def _currency(texts: Texts, before: str | None) -> str:
    options = list(dict.fromkeys(["", *([before] if before else []), *CURRENCIES]))
    found = st.selectbox(
        texts("data.currency.label"),
        options,
        options.index(before or ""),
        format_func=lambda code: code or texts("data.currency.from_file"),
        accept_new_options=True,
        help=texts("data.currency.help"),
        key="data.currency",
        width=150,
    )
    return (found or "").strip().upper()


def _rates(texts: Texts, answers: Answers, detections: Sequence[Detection]) -> Answers:
    """Where the files name several currencies, let a rate be typed for each other."""
    orders = [each for each in detections if each.role == "orders"]
    named = list(dict.fromkeys(code for each in orders for code in each.currencies))
    ours = answers.currency
    if len(named) < 2 or ours is None:
        return replace(answers, rates={})
    rates = {}
    with st.container(horizontal=True):
        for code in (each for each in named if each != ours):
            rate = st.number_input(
                texts("data.rates.label", code=md(code), ours=md(ours)),
                min_value=0.0,
                value=answers.rates.get(code),
                step=None,
                format="%g",
                placeholder=texts("data.rates.none"),
                help=texts("data.rates.help", code=md(code)),
                key=f"data.rate.{ours}.{code}",
                width=190,
            )
            if rate:
                rates[code] = rate
    return replace(answers, rates=rates)


def _decoded(answers: Answers, answered: Sequence[Asked]) -> Answers:
    """Put the encodings that were chosen among the answers: all else waits for them."""
    found = dict(answers.sheets)
    for each in answered:
        if each.code in ("encoding", "role") and each.answer is not None:
            key = each.detection.key
            found[key] = replace(found[key], **{each.code: each.answer})
    return replace(answers, sheets=found)


def _unsettled(answers: Answers, detections: Sequence[Detection]) -> Answers:
    """Leave out the mappings of sheets with open questions: they would settle them."""
    asks = {each.key for each in detections if each.questions}
    return replace(
        answers,
        sheets={
            key: replace(said, mapping=None) if key in asks else said
            for key, said in answers.sheets.items()
        },
    )


def _with(
    answers: Answers, answered: Sequence[Asked], detections: Sequence[Detection]
) -> Answers:
    """Put what was answered to the questions among the rest."""
    found, keys, currency = dict(answers.sheets), dict(answers.keys), answers.currency
    mappings = {each.key: each.mapping for each in detections}
    for each in answered:
        key, code = each.detection.key, each.code
        if each.answer is None:
            continue
        if code == "currency":
            currency = str(each.answer).strip().upper()
        elif code == "giant_key":
            keys[each.question.fields["key"]] = each.answer
        elif code == "stores":
            found |= _of_shops(found, each)
        elif code == "role":
            found[key] = replace(found[key], role=each.answer)
        elif code in READINGS:
            found[key] = replace(found[key], **{code: each.answer})
        else:
            before = found[key].mapping or mappings[key]
            mapping = _mapped(before, each)
            found[key] = replace(found[key], mapping=mapping)
    return replace(answers, sheets=found, keys=keys, currency=currency)


def _of_shops(said: Mapping[str, SheetAnswers], asked: Asked) -> Sheets:
    """Return the files with their shops: as typed, else as proposed; or of one."""
    names: dict[str, str] = asked.question.fields["files"]
    if asked.answer == "one":
        names = dict.fromkeys(names, "")
    return {
        key: replace(said[key], store=(said[key].store or name) if name else "")
        for key, name in names.items()
        if key in said
    }


def _mapped(mapping: Columns, asked: Asked) -> Columns:
    """Return the mapping with the columns that were named in an answer."""
    fields, answer = asked.question.fields, asked.answer
    if asked.code == "amount_column":
        return _with_money(mapping, fields["fields"][answer], answer)
    if asked.code == "amount_repeats":
        column = mapping.get("amount") or mapping["order_total"]
        return _with_money(mapping, answer, column)
    if asked.code != "column":
        return mapping
    wanted = fields["field"]
    if wanted == "customer_id":
        return _with_customer(mapping, answer)
    rest = {k: v for k, v in mapping.items() if k != wanted and v != answer}
    return rest if answer == NONE else {**rest, wanted: answer}


def _with_customer(mapping: Columns, answer: str) -> Columns:
    """Return the mapping with ``answer`` as who bought: by e-mail if it is that."""
    rest = {k: v for k, v in mapping.items() if k not in exports.KEYS}
    if answer == NONE:
        return rest
    as_known = (k for k in exports.KEYS if mapping.get(k) == answer)
    rest = {k: v for k, v in rest.items() if v != answer}
    return {**rest, next(as_known, "customer_id"): answer}


def _with_money(mapping: Columns, field: str, column: str) -> Columns:
    """Return the mapping with ``column`` as the only amount, of line or order."""
    rest = {k: v for k, v in mapping.items() if k not in ("amount", "order_total")}
    return {**rest, field: column}


def _buttons(
    texts: Texts,
    dataset: Dataset,
    answers: Answers | None,
    still_open: int,
    *,
    draft: bool,
) -> None:
    """Draw the ways on; without ``answers`` there is nothing to build from.

    What else a draft leads to stands in its banner.
    """
    with st.container(horizontal=True):
        pressed = st.button(
            texts("data.check.build"),
            type="primary",
            disabled=bool(still_open) or answers is None,
            help=texts("data.check.build_help", count=still_open, n=still_open)
            if still_open
            else None,
            key="data.build",
        )
        if dataset.built and st.button(texts("data.check.back"), key="data.back"):
            state.set_answering(False)
            st.rerun()
        other = not draft and st.button(
            texts("data.check.other"), icon=":material/upload_file:", key="data.other"
        )
        if not (draft or dataset.sample):
            header.delete_button(texts, dataset)
    if other:
        header.go_to(None)
    if pressed and answers:
        build(texts, dataset, answers)


def _recognise(texts: Texts, dataset: Dataset, answers: Answers) -> None:
    with failures.showing(texts), progress.shown(texts) as on_progress:
        datasets.recognise(dataset, answers, on_progress)
    st.rerun()


def build(texts: Texts, dataset: Dataset, answers: Answers) -> None:
    """Build the order table under a bar, and show it; say so where that fails.

    What was answered can raise a question that was not there before (another amount
    may hold shipping or not): it is put before anything is shown.
    """
    before = {each.key for each in asked.questions(dataset.detection())}
    try:
        with progress.shown(texts) as on_progress:
            datasets.build(dataset, answers, on_progress)
    except RetentionError as error:
        failures.show(error, texts)
        return
    if {each.key for each in asked.questions(dataset.detection())} - before:
        datasets.put_back(dataset)
        header.go_to(dataset.id)
    corrections.remember(dataset, answers)
    adding.built(texts, dataset)
    state.note_built()
    header.go_to(dataset.id)
