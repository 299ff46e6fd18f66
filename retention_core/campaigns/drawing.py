"""Who is held back: how many, and which, drawn by lot that anybody can draw again."""

from __future__ import annotations

import datetime as dt
import math
from typing import TYPE_CHECKING, NamedTuple

import ibis
import numpy as np

from retention_core import engine
from retention_core.campaigns.power import chance_to_see, detectable

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from retention_core.orders import Orders

FEWEST = 30  # customers alike, of whom a rate is taken; of fewer, from a wider circle
LOOKS = 4


class Suggestion(NamedTuple):
    """How many to hold back.

    Attributes
    ----------
    control, share
        Customers to hold back, and which share of the list they are (0–0.5).
    detectable
        The smallest difference of the shares of buyers (0–1) that is then found with
        the power asked for; NaN where none is.
    enough
        Whether that is as small as was asked for. If not, half the list is suggested,
        and a smaller difference will most likely go unseen.
    """

    control: int
    share: float
    detectable: float
    enough: bool


def split(orders: Orders, members: ir.Table, *, share: float, seed: str) -> ir.Table:
    """Hold back a random part of a list.

    The lot of a customer is the SHA-256 of the seed and the customer's id; the
    smallest lots are held back. The same seed and customers give the same groups
    whatever the order of the rows, and with another seed nobody can foresee them.
    DuckDB and Spark (:func:`retention_core.engine.keyed_digest`).

    Parameters
    ----------
    members
        A table with ``customer_id``. Rows of one customer are of one group.
    share
        To be held back, 0–1: so many customers to the nearest whole number, a half up.
    seed
        Any text; kept beside the contacts so that the draw can be repeated.

    Returns
    -------
    Ibis table
        ``members`` with a column ``control``: whether the customer is held back.

    Raises
    ------
    ValueError
        ``share`` is not between 0 and 1.
    """
    if not 0 <= share <= 1:
        message = f"share is {share}; choose one from 0 to 1."
        raise ValueError(message)
    ids = members.select(drawn=members.customer_id).distinct()
    # Between seed and id a sign that neither holds: "a" + "b1" is not "ab" + "1".
    digest = engine.keyed_digest(ids.drawn, f"{seed}\x1f")
    lots = ids.mutate(lot=digest)
    place = ibis.row_number().over(order_by=[lots.lot, lots.drawn])
    placed = lots.mutate(place=place, size=lots.count().over(ibis.window()))
    wanted = (placed.size * share + 0.5).floor()
    groups = placed.select("drawn", control=placed.place < wanted)
    joined = members.join(groups, members.customer_id == groups.drawn)
    return joined.select(*members.columns, "control")


def suggest(
    size: int, base_rate: float, *, smallest_effect: float, power: float = 0.8
) -> Suggestion:
    """Suggest how many to hold back: the fewest that suffice.

    Parameters
    ----------
    size
        Customers of the list.
    base_rate
        Share who would order anyway, 0–1 (:func:`base_rate`).
    smallest_effect
        The smallest difference worth finding, as a share: 0.02 are two more buyers in
        a hundred.
    power
        Chance to find such a difference, 0–1, at 5 % on both sides.

    Returns
    -------
    Suggestion
        Never more than half the list.
    """
    half = size // 2
    counts = np.arange(1, half + 1)
    chance = chance_to_see(smallest_effect, size - counts, counts, base_rate)
    sufficient = counts[chance >= power]
    control = int(sufficient[0]) if sufficient.size else half
    return Suggestion(
        control=control,
        share=control / size if size else 0.0,
        detectable=detectable(size - control, control, base_rate, power=power),
        enough=bool(sufficient.size),
    )


def base_rate(orders: Orders, members: ir.Table, *, days: int) -> float:
    """Share of a list who would order within ``days`` without any campaign.

    What customers who stood as these do now did in the past: alike in days since their
    last purchase and in number of purchase days, each in doubling steps (1, 2–3, 4–7
    …), as of ``as_of`` − ``days`` and three such stretches before, as far as the data
    reaches. A list of silent customers is thus compared with silent ones; what the
    members themselves did of late would say that none of them ever orders. Of fewer
    than 30 alike, those who had been silent as long; of fewer still, all.

    Parameters
    ----------
    members
        A table with ``customer_id``.

    Returns
    -------
    float
        0–1; NaN where no past is long enough, or no member has bought.
    """
    stands = _states(orders, orders.as_of).semi_join(members, "customer_id")
    now = orders.run(stands.group_by("silence", "habit").agg(n=stands.count()))
    looks = [orders.as_of - dt.timedelta(days=days * n) for n in range(1, LOOKS + 1)]
    past = [_followed(orders, day, days) for day in looks if day >= orders.first_day]
    if not past or now.empty:
        return math.nan
    rows = past[0] if len(past) == 1 else ibis.union(*past)
    seen = orders.run(
        rows.group_by("silence", "habit").agg(n=rows.count(), back=rows.back.sum())
    )
    if seen.empty:
        return math.nan
    rates = now.merge(seen, on=["silence", "habit"], how="left", suffixes=("", "_then"))
    by_silence = seen.groupby("silence")[["n", "back"]].sum()
    wider = by_silence.reindex(rates["silence"]).reset_index(drop=True)
    rate = np.full(len(rates), seen["back"].sum() / seen["n"].sum())
    for n, back in ((wider["n"], wider["back"]), (rates["n_then"], rates["back"])):
        enough = (n >= FEWEST).to_numpy(bool)
        rate[enough] = (back / n).to_numpy(float)[enough]
    return float(np.average(rate, weights=rates["n"]))


def _states(orders: Orders, day: dt.date) -> ir.Table:
    """``customer_id, silence, habit`` as of the end of a day, in doubling steps."""
    days = orders.purchase_days
    before = days.filter(days.day <= ibis.literal(day))
    known = before.group_by("customer_id").agg(
        last=before.day.max(), times=before.count()
    )
    silent = ibis.literal(day).delta(known["last"], unit="day") + 1
    return known.select(
        "customer_id",
        silence=silent.cast("float64").log2().floor().cast("int64"),
        habit=known.times.cast("float64").log2().floor().cast("int64"),
    )


def _followed(orders: Orders, day: dt.date, days: int) -> ir.Table:
    """Who stood where at the end of a day, and whether they ordered in the next."""
    bought = orders.purchase_days
    until = day + dt.timedelta(days=days)
    after = bought.filter(
        (bought.day > ibis.literal(day)) & (bought.day <= ibis.literal(until))
    )
    buyers = after.select(buyer=after.customer_id).distinct()
    states = _states(orders, day)
    joined = states.left_join(buyers, states.customer_id == buyers.buyer)
    back = joined.buyer.notnull().cast("int64")
    return joined.select("customer_id", "silence", "habit", back=back)
