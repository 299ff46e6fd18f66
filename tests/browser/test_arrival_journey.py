"""A client opens a link: with a password, in a frame, while the server restarts."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import expect

from retention_ui import datasets
from retention_ui.keeping.model import Settings, Terms
from retention_ui.keeping.store import SqliteStore
from tests.browser.conftest import PATIENCE, free_port, serving
from tests.browser.test_journeys import settle

pytestmark = pytest.mark.browser
WORDS = "tea at five"
READY = "[data-testid=stApp][data-test-script-state=notRunning]"


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """A data folder with a saved sample shop, and tokens of view links to it."""
    folder = tmp_path_factory.mktemp("shared")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KEPT_DATA", str(folder / "data"))
        sample = datasets.sample()
    store = SqliteStore(folder / "data")
    dashboard = store.save(
        sample.folder,
        name="Tea shop",
        owner="Ann's teas",
        contact="ann@tea.example",
        settings=Settings(),
        browser="o" * 32,
    )[0]
    link = partial(
        store.link, dashboard.id, kind="view", label="Mia", terms=Terms(), start="churn"
    )
    return folder, {"open": link()[1], "password": link(password=WORDS)[1]}


@contextmanager
def host_of(port, framed):
    """A page elsewhere that shows ``framed`` within itself."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.end_headers()
            frame = f'<iframe src="{framed}" width="1200" height="800"></iframe>'
            self.wfile.write(frame.encode())

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", port), Page) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield
        server.shutdown()
        thread.join()


def test_a_client_opens_a_link_with_a_password_and_in_a_frame(page, shared):
    folder, tokens = shared
    port = free_port()
    said = []
    page.on("console", lambda message: said.append(message.text))
    with serving(folder, KEPT_FRAMES=f"http://localhost:{port}") as address:
        # A page of another port is of the same site only under the same name.
        address = address.replace("127.0.0.1", "localhost")
        page.goto(f"{address}/s/{tokens['password']}")
        expect(page.get_by_label("Password")).to_be_focused()
        page.keyboard.type("coffee")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("not the password")
        page.get_by_label("Password").fill(WORDS)
        page.get_by_role("button", name="Open").click()
        settle(page)
        expect(page.get_by_role("heading", level=1)).to_have_text("Churn")
        assert "/churn?d=" in page.url
        assert tokens["password"] not in page.url
        with host_of(port, f"{address}/s/{tokens['open']}/cohorts?embed=true"):
            page.goto(f"http://localhost:{port}/")
            frame = page.frame_locator("iframe")
            frame.locator(READY).wait_for(timeout=PATIENCE)
            expect(frame.get_by_role("heading", level=1)).to_have_text("Cohorts")
            assert not [text for text in said if "Content Security" in text]
            # Another name for the same machine was not allowed to.
            page.goto(f"http://127.0.0.1:{port}/")
            expect(page.locator("iframe")).to_be_visible()
            expect(frame.locator(READY)).to_have_count(0)
    assert [text for text in said if "frame-ancestors" in text]


def test_a_client_goes_on_after_a_restart(page, shared, tmp_path):
    folder, tokens = shared
    export = tmp_path / "till.csv"
    rows = [f"{n},2024-0{1 + n % 9}-11,c{n % 7},{10 + n}" for n in range(60)]
    export.write_text("\n".join(["order,date,customer,amount", *rows]))
    loading = page.context.new_page()
    sent = []
    loading.on("response", lambda a: "upload_file" in a.url and sent.append(a.status))
    with serving(folder) as address:
        port = address.rsplit(":", 1)[1]
        page.goto(f"{address}/s/{tokens['open']}")
        loading.goto(f"{address}/data")
        for tab in (page, loading):
            settle(tab)
    with serving(folder, int(port)):
        for tab in (page, loading):
            tab.locator("[data-test-connection-state=CONNECTED]").wait_for()
            settle(tab)
        loading.set_input_files("input[type=file]", export)
        expect(loading.get_by_text("till.csv").first).to_be_visible()
        settle(loading)
        page.get_by_role("link", name="Risk").first.click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Risk")
        settle(page)
        expect(page.get_by_text("Ann's teas").first).to_be_visible()
        assert "d=" in page.url
    assert sent == [204]
