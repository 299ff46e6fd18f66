"""What passes between the steps is described in full: pages and scripts go by it."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from retention_core.ingest import model


@pytest.mark.parametrize("kind", [model.Detection, model.SheetAnswers])
def test_every_field_is_described(kind):
    named = set(re.findall(r"``(\w+)", kind.__doc__))
    assert {each.name for each in fields(kind)} <= named


def test_every_question_that_is_put_is_described():
    program = "".join(
        path.read_text(encoding="utf-8")
        for path in Path(model.__file__).parent.rglob("*.py")
    )
    codes = set(re.findall(r"\bQuestion\(\s*\"(\w+)\"", program))
    assert len(codes) >= 12
    assert codes <= set(re.findall(r"``(\w+)``", model.Question.__doc__))
