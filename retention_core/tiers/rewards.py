"""What the rewards of loyalty tiers cost, and which gain in retention pays for them.

Rewards go to whoever orders within a year. Of the customers of a tier a share ``k``
does so anyway, each with revenue ``v``: a reward worth ``c`` a year to each costs
``k · c`` for every customer of the tier. A further customer kept leaves ``m · v − c``,
where ``m`` is the margin. Both are equal where the share kept is higher by
``k · c / (m · v − c)``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from retention_core import intervals
from retention_core.errors import RetentionError
from retention_core.intervals import ROUNDING
from retention_core.tiers.standing import By, make_sure, standing, year_before

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    import ibis.expr.types as ir

    from retention_core.orders import Orders

SLACK_DAYS = 31
"""A shop whose first order came so late into a year counts as known for all of it; with
orders of all time, who stood where is asked of a shop at least so old."""
COUNTS = ("customers", "buyers", "orders", "revenue")
BEFORE = ("before", "kept", "kept_orders", "kept_revenue")


class RewardError(RetentionError, ValueError):
    """A reward, or a margin, that makes no sense."""

    code = "tier_reward"
    template = "{name} is {value}; it must be between {least} and {most}."


@dataclass(frozen=True)
class Reward:
    """What a customer of a tier gets.

    Attributes
    ----------
    kind
        ``"percent"`` off all that is ordered; ``"amount"``, once a year, to whoever
        orders.
    value
        A share of 0 to 1; money.
    """

    kind: Literal["percent", "amount"]
    value: float

    def __post_init__(self) -> None:
        most = 1.0 if self.kind == "percent" else np.inf
        if not 0 <= self.value <= most:
            fields = {"least": 0, "most": most}
            raise RewardError(name="reward", value=self.value, **fields)

    def a_year(self, revenue: float) -> float:
        """What it is worth to a customer who spends ``revenue`` in a year."""
        return self.value * revenue if self.kind == "percent" else self.value

    def an_order(self, size: float) -> float:
        """What one further order of that size costs more."""
        return self.value * size if self.kind == "percent" else 0.0


@dataclass(frozen=True)
class Cost:
    """What the rewards cost a year, and what pays for them.

    Attributes
    ----------
    tiers
        A row a tier, from 1: ``tier``; ``customers`` who stand there today; ``buyers``
        of them who ordered in the last ``days``, with ``orders, revenue`` (net) in
        these. ``before``: who stood there a year ago; ``kept`` of them ordered since,
        a share ``kept_share`` (``low, high``: 95 % Wilson), with ``kept_orders,
        kept_revenue``. ``value``: revenue a year of one who is kept; ``size`` of an
        order; ``reward``, what it costs a year for one who is kept; ``cost``, for
        all who stand there today. ``gain``: how much higher the share kept must be;
        ``possible``, whether that leaves it at most 1 (null where ``gain`` is NaN);
        ``most``, the largest reward that a customer kept could pay for if all were;
        ``more_orders``, further orders a year that each one kept would have to place
        instead.

        ``before`` and what follows from it is NaN where the history does not reach
        back (``compared`` is false), or nobody stood there: the cost is then that of
        today's customers, if they order as in the last ``days``. ``gain`` and
        ``more_orders`` are infinite where a customer kept brings no more than the
        reward takes.
    days
        At most the last twelve months; fewer where the shop is younger, and an amount
        a year then counts in proportion.
    compared
        Whether the shop is old enough to know who stood where a year ago.
    since
        The day that "a year ago" was.
    """

    tiers: pd.DataFrame
    days: int
    compared: bool
    since: dt.date


def cost(
    orders: Orders,
    *,
    rewards: Sequence[Reward],
    margin: float,
    thresholds: Sequence[float],
    by: By = "orders",
    last_year: bool = True,
) -> Cost:
    """What rewards cost a year, and the gain in retention at which they cost nothing.

    Parameters
    ----------
    rewards
        One a tier.
    margin
        Share of revenue that is left after the cost of goods, above 0, at most 1.
    thresholds, by, last_year
        As of :func:`retention_core.tiers.standing`.

    Raises
    ------
    RewardError
        The margin is no share; not one reward a tier.
    ThresholdsError
        They do not rise.
    """
    asked = make_sure(thresholds)
    if not 0 < margin <= 1:
        raise RewardError(name="margin", value=margin, least=0, most=1)
    if len(rewards) != len(asked):
        n = len(asked)
        raise RewardError(name="number of rewards", value=len(rewards), least=n, most=n)
    since = year_before(orders.as_of)
    year = (orders.as_of - since).days
    days = min(year, orders.span_days)
    terms: dict[str, Any] = {"by": by, "thresholds": asked, "last_year": last_year}
    counted = _counted(orders, since, terms)
    dicts: list[Any] = counted.to_dict("records")
    rows = [
        _row(row, reward, margin, days / year)
        for row, reward in zip(dicts, rewards, strict=True)
    ]
    low, high = intervals.wilson(counted["kept"], counted["before"])
    worked = counted.join(pd.DataFrame(rows)).assign(low=low, high=high)
    types = dict.fromkeys(COUNTS[:3], "int64") | {"possible": "boolean"}
    compared = _reaches_back(orders, last_year=last_year)
    return Cost(worked.astype(types), days, compared, since)


def _counted(orders: Orders, since: dt.date, terms: dict[str, Any]) -> pd.DataFrame:
    """A row a tier: who stands there and stood there, and what these ordered."""
    tiers = pd.DataFrame({"tier": range(1, len(terms["thresholds"]) + 1)})
    now = _brought(orders, standing(orders, **terms)).reindex(tiers["tier"])
    both = tiers.join(now.fillna(0).reset_index(drop=True))
    if _reaches_back(orders, last_year=terms["last_year"]):
        stood = standing(orders.until(since), **terms)
        then = _brought(orders, stood).reindex(tiers["tier"]).reset_index(drop=True)
    else:
        then = pd.DataFrame(index=tiers.index, columns=list(COUNTS), dtype="float64")
    return both.join(then.set_axis(list(BEFORE), axis="columns"))


def _brought(orders: Orders, stood: ir.Table) -> pd.DataFrame:
    """By tier: who stood there, and what these ordered in the last twelve months."""
    bought = orders.purchases
    late = bought.filter(bought.ordered_at.date() > year_before(orders.as_of))
    each = late.group_by("customer_id").agg(
        orders=late.count(), revenue=late.amount.sum()
    )
    placed = stood.select("customer_id", "tier").filter(stood.tier > 0)
    both = placed.left_join(each, "customer_id")
    found = both.group_by("tier").agg(
        customers=both.count(),
        buyers=both.orders.notnull().cast("int64").sum(),
        orders=both.orders.fill_null(0).sum(),
        revenue=both.revenue.fill_null(0.0).sum(),
    )
    answer = orders.run(found).set_index("tier").sort_index()
    counted: pd.DataFrame = answer[list(COUNTS)].astype("float64")
    return counted


def _reaches_back(orders: Orders, *, last_year: bool) -> bool:
    """Whether the shop's history holds all that the standing of a year ago counts."""
    day = year_before(orders.as_of)
    first = year_before(day) if last_year else day
    return (orders.first_day - first).days <= (SLACK_DAYS if last_year else -SLACK_DAYS)


def _row(
    row: Mapping[str, float], reward: Reward, margin: float, share: float
) -> dict[str, float | bool | None]:
    """Work out one tier; ``share`` of a year is known."""
    known = row["before"] > 0
    names = ("kept", "kept_orders", "kept_revenue")
    buyers, placed, revenue = (
        row[name] for name in (names if known else ("buyers", "orders", "revenue"))
    )
    value, size = _per(revenue, buyers), _per(revenue, placed)
    full = reward.a_year(value)
    given = full if known or reward.kind == "percent" else full * share
    kept = _per(row["kept"], row["before"]) if known else np.nan
    staying = row["customers"] * kept if known else row["buyers"]
    left = margin * value - given
    gain = _needed(kept * given, left)
    return {
        "kept_share": kept,
        "value": value,
        "size": size,
        "reward": given,
        "cost": staying * given if staying else 0.0,
        "gain": gain,
        "possible": None if np.isnan(gain) else bool(kept + gain <= 1 + ROUNDING),
        "most": (1 - kept) * margin * value,
        "more_orders": _needed(given, margin * size - reward.an_order(size)),
    }


def _per(sum_: float, of: float) -> float:
    return sum_ / of if of else np.nan


def _needed(cost: float, brings: float) -> float:
    """How much of what brings ``brings`` each is needed to pay ``cost``."""
    if np.isnan(cost) or np.isnan(brings):
        return np.nan
    if not cost:
        return 0.0
    return cost / brings if brings > 0 else np.inf
