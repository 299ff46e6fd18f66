"""Noting whom the shop wrote to: kept with the data, and in no copy of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pandas as pd
import pytest

from retention_core import contacts as core
from retention_core.ingest.model import Answers
from retention_ui import access, contacts, datasets, drafts
from retention_ui.access import Access
from retention_ui.datasets import SAMPLE, Dataset
from retention_ui.keeping.model import NotSharedError, Settings, Terms
from retention_ui.keeping.store import open_store
from tests.ui.saved import ANN, rows

BEN = "b" * 32
MARCH = dt.date(2025, 3, 1)


def frame(*customers: str, campaign: str = "spring", day=MARCH, **more) -> pd.DataFrame:
    said = {"campaign": campaign, "contacted_on": day, "control": False, **more}
    return pd.DataFrame({"customer_id": list(customers)}).assign(**said)


@pytest.fixture
def unsaved(tmp_path, monkeypatch) -> Access:
    monkeypatch.setenv("KEPT_DATA", str(tmp_path))
    built = datasets.create([("orders.csv", rows(0, 40))])
    datasets.build(built, Answers())
    return access.find(built.id, ANN)


@pytest.fixture
def saved(unsaved) -> Access:
    said = {"name": "Tea", "owner": "Ann", "contact": "", "settings": Settings()}
    _, link, _ = open_store().save(unsaved.dataset.folder, browser=ANN, **said)
    return access.find(link.id, ANN)


def now(here: Access) -> Access:
    return access.find(here.address, here.holder)


def noted(here: Access) -> list[tuple[str, str]]:
    """What every page would see, by campaign and customer."""
    orders = now(here).dataset.open_orders()
    try:
        if orders.contacts is None:
            return []
        found = orders.run(orders.contacts)
    finally:
        orders.backend.disconnect()
    return sorted(zip(found["campaign"], found["customer_id"], strict=True))


BOTH = ["unsaved", "saved"]


@pytest.mark.parametrize("kind", BOTH)
def test_what_is_noted_is_kept_once_and_taken_back(kind, request):
    here = request.getfixturevalue(kind)
    assert contacts.of(here).empty
    contacts.note(here, frame("c1", "c2"))
    contacts.note(here, frame("c2", "c3", list="win_back", offer="tea"))
    contacts.note(here, frame("c1", campaign="fall"))
    found = contacts.of(now(here))
    assert [*found.columns] == [*core.COLUMNS]
    assert len(found) == 5
    every = [("fall", "c1"), ("spring", "c1"), ("spring", "c2"), ("spring", "c3")]
    assert noted(here) == every
    contacts.note(here, frame("c1", campaign="fall"))
    assert len(contacts.of(now(here))) == 5
    contacts.take_back(here, "spring")
    assert noted(here) == [("fall", "c1")]
    contacts.take_back(here, "fall")
    assert noted(here) == []
    assert contacts.of(now(here)).empty


@pytest.mark.parametrize("kind", BOTH)
def test_every_answer_is_told_that_there_are_others_now(kind, request):
    here = request.getfixturevalue(kind)
    seen = {_key(here)}
    for campaign in ("spring", "fall"):
        contacts.note(here, frame("c1", campaign=campaign))
        seen.add(_key(here))
    contacts.take_back(here, "fall")
    seen.add(_key(here))
    assert len(seen) == 4


def _key(here: Access) -> tuple[str, str]:
    dataset = now(here).dataset
    return dataset.id, dataset.digest


def test_a_dashboard_gets_a_version_which_can_be_undone(saved):
    contacts.note(saved, frame("c1"))
    contacts.note(saved, frame("c2"))
    store, wanted = open_store(), saved.dashboard.id
    versions = store.versions(wanted)
    assert [each.number for each in versions] == [3, 2, 1]
    assert {each.change for each in versions[:2]} == {"contacted"}
    assert {each.by for each in versions} == {"Ann"}
    assert versions[0].totals == versions[2].totals
    store.restore(wanted, 2, by="Ann")
    assert noted(saved) == [("spring", "c1")]
    store.restore(wanted, 1, by="Ann")
    assert noted(saved) == []


def test_two_tabs_of_a_dashboard_lose_nothing(saved):
    # Both have the first version before them.
    contacts.note(saved, frame("c1"))
    contacts.note(saved, frame("c2"))
    assert noted(saved) == [("spring", "c1"), ("spring", "c2")]


def test_what_is_noted_in_a_tab_older_than_saving_goes_to_the_dashboard(unsaved):
    said = {"name": "Tea", "owner": "Ann", "contact": "", "settings": Settings()}
    contacts.note(unsaved, frame("c1"))
    _, link, _ = open_store().save(unsaved.dataset.folder, browser=ANN, **said)
    datasets.delete(unsaved.dataset)
    contacts.note(unsaved, frame("c2"))
    here = access.find(link.id, ANN)
    assert noted(here) == [("spring", "c1"), ("spring", "c2")]


def test_a_build_leaves_what_was_noted(unsaved):
    contacts.note(unsaved, frame("c1", "c-gone"))
    dataset = unsaved.dataset
    datasets.add(dataset, [("more.csv", rows(40, 50))])
    datasets.recognise(dataset, Answers())
    datasets.build(dataset, Answers())
    assert noted(unsaved) == [("spring", "c-gone"), ("spring", "c1")]
    orders = dataset.open_orders()
    assert core.unknown(orders) == 1
    orders.backend.disconnect()


def test_a_draft_carries_it_along(saved):
    contacts.note(saved, frame("c1"))
    here = now(saved)
    draft = drafts.answer(here)
    answers = replace(draft.answers(), as_of=dt.date(2025, 3, 31))
    datasets.build(draft, answers)
    assert drafts.commit(draft, here) is not None
    assert now(saved).dashboard.version.number == 3
    assert noted(saved) == [("spring", "c1")]


def test_a_campaign_file_alone_makes_a_draft_worth_keeping(saved):
    sent = b"Customer;Campaign;Sent on\nc1;spring;2025-01-10\nc2;spring;2025-01-10\n"
    draft = drafts.add(
        saved, lambda into: datasets.add(into, [("sent.csv", sent)]), _quiet
    )
    datasets.build(draft, draft.answers())
    assert drafts.commit(draft, saved) is not None
    assert noted(saved) == [("spring", "c1"), ("spring", "c2")]
    # The app tells one of them as well: it is the same contact.
    contacts.note(saved, frame("c1", day=dt.date(2025, 1, 10)))
    assert noted(saved) == [("spring", "c1"), ("spring", "c2")]
    contacts.take_back(saved, "spring")
    assert noted(saved) == [("spring", "c1"), ("spring", "c2")]


def _quiet(report) -> None:
    assert report.step


def test_nobody_changes_the_sample_shop_or_what_was_only_shared(saved):
    shop = Access(SAMPLE, Dataset(SAMPLE, saved.dataset.folder), ANN)
    assert not contacts.may(shop)
    with pytest.raises(NotSharedError):
        contacts.note(shop, frame("c1"))
    with pytest.raises(NotSharedError):
        contacts.take_back(shop, "spring")
    contacts.note(saved, frame("c1"))
    terms = Terms(names=True, lists=True)
    store = open_store()
    view, token = store.link(saved.dashboard.id, kind="view", label="", terms=terms)
    store.arrive(token, BEN)
    viewer = access.find(view.id, BEN)
    for ask in (
        lambda: contacts.of(viewer),
        lambda: contacts.note(viewer, frame("c1")),
        lambda: contacts.take_back(viewer, "spring"),
    ):
        with pytest.raises(NotSharedError):
            ask()
    assert noted(saved) == [("spring", "c1")]


@pytest.mark.parametrize(
    "terms",
    [Terms(), Terms(names=True, lists=True), Terms(customers=("product", "Tea"))],
)
def test_no_copy_for_a_view_link_has_either_table(saved, terms):
    sent = b"Customer;Campaign;Sent on\nc1;file;2025-01-10\n"
    draft = drafts.add(
        saved, lambda into: datasets.add(into, [("sent.csv", sent)]), _quiet
    )
    datasets.build(draft, draft.answers())
    drafts.commit(draft, saved)
    contacts.note(saved, frame("c1"))
    here = now(saved)
    kept = {path.name for path in here.dataset.folder.glob("*.parquet")}
    assert {"contacts.parquet", "noted.parquet"} <= kept
    store = open_store()
    view, token = store.link(here.dashboard.id, kind="view", label="", terms=terms)
    store.arrive(token, BEN)
    copy = access.find(view.id, BEN).dataset
    names = {path.name for path in copy.folder.rglob("*")}
    assert not names & {"contacts.parquet", "noted.parquet"}
    assert all(b"spring" not in each.read_bytes() for each in copy.folder.glob("*"))
    orders = copy.open_orders()
    assert orders.contacts is None
    orders.backend.disconnect()


@pytest.mark.parametrize("kind", BOTH)
def test_what_cannot_be_noted_changes_nothing(kind, request):
    here = request.getfixturevalue(kind)
    contacts.note(here, frame("c1"))
    before = _key(here)
    with pytest.raises(ValueError, match="contacts need"):
        contacts.note(here, frame("c2").drop(columns="campaign"))
    assert noted(here) == [("spring", "c1")]
    assert _key(here) == before
    assert not [*datasets.root().rglob("*.draft")]
