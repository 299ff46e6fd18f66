"""The cookie by which a browser is known, and what it may see."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.datastructures import MutableHeaders
from starlette.requests import Request

from retention_ui.serving.arrival import BROWSER
from retention_ui.state import COOKIE, is_key, new_key

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

YEAR = 365 * 86_400


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

        await self.app({**scope, BROWSER: key}, receive, with_key)

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
