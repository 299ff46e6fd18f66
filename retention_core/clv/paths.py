"""One customer through time: how sure it was, day by day, that he is still one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
import numpy as np
import pandas as pd

from retention_core.clv import models

if TYPE_CHECKING:
    from retention_core.clv.fitting import Fit
    from retention_core.orders import Orders

COLUMNS = ["day", "bought", "purchases", "probability_alive", "expected_purchases"]


def alive_path(
    orders: Orders, fit: Fit, customer_id: str, *, horizon: float = 365.25
) -> pd.DataFrame:
    """P(alive) on each day from a customer's first purchase to ``as_of``.

    What the model, fitted in days on all that is known today, says at the end of each
    day of the history up to then. Under BG/NBD it is 1 until the second purchase day.
    A purchase that was refunded since is left out from the beginning.

    Parameters
    ----------
    horizon
        In days, of ``expected_purchases``.

    Returns
    -------
    Frame with a row a day: ``day``; ``bought`` (whether there was a purchase);
    ``purchases`` (purchase days so far, 1 or more); ``probability_alive`` (0 to 1);
    ``expected_purchases`` within ``horizon`` from that day. No row where nobody has
    that id.

    References
    ----------
    .. [1] Fader, P. S., Hardie, B. G. S. & Lee, K. L. (2005). "Counting your
       customers" the easy way: An alternative to the Pareto/NBD model. Marketing
       Science, 24(2), 275-284: eq. 10, for x, t_x and T as they were on the day.
    """
    days = orders.purchase_days
    own = days.filter(days.customer_id == ibis.literal(customer_id))
    bought = pd.DatetimeIndex(orders.run(own.select("day").order_by("day"))["day"])
    if bought.empty:
        return pd.DataFrame(columns=COLUMNS)
    every = pd.date_range(bought[0], pd.Timestamp(orders.as_of), freq="D", unit="s")
    at = np.searchsorted(bought.to_numpy(), every.to_numpy(), side="right")
    age = np.arange(every.size, dtype=np.float64)
    last = (bought - bought[0]).days.to_numpy(np.float64)[at - 1]
    history = ((at - 1).astype(np.float64), last, age)
    told = (
        every,
        last == age,
        at,
        models.probability_alive(fit, *history),
        models.expected_purchases(fit, horizon, *history),
    )
    return pd.DataFrame(dict(zip(COLUMNS, told, strict=True)))
