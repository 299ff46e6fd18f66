"""What was corrected is known again by the header row, and never goes before cells."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from retention_core.ingest import memory
from retention_core.ingest.model import Answers, Detection, SheetAnswers
from retention_core.ingest.pipeline import recognise

HEAD = "Order;Date;Who;Amount;State\n"
OPEN = "".join(
    f"{n};0{n}/0{n % 4 + 2}/2024;c{n % 3};1{n}.50;Odd\n" for n in range(5, 9)
)
DAYS = OPEN.replace("05/", "25/", 1)
SAID = SheetAnswers(mapping={"ordered_at": "Date", "amount": "Amount"}, day_first=False)


def found(folder, text: str, encoding: str = "utf-8", **said) -> Detection:
    path = folder / "0"
    path.write_bytes(text.encode(encoding))
    answers = Answers(sheets={"a.csv": SheetAnswers(**said)})
    return recognise([(path, "a.csv")], answers)[0]


def kept(detection: Detection, said: SheetAnswers):
    """Through JSON, as whoever keeps it must."""
    origin = json.loads(json.dumps(memory.origin(detection)))
    return json.loads(json.dumps(memory.remember(origin, said)))


def test_the_same_columns_in_any_order_are_known_again(tmp_path):
    before = kept(found(tmp_path, HEAD + OPEN), SAID)
    rows = (HEAD + OPEN).splitlines()
    turned = "\n".join(";".join(reversed(row.split(";"))) for row in rows)
    assert memory.recall(found(tmp_path, turned), before) == SAID
    other = (HEAD + OPEN).replace("Who", "Whom")
    assert memory.recall(found(tmp_path, other), before) is None


def test_cells_that_decide_go_before_what_was_said_of_another_file(tmp_path):
    before = kept(found(tmp_path, HEAD + OPEN), SAID)
    said = memory.recall(found(tmp_path, HEAD + DAYS), before)
    assert said == replace(SAID, day_first=None)


@pytest.mark.parametrize(("states", "status"), [(["a"], "sale"), (["a", "b"], None)])
def test_a_state_that_was_not_asked_about_is_asked_about(tmp_path, states, status):
    first = found(tmp_path, HEAD + OPEN)
    asked = replace(first.questions[0], code="status", fields={"words": {"a": 1}})
    before = kept(replace(first, questions=[asked]), SheetAnswers(status="sale"))
    words = dict.fromkeys(states, 1)
    now = replace(first, questions=[replace(asked, fields={"words": words})])
    said = memory.recall(now, before)
    assert (said.status if said else None) == status


def test_an_encoding_is_corrected_where_it_was_recognised_as_the_last_time(tmp_path):
    text = HEAD.replace("Who", "Kündin") + OPEN
    first = found(tmp_path, text, "cp1252")
    before = kept(first, SheetAnswers(encoding="cp1250"))
    assert memory.recall(first, before).encoding == "cp1250"
    assert memory.recall(found(tmp_path, text, "utf-8"), before) is None


def test_what_is_said_of_one_file_only_is_not_kept(tmp_path):
    assert kept(found(tmp_path, HEAD + OPEN), SheetAnswers(store="North")) == {}


def test_without_a_header_there_is_nothing_to_know_again_by(tmp_path):
    assert memory.origin(replace(found(tmp_path, HEAD + OPEN), header_row=None)) is None
