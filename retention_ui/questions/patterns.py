"""What is asked of the habits that the timing models do not know."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from retention_core import clv

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from retention_core.clv import Season
    from retention_core.orders import Orders


@dataclass(frozen=True)
class Year:
    """The season, and its shape ``ahead`` over the months of a forecast."""

    season: Season
    ahead: pd.DataFrame

    def shaped(self, monthly: pd.DataFrame) -> pd.DataFrame:
        """Give a forecast the shape of the season: the same total, other months.

        ``monthly`` has ``month, expected``, and so has the answer. It is empty where
        there is no season to show.
        """
        if self.season.code != "seasonal" or len(monthly) != len(self.ahead):
            return monthly[["month", "expected"]][:0]
        raised = monthly["expected"].to_numpy() * self.ahead["index"].to_numpy()
        scale = monthly["expected"].sum() / (raised.sum() or 1.0)
        return monthly[["month"]].assign(expected=raised * scale)


def season(orders: Orders, *, months: int) -> Year:
    """Answer whether the months of the year differ, and what that means ahead."""
    found = clv.seasonality(orders)
    return Year(found, found.ahead(orders.as_of, months))


QUESTIONS: dict[str, Callable[..., Any]] = {
    "regularity": clv.regularity,
    "season": season,
}
