"""Whether two answers say the same; and every question there is, as pages ask it."""

from __future__ import annotations

import hashlib
from dataclasses import fields, is_dataclass
from typing import Any

import ibis.expr.types as ir
import numpy as np
import pandas as pd
import pytest

from retention_core import lists
from retention_core.clv import Fits
from retention_ui.questions import campaigns, customer

BIRTHDAY = "birthday"
WINDOW = {"window_days": 90}
MONTH = {"grain": "month"}
TERMS = {"months": 12, "margin": 0.5, "annual_discount_rate": 0.1}
PAIRS = {"min_count": 5, "leave_out": [], "within_days": None}
BREAKS = {
    "breaks": {
        "recency": (10, 30, 60, 120),
        "frequency": (1, 2, 4, 8),
        "monetary": (20.0, 50.0, 100.0, 200.0),
    }
}
TIERS = {"by": "orders", "thresholds": (2, 4, 8), "last_year": True}
SPENT = {"by": "spend", "thresholds": (50.0, 100.0, 200.0), "last_year": False}
PLAIN: dict[str, list[dict[str, Any]]] = {
    "facts": [{}],
    "values": [{}],
    "known_customers": [{}],
    "glance": [WINDOW],
    "found_customers": [WINDOW],
    "found_products": [{}],
    "truncated": [MONTH],
    "measured": [
        {"measure": "retention", "relative_to": None, "windows": None, **MONTH},
        {"measure": "revenue", "relative_to": None, "windows": [30, 90], **MONTH},
    ],
    "groups": [{"by": "product", "measure": "retention", **MONTH}],
    "window": [{}],
    "movement": [MONTH | WINDOW],
    "churn_by_slice": [{"by": "product", **MONTH, **WINDOW}],
    "curves": [{}],
    "next_purchase": [{"after": 1}],
    "waits_by_slice": [{"by": "product"}],
    "usual_gap": [WINDOW],
    "risk": [WINDOW | {"params": (0.5, 60.0, 0.8, 2.4)}],
    "quadrants": [WINDOW | {"params": (0.5, 60.0, 0.8, 2.4)}],
    "history": [{}],
    "simple": [{"margin": 1.0, **WINDOW}],
    "margin": [{}],
    "regularity": [{}],
    "season": [{"months": 12}],
    "same_age": [{"since": None}],
    "timeline": [{}],
    "tenure": [{}],
    "value_by_day": [{}],
    "mix": [MONTH],
    "returning": [{}],
    "paid": [{}],
    "pairs": [PAIRS],
    "all_pairs": [PAIRS],
    "basket_size": [{"within_days": None}, {"within_days": 7}],
    "ubiquitous": [{}],
    "reorder_products": [{}],
    "list_waiting": [{}],
    "next_product": [{}],
    "hit_rate_next": [{}],
    "rfm_breaks": [{}],
    "segment_cells": [BREAKS],
    "segments_moved": [BREAKS | MONTH],
    "tiers_proposed": [{"by": "orders"}, {"by": "spend", "last_year": False}],
    "tiers_standing": [TIERS | WINDOW, SPENT | WINDOW],
}
# These are fitted, or are given what was.
FITS: dict[str, list[dict[str, Any]]] = {
    "fits": [{"model": "bg/nbd"}],
    "fitted": [{}],
    "hit_rate": [WINDOW],
    "backtest": [{"model": "bg/nbd"}],
    "choice": [{}],
}
GIVEN: dict[str, list[dict[str, Any]]] = {
    "forecast": [TERMS],
    "newcomer": [TERMS],
    "found_leaving": [WINDOW],
    "worth_by": [TERMS | {"by": "product"}],
    "maturing": [TERMS],
    "brought": [TERMS | WINDOW | {"limit": 100_000}],
    "brought_rows": [TERMS],
    "list_rows": [WINDOW | {"name": name} for name in lists.NAMES if name != BIRTHDAY],
    "list_part": [WINDOW | {"name": "valuable_leaving"}],
    "list_products": [WINDOW],
    "list_levels": [WINDOW],
    "segmented": [BREAKS | WINDOW],
    "segment_rows": [BREAKS | WINDOW | {"segment": "champions"}],
    "tiers_short": [TIERS | WINDOW],
}
# These are of one customer or cohort, which stands in the question.
ONE = (
    *("members", "alive_path", "recommended", "list_chosen", "list_map"),
    *(each for each in customer.QUESTIONS),
)
# What these tell of stands in no copy: who agreed, birthdays, who was contacted.
UNSHARED = (
    *("list_summary", "list_learned", "ways", "noted", "noted_rows", "tiers_cost"),
    *("hand_out_base", "hand_out_rows", "held_back_anyway", *campaigns.QUESTIONS),
)


def pseudonym(name: str, key: bytes) -> str:
    """Worked out a second time."""
    text = f"{key.hex()}customer:{name}"
    digits = hashlib.sha256(text.encode()).hexdigest().upper()
    return f"{digits[:4]}-{digits[4:8]}-{digits[8:12]}"


def alike(one: Any, other: Any, key: bytes) -> None:
    """Hold that a copy's answer is the original's, its customers' names apart."""
    assert type(one) is type(other)
    if isinstance(one, pd.DataFrame):
        _frames(one, other, key)
    elif isinstance(one, ir.Table):
        assert one.columns == other.columns
    elif isinstance(one, np.ndarray | pd.Series):
        np.testing.assert_allclose(np.asarray(one), np.asarray(other), rtol=1e-5)
    elif isinstance(one, float):
        assert other == pytest.approx(one, rel=1e-5, abs=1e-8, nan_ok=True)
    elif (held := _held(one)) is not None:
        its = _held(other)
        assert held.keys() == its.keys()
        for name, value in held.items():
            alike(value, its[name], key)
    else:
        assert one == other


def _held(one: Any) -> dict[Any, Any] | None:
    """What an answer is made of, by name or place."""
    if isinstance(one, Fits):
        return one.to_json()
    if is_dataclass(one):
        return {each.name: getattr(one, each.name) for each in fields(one)}
    if isinstance(one, list | tuple):
        return dict(enumerate(one))
    return one if isinstance(one, dict) else None


def _frames(one: pd.DataFrame, other: pd.DataFrame, key: bytes) -> None:
    if "customer_id" in one:
        names = one["customer_id"].map(lambda name: pseudonym(name, key))
        one = one.assign(customer_id=names.astype(other["customer_id"].dtype))
        contacts = {"customer_name", "email", "phone", "birthday", "consent", "agreed"}
        one, other = (each.drop(columns=[*contacts & {*each}]) for each in (one, other))
        one, other = (
            each.sort_values("customer_id", ignore_index=True) for each in (one, other)
        )
    pd.testing.assert_frame_equal(one, other, rtol=1e-5, atol=1e-8)
