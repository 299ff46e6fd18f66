"""What the server does beside serving pages: safe headers, and clearing up."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware

from retention_ui import datasets

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import streamlit as st
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

SWEEP_EVERY = 3600
HEADERS = {
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


MIDDLEWARE = [Middleware(SafeHeaders)]


@asynccontextmanager
async def lifespan(app: st.App) -> AsyncIterator[None]:
    """Delete idle datasets as long as the server runs."""
    sweeping = asyncio.create_task(_sweep())
    try:
        yield
    finally:
        sweeping.cancel()
        with suppress(asyncio.CancelledError):
            await sweeping


async def _sweep() -> None:
    while True:
        await asyncio.to_thread(datasets.sweep)
        await asyncio.sleep(SWEEP_EVERY)
