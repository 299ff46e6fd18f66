"""A browser without a window: it speaks to the server as Streamlit's own page does.

    with Viewer("http://127.0.0.1:8501") as viewer:
        run = viewer.open("/s/TOKEN")
        run = viewer.go("cohorts")
        run = viewer.choose("cohorts.grain", "Week")
        run.raw        # every message that came, as it came

Cookies are kept; what the server asks to be remembered (long messages, by their hash)
is remembered as long as a browser would. Nothing else is fetched.
"""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.Common_pb2 import FileURLsRequest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

from benchmarks.screen import Screen, options
from benchmarks.wire import PATIENCE, Wire

if TYPE_CHECKING:
    import http.cookiejar
    from collections.abc import Iterable
    from pathlib import Path

    from streamlit.proto.Common_pb2 import FileURLs

_OVER = (
    ForwardMsg.FINISHED_SUCCESSFULLY,
    ForwardMsg.FINISHED_WITH_COMPILE_ERROR,
    ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY,
)


@dataclass(frozen=True)
class Run:
    """One run of a page: how long it took, what came, and what went wrong.

    ``seconds`` go from the request until the script has finished; ``path`` and
    ``query`` are what the address bar shows then. ``raw`` holds every message as it
    came over the wire, ``messages`` the same with remembered ones filled in.
    """

    path: str
    query: str
    seconds: float
    raw: tuple[bytes, ...]
    messages: tuple[ForwardMsg, ...]
    errors: tuple[str, ...]


class Viewer:
    """One tab of one browser.

    Parameters
    ----------
    address
        Scheme, host and port of the server.
    cookies
        Those of another tab of the same browser, if it has one.
    """

    def __init__(
        self, address: str, cookies: http.cookiejar.CookieJar | None = None
    ) -> None:
        self.wire = Wire(address, cookies)
        self.screen = Screen()
        self.path, self.query = "", ""
        self.session = ""
        # By path: the hash of its script; and those that the navigation shows.
        self.pages: dict[str, str] = {}
        self.links: list[str] = []
        self._states: dict[str, WidgetState] = {}
        # Hashes of the scripts of the page and of the frame around it.
        self._page = self._frame = ""
        self._ticking = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def open(self, path: str) -> Run:
        """Load an address, follow where it leads, and wait for the page.

        Raises ``urllib.error.HTTPError`` where it leads nowhere.
        """
        self.arrive(path)
        self.wire.connect()
        return self.rerun()

    def arrive(self, path: str) -> bytes:
        """Load an address as a browser does before any script runs."""
        led, body = self.wire.get(path)
        found = urlsplit(led)
        self.path, self.query, self._page = found.path.strip("/"), found.query, ""
        return body

    def reconnect(self, patience: float = PATIENCE) -> Run | None:
        """Wait for a server that was away; a page that keeps itself fresh runs again.

        Returns that run, or nothing: then the next click tells the server the page.
        """
        self.wire.connect_again(self.session, patience)
        return self.rerun() if self._ticking else None

    def close(self) -> None:
        """Leave the page."""
        self.wire.close()

    def rerun(self, *changed: WidgetState) -> Run:
        """Run the page that is open, with some inputs changed."""
        self._states |= {state.id: state for state in changed}
        return self._run(self._page, self.query, self._states.values())

    def go(self, page: str, query: str = "") -> Run:
        """Open another page, from the navigation or by a link with its query.

        One that the navigation does not show can be asked for too (``pages``).
        """
        stays = {state.id for state in self.screen.states(self._frame)}
        states = [state for name, state in self._states.items() if name in stays]
        return self._run(self.pages[page], query, states)

    def choose(self, key: str, value: str | bool | float) -> Run:
        """Change an input: a label, a switch or a number."""
        shown = self.screen.find(key)
        state = WidgetState(id=shown.id)
        if isinstance(value, bool):
            state.bool_value = value
        elif not isinstance(value, str):
            state.double_value = value
        elif shown.kind == "button_group":
            state.string_array_value.data.append(value)
        else:
            state.string_value = value
        return self.rerun(state)

    def options(self, key: str) -> list[str]:
        """Return the labels that can be chosen in an input."""
        return options(self.screen.find(key))

    def press(self, key: str) -> Run:
        """Press a button."""
        return self.rerun(WidgetState(id=self.screen.find(key).id, trigger_value=True))

    def upload(self, key: str, file: Path) -> Run:
        """Give a file to an uploader, as a browser sends it."""
        state = WidgetState(id=self.screen.find(key).id)
        info = state.file_uploader_state_value.uploaded_file_info.add()
        urls = self._place_for(file.name)
        self.wire.put(urls.upload_url, file)
        info.name, info.size = file.name, file.stat().st_size
        info.file_id = urls.file_id
        info.file_urls.CopyFrom(urls)
        return self.rerun(state)

    def _place_for(self, name: str) -> FileURLs:
        request = FileURLsRequest(
            request_id=uuid.uuid4().hex, file_names=[name], session_id=self.session
        )
        self.wire.send(BackMsg(file_urls_request=request))
        for message, _ in self.wire.messages():
            if message.WhichOneof("type") == "file_urls_response":
                break
            self._take(message)
        found: FileURLs = message.file_urls_response.file_urls[0]
        return found

    def _run(self, page: str, query: str, states: Iterable[WidgetState]) -> Run:
        started = time.perf_counter()
        asked = ClientState(
            query_string=query,
            page_script_hash=page,
            page_name="" if page else self.path,
            cached_message_hashes=list(self.wire.memory.kept),
        )
        asked.widget_states.widgets.extend(states)
        asked.context_info.timezone = "Etc/UTC"
        asked.context_info.locale = "en-GB"
        asked.context_info.url = f"{self.wire.address}/{self.path}"
        asked.context_info.color_scheme = "light"
        self.wire.send(BackMsg(rerun_script=asked))
        # Only now: a click while the server is away changes nothing.
        self.query = query
        return self._awaited(started)

    def _awaited(self, started: float) -> Run:
        raw, messages, errors = [], [], []
        for message, sent in self.wire.messages():
            raw.append(sent)
            messages.append(message)
            self._take(message)
            kind = message.WhichOneof("type")
            if kind == "page_not_found":
                errors.append(f"page not found: {message.page_not_found.page_name}")
            if kind == "script_finished" and message.script_finished in _OVER:
                break
        seconds = time.perf_counter() - started
        self.wire.memory.age()
        # A button is pressed once: it holds nothing any more.
        self._states = {state.id: state for state in self._held()}
        errors += self.screen.errors()
        at = self.path, self.query, seconds
        return Run(*at, tuple(raw), tuple(messages), tuple(errors))

    def _held(self) -> Iterable[WidgetState]:
        """What the inputs hold now; uploaded files stay until the uploader goes."""
        yield from self.screen.states()
        for shown in self.screen:
            if shown.kind == "file_uploader" and shown.id in self._states:
                yield self._states[shown.id]

    def _take(self, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self._begin(message)
        elif kind == "delta":
            self.screen.draw(message)
        elif kind == "navigation":
            self._navigate(message)
        elif kind == "page_info_changed":
            self.query = message.page_info_changed.query_string
        elif kind == "auto_rerun":
            self._ticking = True

    def _begin(self, message: ForwardMsg) -> None:
        session = message.new_session
        self.session = session.initialize.session_id
        self._frame, self._page = session.main_script_hash, session.page_script_hash
        self.wire.memory.most = session.config.max_cached_message_age
        if not message.metadata.run.fragment_ids:
            self.screen.clear()
            self._ticking = False

    def _navigate(self, message: ForwardMsg) -> None:
        found = message.navigation
        self._page = found.page_script_hash
        self.pages = {p.url_pathname: p.page_script_hash for p in found.app_pages}
        self.links = [p.url_pathname for p in found.app_pages if not p.is_hidden]
        for each in found.app_pages:
            if each.page_script_hash == self._page:
                self.path = "" if each.is_default else each.url_pathname
