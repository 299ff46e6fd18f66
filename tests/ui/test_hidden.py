"""What a view link hides reaches no browser: every message of every page is read."""

from __future__ import annotations

import datetime as dt
import random
from typing import TYPE_CHECKING

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.local_script_runner import LocalScriptRunner

from retention_core.ingest.model import Answers
from retention_ui import access, blocks, datasets, queries, state
from retention_ui.keeping import copies
from retention_ui.keeping.model import (
    OF_ONE,
    PAGES,
    NotHereError,
    NotSharedError,
    Settings,
    Terms,
)
from retention_ui.keeping.store import open_store
from retention_ui.questions import NAMING
from tests.ui.saved import MAIN

if TYPE_CHECKING:
    from collections.abc import Iterator

MARK = b"zqxj"
OWNER, VIEWER = "o" * 32, "v" * 32


def export() -> bytes:
    """A year of orders; every id, name, e-mail, number and tag begins with the mark."""
    chance = random.Random(6)  # noqa: S311 a shop, no secret
    rows = ["Order,Date,Customer ID,Customer name,Email,Product,Tags,Amount,Currency"]
    for customer in range(140):
        day = dt.date(2025, 1, 1) + dt.timedelta(days=chance.randrange(200))
        for _ in range(chance.choice([1, 2, 4, 7, 9])):
            number, product = len(rows), chance.choice(["Tea", "Pot", "Cup"])
            rows.append(
                f"zqxj{number},{day},zqxj-{customer},zqxj{customer} Doe,"
                f"zqxj{customer}@example.com,{product},zqxj{customer % 9},"
                f"{chance.randrange(9, 90)}.50,EUR"
            )
            day += dt.timedelta(days=chance.randrange(5, 45))
    return "\n".join(rows).encode()


@pytest.fixture(scope="module")
def kept(data_folder):
    """The shop as a dashboard; its owner's key is the first link."""
    dataset = datasets.create([("zqxj.csv", export())])
    datasets.build(dataset, Answers())
    store = open_store()
    said = {"name": "Shop", "owner": "Ann", "contact": "", "settings": Settings()}
    dashboard, link, _ = store.save(dataset.folder, browser=OWNER, **said)
    datasets.delete(dataset)
    yield dashboard, link
    store.delete(dashboard.id)
    queries.forget()


def view(kept, **terms) -> str:
    """Make a view link, arrive by it; return what stands in the address."""
    store = open_store()
    link, token = store.link(
        kept[0].id, kind="view", label="client", terms=Terms(**terms)
    )
    store.arrive(token, VIEWER)
    return link.id


@pytest.fixture
def sent(monkeypatch) -> Iterator[list[bytes]]:
    """All that the server would send to the browser."""
    messages: list[bytes] = []
    told = LocalScriptRunner.forward_msgs

    def noted(runner: LocalScriptRunner):
        found = told(runner)
        messages.extend(each.SerializeToString() for each in found)
        return found

    monkeypatch.setattr(LocalScriptRunner, "forward_msgs", noted)
    return messages


def opened(page: str, address: str, browser: str = VIEWER, **asked: str) -> AppTest:
    app = AppTest.from_file(str(MAIN), default_timeout=120)
    app.session_state[state.BROWSER] = browser
    for name, value in {"d": address, **asked}.items():
        app.query_params[name] = value
    app.run()
    app.switch_page(f"../pages/{page}.py")
    for name, value in {"d": address, **asked}.items():
        app.query_params[name] = value
    return app.run()


def everything(address: str, browser: str = VIEWER) -> list[AppTest]:
    """Every page, the forecast with its details, each subject of the glossary.

    Pages about one customer are not shown without lists.
    """
    shown = [page for page in PAGES if page not in OF_ONE]
    apps = [opened(page, address, browser) for page in shown]
    apps.append(opened("forecast", address, browser, details="1"))
    apps.append(opened("risk", address, browser, who="valuable_leaving"))
    apps += [
        opened("glossary", address, browser, subject=each)
        for each in ("risk", "forecast", "churn")
    ]
    return apps


def test_no_message_of_any_page_names_a_customer(kept, sent):
    apps = everything(view(kept))
    for app in apps:
        assert not app.exception
        assert not app.error
        assert app.title
    assert len(sent) > 100
    assert not [each for each in sent if MARK in each.lower()]


def test_with_lists_customers_stand_under_pseudonyms(kept, sent):
    address = view(kept, lists=True)
    app = opened("risk", address)
    assert not app.exception
    ids = app.dataframe[0].value["customer_id"]
    assert ids.str.fullmatch("[0-9A-F]{4}(-[0-9A-F]{4}){2}").all()
    month = opened("cohorts", address, of="2025-03-01")
    assert len(month.dataframe) == 1
    ahead = opened("forecast", address, details="1")
    assert "forecast.customer" in [each.key for each in ahead.selectbox]
    one = opened("customer", address)
    assert one.header[0].value.replace("\\", "") in set(ids)
    for each in (month, ahead, one, opened("glossary", address, subject="forecast")):
        assert not each.exception
    assert not [each for each in sent if MARK in each.lower()]


@pytest.mark.parametrize("page", sorted(OF_ONE))
def test_without_lists_there_is_no_page_of_one_customer(kept, sent, page):
    app = opened(page, view(kept))
    assert not app.exception
    assert not app.title
    assert not app.text_input
    assert not [each for each in sent if MARK in each.lower()]


def test_the_owner_sees_them(kept, sent):
    """The test can fail: the same pages name customers to whom they belong."""
    app = opened("risk", kept[1].id, OWNER)
    assert app.dataframe[0].value["customer_id"].str.contains("zqxj").all()
    assert [each for each in sent if MARK in each.lower()]


def test_a_page_whose_list_is_hidden_keeps_its_figures(kept):
    address = view(kept)
    hidden, owned = opened("risk", address), opened("risk", kept[1].id, OWNER)
    assert not hidden.dataframe
    assert len(hidden.get("plotly_chart")) == len(owned.get("plotly_chart"))
    headings = [each.value for each in owned.header]
    assert [each.value for each in hidden.header] == headings
    cohorts = opened("cohorts", address)
    assert "cohorts.of" not in [each.key for each in cohorts.selectbox]


@pytest.mark.parametrize("question", NAMING)
def test_questions_of_single_customers_are_refused(kept, question):
    found = access.find(view(kept), VIEWER)
    shop = queries.Shop(found.dataset)
    for ask in (queries.ask, queries.begin, queries.rows):
        with pytest.raises(NotSharedError):
            ask(shop, question, limit=1)
        with pytest.raises(NotSharedError):
            ask(shop.everybody(), question)


def test_a_download_is_not_made_for_a_link_that_was_withdrawn(kept):
    address = view(kept, lists=True)
    found = access.find(address, VIEWER)
    shop, made = queries.Shop(found.dataset), []

    def table():
        made.append(queries.rows(shop, "risk", window_days=90, params=None))
        return made[-1]

    file = blocks.File(["kept"], table, found.again)
    assert list(file.rows().columns)
    open_store().revoke(address)
    with pytest.raises(NotHereError):
        file.rows()
    assert len(made) == 1


def test_two_with_the_same_file_never_meet(kept, data_folder):
    """The same name, the same bytes, the same terms: other answers, other folders."""
    dataset = datasets.create([("zqxj.csv", export())])
    datasets.build(dataset, Answers())
    said = {"name": "Shop", "owner": "Ann", "contact": "", "settings": Settings()}
    other, _, _ = open_store().save(dataset.folder, browser=OWNER, **said)
    shops = [
        access.find(view((each, None), lists=True), VIEWER).dataset
        for each in (kept[0], other)
    ]
    asked = {"window_days": 90, "params": [0.5, 60.0, 0.8, 2.4], "limit": 1000}
    keys = {queries._key(queries.Shop(each), "risk", asked) for each in shops}
    ids = [
        set(queries.ask(queries.Shop(each), "risk", **asked)["customer_id"])
        for each in shops
    ]
    assert len(keys) == 2
    assert len(ids[0]) == len(ids[1]) > 0
    assert not ids[0] & ids[1]
    originals = [dataset, datasets.create([("zqxj.csv", export())])]
    datasets.build(originals[1], Answers())
    keys = {queries._key(queries.Shop(each), "facts", {}) for each in originals}
    assert len(keys) == 2
    open_store().delete(other.id)
    for each in originals:
        datasets.delete(each)


def test_nothing_is_kept_of_what_is_deleted_while_it_is_asked(kept, tmp_path):
    found = access.find(view(kept), VIEWER).dataset
    copy = copies.Dataset("gone", tmp_path / "gone", lists=False)
    copy.folder.mkdir()
    for path in found.folder.iterdir():
        if path.suffix == ".parquet" or path.name == "digest":
            (copy.folder / path.name).write_bytes(path.read_bytes())
    assert queries.facts(copy).orders
    key, shop = queries._key(queries.Shop(copy), "mix", {}), queries.Shop(copy)
    (copy.folder / "digest").unlink()
    with pytest.raises(datasets.GoneError):
        queries._answer(key, _Digested(shop), "mix", {"grain": "month"})


class _Digested(queries.Shop):
    """A shop whose digest was read just before it was deleted."""

    def __init__(self, shop: queries.Shop) -> None:
        class Dataset(copies.Dataset):
            digest = "0" * 64

        dataset = Dataset(shop.dataset.id, shop.dataset.folder, lists=False)
        super().__init__(dataset)


def test_workers_that_opened_data_end_when_it_is_forgotten(kept):
    queries.forget()
    found = access.find(kept[1].id, OWNER).dataset
    queries.ask(queries.Shop(found), "fitted")
    pool = queries._workers()
    processes = [*pool._processes.values()]
    assert processes
    queries.forget()
    for each in processes:
        each.join(timeout=30)
        assert not each.is_alive()
    assert queries.ask(queries.Shop(found), "fitted") is not None


def test_lists_say_nothing_of_what_a_copy_does_not_know(kept):
    """No birthdays and no consent: neither as a number nor as if the data had none."""
    app = opened("lists", view(kept))
    assert not app.exception
    shown = app.table[0].value
    assert not [each for each in shown.iloc[:, 0] if "Birthday" in each]
    notes = " ".join(each.value for each in app.markdown)
    assert "not part of what was shared" in notes
    assert "does not say who agreed" not in notes
    owned = opened("lists", kept[1].id, OWNER).table[0].value
    assert [each for each in owned.iloc[:, 0] if "Birthday" in each]
