"""Plain European exports that nobody has listed come out to the cent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.core.layouts import generic
from tests.core.layouts.shop import Written, check

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.mark.parametrize(
    "write",
    [
        generic.german,
        generic.wholesale,
        generic.french,
        generic.italian,
    ],
)
def test_an_export_is_read_to_the_cent(
    write: Callable[[], Written], tmp_path: Path
) -> None:
    check(write(), tmp_path)
