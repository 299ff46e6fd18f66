"""Shares of things of which a customer may have several."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from retention_core.intervals import Z95, ratio, wilson

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray


def interval(sums: pd.DataFrame) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """95 % interval of a share of orders or contacts, customers being the units.

    Wilson's interval of as many independent things as the share's variance over
    customers (:func:`retention_core.intervals.ratio`) is worth, and at most of as many
    as there are; where nothing varies, of as many as there are customers.

    Parameters
    ----------
    sums
        ``n, y`` (things, and those that count), ``nn, yy, yn`` (sums over customers of
        their squares and product), ``units`` (customers).

    Returns
    -------
    low, high
        0–1.
    """
    n = sums["n"].to_numpy(np.float64)
    share = sums["y"].to_numpy(np.float64) / n
    names = ("y", "n", "yy", "nn", "yn", "units")
    low, high = ratio(*(sums[name] for name in names))
    with np.errstate(divide="ignore", invalid="ignore"):
        worth = share * (1 - share) / ((high - low) / 2 / Z95) ** 2
    units = sums["units"].to_numpy(np.float64)
    worth = np.where(np.isfinite(worth), np.minimum(worth, n), units)
    return wilson(share * worth, worth)
