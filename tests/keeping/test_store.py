"""What any store does, whatever it keeps dashboards in."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retention_ui.keeping import rows
from retention_ui.keeping.model import (
    PAGES,
    ConflictError,
    LastKeyError,
    NotHereError,
    NotSavedError,
    PasswordError,
    Settings,
    Terms,
)
from tests.keeping.conftest import ME, YOU, digest_is_right, names, seen

WORDS = "caf\u00e9 au lait"
AGO = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=1)
LATER = dt.datetime.now(dt.UTC) + dt.timedelta(days=1)


def view(house, dashboard, **said):
    given = {"kind": "view", "label": "for Cy", "terms": Terms()}
    return house.store.link(dashboard.id, **{**given, **said})


def test_a_saved_dashboard_says_what_it_holds(house):
    made, link, token = house.save()
    found = house.store.dashboard(made.id)
    assert found == made
    assert (found.name, found.owner, found.contact) == (
        "Beans & More",
        "Ida",
        "ida@example.com",
    )
    version = found.version
    assert (version.number, version.by, version.change) == (1, "Ida", "saved")
    totals = version.totals
    assert (totals.rows, totals.orders, totals.amount) == (2, 2, 30.5)
    assert totals.currency == "EUR"
    assert totals.files == ("january-orders.csv",)
    assert totals.as_of == dt.date(2024, 1, 31)
    assert (link.kind, link.label, link.dashboard) == ("edit", "Ida", made.id)
    assert len(token) == 43
    assert house.store.links(made.id) == [link]


def test_it_stands_alone(house, tmp_path):
    outside = tmp_path / "of the host.csv"
    folder = house.dataset()
    source = folder / "incoming" / "000.csv"
    content = source.read_bytes()
    outside.write_bytes(content)
    source.unlink()
    source.symlink_to(outside)
    kept = house.save(folder)[0].version.folder
    outside.write_bytes(b"something else")
    (folder / "answers.json").write_text("{}", encoding="utf-8")
    assert (kept / "incoming" / "000.csv").read_bytes() == content
    assert not (kept / "incoming" / "000.csv").is_symlink()
    assert json.loads((kept / "answers.json").read_text())["currency"] == "EUR"
    assert digest_is_right(kept)


def test_only_what_belongs_comes_along(house):
    folder = house.dataset()
    before = seen(folder)
    for name in ("used", "digest.draft", "draft.json", "marks.json", "step-a/b", "x"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("left over", encoding="utf-8")
    (folder / "incoming" / "nobody.csv").write_text("left over", encoding="utf-8")
    kept = seen(house.save(folder)[0].version.folder)
    assert {*kept} == {*before} - {"used"}
    assert all(before[name] == content for name, content in kept.items())


def test_what_is_not_built_is_not_saved(house):
    folder = house.dataset()
    (folder / "digest").unlink()
    with pytest.raises(NotSavedError):
        house.save(folder)
    assert house.store.dashboards() == []
    assert not [each for each in house.files() if "versions/" in each]


def test_a_folder_of_two_builds_is_not_saved(house):
    folder = house.dataset()
    (folder / "order_lines.parquet").unlink()
    (folder / "order_lines.parquet").write_bytes(
        (house.two / "order_lines.parquet").read_bytes()
    )
    with pytest.raises(NotSavedError):
        house.save(folder)
    assert house.store.dashboards() == []


def test_only_the_browser_that_saved_holds_it(house):
    made, link, _ = house.save()
    found, held = house.store.held(link.id, ME)
    assert (found, held.id) == (made, link.id)
    assert [pair[0] for pair in house.store.held_by(ME)] == [made]
    for other in (YOU, "", ME.upper()):
        assert house.store.held_by(other) == []
        with pytest.raises(NotHereError):
            house.store.held(link.id, other)
    for guess in (made.id, "", link.id[:-1], "%", "x" * 16):
        with pytest.raises(NotHereError):
            house.store.held(guess, ME)


def test_saved_for_no_browser_nobody_holds_it(house):
    _, link, _ = house.save(browser="")
    with pytest.raises(NotHereError):
        house.store.held(link.id, "")
    assert house.store.held_by("") == []


def test_a_browser_sees_each_of_its_dashboards_once(house):
    first, second = house.save()[0], house.save(name="Tea")[0]
    _, token = house.store.link(first.id, kind="edit", label="two", terms=Terms())
    house.store.arrive(token, ME)
    _, token = view(house, second)
    house.store.arrive(token, ME)
    assert [found.id for found, _ in house.store.held_by(ME)] == [second.id, first.id]


def test_a_token_opens_its_own_link_and_no_other(house):
    one, two = house.save()[0], house.save()[0]
    (to_one, token), (to_two, _) = view(house, one), view(house, two)
    assert house.store.arrive(token, YOU).id == to_one.id
    assert house.store.held(to_one.id, YOU)[0].id == one.id
    with pytest.raises(NotHereError):
        house.store.held(to_two.id, YOU)
    for guess in ("", token[:-1], token + "A", token.swapcase(), "x" * 43, "\udcff"):
        with pytest.raises(NotHereError):
            house.store.arrive(guess, YOU)


def test_asking_gives_nothing(house):
    link, token = view(house, house.save()[0])
    assert house.store.arrive(token, "").id == link.id
    with pytest.raises(NotHereError):
        house.store.held(link.id, "")


def test_a_password_is_asked_for(house):
    made = house.save()[0]
    link, token = view(house, made, password=WORDS)
    assert link.password
    for wrong in (None, "", "cafe au lait", "café au lait "):
        with pytest.raises(PasswordError):
            house.store.arrive(token, YOU, wrong)
        with pytest.raises(NotHereError):
            house.store.held(link.id, YOU)
    decomposed = "cafe\u0301 au lait"
    assert house.store.arrive(token, YOU, decomposed).id == link.id
    assert house.store.held(link.id, YOU)[1].password


@pytest.mark.parametrize("end", ["expired", "revoked", "dashboard expired", "deleted"])
def test_nothing_is_left_of_a_link_that_has_ended(house, end):
    made = house.save()[0]
    expires = AGO if end == "expired" else None
    link, token = view(house, made, expires_at=expires, password=WORDS)
    if end != "expired":
        house.store.arrive(token, YOU, WORDS)
    if end == "revoked":
        house.store.revoke(link.id)
    elif end == "dashboard expired":
        house.store.expire(made.id, AGO)
    elif end == "deleted":
        house.store.delete(made.id)
    for password in (None, "wrong", WORDS):
        with pytest.raises(NotHereError):
            house.store.arrive(token, YOU, password)
    with pytest.raises(NotHereError):
        house.store.held(link.id, YOU)


def test_links_are_listed_the_newest_first_withdrawn_ones_too(house):
    made, key, _ = house.save()
    terms = Terms(
        pages=("overview",),
        dates={"dates": "custom", "from": "2024-01-01"},
        customers=("country", "DE"),
        choose=False,
        names=True,
        lists=True,
    )
    link, _ = view(
        house, made, terms=terms, expires_at=LATER, start="cohorts?grain=week"
    )
    house.store.revoke(link.id)
    newest, oldest = house.store.links(made.id)
    assert oldest == key
    assert newest.revoked_at is not None
    assert replace(newest, revoked_at=None) == link
    assert link.terms == terms
    assert (link.expires_at, link.start) == (LATER, "cohorts?grain=week")


def test_the_last_key_stays(house):
    made, key, _ = house.save()
    view(house, made)
    passing, _ = house.store.link(
        made.id, kind="edit", label="", terms=Terms(), expires_at=LATER
    )
    with pytest.raises(LastKeyError):
        house.store.revoke(key.id)
    house.store.revoke(passing.id)
    second, _ = house.store.link(made.id, kind="edit", label="", terms=Terms())
    house.store.revoke(key.id)
    house.store.revoke(key.id)
    with pytest.raises(LastKeyError):
        house.store.revoke(second.id)
    assert house.store.held_by(ME) == []


def test_a_withdrawn_link_stays_withdrawn(house):
    link, token = view(house, house.save()[0])
    house.store.revoke(link.id)
    with pytest.raises(NotHereError):
        house.store.arrive(token, YOU)
    with pytest.raises(NotHereError):
        house.store.revoke("x" * 16)


def test_use_is_noted(house):
    made, key, _ = house.save()
    assert house.store.links(made.id)[0].last_used_at is None
    house.store.held(key.id, ME)
    noted = house.store.links(made.id)[0].last_used_at
    assert dt.datetime.now(dt.UTC) - noted < dt.timedelta(minutes=1)
    house.store.held(key.id, ME)
    assert house.store.links(made.id)[0].last_used_at == noted


def test_a_new_export_makes_the_next_version(house):
    made = house.save()[0]
    before = seen(made.version.folder)
    found = house.store.commit(
        made.id, house.dataset(house.two), based_on=1, by="Cy", change="added"
    )
    assert (found.number, found.by, found.change) == (2, "Cy", "added")
    assert (found.totals.rows, found.totals.orders, found.totals.amount) == (4, 4, 75.5)
    assert found.totals.files == ("january-orders.csv", "february-orders.csv")
    assert house.store.versions(made.id) == [found, made.version]
    assert house.store.dashboard(made.id).version == found
    assert seen(made.version.folder) == before


def test_of_two_who_save_at_once_one_is_told(house):
    made = house.save()[0]
    commit = house.store.commit
    commit(made.id, house.dataset(house.two), based_on=1, by="Cy", change="added")
    files = house.files()
    with pytest.raises(ConflictError) as caught:
        commit(made.id, house.dataset(), based_on=1, by="Di", change="added")
    assert caught.value.fields == {"by": "Cy", "number": 2}
    assert len(house.store.versions(made.id)) == 2
    assert house.files() == files


def test_an_earlier_version_is_put_back_as_one_of_its_own(house):
    made = house.save()[0]
    house.store.commit(
        made.id, house.dataset(house.two), based_on=1, by="Cy", change="added"
    )
    back = house.store.restore(made.id, 1, by="Di", based_on=2)
    assert (back.number, back.by, back.change, back.restored) == (
        3,
        "Di",
        "restored",
        1,
    )
    assert (back.totals, back.folder) == (made.version.totals, made.version.folder)
    assert house.store.restore(made.id, 1, by="Di") == back
    again = house.store.restore(made.id, 2, by="Cy")
    assert (again.number, again.totals.rows) == (4, 4)
    assert [each.number for each in house.store.versions(made.id)] == [4, 3, 2, 1]
    with pytest.raises(ConflictError):
        house.store.restore(made.id, 1, by="Di", based_on=3)
    with pytest.raises(NotHereError):
        house.store.restore(made.id, 9, by="Di")


def test_a_draft_can_be_changed_and_the_version_cannot(house):
    made, key, _ = house.save()
    before = seen(made.version.folder)
    into = house.root / "datasets" / ("d" * 32)
    based = house.store.draft(made.id, into, link=key.id, change="answered")
    assert based == made.version
    assert json.loads((into / "draft.json").read_text()) == {
        "dashboard": made.id,
        "link": key.id,
        "based_on": 1,
        "change": "answered",
    }
    assert not [*into.glob("*.parquet"), *into.glob("digest")]
    assert names(into) == ["january-orders.csv"]
    for name in ("answers.json", "detection.json", "incoming/names.json"):
        assert (into / name).read_bytes() == before[name]
        (into / name).write_text("changed", encoding="utf-8")
    assert seen(made.version.folder) == before


def test_settings_change_from_what_they_are(house):
    made = house.save(
        settings=Settings({"churn.window": "90"}, (("2024-01-05", "a"),))
    )[0]
    add = lambda old: replace(old, marks=(*old.marks, ("2024-02-01", "b")))  # noqa: E731
    found = house.store.settle(made.id, add)
    assert found == house.store.dashboard(made.id).settings
    assert found.choices == {"churn.window": "90"}
    assert found.marks == (("2024-01-05", "a"), ("2024-02-01", "b"))

    def fail(old):
        raise KeyError(old)

    with pytest.raises(KeyError):
        house.store.settle(made.id, fail)
    assert house.store.dashboard(made.id).settings == found


def test_a_dashboard_is_renamed(house):
    made = house.save()[0]
    house.store.rename(made.id, name="Tea", owner="Cy", contact="")
    found = house.store.dashboard(made.id)
    assert (found.name, found.owner, found.contact) == ("Tea", "Cy", "")


def test_an_old_tab_is_led_to_what_became_of_its_dataset(house):
    folder = house.dataset()
    made, key, token = house.save(folder)
    assert house.store.moved(folder.name, ME) == key.id
    assert house.store.moved(folder.name, YOU) is None
    assert house.store.moved(folder.name, "") is None
    assert house.store.moved("x" * 32, ME) is None
    house.store.arrive(token, YOU)
    assert house.store.moved(folder.name, YOU) == key.id
    house.store.expire(made.id, AGO)
    assert house.store.moved(folder.name, ME) is None


def test_pseudonyms_have_a_key_for_each_dashboard(house):
    one, two = house.save()[0], house.save()[0]
    key = house.store.pseudonym_key(one.id)
    assert len(key) == 32
    assert key == house.store.pseudonym_key(one.id) != house.store.pseudonym_key(two.id)


def test_it_expires_at_once_and_is_swept_later(house):
    made, _, _ = house.save(expires_at=LATER)
    assert house.store.dashboard(made.id).expires_at == LATER
    house.store.expire(made.id, None)
    assert house.store.dashboard(made.id).expires_at is None
    house.store.expire(made.id, AGO)
    for ask in (house.store.dashboard, house.store.versions, house.store.links):
        with pytest.raises(NotHereError):
            ask(made.id)
    assert house.store.held_by(ME) == house.store.dashboards() == []
    assert house.store.sweep() == [made.id]
    assert not made.version.folder.exists()
    assert house.store.sweep() == []


def test_a_sweep_leaves_what_it_does_not_know(house):
    made = house.save()[0]
    unknown = house.root / "dashboards" / "from an older copy" / "versions" / "a"
    unknown.mkdir(parents=True)
    beside = made.version.folder.with_name("unknown")
    beside.mkdir()
    house.store.sweep(dt.datetime.now(dt.UTC) + dt.timedelta(days=900))
    assert unknown.is_dir()
    assert beside.is_dir()
    assert digest_is_right(house.store.dashboard(made.id).version.folder)


@pytest.mark.parametrize("wanted", ["", "nothing", "../datasets", "%"])
def test_what_was_never_there_is_not_here(house, wanted):
    store, folder = house.store, house.dataset()
    for ask in (
        lambda: store.dashboard(wanted),
        lambda: store.versions(wanted),
        lambda: store.links(wanted),
        lambda: store.pseudonym_key(wanted),
        lambda: store.delete(wanted),
        lambda: store.expire(wanted, None),
        lambda: store.rename(wanted, name="", owner="", contact=""),
        lambda: store.settle(wanted, lambda old: old),
        lambda: store.restore(wanted, 1, by=""),
        lambda: store.draft(wanted, house.root / "datasets" / "d"),
        lambda: store.commit(wanted, folder, based_on=1, by="", change="added"),
        lambda: store.link(wanted, kind="view", label="", terms=Terms()),
    ):
        with pytest.raises(NotHereError):
            ask()


def test_a_dashboard_from_elsewhere_keeps_its_history(house):
    made = house.save(settings=Settings(marks=(("2024-01-05", "a"),)))[0]
    house.store.commit(
        made.id, house.dataset(house.two), based_on=1, by="Cy", change="added"
    )
    house.store.restore(made.id, 1, by="Ida")
    history = house.store.versions(made.id)
    came, link, token = house.store.adopt(
        history[::-1],
        name="Beans",
        owner="Ida",
        contact="",
        settings=made.settings,
        browser=YOU,
        expires_at=LATER,
    )
    found = house.store.versions(came.id)
    assert [replace(each, folder=house.root) for each in found] == [
        replace(each, folder=house.root) for each in history
    ]
    assert found[0].folder == found[2].folder != found[1].folder
    assert (came.settings, came.expires_at) == (made.settings, LATER)
    assert house.store.held(link.id, YOU)[0] == came
    assert house.store.arrive(token, ME).dashboard == came.id
    house.store.delete(made.id)
    assert all(digest_is_right(each.folder) for each in found)


TEXTS = st.text(max_size=20)
SETTINGS = st.builds(
    Settings,
    choices=st.dictionaries(TEXTS, TEXTS | st.lists(TEXTS, max_size=3), max_size=3),
    marks=st.lists(st.tuples(TEXTS, TEXTS), max_size=3).map(tuple),
)
TERMS = st.builds(
    Terms,
    pages=st.lists(st.sampled_from(PAGES)).map(tuple),
    dates=st.none() | st.dictionaries(TEXTS, TEXTS, max_size=3),
    customers=st.none() | st.tuples(TEXTS, TEXTS),
    choose=st.booleans(),
    names=st.booleans(),
    lists=st.booleans(),
)


@given(SETTINGS, TERMS)
def test_what_is_written_is_read_as_it_was(settings, terms):
    assert rows.settings(rows.written(settings)) == settings
    assert rows.terms(rows.written(terms)) == terms
