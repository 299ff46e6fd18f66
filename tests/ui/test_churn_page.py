"""The churn page: window, movement, groups and timing, with the sample and without."""

from __future__ import annotations

import pytest

from tests.ui.test_pages import SHOPS, headings, opened, shop_of, sound


def notes(app) -> str:
    return " ".join(each.value for each in app.markdown)


def table_of(app, first: str):
    return next(
        each.value.set_index(first) for each in app.table if first in each.value
    )


def test_the_sum_of_the_customers_is_the_heading_and_the_table(sample):
    app = opened("churn", sample)
    assert sound(app)
    sums = table_of(app, "Customers")
    assert list(sums.columns) == ["May 2025", "Mar 2026", "Apr 2026", "May 2026"]
    start, new, back, lost, end = sums["May 2026"].iloc[:5]
    assert start + new + back - lost == end
    heading = next(each for each in headings(app) if "after May 2026" in each)
    assert heading.startswith(f"{start:,.0f} active + {new:.0f} new")
    assert sums.loc["Kept, strict"].between(0, 1).all()
    assert len(heading) <= 80


def test_half_and_double_the_window_stand_beside_it(sample):
    app = opened("churn", sample, window="90")
    assert sound(app)
    other = table_of(app, "Window")
    assert list(other.columns) == ["45 days", "**90 days**", "180 days"]
    churn = other.loc["Churn"]
    assert churn.is_monotonic_decreasing
    assert any(each.startswith("Halving or doubling") for each in headings(app))
    assert "no clear trend" in notes(app)


def test_a_window_longer_than_the_history_leaves_a_gap_and_says_why(sample):
    app = opened("churn", sample, window="300", grain="year")
    assert sound(app)
    double = table_of(app, "Window")["600 days"]
    assert double.isna().all()
    assert "does not yet hold a whole window" in notes(app)
    assert any(each.startswith("Halving the window moves") for each in headings(app))


def test_without_a_split_no_groups_are_drawn(sample):
    said = headings(opened("churn", sample))
    assert not any("Deal site" in each for each in said)


@pytest.mark.parametrize("grain", ["week", "month", "quarter", "year"])
def test_the_groups_of_a_split_are_told_apart(grain, sample):
    app = opened("churn", sample, split="channel", grain=grain)
    assert sound(app)
    assert all(len(each) <= 80 for each in headings(app))
    if grain == "month":
        said = " ".join(headings(app))
        assert "of Deal site customers are lost each month" in said
        assert "Within 90 days" in said


@pytest.mark.parametrize("by", ["country", "product", "since:2025-03-03"])
def test_every_split_has_its_sections(by, sample):
    app = opened("churn", sample, split=by)
    assert sound(app)
    words = notes(app)
    assert "Churn by month, from Jun 2025 to May 2026" in words
    assert "Chance of such a difference by accident" in words


@pytest.mark.parametrize(("after", "order"), [("2", "third"), ("3", "fourth")])
def test_the_time_to_a_later_order_is_told(after, order, sample):
    app = opened("churn", sample, after=after)
    assert sound(app)
    assert any(f"order a {order} time within" in each for each in headings(app))


def test_who_ordered_once_is_parted_by_the_window(sample):
    app = opened("churn", sample)
    assert any("have ordered once" in each for each in headings(app))
    assert "1,380 of 3,799 customers" in notes(app)


@pytest.mark.parametrize("kind", SHOPS)
def test_odd_shops_are_split_without_an_error(kind, data_folder):
    view = {"split": "product", "grain": "year", "window": "7", "after": "2"}
    assert sound(opened("churn", shop_of(SHOPS[kind]), **view))


def test_the_calculator_says_which_rate_it_is(sample):
    app = opened("churn", sample)
    app.button(key="churn.example1").click().run()
    metric = app.metric[-1]
    assert (metric.label, metric.value) == ("Customer retention rate", "80.0%")
    assert "strict" in metric.help


def test_three_customers_make_no_curve_and_no_rate_of_their_own(data_folder):
    app = opened("churn", shop_of(SHOPS["three customers"]))
    assert sound(app)
    said = headings(app)
    assert "Too few orders follow one another to tell how long customers wait" in said
    assert "Too few customers to tell when the next order comes" in said
    assert "2 of 2 active customers were kept in April 2024" in said
    assert "Churn under half and double the window" in said


def test_what_happened_comes_before_how_the_window_was_found(sample):
    said = headings(opened("churn", sample))
    kept = next(i for i, each in enumerate(said) if "were kept in" in each)
    assert kept < next(i for i, each in enumerate(said) if "99 silent days" in each)
