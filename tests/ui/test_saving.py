"""Page Share: saving, the key that is shown once, and all that is done later."""

from __future__ import annotations

import datetime as dt
import shutil

import pytest

from retention_ui import datasets, queries
from retention_ui.keeping.model import NotHereError
from retention_ui.keeping.store import open_store
from retention_ui.share import opening
from tests.ui.saved import (
    ANN,
    DATA,
    SHARE,
    address,
    dashboards,
    headers,
    press,
    rows,
    saved,
    tab,
    unsaved,
    upload,
    words,
)

BEN = "b" * 32


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("KEPT_DATA", str(tmp_path))
    queries.forget()
    return tmp_path


def test_a_dataset_becomes_a_dashboard_and_its_key_is_shown_once():
    app = upload(rows(0, 40)).switch_page(SHARE).run()
    before = address(app)
    press(app, "keep.save.button")
    assert "no name yet" in words(app)
    assert not dashboards()
    app.text_input(key="keep.save.name").set_value("  Tea   shop ")
    press(app, "keep.save.button")
    key = app.code[0].value
    link = address(app)
    assert len(link) == 16
    assert opening.token(key)
    # Nothing else is drawn until it is kept.
    assert headers(app) == ["This is the key to Tea shop"]
    app.switch_page(DATA).run().switch_page(SHARE).run()
    assert headers(app) == ["This is the key to Tea shop"]
    assert "keep.key.file" in [each.key for each in app.get("download_button")]
    with pytest.raises(datasets.GoneError):
        datasets.find(before)
    press(app, "keep.key.confirm")
    assert app.title[0].value == "Overview"
    assert key not in words(app.switch_page(SHARE).run())
    assert key not in words(tab(d=link))
    assert dashboards() == ["Tea shop"]


def test_the_sample_stays_when_a_copy_of_it_is_saved(sample, folder):
    shutil.copytree(sample.folder, folder / sample.folder.name)
    app = tab(d="sample")
    app.text_input(key="keep.save.name").set_value("Trial")
    press(app, "keep.save.button")
    assert dashboards() == ["Trial"]
    assert datasets.find("sample").built


def test_it_is_deleted_when_it_was_said_to_be():
    app = unsaved()
    app.text_input(key="keep.save.name").set_value("Tea shop")
    app.selectbox(key="keep.save.until").set_value("30")
    press(app, "keep.save.button")
    one, _ = open_store().held_by(ANN)[0]
    left = one.expires_at - dt.datetime.now(dt.UTC)
    assert dt.timedelta(days=30) <= left <= dt.timedelta(days=31)
    app = press(app, "keep.key.confirm").switch_page(SHARE).run()
    assert "It is deleted on" in words(app)
    press(app, "keep.end.button")
    assert "until you delete it" in words(app)
    assert open_store().dashboard(one.id).expires_at is None


def test_a_tab_from_before_is_led_to_the_dashboard():
    app = unsaved()
    old = tab(DATA, d=address(app))
    app.text_input(key="keep.save.name").set_value("Tea shop")
    press(app, "keep.save.button")
    old.run()
    assert address(old) == address(app)
    assert "Add a new export" in headers(old)


def test_another_browser_gets_in_by_the_key_alone():
    app, key = saved()
    link = address(app)
    stranger = tab(browser=BEN, d=link)
    assert "Tea shop" not in words(stranger)
    stranger = tab(browser=BEN)
    assert "Open a dashboard" not in headers(stranger)
    stranger.text_input(key="keep.open.key").set_value("x" * 40)
    press(stranger, "keep.open.button")
    assert "This is no key" in words(stranger)
    stranger.text_input(key="keep.open.key").set_value(key[:-1] + "~")
    press(stranger, "keep.open.button")
    assert not dashboards(BEN)
    wrong = key[:-4] + ("abcd" if key[-4:] != "abcd" else "dcba")
    stranger.text_input(key="keep.open.key").set_value(wrong)
    press(stranger, "keep.open.button")
    assert not dashboards(BEN)
    stranger.text_input(key="keep.open.key").set_value(f" {key} ")
    press(stranger, "keep.open.button")
    assert address(stranger) == link
    assert "2 versions" not in headers(stranger)
    assert "1 version" in headers(stranger)


def test_what_this_browser_holds_is_one_click_away():
    app, _ = saved("Tea *shop*")
    link = address(app)
    app = tab()
    assert "Open a dashboard" in headers(app)
    found = app.get("page_link")[0].proto
    assert "Tea \\*shop\\*" in found.label
    assert link in found.query_string
    assert "Try the sample shop" not in [each.label for each in app.button]


def test_name_owner_and_contact_can_be_changed():
    app, _ = saved()
    app.text_input(key="keep.about.name").set_value("Coffee")
    app.text_input(key="keep.about.owner").set_value("")
    press(app, "keep.about.button")
    one, _ = open_store().held_by(ANN)[0]
    assert (one.name, one.owner) == ("Coffee", "")
    app.text_input(key="keep.about.name").set_value(" ")
    press(app, "keep.about.button")
    assert "no name yet" in words(app)
    assert open_store().dashboard(one.id).name == "Coffee"


def test_deleting_asks_once_and_leaves_nothing(folder):
    app, key = saved()
    link = address(app)
    version = open_store().held_by(ANN)[0][0].version.folder
    app.switch_page(DATA).run()
    press(app, "data.change")
    draft = address(app)
    app = tab(d=link)
    assert "1 file, 1 version, 1 link" in words(app)
    press(app, "keep.delete")
    assert version.is_dir()
    press(app, "keep.delete.yes")
    assert "is deleted" in words(app)
    assert not version.exists()
    assert not dashboards()
    with pytest.raises(datasets.GoneError):
        datasets.find(draft)
    with pytest.raises(NotHereError):
        open_store().arrive(opening.token(key), BEN)
    left = [p for p in folder.rglob("*.parquet") if "sample" not in str(p)]
    assert not left


def test_a_tab_that_lost_its_right_deletes_nothing():
    app, _ = saved()
    one, link = open_store().held_by(ANN)[0]
    press(app, "keep.delete")
    other, _ = open_store().link(one.id, kind="edit", label="Cleo", terms=link.terms)
    open_store().revoke(link.id)
    app.button(key="keep.delete.yes").click().run()
    assert open_store().dashboard(one.id).name == "Tea shop"
    assert other.id in [each.id for each in open_store().links(one.id)]


def test_settings_of_this_tab_are_kept_and_can_be_given_to_everybody():
    app = unsaved("../pages/churn.py")
    app.slider(key="shared.window").set_value(77).run()
    app.switch_page(SHARE).run()
    app.text_input(key="keep.save.name").set_value("Tea shop")
    press(app, "keep.save.button")
    one, _ = open_store().held_by(ANN)[0]
    assert one.settings.choices == {"shared.window": "77"}
    link = address(app)
    app = tab("../pages/churn.py", d=link)
    assert app.slider(key="shared.window").value == 77
    app.slider(key="shared.window").set_value(55).run()
    app.switch_page(SHARE).run()
    press(app, "keep.start.keep")
    assert open_store().dashboard(one.id).settings.choices == {"shared.window": "55"}
    # A tab that has looked at nothing changes nothing.
    app = tab(d=link)
    assert app.button(key="keep.start.keep").disabled
    press(app, "keep.start.drop")
    assert not open_store().dashboard(one.id).settings.choices


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("https://x.example/s/" + "k" * 43, "k" * 43),
        ("https://x.example/a/s/" + "k" * 43 + "?embed=true", "k" * 43),
        ("  " + "k" * 43 + "\n", "k" * 43),
        ("k" * 42, None),
        ("https://x.example/?d=" + "k" * 16, None),
        ("", None),
    ],
)
def test_a_key_is_found_in_what_is_pasted(text, found):
    assert opening.token(text) == found
