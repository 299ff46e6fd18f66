"""Files that lie elsewhere: only where the host says so, and read like any others."""

from __future__ import annotations

import pytest

from retention_ui import datasets, queries
from tests.ui.test_load import SHOP, data_page, dataset_id, headers


@pytest.fixture(autouse=True)
def data_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("KEPT_DATA", str(tmp_path / "data"))
    queries.forget()
    return tmp_path / "data"


@pytest.fixture
def exports(tmp_path, monkeypatch):
    """A folder that the host allows, with two years of a shop."""
    folder = tmp_path / "exports"
    (folder / "2024").mkdir(parents=True)
    (folder / "2024" / "shop.csv").write_bytes(SHOP)
    (folder / "late.csv").write_bytes(SHOP.replace(b"2024", b"2025"))
    monkeypatch.setenv("KEPT_SOURCES", str(folder))
    return folder


def asked_for(app, where):
    app.text_input(key="data.source").set_value(str(where)).run()
    return app.button(key="data.source_read").click().run()


def test_without_the_hosts_word_there_is_no_such_way(monkeypatch):
    monkeypatch.delenv("KEPT_SOURCES", raising=False)
    assert not data_page().text_input


def test_a_folder_is_read_where_it_lies_and_stays_there(exports, data_folder):
    app = data_page()
    assert any(str(exports) in each.value.replace("\\", "") for each in app.markdown)
    asked_for(app, exports)
    assert not app.exception
    dataset = datasets.find(dataset_id(app))
    assert dataset.names == ["2024/shop.csv", "late.csv"]
    app.button(key="data.build").click().run()
    assert not app.exception
    assert queries.facts(dataset).orders == 48
    datasets.delete(dataset)
    assert sorted(each.name for each in exports.rglob("*.csv")) == [
        "late.csv",
        "shop.csv",
    ]
    assert not list((data_folder / "datasets").iterdir())


@pytest.mark.parametrize(
    ("where", "code"),
    [
        ("{exports}/../secret.csv", "source_not_allowed"),
        ("/etc/passwd", "source_not_allowed"),
        ("https://example.com/orders.csv", "source_not_allowed"),
        ("{exports}/missing.csv", "source_not_found"),
    ],
)
def test_what_is_not_allowed_or_not_there_is_said(where, code, exports, data_folder):
    (exports.parent / "secret.csv").write_bytes(SHOP)
    app = asked_for(data_page(), where.format(exports=exports))
    assert not app.exception
    assert code.replace("_", "\\_") in app.error[0].value
    assert "Upload order exports" in headers(app)
    assert not list((data_folder / "datasets").glob("*"))
