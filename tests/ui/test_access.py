"""What whoever asks may see: pages by kinds of links, and every way to nothing."""

from __future__ import annotations

import datetime as dt
import re
import shutil
import time
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from retention_core.ingest.model import Answers
from retention_ui import access, datasets, drafts, inputs, marks, queries, state
from retention_ui.keeping.model import (
    OF_ONE,
    PAGES,
    NotHereError,
    NotSharedError,
    Settings,
    Terms,
)
from retention_ui.keeping.store import open_store
from retention_ui.marks import Mark

ROOT = Path(__file__).parents[2]
MAIN = ROOT / "retention_ui" / "main.py"
ANN, BEN = "a" * 32, "b" * 32
FILES = {"data": "load"}
NOTHING = "There is nothing here, or not any more."
NOT_SHARED = "This is not part of what was shared with you."
CSV = "Order,Date,Customer,Product,Amount,Currency,Channel,Country\n" + "".join(
    f"{n},{2024 + n // 60}-{1 + n % 12:02}-{1 + n % 28:02},person-{n % 13},"
    f"{'Tea' if n % 2 else 'Cup'},{5 + n % 7},EUR,"
    f"{'Web' if n % 3 else 'Fair'},{'Germany' if n % 13 % 2 else 'France'}\n"
    for n in range(1, 121)
)
EXPORT = "the-export.csv"


@pytest.fixture(scope="module")
def data_folder(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("kept")
        patch.setenv("KEPT_DATA", str(folder))
        queries.forget()
        yield folder
    queries.forget()


def shop():
    found = datasets.create([(EXPORT, CSV.encode())])
    datasets.build(found, Answers())
    return found


@pytest.fixture(scope="module")
def built(data_folder):
    return shop()


@pytest.fixture
def saved(built):
    """A dashboard of its own that Ann holds the key to: the dashboard and the key."""
    folder = built.folder.with_name("s" * 32)
    shutil.copytree(built.folder, folder, dirs_exist_ok=True)
    dashboard, key, _ = open_store().save(
        folder,
        name="**Tea** shop",
        owner="Ann & Co",
        contact="ann@tea.example ![x](http://evil/x.png)",
        settings=Settings(),
        browser=ANN,
    )
    return dashboard, key


def shared(dashboard, browser: str = BEN, **terms: object):
    """Return a view link that a browser holds."""
    link, token = open_store().link(
        dashboard.id, kind="view", label="Monday", terms=Terms(**terms)
    )
    open_store().arrive(token, browser)
    return link


def tab(name: str, address: str, browser: str = BEN, **query: str) -> AppTest:
    """Open a page in a new tab of a browser."""
    app = AppTest.from_file(str(MAIN), default_timeout=60)
    app.session_state[state.BROWSER] = browser
    return go(app.run(), name, d=address, **query)


def go(app: AppTest, name: str, **query: str) -> AppTest:
    app.switch_page(str(ROOT / "pages" / f"{FILES.get(name, name)}.py"))
    for field, value in query.items():
        app.query_params[field] = value
    app.run()
    assert not app.exception
    return app


def headings(app: AppTest) -> list[str]:
    return [each.value for each in app.header]


def everything(app: AppTest) -> str:
    """Return all that was sent to the browser, as text.

    The tree's own words leave out most of it: the text of Markdown, what is in figures.
    """
    sent = [getattr(each, "proto", "") for each in app._tree]
    return "".join(map(str, [app._tree, app.query_params, *sent])).replace("\\", "")


def told_nothing(app: AppTest, *names: str) -> bool:
    """Whether a page says that nothing is here, and no more."""
    sent = everything(app)
    traces = (EXPORT, "Tea** shop", "Ann & Co", "person", "Germany", "EUR", *names)
    return (
        headings(app) == [NOTHING]
        and not app.get("plotly_chart")
        and not any(trace in sent for trace in traces)
        and "d" not in app.query_params
        and not widgets(app)
    )


def widgets(app: AppTest) -> dict[str, object]:
    """Return what the session remembers beside its own few things."""
    kept = app._session_state.filtered_state
    return {key: each for key, each in kept.items() if not key.startswith("app.")}


@pytest.mark.parametrize("name", PAGES)
def test_a_link_opens_every_page_that_it_shows(saved, name):
    app = tab(name, shared(saved[0], lists=name in OF_ONE).id)
    assert not app.error
    assert headings(app)[0] not in (NOTHING, NOT_SHARED)
    assert EXPORT not in everything(app)


@pytest.mark.parametrize("name", [*PAGES, "data", "share"])
def test_a_link_opens_no_other_page_and_leads_to_its_first(saved, name):
    shown = ("churn", "baskets")
    link = shared(saved[0], pages=shown)
    if name in shown:
        assert NOT_SHARED not in headings(tab(name, link.id))
        return
    app = tab(name, link.id)
    assert headings(app) == [NOT_SHARED]
    assert not app.get("plotly_chart")
    assert not app.error
    (way,) = app.get("page_link")
    assert way.proto.page == "churn"
    assert way.proto.query_string == f"d={link.id}"
    with pytest.raises(NotSharedError):
        access.find(link.id, BEN, name)


def test_an_address_without_a_page_leads_to_the_first_that_is_shown(saved):
    for pages in (("churn", "baskets"), PAGES):
        app = AppTest.from_file(str(MAIN), default_timeout=60)
        app.session_state[state.BROWSER] = BEN
        app.query_params["d"] = shared(saved[0], pages=pages).id
        app.run()
        assert not app.exception
        assert app.session_state[state.PAGE] == pages[0]


def expired(dashboard):
    soon = dt.datetime.now(dt.UTC) + dt.timedelta(milliseconds=150)
    link, token = open_store().link(
        dashboard.id, kind="view", label="", terms=Terms(), expires_at=soon
    )
    open_store().arrive(token, BEN)
    time.sleep(0.2)
    return link.id


def revoked(dashboard):
    link = shared(dashboard)
    open_store().revoke(link.id)
    return link.id


WAYS_TO_NOTHING = {
    "expired": expired,
    "withdrawn": revoked,
    "guessed": lambda _: "x" * 16,
    "of another browser": lambda one: shared(one, ANN).id,
    "the dashboard's own id": lambda one: one.id,
    "a key of another browser": lambda one: open_store().links(one.id)[-1].id,
}


@pytest.mark.parametrize("name", ["overview", "cohorts", "glossary", "data", "share"])
@pytest.mark.parametrize("way", WAYS_TO_NOTHING)
def test_all_that_is_not_theirs_looks_the_same(saved, name, way):
    address = WAYS_TO_NOTHING[way](saved[0])
    with pytest.raises(NotHereError):
        access.find(address, BEN)
    app = tab(name, address, value="Germany")
    assert told_nothing(app)


@pytest.mark.parametrize("end", ["withdrawn", "deleted"])
def test_an_old_tab_shows_nothing_at_the_next_click(saved, end):
    dashboard, _ = saved
    app = tab("cohorts", shared(dashboard).id, customers="country", value="Germany")
    given = app.session_state[state.ADDRESS]
    seen = access.find(given, BEN)
    assert "Germany" in everything(app)
    if end == "deleted":
        open_store().delete(dashboard.id)
    else:
        open_store().revoke(given)
    app.segmented_control(key="cohorts.grain").set_value("quarter").run()
    assert not app.exception
    assert told_nothing(app)
    with pytest.raises(NotHereError):
        seen.again()


def test_a_link_to_one_dashboard_opens_no_other(saved, built):
    link = shared(saved[0])
    other, _, _ = open_store().save(
        built.folder,
        name="Other",
        owner="",
        contact="",
        settings=Settings(),
        browser=ANN,
    )
    assert access.find(link.id, BEN).dashboard.id == saved[0].id
    for one in open_store().links(other.id):
        with pytest.raises(NotHereError):
            access.find(one.id, BEN)


def test_who_may_look_sees_a_copy_and_who_may_edit_all_of_it(saved):
    dashboard, key = saved
    owned = access.find(key.id, ANN, "data")
    assert owned.edits
    assert owned.dataset.names == [EXPORT]
    assert owned.terms.lists
    seen = access.find(shared(dashboard).id, BEN)
    assert not seen.edits
    assert seen.dataset.folder != owned.dataset.folder
    assert not (seen.dataset.folder / "incoming").exists()
    assert not any(
        b"person-" in path.read_bytes() for path in seen.dataset.folder.glob("*")
    )


def test_a_viewers_page_says_whose_it_is_and_how_to_get_help(saved):
    app = tab("churn", shared(saved[0]).id)
    said = " ".join(each.value for each in app.markdown)
    assert "From Ann \\& Co" in said
    assert "ann\\@\u2060tea\\.example" in said
    assert "![x]" not in said
    assert "\\*\\*Tea\\*\\* shop" in said
    assert "Complete to" in said
    assert "load" not in [each.proto.page for each in app.get("page_link")]


def test_what_a_link_fixes_is_said_and_no_address_changes_it(saved):
    link = shared(
        saved[0],
        dates={"dates": "custom", "from": "2024-03-01", "to": "2024-06-30"},
        customers=("country", "Germany"),
        choose=False,
    )
    query = {"dates": "all", "customers": "country", "value": "France"}
    app = tab("cohorts", link.id, **query)
    said = " ".join(each.value for each in app.markdown)
    assert "1 Mar 2024 – 30 Jun 2024" in said
    assert "Customers: Country Germany" in said
    assert not {"shared.dates", "shared.customers"} & {e.key for e in app.selectbox}
    assert not set(query) & set(app.query_params)
    assert "France" not in everything(app)


def test_where_customers_are_fixed_no_groups_are_compared(saved):
    link = shared(saved[0], choose=False)
    for name in ("cohorts", "churn", "newcomers", "glossary"):
        app = tab(name, link.id, split="country", by="country", customers="country")
        assert not app.error
        sent = everything(app)
        assert "Germany" not in sent
        assert "Fair" not in sent


def test_settings_are_where_everybody_begins(saved):
    dashboard, key = saved
    chosen = {"cohorts.grain": "quarter", "shared.window": "45", "cohorts.ages": "<b>"}
    open_store().settle(dashboard.id, lambda s: replace(s, choices=chosen))
    link = shared(dashboard)
    for address, browser in ((key.id, ANN), (link.id, BEN)):
        app = tab("cohorts", address, browser)
        grain = app.segmented_control(key="cohorts.grain")
        assert grain.value == "quarter"
        assert app.segmented_control(key="cohorts.ages").value == "calendar"
        assert "grain" not in app.query_params
        grain.set_value("month").run()
        assert app.query_params["grain"] == "month"
        assert go(app, "churn").slider(key="shared.window").value == 45
        assert "window" not in app.query_params
    app = tab("cohorts", link.id, grain="year")
    assert app.segmented_control(key="cohorts.grain").value == "year"


def test_what_a_session_has_chosen_becomes_where_everybody_begins(saved, monkeypatch):
    dashboard, key = saved
    before = {"cohorts.grain": "quarter", "baskets.min_count": "7"}
    open_store().settle(dashboard.id, lambda s: replace(s, choices=before))
    app = tab("cohorts", key.id, ANN, customers="country", value="Germany")
    app.segmented_control(key="cohorts.grain").set_value("month").run()
    app.segmented_control(key="cohorts.ages").set_value("days").run()
    monkeypatch.setattr("streamlit.session_state", app.session_state)
    assert state.present()["shared.value"] == "Germany"
    assert inputs.present() == {"baskets.min_count": "7", "cohorts.ages": "days"}


def test_marks_are_kept_with_the_dashboard_and_viewers_only_read_them(saved):
    dashboard, key = saved
    one, other = (access.find(key.id, ANN) for _ in range(2))
    first, second = (Mark(dt.date(2024, 3, day), f"day {day}") for day in (3, 4))
    marks.add(one, first)
    marks.add(other, second)
    assert marks.of(access.find(key.id, ANN)) == [first, second]
    link = shared(dashboard)
    seen = access.find(link.id, BEN)
    assert marks.of(seen) == [first, second]
    for change in (marks.add, marks.remove):
        with pytest.raises(NotSharedError):
            change(seen, first)
    app = tab("churn", link.id)
    assert "day 3" in everything(app)
    assert not [each for each in app.button if str(each.key).startswith("marks.")]
    assert not [each for each in app.text_input if each.key == "marks.text"]
    app = tab("churn", key.id, ANN)
    app.button(key="marks.remove0").click().run()
    assert marks.of(access.find(key.id, ANN)) == [second]


def test_who_lost_the_key_marks_nothing_more(saved):
    dashboard, _ = saved
    key, token = open_store().link(
        dashboard.id, kind="edit", label="Ben", terms=Terms()
    )
    open_store().arrive(token, BEN)
    marks.add(access.find(key.id, BEN), Mark(dt.date(2024, 3, 3), "mine"))
    app = tab("churn", key.id)
    open_store().revoke(key.id)
    app.button(key="marks.remove0").click().run()
    assert not app.exception
    assert told_nothing(app, "mine")
    assert open_store().dashboard(dashboard.id).settings.marks


def test_the_old_address_of_what_was_saved_leads_its_holder_on(data_folder):
    dataset = shop()
    app = tab("cohorts", dataset.id, ANN)
    app.segmented_control(key="cohorts.grain").set_value("quarter").run()
    _, key, _ = open_store().save(
        dataset.folder,
        name="Moved",
        owner="",
        contact="",
        settings=Settings(),
        browser=ANN,
    )
    datasets.delete(dataset)
    go(app, "churn")
    assert app.query_params["d"] == key.id
    assert go(app, "cohorts").segmented_control(key="cohorts.grain").value == "quarter"
    assert access.find(dataset.id, ANN).address == key.id
    with pytest.raises(datasets.GoneError):
        access.find(dataset.id, BEN)


def test_a_draft_is_gone_with_the_key_to_its_dashboard(saved):
    dashboard, key = saved
    draft = drafts.answer(access.find(key.id, ANN))
    assert access.find(draft.id, ANN).dataset == draft
    with pytest.raises(datasets.GoneError):
        access.find(draft.id, BEN)
    open_store().delete(dashboard.id)
    with pytest.raises(datasets.GoneError):
        access.find(draft.id, ANN)


def test_nothing_of_one_dataset_stays_in_a_tab_that_opens_another(saved, built):
    app = tab("cohorts", built.id, customers="country", value="Germany")
    assert "Germany" in repr(widgets(app))
    app.query_params = {"d": "x" * 16}
    app.run()
    assert told_nothing(app)


def test_a_version_is_never_changed_nor_deleted_as_a_dataset(saved):
    kept = access.find(saved[1].id, ANN).dataset
    for change in (
        lambda: datasets.delete(kept),
        lambda: datasets.put_back(kept),
        lambda: datasets.build(kept, Answers()),
        lambda: datasets.recognise(kept, Answers()),
        lambda: datasets.add(kept, [("more.csv", b"a")]),
    ):
        with pytest.raises(PermissionError):
            change()
    assert kept.built


def test_nobody_else_opens_a_dataset():
    door = re.compile(r"datasets\.find\(")
    found = {
        path.name
        for path in (ROOT / "retention_ui").rglob("*.py")
        if door.search(path.read_text(encoding="utf-8"))
    }
    assert found == {"access.py"}
