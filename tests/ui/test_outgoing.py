"""Who may take a dashboard along: the holder of its key, and nobody else."""

from __future__ import annotations

import io
import json
import zipfile

import pytest

from retention_ui import state
from retention_ui.keeping import moving
from retention_ui.keeping.model import Settings, Terms
from retention_ui.keeping.store import open_store
from tests.ui.arriving import Asking, served

ANN, BEN = "a" * 32, "b" * 32


@pytest.fixture
def store(sample, tmp_path, monkeypatch):
    monkeypatch.setenv("KEPT_DATA", str(tmp_path / "kept"))
    return open_store()


@pytest.fixture
def saved(store, sample):
    return store.save(
        sample.folder,
        name="Tea & Söhne\r\n",
        owner="Ann",
        contact="",
        settings=Settings(),
        browser=ANN,
    )


class Modern(Asking):
    """A server of today: it tells by an error that nobody listens any more."""

    def _scope(self, *given):
        return super()._scope(*given) | {"asgi": {"spec_version": "2.4"}}


def asked(link, browser=None, method="GET"):
    cookies = {state.COOKIE: browser} if browser else {}
    return Modern(served(), cookies=cookies).ask(method, f"/export/{link}")


@pytest.fixture
def nothing():
    """What everybody is told who comes to where nothing is."""
    found = Asking(served(), cookies={state.COOKIE: BEN}).get("/s/nobody")
    assert found.status == 404
    return found


def same(answer, nothing):
    return (answer.status, answer.body) == (404, nothing.body)


def test_the_holder_gets_the_whole_dashboard(saved, store, tmp_path):
    made, link, _ = saved
    answer = asked(link.id, ANN)
    assert answer.status == 200
    assert answer["content-disposition"] == 'attachment; filename="tea-sohne-1.kept"'
    assert answer["cache-control"] == "no-store"
    assert answer["x-content-type-options"] == "nosniff"
    assert answer["content-length"] == str(len(answer.body))
    moving.pack(store, made.id, tmp_path / "same.kept")
    assert answer.body == (tmp_path / "same.kept").read_bytes()
    with zipfile.ZipFile(io.BytesIO(answer.body)) as archive:
        assert json.loads(archive.read("manifest.json"))["owner"] == "Ann"
    left = {each.name.partition("-")[0] for each in (tmp_path / "kept").iterdir()}
    assert left <= {"dashboards", "kept.sqlite"}


def test_to_ask_how_large_it_is_packs_nothing(saved):
    answer = asked(saved[1].id, ANN, "HEAD")
    assert (answer.status, answer.body) == (200, b"")
    assert "attachment" in answer["content-disposition"]


@pytest.mark.parametrize("browser", [None, BEN, "", "x"])
def test_nobody_else_does(saved, nothing, browser):
    assert same(asked(saved[1].id, browser), nothing)
    assert asked(saved[1].id, browser, "HEAD").status == 404


def test_a_view_link_does_not(saved, store, nothing, tmp_path):
    made = saved[0]
    terms = Terms(names=True, lists=True)
    link, token = store.link(made.id, kind="view", label="Cy", terms=terms)
    store.arrive(token, ANN)
    store.arrive(token, BEN)
    assert same(asked(link.id, ANN), nothing)
    assert same(asked(link.id, BEN), nothing)
    assert not list((tmp_path / "kept").glob("dashboards/*/copies"))


def test_a_withdrawn_key_does_not(saved, store, nothing):
    made, link, _ = saved
    store.link(made.id, kind="edit", label="another", terms=Terms())
    store.revoke(link.id)
    assert same(asked(link.id, ANN), nothing)


def test_a_deleted_dashboard_is_not_here(saved, store, nothing):
    made, link, _ = saved
    store.delete(made.id)
    assert same(asked(link.id, ANN), nothing)


@pytest.mark.parametrize(
    "link", ["nobody", "x" * 16, "..%2f..%2fkept.sqlite", "sample", "%00", "é"]
)
def test_guessing_leads_nowhere(saved, nothing, link):
    assert same(asked(link, ANN), nothing)


def test_an_id_of_a_dashboard_is_no_link(saved, nothing):
    assert same(asked(saved[0].id, ANN), nothing)


def test_a_key_withdrawn_while_it_is_packed_does_not(
    saved, store, nothing, monkeypatch
):
    made, link, _ = saved
    store.link(made.id, kind="edit", label="another", terms=Terms())
    pack = moving.pack

    def slow(*given):
        pack(*given)
        store.revoke(link.id)

    monkeypatch.setattr(moving, "pack", slow)
    assert same(asked(link.id, ANN), nothing)


@pytest.mark.parametrize("name", ["order_lines.parquet", "incoming/000.csv"])
def test_half_a_dashboard_is_not_sent(saved, name):
    made, link, _ = saved
    (made.version.folder / name).unlink()
    answer = asked(link.id, ANN)
    assert answer.status == 503
    assert "not there any more" in answer.text
    assert str(made.version.folder) not in answer.text
