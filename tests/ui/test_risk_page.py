"""Risk on the churn page: figures, sentences, the list and what is downloaded of it."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from retention_core import hits, risk
from retention_core.clv import models
from retention_core.intervals import wilson
from retention_ui import queries, workers
from retention_ui.figures import risk as figures
from retention_ui.figures.look import DARK, LIGHT, Look
from retention_ui.findings import risk as says
from retention_ui.forecasts import TooLittle
from retention_ui.formats import Formats
from retention_ui.parts.common import window_limits
from retention_ui.questions.risk import Fitted
from retention_ui.texts import Texts
from tests.ui.test_pages import SHOPS, headings, opened, shop_of, sound

if TYPE_CHECKING:
    import plotly.graph_objects as go

TEXTS, FORMATS = Texts("en"), Formats("en", "EUR")
LOOKS = pytest.mark.parametrize("look", [LIGHT, DARK])


def cells_of(customers: int) -> pd.DataFrame:
    """Some customers in every group, fewer the higher their score."""
    weights = np.outer(np.linspace(10, 1, 10), np.ones(5))
    counts = np.floor(weights / weights.sum() * customers).astype(int)
    rows = [
        (tenth, fifth + 1, int(counts[tenth, fifth]), 12.5 * counts[tenth, fifth])
        for tenth in range(10)
        for fifth in range(5)
        if counts[tenth, fifth]
    ]
    names = ["score_tenth", "revenue_fifth", "customers", "revenue"]
    return pd.DataFrame(rows, columns=names)


def quarters_of(*customers: int) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "quarter": [*risk.QUARTERS],
            "customers": customers,
            "revenue": [100.0 * each for each in customers],
        }
    )


def quadrants(customers: int, look=LIGHT):
    quarters = quarters_of(*(customers * share // 10 for share in (1, 1, 3, 5)))
    drawing = (TEXTS, look, FORMATS)
    return figures.quadrants(cells_of(customers), *drawing, quarters=quarters)


def tenths_of(rows: int) -> pd.DataFrame:
    said = np.linspace(0.1, 0.9, rows)
    lost = np.round(100 * said**2)
    low, high = wilson(lost, np.full(rows, 100))
    return pd.DataFrame(
        {"customers": 100, "score": said, "lost": lost / 100, "low": low, "high": high}
    )


def keeps_the_rules(figure: go.Figure, look: Look) -> None:
    layout = figure.layout
    assert layout.dragmode is False
    assert layout.showlegend is False
    assert layout.paper_bgcolor == layout.plot_bgcolor == look.page
    assert layout.title.text is None
    assert layout.width is None
    assert layout.meta["alt"]
    for axis in (layout.xaxis, layout.yaxis):
        assert axis.fixedrange
        assert axis.range is not None
    for trace in figure.data:
        silent = trace.hoverinfo == "skip" and trace.hovertemplate is None
        assert silent or trace.hovertemplate.endswith("<extra></extra>")
        words = " ".join(trace.customdata or [])
        assert "nan" not in words
        assert "{" not in words


@LOOKS
@pytest.mark.parametrize("customers", [0, 300, 1_000_000])
def test_quadrants_keep_the_shared_rules_for_any_shop(customers, look):
    keeps_the_rules(quadrants(customers, look), look)


@LOOKS
@pytest.mark.parametrize("rows", [0, 1, 10])
def test_calibration_keeps_the_shared_rules(rows, look):
    keeps_the_rules(figures.calibration(tenths_of(rows), TEXTS, look, FORMATS), look)


def test_each_quarter_is_named_with_its_customers_and_revenue():
    words = [each.text for each in quadrants(1_000_000).layout.annotations]
    assert "<b>Valuable, likelier gone</b><br>100,000 customers<br>€10,000,000" in words
    assert len(words) == 4


def test_only_the_valuable_are_coloured_and_the_leaving_as_lost():
    circles = quadrants(5000).data[0]
    coloured = {
        (x > 0.5, y): colour
        for x, y, colour in zip(circles.x, circles.y, circles.marker.color, strict=True)
    }
    assert coloured[True, 1] == LIGHT.lost_fill
    assert coloured[False, 1] == LIGHT.fill
    assert {coloured[side, 3] for side in (True, False)} == {LIGHT.grey}


def test_the_area_of_a_circle_says_how_many_customers():
    circles, cells = quadrants(100_000).data[0], cells_of(100_000)
    areas = np.square(circles.marker.size) / cells["customers"]
    assert areas.max() == pytest.approx(areas.min())


def test_hovers_of_risk_are_sentences():
    assert quadrants(5000).data[0].customdata[0] == (
        "<b>181 customers</b>, churn score 0–10%<br>"
        "By revenue: top fifth; €2,262 so far"
    )
    dots = figures.calibration(tenths_of(10), TEXTS, LIGHT, FORMATS).data[-1]
    assert dots.customdata[0] == (
        "<b>Said 10%, happened 1%</b> of 100 customers<br>95% interval: 0.2% to 5.4%"
    )


def held_back(score: float, rule: float, right: float, auc: float, called: int = 9):
    """A test in which the differences are certain unless they are 0."""
    names = [*hits.NAMES]
    measures = pd.DataFrame({"name": names, "right": [score, float("nan"), rule]})
    gaps = {"auc": auc, "brier": -right, "right": right}
    rows = [
        {"measure": name, "value": gap, "low": gap - 0.01, "high": gap + 0.01}
        for name, gap in gaps.items()
    ]
    return risk.HitRate(
        cutoff=dt.date(2025, 9, 30),
        window_days=365,
        customers=1000,
        lost=700,
        called_lost=called,
        measures=measures,
        differences=pd.DataFrame(rows),
        calibration=tenths_of(10),
        fit=models.Fit("bg/nbd", pd.Series(dtype=float)),
    )


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        (
            held_back(0.81, 0.76, 0.05, 0.02),
            "On your own last 365 days the score was right for 81%, the rule for 76%",
        ),
        (
            held_back(0.76, 0.81, -0.05, 0.02),
            "On your own last 365 days the rule was right for 81%, the score for 76%",
        ),
        (
            held_back(0.77, 0.77, 0.0, -0.02),
            "On your last 365 days score and rule were about as right: 77% and 77%",
        ),
        (
            held_back(0.81, 0.77, 0.04, -0.02),
            "The score was right for 81%, the rule for 77%; silent days ranked better",
        ),
        (
            held_back(0.68, 0.70, -0.02, 0.02),
            "On your last 365 days neither beat calling everybody lost: right for 70%",
        ),
        (
            held_back(1.0, 0.29, 0.71, 0.2, called=0),
            "On your last 365 days the score was right for 100%; "
            "the rule called none lost",
        ),
    ],
)
def test_the_finding_says_who_was_right_more_often(found, sentence):
    assert says.hit_rate(found, FORMATS).words(TEXTS) == sentence
    assert len(sentence) <= 80


def test_the_finding_of_the_quadrants_names_the_money():
    found = risk.Quadrants(cells_of(300), quarters_of(312, 1, 1, 1), 50.0, 3)
    sentence = says.quadrants(found, FORMATS).words(TEXTS)
    assert sentence == (
        "312 valuable customers are likelier gone than not: €31,200 so far"
    )
    none = risk.Quadrants(cells_of(300), quarters_of(0, 1, 1, 1), 50.0, 3)
    assert "No valuable customer" in says.quadrants(none, FORMATS).words(TEXTS)


def shop_questions(dataset) -> tuple[queries.Shop, dict[str, object]]:
    shop = queries.Shop(dataset)
    days = queries.ask(shop, "window").days
    fitted = queries.ask(shop, "fitted")
    assert isinstance(fitted, Fitted)
    return shop, {"window_days": days, "params": fitted.params}


@pytest.mark.parametrize("quarter", risk.QUARTERS)
def test_a_quarter_lists_its_customers_and_downloads_the_very_same(quarter, sample):
    shop, asked = shop_questions(sample)
    quarters = queries.ask(shop, "quadrants", **asked).quarters.set_index("quarter")
    listed = queries.rows(shop, "risk", quarter=quarter, **asked)
    assert len(listed) == quarters.loc[quarter, "customers"]
    assert listed["revenue"].sum() == pytest.approx(quarters.loc[quarter, "revenue"])
    assert ((listed["churn_score"] > 0.5) == quarter.endswith("leaving")).all()
    shown = queries.ask(shop, "risk", quarter=quarter, limit=10, **asked)
    assert shown.to_numpy().tolist() == listed.head(10).to_numpy().tolist()


def test_the_list_says_how_to_reach_a_customer_where_the_list_of_customers_does(sample):
    shop, asked = shop_questions(sample)
    listed = queries.rows(shop, "risk", quarter=None, **asked)
    known = sample.open_orders()
    people = known.run(known.customers).set_index("customer_id")
    for row in listed.head(20).to_dict("records"):
        assert row["customer_name"] == people.loc[row["customer_id"], "customer_name"]
    assert {"customer_name", "email", "consent"} <= set(listed)


@pytest.mark.parametrize("who", ["all", *risk.QUARTERS])
def test_each_choice_of_customers_has_its_list(who, sample):
    app = opened("risk", sample, who=who)
    assert sound(app)
    assert len(app.dataframe) == 1
    said = headings(app)
    assert any("score was right for" in each for each in said)
    assert any("likelier gone than not" in each for each in said)
    assert all(len(each) <= 80 for each in said)
    if who in risk.QUARTERS:
        name = TEXTS(f"figures.quadrants.{who}")
        assert any(re.fullmatch(rf"{name}: [\d,]+ customers", each) for each in said)


def test_the_page_fits_once_for_today_and_once_for_the_test(sample, monkeypatch):
    begun = []

    def counting(pool, dataset, asked):
        begun.append(asked[0])
        return begin(pool, dataset, asked)

    begin = workers.begin
    monkeypatch.setattr(workers, "begin", counting)
    queries.forget()
    assert sound(opened("overview", sample))
    begun.clear()
    assert sound(opened("risk", sample))
    assert sorted(begun) == ["fitted", "hit_rate"]


def test_a_shop_without_a_score_says_what_is_lacking(sample):
    app = opened("risk", shop_of(SHOPS["three customers"]))
    assert sound(app)
    assert "Customers by the recency rule" in headings(app)
    notes = " ".join(each.value for each in app.markdown)
    assert "Customers who ordered again: 1 of the 50 needed" in notes
    assert "the two disagree" not in notes
    assert "churn_score" not in app.dataframe[0].value
    assert not any("was right for" in each for each in headings(app))


def test_a_window_as_long_as_the_history_has_no_test_but_a_list(sample):
    shop, _ = shop_questions(sample)
    assert isinstance(queries.ask(shop, "hit_rate", window_days=900), TooLittle)
    longest = window_limits(queries.ask(shop, "window"))[1]
    app = opened("risk", sample, window=str(longest))
    assert sound(app)
    assert len(app.dataframe) == 1


def test_a_shop_that_nobody_leaves_says_how_little_the_model_can_tell(sample):
    first = dt.date(2024, 1, 1)
    rows = "".join(
        f"{n}-{day},{first + dt.timedelta(days=day)},c{n},Tea,1,9.00,EUR\n"
        for n in range(60)
        for day in range(n % 7, 140, 7)
    )
    app = opened("risk", shop_of(rows))
    assert sound(app)
    notes = " ".join(each.value for each in app.markdown)
    assert "The model found no clear best fit" in notes
    assert "Calling nobody lost would have been right for 100%" in notes
    assert "No valuable customer is likelier gone than not" in headings(app)
