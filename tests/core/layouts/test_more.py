"""Further exports that are known by name come out of their own layouts to the cent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.core.layouts import more
from tests.core.layouts.shop import Written, check

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.mark.parametrize(
    "write",
    [
        more.matrixify,
        more.loyverse_items,
        more.loyverse_receipts,
        more.xero,
        more.quickbooks_by_product,
        more.quickbooks_list,
        more.prestashop_sql,
        more.ecwid,
    ],
)
def test_an_export_is_read_to_the_cent(
    write: Callable[[], Written], tmp_path: Path
) -> None:
    check(write(), tmp_path)
