"""What a view link may read: every figure, and nobody behind it."""

from __future__ import annotations

import datetime as dt
import os
import secrets
import shutil
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from retention_core import engine, slices
from retention_core.clv import Fits
from retention_core.orders import open_orders
from retention_ui import questions
from retention_ui.keeping import copies
from retention_ui.keeping.model import (
    Dashboard,
    NotHereError,
    Settings,
    Terms,
    Totals,
    Version,
)
from retention_ui.questions.chosen import Slice
from tests.conftest import orders_of
from tests.core.random_shops import random_shop
from tests.ui.alike import (
    BIRTHDAY,
    FITS,
    GIVEN,
    ONE,
    PLAIN,
    TIERS,
    UNSHARED,
    WINDOW,
    alike,
    pseudonym,
)

if TYPE_CHECKING:
    from pathlib import Path

KEY = b"\x5e" * 32
NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
HIDDEN = Terms()
NAMED = Terms(names=True, lists=True)
# A copy has no tags: these look at one dimension less.
OF_GROUPS = ("groups", "value_fell")


def dashboard_of(source: Path, home: Path, number: int = 1) -> Dashboard:
    """A dashboard whose version is a copy of a built folder."""
    folder = home / "versions" / f"v{number}"
    shutil.copytree(source, folder, symlinks=True)
    totals = Totals(0, 0, 0.0, "EUR", NOW.date(), ())
    version = Version(number, NOW, "me", "saved", totals, folder)
    return Dashboard(home.name, "Shop", "", "", NOW, None, version, Settings())


def copy_of(dashboard: Dashboard, terms: Terms = HIDDEN, key: bytes = KEY):
    return copies.of(dashboard, terms, key)


@pytest.fixture(scope="module")
def kept(sample, tmp_path_factory) -> Dashboard:
    """The sample shop as a dashboard."""
    return dashboard_of(sample.folder, tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def random_kept(tmp_path_factory) -> Dashboard:
    lines, as_of = random_shop(7)
    return made_of(orders_of(lines, as_of=as_of), tmp_path_factory.mktemp("random"))


def made_of(orders, home: Path) -> Dashboard:
    source = home / "built"
    source.mkdir()
    said = {"as_of": str(orders.as_of), "first_day": str(orders.first_day)}
    names = [*slices.LINE_COLUMNS, *orders.dimensions]
    firsts = slices.first_values(orders.table, orders.purchases, names)
    tables = {"order_lines": orders.table, "purchases": orders.purchases}
    for name, table in (tables | {"firsts": firsts}).items():
        path = source / f"{name}.parquet"
        engine.write_parquet(table, path, said, orders.backend)
    return dashboard_of(source, home)


def both(dashboard: Dashboard):
    """The original and its copy, opened."""
    terms = replace(HIDDEN, names=True)  # attributes, without lists no names
    return open_orders(dashboard.version.folder), copy_of(
        dashboard, terms
    ).open_orders()


def test_every_question_is_among_those_that_are_held_against_the_original():
    assert {*PLAIN, *FITS, *GIVEN, *ONE, *UNSHARED} == {*questions.QUESTIONS}


@pytest.mark.parametrize("shop", ["kept", "random_kept"])
def test_a_copy_answers_as_the_original(shop, request):
    original, copy = both(request.getfixturevalue(shop))
    for question, several in PLAIN.items():
        for asked in several:
            one, other = (
                questions.answer(each, question, Slice(), asked)
                for each in (original, copy)
            )
            one, other = (_without_tags(question, each) for each in (one, other))
            alike(one, other, KEY)


@pytest.mark.parametrize("question", [*FITS, *GIVEN])
def test_a_copy_is_forecast_as_the_original(kept, question):
    original, copy = both(kept)
    given = {}
    if question in GIVEN:
        fits = questions.answer(original, "fits", Slice(), FITS["fits"][0])
        assert isinstance(fits, Fits)
        given = {"fits": fits.to_json()}
    for asked in (FITS | GIVEN)[question]:
        one, other = (
            questions.answer(each, question, Slice(), given | asked)
            for each in (original, copy)
        )
        alike(one, other, KEY)


def test_a_copy_tells_of_one_customer_and_cohort_as_the_original(kept):
    original, copy = both(kept)
    cohort = {"cohort": "2025-01-01", "period": 1, "grain": "month", "windows": None}
    one, other = (
        questions.answer(each, "members", Slice(), cohort) for each in (original, copy)
    )
    alike(one, other, KEY)
    name = one["customer_id"][0]
    fits = questions.answer(original, "fits", Slice(), FITS["fits"][0]).to_json()
    paths = [
        questions.answer(
            shop,
            "alive_path",
            Slice(),
            {"fits": fits, "customer_id": each, "months": 6},
        )
        for shop, each in ((original, name), (copy, pseudonym(name, KEY)))
    ]
    alike(*paths, KEY)


def test_the_lists_of_a_copy_are_as_large_as_the_original_s(kept):
    """But for birthdays, and for who agreed: no copy knows of either."""
    original, copy = both(kept)
    fits = questions.answer(original, "fits", Slice(), FITS["fits"][0]).to_json()
    one, other = (
        questions.answer(each, "list_summary", Slice(), WINDOW | {"fits": fits})
        .summary.lists.set_index("list")
        .drop(BIRTHDAY)[["customers", "stake"]]
        for each in (original, copy)
    )
    alike(one, other, KEY)
    rewards = TIERS | {"kind": "amount", "values": (0.0, 5.0, 10.0), "margin": 0.5}
    costs = (
        questions.answer(each, "tiers_cost", Slice(), rewards)
        for each in (original, copy)
    )
    alike(*costs, KEY)


def test_a_slice_of_a_copy_is_the_slice_of_the_original(kept):
    original, copy = both(kept)
    for by, values in questions.answer(copy, "values", Slice(), {}).items():
        for value in values[:2]:
            one, other = (
                questions.answer(each, "mix", Slice(by, value), {"grain": "month"})
                for each in (original, copy)
            )
            alike(one, other, KEY)


def test_a_copy_of_some_customers_is_of_them_alone(kept):
    original = open_orders(kept.version.folder)
    by, values = next(iter(questions.answer(original, "values", Slice(), {}).items()))
    terms = Terms(customers=(by, values[0]))
    copy = copy_of(kept, terms).open_orders()
    for question in ("movement", "timeline", "pairs"):
        for asked in PLAIN[question]:
            one = questions.answer(original, question, Slice(by, values[0]), asked)
            alike(one, questions.answer(copy, question, Slice(), asked), KEY)


def _without_tags(question: str, found):
    if question == "values":
        return {by: each for by, each in found.items() if by != "tags"}
    if question == "found_customers":
        return [each for each in found if each.family not in OF_GROUPS]
    return found


def test_a_copy_is_made_once_and_belongs_to_dashboard_version_and_terms(
    kept, random_kept
):
    one = copy_of(kept)
    assert one.built
    assert one.digest != (kept.version.folder / "digest").read_text()
    assert copy_of(kept) == one
    others = [
        copy_of(kept, NAMED),
        copy_of(kept, Terms(customers=("product", "Starter kit"))),
        copy_of(kept, key=b"\x01" * 32),
        copy_of(random_kept),
    ]
    assert len({one.id, *(each.id for each in others)}) == 5
    assert len({one.folder, *(each.folder for each in others)}) == 5
    assert copy_of(kept, Terms(pages=("cohorts",))) == one


@pytest.mark.parametrize(
    ("terms", "named", "listed"),
    [
        (HIDDEN, False, False),
        (Terms(names=True), False, False),
        (Terms(lists=True), False, True),
        (NAMED, True, True),
    ],
)
def test_who_is_named_and_listed(kept, terms, named, listed):
    copy = copy_of(kept, terms)
    assert copy.lists is listed
    ids = copy.open_orders()
    ids = ids.run(ids.purchases.limit(50))["customer_id"].dropna()
    assert bool(ids.str.contains("@").any()) is named
    files = {path.name for path in copy.folder.iterdir()}
    assert files <= {
        *(f"{each}.parquet" for each in ("order_lines", "purchases", "firsts")),
        *("products.parquet", "customers.parquet", "digest", "used"),
    }
    assert ("customers.parquet" in files) is terms.names


def test_many_at_once_make_one(kept, tmp_path):
    dashboard = dashboard_of(kept.version.folder, tmp_path)
    start = threading.Barrier(4)

    def ask(_):
        start.wait()
        return copy_of(dashboard)

    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(ask, range(4)))
    assert len({*found}) == 1
    assert [each.name for each in (tmp_path / "copies").iterdir()] == [
        found[0].folder.name
    ]


def test_copies_of_old_versions_go_when_nobody_reads_them(random_kept, tmp_path):
    source = random_kept.version.folder
    old = copy_of(dashboard_of(source, tmp_path))
    newer = dashboard_of(source, tmp_path, number=2)
    copy_of(newer)
    assert old.built  # somebody may be reading
    long_ago = time.time() - copies.IDLE_SECONDS - 1
    os.utime(old.folder / "used", (long_ago, long_ago))
    new = copy_of(newer)
    assert [each.name for each in (tmp_path / "copies").iterdir()] == [new.folder.name]


def test_what_was_left_half_made_is_never_shown(random_kept, tmp_path):
    dashboard = dashboard_of(random_kept.version.folder, tmp_path)
    copy = copy_of(dashboard)
    copy.folder.rename(tmp_path / "copies" / f"draft-{secrets.token_hex(8)}")
    assert copy_of(dashboard).built


def test_customers_that_are_no_more_are_said_and_leave_nothing(random_kept):
    before = set((random_kept.version.folder.parents[1] / "copies").glob("*"))
    with pytest.raises(copies.NobodyLeftError):
        copy_of(random_kept, Terms(customers=("channel", "fax")))
    assert set((random_kept.version.folder.parents[1] / "copies").glob("*")) == before


def test_a_deleted_dashboard_is_not_here(random_kept, tmp_path):
    dashboard = dashboard_of(random_kept.version.folder, tmp_path)
    shutil.rmtree(tmp_path / "versions")
    with pytest.raises(NotHereError):
        copy_of(dashboard)
    shutil.rmtree(tmp_path)
    with pytest.raises(NotHereError):
        copy_of(dashboard)
