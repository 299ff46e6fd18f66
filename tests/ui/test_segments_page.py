"""The pages on segments and tiers: figures, sentences, settings, odd shops."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from retention_core import rfm, tiers
from retention_ui import queries
from retention_ui.figures import segments as maps
from retention_ui.figures import tiers as rungs
from retention_ui.figures.bounds import Bounds
from retention_ui.figures.look import DARK, LIGHT
from retention_ui.findings import segments as says
from retention_ui.findings import tiers as tells
from retention_ui.formats import Formats
from retention_ui.questions.segments import Segmented
from retention_ui.texts import Texts
from tests.ui.test_pages import SHOPS, headings, opened, shop_of, sound
from tests.ui.test_risk_page import keeps_the_rules

TEXTS, FORMATS = Texts("en"), Formats("en", "EUR")
LOOKS = pytest.mark.parametrize("look", [LIGHT, DARK])
BREAKS = rfm.Breaks((10, 20, 30, 40), (1, 2, 3, 5), (5.0, 10.0, 20.0, 75.6))


def cells_of(customers: int) -> pd.DataFrame:
    """As many customers with each of the 125 scores."""
    names = ["recency_score", "frequency_score", "monetary_score"]
    rows = [(r, f, m) for r in rfm.SCORES for f in rfm.SCORES for m in rfm.SCORES]
    frame = pd.DataFrame(rows, columns=names)
    named = [rfm.segment_of(*each) for each in rows]
    return frame.assign(segment=named, customers=customers, revenue=2.0 * customers)


def segmented(customers: int) -> Segmented:
    cells = cells_of(customers)
    sums = cells.groupby("segment")[["customers", "revenue"]].sum()
    table = sums.reindex(list(rfm.SEGMENTS)).reset_index()
    return Segmented(table, cells, rfm.boxes(cells))


def moved_of(*rows: tuple[str | None, str | None, int]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["from_segment", "to_segment", "customers"])


def standing_of(*customers: int) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "tier": range(len(customers)),
            "customers": customers,
            "spend": [100.0 * n * tier for tier, n in enumerate(customers)],
            "active": [n // 2 for n in customers],
        }
    )


def cost_of(gains: list[float], *, compared: bool = True) -> tiers.Cost:
    kept = np.where(np.isnan(gains), np.nan, 0.6)
    possible = [None if np.isnan(g) else g <= 0.4 for g in gains]
    frame = pd.DataFrame(
        {
            "tier": range(1, len(gains) + 1),
            "cost": 100.0,
            "gain": gains,
            "kept_share": kept,
            "low": kept - 0.1,
            "high": kept + 0.1,
            "possible": pd.array(possible, dtype="boolean"),
        }
    )
    return tiers.Cost(frame, 365, compared, dt.date(2024, 1, 1))


@LOOKS
@pytest.mark.parametrize("customers", [0, 1, 90_000])
def test_the_map_keeps_the_shared_rules_for_any_shop(customers, look):
    boxes = segmented(customers).boxes
    figure = maps.segment_map(boxes, TEXTS, look, FORMATS, breaks=BREAKS)
    keeps_the_rules(figure, look)


@LOOKS
def test_the_other_figures_keep_the_shared_rules(look):
    drawing = (TEXTS, look, FORMATS)
    moved = moved_of((None, "new", 5), ("new", None, 1), ("new", "new", 3))
    keeps_the_rules(maps.movement(moved, *drawing), look)
    keeps_the_rules(maps.movement(moved_of(), *drawing), look)
    keeps_the_rules(rungs.standing(standing_of(5, 3, 2, 1), *drawing), look)
    keeps_the_rules(rungs.standing(standing_of(0, 0, 0, 0), *drawing), look)
    keeps_the_rules(rungs.needed(cost_of([0.1, 0.7, np.inf]).tiers, *drawing), look)


def test_the_boxes_of_the_map_cover_it_without_overlap():
    figure = maps.segment_map(segmented(1).boxes, TEXTS, LIGHT, FORMATS, breaks=BREAKS)
    ends = [
        tuple(
            round(shape[each]) if each[0] == "y" else round(shape[each] - 0.5)
            for each in ("x0", "x1", "y0", "y1")
        )
        for shape in figure.layout.shapes
    ]
    squares = [
        (x, y)
        for left, right, low, high in ends
        for x in range(left, right)
        for y in range(low, high)
    ]
    assert sorted(squares) == [(x, y) for x in range(5) for y in range(4)]


def test_every_box_tells_its_segment_its_customers_and_its_part_of_the_revenue():
    figure = maps.segment_map(segmented(1).boxes, TEXTS, LIGHT, FORMATS, breaks=BREAKS)
    words = [each.text for each in figure.layout.annotations]
    assert "<b>Champions</b><br>8<br>6%" in words
    assert len(words) == 14


def test_scores_are_told_in_days_orders_and_money():
    bounds = Bounds(BREAKS, TEXTS, FORMATS)
    assert bounds.recency(5, 5) == "up to 10 days ago"
    assert bounds.recency(4, 5) == "up to 20 days ago"
    assert bounds.recency(2, 3) == "21–40 days ago"
    assert bounds.recency(1, 1) == "over 40 days ago"
    assert bounds.frequency(1, 1) == "1 order"
    assert bounds.frequency(2, 3) == "2–3 orders"
    assert bounds.frequency(3, 3) == "3 orders"
    assert bounds.frequency(4, 5) == "4 orders or more"
    assert bounds.monetary(4, 5) == "over €20.00"
    assert bounds.monetary(1, 4) == "up to €75.60"
    same = rfm.Breaks((0, 0, 0, 0), (1, 1, 1, 1), (5.0, 5.0, 5.0, 5.0))
    assert Bounds(same, TEXTS, FORMATS).frequency(2, 3) == "nobody"


@pytest.mark.parametrize("score", rfm.SCORES)
def test_the_words_of_a_score_hold_who_has_it(score):
    """Days 0 to 60 each fall under the words of their own score alone."""
    bounds = Bounds(BREAKS, TEXTS, FORMATS)
    words = bounds.recency(score, score)
    days = [
        day for day in range(61) if 5 - sum(day > b for b in BREAKS.recency) == score
    ]
    numbers = [int(n) for n in words.replace("–", " ").split() if n.isdigit()]
    if words.startswith("up to"):
        assert (min(days), max(days)) == (0, numbers[0])
    elif words.startswith("over"):
        assert min(days) == numbers[0] + 1
    else:
        assert [min(days), max(days)] == numbers


def words_of(finding) -> str:
    return finding.words(TEXTS)


def test_sentences_on_segments():
    assert words_of(says.segments(segmented(1), FORMATS)) == (
        "Champions are 6% of the customers and brought 6% of the revenue"
    )
    assert "no customer" in words_of(says.segments(segmented(0), FORMATS))
    day, today = dt.date(2024, 5, 31), dt.date(2024, 6, 18)
    slipped = moved_of(("loyal", "at_risk", 8), ("champions", "loyal", 16))
    assert words_of(says.moved(slipped, day, today, FORMATS)) == (
        "8 of 24 champions and loyal customers have slipped since 31 May"
    )
    stayed = moved_of(("champions", "loyal", 16))
    assert words_of(says.moved(stayed, day, today, FORMATS)) == (
        "None of 16 champions and loyal customers has slipped since 31 May"
    )
    refunded = moved_of(("champions", None, 1))
    assert "1 of 1" in words_of(says.moved(refunded, day, today, FORMATS))
    others = moved_of(("new", "lost", 3), (None, "new", 9))
    assert words_of(says.moved(others, dt.date(2023, 12, 31), today, FORMATS)) == (
        "3 customers have changed segment since 31 Dec 2023"
    )


def test_sentences_on_tiers():
    assert words_of(tells.standing(standing_of(90, 6, 3, 1), FORMATS)) == (
        "Ten customers have reached a tier and bring 100% of the spend"
    )
    assert words_of(tells.standing(standing_of(9, 0, 0, 0), FORMATS)) == (
        "Nobody has reached a tier yet"
    )
    assert words_of(tells.short(standing_of(4, 2), FORMATS)) == (
        "Three customers are one order short of the next tier"
    )


@pytest.mark.parametrize(
    ("gains", "margin", "said"),
    [
        ([0.01, 0.2], 0.4, "Rewards of about €200 a year pay if 1.0 to 20.0 points"),
        ([0.2], 0.4, "Rewards of about €100 a year pay if 20.0 points more are kept"),
        ([0.2], 1, "At 100% margin €100 of rewards pay from 20.0 points more kept"),
        ([0.1, 0.5], 0.4, "Of about €200 a year, the reward of 1 tier in 2 can never"),
        ([np.inf, 0.5], 0.4, "the rewards of 2 tiers in 2 can never pay"),
        ([np.nan, np.nan], 0.4, "Over the last 365 days these rewards would have cost"),
    ],
)
def test_sentences_on_rewards(gains, margin, said):
    words = words_of(tells.cost(cost_of(gains), margin, FORMATS))
    assert said in words
    assert len(words) <= 80


def test_the_pages_tell_of_the_sample_what_the_core_says(sample):
    orders = sample.open_orders()
    app = opened("segments", sample)
    assert sound(app)
    table = rfm.segments(orders).set_index("segment")
    share = table.loc["champions", "customers"] / table["customers"].sum()
    assert headings(app)[0].startswith(f"Champions are {round(100 * share)}% of")
    assert f"At risk: {table.loc['at_risk', 'customers']} customers" in headings(app)
    steps = tiers.proposed(orders)
    stood = orders.run(tiers.standing(orders, thresholds=steps))
    app = opened("tiers", sample)
    assert sound(app)
    reached = (stood["tier"] > 0).sum()
    assert headings(app)[0].startswith(f"{reached} customers have reached a tier")


def test_breaks_and_segment_stand_in_the_address(sample):
    view = {"frequency_1": "2", "frequency_4": "9", "segment": "champions"}
    app = opened("segments", sample, **view)
    assert sound(app)
    assert any(each.label == "Back to the proposal" for each in app.button)
    usual = queries.ask(queries.Shop(sample), "rfm_breaks")
    steps = (2, usual.frequency[1], usual.frequency[2], 9)
    orders = sample.open_orders()
    table = rfm.segments(orders, rfm.Breaks(usual.recency, steps, usual.monetary))
    n = table.set_index("segment").loc["champions", "customers"]
    assert f"Champions: {n} customers" in headings(app)
    next(b for b in app.button if b.label == "Back to the proposal").click()
    app.run()
    assert sound(app)
    proposed = rfm.segments(orders).set_index("segment").loc["champions", "customers"]
    assert f"Champions: {proposed} customers" in headings(app)


def test_breaks_and_thresholds_that_fall_are_not_taken(sample):
    app = opened("segments", sample, frequency_1="50")
    assert sound(app)
    assert "breaks of **orders** must rise" in app.warning[0].value
    assert headings(app)[0] == headings(opened("segments", sample))[0]
    app = opened("tiers", sample, orders_year_1="50")
    assert sound(app)
    assert "must ask for more" in app.warning[0].value


def test_a_reward_that_cannot_pay_is_said_to(sample):
    view = {"reward": "amount", "amount_3": "5000"}
    app = opened("tiers", sample, **view)
    assert sound(app)
    assert "can never pay" in headings(app)[1]
    assert "no gain in customers kept pays" in app.warning[0].value


@pytest.mark.parametrize("kind", SHOPS)
def test_odd_shops_get_pages_that_say_what_is_missing(kind, data_folder):
    dataset = shop_of(SHOPS[kind])
    for name in ("segments", "tiers"):
        app = opened(name, dataset)
        assert sound(app), (name, app.exception, app.error)
        assert headings(app)


def test_rows_of_a_segment_are_those_the_core_names(sample):
    asked = {
        "segment": "champions",
        "breaks": {name: list(getattr(BREAKS, name)) for name in rfm.MEASURES},
        "fits": None,
        "window_days": 99,
    }
    rows = queries.rows(queries.Shop(sample), "segment_rows", **asked)
    orders = sample.open_orders()
    named = orders.run(rfm.members(orders, "champions", BREAKS))
    assert set(rows["customer_id"]) == set(named["customer_id"])
    assert rows["stake"].is_monotonic_decreasing
