"""Worked examples of churn score and recency rule, and of the test of both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retention_ui import queries
from retention_ui.blocks import MOST_ROWS
from retention_ui.figures.frames import Row, records
from retention_ui.forecasts import TooLittle
from retention_ui.parts import common

if TYPE_CHECKING:
    from retention_core.risk import HitRate, Quadrants
    from retention_ui.page import Page
    from retention_ui.questions.risk import Fitted
    from retention_ui.worked import Example


def probability_active(page: Page) -> dict[str, str] | None:
    """Return the first customer of the list with the chance of an order."""
    first = _first(page)
    if first is None:
        return None
    return _habit(page, first) | {"active": _percent(page, first["probability_active"])}


def churn_score(page: Page) -> dict[str, str] | None:
    """Return the same customer's score."""
    first = _first(page)
    if first is None:
        return None
    score = _percent(page, first["churn_score"])
    active = _percent(page, first["probability_active"])
    return _habit(page, first) | {"active": active, "score": score}


def recency_rule(page: Page) -> dict[str, str] | None:
    """Return what the rule says of the same customer."""
    first = _first(page)
    if first is None:
        return None
    verdict = page.texts(f"risk.rule.{first['recency_rule']}")
    return _habit(page, first) | {"verdict": verdict}


def area_under_curve(page: Page) -> dict[str, str] | None:
    """Return how well score and silence ranked."""
    found = _tested(page)
    if found is None:
        return None
    areas = found.measures.set_index("name")["auc"]
    return {
        "days": page.formats.days(found.window_days),
        "date": page.formats.date(page.facts.as_of),
        "score": page.formats.share(areas["score"], 1),
        "silence": page.formats.share(areas["silence"], 1),
    }


def brier_score(page: Page) -> dict[str, str] | None:
    """Return the squared errors of score and rule."""
    found = _tested(page)
    if found is None:
        return None
    errors = found.measures.set_index("name")["brier"]
    return {
        "score": page.formats.ratio(errors["score"], 3),
        "rule": page.formats.ratio(errors["rule"], 3),
        "customers": page.formats.count(found.customers),
    }


def calibration(page: Page) -> dict[str, str] | None:
    """Return what became of those with the highest scores."""
    found = _tested(page)
    if found is None:
        return None
    last = records(found.calibration)[-1]
    return {
        "said": page.formats.share(last["score"]),
        "happened": page.formats.share(last["lost"]),
        "interval": page.formats.interval(last["low"], last["high"]),
    }


def valuable_and_leaving(page: Page) -> dict[str, str] | None:
    """Return how many they are and what they brought."""
    params = _params(page)
    if params is None:
        return None
    days = common.window_days(page)
    asked = {"window_days": days, "params": params}
    found: Quadrants = queries.ask(page.shop, "quadrants", **asked)
    row = records(found.quarters)[0]
    n = page.formats.count(row["customers"])
    return {
        "customers": page.texts("risk.counted", count=row["customers"], n=n),
        "amount": page.formats.money(found.valuable_from),
        "revenue": page.formats.money(row["revenue"], "about"),
    }


def _params(page: Page) -> list[float] | None:
    found: Fitted | TooLittle = queries.ask(page.shop, "fitted")
    return None if isinstance(found, TooLittle) else found.params


def _first(page: Page) -> Row | None:
    params = _params(page)
    if params is None or not page.shop.lists:
        return None
    days = common.window_days(page)
    asked = {"window_days": days, "params": params, "quarter": None}
    return records(queries.ask(page.shop, "risk", limit=MOST_ROWS, **asked))[0]


def _habit(page: Page, row: Row) -> dict[str, str]:
    return {
        "customer": page.formats.md(row["customer_id"]),
        "orders": page.formats.count(row["purchase_days"]),
        "silent": page.formats.days(row["days_since_last_order"]),
        "days": page.formats.days(common.window_days(page)),
    }


def _percent(page: Page, share: float) -> str:
    return page.formats.share(share, 1)


def _tested(page: Page) -> HitRate | None:
    days = common.window_days(page)
    found: HitRate | TooLittle = queries.ask(page.shop, "hit_rate", window_days=days)
    return None if isinstance(found, TooLittle) else found


EXAMPLES: dict[str, Example] = {
    "churn_score": churn_score,
    "recency_rule": recency_rule,
    "probability_active": probability_active,
    "area_under_curve": area_under_curve,
    "brier_score": brier_score,
    "calibration": calibration,
    "valuable_and_leaving": valuable_and_leaving,
}
