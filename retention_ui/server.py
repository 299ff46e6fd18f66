"""What the server does beside serving pages: safe headers, and clearing up."""

from __future__ import annotations

import asyncio
import importlib.resources
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse
from starlette.routing import Route

from retention_ui import corrections, datasets, queries
from retention_ui.picture import LIBRARY
from retention_ui.state import COOKIE, is_key, new_key

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import streamlit as st
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

SWEEP_EVERY = 3600
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
}


class SafeHeaders:
    """Sends ``HEADERS`` with every answer: an address is a key and must not leak."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and the answer back with the headers."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        await self.app(scope, receive, with_headers)


class BrowserKey:
    """Gives each browser a key: what it corrects once is known the next time.

    The key says nothing of anybody and no script can read it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; a page for a browser without a key brings one."""
        if scope["type"] != "http" or _has_key(scope):
            await self.app(scope, receive, send)
            return
        secure = "; Secure" if scope.get("scheme") == "https" else ""
        year = f"Max-Age={365 * 86_400}; Path=/; HttpOnly; SameSite=Lax{secure}"

        async def with_key(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if headers.get("content-type", "").startswith("text/html"):
                    headers.append("set-cookie", f"{COOKIE}={new_key()}; {year}")
                    # A cache between us must not hand one key to many browsers.
                    headers["cache-control"] = "no-store"
            await send(message)

        await self.app(scope, receive, with_key)


def _has_key(scope: Scope) -> bool:
    return is_key(Request(scope).cookies.get(COOKIE, ""))


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


ROUTES = [Route(LIBRARY, plotly), Route("/overview", front)]
MIDDLEWARE = [Middleware(SafeHeaders), Middleware(BrowserKey)]


@asynccontextmanager
async def lifespan(app: st.App) -> AsyncIterator[None]:
    """Make workers and the sample ready; delete idle datasets while serving."""
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
        await asyncio.to_thread(datasets.sweep)
        await asyncio.to_thread(corrections.sweep)
        await asyncio.sleep(SWEEP_EVERY)
