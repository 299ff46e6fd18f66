"""Pairs of the Groceries data (Hahsler, Hornik & Reutterer 2006) as published."""

from __future__ import annotations

import pandas as pd
import pytest

from retention_core import baskets
from tests.conftest import SHARED, needs_shared, orders_of

pytestmark = needs_shared


@pytest.fixture(scope="module")
def orders():
    path = SHARED / "data" / "groceries" / "groceries.csv"
    text = path.read_text(encoding="utf-8").splitlines()
    rows = [
        (str(number), None, "2024-01-01", 1.0, product.strip())
        for number, line in enumerate(text)
        for product in line.split(",")
    ]
    names = ["order_id", "customer_id", "ordered_at", "amount", "product"]
    return orders_of(pd.DataFrame(rows, columns=names))


@pytest.fixture(scope="module")
def found(orders):
    return baskets.pairs(orders, min_count=5)


def test_baskets_and_items(orders):
    assert baskets.size(orders) == baskets.Size(
        n_baskets=9_835, n_one_product_baskets=2_159, n_products=169
    )


@pytest.mark.parametrize(
    ("support", "n_pairs", "pair", "count", "lift"),
    [
        (0.01, 213, ("beef", "root vegetables"), 171, 3.0404),
        (0.005, 605, ("ham", "white bread"), 50, 4.6399),
        (0.001, 2_981, ("mayonnaise", "mustard"), 14, 12.965),
    ],
)
def test_pairs_by_support_and_the_highest_lift(
    found, support, n_pairs, pair, count, lift
):
    enough = found[found["support"] >= support]
    assert len(enough) == n_pairs
    top = enough.loc[enough["lift"].idxmax()]
    assert (top["antecedent"], top["consequent"]) == pair
    assert top["count"] == count
    assert top["lift"] == pytest.approx(lift, rel=2e-5)


@pytest.mark.parametrize(
    ("antecedent", "consequent", "count", "lift"),
    [
        ("other vegetables", "whole milk", 736, 1.5136),
        ("rolls/buns", "whole milk", 557, 1.2050),
        ("other vegetables", "root vegetables", 466, 2.2466),
        ("soda", "whole milk", 394, 0.899),
    ],
)
def test_published_pairs(found, antecedent, consequent, count, lift):
    pair = found.set_index(["antecedent", "consequent"]).loc[(antecedent, consequent)]
    assert pair["count"] == count
    assert pair["lift"] == pytest.approx(lift, abs=5e-5 if lift > 1 else 5e-4)


def test_whole_milk(orders, found):
    assert baskets.ubiquitous(orders).to_dict("records") == [
        {
            "product": "whole milk",
            "baskets": 2_513,
            "share": pytest.approx(0.2555, abs=5e-5),
        }
    ]
    vegetables = found[
        (found["antecedent"] == "other vegetables")
        & (found["consequent"] == "whole milk")
    ]
    assert vegetables["support"].item() == pytest.approx(0.07483, abs=5e-6)
