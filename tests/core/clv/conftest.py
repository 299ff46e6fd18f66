"""What is asked of an engine, and what it answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest

from retention_core import engine

if TYPE_CHECKING:
    import ibis
    import pandas as pd


class Heard(NamedTuple):
    """Every expression that reached an engine, and the frame it came back as."""

    asked: list[ibis.Table]
    answered: list[pd.DataFrame]


@pytest.fixture
def heard(monkeypatch) -> Heard:
    """Listen to the engine, which answers as ever."""
    found = Heard([], [])
    answer = engine.run

    def listen(expression, backend=None):
        found.asked.append(expression)
        frame = answer(expression, backend)
        found.answered.append(frame)
        return frame

    monkeypatch.setattr(engine, "run", listen)
    return found
