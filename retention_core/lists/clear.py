"""Which of very many customers differ from chance, found without a row for each.

Customers are counted by a statistic rounded to the side of caution: a small frame. Each
group has a p-value; of those Benjamini & Hochberg (1995) leave what is to be listed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
import numpy as np

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandas as pd

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


def kept(table: ir.Table, groups: pd.DataFrame) -> ir.Table:
    """The rows of a table with ``size`` and ``step`` that are in one of the groups."""
    some = ibis.memtable(groups.astype("int64"), schema=dict.fromkeys(GROUP, "int64"))
    return table.semi_join(some, [*GROUP])
