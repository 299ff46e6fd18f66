"""What the host types, and reads."""

from __future__ import annotations

import io
import re

import pytest

from retention_ui.keeping.__main__ import main
from retention_ui.keeping.model import NotHereError
from tests.keeping.conftest import YOU


@pytest.fixture
def said(house, monkeypatch, capsys):
    """Run a command on the house's data folder; return code, output, errors."""
    monkeypatch.setenv("KEPT_DATA", str(house.root))

    def run(*arguments, typed=""):
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        code = main(arguments)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


def test_dashboards_and_links_are_listed(house, said):
    assert said("list") == (0, "", "")
    made, key, token = house.save()
    code, out, _ = said("list")
    assert code == 0
    assert made.id in out
    assert "Beans & More" in out
    code, out, _ = said("links", made.id)
    assert key.id in out
    assert token not in out


def test_a_lost_key_is_made_anew(house, said):
    made = house.save()[0]
    _, out, _ = said("link", made.id, "--edit", "--label", "found again")
    token = re.match(r"/s/([\w-]{43})\n", out)[1]
    assert house.store.arrive(token, YOU).kind == "edit"
    _, out, _ = said("link", made.id, "--view", "--days", "3")
    link = house.store.arrive(out.split()[0].removeprefix("/s/"), YOU)
    assert link.kind == "view"
    assert link.expires_at is not None


def test_a_link_is_withdrawn_but_for_the_last_key(house, said):
    made, key, _ = house.save()
    code, out, err = said("revoke", key.id)
    assert (code, out) == (1, "")
    assert "last key" in err
    said("link", made.id, "--edit")
    assert said("revoke", key.id)[0] == 0


def test_it_deletes_once_the_name_was_typed(house, said):
    made = house.save()[0]
    assert "Nothing was deleted" in said("delete", made.id, typed="Tea\n")[1]
    assert house.store.dashboard(made.id) == made
    assert said("delete", made.id, typed="Beans & More\n")[0] == 0
    with pytest.raises(NotHereError):
        house.store.dashboard(made.id)


def test_what_is_not_there_is_told_without_a_trace(said):
    code, out, err = said("delete", "nothing")
    assert (code, out) == (1, "")
    assert "nothing here" in err
    assert "Traceback" not in err
