"""Worked examples of tiers and of what their rewards cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from retention_ui import queries
from retention_ui.figures.frames import Row, records
from retention_ui.parts import common

if TYPE_CHECKING:
    from retention_core.tiers import Cost
    from retention_ui.page import Page
    from retention_ui.worked import Example

REWARD = 0.05
HALF = 0.5


def loyalty_tier(page: Page) -> dict[str, str] | None:
    """Return what bronze asks for, and who has it."""
    if not page.facts.customers:
        return None
    asked = _asked(page)
    rows = _standing(page, asked)
    at = int(asked["thresholds"][0])
    n = page.formats.count(at)
    reached = sum(row["customers"] for row in rows if row["tier"] > 0)
    return {
        "threshold": page.texts("tiers.from.orders", count=at, n=n),
        "customers": page.formats.count(reached),
    }


def one_order_short(page: Page) -> dict[str, str] | None:
    """Return how many are one order short."""
    if not page.facts.customers:
        return None
    rows = _standing(page, _asked(page))
    return {
        "customers": page.formats.count(sum(row["short"] for row in rows)),
        "active": page.formats.count(sum(row["active"] for row in rows)),
    }


def cost_of_rewards(page: Page) -> dict[str, str] | None:
    """Return what a percent off costs on bronze."""
    row = _bronze(page)
    if row is None:
        return None
    formats = page.formats
    return {
        "customers": formats.count(row["customers"]),
        "kept": formats.share(row["kept_share"], 1),
        "reward": formats.money(row["reward"], "cents"),
        "cost": formats.money(row["cost"]),
    }


def break_even_gain(page: Page) -> dict[str, str] | None:
    """Return the gain that pays for a percent off on bronze."""
    row = _bronze(page)
    if row is None or not np.isfinite(row["gain"]):
        return None
    formats = page.formats
    return {
        "margin": formats.share(HALF),
        "kept": formats.share(row["kept_share"], 1),
        "reward": formats.money(row["reward"], "cents"),
        "value": formats.money(row["value"], "cents"),
        "gain": formats.ratio(100 * row["gain"]),
    }


def _asked(page: Page) -> dict[str, Any]:
    terms = {"by": "orders", "last_year": True}
    steps = queries.ask(page.shop.everybody(), "tiers_proposed", **terms)
    return {**terms, "thresholds": list(steps)}


def _standing(page: Page, asked: dict[str, Any]) -> list[Row]:
    days = common.window_days(page)
    return records(queries.ask(page.shop, "tiers_standing", window_days=days, **asked))


def _bronze(page: Page) -> Row | None:
    """The lowest tier with the reward, where a year's keeping is known."""
    if not page.facts.customers:
        return None
    asked = _asked(page)
    terms = {"kind": "percent", "values": [REWARD] * len(asked["thresholds"])}
    found: Cost = queries.ask(page.shop, "tiers_cost", margin=HALF, **terms, **asked)
    row = records(found.tiers)[0]
    return None if np.isnan(row["kept_share"]) else row


EXAMPLES: dict[str, Example] = {
    "loyalty_tier": loyalty_tier,
    "one_order_short": one_order_short,
    "cost_of_rewards": cost_of_rewards,
    "break_even_gain": break_even_gain,
}
