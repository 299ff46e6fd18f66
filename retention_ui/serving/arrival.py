"""Where links arrive: ``/s/<token>`` becomes a browser's right, and leaves the address.

The app itself is not started before a link is found to be good.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, parse_qsl, urlencode

import anyio
from anyio import to_thread
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from retention_ui.keeping.model import EDITORS, PAGES, NotHereError, PasswordError
from retention_ui.keeping.store import open_store
from retention_ui.serving import plain
from retention_ui.serving.rates import (
    PASSWORDS,
    PASSWORDS_IN_ALL,
    TOKENS,
    Rates,
    client,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from limits import RateLimitItem
    from starlette.requests import Request

    from retention_ui.keeping.model import Link, Store

# Under this name a request carries the key of its browser; "": none.
BROWSER = "kept.browser"
EDITORS_PAGES = (*PAGES, *EDITORS)
HASHING_AT_ONCE = 2
WAITING_AT_MOST = 40
LONGEST_FORM = 4096
NO_STORE = {"Cache-Control": "no-store"}
# Those that fetch a link to show what is behind it, or to list it: nobody has come yet.
_ROBOTS = re.compile(
    r"(?<!cu)bot\b|crawl|spider|slurp|facebookexternalhit|facebookcatalog"
    r"|meta-external|whatsapp/|skypeuripreview|bingpreview|slack-imgproxy|embedly"
    r"|iframely|link[ -]?preview|vkshare",
    re.IGNORECASE,
)


class Door:
    """Lets in whoever brings the token of a link, and its password if it has one."""

    def __init__(self, store: Callable[[], Store], rates: Rates) -> None:
        self._store = store
        self._rates = rates
        self._hashing = anyio.Semaphore(HASHING_AT_ONCE)

    async def enter(self, request: Request) -> Response:
        """Answer a link: lead on, ask for a password, or say that nothing is here."""
        if "prefetch" in request.headers.get("sec-purpose", ""):
            # Not opened yet. A browser asks again where it is not given the page.
            return Response(status_code=503, headers=NO_STORE)
        if request.method != "POST":
            if _ROBOTS.search(request.headers.get("user-agent", "")):
                return plain.preview(request)
            return await self._arrive(request)
        if not _browser(request):
            # Sent by a form elsewhere, without our cookie: begin as a page of our own.
            return RedirectResponse(f"?{request.url.query}", 303, NO_STORE)
        password = await _password(request)
        if not password:
            return await self._arrive(request)
        return await self._arrive_with(password, request)

    async def _arrive(self, request: Request) -> Response:
        try:
            link = await to_thread.run_sync(
                self._store().arrive, _token(request), _browser(request)
            )
        except PasswordError:
            return plain.password(request)
        except NotHereError:
            return self._nothing(request)
        return _onward(request, link)

    async def _arrive_with(self, password: str, request: Request) -> Response:
        """Check a password: slow on purpose, so few at once, and few wrong ones."""
        if self._hashing.statistics().tasks_waiting >= WAITING_AT_MOST:
            return plain.busy(request)
        async with self._hashing:
            if seconds := self._wait(request):
                return plain.wait(request, seconds)
            try:
                link = await to_thread.run_sync(
                    self._store().arrive, _token(request), _browser(request), password
                )
            except PasswordError:
                for limit, of in _wrong_passwords(request):
                    self._rates.hit(limit, *of)
                return plain.password(request, wrong=True)
            except NotHereError:
                return self._nothing(request)
        return _onward(request, link)

    def _wait(self, request: Request) -> int:
        return max(
            self._rates.wait(each, *of) for each, of in _wrong_passwords(request)
        )

    def _nothing(self, request: Request) -> Response:
        who = client(request.scope)
        if self._rates.hit(TOKENS, who):
            return plain.nothing(request)
        return plain.wait(request, self._rates.wait(TOKENS, who))


def routes(rates: Rates, store: Callable[[], Store] = open_store) -> list[Route]:
    """Return the routes of links; what else begins with ``/s/`` leads nowhere."""
    door = Door(store, rates)
    methods = ["GET", "HEAD", "POST"]
    paths = ("/s/{token}", "/s/{token}/{page}", "/s/{token:path}")
    return [Route(path, door.enter, methods=methods) for path in paths]


def _onward(request: Request, link: Link) -> RedirectResponse:
    """Lead to the page that is wanted; the token stays behind."""
    # Relative: a proxy may serve us below a path of its own.
    depth = request.url.path.split("/s/", 1)[1].count("/") + 1
    target = _target(link, request.path_params.get("page", ""), request.url.query)
    return RedirectResponse("../" * depth + target, 303, NO_STORE)


def _target(link: Link, page: str, query: str) -> str:
    """Return a page of the link and its query; what is asked for goes before."""
    shown = EDITORS_PAGES if link.kind == "edit" else link.terms.pages
    start, _, preset = link.start.partition("?")
    if page in shown:
        start, preset = page, ""
    elif start not in shown:
        start, preset = shown[0], ""
    asked = _pairs(query)
    names = {name for name, _ in asked}
    before = [pair for pair in _pairs(preset) if pair[0] not in names]
    # The overview is the first page and served at the root.
    path = "" if start == PAGES[0] else start
    return f"{path}?{urlencode([('d', link.id), *before, *asked])}"


def _pairs(query: str) -> list[tuple[str, str]]:
    return [
        (name, value)
        for name, value in parse_qsl(query, keep_blank_values=True)
        if name != "d"
    ]


def _browser(request: Request) -> str:
    """Return the key that is let in; "" for those who only ask."""
    return "" if request.method == "HEAD" else str(request.scope.get(BROWSER, ""))


def _token(request: Request) -> str:
    return str(request.path_params["token"])


def _wrong_passwords(request: Request) -> list[tuple[RateLimitItem, tuple[str, ...]]]:
    link = hashlib.sha256(_token(request).encode("utf-8", "replace")).hexdigest()
    return [(PASSWORDS, (link, client(request.scope))), (PASSWORDS_IN_ALL, (link,))]


async def _password(request: Request) -> str:
    """Read the one field of our form; more than it can hold is no password."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LONGEST_FORM:
            return ""
    fields = parse_qs(body.decode("utf-8", "replace"), max_num_fields=10)
    return fields.get("password", [""])[0]
