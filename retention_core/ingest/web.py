"""One file from ``https://``, and only from there."""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
import time
import urllib.error
import urllib.request
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from retention_core.errors import RetentionError
from retention_core.ingest import sources
from retention_core.ingest.source_errors import (
    SourceNotAllowedError,
    SourceNotFoundError,
    SourceRefusedError,
    SourceTooLargeError,
    SourceUnreachableError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from retention_core.ingest.sources import OnFetched, SourceLimits

_CHUNK = 1 << 20
_SLOW = "it answers too slowly"
_REFUSED = (401, 403, 407)
_GONE = (404, 410)
_ELSEWHERE = range(300, 400)
_BROKEN = (TimeoutError, ConnectionError, ssl.SSLError, http.client.HTTPException)


def download(
    uri: str,
    folder: Path,
    limits: SourceLimits,
    on_bytes: OnFetched | None = None,
) -> tuple[Path, str]:
    """Load a file into ``folder``.

    Redirects are followed to places that could have been named themselves. Who answers
    is looked at before anything is asked: names may lead into the own network.

    Raises
    ------
    RetentionError
        One of :mod:`retention_core.ingest.source_errors`.
    """
    _check(uri, limits)
    target = folder / "download"
    with (
        _meanings(uri),
        _opener(limits).open(uri, timeout=limits.seconds) as answer,
    ):
        _receive(answer, target, uri, limits, on_bytes)
        return target, _name(answer.url)


@contextmanager
def _meanings(uri: str) -> Iterator[None]:
    """What goes wrong on the way, said of ``uri``."""
    try:
        yield
    except RetentionError:
        raise
    except urllib.error.HTTPError as error:
        raise _meaning(error, uri) from error
    except urllib.error.URLError as error:
        if isinstance(error.reason, SourceNotAllowedError):
            raise error.reason from error
        raise SourceUnreachableError(source=uri, detail=error.reason) from error
    except _BROKEN as error:
        detail = str(error) or type(error).__name__
        raise SourceUnreachableError(source=uri, detail=detail) from error
    except ValueError as error:  # a name that no server can have, here or redirected to
        raise SourceNotFoundError(source=uri) from error


def _check(uri: str, limits: SourceLimits) -> None:
    parts = urlsplit(uri)
    secure = parts.scheme.lower() == "https"
    known = secure or (limits.private and parts.scheme.lower() == "http")
    if not known or "@" in parts.netloc:
        raise SourceNotAllowedError(source=uri)
    if limits.prefixes is not None and not sources.allowed(uri, limits.prefixes):
        raise SourceNotAllowedError(source=uri)


def _meaning(error: urllib.error.HTTPError, uri: str) -> Exception:
    if error.code in _GONE:
        return SourceNotFoundError(source=uri)
    if error.code in _ELSEWHERE:  # to where urllib itself does not go
        return SourceNotAllowedError(source=uri)
    detail = f"{error.code} {error.reason}"
    if error.code in _REFUSED:
        return SourceRefusedError(source=uri, detail=detail)
    return SourceUnreachableError(source=uri, detail=detail)


def _receive(
    answer: http.client.HTTPResponse,
    target: Path,
    uri: str,
    limits: SourceLimits,
    on_bytes: OnFetched | None,
) -> None:
    """Write the answer down; ``Content-Length`` is only a promise."""
    promised = answer.length or 0
    counter = sources.Counter(on_bytes, promised or None)
    due = time.monotonic() + limits.seconds
    with target.open("wb") as file:
        while promised <= limits.size and (chunk := answer.read1(_CHUNK)):
            counter.add(len(chunk))
            if counter.done > limits.size:
                break
            file.write(chunk)
            if (time.monotonic() - due) * limits.pace > counter.done:
                raise SourceUnreachableError(source=uri, detail=_SLOW)
    if max(promised, counter.done) > limits.size:
        target.unlink()
        raise SourceTooLargeError(source=uri, limit_mb=limits.size // 1_000_000)
    if counter.done < promised:
        raise SourceUnreachableError(source=uri, detail="the connection broke off")


def _name(url: str) -> str:
    parts = urlsplit(url)
    return PurePosixPath(unquote(parts.path)).name or parts.hostname or "download"


def _opener(limits: SourceLimits) -> urllib.request.OpenerDirector:
    """One that knows nothing but the web: no files, no FTP, no proxies."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.UnknownHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
        _Redirects(limits),
        _Secure(limits),
        _Plain(limits),
    ):
        opener.add_handler(handler)
    return opener


class _Redirects(urllib.request.HTTPRedirectHandler):
    def __init__(self, limits: SourceLimits) -> None:
        self._limits = limits

    def redirect_request(self, *arguments: Any) -> urllib.request.Request | None:  # noqa: ANN401
        _check(arguments[-1], self._limits)
        return super().redirect_request(*arguments)


class _Secure(urllib.request.HTTPSHandler):
    def __init__(self, limits: SourceLimits) -> None:
        super().__init__()
        self._limits = limits

    def https_open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(
            _checked(http.client.HTTPSConnection, self._limits), request
        )


class _Plain(urllib.request.HTTPHandler):
    def __init__(self, limits: SourceLimits) -> None:
        super().__init__()
        self._limits = limits

    def http_open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_checked(http.client.HTTPConnection, self._limits), request)


def _checked(kind: Any, limits: SourceLimits) -> Any:  # noqa: ANN401 a class of either kind
    class Checked(kind):  # type: ignore[misc]
        """Looks whom it asks before it connects, and does not wait for ever."""

        def __init__(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401
            super().__init__(*arguments, **options)
            self._create_connection = partial(_connected, private=limits.private)

        def getresponse(self) -> http.client.HTTPResponse:
            """Wait for the headers, which may drip in, no longer than for silence."""
            late = threading.Event()
            clock = threading.Timer(limits.seconds, _hang_up, (self.sock, late))
            clock.start()
            try:
                answer: http.client.HTTPResponse = super().getresponse()
            finally:
                clock.cancel()
            if late.is_set():  # headers cut short look like whole ones
                answer.close()
                raise TimeoutError(_SLOW)
            return answer

    return Checked


def _connected(
    address: tuple[str, int],
    timeout: float,
    source: tuple[str, int] | None,
    *,
    private: bool,
) -> socket.socket:
    """Connect to a name's own addresses, once all are known to be allowed."""
    found = socket.getaddrinfo(*address, type=socket.SOCK_STREAM)
    places = [str(where[0]) for *_, where in found]
    if not (private or all(map(_is_global, places))):
        raise SourceNotAllowedError(source=address[0])
    problem = OSError(f"no address for {address[0]}")
    for each in places:
        try:
            return socket.create_connection((each, address[1]), timeout, source)
        except OSError as error:
            problem = error
    raise problem


def _is_global(address: str) -> bool:
    return ipaddress.ip_address(address.partition("%")[0]).is_global


def _hang_up(connection: socket.socket, late: threading.Event) -> None:
    late.set()
    with suppress(OSError):
        # Not the method of a secure one, which would forget that it is secure.
        socket.socket.shutdown(connection, socket.SHUT_RDWR)
