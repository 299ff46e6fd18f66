"""Whether there is enough history for a model to be worth showing."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import ibis
import pandas as pd

from retention_core.errors import TooLittleDataError

if TYPE_CHECKING:
    from retention_core.clv.histories import Histories
    from retention_core.orders import Orders

REPEAT_CUSTOMERS = 50
INTERVALS = 3


def check_enough(orders: Orders) -> None:
    """Raise where a model would be fitted on too little.

    Raises
    ------
    TooLittleDataError
        Fewer than 50 customers with a second purchase day, or a history shorter than
        3 median intervals between a customer's purchase days (definitions.md §5).
    """
    days = orders.purchase_days
    before = days.day.lag().over(ibis.window(group_by="customer_id", order_by="day"))
    gaps = days.mutate(before=before).filter(lambda t: t.before.notnull())
    gaps = gaps.mutate(gap=gaps.day.delta(gaps.before, unit="day"))
    found = orders.run(
        gaps.agg(customers=gaps.customer_id.nunique(), gap=gaps.gap.median())
    )
    customers, gap = int(found["customers"].iloc[0]), found["gap"].iloc[0]
    needed_days = 0 if pd.isna(gap) else math.ceil(INTERVALS * float(gap))
    if customers < REPEAT_CUSTOMERS or orders.span_days < needed_days:
        raise TooLittleDataError(
            repeat_customers=customers,
            needed_customers=REPEAT_CUSTOMERS,
            history_days=orders.span_days,
            needed_days=needed_days,
        )


def make_sure(orders: Orders, histories: Histories) -> None:
    """As :func:`check_enough`, without asking where the histories tell already.

    No median is more than twice the mean, and the mean interval is all customers'
    days between first and last order over their repeat orders.

    Raises
    ------
    TooLittleDataError
        As there.
    """
    customers = histories.customers
    repeats = float(customers @ histories.frequency)
    between = float(customers @ histories.recency)
    many = customers[histories.frequency > 0].sum() >= REPEAT_CUSTOMERS
    if not many or math.ceil(2 * INTERVALS * between / repeats) > orders.span_days:
        check_enough(orders)
