"""Sections of the churn page: when the next order comes, and how often usually."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from retention_core.survival import LARGEST_SLICES, median_of_returned
from retention_ui import blocks, inputs, queries
from retention_ui.figures import survival as figures
from retention_ui.figures.usual import usual_gaps
from retention_ui.findings import churn as findings
from retention_ui.findings import timing as timing_findings
from retention_ui.parts import common
from retention_ui.questions.churn import ORDERS

if TYPE_CHECKING:
    from retention_core.timing import UsualGap
    from retention_ui.page import Page
    from retention_ui.questions.churn import Waits

SHARES = dict.fromkeys(("returned", "low", "high"), "share")


def after(page: Page) -> int:
    """Let the user choose between which orders the time is measured."""
    return int(inputs.choice(page.scope, "after", [str(each) for each in ORDERS]))


def next_order(page: Page, chosen: int) -> None:
    """Draw the time to the second, third and fourth order, the chosen one leading."""
    waits = queries.ask(page.shop, "curves").after
    table = pd.concat([frame.assign(order=each + 1) for each, frame in waits.items()])
    page.section(
        "next_order",
        findings.next_order(waits[chosen], page.formats, chosen).words(page.texts),
        figures.next_orders(waits, *page.drawing, chosen=chosen),
        table=table,
        kinds=SHARES,
        order=page(f"orders.{chosen}"),
    )


def waits(page: Page, by: str, chosen: int) -> None:
    """Draw the same for groups of customers, and say whether they differ."""
    found: Waits = queries.ask(page.shop, "waits_by_slice", by=by, after=chosen)
    names = [common.valued(page, by, value) for value in found.curves["slice"]]
    curves = found.curves.assign(slice=names)
    dimension = common.named(page, by).lower()
    finding = timing_findings.waits(curves, found.test, dimension, page.formats)
    best, worst = finding.subject or (None, None)
    drawn = curves["slice"].nunique()
    page.section(
        "waits",
        finding.words(page.texts),
        figures.slices(curves, *page.drawing, best=best, worst=worst),
        table=curves,
        kinds=SHARES,
        order=page(f"orders.{chosen}"),
        p=page.formats.p_value(found.test.p_value),
        halves=_halves(page, curves),
        shown=page("waits.shown") if drawn == LARGEST_SLICES else "",
    )


def usual(page: Page, days: int) -> None:
    """Draw the customers' own usual interval, and say how many ordered once."""
    found: UsualGap = queries.ask(page.shop, "usual_gap", window_days=days)
    formats = page.formats
    page.section(
        "usual",
        timing_findings.usual(found, formats).words(page.texts),
        usual_gaps(found.histogram, *page.drawing, median=found.median),
        table=found.histogram,
        lower=formats.count(found.lower),
        upper=formats.days(found.upper),
    )
    once = page(
        "notes.once",
        once=formats.count(found.once),
        customers=formats.count(found.customers),
        interval=formats.interval(found.low, found.high, 1),
        active=formats.count(found.once_active),
        lost=formats.count(found.once_lost),
        days=formats.days(days),
    )
    blocks.note(once)


def _halves(page: Page, curves: pd.DataFrame) -> str:
    """Say for each group within how long half of those who come back do so."""
    found = []
    for name, curve in curves.groupby("slice", sort=False):
        days = median_of_returned(curve)
        if days is not None:
            shown = page.formats.md(name)
            found.append(page("waits.half", name=shown, days=page.formats.days(days)))
    return page("waits.halves", list=", ".join(found)) if found else ""
