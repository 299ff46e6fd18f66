"""Where tables live."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import ibis
import pandas as pd
import pytest

import retention_core as rc
from retention_core import engine


def test_two_threads_do_not_mix_their_rows():
    backend = rc.connect()
    backend.create_table("numbers", ibis.memtable(pd.DataFrame({"n": range(5_000)})))
    numbers = backend.table("numbers")

    def rest(k: int) -> set[int]:
        chosen = numbers.filter(numbers.n % 50 == k).select(rest=numbers.n % 50)
        return set(engine.run(chosen, backend)["rest"])

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(rest, list(range(50)) * 4))
    assert found == [{k} for k in range(50)] * 4


def test_settings_reach_the_engine():
    backend = rc.connect(threads=1, memory_limit="200MB")
    assert backend.raw_sql("SELECT current_setting('threads')").fetchone() == (1,)


def test_a_url_opens_the_engine_it_names(tmp_path):
    path = tmp_path / "shop.duckdb"
    backend = rc.connect(f"duckdb://{path}")
    backend.create_table("numbers", schema={"n": "int64"})
    backend.disconnect()
    assert rc.connect(f"duckdb://{path}").list_tables() == ["numbers"]


def test_metadata_comes_back_from_the_parquet_file(tmp_path):
    metadata = {"as_of": "2024-03-31", "currency": "EUR", "note": "it's a 'test'; {x}"}
    backend = rc.connect()
    backend.create_table("numbers", ibis.memtable(pd.DataFrame({"n": [1, 2]})))
    path = tmp_path / "it's numbers.parquet"
    engine.write_parquet(backend.table("numbers"), path, metadata)
    opened, found = engine.open_parquet({"numbers": path})
    assert found == {"numbers": metadata}
    assert engine.run(opened.table("numbers"))["n"].tolist() == [1, 2]


def test_a_parquet_file_of_somebody_else_has_no_metadata(tmp_path):
    path = tmp_path / "numbers.parquet"
    pd.DataFrame({"n": [1, 2]}).to_parquet(path)
    assert engine.open_parquet({"numbers": path})[1] == {"numbers": {}}


def test_a_held_table_answers_as_the_table_does_and_is_gone_afterwards(eight):
    asked = eight.purchase_days
    before = eight.backend.list_tables()
    with engine.held(asked, eight.backend) as held:
        joined = held.join(asked, ["customer_id", "day"])
        assert len(eight.run(joined)) == len(eight.run(asked)) > 0
        assert len(eight.backend.list_tables()) == len(before) + 1
    assert eight.backend.list_tables() == before


def test_a_held_table_is_gone_when_something_fails(eight):
    before = eight.backend.list_tables()
    with (
        pytest.raises(ZeroDivisionError),
        engine.held(eight.purchases, eight.backend) as held,
    ):
        raise ZeroDivisionError(held.columns)
    assert eight.backend.list_tables() == before


def test_a_frame_within_a_held_table_goes_with_it(eight):
    named = ibis.memtable({"customer_id": ["ann"], "name": ["Ann"]})
    asked = eight.purchase_days.join(named, "customer_id")
    with engine.held(asked, eight.backend) as held:
        assert eight.run(held)["name"].tolist() == ["Ann"] * 3


def test_many_threads_hold_tables_at_once(eight):
    def count(number: int) -> int:
        asked = eight.purchases.limit(number)
        with engine.held(asked, eight.backend) as held:
            return len(eight.run(held))

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(count, [1, 2, 3, 4] * 8)) == [1, 2, 3, 4] * 8


SPILLING = """
import sys
from pathlib import Path
from retention_core import engine

orders = engine.connect(None, memory_limit="60MB", threads=1)
engine.confine(orders, Path(sys.argv[1]))
rows = "SELECT i, hash(i)::VARCHAR s FROM range(1500000) r(i)"
orders.raw_sql(f"CREATE TABLE t AS {rows}")
print(*orders.raw_sql("SELECT count(*), sum(i), count(DISTINCT s) FROM t").fetchone())
"""


def test_processes_with_one_folder_open_spill_beside_each_other(tmp_path):
    """They ended in a crash where they wrote to the same files."""
    command = [sys.executable, "-c", SPILLING, str(tmp_path)]
    asked = [
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)
    ]
    told = [each.communicate()[0].split() for each in asked]
    assert told == [["1500000", str(1_499_999 * 750_000), "1500000"]] * 3
