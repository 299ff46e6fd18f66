"""Each customer's forecast: scored by history in Python, joined in the engine."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import ibis
import pandas as pd

from retention_core import engine
from retention_core.clv import models
from retention_core.clv.ahead import Ahead
from retention_core.clv.groups import order_value
from retention_core.clv.histories import Histories
from retention_core.clv.summary import summary

if TYPE_CHECKING:
    from collections.abc import Iterator

    import ibis.expr.types as ir

    from retention_core.clv.fits import Fits
    from retention_core.clv.fitting import Fit
    from retention_core.clv.forecast import Terms
    from retention_core.orders import Orders

KEYS = ["frequency", "recency", "T"]


def by_month(timing: Fit, histories: Histories, terms: Terms) -> Ahead:
    """Expected purchases in each of the months (rows) by history (columns)."""
    h = histories
    return Ahead.of(timing, terms.ends, (h.frequency, h.recency, h.T))


def of_histories(
    timing: Fit, histories: Histories, terms: Terms, monthly: Ahead
) -> pd.DataFrame:
    """Chances and purchases over the months of each history; ``monthly``: by_month."""
    end = float(terms.ends[-1])
    history = (histories.frequency, histories.recency, histories.T)
    frame = pd.DataFrame(dict(zip(KEYS, history, strict=True))).astype("int64")
    return frame.assign(
        probability_alive=models.probability_alive(timing, *history),
        probability_active=models.probability_active(timing, end, *history),
        expected_purchases=monthly.sum(axis=0),
        discounted_purchases=terms.discounts @ monthly,
    )


def of_customers(
    table: ir.Table, scores: pd.DataFrame, spend: Fit, margin: float
) -> ir.Table:
    """Scores joined to customers, as a lazy expression.

    The scores travel inside the expression (a memtable), which every execution
    registers on its own cursor: nothing is left in the shop's database, and threads do
    not meet. Columns that ``scores`` has on top come last.
    """
    valued = table.mutate(expected_order_value=order_value(table, spend))
    joined = valued.join(ibis.memtable(scores), KEYS)
    value = joined.expected_order_value * joined.discounted_purchases * margin
    names = [
        "customer_id",
        *KEYS,
        "monetary_value",
        "probability_alive",
        "probability_active",
        "expected_purchases",
        "expected_order_value",
    ]
    told = {*names, "discounted_purchases"}
    more = [str(name) for name in scores if name not in told]
    return joined.select(*names, clv=value, **{name: joined[name] for name in more})


@contextmanager
def held(
    orders: Orders, fits: Fits, terms: Terms, *, window_days: int | None = None
) -> Iterator[ir.Table]:
    """Work the forecast of every customer out once, for several questions.

    Gives the table of :attr:`clv.Forecast.customers`; given ``window_days``, with
    ``probability_in_window``: the chance of a purchase within them. It is gone
    afterwards.

    Raises
    ------
    InvalidTermsError
        Terms out of range.
    """
    terms.check()
    with engine.held(summary(orders), orders.backend) as known:
        histories = Histories.distinct(known)
        monthly = by_month(fits.timing, histories, terms)
        scores = of_histories(fits.timing, histories, terms, monthly)
        if window_days is not None:
            history = (histories.frequency, histories.recency, histories.T)
            chance = models.probability_active(fits.timing, window_days, *history)
            scores = scores.assign(probability_in_window=chance)
        scored = of_customers(known, scores, fits.spend, terms.margin)
        with engine.held(scored, orders.backend) as customers:
            yield customers
