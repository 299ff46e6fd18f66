"""Where a dashboard leaves as one file: ``/export/<link id>``, for who holds its key.

Streamlit would hold the whole file in memory, once for each tab.
"""

from __future__ import annotations

import tempfile
from typing import IO, TYPE_CHECKING

import anyio
from anyio import to_thread
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from retention_core.errors import RetentionError
from retention_ui import access, datasets
from retention_ui.keeping import moving
from retention_ui.keeping.model import NotHereError, NotSavedError
from retention_ui.keeping.store import open_store
from retention_ui.serving import arrival, plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.requests import Request

    from retention_ui.access import Access
    from retention_ui.keeping.model import Dashboard

PATH = "/export/"
PACKED_AT_ONCE = 2
_CHUNK = 1 << 20


class Exit:
    """Packs dashboards for those who hold them, a few at once."""

    def __init__(self) -> None:
        self._packers = anyio.CapacityLimiter(PACKED_AT_ONCE)

    async def send(self, request: Request) -> Response:
        """Send the dashboard of a link as a file; nothing is here for anybody else."""
        link = str(request.path_params["link"])
        browser = str(request.scope.get(arrival.BROWSER, ""))
        try:
            found, dashboard = await to_thread.run_sync(_held, link, browser)
            if request.method == "HEAD":
                return Response(headers=_headers(dashboard))
            file, size = await to_thread.run_sync(
                _packed, found, dashboard, limiter=self._packers
            )
        except NotSavedError as error:
            return PlainTextResponse(str(error), 503, arrival.NO_STORE)
        except RetentionError:
            return plain.nothing(request)
        headers = {**_headers(dashboard), "Content-Length": str(size)}
        return StreamingResponse(_pieces(file), headers=headers)


def routes() -> list[Route]:
    """Return the route by which dashboards leave."""
    return [Route(f"{PATH}{{link}}", Exit().send, methods=["GET"])]


def _held(link: str, browser: str) -> tuple[Access, Dashboard]:
    """What a browser holds by the key to it; ``NotHereError`` for all others."""
    # Asked of the store first: to open a view link makes a copy of its data.
    if open_store().held(link, browser)[1].kind != "edit":
        raise NotHereError
    found = access.find(link, browser)
    if found.dashboard is None:
        raise NotHereError
    return found, found.dashboard


def _packed(found: Access, dashboard: Dashboard) -> tuple[IO[bytes], int]:
    """Pack to a file without a name: it is gone when it is closed, or we are ended."""
    file = tempfile.TemporaryFile(dir=datasets.root())  # noqa: SIM115 closed when sent
    try:
        moving.pack(open_store(), dashboard.id, file)
        found.again()  # packing takes a while
        size = file.tell()
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return file, size


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(_CHUNK):
            yield piece


def _headers(dashboard: Dashboard) -> dict[str, str]:
    name = moving.file_name(dashboard)
    return {
        **arrival.NO_STORE,
        "Content-Type": "application/octet-stream",
        "Content-Disposition": f'attachment; filename="{name}"',
    }
