"""Every export of a payment service gives the orders that were put into it."""

from __future__ import annotations

import pytest

from tests.core.layouts import payments
from tests.core.layouts.shop import check


@pytest.mark.parametrize("layout", payments.LAYOUTS)
def test_layout(layout, tmp_path):
    check(payments.LAYOUTS[layout](), tmp_path)
