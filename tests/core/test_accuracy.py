"""Layouts that nobody listed: right, or asked about; silently wrong is a fault."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.core import accuracy

if TYPE_CHECKING:
    from pathlib import Path

# Faults that are known, and are to become none.
FAULTS = {
    "fr_accounting": {"money"},  # a total row that no mapped column names
    "ru_register_groups": {"customers"},  # customers stand above their rows
}
LEAST_RIGHT = 175  # of 192 facts


def test_unseen_files_are_right_or_asked_about(tmp_path: Path) -> None:
    judged = {}
    for number, truth in enumerate(accuracy.unseen()):
        folder = tmp_path / f"{number}"
        folder.mkdir()
        judged[truth.name] = accuracy.judge(truth, folder)
    wrong = {
        name: {fact for fact, verdict in facts.items() if verdict == "wrong"}
        for name, facts in judged.items()
    }
    unknown = {
        name: facts - FAULTS.get(name, set())
        for name, facts in wrong.items()
        if facts - FAULTS.get(name, set())
    }
    assert unknown == {}, accuracy.table(judged)
    assert accuracy.counts(judged)["right"] >= LEAST_RIGHT, accuracy.table(judged)


@pytest.mark.parametrize(
    ("got", "asked", "verdict"),
    [(10.0, False, "right"), (11.0, True, "asked"), (11.0, False, "wrong")],
)
def test_what_differs_is_asked_or_wrong(got, asked, verdict):
    judge = accuracy.verdict([got], [10.0], asked=asked, refused=False)
    assert judge == verdict
