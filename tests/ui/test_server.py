"""Headers, cookies, proxies, settings: what every answer of the server has."""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.routing import Route

from retention_ui import state
from retention_ui.keeping.model import Settings
from retention_ui.keeping.store import open_store
from retention_ui.serving import frames, server
from retention_ui.serving.quiet import hidden
from retention_ui.serving.rates import Rates, client
from retention_ui.serving.server import HEADERS, middleware
from tests.ui.arriving import Asking, served

ROOT = Path(__file__).parents[2]


async def page(request):
    return HTMLResponse(request.scope["client"][0])


async def data(request):
    return PlainTextResponse("customer,money")


@pytest.fixture
def app():
    routes = [Route("/", page), Route("/media/x.csv", data)]
    return lambda: Starlette(routes=routes, middleware=middleware(Rates()))


def test_every_answer_has_the_safe_headers(app):
    browser = Asking(app())
    for path in ("/", "/media/x.csv", "/nowhere", "/s/x"):
        answer = browser.get(path)
        for name, value in HEADERS.items():
            assert answer[name.lower()] == value, path
        assert not answer["strict-transport-security"]
    assert "frame-ancestors 'self'" in browser.get("/")["content-security-policy"]
    assert "unsafe-eval" not in str(browser.get("/").headers)


def test_over_https_alone_a_browser_is_told_to_stay_there(app):
    answer = Asking(app(), scheme="https").get("/")
    assert answer["strict-transport-security"] == "max-age=31536000"
    assert answer["set-cookie"].endswith("; HttpOnly; SameSite=Lax; Secure")


def test_no_cache_keeps_a_download(app):
    assert Asking(app()).get("/media/x.csv")["cache-control"] == "no-store"


def test_robots_are_sent_away_but_may_read_that_they_must_not_list():
    answer = Asking(served()).get("/robots.txt")
    assert answer.text.splitlines()[1:] == ["Allow: /s/", "Disallow: /"]


def test_others_frame_us_only_where_the_host_says_so(app, monkeypatch):
    monkeypatch.setenv("KEPT_FRAMES", " https://Shop.example/  http://localhost:3000")
    browser = Asking(app(), scheme="https")
    answer = browser.get("/")
    allowed = "frame-ancestors 'self' https://shop.example http://localhost:3000"
    assert answer["content-security-policy"].endswith(allowed)
    assert answer["set-cookie"].endswith("SameSite=None; Secure; Partitioned")
    # Without https a browser takes no such cookie.
    assert "SameSite=Lax" in Asking(app()).get("/")["set-cookie"]


@pytest.mark.parametrize(
    "written",
    [
        "*",
        "https://*",
        "https://*.com",
        "shop.example",
        "https://shop.example/page",
        "https://a.example; script-src *",
        "https://a.example,https://b.example",
        "'none'",
        "javascript:alert(1)",
        "https://user@shop.example",
        "https://a.example\nX: 1",
    ],
)
def test_a_setting_for_frames_that_is_no_origin_is_refused(written, monkeypatch):
    monkeypatch.setenv("KEPT_FRAMES", written)
    with pytest.raises(frames.FramesError, match="KEPT_FRAMES holds"):
        frames.allowed()
    with pytest.raises(SystemExit, match="which is no origin"):
        middleware(Rates())


def test_origins_are_kept_as_they_are(monkeypatch):
    written = "https://a-b.example:8443 https://*.team.example http://127.0.0.1:81"
    monkeypatch.setenv("KEPT_FRAMES", written)
    assert frames.allowed() == tuple(written.split())


def test_a_wrong_setting_stops_the_start_with_a_plain_sentence(tmp_path):
    environment = {
        **os.environ,
        "KEPT_FRAMES": "shop.example",
        "KEPT_DATA": str(tmp_path),
    }
    command = [sys.executable, "-m", "uvicorn", "app:app", "--port", "1"]
    ended = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60
    )
    assert ended.returncode == 1
    assert "KEPT_FRAMES holds 'shop.example', which is no origin." in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("proxy", ["127.0.0.1", "::1", "::ffff:127.0.0.1"])
def test_a_proxy_of_this_machine_is_believed(proxy, app):
    browser = Asking(app(), client=proxy)
    said = {"x_forwarded_for": "198.51.100.9", "x_forwarded_proto": "https"}
    answer = browser.get("/", **said)
    assert answer.text == "198.51.100.9"
    assert "Secure" in answer["set-cookie"]


def test_a_stranger_is_not_believed(app, monkeypatch):
    said = {"x_forwarded_for": "198.51.100.9", "x_forwarded_proto": "https"}
    stranger = Asking(app(), client="::ffff:203.0.113.5")
    answer = stranger.get("/", **said)
    assert answer.text == "203.0.113.5"
    assert "Secure" not in answer["set-cookie"]
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "10.0.0.0/8")
    assert Asking(app(), client="10.1.2.3").get("/", **said).text == "198.51.100.9"
    assert Asking(app(), client="127.0.0.1").get("/", **said).text == "127.0.0.1"


def test_who_asks_is_an_address_or_a_household():
    assert client({"client": ("203.0.113.5", 1)}) == "203.0.113.5"
    assert client({"client": ("2001:db8:0:1:2::3", 1)}) == "2001:db8:0:1::/64"
    assert client({"client": None}) == client({}) == "unknown"


def test_who_did_nothing_of_late_is_forgotten(monkeypatch):
    monkeypatch.setattr("retention_ui.serving.rates.MANY", 50)
    rates = Rates()
    from limits import RateLimitItemPerSecond

    for n in range(500):
        assert rates.hit(RateLimitItemPerSecond(1), str(n))
    assert not rates.hit(RateLimitItemPerSecond(1), "499")


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ("GET /s/AbC-_9 HTTP/1.1", "GET /s/… HTTP/1.1"),
        ("/s/AbC/cohorts?grain=week&d=x", "/s/…?grain=week&d=…"),
        ("/cohorts?d=AbC&grain=week", "/cohorts?d=…&grain=week"),
        ("/?%64=AbC", "/?%64=…"),
        ("/?end=3&id=4", "/?end=3&id=4"),
        ('"/s/AbC"', '"/s/…"'),
        ("PUT /_stcore/upload_file/tab/file HTTP", "PUT /_stcore/upload_file/… HTTP"),
        ("GET /media/1a2b.csv HTTP/1.1", "GET /media/… HTTP/1.1"),
    ],
)
def test_keys_of_addresses_are_cut_from_the_log(line, left):
    assert hidden(line) == left


def test_what_has_expired_goes_while_the_server_runs(sample, tmp_path, monkeypatch):
    monkeypatch.setenv("KEPT_DATA", str(tmp_path))
    store = open_store()
    words = {"owner": "Ann", "contact": "", "settings": Settings(), "browser": "b" * 32}
    going, staying = (store.save(sample.folder, name=n, **words)[0] for n in "ab")
    store.expire(going.id, dt.datetime.now(dt.UTC))

    async def served():
        sweeping = asyncio.create_task(server._sweep())
        while going.version.folder.parent.exists():
            await asyncio.sleep(0.01)
        sweeping.cancel()

    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, asyncio.wait_for(served(), 20)).result()
    assert staying.version.folder.is_dir()
    assert [each.name for each, _ in store.held_by("b" * 32)] == ["b"]


def test_a_page_is_a_cookie_for_another_year(app):
    browser = Asking(app())
    browser.get("/")
    key = browser.cookies[state.COOKIE]
    again = browser.get("/")["set-cookie"]
    assert again.startswith(f"{state.COOKIE}={key}; Max-Age=31536000")
    assert browser.get("/media/x.csv")["set-cookie"] == ""
