"""Several viewers of one dashboard at once, on a real server that is started anew."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs

import pytest

from benchmarks.serving import Server
from benchmarks.viewer import Viewer
from retention_ui import state
from retention_ui.keeping.model import Settings, Terms
from retention_ui.keeping.store import open_store

PAGES = ("cohorts", "churn", "baskets", "value")


@pytest.fixture
def server(tmp_path):
    with Server(tmp_path) as started:
        yield started


@pytest.fixture
def path(server, monkeypatch):
    """Where a view link to a dashboard with the sample's data arrives."""
    monkeypatch.setenv("KEPT_DATA", str(server.folder))
    store, browser = open_store(), state.new_key()
    said = {"name": "Teas", "owner": "Ann", "contact": "", "settings": Settings()}
    saved, _, _ = store.save(server.sample(), **said, browser=browser)
    _, token = store.link(saved.id, kind="view", label="All", terms=Terms())
    return f"/s/{token}"


def test_many_look_at_once_and_go_on_where_they_were_after_a_restart(server, path):
    viewers = [Viewer(server.address) for _ in PAGES]

    def look(viewer, page):
        runs = [viewer.open(path), viewer.go(page)]
        return [*runs, viewer.choose("shared.dates", viewer.options("shared.dates")[1])]

    with ThreadPoolExecutor(len(viewers)) as pool:
        looked = list(pool.map(look, viewers, PAGES))
        server.stop()
        server.start()
        after = list(pool.map(Viewer.reconnect, viewers))
    for page, runs, again in zip(PAGES, looked, after, strict=True):
        assert [run.errors for run in (*runs, again)] == [()] * 4
        assert {run.path for run in (*runs[1:], again)} == {page}
        assert parse_qs(again.query) == parse_qs(runs[-1].query)
        assert parse_qs(again.query)["dates"] == ["last12"]
    for viewer in viewers:
        assert viewer.screen.of("plotly_chart")
        viewer.close()
    # No two browsers hold the same key.
    assert len({str(sorted(map(str, v.wire.cookies))) for v in viewers}) == len(viewers)
    assert "Traceback" not in server.words()
