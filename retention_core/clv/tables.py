"""Small tables around a forecast: revenue so far."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
import numpy as np
import pandas as pd

from retention_core import periods

if TYPE_CHECKING:
    from retention_core.orders import Orders


def history(orders: Orders) -> pd.DataFrame:
    """Net revenue by month, first orders apart from repeat orders.

    Returns
    -------
    DataFrame
        ``month`` (first day), ``first_revenue`` (of a customer's first purchase day,
        and of guests, whom nobody can tell from new customers), ``repeat_revenue``
        (all else, unmatched refunds included), ``complete``. A month without orders
        is 0.
    """
    bought, lines = orders.purchases, orders.table
    first_day = (
        bought.ordered_at.date().min().over(ibis.window(group_by=bought.customer_id))
    )
    marked = bought.mutate(day=bought.ordered_at.date(), first_day=first_day)
    is_first = marked.customer_id.isnull() | (marked.day == marked.first_day)
    firsts = marked.filter(is_first)
    month = periods.start_of(firsts.day, "month")
    first = firsts.group_by(month=month).agg(first_revenue=firsts.amount.sum())
    month = periods.start_of(lines.ordered_at.date(), "month")
    every = lines.group_by(month=month).agg(revenue=lines.amount.sum())
    starts = periods.starts(orders.first_day, orders.as_of, "month")
    index = pd.Index(np.array(starts, dtype="datetime64[s]"), name="month")
    frame = pd.concat(
        [orders.run(each).set_index("month").reindex(index) for each in (first, every)],
        axis=1,
    ).fillna(0.0)
    return pd.DataFrame(
        {
            "first_revenue": frame["first_revenue"],
            "repeat_revenue": frame["revenue"] - frame["first_revenue"],
            "complete": [
                periods.complete(day, "month", orders.as_of) for day in starts
            ],
        }
    ).reset_index()
