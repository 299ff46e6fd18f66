"""Which of very many customers differ from chance, found without a row for each.

Customers are counted by a statistic rounded to the side of caution: a small frame. Each
group has a p-value; of those Benjamini & Hochberg (1995) leave what is to be listed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Sequence

    import ibis.expr.types as ir

    from retention_core.clv.special import Floats

GROUP = ("size", "step")


def clear(
    counted: pd.DataFrame, p_values: Floats, *, tests: int, share: float
) -> pd.DataFrame:
    """Groups (``size, step``) whose customers are listed.

    Parameters
    ----------
    counted
        ``size, step, customers``: how many had the statistic ``step`` with so much
        data.
    p_values
        Of each row.
    tests
        How many customers were looked at, those who are in no group as well.
    share
        Of those listed, so many at most are to be expected by chance alone (0-1).
    """
    order = np.argsort(p_values, kind="stable")
    below = counted["customers"].to_numpy(np.float64)[order].cumsum()
    # Groups of one p-value stand or fall together.
    last = np.searchsorted(p_values[order], p_values, side="right") - 1
    passed = p_values[order] <= share * below[last[order]] / max(tests, 1)
    limit = p_values[order][passed].max(initial=-1.0)
    found: pd.DataFrame = counted.loc[p_values <= limit, [*GROUP]]
    return found


def edges(groups: pd.DataFrame, *, least: bool) -> list[list[int]]:
    """The ``least`` step of the groups of each size, or else the largest.

    The p-value falls, or rises, with the step: the groups of a size that are listed are
    all those from there on, or up to there.
    """
    steps = groups.astype("int64").groupby("size")["step"]
    found = steps.min() if least else steps.max()
    return [[int(str(size)), int(step)] for size, step in found.items()]


def kept(table: ir.Table, at: Sequence[Sequence[int]], *, least: bool) -> ir.Table:
    """The rows of a table with ``size`` and ``step`` on the right side of its edge."""
    schema = {"size": "int64", "edge": "int64"}
    some = ibis.memtable(pd.DataFrame([*at], columns=[*schema]), schema=schema)
    both = table.join(some, "size")
    inside = both.step >= both.edge if least else both.step <= both.edge
    return both.filter(inside).select(*table.columns)
