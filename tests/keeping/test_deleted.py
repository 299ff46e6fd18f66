"""Deleting leaves nothing: not a name, not a customer, in no file."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from retention_core import contacts
from retention_ui.keeping.model import NotHereError, Settings, Terms
from tests.keeping.conftest import ME, YOU

SECRETS = (
    b"Sigrid", b"Ottavia", b"+49 171", b"january-orders", b"february-orders",
    b"ann@example.com", b"cat@example.com", b"for the bank", b"the fair", b"Noted tea",
)  # fmt: skip


def traces(house):
    """Where anything of what was deleted still stands."""
    found = set()
    for path in house.root.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        name = str(path.relative_to(house.root)).encode()
        found |= {(str(path), each) for each in SECRETS if each in content + name}
    return found


def noted(folder):
    contacts.write(
        pd.DataFrame(
            {
                "campaign": ["Noted tea"],
                "customer_id": ["ann@example.com"],
                "contacted_on": [dt.date(2024, 2, 1)],
                "control": [False],
            }
        ),
        folder / "noted.parquet",
    )


def filled(house):
    """A dashboard with all that one can have, among many others."""
    made, key, token = house.save(
        name="Sigrid's beans",
        owner="Ottavia",
        contact="+49 171 555",
        settings=Settings(marks=(("2024-01-05", "the fair"),) * 400),
    )
    house.store.commit(
        made.id, house.dataset(house.two), based_on=1, by="Ottavia", change="added"
    )
    house.store.note(made.id, noted, by="Ottavia")
    for number in range(30):
        _, token = house.store.link(
            made.id,
            kind="view",
            label=f"for the bank {number}",
            terms=Terms(customers=("customer", "ann@example.com" * number)),
        )
        house.store.arrive(token, YOU)
    house.store.draft(made.id, house.root / "datasets" / ("d" * 32), link=key.id)
    copies = made.version.folder.parent.parent / "copies" / "1-aa"
    copies.mkdir(parents=True)
    (copies / "order_lines.parquet").write_bytes(b"ann@example.com")
    house.store.rename(made.id, name="Ottavia's tea", owner="Sigrid", contact="")
    return made


@pytest.mark.parametrize("way", ["deleted", "expired"])
def test_nothing_is_left(house, way):
    folder = house.dataset()
    for number in range(5):
        house.save(house.root / "datasets" / folder.name, name=f"Other {number}")
    others = house.store.dashboards()
    made = filled(house)
    for each in others[::2]:
        house.store.delete(each.id)
    assert len({secret for _, secret in traces(house)}) >= 8
    for each in (house.root / "datasets").iterdir():
        if each.name not in {"d" * 32}:
            for path in sorted(each.rglob("*"), reverse=True):
                path.unlink() if path.is_file() else path.rmdir()
    if way == "deleted":
        house.store.delete(made.id)
    else:
        house.store.expire(made.id, dt.datetime.now(dt.UTC))
        assert house.store.sweep() == [made.id]
    left = {each.id for each in house.store.dashboards()}
    assert left == {each.id for each in others[1::2]}
    for each in left:
        house.store.delete(each)
    assert traces(house) == set()
    assert house.store.held_by(ME) == house.store.held_by(YOU) == []


def test_the_dataset_it_was_made_of_goes_as_well(house):
    saved, beside = house.dataset(), house.dataset()
    made = house.save(saved)[0]
    house.store.delete(made.id)
    assert not saved.exists()
    assert beside.is_dir()


def test_no_token_and_no_key_is_in_any_file(house):
    made, _, token = house.save()
    view, second = house.store.link(
        made.id, kind="view", label="", terms=Terms(), password="".join("open")
    )
    house.store.arrive(second, YOU, "open")
    for path in house.root.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            for secret in (token, second, ME, YOU, "open"):
                assert secret.encode() not in content
    with pytest.raises(NotHereError):
        house.store.arrive(view.id, YOU)
