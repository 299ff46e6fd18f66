"""Page Share: a dashboard out as one file, and in again in another house."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from retention_ui.keeping import moving
from retention_ui.keeping.model import Settings
from retention_ui.keeping.store import open_store

MAIN = Path(__file__).parents[2] / "retention_ui" / "main.py"


@pytest.fixture
def content(sample, tmp_path, monkeypatch):
    """A dashboard that was exported; the data folder is another one by now."""
    monkeypatch.setenv("KEPT_DATA", str(tmp_path / "before"))
    made = open_store().save(
        sample.folder,
        name="Tea",
        owner="Ann",
        contact="",
        settings=Settings(),
        browser="a" * 32,
    )[0]
    moving.pack(open_store(), made.id, tmp_path / "tea.kept")
    monkeypatch.setenv("KEPT_DATA", str(tmp_path / "after"))
    return (tmp_path / "tea.kept").read_bytes()


def brought(content):
    app = AppTest.from_file(str(MAIN), default_timeout=60)
    app.run().switch_page("../pages/share.py").run()
    app.file_uploader(key="moving.file").upload("tea.kept", content, "x/y").run()
    return app.button(key="moving.import").click().run()


def test_it_comes_in_and_its_key_is_shown(content):
    app = brought(content)
    assert not app.exception
    assert not app.error
    (header,) = (each.value for each in app.header)
    assert "Tea" in header
    token = app.code[0].value.rpartition("/s/")[2]
    link = open_store().arrive(token, "b" * 32)
    assert link.id in app.query_params["d"]


def test_what_is_damaged_is_refused_in_words(content):
    app = brought(content[:-100])
    assert not app.exception
    said = app.error[0].value.replace("\\", "")
    assert "tea.kept is damaged" in said
    assert "kept_file_damaged" in said
    assert "d" not in app.query_params
