"""The frame: navigation, address, no data."""

from __future__ import annotations

from pathlib import Path

from streamlit.testing.v1 import AppTest

MAIN = Path(__file__).parents[2] / "retention_ui" / "main.py"


def test_frame():
    app = AppTest.from_file(str(MAIN)).run(timeout=20)
    assert not app.exception
    assert app.title[0].value == "Data"
