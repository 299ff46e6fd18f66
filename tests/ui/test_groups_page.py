"""Groups beside each other, and one age over time, on the cohort page."""

from __future__ import annotations

import pytest

from retention_core import groups
from tests.ui.test_pages import SHOPS, headings, opened, shop_of, sound


@pytest.mark.parametrize(
    ("view", "sentence", "pairs"),
    [
        (
            {"split": "channel"},
            "In month 1, 20 points more of Search return than of Deal site (15 to 24)",
            "4 of 10 pairs of groups differ beyond chance",
        ),
        (
            {"split": "product", "other": "Espresso beans 250 g"},
            "In month 1, 21 points more of Starter… return than of Espresso… "
            "(12 to 30)",
            "15 of 36 pairs of groups differ beyond chance",
        ),
        (
            {"split": "channel", "compared": "cumulative_revenue_per_customer"},
            "By month 1, Search brings €14.00 more than Deal site (€11.00 to €17.00)",
            "4 of 10 pairs of groups differ beyond chance",
        ),
        (
            {"split": "channel", "compared": "repeat_by", "age": "3"},
            "By month 3, 21 points more of Search reorder than of Deal site (16 to 26)",
            "4 of 10 pairs of groups differ beyond chance",
        ),
        (
            {"split": "channel", "group": "Referral", "other": "Search"},
            "No clear difference between Search and Referral in month 1",
            "4 of 10 pairs of groups differ beyond chance",
        ),
        (
            {"split": "country"},
            "No clear difference between AT and DE in month 1",
            "None of 6 pairs of groups differs beyond chance",
        ),
        (
            {"split": "customer.city"},
            "No clear difference between Hamburg and Leipzig in month 1",
            "None of 36 pairs of groups differs beyond chance",
        ),
        (
            {"split": "since:2025-03-03"},
            "Since 3 Mar 2025, 6 points more return in month 1 than before (2 to 9)",
            None,
        ),
    ],
)
def test_what_was_planted_is_found_and_nothing_else(sample, view, sentence, pairs):
    app = opened("cohorts", sample, **view)
    sound(app)
    found = headings(app)
    assert sentence in found
    assert [each for each in found if "pairs" in each] == ([pairs] if pairs else [])
    assert len(app.get("plotly_chart")) == 2


@pytest.mark.parametrize(
    "view",
    [
        {"split": "customer.email"},
        {"split": "since:2025-13-99"},
        {"split": "channel", "group": "nobody", "other": "Deal site"},
        {"split": "channel", "group": "Search", "other": "Search"},
        {"split": "channel", "compared": "orders", "age": "-3"},
        {"split": "channel", "grain": "week", "age": "99"},
        {"split": "product", "grain": "year"},
        {"split": "channel", "dates": "custom", "from": "2026-06-01"},
        {"split": "channel", "customers": "country", "value": "AT"},
        {"measure": "orders", "age": "3"},
        {"measure": "on_or_after", "ages": "days"},
        {"measure": "average_order_value", "grain": "quarter"},
        {"measure": "revenue", "shown": "first"},
    ],
)
def test_whatever_an_address_says_the_page_stands(sample, view):
    assert sound(opened("cohorts", sample, **view))


@pytest.mark.parametrize("measure", groups.MEASURES)
@pytest.mark.parametrize("name", SHOPS)
def test_small_shops_are_told_that_they_are_small(sample, name, measure):
    app = opened("cohorts", shop_of(SHOPS[name]), split="product", compared=measure)
    sound(app)
    assert not [each for each in headings(app) if "points" in each or "more" in each]


def test_one_age_says_that_a_month_fell_and_whether_there_is_a_trend(sample):
    app = opened("cohorts", sample)
    assert "Month 1 fell in March 2025 and is back to normal" in headings(app)
    notes = " ".join(each.value for each in app.markdown)
    assert "Dashed: the trend, +3.9 pts a year (95%: −0.6 pts to +8.3 pts)" in notes
    later = opened("cohorts", sample, dates="custom", **{"from": "2025-04-01"})
    assert "Month 1 shows no trend: about 43% throughout" in headings(later)


def test_what_can_still_grow_has_no_trend_and_says_why(sample):
    app = opened("cohorts", sample, measure="on_or_after")
    assert sound(app)
    said = " ".join(each.value for each in app.markdown)
    assert "older cohorts have had longer" in said
    assert "it takes six" not in said
