"""Etsy, Amazon, eBay and Empik come out of their own layouts to the cent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from retention_core.ingest.model import Answers
from retention_core.ingest.pipeline import recognise
from tests.core.layouts import marketplaces
from tests.core.layouts.shop import Written, check

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.mark.parametrize(
    "write",
    [
        marketplaces.etsy_order_file,
        marketplaces.etsy_both_files,
        marketplaces.etsy_payments,
        marketplaces.etsy_statement,
        marketplaces.amazon_new,
        marketplaces.amazon_all,
        marketplaces.amazon_range,
        marketplaces.ebay_orders,
        marketplaces.ebay_transactions,
        marketplaces.ebay_german,
        marketplaces.empik,
    ],
)
def test_a_marketplace_is_read_to_the_cent(
    write: Callable[[], Written], tmp_path: Path
) -> None:
    check(write(), tmp_path)


@pytest.mark.parametrize("repeated", [True, False])
def test_etsy_items_share_what_stands_once_an_order(
    repeated: bool, tmp_path: Path
) -> None:
    check(marketplaces.etsy_item_file(repeated), tmp_path)


def test_a_list_of_what_is_to_be_packed_is_no_sale(tmp_path: Path) -> None:
    path = tmp_path / "unshipped.txt"
    path.write_bytes(marketplaces.amazon_unshipped())
    (found,) = recognise([(path, path.name)], Answers())
    assert (found.system, found.role) == ("amazon_unshipped_orders", "ignore")
