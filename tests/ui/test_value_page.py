"""The value page: its sentences, its figures, and what it says of too little."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

import retention_core as rc
from retention_core.mix import Returning
from retention_ui.figures import lifecycle, mix, unfolding
from retention_ui.figures.look import DARK, LIGHT
from retention_ui.findings import value as says
from retention_ui.formats import Formats
from retention_ui.texts import Texts
from retention_ui.worked.value import EXAMPLES
from tests.ui.test_pages import SHOPS, headings, opened, shop_of, sound

TEXTS, FORMATS = Texts("en"), Formats("en", "EUR")
WORDS = (TEXTS, LIGHT, FORMATS)
LONGEST = 80


@pytest.fixture(scope="module")
def orders(sample):
    return sample.open_orders()


def said(finding) -> str:
    sentence = finding.words(TEXTS)
    assert len(sentence) <= LONGEST, sentence
    return sentence


def test_the_sample_shop_tells_how_value_unfolds(sample):
    app = opened("value", sample)
    assert sound(app)
    assert headings(app) == [
        "Half of those who order a second time do so within 30 days; 67% get there",
        "22% of what a customer brings in 24 months comes with the first order",
        "Jan–Jun 2025 and Jan–Jun 2024 do not clearly differ",
        "Returning customers bring 75% of the revenue",
        "The same customers bring 79% less in their second year than in their first",
        "New customers pay 3.4% less for the same products; 17% use a discount",
    ]
    assert len(app.get("plotly_chart")) == 6


def test_the_address_chooses_age_halves_and_periods(sample):
    view = {"months": "6", "one": "2024-07-01", "other": "2024-01-01"}
    app = opened("value", sample, grain="quarter", **view)
    assert sound(app)
    assert "in six months comes" in headings(app)[1]
    assert "Jul–Dec 2024" in headings(app)[2]
    odd = opened("value", sample, months="7", one="x", grain="day")
    assert headings(odd) == headings(opened("value", sample))


def test_a_half_year_beside_itself_does_not_differ(sample):
    app = opened("value", sample, one="2024-01-01", other="2024-01-01")
    assert sound(app)
    assert "do not clearly differ" in headings(app)[2]


def test_chosen_customers_and_dates_change_what_is_told(sample):
    deal = opened("value", sample, customers="channel", value="Deal site")
    assert sound(deal)
    assert headings(deal)[0] != headings(opened("value", sample))[0]
    never = {"dates": "custom", "from": "2024-01-01", "to": "2024-01-01"}
    app = opened("value", sample, **never)
    assert sound(app)


@pytest.mark.parametrize("kind", ["three customers", "odd names"])
def test_too_little_is_said_in_a_sentence(kind, data_folder):
    app = opened("value", shop_of(SHOPS[kind]))
    assert sound(app)
    assert "Too few customers to tell of a typical life" in headings(app)
    assert "Too few customers to compare half-years" in headings(app)


def test_every_term_is_worked_out_for_the_sample(sample):
    app = opened("glossary", sample, subject="value")
    assert sound(app)
    words = " ".join(each.value for each in app.markdown)
    assert "74.7%, 95% interval" in words
    for term in EXAMPLES:
        assert TEXTS(f"glossary.{term}.name") in headings(app)


def test_figures_keep_the_rules_of_all(orders):
    by_day = rc.unfolding.by_day(orders)
    seen = rc.unfolding.watched(by_day, as_of=orders.as_of, months=12)
    curve = rc.unfolding.curve(by_day, cohorts=seen, months=12)
    period = rc.mix.new_and_returning(orders)
    names = {"one": "a", "other": "b", "since": 3}
    for look in (LIGHT, DARK):
        words = (TEXTS, look, FORMATS)
        drawn = [
            lifecycle.timeline(rc.lifecycle.timeline(orders), *words),
            unfolding.unfolding(curve, *words),
            unfolding.against((curve, curve), *words, **names),
            lifecycle.years(rc.tenure.years(orders), *words),
            mix.mix(period, *words, grain="month"),
            mix.paid(rc.prices.paid(orders), *words),
        ]
        for figure in drawn:
            layout = figure.layout
            assert layout.dragmode is False
            assert layout.showlegend is False
            assert layout.xaxis.fixedrange
            assert layout.paper_bgcolor == look.page
            assert len(layout.meta["alt"]) > 40
            for trace in figure.data:
                skipped = trace.hoverinfo == "skip"
                assert skipped or trace.hovertemplate.endswith("<extra></extra>")


def test_empty_frames_are_drawn_empty(orders):
    nothing = rc.lifecycle.timeline(orders).head(0)
    assert "nothing to show" in lifecycle.timeline(nothing, *WORDS).layout.meta["alt"]
    years = rc.tenure.years(orders).head(0)
    assert "nothing to show" in lifecycle.years(years, *WORDS).layout.meta["alt"]
    paid = rc.prices.paid(orders).head(0)
    assert "nothing to show" in mix.paid(paid, *WORDS).layout.meta["alt"]
    period = rc.mix.new_and_returning(orders).head(0)
    figure = mix.mix(period, *WORDS, grain="month")
    assert "nothing to show" in figure.layout.meta["alt"]


def test_what_is_not_over_is_hollow(orders):
    frame = rc.mix.new_and_returning(orders)
    figure = mix.mix(frame, *WORDS, grain="month")
    for trace in figure.data:
        if "Jun 2026" in trace.x:
            assert list(trace.x) == ["Jun 2026"]
            assert trace.marker.color == "rgba(0,0,0,0)"
    heights = sum(sum(trace.y) for trace in figure.data)
    shown = mix.latest(frame)
    both = shown["new_revenue"] + shown["returning_revenue"]
    assert heights == pytest.approx(both.sum())


def test_the_timeline_draws_median_and_middle_half(orders):
    frame = rc.lifecycle.timeline(orders)
    figure = lifecycle.timeline(frame, *WORDS)
    bars = [tuple(each.x) for each in figure.data if each.mode == "lines"]
    dots = [each.x[0] for each in figure.data if each.mode == "markers"]
    ends = zip(frame["quarter_days"], frame["three_quarter_days"], strict=True)
    assert bars == [*ends]
    assert dots == frame["median_days"].tolist()


def returning(share: float) -> Returning:
    day = dt.date(2024, 1, 1)
    return Returning(share, share, share, 0.0, float("nan"), day, day)


def test_sentences_of_the_mix():
    assert said(says.mix(returning(0.712), FORMATS)) == (
        "Returning customers bring 71% of the revenue"
    )
    assert said(says.mix(None, FORMATS)) == (
        "Revenue of new and of returning customers"
    )


def paid_frame(**measures: tuple[float, float, float]) -> pd.DataFrame:
    """Of each measure: new, returning, half the width of the interval."""
    rows = [
        {
            "measure": name,
            "new": new,
            "returning": old,
            "difference": new - old,
            "low": new - old - half,
            "high": new - old + half,
            "new_customers": 100,
            "returning_customers": 100,
        }
        for name, (new, old, half) in measures.items()
    ]
    return pd.DataFrame(rows)


@pytest.mark.parametrize(
    ("measures", "sentence"),
    [
        (
            {
                "average_order_value": (30, 25, 1),
                "price_index": (0.8, 1, 0.02),
                "discounted_orders": (0.8, 0.1, 0.05),
            },
            "New customers pay 20% less for the same products; 80% use a discount",
        ),
        (
            {"average_order_value": (30, 25, 1), "price_index": (0.8, 1, 0.02)},
            "New customers pay 20% less for the same products",
        ),
        (
            {
                "average_order_value": (30, 25, 1),
                "price_index": (1.05, 1, 0.02),
                "discounted_orders": (0.8, 0.1, 0.05),
            },
            "New customers pay 5.0% more for the same products",
        ),
        (
            {"average_order_value": (30, 25, 1), "price_index": (0.99, 1, 0.02)},
            "Orders of new customers are 20% larger than those of returning ones",
        ),
        (
            {"average_order_value": (20, 25, 1)},
            "Orders of new customers are 20% smaller than those of returning ones",
        ),
        (
            {"average_order_value": (25.1, 25, 1)},
            "New and returning customers pay about the same",
        ),
    ],
)
def test_sentences_of_prices(measures, sentence):
    assert said(says.paid(paid_frame(**measures), FORMATS)) == sentence


def test_too_few_orders_have_no_price():
    few = paid_frame(average_order_value=(30, 25, 1)).assign(new_customers=29)
    assert said(says.paid(few, FORMATS)).startswith("Too few orders")


def compared(last: float) -> pd.DataFrame:
    return pd.DataFrame({"difference": [0.0, last]})


@pytest.mark.parametrize(
    ("last", "since", "words"),
    [
        (5.0, 4, "brings more per customer than Jan–Jun 2024 from month 4 on"),
        (-5.0, 4, "brings less per customer than Jan–Jun 2024 from month 4 on"),
        (5.0, 0, "brings more per customer than Jan–Jun 2024 from the first order on"),
        (-5.0, 0, "brings less per customer than Jan–Jun 2024 from the first order on"),
        (5.0, None, "and Jan–Jun 2024 do not clearly differ"),
    ],
)
def test_sentences_of_two_halves(last, since, words):
    names = ("Jan–Jun 2025", "Jan–Jun 2024")
    found = says.against(names, compared(last), since, FORMATS)
    assert said(found) == f"Jan–Jun 2025 {words}"


def years_frame(change: float, half: float) -> pd.DataFrame:
    rows = [
        {"year": 1, "customers": 50, "revenue_per_customer": 99.77},
        {
            "year": 2,
            "customers": 40,
            "revenue_per_customer": 100 + change,
            "previous_revenue_per_customer": 100.0,
            "change": change,
            "change_low": change - half,
            "change_high": change + half,
        },
    ]
    return pd.DataFrame(rows)


@pytest.mark.parametrize(
    ("frame", "sentence"),
    [
        (
            years_frame(-40, 5),
            "bring 40% less in their second year than in their first",
        ),
        (
            years_frame(40, 5),
            "bring 40% more in their second year than in their first",
        ),
        (
            years_frame(-4, 5),
            "bring about as much in their second year as in their first",
        ),
        (
            years_frame(-40, 5).head(1),
            "bring about €99.80 in their first year",
        ),
        (
            years_frame(-40, 5).assign(customers=10),
            "have been watched for a year",
        ),
    ],
)
def test_sentences_of_years(frame, sentence):
    assert said(says.years(frame, FORMATS)).endswith(sentence)
