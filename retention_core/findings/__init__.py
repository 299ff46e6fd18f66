"""What is worth a sentence: looked for in everything, corrected for all of it.

Each kind of question says what it looked at (:class:`Looked`): every test that was
done counts, whether it found something or not. :func:`choose` corrects all of them
together, so that of twenty shops in which there is nothing to find at most one is told
anything.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from retention_core import churn
from retention_core.findings import calls, described, drift, groups, months, products
from retention_core.findings.candidate import Candidate, Finding, Looked
from retention_core.findings.correction import DESCRIPTIONS, choose
from retention_core.findings.history import histories

if TYPE_CHECKING:
    from retention_core.clv.fits import Fits
    from retention_core.orders import Orders

__all__ = [
    "DESCRIPTIONS",
    "Candidate",
    "Finding",
    "Looked",
    "choose",
    "found",
    "of_customers",
    "of_leaving",
    "of_products",
]
SMALL = 0.001
A_YEAR = 365.25


def found(
    orders: Orders, *, fits: Fits | None, window_days: int | None = None
) -> list[Finding]:
    """What stands out in a shop, in the order it is worth being told.

    Parameters
    ----------
    fits
        As of :func:`retention_core.clv.fits`; None where there is too little data.
    window_days
        The window ``w``; from the data if not given.

    Returns
    -------
    list of Finding
        Of complete periods only. Claims stand at 5 % for all of them together; where
        fewer than three do, descriptions fill up.
    """
    days = churn.window(orders).days if window_days is None else window_days
    return choose(
        [
            *of_customers(orders, window_days=days),
            *of_products(orders),
            *of_leaving(orders, fits=fits, window_days=days),
        ]
    )


def of_customers(orders: Orders, *, window_days: int) -> list[Looked]:
    """All that was looked at of groups, cohorts, months and trends."""
    sales = months.sales(orders)
    sold = float(sales["orders"].sum())
    average = float(sales["revenue"].sum()) / sold if sold else 0.0
    with histories(orders) as held:
        slices = groups.sliced(orders, held)
        back = groups.returning(slices, average * A_YEAR / orders.span_days)
        begun = months.cohorts(orders, held, average)
        fell = groups.fallen(slices, held.span.months if held.span else None)
        trends = [
            drift.retention(orders, held, average),
            drift.churn(orders, held, window_days),
            drift.order_value(orders, sales),
        ]
        told = groups.explained(
            orders,
            held,
            [each for each in (*back.candidates, *begun.candidates) if _small(each)],
        )
        return [
            replace(back, candidates=[c for c in told if c.kind == "group"]),
            replace(begun, candidates=[c for c in told if c.kind == "cohort"]),
            fell,
            months.returns(orders, held, average),
            months.unusual(orders, sales),
            _one_family(trends),
            described.described(orders, held),
        ]


def of_products(orders: Orders) -> list[Looked]:
    """All that was looked at of pairs of products, and of reorders."""
    return products.looked(orders)


def of_leaving(orders: Orders, *, fits: Fits | None, window_days: int) -> list[Looked]:
    """Whether the valuable customers who are leaving are worth a call."""
    return [calls.leaving(orders, fits=fits, window_days=window_days)]


def _small(candidate: Candidate) -> bool:
    # None of a larger p value stands, however few families were asked.
    return candidate.p_value is not None and candidate.p_value <= SMALL


def _one_family(parts: list[Looked]) -> Looked:
    every = [each for part in parts for each in part.candidates]
    return Looked("trends", sum(part.tests for part in parts), every)
