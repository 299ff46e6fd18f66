"""Two shops whose numbers of orders are the same; customers that go by their names."""

from __future__ import annotations

import pytest

import retention_core as rc
from retention_core.ingest import people
from retention_core.ingest.model import Answers, SheetAnswers
from retention_core.ingest.pipeline import recognise

HEAD = "Order ID,Order Date,Product,Amount,Currency\n"
ROWS = "".join(f"{n},2024-0{n % 8 + 1}-15,Tea,{n}.50,EUR\n" for n in range(1, 20))
SHOPS = Answers(
    sheets={"a.csv": SheetAnswers(store="North"), "b.csv": SheetAnswers(store="It's")}
)


@pytest.mark.parametrize(("answers", "orders"), [(Answers(), 19), (SHOPS, 38)])
def test_the_shop_of_a_file_keeps_its_orders_apart(tmp_path, answers, orders):
    files = [tmp_path / name for name in ("a.csv", "b.csv")]
    for path in files:
        path.write_text(HEAD + ROWS)
    result = rc.ingest(files, answers=answers)
    table = result.orders.run(result.orders.table)
    assert table["order_id"].nunique() == orders
    stores = {*table["store"]} if "store" in table else set()
    assert stores == ({"North", "It's"} if answers.sheets else set())


@pytest.mark.parametrize(
    ("column", "cells", "by_name"),
    [
        ("Customer", ["Ann Lee", "Ben Ash", "Cat Ody"], True),
        ("Customer", ["C-1", "C-2", "C-3"], False),
        ("E-mail", ["ann@x.com", "ben@x.com", "cat@x.com"], False),
    ],
)
def test_a_name_is_known_as_the_poor_key_it_is(tmp_path, column, cells, by_name):
    path = tmp_path / "shop.csv"
    head = HEAD.strip() + f",{column}\n"
    rows = [f"{row},{cells[n % 3]}\n" for n, row in enumerate(ROWS.splitlines())]
    path.write_text(head + "".join(rows))
    found = recognise([(path, path.name)], Answers())[0]
    assert people.by_name(found) is by_name
