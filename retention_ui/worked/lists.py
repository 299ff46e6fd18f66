"""Worked examples of the lists: what is at stake, who comes first, when to write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from retention_ui import queries
from retention_ui.figures.frames import Row, records
from retention_ui.forecasts import TooLittle
from retention_ui.parts import common, forecast, tiers

if TYPE_CHECKING:
    from retention_ui.page import Page
    from retention_ui.questions.list_choice import Waiting
    from retention_ui.questions.lists import Everything
    from retention_ui.worked import Example

BEST, LOST = "top_tenth", "win_back"


def value_at_stake(page: Page) -> dict[str, str] | None:
    """Return what is at stake with the best and the lost, and what is expected."""
    rows, asked = _lists(page), _asked(page)
    if asked is None or not rows:
        return None
    return {
        "customers": page.formats.count(rows[BEST]["customers"]),
        "stake": page.formats.money(rows[BEST]["stake"], "about"),
        "expected": page.formats.money(rows[BEST]["expected"], "about"),
        "lost": page.formats.count(rows[LOST]["customers"]),
        "lost_stake": page.formats.money(rows[LOST]["stake"], "about"),
        "lost_expected": page.formats.money(rows[LOST]["expected"], "about"),
    }


def first_on_this_list(page: Page) -> dict[str, str] | None:
    """Return how many of the top tenth stand on no list before it."""
    rows = _lists(page)
    if not rows:
        return None
    return {
        "customers": page.formats.count(rows[BEST]["customers"]),
        "first": page.formats.count(rows[BEST]["first_customers"]),
    }


def may_be_written_to(page: Page) -> dict[str, str] | None:
    """Return who of the top tenth agreed; None where the files tell nothing of it."""
    found = _everything(page)
    if found is None or not found.asked:
        return None
    row = _lists(page)[BEST]
    unknown = row["customers"] - row["agreed"] - row["refused"]
    return {
        "customers": page.formats.count(row["customers"]),
        "agreed": page.formats.count(row["agreed"]),
        "refused": page.formats.count(row["refused"]),
        "unknown": page.formats.count(unknown),
    }


def leaving_customer(page: Page) -> dict[str, str] | None:
    """Return how many are valuable and leaving, and what is at stake."""
    rows, asked = _lists(page), _asked(page)
    if asked is None or not rows:
        return None
    row = rows["valuable_leaving"]
    return {
        "customers": page.formats.count(row["customers"]),
        "stake": page.formats.money(row["stake"], "about"),
        "days": page.formats.days(asked["window_days"]),
    }


def reorder_interval(page: Page) -> dict[str, str] | None:
    """Return how long the product lasts that most are due for."""
    asked = _asked(page)
    if asked is None or not page.facts.products:
        return None
    found = records(queries.ask(page.shop, "list_products", **asked).head(1))
    if not found:
        return None
    row, formats = found[0], page.formats
    ends = (formats.ratio(row[each], 0) for each in ("low", "high"))
    return {
        "product": formats.md(row["product"]),
        "days": formats.days(round(row["interval_days"])),
        "interval": formats.span(*ends),
        "customers": formats.count(row["repeat_customers"]),
        "due": formats.count(row["customers"]),
    }


def second_order_day(page: Page) -> dict[str, str] | None:
    """Return the days by which half and most of those who come back have."""
    if not page.facts.customers:
        return None
    found: Waiting = queries.ask(page.shop, "list_waiting")
    if found.half is None or found.most is None:
        return None
    half, most = (page.formats.days(each) for each in (found.half, found.most))
    return {"half": half, "most": most}


def _asked(page: Page) -> dict[str, Any] | None:
    """What the page on lists asks with; None where there is no forecast."""
    if not page.facts.customers:
        return None
    fits = forecast.fitted(page, forecast.USUAL)
    if isinstance(fits, TooLittle):
        return None
    return _given(page, fits.to_json())


def _given(page: Page, fits: dict[str, Any] | None) -> dict[str, Any]:
    days = common.window_days(page)
    steps = tiers.chosen(page).everything
    learned = common.learned(page, steps)
    return {"fits": fits, "window_days": days, "learned": learned, "tiers": steps}


def _everything(page: Page) -> Everything | None:
    if not page.facts.customers:
        return None
    asked = _asked(page) or _given(page, None)
    found: Everything = queries.ask(page.shop, "list_summary", **asked)
    return found if found.summary.contacted else None


def _lists(page: Page) -> dict[str, Row]:
    found = _everything(page)
    if found is None:
        return {}
    return {row["list"]: row for row in records(found.summary.lists)}


EXAMPLES: dict[str, Example] = {
    "value_at_stake": value_at_stake,
    "first_on_this_list": first_on_this_list,
    "may_be_written_to": may_be_written_to,
    "leaving_customer": leaving_customer,
    "reorder_interval": reorder_interval,
    "second_order_day": second_order_day,
}
