"""Where datasets live: who gets in, what is kept, when it is gone."""

from __future__ import annotations

import datetime as dt
import shutil
import threading
import time

import pytest

from retention_core.errors import RetentionError
from retention_core.ingest.model import Answers
from retention_ui import datasets, queries
from retention_ui.questions.chosen import Slice

CSV = (
    b"Order,Date,Customer,Product,Amount,Currency\n"
    b"1,2024-01-05,ann,Tea,20.00,EUR\n"
    b"2,2024-01-20,ben,Tea,10.00,EUR\n"
    b"3,2024-02-13,ann,Cups,30.00,EUR\n"
    b"4,2024-03-20,cat,Cups,40.00,EUR\n"
)


@pytest.fixture(autouse=True)
def data_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("KEPT_DATA", str(tmp_path))
    queries.forget()
    return tmp_path


@pytest.fixture(scope="module")
def once(tmp_path_factory):
    """One dataset, built once."""
    folder = tmp_path_factory.mktemp("once")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KEPT_DATA", str(folder))
        dataset = datasets.create([("orders.csv", CSV)])
        datasets.build(dataset, Answers())
    return dataset


@pytest.fixture
def built(once, data_folder):
    """A copy of it for one test."""
    folder = data_folder / "datasets" / once.id
    shutil.copytree(once.folder, folder)
    return datasets.Dataset(once.id, folder)


def test_a_file_becomes_an_order_table(built):
    assert built.built
    assert built.names == ["orders.csv"]
    assert [each.file for each in built.detection()] == ["orders.csv"]
    facts = queries.facts(built)
    assert (facts.orders, facts.customers, facts.revenue) == (4, 3, 100.0)
    assert built.ledger().rows_in == 4


def test_the_same_dataset_is_found_again_by_its_id(built):
    assert datasets.find(built.id) == built


@pytest.mark.parametrize(
    "wanted", ["", "..", "../../etc", "x" * 32, "sample/..", "a" * 31, "%2e%2e" * 6]
)
def test_any_other_id_leads_nowhere(wanted):
    with pytest.raises(datasets.GoneError):
        datasets.find(wanted)


def test_ids_cannot_be_guessed():
    ids = {datasets.create([("orders.csv", CSV)]).id for _ in range(2)}
    assert len(ids) == 2
    assert all(len(each) == 32 for each in ids)


def test_names_of_uploads_never_become_paths(data_folder):
    dataset = datasets.create([("../../../evil.csv", CSV)])
    kept = [path.name for path in (dataset.folder / "incoming").iterdir()]
    assert sorted(kept) == ["000.csv", "names.json"]
    assert dataset.names == ["../../../evil.csv"]
    assert not list(data_folder.parent.glob("evil*"))


def test_files_that_cannot_be_read_leave_nothing(data_folder):
    with pytest.raises(datasets.RetentionError):
        datasets.create([("empty.csv", b"")])
    assert list((data_folder / "datasets").iterdir()) == []


def test_a_failed_rebuild_keeps_the_order_table(built):
    before = built.digest
    with pytest.raises(datasets.RetentionError):
        datasets.build(built, Answers(time_zone="Nowhere/Land"))
    assert built.digest == before
    assert queries.facts(built).orders == 4


def test_other_answers_give_another_digest(built):
    before = built.digest
    datasets.build(built, Answers(as_of=dt.date(2024, 4, 15)))
    assert built.digest != before


def test_deleting_deletes_the_folder(built):
    datasets.delete(built)
    assert not built.folder.exists()
    with pytest.raises(datasets.GoneError):
        datasets.find(built.id)


def test_idle_datasets_are_swept_and_used_ones_stay(built):
    hour = 3600
    now = time.time()
    assert datasets.sweep(now + 23 * hour) == []
    assert datasets.sweep(now + 25 * hour) == [built.id]
    assert not built.folder.exists()


def test_the_engine_of_a_dataset_sees_its_folder_only(built, tmp_path):
    secret = tmp_path / "secret.csv"
    secret.write_text("a\n1\n", encoding="utf-8")
    backend = built.open_orders().backend
    with pytest.raises(Exception, match="Permission"):
        backend.raw_sql("FROM read_csv('" + str(secret) + "')").fetchall()
    with pytest.raises(Exception, match="locked"):
        backend.raw_sql("SET enable_external_access = true").fetchall()


def test_answers_are_kept_by_content_question_and_slice(built):
    everybody = queries.Shop(built)
    some = queries.Shop(built, Slice("product", "Cups"))
    assert queries.ask(everybody, "basket_size").n_baskets == 4
    assert queries.ask(some, "basket_size").n_baskets == 1
    assert queries.ask(everybody, "basket_size").n_baskets == 4


def test_many_threads_get_their_own_answers(built):
    found = {}

    def size(shop: queries.Shop) -> int:
        return queries.ask(shop, "basket_size").n_baskets

    def ask(product: str) -> None:
        shop = queries.Shop(built, Slice("product", product))
        found[product] = [size(shop) for _ in range(5)]

    threads = [threading.Thread(target=ask, args=(p,)) for p in ("Tea", "Cups")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {"Tea": [3] * 5, "Cups": [1] * 5}


def test_two_first_visitors_share_one_sample_shop(data_folder):
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(datasets.sample()))
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found[0] == found[1]
    assert len(list(data_folder.glob("sample-*"))) == 1
    assert list((data_folder / "datasets").iterdir()) == []
    datasets.delete(found[0])
    assert datasets.find(datasets.SAMPLE).built


def test_two_people_with_the_same_file_never_meet(built):
    # A copy: what is written twice may differ in the order of its rows.
    one, other = built, datasets.create([("orders.csv", CSV)])
    shutil.rmtree(other.folder)
    shutil.copytree(one.folder, other.folder)
    assert one.digest == other.digest
    assert queries.facts(one).revenue == 100.0
    datasets.delete(one)
    asked = queries.ask(queries.Shop(other), "movement", window_days=30)
    assert asked["new"].sum() > 0
    assert queries.facts(other).orders == 4


def test_a_build_that_fails_leaves_the_last_one(built):
    before = built.digest
    (built.folder / "incoming" / "names.json").rename(built.folder / "elsewhere.json")
    with pytest.raises((OSError, RetentionError)):
        datasets.build(built, Answers(refunds="ignore"))
    assert built.built
    assert built.digest == before
    assert built.answers().refunds == "net"
