"""Files as they came: beside those of before, under names of their own."""

from __future__ import annotations

import os

import pytest

from retention_ui import incoming


@pytest.fixture
def folder(tmp_path):
    found = tmp_path / "dataset"
    incoming.receive(found, [("orders.csv", b"one"), ("../etc/passwd", b"two")])
    return found


def test_names_stay_outside_the_file_system(folder):
    assert incoming.names(folder) == {"000.csv": "orders.csv", "001": "../etc/passwd"}
    assert (folder / "incoming" / "001").read_bytes() == b"two"


def test_a_second_file_of_one_name_is_numbered(folder):
    more = [("orders.csv", b"three"), ("orders.csv", b"four"), ("new", b"five")]
    added = incoming.add(folder, more)
    assert added == ["orders (2).csv", "orders (3).csv", "new"]
    assert [*incoming.names(folder)][2:] == ["002.csv", "003.csv", "004"]


def test_what_is_there_already_is_left_out_under_any_name(folder, tmp_path):
    elsewhere = tmp_path / "elsewhere.csv"
    elsewhere.write_bytes(b"one")
    again = [("other.csv", b"one"), ("path.csv", elsewhere), ("x", b"six")]
    assert incoming.add(folder, [*again, ("y", memoryview(b"six"))]) == ["x"]
    assert incoming.add(folder, again) == []


def test_a_folder_that_shares_its_files_is_not_changed(folder, tmp_path):
    shared = tmp_path / "version"
    shared.mkdir()
    for path in (folder / "incoming").iterdir():
        os.link(path, shared / path.name)
    before = {path.name: path.read_bytes() for path in shared.iterdir()}
    incoming.add(folder, [("orders.csv", b"three")])
    assert {path.name: path.read_bytes() for path in shared.iterdir()} == before
