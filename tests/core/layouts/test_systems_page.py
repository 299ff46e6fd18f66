"""The page of known systems says what the files and the layouts of today say."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from tools import systems_table


def _rows(page: str) -> list[list[str]]:
    table = page.split(systems_table.BEGIN)[1].split(systems_table.END)[0]
    lines = [line for line in table.splitlines() if line.startswith("| ")]
    return [re.split(r"(?<!\\) \| ", line[2:-2]) for line in lines[2:]]


def test_what_is_read_is_up_to_date():
    """Every file has its row, every layout that is written is counted."""
    page = systems_table.PAGE.read_text(encoding="utf-8")
    written = Counter(
        system
        for write in systems_table.writers()
        for system in dict.fromkeys(write().systems.values())
    )
    outcomes = {system: ["right"] * count for system, count in written.items()}
    fresh = _rows(systems_table.page(outcomes))
    stands = _rows(page)
    assert [row[:12] for row in stands] == [row[:12] for row in fresh]
    counts = [sum(map(int, re.findall(r"\d+", row[12]))) or row[12] for row in stands]
    wanted = [sum(map(int, re.findall(r"\d+", row[12]))) or row[12] for row in fresh]
    same = {"asked": "right"}
    assert [same.get(each, each) for each in counts] == wanted
    assert "0 wrong" in page
    assert " wrong |" not in page


@pytest.mark.slow
def test_what_came_back_is_up_to_date():
    """All layouts, written and read once more."""
    page = systems_table.PAGE.read_text(encoding="utf-8")
    assert systems_table.page(systems_table.read_back()) == page
