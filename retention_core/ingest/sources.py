"""Files that do not come through a browser: paths, folders and URLs.

Object storage is read by pyarrow with the credentials of the environment; ``https://``
by the standard library, without proxies.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, unquote, urlsplit

from retention_core.ingest.source_errors import (
    NoTablesError,
    SourceNotAllowedError,
    SourceNotFoundError,
    SourceRefusedError,
    SourceTooLargeError,
    SourceUnreachableError,
    TooManyFilesError,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pyarrow.fs as pafs  # type: ignore[import-untyped]

    OnFetched = Callable[[int, int | None], None]

ENDINGS = (
    ".csv", ".tsv", ".txt", ".tab", ".xlsx", ".xlsm", ".xlsb", ".xls", ".ods",
    ".gz", ".zip",
)  # fmt: skip
VARIABLE = "KEPT_SOURCES"
PRIVATE = "KEPT_SOURCES_PRIVATE"
LARGEST = "KEPT_SOURCES_MB"

_STORES = ("s3", "gs")
_WEB = ("https", "http")
_CHUNK = 1 << 20
_URL = re.compile(r"[a-z][a-z0-9+.-]+://", re.I)
_DOTS = re.compile(r"(^|/)(\.|%2e){1,2}(/|$)|\\|%2f|%5c", re.I)
_REFUSED = re.compile(r"access.?denied|credential|forbidden|\b40[13]\b|signature", re.I)


@dataclass
class Counter:
    """Tells ``on_bytes`` now and then how many bytes of how many are here."""

    on_bytes: OnFetched | None
    total: int | None
    done: int = 0
    told: int = 0

    def add(self, size: int) -> None:
        """Count so many more."""
        self.done += size
        if self.on_bytes and self.done - self.told >= _CHUNK:
            self.told = self.done
            self.on_bytes(self.done, self.total)


@dataclass(frozen=True)
class SourceLimits:
    """What may be loaded.

    Attributes
    ----------
    size
        Bytes, of all files of one source together.
    files
        Of one folder.
    seconds
        That a server may stay silent, and take to begin its answer.
    pace
        Bytes that a server must send for each second beyond these.
    private
        Whether servers of the own network may be asked, and ``http://`` be used.
    prefixes
        Where sources must lie (:func:`allowed`); ``None``: anywhere.
    """

    size: int = 20_000_000_000
    files: int = 1_000
    seconds: float = 30.0
    pace: int = 10_000
    private: bool = False
    prefixes: tuple[str, ...] | None = None

    @classmethod
    def of_host(cls, prefixes: tuple[str, ...] | None = None) -> SourceLimits:
        """As the host has set them.

        ``KEPT_SOURCES_PRIVATE=1`` lets servers of the own network be asked;
        ``KEPT_SOURCES_MB`` is ``size`` in megabytes.
        """
        megabytes = os.environ.get(LARGEST, "")
        size = int(megabytes) * 1_000_000 if megabytes.isdigit() else cls.size
        private = os.environ.get(PRIVATE) == "1"
        return cls(size=size, private=private, prefixes=prefixes)


def prefixes() -> tuple[str, ...]:
    """The places that the host allows: ``KEPT_SOURCES``, parted by blanks."""
    return tuple(os.environ.get(VARIABLE, "").split())


def allowed(uri: str, prefixes: Sequence[str]) -> bool:
    """Whether a path or URL lies in one of the places named by ``prefixes``.

    A path may not leave its folder by ``..`` or a link; a URL must have the same
    scheme, server and beginning of its path, whole steps only, and neither ``..`` nor
    a name of a user.
    """
    return any(_lies_in(uri, prefix) for prefix in prefixes)


def is_url(uri: str) -> bool:
    """Whether this is a URL rather than a path."""
    return bool(_URL.match(uri))


def fetch(
    uri: str,
    folder: Path,
    limits: SourceLimits | None = None,
    on_bytes: OnFetched | None = None,
) -> list[tuple[Path, str]]:
    """Bring what ``uri`` names within reach.

    Parameters
    ----------
    uri
        A path; a folder (all files below it whose names end as tables do); ``s3://``
        or ``gs://`` (an object, or all below a prefix); ``https://``.
    folder
        Where files from elsewhere are put; files of this machine stay in place.
    limits
        ``None``: those of the host, from any place.
    on_bytes
        Called now and then with the bytes that are here, and all there are (where the
        place says so).

    Returns
    -------
    list of (Path, str)
        Each file and its name, which is its path below the folder; sorted by name.

    Raises
    ------
    RetentionError
        One of :mod:`retention_core.ingest.source_errors`.
    """
    limits = limits or SourceLimits.of_host()
    if limits.prefixes is not None and not allowed(uri, limits.prefixes):
        raise SourceNotAllowedError(source=uri)
    if not is_url(uri):
        return _local(uri, limits)
    folder.mkdir(parents=True, exist_ok=True)
    scheme = _parts(uri).scheme.lower()
    if scheme in _STORES:
        return _stored(uri, folder, limits, on_bytes)
    if scheme in _WEB:
        from retention_core.ingest import web

        return [web.download(uri, folder, limits, on_bytes)]
    raise SourceNotAllowedError(source=uri)


def is_table(name: str) -> bool:
    """Whether a file's name ends as those of tables do; hidden ones do not count."""
    last = name.rpartition("/")[2].lower()
    return last.endswith(ENDINGS) and not last.startswith((".", "~$"))


def _lies_in(uri: str, prefix: str) -> bool:
    if is_url(uri) != is_url(prefix):
        return False
    try:
        return _is_below(uri, prefix)
    except (ValueError, OSError, RuntimeError):  # what no path or URL is written like
        return False


def _is_below(uri: str, prefix: str) -> bool:
    if not is_url(uri):
        return Path(uri).resolve().is_relative_to(Path(prefix).resolve())
    one, other = urlsplit(uri), urlsplit(prefix)
    same = _server(one) == _server(other) and "@" not in one.netloc
    base = other.path.rstrip("/")
    below = one.path.rstrip("/") == base or one.path.startswith(base + "/")
    return same and below and not _DOTS.search(one.path)


def _parts(uri: str) -> SplitResult:
    try:
        return urlsplit(uri)
    except ValueError as error:
        raise SourceNotFoundError(source=uri) from error


def _server(url: SplitResult) -> tuple[str, str]:
    return url.scheme.lower(), url.netloc.lower()


def _local(uri: str, limits: SourceLimits) -> list[tuple[Path, str]]:
    path = Path(uri)
    if not _exists(path):
        raise SourceNotFoundError(source=uri)
    found = _below(path, uri, limits) if path.is_dir() else [(path, path.name)]
    _weigh(sum(each.stat().st_size for each, _ in found), uri, limits)
    return found


def _below(folder: Path, uri: str, limits: SourceLimits) -> list[tuple[Path, str]]:
    root = folder.resolve()
    found = [
        (each, each.relative_to(folder).as_posix())
        for each in folder.rglob("*")
        if each.is_file() and each.resolve().is_relative_to(root)
    ]
    return _tables(found, uri, limits)


def _weigh(size: int, uri: str, limits: SourceLimits) -> None:
    if size > limits.size:
        raise SourceTooLargeError(source=uri, limit_mb=limits.size // 1_000_000)


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (ValueError, OSError):  # too long a name, or behind a closed door
        return False


def _tables(
    found: list[tuple[Path, str]], uri: str, limits: SourceLimits
) -> list[tuple[Path, str]]:
    tables = sorted((pair for pair in found if is_table(pair[1])), key=lambda p: p[1])
    if not tables:
        raise NoTablesError(source=uri, endings=", ".join(ENDINGS))
    if len(tables) > limits.files:
        raise TooManyFilesError(source=uri, files=len(tables), limit=limits.files)
    return tables


def _stored(
    uri: str, folder: Path, limits: SourceLimits, on_bytes: OnFetched | None
) -> list[tuple[Path, str]]:
    """Copy an object, or all below a prefix, out of its store."""
    parts = _parts(uri)
    if parts.query or parts.fragment or "@" in parts.netloc or _DOTS.search(parts.path):
        raise SourceNotAllowedError(source=uri)  # a query could name another server
    key = f"{parts.netloc}{unquote(parts.path)}".rstrip("/")
    try:
        store = _store(parts.scheme.lower())
        objects = _objects(store, key, uri, limits)
        size = sum(size for _, _, size in objects)
        _weigh(size, uri, limits)
        counter = Counter(on_bytes, size)
        return [
            (_copied(store, source, folder / str(number), counter), name)
            for number, (source, name, _) in enumerate(objects)
        ]
    except FileNotFoundError as error:
        raise SourceNotFoundError(source=uri) from error
    except OSError as error:
        detail = str(error).splitlines()[0][:300]
        if _REFUSED.search(detail):
            raise SourceRefusedError(source=uri, detail=detail) from error
        raise SourceUnreachableError(source=uri, detail=detail) from error


def _store(scheme: str) -> pafs.FileSystem:
    import pyarrow.fs as pafs

    if scheme == "gs":
        return pafs.GcsFileSystem()
    endpoint = os.environ.get("AWS_ENDPOINT_URL", "")
    if not endpoint:
        return pafs.S3FileSystem()
    parts = urlsplit(endpoint)
    return pafs.S3FileSystem(endpoint_override=parts.netloc, scheme=parts.scheme)


def _objects(
    store: pafs.FileSystem, key: str, uri: str, limits: SourceLimits
) -> list[tuple[str, str, int]]:
    """Each object as its key, its name and its size."""
    import pyarrow.fs as pafs

    info = store.get_file_info(key)
    if info.type == pafs.FileType.NotFound:
        raise SourceNotFoundError(source=uri)
    if info.type == pafs.FileType.File:
        return [(key, key.rpartition("/")[2], info.size)]
    below = store.get_file_info(pafs.FileSelector(key, recursive=True))
    sizes = {each.path: each.size for each in below if each.is_file}
    named = [(Path(path), path.removeprefix(f"{key}/")) for path in sizes]
    tables = _tables(named, uri, limits)
    return [(f"{key}/{name}", name, sizes[f"{key}/{name}"]) for _, name in tables]


def _copied(
    store: pafs.FileSystem, source: str, target: Path, counter: Counter
) -> Path:
    with store.open_input_stream(source) as stream, target.open("wb") as file:
        for chunk in iter(lambda: stream.read(_CHUNK), b""):
            file.write(chunk)
            counter.add(len(chunk))
    return target
