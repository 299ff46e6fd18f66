"""Every export of a till or of the books gives the orders that were put into it."""

from __future__ import annotations

import pytest

from tests.core.layouts import tills
from tests.core.layouts.shop import check


@pytest.mark.parametrize("layout", tills.LAYOUTS)
def test_layout(layout, tmp_path):
    check(tills.LAYOUTS[layout](), tmp_path)
