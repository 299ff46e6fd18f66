"""What the server does beside serving pages: safe headers, and clearing up."""

from __future__ import annotations

import asyncio
import importlib.resources
import logging
import sqlite3
import sys
from contextlib import asynccontextmanager, suppress
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, RedirectResponse
from starlette.routing import Route

from retention_core.errors import RetentionError
from retention_ui import (
    arrival,
    corrections,
    datasets,
    frames,
    outgoing,
    queries,
    quiet,
)
from retention_ui.gate import Bounds, ClientAddress
from retention_ui.keeping.store import open_store
from retention_ui.picture import LIBRARY
from retention_ui.state import COOKIE, is_key, new_key

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    import streamlit as st
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from retention_ui.rates import Rates

SWEEP_EVERY = 1800
YEAR = 365 * 86_400
# Streamlit's one inline script goes by its hash. It starts components from blobs, and
# sets styles inline; pictures are drawn from data and blobs. Nothing comes from
# elsewhere, so a name from the data can make no browser call anybody.
POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' blob: 'sha256-THxz9J9+wf7rhwR2YkXJoSZ13UCmYyC+3lNDv2+8ugA='",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "worker-src 'self' blob:",
        "frame-src 'self'",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'self'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
}
ONLY_ENCRYPTED = {"Strict-Transport-Security": f"max-age={YEAR}"}
# A robot that may not fetch a link never reads that it must not list it.
ROBOTS = "User-agent: *\nAllow: /s/\nDisallow: /\n"
_LOG = logging.getLogger(__name__)


class SafeHeaders:
    """Sends ``HEADERS`` with every answer: an address is a key and must not leak.

    ``framers`` are the origins that may show us within a page of theirs.
    """

    def __init__(self, app: ASGIApp, framers: Sequence[str] = ()) -> None:
        self.app = app
        self._headers = {
            **HEADERS,
            "Content-Security-Policy": " ".join((POLICY, *framers)),
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and the answer back with the headers."""
        headers = dict(self._headers)
        if scope.get("scheme") == "https":
            headers |= ONLY_ENCRYPTED
        if "/media/" in scope.get("path", ""):
            # A download holds data: no cache between us or on disk may keep it.
            headers["Cache-Control"] = "no-store"

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(headers)
            await send(message)

        await self.app(scope, receive, with_headers)


class BrowserKey:
    """Gives each browser a key: by it goes what it may see, and what it corrected.

    The key says nothing of anybody and no script can read it. Each page that is
    visited keeps it for another year. ``framed``: others may show us in a frame, where
    a browser sends a cookie only if that is said, and keeps one for each of them.
    """

    def __init__(self, app: ASGIApp, *, framed: bool = False) -> None:
        self.app = app
        self._framed = framed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its key; what a browser shows brings it the key."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        key = _key(Request(scope))
        cookie = f"{COOKIE}={key}; {self._terms(scope)}"

        async def with_key(message: Message) -> None:
            if key and message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                page = headers.get("content-type", "").startswith("text/html")
                if page or message["status"] == HTTPStatus.SEE_OTHER:
                    headers.append("set-cookie", cookie)
                    # A cache between us must not hand one key to many browsers.
                    headers["cache-control"] = "no-store"
            await send(message)

        await self.app({**scope, arrival.BROWSER: key}, receive, with_key)

    def _terms(self, scope: Scope) -> str:
        lasting = f"Max-Age={YEAR}; Path=/; HttpOnly"
        if scope.get("scheme") != "https":
            return f"{lasting}; SameSite=Lax"
        if self._framed:
            return f"{lasting}; SameSite=None; Secure; Partitioned"
        return f"{lasting}; SameSite=Lax; Secure"


def _key(request: Request) -> str:
    """Return the key of a browser, a new one where it has none.

    None is given to what no user opened, and to a form sent from elsewhere: it comes
    without the browser's cookie, and the answer would put another in its place.
    """
    held = request.cookies.get(COOKIE, "")
    if is_key(held):
        return held
    headers = request.headers
    if request.method == "GET":
        given = headers.get("sec-fetch-mode", "navigate") == "navigate"
    else:
        given = (
            request.method == "POST" and headers.get("sec-fetch-site") != "cross-site"
        )
    return new_key() if given else ""


async def plotly(request: Request) -> FileResponse:
    """Serve plotly.js, which a chart is drawn with when it is saved as a picture.

    Streamlit's own copy is part of a bundle that a script cannot reach.
    """
    path = Path(str(importlib.resources.files("plotly") / "package_data"))
    lasting = {"Cache-Control": "public, max-age=86400"}
    return FileResponse(path / "plotly.min.js", headers=lasting)


async def front(request: Request) -> RedirectResponse:
    """Lead to the overview: as the first page it is served at the root only."""
    return RedirectResponse(f"./?{request.url.query}")


async def robots(request: Request) -> PlainTextResponse:
    """Ask search engines to stay away."""
    return PlainTextResponse(ROBOTS)


def routes(rates: Rates) -> list[Route]:
    """Return what is served beside the pages."""
    return [
        Route(LIBRARY, plotly),
        Route("/overview", front),
        Route("/robots.txt", robots),
        *arrival.routes(rates),
        *outgoing.routes(),
    ]


def middleware(rates: Rates) -> list[Middleware]:
    """Return what every request passes, the outermost first.

    Raises
    ------
    SystemExit
        The host's settings cannot be understood; the text says what is wrong.
    """
    try:
        framers = frames.allowed()
    except frames.FramesError as error:
        sys.exit(str(error))
    return [
        Middleware(ClientAddress),
        Middleware(SafeHeaders, framers=framers),
        Middleware(Bounds, rates=rates),
        Middleware(BrowserKey, framed=bool(framers)),
    ]


@asynccontextmanager
async def lifespan(app: st.App) -> AsyncIterator[None]:
    """Make workers and the sample ready; delete what is idle or expired meanwhile."""
    quiet.hide_keys()
    tasks = [asyncio.create_task(_sweep()), asyncio.create_task(_make_ready())]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def _make_ready() -> None:
    sample = await asyncio.to_thread(datasets.sample)
    # The workers load the program with it: that takes longer than a fit.
    await asyncio.to_thread(queries.begin_fits, queries.Shop(sample), "backtest")


async def _sweep() -> None:
    while True:
        for each in (datasets.sweep, corrections.sweep, _sweep_dashboards):
            try:
                await asyncio.to_thread(each)
            except (OSError, RetentionError, sqlite3.Error) as error:
                # The next time may succeed; a sweeper that died would never delete.
                _LOG.warning("%s: %s", each.__qualname__, type(error).__name__)
        await asyncio.sleep(SWEEP_EVERY)


def _sweep_dashboards() -> None:
    if open_store().sweep():
        queries.forget()
