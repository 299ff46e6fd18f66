"""Cards of what a new customer is worth, and of what one may cost."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from retention_ui import cards
from retention_ui.figures.frames import records
from retention_ui.header import glossary_words

if TYPE_CHECKING:
    from retention_core.clv.newcomers import Newcomer, Payback
    from retention_ui.page import Page

# Of the months looked at: within how many what a new customer cost is to be back.
AFFORDABLE = {12: (3, 6), 24: (6, 12), 36: (12, 24)}
ENDS = ("value", "low", "high")
FEW_TIMES = 2.0


def worth(page: Page, found: Newcomer, paid: Payback | None) -> list[cards.Card]:
    """What one is worth; with a cost how it is earned, else what one may cost."""
    known = _costed(page, found, paid) if paid else _affordable(page, found)
    if found.terms.margin == 1:
        known = [replace(each, delta=page("margin.card")) for each in known]
    return [*_first(page, found), *known]


def when(page: Page, words: str, month: int | None, months: int) -> str:
    """Say when a cost is earned back, in the words of a card or of a sentence."""
    if month is None:
        return page(f"{words}.never", n=page.formats.count(months))
    if month == 0:
        return page(f"{words}.at_once")
    return page(f"{words}.month", month=page.formats.count(month))


def _first(page: Page, found: Newcomer) -> list[cards.Card]:
    months = found.terms.months
    ends = _bounds(page, found, months)
    words = page.formats.count(months)
    first = page.formats.money(float(found.monthly["value"].iloc[0]))
    return [
        _card(page, "worth", ends.pop("value"), "worth", n=words, **ends),
        _card(page, "first", first, "worth"),
    ]


def _affordable(page: Page, found: Newcomer) -> list[cards.Card]:
    """What a new customer may cost to be earned back within some months."""
    shown = []
    for months in AFFORDABLE[found.terms.months]:
        ends = _bounds(page, found, months)
        words = page.formats.count(months)
        value = ends.pop("value")
        shown.append(_card(page, "affordable", value, "cost", n=words, **ends))
    return shown


def _bounds(page: Page, found: Newcomer, months: int) -> dict[str, str]:
    """Worth by then and its 95 % interval, as they are written."""
    row = records(found.monthly[found.monthly["month"] == months])[0]
    return {end: page.formats.money(float(row[end])) for end in ENDS}


def _costed(page: Page, found: Newcomer, paid: Payback) -> list[cards.Card]:
    """How many times over a cost is earned, and when."""
    months = found.terms.months
    words = page.formats.count(months)
    ratio, *ratios = (
        page.formats.ratio(each, 2 if each < FEW_TIMES else 1)
        for each in (paid.ratio, paid.low, paid.high)
    )
    bounds = dict(zip(("low", "high"), ratios, strict=True))
    ends = {"low": paid.earliest, "high": paid.latest}
    whens = {end: when(page, "when", each, months) for end, each in ends.items()}
    back = when(page, "cards", paid.month, months)
    return [
        _card(page, "ratio", ratio, "ratio", n=words, **bounds),
        _card(page, "back", back, "payback", **whens),
    ]


def _card(
    page: Page,
    name: str,
    value: str,
    term: str,
    **fields: Any,  # noqa: ANN401
) -> cards.Card:
    words = page(f"card_help.{name}", **fields)
    if page.access.may("glossary"):
        words += f" {glossary_words(page.texts, page.term(term) or term)}"
    return cards.Card(page(f"cards.{name}", **fields), value, words)
