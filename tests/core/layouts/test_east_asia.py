"""Exports from China, Taiwan and Korea come out of their layouts to the cent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.core.layouts import east_asia
from tests.core.layouts.shop import Written, check

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.mark.parametrize(
    "write",
    [
        east_asia.taobao_order_list,
        east_asia.taobao_order_list_recent,
        east_asia.jd,
        east_asia.pinduoduo,
        east_asia.shopee,
        east_asia.naver,
        east_asia.coupang,
    ],
)
def test_an_export_is_read_to_the_cent(
    write: Callable[[], Written], tmp_path: Path
) -> None:
    check(write(), tmp_path)
