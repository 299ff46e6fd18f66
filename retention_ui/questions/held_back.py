"""What is asked of a shop that has held nobody back yet: how many it would take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from retention_core import campaigns

if TYPE_CHECKING:
    from collections.abc import Callable

    from retention_core.orders import Orders


@dataclass(frozen=True)
class Anyway:
    """If all customers were written to.

    Attributes
    ----------
    customers
        With a purchase.
    share
        Of them who would order within the days anyway, 0–1; NaN where the past is too
        short to say.
    control
        To hold back, to find the effect asked for.
    detectable
        What is then found, as a share; NaN: nothing.
    enough
        Whether that is as small as was asked for.
    """

    customers: int
    share: float
    control: int
    detectable: float
    enough: bool


def anyway(orders: Orders, *, days: int, effect: float) -> Anyway:
    """Suggest a control group of all customers for an ``effect`` (a share)."""
    bought = orders.purchase_days.select("customer_id").distinct()
    size = int(orders.run(bought.agg(n=bought.count()))["n"].iloc[0])
    share = campaigns.base_rate(orders, bought, days=days)
    found = campaigns.suggest(size, share, smallest_effect=effect)
    return Anyway(size, share, found.control, found.detectable, found.enough)


QUESTIONS: dict[str, Callable[..., Any]] = {"held_back_anyway": anyway}
