"""What ingest stores beside the lines is what the lines say."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
from hypothesis import given, settings

from retention_core import slices
from tests.core.ingest.files import take
from tests.core.ingest.test_reconcile import exports, text_of


def rows(orders):
    """The purchases, in an order that does not depend on how they were found."""
    found = orders.run(orders.purchases)
    return found.sort_values("order_id").reset_index(drop=True)


@settings(max_examples=15)
@given(exports())
def test_stored_purchases_are_those_of_the_lines(export):
    middle = dt.date(2024, 1, 14)
    with TemporaryDirectory() as folder:
        stored = take(Path(folder), text_of(export)).orders
        assert stored.stored is not None
        derived = replace(stored, stored=None)
        for cut in (
            lambda orders: orders,
            lambda orders: orders.until(middle),
            lambda orders: slices.only(orders, "product", "Tea"),
            lambda orders: slices.only(orders.until(middle), "product", "Cup"),
        ):
            pd.testing.assert_frame_equal(rows(cut(stored)), rows(cut(derived)))


@settings(max_examples=15)
@given(exports())
def test_stored_first_values_are_those_of_the_lines(export):
    with TemporaryDirectory() as folder:
        stored = take(Path(folder), text_of(export)).orders
        assert stored.firsts is not None
        derived = replace(stored, firsts=None)
        for day in (stored.as_of, dt.date(2024, 1, 14), dt.date(2027, 1, 1)):
            for by in slices.dimensions(stored):
                one, other = (
                    shop.run(slices.first_value(shop.until(day), by))
                    .sort_values("customer_id")
                    .reset_index(drop=True)
                    for shop in (stored, derived)
                )
                pd.testing.assert_frame_equal(one, other)
