"""What every request passes first: who asks, and whether it is too much."""

from __future__ import annotations

import ipaddress
import os
import re
from collections import Counter
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import streamlit as st
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.websockets import WebSocketClose
from streamlit.proto.BackMsg_pb2 import BackMsg
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from retention_ui.serving.rates import TABS, client

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from retention_ui.serving.rates import Rates

# uvicorn's own setting and default: the proxies whose word on the client is taken.
PROXIES = "FORWARDED_ALLOW_IPS"
THIS_MACHINE = "127.0.0.1,::1"
# A browser beside the program, or one that comes through a tunnel.
THIS_HOST = ("localhost", "127.0.0.1", "::1")
# Uploads wait in memory until they are read. In files of the largest size allowed:
HELD_BY_A_TAB = 4
HELD_IN_ALL = 8
FILES_OF_A_TAB = 1000
MEGABYTE = 1024**2
TRY_LATER, NOT_OURS = 1013, 1008
# What a tab has to say. Streamlit would also empty everybody's caches for it, or tell
# it of the program's repository.
SPOKEN = frozenset(
    (
        *("rerun_script", "stop_script", "app_heartbeat"),
        *("file_urls_request", "backend_operation_request"),
    )
)
LENGTH_REQUIRED, CONTENT_TOO_LARGE = 411, 413
_UPLOAD = re.compile(r"/_stcore/upload_file/([^/]+)/[^/]+")


class ClientAddress:
    """Knows a proxy by its address however the socket spells it.

    ``streamlit run`` listens to both protocols at once, where 127.0.0.1 reads
    ``::ffff:127.0.0.1``: uvicorn takes that for a stranger, and so all clients behind
    a proxy for one, and https for http.
    """

    def __init__(self, app: ASGIApp) -> None:
        trusted = os.environ.get(PROXIES, THIS_MACHINE)
        self.app: Any = ProxyHeadersMiddleware(app, trusted_hosts=trusted)  # type: ignore[arg-type]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Spell the address plainly, and ask again whether it is a proxy's."""
        if found := scope.get("client"):
            scope = {**scope, "client": (_plain(found[0]), found[1])}
        await self.app(scope, receive, send)


class Bounds:
    """Turns away more tabs and more uploads than anybody needs.

    Whoever has a tab may send any number of files to it, asked for or not, and they
    stay in memory as long as the tab is open.
    """

    def __init__(self, app: ASGIApp, rates: Rates) -> None:
        self.app = app
        self._rates = rates
        self._coming: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on unless it is too much."""
        if scope["type"] == "websocket":
            await self._tab(scope, receive, send)
            return
        sent = scope["type"] == "http" and scope["method"] == "PUT"
        if sent and (found := _UPLOAD.search(scope["path"])):
            await self._upload(found[1], scope, receive, send)
            return
        await self.app(scope, receive, send)

    async def _tab(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not _ours(Headers(scope=scope)):
            await WebSocketClose(NOT_OURS)(scope, receive, send)
            return
        if not self._rates.hit(TABS, client(scope)):
            await WebSocketClose(TRY_LATER)(scope, receive, send)
            return

        async def spoken() -> Message:
            while True:
                message = await receive()
                if _spoken(message):
                    return message

        await self.app(scope, spoken, send)

    async def _upload(
        self, session: str, scope: Scope, receive: Receive, send: Send
    ) -> None:
        length = Headers(scope=scope).get("content-length", "")
        if not length.isdecimal():
            await _refuse(LENGTH_REQUIRED, scope, receive, send)
            return
        size = int(length)
        if not self._fits(session, size):
            await _refuse(CONTENT_TOO_LARGE, scope, receive, send)
            return
        self._coming[session] += size
        try:
            await self.app(scope, receive, send)
        finally:
            self._coming[session] -= size
            if not self._coming[session]:
                del self._coming[session]

    def _fits(self, session: str, size: int) -> bool:
        largest = _largest()
        held = {name: list(files.values()) for name, files in _held()}
        mine = held.get(session, [])
        by_tab = sum(len(file.data) for file in mine) + self._coming[session]
        in_all = sum(len(file.data) for files in held.values() for file in files)
        return (
            len(mine) < FILES_OF_A_TAB
            and by_tab + size <= HELD_BY_A_TAB * largest
            and in_all + self._coming.total() + size <= HELD_IN_ALL * largest
        )


def _ours(headers: Headers) -> bool:
    """Whether a websocket comes from a page of ours, or from no page.

    Streamlit asks the same. But for an origin that it does not know it asks a machine
    elsewhere for our address, and everybody waits meanwhile.
    """
    origin = headers.get("origin")
    if origin is None:
        return True
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    return (
        (parts.netloc != "" and parts.netloc == headers.get("host"))
        or parts.hostname in THIS_HOST
        or origin in (st.get_option("server.corsAllowedOrigins") or ())
    )


def _spoken(message: Message) -> bool:
    """Whether the app is to hear a message; what cannot be read it refuses itself."""
    sent = message.get("bytes")
    if message["type"] != "websocket.receive" or not sent:
        return True
    try:
        return BackMsg.FromString(sent).WhichOneof("type") in SPOKEN
    except DecodeError:
        return True


async def _refuse(status: int, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer once all has come: a browser that still sends reads no answer."""
    left = _largest() + MEGABYTE
    while left > 0:
        message = await receive()
        left -= len(message.get("body", b""))
        if not message.get("more_body"):
            break
    await Response(status_code=status)(scope, receive, send)


def _largest() -> int:
    return int(st.get_option("server.maxUploadSize")) * MEGABYTE


def _held() -> list[tuple[str, dict[str, Any]]]:
    """Return the uploads in memory by session."""
    manager: Any = st.runtime.get_instance().uploaded_file_mgr
    return list(manager.file_storage.items())


def _plain(host: str) -> str:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address)
