"""Pairs of products as pages show them: the strongest, and how many there are.

A large shop has a million pairs. Kept whole, one answer would fill the cache.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from retention_core import baskets
from retention_core.baskets import REAL
from retention_ui.figures.baskets import strongest

if TYPE_CHECKING:
    import pandas as pd

    from retention_core.orders import Orders

LISTED = 1000
LEADING = 50


@dataclass(frozen=True)
class Pairs:
    """What was found.

    ``shown`` holds the rows of ``rc.baskets.pairs`` that tables and figures show, in
    its order: the least accidental, and all pairs among the leading products.
    ``real`` counts the pairs beyond chance, ``others`` the rest, shown or not.
    """

    shown: pd.DataFrame
    real: int
    others: int


def pairs(orders: Orders, **asked: Any) -> Pairs:  # noqa: ANN401 as the core takes it
    """Find pairs as ``rc.baskets.pairs`` does; keep those that are shown."""
    found = baskets.pairs(orders, **asked)
    leading = strongest(found).head(LEADING)
    products = {*leading["antecedent"], *leading["consequent"]}
    kept = found["antecedent"].isin(products) & found["consequent"].isin(products)
    kept |= np.arange(len(found)) < LISTED
    real = int((found["q_value"] <= REAL).sum())
    return Pairs(found[kept].reset_index(drop=True), real, len(found) - real)
