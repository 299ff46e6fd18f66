"""What the churn page asks of window, movement and waits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from retention_core import churn, survival, timing

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from retention_core.orders import Orders
    from retention_core.survival import LogRank


ORDERS = (1, 2, 3)


@dataclass(frozen=True)
class Waits:
    """The waits of the largest slices: their curves, and whether they differ."""

    curves: pd.DataFrame
    test: LogRank


@dataclass(frozen=True)
class Curves:
    """All waits beside the finished ones; and those after the 1st, 2nd, 3rd order."""

    gaps: pd.DataFrame
    after: dict[int, pd.DataFrame]


def curves(orders: Orders) -> Curves:
    """Draw every curve of waits of the page from one count."""
    counts = survival.waiting_times(orders, most=max(ORDERS))
    whole = counts.groupby("days", as_index=False)[["returned", "waiting"]].sum()
    after = {
        each: survival.kaplan_meier(counts[counts["after"] == each]) for each in ORDERS
    }
    return Curves(survival.beside_finished(whole), after)


def waits_by_slice(orders: Orders, *, by: str, after: int = 1) -> Waits:
    """Draw the waits of the largest slices from one count, and test it.

    Slices of fewer than 30 customers are left out: their curve says nothing yet.
    """
    counts = survival.slice_counts(orders, by=by, after=after)
    sizes = (counts["returned"] + counts["waiting"]).groupby(counts["slice"])
    counts = counts[sizes.transform("sum") >= survival.LEAST_AT_RISK]
    return Waits(survival.curves(counts), survival.log_rank(counts))


QUESTIONS: dict[str, Callable[..., Any]] = {
    "window": churn.window,
    "movement": churn.movement,
    "churn_by_slice": churn.by_slice,
    "curves": curves,
    "next_purchase": survival.next_purchase,
    "waits_by_slice": waits_by_slice,
    "usual_gap": timing.usual_gap,
}
