"""Exports from Japan come out of their own layouts to the cent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.core.layouts import japan
from tests.core.layouts.shop import Written, check

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.mark.parametrize(
    "write",
    [
        japan.rakuten,
        japan.rakuten_legacy,
        japan.yahoo_order_file,
        japan.yahoo_both_files,
        japan.base,
        japan.minne,
        japan.makeshop,
        japan.aiship,
        japan.wowma,
    ],
)
def test_an_export_is_read_to_the_cent(
    write: Callable[[], Written], tmp_path: Path
) -> None:
    check(write(), tmp_path)
