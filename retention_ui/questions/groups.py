"""What is asked to hold groups of customers beside each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from retention_core import groups, measures

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from retention_core.groups import Measure
    from retention_core.orders import Orders
    from retention_core.periods import Grain


def by_age(  # noqa: PLR0913 which groups, and which of their cohorts
    orders: Orders,
    *,
    by: str,
    measure: Measure,
    grain: Grain,
    first: str | None = None,
    last: str | None = None,
    without_first: bool = False,
) -> pd.DataFrame:
    """Add up the cohorts of each group that begin from ``first`` to ``last``.

    Both are ISO dates; ``without_first`` leaves the first of them out.
    """
    cells = measures.measured(orders, measure, grain=grain, by=by)
    if first is not None:
        cells = cells[cells["cohort"] >= first]
    if last is not None:
        cells = cells[cells["cohort"] <= last]
    if without_first:
        cells = cells[cells["cohort"] > cells["cohort"].min()]
    return groups.summed(cells, by=by, measure=measure)


QUESTIONS: dict[str, Callable[..., Any]] = {"groups": by_age}
