"""What is asked of the segments by recency, frequency and money."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from retention_core import rfm
from retention_ui.questions.people import by_stake, people, tomorrow, with_details

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pandas as pd

    from retention_core.orders import Orders
    from retention_core.periods import Grain

SCORES = ("recency_score", "frequency_score", "monetary_score")
OWN = ("orders", "revenue", "days_since_last_order", *SCORES)


@dataclass(frozen=True)
class Segmented:
    """The segments.

    ``table``: as of ``rfm.segments``, with ``stake`` (the value of the next twelve
    months if all stay; without a forecast the revenue of the last year). ``cells`` as
    of ``rfm.grid``; ``boxes`` of ``rfm.boxes``.
    """

    table: pd.DataFrame
    cells: pd.DataFrame
    boxes: pd.DataFrame

    @property
    def customers(self) -> int:
        """How many there are in all."""
        return int(self.table["customers"].sum())


def segmented(
    orders: Orders,
    *,
    breaks: Mapping[str, Sequence[float]],
    fits: Mapping[str, Any] | None,
    window_days: int,
) -> Segmented:
    """Answer size and worth of each segment, by given breaks."""
    given = breaks_of(breaks)
    with people(orders, fits=fits, window_days=window_days) as everybody:
        table = rfm.segments(orders, given, everybody)
    grid = rfm.grid(orders, given)
    return Segmented(table, grid, rfm.boxes(grid))


def cells(orders: Orders, *, breaks: Mapping[str, Sequence[float]]) -> pd.DataFrame:
    """Answer customers by their scores: ``rfm.grid`` by given breaks."""
    return rfm.grid(orders, breaks_of(breaks))


def moved(
    orders: Orders, *, breaks: Mapping[str, Sequence[float]], grain: Grain
) -> pd.DataFrame:
    """Answer who moved from where to where, by given breaks."""
    return rfm.moved(orders, breaks_of(breaks), grain=grain)


def rows(
    orders: Orders,
    *,
    segment: str,
    breaks: Mapping[str, Sequence[float]],
    fits: Mapping[str, Any] | None,
    window_days: int,
    limit: int | None = None,
) -> pd.DataFrame:
    """List the customers of a segment, those with most at stake first.

    ``customer_id, stake, act_on`` (the day after ``as_of``), what they are scored by,
    their scores, and what the customers' list says of them.
    """
    inside = rfm.members(orders, segment, breaks_of(breaks))
    with people(orders, fits=fits, window_days=window_days) as everybody:
        stakes = everybody.select("customer_id", "stake", "last_order")
        both = inside.join(stakes, "customer_id").mutate(act_on=tomorrow(orders))
        shown = by_stake(
            both.select("customer_id", "stake", "act_on", "last_order", *OWN)
        )
        shown = shown if limit is None else shown.limit(limit)
        return orders.run(by_stake(with_details(shown, orders)))


def breaks_of(given: Mapping[str, Sequence[float]]) -> rfm.Breaks:
    """Breaks from what is asked."""
    return rfm.Breaks(**{name: tuple(given[name]) for name in rfm.MEASURES})


QUESTIONS: dict[str, Callable[..., Any]] = {
    "rfm_breaks": rfm.breaks,
    "segmented": segmented,
    "segment_cells": cells,
    "segments_moved": moved,
    "segment_rows": rows,
}
