"""Whether groups differ in when they come back: the log-rank test."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import chi2

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class LogRank:
    """Outcome of :func:`log_rank`.

    Attributes
    ----------
    statistic
        Follows chi-squared with ``degrees_of_freedom`` if the groups do not differ.
    p_value
        Chance of such a difference, or a larger one, by accident; NaN where there is
        nothing to compare.
    """

    statistic: float
    degrees_of_freedom: int
    p_value: float


def log_rank(counts: pd.DataFrame, by: str = "slice") -> LogRank:
    """Log-rank test of the waits of two groups or more (Mantel 1966; Peto & Peto 1972).

    Parameters
    ----------
    counts
        ``days, returned, waiting`` as of
        :func:`retention_core.survival.interval_counts`, and the group in column
        ``by``; a wait that ran for so many days was at risk on the last of them.

    Returns
    -------
    LogRank
        From the returns less those expected if on each day they fell on the groups by
        chance, with the hypergeometric variance of that day. Groups that were never
        at risk together with another add no degree of freedom.
    """
    grid = counts.pivot_table(
        index="days", columns=by, values=["returned", "waiting"], aggfunc="sum"
    )
    grid = grid.fillna(0).sort_index()
    if grid.empty:
        return LogRank(float("nan"), 0, float("nan"))
    back = grid["returned"].to_numpy(dtype=float)
    leaving = back + grid["waiting"].to_numpy(dtype=float)
    at_risk = leaving[::-1].cumsum(axis=0)[::-1]
    events = back.sum(axis=1) > 0
    back, at_risk = back[events], at_risk[events]
    total, everyone = back.sum(axis=1), at_risk.sum(axis=1)
    shares = at_risk / everyone[:, None]
    excess = (back - total[:, None] * shares).sum(axis=0)
    # The last one at risk can only be the one who returns: that day says nothing.
    spread = total * (everyone - total) / np.maximum(everyone - 1, 1)
    covariance = np.diag((spread[:, None] * shares).sum(axis=0))
    covariance -= (spread[:, None] * shares).T @ shares
    freedom = int(np.linalg.matrix_rank(covariance, hermitian=True))
    if not freedom:
        return LogRank(float("nan"), 0, float("nan"))
    statistic = float(excess @ np.linalg.pinv(covariance, hermitian=True) @ excess)
    return LogRank(statistic, freedom, float(chi2.sf(statistic, freedom)))
