"""What is asked of the loyalty tiers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from retention_core import tiers
from retention_ui.questions.people import by_stake, people, tomorrow, with_details

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pandas as pd

    from retention_core.orders import Orders


def standing(
    orders: Orders,
    *,
    window_days: int,
    **asked: Any,  # noqa: ANN401 as of the core
) -> pd.DataFrame:
    """Answer who stands where.

    Parameters
    ----------
    window_days
        Who has been silent for so long counts as lost.
    asked
        ``by, thresholds, last_year`` as of ``tiers.standing``.

    Returns
    -------
    Frame with a row a tier, from 0 (none yet): ``tier, customers, orders, spend`` that
    count; ``short``, how many are one order short of the next one, ``active`` of these.
    """
    stood = tiers.standing(orders, **asked)
    found = orders.run(
        stood.group_by("tier").agg(
            customers=stood.count(), orders=stood.orders.sum(), spend=stood.spend.sum()
        )
    )
    short = tiers.one_short(orders, **asked)
    active = (short.days_since_last_order < window_days).cast("int64")
    near = orders.run(
        short.group_by("tier").agg(short=short.count(), active=active.sum())
    )
    every = range(len(asked["thresholds"]) + 1)
    both = found.merge(near, on="tier", how="left").set_index("tier")
    both = both.reindex(every).fillna(0).rename_axis("tier").reset_index()
    counts = ("customers", "orders", "short", "active")
    return both.astype(dict.fromkeys(counts, "int64"))


def one_short(
    orders: Orders,
    *,
    fits: Mapping[str, Any] | None,
    window_days: int,
    limit: int | None = None,
    **asked: Any,  # noqa: ANN401
) -> pd.DataFrame:
    """List who is one order short and not lost, those with most at stake first.

    ``asked`` as of :func:`standing`. ``customer_id, stake, act_on`` (the day after
    ``as_of``), ``tier, next_tier, missing, usual_order, last_order,
    days_since_last_order``.
    """
    short = tiers.one_short(orders, window_days=window_days, **asked)
    with people(orders, fits=fits, window_days=window_days) as everybody:
        stakes = everybody.select("customer_id", "stake")
        both = short.join(stakes, "customer_id")
        shown = by_stake(both.mutate(act_on=tomorrow(orders)))
        shown = shown if limit is None else shown.limit(limit)
        return orders.run(by_stake(with_details(shown, orders)))


def cost(
    orders: Orders,
    *,
    kind: str,
    values: Sequence[float],
    **asked: Any,  # noqa: ANN401
) -> tiers.Cost:
    """Answer what rewards of one ``kind`` cost; ``asked`` as of ``tiers.cost``."""
    rewards = [tiers.Reward(kind, value) for value in values]  # type: ignore[arg-type]
    return tiers.cost(orders, rewards=rewards, **asked)


QUESTIONS: dict[str, Callable[..., Any]] = {
    "tiers_proposed": tiers.proposed,
    "tiers_standing": standing,
    "tiers_short": one_short,
    "tiers_cost": cost,
}
