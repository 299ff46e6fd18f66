"""How a browser talks to the server: HTTP with cookies, and one websocket."""

from __future__ import annotations

import http.cookiejar
import time
import urllib.error
import urllib.request
import uuid
from contextlib import ExitStack
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from streamlit.proto.BackMsg_pb2 import BackMsg
    from websockets.sync.client import ClientConnection

PATIENCE = 120.0  # seconds without a word
AGENT = "Mozilla/5.0 (X11; Linux x86_64) kept-benchmark"
LARGEST = 64 << 20  # bytes of one message
_XSRF = "_streamlit_xsrf"


class LostError(ConnectionError):
    """The connection to the server ended, or it did not answer in time."""


@dataclass
class Memory:
    """Long messages by their hash, and in which run each was last seen.

    ``most`` is for how many runs they are remembered: the server says.
    """

    kept: dict[str, tuple[ForwardMsg, int]] = field(default_factory=dict)
    run: int = 0
    most: int = 2

    def filled(self, message: ForwardMsg) -> ForwardMsg:
        """Return the message that is meant; keep it where the server says so.

        Raises ``KeyError`` for one that was never sent: a browser would break too.
        """
        if message.WhichOneof("type") != "ref_hash":
            if message.metadata.cacheable:
                self.kept[message.hash] = (message, self.run)
            return message
        kept, _ = self.kept[message.ref_hash]
        self.kept[message.ref_hash] = (kept, self.run)
        found = ForwardMsg()
        found.CopyFrom(kept)
        found.metadata.CopyFrom(message.metadata)
        return found

    def age(self) -> None:
        """Forget what has not been seen for ``most`` runs."""
        self.run += 1
        self.kept = {
            name: (message, seen)
            for name, (message, seen) in self.kept.items()
            if self.run - seen <= self.most
        }


class Wire:
    """One browser's connection to ``address``; ``cookies`` are the browser's."""

    def __init__(
        self, address: str, cookies: http.cookiejar.CookieJar | None = None
    ) -> None:
        self.address = address.rstrip("/")
        self.cookies = http.cookiejar.CookieJar() if cookies is None else cookies
        self.memory = Memory()
        self._browser = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(self.cookies)
        )
        self._browser.addheaders = [("User-Agent", AGENT), ("Accept", "text/html,*/*")]
        self._open = ExitStack()
        self._socket: ClientConnection | None = None

    def get(self, path: str) -> tuple[str, bytes]:
        """Load an address; return where it led to, and what stands there.

        Raises ``urllib.error.HTTPError`` where it leads nowhere.
        """
        with self._browser.open(self.address + path, timeout=PATIENCE) as answer:
            return str(answer.url), bytes(answer.read())

    def put(self, path: str, file: Path) -> None:
        """Send a file as a browser's form does."""
        mark = uuid.uuid4().hex
        head = (
            f'--{mark}\r\nContent-Disposition: form-data; name="{file.name}"; '
            f'filename="{file.name}"\r\nContent-Type: text/csv\r\n\r\n'
        ).encode()
        body = head + file.read_bytes() + f"\r\n--{mark}--\r\n".encode()
        request = urllib.request.Request(self.address + path, body, method="PUT")  # noqa: S310
        request.add_header("Content-Type", f"multipart/form-data; boundary={mark}")
        request.add_header("X-Xsrftoken", self._cookie(_XSRF) or "")
        with self._browser.open(request, timeout=PATIENCE) as answer:
            if answer.status != HTTPStatus.NO_CONTENT:
                raise LostError(f"upload: {answer.status}")

    def connect(self, session: str = "") -> None:
        """Open the websocket, for a session that the server may still have."""
        self.close()
        for name in ("health", "host-config"):
            self.get(f"/_stcore/{name}")
        spoken = ["streamlit", self._cookie(_XSRF) or "PLACEHOLDER_AUTH_TOKEN"]
        if session:
            spoken.append(session)
        held = "; ".join(f"{each.name}={each.value}" for each in self.cookies)
        opened = connect(
            f"ws{self.address.removeprefix('http')}/_stcore/stream",
            subprotocols=[Subprotocol(each) for each in spoken],
            additional_headers={"Cookie": held},
            origin=Origin(self.address),
            max_size=LARGEST,
            open_timeout=PATIENCE,
            compression=None,
        )
        self._socket = self._open.enter_context(opened)

    def connect_again(self, session: str, patience: float) -> None:
        """Try until a server that was away is there; ``LostError`` in the end."""
        until = time.monotonic() + patience
        while True:
            try:
                self.connect(session)
            except (OSError, InvalidHandshake, EOFError) as error:
                if time.monotonic() > until:
                    raise LostError(str(error)) from error
                time.sleep(0.5)
            else:
                return

    def close(self) -> None:
        """Leave the page."""
        self._socket = None
        self._open.close()

    def send(self, message: BackMsg) -> None:
        """Send one message; ``LostError``."""
        if self._socket is None:
            raise LostError("not connected")
        try:
            self._socket.send(message.SerializeToString())
        except ConnectionClosed as error:
            raise LostError(str(error)) from error

    def messages(self) -> Iterator[tuple[ForwardMsg, bytes]]:
        """Each message that comes, and as it came; ``LostError``."""
        if self._socket is None:
            raise LostError("not connected")
        while True:
            try:
                sent = self._socket.recv(timeout=PATIENCE)
            except (ConnectionClosed, TimeoutError) as error:
                raise LostError(str(error) or "no answer in time") from error
            raw = sent.encode() if isinstance(sent, str) else sent
            message = ForwardMsg()
            message.ParseFromString(raw)
            yield self.memory.filled(message), raw

    def _cookie(self, name: str) -> str | None:
        return next((c.value for c in self.cookies if c.name == name), None)
