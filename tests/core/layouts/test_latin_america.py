"""Exports from Brazil come out of their own layouts to the cent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.core.layouts import latin_america
from tests.core.layouts.shop import Written, check

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.mark.parametrize(
    "write",
    [
        latin_america.nuvemshop,
        latin_america.mercado_livre,
    ],
)
def test_an_export_is_read_to_the_cent(
    write: Callable[[], Written], tmp_path: Path
) -> None:
    check(write(), tmp_path)
