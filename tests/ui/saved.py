"""A small shop kept as a dashboard, and what a tab shows of it."""

from __future__ import annotations

import atexit
import shutil
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from streamlit.testing.v1 import AppTest

from retention_core.ingest.model import Answers
from retention_ui import datasets, state
from retention_ui.datasets import Dataset
from retention_ui.keeping.model import Settings
from retention_ui.keeping.store import open_store

MAIN = Path(__file__).parents[2] / "retention_ui" / "main.py"
DATA, SHARE = "../pages/load.py", "../pages/share.py"
ANN = "a" * 32
HEAD = b"Order;Date;Customer;Product;Amount;Currency\n"


def rows(first: int, last: int) -> bytes:
    """Orders of one day each, from the first of January 2025 on."""
    lines = (
        b"%d;2025-%02d-%02d;c%d;Tea;20.50;EUR\n" % (n, n // 28 + 1, n % 28 + 1, n % 5)
        for n in range(first, last)
    )
    return HEAD + b"".join(lines)


def tab(page: str = SHARE, browser: str = ANN, **address: str) -> AppTest:
    """Open a page in a new tab of a browser."""
    app = AppTest.from_file(str(MAIN), default_timeout=60)
    app.session_state[state.BROWSER] = browser
    for name, value in address.items():
        app.query_params[name] = value
    return app.run().switch_page(page).run()


def upload(content: bytes, key: str = "data", name: str = "orders.csv") -> AppTest:
    """Upload a file and build it; return the tab."""
    app = tab(DATA)
    app.file_uploader(key="data.files").upload(name, content, "text/csv").run()
    app.button(key="data.read").click().run()
    return press(app, "data.build")


def unsaved(page: str = SHARE) -> AppTest:
    """Open a page of 40 orders that nobody has saved yet."""
    return tab(page, d=_dataset().name)


def saved(name: str = "Tea shop", owner: str = "Ann") -> tuple[AppTest, str]:
    """Keep 40 orders as a dashboard of ``ANN``; return its Share page, and its key."""
    folder = _dataset()
    made = {"name": name, "owner": owner, "contact": "", "settings": Settings()}
    _, link, token = open_store().save(folder, browser=ANN, **made)
    datasets.delete(Dataset(folder.name, folder))
    return tab(d=link.id), token


def _dataset() -> Path:
    folder = datasets.root() / "datasets" / ("0" * 32)
    shutil.copytree(_forty(), folder)
    return folder


@cache
def _forty() -> Path:
    """Build the 40 orders once for all tests: their folder is only copied."""
    built = datasets.create([("orders.csv", rows(0, 40))])
    datasets.build(built, Answers())
    kept = Path(mkdtemp())
    atexit.register(shutil.rmtree, kept, ignore_errors=True)
    shutil.copytree(built.folder, kept, dirs_exist_ok=True)
    datasets.delete(built)
    return kept


def press(app: AppTest, key: str) -> AppTest:
    """Press a button, and hold that nothing broke."""
    app.button(key=key).click().run()
    assert not app.exception
    return app


def add(app: AppTest, content: bytes, name: str = "more.csv") -> AppTest:
    """Bring a new export to the Data page of the dashboard that is open."""
    app.switch_page(DATA).run()
    app.file_uploader(key="data.more").upload(name, content, "text/csv").run()
    return press(app, "data.read_more")


def address(app: AppTest) -> str:
    """Return what stands in the URL."""
    found = app.query_params["d"]
    return found if isinstance(found, str) else found[0]


def words(app: AppTest) -> str:
    """Return all that is said on a page."""
    kinds = ("header", "markdown", "success", "info", "warning", "error", "code")
    return "\n".join(each.value for kind in kinds for each in app.get(kind))


def headers(app: AppTest) -> list[str]:
    """Return the headings of a page."""
    assert not app.exception
    return [each.value for each in app.header]


def dashboards(browser: str = ANN) -> list[str]:
    """Return the names of what a browser holds."""
    return [one.name for one, _ in open_store().held_by(browser)]


def numbers(browser: str = ANN) -> list[int]:
    """Return the versions of the newest dashboard of a browser, the newest first."""
    one, _ = open_store().held_by(browser)[0]
    return [each.number for each in open_store().versions(one.id)]
