"""What is corrected once is known for the next file with the same header row."""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from retention_core.ingest.model import Answers, SheetAnswers
from retention_ui import corrections, datasets, queries, state
from retention_ui.serving.browsers import BrowserKey
from tests.ui.test_load import UNCLEAR, data_page, dataset_id, folded, headers

MEANS = "Does 05\\/06\\/2024 mean 5 June or 6 May?"
NEXT = UNCLEAR.replace(b"2024", b"2023")
OTHER = UNCLEAR.replace(b"Product", b"Article")
USED = "Read as you corrected it last time"


@pytest.fixture(autouse=True)
def data_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("KEPT_DATA", str(tmp_path))
    queries.forget()
    return tmp_path


def load(app, name, content):
    app.file_uploader(key="data.files").upload(name, content, "text/csv").run()
    return app.button(key="data.read").click().run()


def built(app):
    app.radio[0].set_value(True)
    next(e for e in app.selectbox if e.label == "Currency").set_value("EUR").run()
    app.selectbox(key="data.map.till.csv.orders.product").set_value("").run()
    app.button(key="data.build").click().run()
    assert not app.exception
    return app


def again(app, content):
    app.button(key="data.other").click().run()
    return load(app, "next.csv", content)


def said(app):
    return [each.value for each in app.info if USED in each.value]


def test_the_next_file_with_the_same_header_is_read_as_the_last_was_corrected():
    app = again(built(load(data_page(), "till.csv", UNCLEAR)), NEXT)
    assert not app.exception
    assert said(app)
    assert "next\\.csv" in said(app)[0]
    assert not any("mean" in each for each in [*headers(app), *folded(app)])
    answers = datasets.find(dataset_id(app)).answers().sheets["next.csv"]
    assert answers.day_first is True
    assert "product" not in answers.mapping


def test_one_click_forgets_it_and_what_was_open_is_open_again():
    app = again(built(load(data_page(), "till.csv", UNCLEAR)), NEXT)
    app.button(key="data.forget").click().run()
    assert not app.exception
    assert not said(app)
    assert any("5 June 2023" in e or "5 June" in e for e in headers(app))
    mapping = {each.label: each.value for each in app.selectbox}
    assert mapping["Product"] == "Product"
    assert not said(again(app, UNCLEAR))


def test_another_header_row_knows_nothing_of_it():
    app = again(built(load(data_page(), "till.csv", UNCLEAR)), OTHER)
    assert not said(app)
    assert any("mean" in each for each in headers(app))


def test_another_browser_knows_nothing_of_it():
    built(load(data_page(), "till.csv", UNCLEAR))
    app = load(data_page(), "till.csv", UNCLEAR)
    assert MEANS in headers(app)


def test_names_of_columns_are_kept_and_no_data(data_folder):
    app = built(load(data_page(), "till.csv", UNCLEAR))
    kept = list((data_folder / corrections.FOLDER).rglob("*.json"))
    assert len(kept) == 1
    text = kept[0].read_text(encoding="utf-8")
    assert "Customer" in text
    assert not any(each in text for each in ("ann", "ben", "Tea", "20.50"))
    app.button(key="data.delete").click().run()
    app.button(key="data.delete.yes").click().run()
    assert not list((data_folder / corrections.FOLDER).rglob("*.json"))


def test_what_nobody_uses_for_over_a_year_is_swept(data_folder, monkeypatch):
    monkeypatch.setattr(state, "browser", lambda: "b" * 32)
    dataset = corrections.create([("till.csv", UNCLEAR)], lambda _: None)
    said = Answers(sheets={"till.csv": SheetAnswers(day_first=True)})
    corrections.remember(dataset, said)
    folder = data_folder / corrections.FOLDER
    corrections.sweep(time.time() + 399 * 86_400)
    assert list(folder.iterdir())
    corrections.sweep(time.time() + 401 * 86_400)
    assert not list(folder.iterdir())


def test_what_is_kept_is_whole_at_every_moment(data_folder, monkeypatch):
    monkeypatch.setattr(state, "browser", lambda: "b" * 32)
    dataset = corrections.create([("till.csv", UNCLEAR)], lambda _: None)
    first = Answers(sheets={"till.csv": SheetAnswers(day_first=True)})
    corrections.remember(dataset, first)
    (kept,) = (data_folder / corrections.FOLDER).rglob("*.json")
    before = kept.read_text(encoding="utf-8")
    gone = kept.parent / "just-deleted.json"
    gone.symlink_to(kept.parent / "nowhere")  # is listed, and is not there
    with kept.open(encoding="utf-8") as reader:
        second = Answers(sheets={"till.csv": SheetAnswers(day_first=False)})
        corrections.remember(dataset, second)
        assert reader.read() == before
    assert kept.read_text(encoding="utf-8") != before
    assert set(kept.parent.iterdir()) == {kept, gone}
    (kept.parent.parent / "swept").symlink_to(kept.parent / "nowhere")
    corrections.sweep()
    assert kept.is_file()


def answered(content_type: bytes, cookie: bytes = b"", scheme: str = "http"):
    """The cookie that an answer brings; with one, nobody may keep the answer."""
    sent = []

    async def app(scope, receive, send):
        headers = [(b"content-type", content_type)]
        await send({"type": "http.response.start", "status": 200, "headers": headers})

    async def send(message):
        sent.append(message)

    async def receive():
        return {"type": "http.request"}

    scope = {"type": "http", "method": "GET", "path": "/", "scheme": scheme}
    scope |= {"headers": [(b"cookie", cookie)] if cookie else []}
    # A browser test before this one may have left a loop running in its thread.
    with ThreadPoolExecutor() as pool:
        pool.submit(lambda: asyncio.run(BrowserKey(app)(scope, receive, send))).result()
    headers = dict(sent[0]["headers"])
    assert (b"set-cookie" in headers) == (headers.get(b"cache-control") == b"no-store")
    return headers.get(b"set-cookie", b"").decode()


def test_a_page_brings_a_browser_its_key_and_keeps_the_one_it_has():
    given = answered(b"text/html; charset=utf-8")
    name, _, rest = given.partition("=")
    assert name == state.COOKIE
    assert state.is_key(rest.split(";")[0])
    assert "HttpOnly" in given
    assert "SameSite=Lax" in given
    assert "Secure" not in given
    assert "Secure" in answered(b"text/html", scheme="https")
    assert answered(b"text/html") != given
    kept = f"{state.COOKIE}={'k' * 32}"
    assert answered(b"text/html", kept.encode()).startswith(f"{kept}; Max-Age=31536000")
    assert answered(b"text/html", f"{state.COOKIE}=../../etc".encode())
    assert not answered(b"application/json")


def test_what_is_remembered_is_built_from_too():
    app = again(built(load(data_page(), "till.csv", UNCLEAR)), NEXT)
    next(e for e in app.selectbox if e.label == "Currency").set_value("EUR").run()
    app.button(key="data.build").click().run()
    assert not app.exception
    assert queries.facts(datasets.find(dataset_id(app))).products == 0
    app.button(key="data.change").click().run()
    app.button(key="data.build").click().run()
    assert not app.exception
    assert queries.facts(datasets.find(dataset_id(app))).products == 0
