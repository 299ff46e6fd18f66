"""Whether customers who are written to often still answer."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import ibis
import numpy as np
import pandas as pd
from scipy.special import stdtr

from retention_core import engine
from retention_core.campaigns import clustered, responses
from retention_core.intervals import ratio

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from retention_core.orders import Orders

LOOKS_BACK = 90
MOST = 4
"""So many messages or more before are one group."""
EPOCH = dt.date(1970, 1, 1)
COLUMNS = (
    *("received", "contacts", "customers", "buyers", "share", "low", "high"),
    *("revenue", "revenue_low", "revenue_high", "trend_p_value"),
)


def pressure(orders: Orders, *, days: int = 30) -> pd.DataFrame:
    """How the contacted answer, by how many messages they had got before.

    An association only: who is written to often was chosen for it, and times differ.
    Messages before the first contact that is in the data are unknown and not counted;
    an order within ``days`` of two contacts answers both.

    Parameters
    ----------
    days
        Length of the window from the day of a contact.

    Returns
    -------
    DataFrame
        A row a number of messages in the 90 days before the day of the contact:
        ``received`` (0 to 3; 4: four or more); ``contacts`` (customers and days,
        whatever they were sent on one) of customers who had bought before, window
        over, held back ones left out; ``customers``; ``buyers`` (contacts that a
        purchase followed within the window), ``share`` of the contacts, ``low, high``
        (95 %: Wilson's of as many contacts as the share's variance over customers,
        who may be contacted several times, is worth); ``revenue`` a contact with
        ``revenue_low, revenue_high`` (ratio over customers); ``trend_p_value``, the
        same in every row: whether the share rises or falls with ``received`` more than
        chance (slope of a line through all contacts, its variance over customers; NaN
        where nothing varies). Empty without contacts.
    """
    contacts = responses.contacts_of(orders)
    if contacts is None:
        return pd.DataFrame(columns=[*COLUMNS])
    table = answers(orders, contacts, days=days)
    with engine.held(table, orders.backend) as held:
        found = orders.run(moments(held).order_by("received"))
        if found.empty:
            return pd.DataFrame(columns=[*COLUMNS])
        frame = _shares(found)
        frame["trend_p_value"] = _trend(orders, held, found)
    return frame[[*COLUMNS]]


def answers(orders: Orders, contacts: ir.Table, *, days: int) -> ir.Table:
    """``customer_id, received, bought, revenue``: a row a customer and day."""
    given = contacts.filter(~contacts.control)
    each = given.group_by("customer_id", "contacted_on").agg(messages=given.count())
    day = each.contacted_on.delta(ibis.literal(EPOCH), unit="day").cast("int64")
    each = each.mutate(campaign=ibis.literal(""), day=day)
    # A join would meet each message with every other of whoever gets one every day.
    before = ibis.window(
        group_by="customer_id", order_by=each.day, range=(-LOOKS_BACK, -1)
    )
    received = each.messages.sum().over(before).fill_null(0)
    each = each.mutate(received=ibis.least(received, MOST).cast("int64"))
    found = responses.responses(orders, each, days=days)
    counted = found.filter(found.complete & (found.earlier_orders > 0))
    return counted.select("customer_id", "received", "bought", "revenue")


def moments(rows: ir.Table) -> ir.Table:
    """Sums over customers by ``received``, with the squares that intervals need."""
    each = rows.group_by("received", "customer_id").agg(
        n=rows.count().cast("float64"),
        y=rows.bought.sum().cast("float64"),
        money=rows.revenue.sum(),
    )
    return each.group_by("received").agg(
        units=each.count(),
        n=each.n.sum(),
        y=each.y.sum(),
        money=each.money.sum(),
        nn=(each.n * each.n).sum(),
        yy=(each.y * each.y).sum(),
        yn=(each.y * each.n).sum(),
        squares=(each.money * each.money).sum(),
        money_n=(each.money * each.n).sum(),
    )


def _shares(found: pd.DataFrame) -> pd.DataFrame:
    n, units = found["n"], found["units"]
    low, high = clustered.interval(found)
    sums = (found["money"], n, found["squares"], found["nn"], found["money_n"])
    money_low, money_high = ratio(*sums, units)
    return pd.DataFrame(
        {
            "received": found["received"],
            "contacts": n.astype("int64"),
            "customers": units,
            "buyers": found["y"].astype("int64"),
            "share": found["y"] / n,
            "low": low,
            "high": high,
            "revenue": found["money"] / n,
            "revenue_low": money_low,
            "revenue_high": money_high,
        }
    )


def _trend(orders: Orders, answers: ir.Table, found: pd.DataFrame) -> float:
    """P value of the slope of answers over messages, customers being the units."""
    n, x = found["n"].sum(), found["received"]
    x_mean, y_mean = (found["n"] * x).sum() / n, found["y"].sum() / n
    apart = (found["n"] * (x - x_mean) ** 2).sum()
    if not apart > 0:
        return float("nan")
    slope = float((found["y"] * (x - x_mean)).sum() / apart)
    away = answers.received.cast("float64") - float(x_mean)
    score = away * (answers.bought.cast("float64") - float(y_mean) - slope * away)
    scored = answers.select("customer_id", score=score)
    each = scored.group_by("customer_id").agg(score=scored.score.sum())
    sums = orders.run(each.agg(n=each.count(), squares=(each.score**2).sum())).iloc[0]
    units, spread = float(sums["n"]), float(sums["squares"])
    if units < 3 or not spread > 0:  # A line goes through any two.
        return float("nan")
    error = np.sqrt(spread * units / (units - 1)) / apart
    return float(2 * stdtr(units - 2, -abs(slope) / error))
