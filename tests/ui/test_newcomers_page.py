"""The page on new customers: its sentences, its figures, what it says of too little."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from retention_core.clv.forecast import Terms
from retention_core.clv.maturing import Reached, Younger
from retention_core.clv.newcomers import FirstOrders, Newcomer, payback
from retention_ui.figures import newcomers as figures
from retention_ui.figures import payback as pictures
from retention_ui.figures.look import DARK, LIGHT
from retention_ui.findings import newcomers as says
from retention_ui.formats import Formats
from retention_ui.texts import Texts
from tests.ui.test_pages import SHOPS, headings, opened, shop_of, sound

TEXTS, FORMATS = Texts("en"), Formats("en", "EUR")
LONGEST = 80


def said(finding) -> str:
    sentence = finding.words(TEXTS)
    assert len(sentence) <= LONGEST, sentence
    return sentence


def metrics(app) -> dict[str, str]:
    return {each.label: each.value for each in app.metric}


def test_the_sample_shop_says_whom_to_buy_more_of(sample):
    app = opened("newcomers", sample)
    assert sound(app)
    assert headings(app) == [
        "A new customer should be worth about €125 in two years",
        "Deal site: a new customer is worth about €74.10, others €136",
        "New customers have paid 19% more than those a year before by the same age",
    ]
    assert len(app.get("plotly_chart")) == 3
    assert list(metrics(app)) == [
        "Worth in 24 months",
        "First order",
        "May cost: 6 months",
        "May cost: 12 months",
    ]
    words = " ".join(each.value for each in app.markdown)
    assert "**Only Deal site differs clearly: less of it.**" in words
    assert "cannot be told from one another" in words
    assert "could be watched for so long have really brought" in words
    assert "Jan 2024 is left out of them" in words
    assert "At a margin of 100% these amounts are revenue" in words
    assert "Your products file suggests 48%" in words
    assert [each.delta for each in app.metric][2:] == ["before the cost of goods"] * 2
    assert "**Deal site** is clearly below the rest" in app.warning[0].value


def test_a_typed_cost_is_held_against_each(sample):
    app = opened("newcomers", sample, cost="100")
    assert sound(app)
    assert headings(app)[0] == "A new customer at €100 is earned back in month 12"
    assert metrics(app)["Worth ÷ cost"] == "1.25"
    assert metrics(app)["Earned back"] == "month 12"
    assert (
        "**Deal site** is clearly below the rest and does not earn €100 back"
        in app.warning[0].value
    )
    dear = opened("newcomers", sample, cost="500", months="12")
    assert (
        headings(dear)[0] == "A new customer at €500 is not earned back within a year"
    )
    assert metrics(dear)["Earned back"] == "not in 12"
    words = " ".join(each.value for each in dear.markdown)
    assert "nothing here says to buy more of one" in words
    cheap = opened("newcomers", sample, cost="5")
    assert metrics(cheap)["Earned back"] == "at once"


def test_the_address_chooses_months_groups_and_cohorts(sample):
    app = opened("newcomers", sample, months="36", by="product", grain="year")
    assert sound(app)
    assert "in three years" in headings(app)[0]
    assert headings(app)[1].startswith("Starter kit: a new customer is worth about")
    words = " ".join(each.value for each in app.markdown)
    assert "smaller groups are taken together" in words
    assert "Nobody could be watched for so long yet" in words
    odd = opened("newcomers", sample, months="7", by="x", grain="day", cost="-3")
    assert headings(odd) == headings(opened("newcomers", sample))


def test_margin_is_that_of_the_forecast_page(sample):
    app = opened("newcomers", sample, margin="50")
    assert headings(app)[0] == "A new customer should leave about €62.50 in two years"
    assert not any(each.delta for each in app.metric)


def test_chosen_customers_and_dates(sample):
    app = opened("newcomers", sample, customers="channel", value="Search")
    assert sound(app)
    assert headings(app)[1] == "Only Search has enough customers"
    never = {"dates": "custom", "from": "2024-01-01", "to": "2024-01-01"}
    assert sound(opened("newcomers", sample, **never))


def test_too_little_is_said_in_a_sentence(data_folder):
    app = opened("newcomers", shop_of(SHOPS["odd names"]))
    assert sound(app)
    assert "Too little history for a forecast" in headings(app)
    words = " ".join(each.value for each in app.markdown)
    assert "of 50 customers needed have ordered again" in words
    assert "simple value" not in words
    assert not app.get("plotly_chart")


def curve(months: int = 24, last: float = 126.0, margin: float = 1.0) -> Newcomer:
    month = range(months + 1)
    value = pd.Series([30 + (last - 30) * each / months for each in month])
    monthly = pd.DataFrame(
        {
            "month": month,
            "expected_purchases": value / 25,
            "value": value,
            "low_80": value * 0.97,
            "high_80": value * 1.03,
            "low": value * 0.95,
            "high": value * 1.05,
        }
    )
    return Newcomer(
        monthly, FirstOrders(90, 30.0, 1.0, 0.0), 25.0, Terms(months, 0.1, margin)
    )


@pytest.mark.parametrize(
    ("margin", "cost", "reached", "sentence"),
    [
        (1.0, None, None, "A new customer should be worth about €126 in two years"),
        (0.4, None, None, "A new customer should leave about €126 in two years"),
        (
            1.0,
            30.0,
            None,
            "A new customer at €30.00 is earned back with the first order",
        ),
        (1.0, 78.0, None, "A new customer at €78.00 is earned back in month 12"),
        (
            1.0,
            300.0,
            None,
            "A new customer at €300 is not earned back within two years",
        ),
        (
            1.0,
            78.0,
            Reached(400, 70.0, 65.0, 75.0),
            "€126 forecast for a new customer in two years, "
            "yet older ones brought €70.00",
        ),
        (
            1.0,
            None,
            Reached(40, 70.0, 20.0, 125.0),
            "A new customer should be worth about €126 in two years",
        ),
    ],
)
def test_sentences_of_worth(margin, cost, reached, sentence):
    found = curve(margin=margin)
    paid = payback(found.monthly, cost) if cost else None
    assert said(says.worth(found, paid, reached, FORMATS)) == sentence


def groups(*rows: tuple[str, float, float, float]) -> pd.DataFrame:
    """Rows of group, worth, worth of the rest, adjusted p value."""
    names = ["group", "value", "rest_value", "adjusted_p_value"]
    frame = pd.DataFrame(rows, columns=names)
    return frame.assign(
        customers=100.0,
        share=0.25,
        first_order=20.0,
        low=frame["value"] - 10,
        high=frame["value"] + 10,
    )


LONG = "Ceremonial matcha of the first harvest, 30 g"


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([], "Too few customers ordered again to compare new customers by group"),
        ([("ads", 50, 50, 0.4)], "Only ads has enough customers"),
        (
            [("ads", 55, 50, 0.4), ("web", 50, 55, 0.4)],
            "No first country brings customers clearly worth more or less",
        ),
        (
            [("ads", 90, 50, 0.01), ("web", 50, 90, 0.4)],
            "ads: a new customer is worth about €90.00, others €50.00",
        ),
        (
            [("ads", 90, 50, 0.4), ("web", 50, 90, 0.01)],
            "web: a new customer is worth about €50.00, others €90.00",
        ),
        (
            [(LONG, 12345, 50, 0.01), (LONG, 50, 12345, 0.01)],
            "Ceremonial m…: a new customer is worth about €12,300; "
            "Ceremonial ma…: €50.00",
        ),
    ],
)
def test_sentences_of_groups(rows, sentence):
    assert said(says.groups(groups(*rows), "first country", FORMATS)) == sentence


def test_only_a_clear_group_that_earns_its_cost_is_recommended():
    frame = groups(("ads", 90, 50, 0.01), ("web", 85, 52, 0.2), ("fair", 40, 80, 0.01))
    assert "**Buy more of these: ads.**" in says.buy_more(frame, None, FORMATS).words(
        TEXTS
    )
    assert "and costs €70.00" in says.buy_more(frame, 70.0, FORMATS).words(TEXTS)
    dear = says.buy_more(frame, 85.0, FORMATS).words(TEXTS)
    assert "ads is clearly above the others, but does not surely earn €85.00" in dear
    alike = groups(("ads", 55, 50, 0.4), ("web", 50, 55, 0.4))
    assert "No group is clearly" in says.buy_more(alike, None, FORMATS).words(TEXTS)
    alarms = [each.words(TEXTS) for each in says.alarms(frame, 85.5, FORMATS)]
    assert [each.split("**")[1] for each in alarms] == ["web", "fair"]
    assert "may not earn €85.50 back" in alarms[0]
    assert "clearly below the rest and does not earn €85.50 back" in alarms[1]
    assert [each.key for each in says.alarms(frame, None, FORMATS)] == [
        "newcomers.alarm.below"
    ]


@pytest.mark.parametrize(
    ("names", "low", "sentence"),
    [
        (
            ["a", "b", "c", "d"],
            ["d"],
            "**Only d differs clearly: less of it.** a, b and c cannot be told from "
            "one another, so nothing here says to buy more of one.",
        ),
        (
            list("abcdefg"),
            ["f", "g"],
            "**Only f and g differ clearly: less of them.** The other 5 cannot be told "
            "from one another, so nothing here says to buy more of one.",
        ),
        (
            ["a", "b"],
            ["b"],
            "**Only b differs clearly: less of it.** Nothing here says to buy more of "
            "one of the others.",
        ),
    ],
)
def test_where_only_low_groups_differ_none_is_recommended(names, low, sentence):
    rows = [(n, 50, 90, 0.01) if n in low else (n, 90, 89, 0.6) for n in names]
    found = says.buy_more(groups(*rows), None, FORMATS)
    assert found.words(TEXTS) == sentence


@pytest.mark.parametrize(
    ("value", "p_value", "sentence"),
    [
        (120, 0.01, "New customers have paid 20% more than those a year before"),
        (80, 0.01, "New customers have paid 20% less than those a year before"),
        (101, 0.5, "New customers have not clearly paid more or less"),
        (2500, 0.01, "New customers have paid 2,400% more"),
    ],
)
def test_what_was_seen_is_said_before_what_is_expected(value, p_value, sentence):
    days = dt.date(2023, 1, 1), dt.date(2023, 12, 1)
    found = Younger(*days, value, 100, -1.0, 1.0, p_value)
    expected = Younger(*days, 150, 100, -1.0, 1.0, 0.01)
    for younger in (expected, None):
        assert sentence in said(says.cohorts(found, younger, 24, FORMATS))


@pytest.mark.parametrize(
    ("younger", "sentence"),
    [
        (None, "What customers bring within two years, by their first order"),
        ((120, 100, 0.01), "should bring 20% more than before"),
        ((80, 100, 0.01), "should bring 20% less than before"),
        ((99, 100, 0.5), "do not clearly differ from those before"),
    ],
)
def test_sentences_of_cohorts(younger, sentence):
    found = None
    if younger:
        value, before, p_value = younger
        days = dt.date(2023, 1, 1), dt.date(2023, 12, 1)
        found = Younger(*days, value, before, -1.0, 1.0, p_value)
    assert sentence in said(says.cohorts(None, found, 24, FORMATS))


def cohort_rows() -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "cohort": pd.to_datetime(["2024-01-01", "2024-04-01", "2024-07-01"]),
            "customers": [50, 60, 20],
            "paid": [100.0, 80.0, 20.0],
            "expected": [0.0, 30.0, 90.0],
            "complete": [True, True, False],
        }
    )
    value = frame["paid"] + frame["expected"]
    spread = frame["expected"] / 5
    return frame.assign(value=value, low=value - spread, high=value + spread)


@pytest.mark.parametrize("look", [LIGHT, DARK])
@pytest.mark.parametrize("cost", [None, 20.0, 60.0, 120.0, 400.0])
def test_figures_keep_the_rules_of_all(look, cost):
    words = (TEXTS, look, FORMATS)
    found = curve()
    paid = payback(found.monthly, cost) if cost else None
    frame = groups(("<b>ads", 90, 50, 0.01), ("web", 50, 90, 0.01), ("fair", 60, 62, 1))
    frame.loc[2, ["rest_value", "adjusted_p_value"]] = None
    drawn = [
        pictures.payback(found.monthly, *words, paid=paid),
        figures.groups(frame, *words, overall=70.0, cost=cost),
        figures.cohorts(cohort_rows(), *words, grain="quarter", newcomer=126.0),
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


def test_the_break_even_is_marked_where_the_cost_is_met():
    found = curve()
    paid = payback(found.monthly, 78.0)
    figure = pictures.payback(found.monthly, TEXTS, LIGHT, FORMATS, paid=paid)
    dots = [trace for trace in figure.data if trace.mode == "markers"]
    assert [(dot.x[0], dot.y[0]) for dot in dots] == [(12.0, 78.0)]
    assert [shape.y0 for shape in figure.layout.shapes] == [78.0]
    assert "earned back in month 12" in figure.layout.meta["alt"]
    never = payback(found.monthly, 400.0)
    figure = pictures.payback(found.monthly, TEXTS, LIGHT, FORMATS, paid=never)
    assert not [trace for trace in figure.data if trace.mode == "markers"]
    assert figure.layout.yaxis.range[1] > 400


def test_colours_of_groups_say_what_is_clear():
    frame = groups(("ads", 90, 50, 0.01), ("web", 50, 90, 0.01), ("fair", 60, 62, 0.9))
    figure = figures.groups(frame, TEXTS, LIGHT, FORMATS, overall=70.0, cost=None)
    dots = [trace for trace in figure.data if trace.mode == "markers"]
    colours = [dot.marker.color for dot in dots]
    assert colours == [LIGHT.accent, LIGHT.lost, LIGHT.grey]
    assert "€90.00</b>, €20.00 of it with the first order" in dots[0].customdata[0]


def test_what_is_expected_is_hollow_and_what_is_not_over_pale():
    figure = figures.cohorts(
        cohort_rows(), TEXTS, LIGHT, FORMATS, grain="quarter", newcomer=126.0
    )
    paid, expected = (trace for trace in figure.data if trace.type == "bar")
    assert list(paid.y) == [100.0, 80.0, 20.0]
    assert paid.marker.color[0] == LIGHT.fill != paid.marker.color[2]
    assert expected.marker.color == "rgba(0,0,0,0)"
    assert "All have reached this age" in expected.customdata[0]
    assert "Not finished: so far only" in expected.customdata[2]
    bars = [trace for trace in figure.data if trace.type == "scatter"]
    assert len(bars) == 2


def test_empty_frames_are_drawn_empty():
    none = groups().iloc[:0]
    drawn = [
        figures.groups(none, TEXTS, LIGHT, FORMATS, overall=None, cost=None),
        figures.cohorts(
            cohort_rows().iloc[:0], TEXTS, LIGHT, FORMATS, grain="month", newcomer=9.0
        ),
    ]
    for figure in drawn:
        assert not figure.layout.shapes
        assert "nothing to show yet" in figure.layout.meta["alt"]
