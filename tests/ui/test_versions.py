"""Versions of a dashboard: added to, undone, put back, and saved by two at once."""

from __future__ import annotations

import datetime as dt
import json

import pandas as pd
import pytest

from retention_ui import access, contacts, drafts, queries
from retention_ui.keeping import folders
from retention_ui.keeping.model import NotSavedError
from retention_ui.keeping.store import open_store
from tests.ui.saved import (
    ANN,
    DATA,
    HEAD,
    SHARE,
    add,
    address,
    headers,
    numbers,
    press,
    rows,
    saved,
    tab,
    upload,
    words,
)

BEN = "b" * 32


@pytest.fixture(autouse=True)
def data_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("KEPT_DATA", str(tmp_path))
    queries.forget()
    return tmp_path


def held(browser: str = ANN):
    return open_store().held_by(browser)[0]


def totals() -> tuple[int, int, float]:
    found = held()[0].version.totals
    return found.rows, found.orders, round(found.amount, 2)


def bytes_of_the_newest():
    folder = held()[0].version.folder
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def drafts_left(data_folder) -> list[str]:
    return [path.name for path in (data_folder / "datasets").glob("*")]


def colleague(link_of: str = "Ben") -> str:
    """Give another browser a key to the dashboard of this one; return its address."""
    one, link = held()
    made, token = open_store().link(
        one.id, kind="edit", label=link_of, terms=link.terms
    )
    open_store().arrive(token, BEN)
    return made.id


def test_a_new_export_is_a_draft_until_it_is_built(data_folder):
    app, _ = saved()
    link = address(app)
    before = bytes_of_the_newest()
    # Another file of the same name.
    add(app, rows(30, 60), "orders.csv")
    assert "Draft for Tea shop" in words(app)
    assert len(address(app)) == 32
    assert numbers() == [1]
    assert "data.delete" not in [each.key for each in app.button]
    press(app, "data.build")
    assert address(app) == link
    assert "20 more order lines, 20 more orders, €410 more" in words(app).replace(
        "\\", ""
    )
    assert totals() == (60, 60, 1230.0)
    assert not drafts_left(data_folder)
    assert held()[0].version.by == "Ann"
    assert held()[0].version.totals.files == ("orders.csv", "orders (2).csv")
    assert all(path.read_bytes() == content for path, content in before.items())


def test_undo_is_one_click_and_undoing_that_another():
    app, _ = saved()
    press(add(app, rows(40, 50)), "data.build")
    press(app, "keep.add.undo")
    assert "Version 3 is version 1 again" in words(app)
    assert totals()[0] == 40
    app.switch_page(SHARE).run()
    press(app, "keep.undo")
    assert totals()[0] == 50
    assert numbers() == [4, 3, 2, 1]
    app.selectbox(key="keep.back_to").set_value(1)
    press(app, "keep.back")
    assert totals()[0] == 40
    table = app.dataframe[0].value
    assert table["Version"].tolist() == ["5, in use", "4", "3", "2", "1"]
    assert table["What happened"].tolist()[-2:] == ["Added: more.csv", "Saved"]
    assert table["Against the version before"].tolist()[-2:] == [
        "10 more order lines, 10 more orders, €205 more",
        "",
    ]


def test_what_is_put_back_says_which_notes_of_contacts_it_does_not_hold():
    app, _ = saved()
    noted = pd.DataFrame(
        {
            "campaign": ["June *sale*"],
            "customer_id": ["c1"],
            "contacted_on": [pd.Timestamp(2025, 6, 1)],
            "control": [False],
        }
    )
    link = address(app)
    contacts.note(access.find(link, ANN), noted)
    app = press(tab(d=link), "keep.undo")
    assert r"whom you contacted: June \*sale\*. Version 2 does" in words(app)
    again = press(tab(d=link), "keep.undo")
    assert "Version 4 is version 2 again" in words(again)
    assert "whom you contacted" not in words(again)


def test_the_same_file_again_is_nothing_new(data_folder):
    app, _ = saved()
    add(app, rows(0, 40), "again.csv")
    assert "Nothing new in these files" in words(app)
    assert numbers() == [1]
    assert not drafts_left(data_folder)


def test_a_part_of_what_is_there_is_nothing_new_either(data_folder):
    app, _ = saved()
    press(add(app, rows(10, 20)), "data.build")
    assert "Nothing new in these files" in words(app)
    assert numbers() == [1]
    assert not drafts_left(data_folder)


def test_a_draft_that_is_discarded_leaves_all_as_it_was(data_folder):
    app, _ = saved()
    link, before = address(app), bytes_of_the_newest()
    add(app, rows(40, 50))
    press(app, "keep.draft.discard")
    assert address(app) == link
    assert bytes_of_the_newest() == before
    assert numbers() == [1]
    assert not drafts_left(data_folder)


def test_answers_are_changed_on_a_draft():
    app, _ = saved()
    app.switch_page(DATA).run()
    press(app, "data.change")
    assert "Draft for Tea shop" in words(app)
    app.selectbox(key="data.refunds").set_value("ignore").run()
    press(app, "data.build")
    assert "Nothing changed" in words(app)
    assert numbers() == [1]
    press(app, "data.change")
    app.date_input(key="data.as_of").set_value(dt.date(2025, 1, 20)).run()
    press(app, "data.build")
    assert "20 order lines fewer, 20 orders fewer, €410 less" in words(app).replace(
        "\\", ""
    )
    assert numbers() == [2, 1]


def test_equal_lines_are_merged_by_a_version_of_its_own():
    line = b"900;2025-01-09;c1;Tea;20.50;EUR\n"
    app = upload(rows(0, 40) + line + line).switch_page(SHARE).run()
    app.text_input(key="keep.save.name").set_value("Tea shop")
    press(app, "keep.save.button")
    press(app, "keep.key.confirm").switch_page(DATA).run()
    before = totals()
    press(app, "data.equal")
    assert numbers() == [2, 1]
    assert abs(before[0] - totals()[0]) == 1
    assert "Version 2" in words(app)
    press(app, "keep.add.undo")
    assert totals() == before


def test_what_was_answered_for_the_last_export_is_for_the_next():
    unclear = b"Order;Date;Customer;Product;Amount\n" + b"".join(
        b"%d;0%d/05/2025;c%d;Tea;20.50\n" % (n, n % 9 + 1, n % 3) for n in range(9)
    )
    app = tab(DATA)
    app.file_uploader(key="data.files").upload("a.csv", unclear, "text/csv").run()
    press(app, "data.read")
    app.radio[0].set_value(True).run()
    next(e for e in app.selectbox if e.label == "Currency").set_value("EUR").run()
    press(app, "data.build").switch_page(SHARE).run()
    app.text_input(key="keep.save.name").set_value("Tea shop")
    press(app, "keep.save.button")
    # In another browser, which has corrected nothing yet.
    other = tab(DATA, BEN, d=colleague())
    add(other, unclear.replace(b"/05/", b"/06/").replace(b"\n1;", b"\n71;"), "b.csv")
    assert not other.radio
    assert not other.button(key="data.build").disabled
    press(other, "data.build")
    assert held()[0].version.totals.as_of.month == 6
    assert held()[0].version.by == "Ben"


def test_who_saved_meanwhile_is_said_and_one_click_adds_to_the_newest(data_folder):
    app, _ = saved()
    add(app, rows(40, 50), "mine.csv")
    other = tab(DATA, BEN, d=colleague())
    press(add(other, rows(50, 60), "theirs.csv"), "data.build")
    press(app, "data.build")
    assert "Ben saved version 2 meanwhile" in words(app)
    assert numbers() == [2, 1]
    assert totals()[0] == 50
    press(app, "keep.draft.newest")
    assert numbers() == [3, 2, 1]
    assert totals()[0] == 60
    assert "10 more order lines" in words(app)
    files = held()[0].version.totals.files
    assert files == ("orders.csv", "theirs.csv", "mine.csv")
    assert not drafts_left(data_folder)


def test_both_added_the_same_file():
    app, _ = saved()
    add(app, rows(40, 50))
    press(add(tab(DATA, BEN, d=colleague()), rows(40, 50)), "data.build")
    press(app, "data.build")
    press(app, "keep.draft.newest")
    assert "Nothing new in these files" in words(app)
    assert numbers() == [2, 1]


def test_undo_does_not_undo_what_somebody_else_saved():
    app, _ = saved()
    press(add(app, rows(40, 50)), "data.build")
    press(add(tab(DATA, BEN, d=colleague()), rows(50, 60)), "data.build")
    press(app, "keep.add.undo")
    assert "meanwhile" in words(app)
    assert numbers() == [3, 2, 1]
    assert totals()[0] == 60


def test_a_full_disk_leaves_version_and_draft(monkeypatch):
    app, _ = saved()
    add(app, rows(40, 50))

    def full(*_: object) -> None:
        raise NotSavedError(reason="the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(folders, "copy_built", full)
        press(app, "data.build")
        assert "the disk is full" in words(app).replace("\\", "")
        assert "built, but not saved yet" in words(app)
    assert totals()[0] == 40
    press(app, "keep.draft.save")
    assert totals()[0] == 50


def test_a_draft_goes_when_the_key_to_its_dashboard_goes():
    saved()
    link = colleague()
    other = tab(DATA, BEN, d=link)
    add(other, rows(40, 50))
    draft = address(other)
    stranger = tab(DATA, "c" * 32, d=draft)
    assert "Tea shop" not in words(stranger)
    assert "more.csv" not in words(stranger)
    open_store().revoke(link)
    other.button(key="data.build").click().run()
    assert "Tea shop" not in words(other)
    assert numbers() == [1]


def test_a_draft_cannot_be_saved_as_something_else():
    app, _ = saved()
    add(app, rows(40, 50)).switch_page(SHARE).run()
    assert headers(app) == ["This is a draft of the dashboard Tea shop."]
    assert not app.text_input


def test_an_export_with_questions_is_asked_about_on_the_draft():
    app, _ = saved()
    other = HEAD.replace(b"Date", b"Day").replace(b"Order", b"No") + b"".join(
        b"%d;0%d/07/2025;c%d;Tea;20.50;EUR\n" % (n, n % 9 + 1, n % 3)
        for n in range(100, 109)
    )
    add(app, other, "other.csv")
    assert app.button(key="data.build").disabled
    app.radio[0].set_value(True).run()
    press(app, "data.build")
    assert numbers() == [2, 1]


def test_drafts_of_what_is_gone_are_swept(data_folder):
    app, _ = saved()
    add(app, rows(40, 50))
    drafts.sweep()
    assert drafts_left(data_folder)
    # As one that was begun while its dashboard was being deleted.
    (draft,) = (data_folder / "datasets").glob("*/draft.json")
    noted = json.loads(draft.read_text(encoding="utf-8")) | {"dashboard": "x" * 16}
    draft.write_text(json.dumps(noted), encoding="utf-8")
    drafts.sweep()
    assert not drafts_left(data_folder)
