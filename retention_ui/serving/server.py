"""What the server does beside serving pages: safe headers, and clearing up."""

from __future__ import annotations

import asyncio
import importlib
import importlib.resources
import logging
import sqlite3
import sys
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.responses import FileResponse, PlainTextResponse
from starlette.routing import Route

from retention_core.errors import RetentionError
from retention_ui import corrections, datasets, drafts, queries
from retention_ui.keeping.store import open_store
from retention_ui.picture import LIBRARY
from retention_ui.serving import arrival, frames, outgoing, quiet
from retention_ui.serving.browsers import YEAR, BrowserKey
from retention_ui.serving.gate import Bounds, ClientAddress

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    import streamlit as st
    from starlette.requests import Request
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from retention_ui.serving.rates import Rates

SWEEP_EVERY = 1800
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


async def plotly(request: Request) -> FileResponse:
    """Serve plotly.js, which a chart is drawn with when it is saved as a picture.

    Streamlit's own copy is part of a bundle that a script cannot reach.
    """
    path = Path(str(importlib.resources.files("plotly") / "package_data"))
    lasting = {"Cache-Control": "public, max-age=86400"}
    return FileResponse(path / "plotly.min.js", headers=lasting)


async def robots(request: Request) -> PlainTextResponse:
    """Ask search engines to stay away."""
    return PlainTextResponse(ROBOTS)


def routes(rates: Rates) -> list[Route]:
    """Return what is served beside the pages."""
    return [
        Route(LIBRARY, plotly),
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
    # All who come back after a restart would wait for these at once.
    for name in ("navigation", "page"):
        importlib.import_module(f"retention_ui.{name}")
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
        kept = (_sweep_dashboards, drafts.sweep)
        for each in (datasets.sweep, corrections.sweep, *kept):
            try:
                await asyncio.to_thread(each)
            except (OSError, RetentionError, sqlite3.Error) as error:
                # The next time may succeed; a sweeper that died would never delete.
                _LOG.warning("%s: %s", each.__qualname__, type(error).__name__)
        await asyncio.sleep(SWEEP_EVERY)


def _sweep_dashboards() -> None:
    try:
        expired = open_store().sweep()
    except OSError:
        # Not all of it could be removed. It is out of reach, in our memory too.
        queries.forget()
        raise
    if expired:
        queries.forget()
