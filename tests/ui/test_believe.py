"""Whether to believe the forecast: figures, sentences, sections."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import retention_core as rc
from retention_core.clv import Comparison, Verdict
from retention_core.clv.uncertainty import Unexplained
from retention_ui import queries
from retention_ui.figures import backtest as figures
from retention_ui.figures.look import LIGHT
from retention_ui.findings import backtest as says
from retention_ui.findings import forecast as forecast_says
from retention_ui.formats import Formats
from retention_ui.texts import Texts
from tests.core.shops import cdnow
from tests.ui.test_pages import headings, opened, sound

TEXTS, FORMATS = Texts("en"), Formats("en", "USD")
RANKS = ("better", "even", "worse")


@pytest.fixture(scope="module")
def found() -> rc.clv.Backtest:
    return rc.clv.backtest(cdnow())


def said(finding) -> str:
    return finding.words(TEXTS)


@pytest.mark.parametrize(
    ("miss", "ending"),
    [
        (-0.035, "the forecast was 3.5% too low"),
        (0.23, "the forecast was 23% too high"),
        (0.001, "the forecast met the number of orders"),
    ],
)
def test_the_miss_is_told(found, miss, ending):
    fields = {**found.verdict.fields, "miss": miss}
    test = replace(found, verdict=replace(found.verdict, fields=fields))
    sentence = said(says.tested(test, FORMATS))
    assert sentence == f"Tested on your own last 39 weeks {ending}"


def test_too_little_is_told():
    assert said(says.tested(None, FORMATS)) == "Too little history to test the model"


@pytest.mark.parametrize("spend", RANKS)
@pytest.mark.parametrize("order", RANKS)
def test_who_buys_is_told_in_one_line(spend, order):
    ranks = {"past_spend": spend, "recency": order}
    sentence = said(says.who(Verdict("good", {"auc": 0.7}, ranks)))
    assert len(sentence) <= 80
    assert ("better" in sentence) == ("better" in (spend, order))
    assert ("less well" in sentence) == ("worse" in (spend, order))


def test_without_a_buyer_nobody_is_ranked():
    verdict = Verdict("poor", {"auc": float("nan")}, {"past_spend": "even"})
    verdict.ranks["recency"] = "even"
    assert said(says.who(verdict)) == "Whether it knows who buys cannot be told"


def test_on_cdnow_the_sentence_is_honest(found):
    assert said(says.tested(found, FORMATS)) == (
        "Tested on your own last 39 weeks the forecast was 12% too low"
    )
    assert said(says.who(found.verdict)) == (
        "It finds the buyers better than past spend, less well than the last order"
    )


def test_groups_that_the_forecast_fits_are_counted(found):
    fits = found.by_frequency
    inside = fits["forecast"].between(fits["low"], fits["high"]).sum()
    assert inside == 6
    sentence = said(says.by_frequency(fits, FORMATS))
    assert (
        sentence
        == "By orders so far, the forecast fits groups with 72% of the customers"
    )
    all_fit = said(says.by_frequency(fits.assign(forecast=fits["actual"]), FORMATS))
    assert all_fit == "By orders so far, the forecast fits all eight groups"
    unknown = fits.assign(low=np.nan, high=np.nan)
    assert "fits" not in said(says.by_frequency(unknown, FORMATS))


def test_the_first_tenth_is_told(found):
    sentence = said(says.by_decile(found.by_decile, FORMATS))
    assert sentence == "The tenth ranked first ordered 3.7 times each, forecast 3.7"


@pytest.mark.parametrize(
    ("reason", "times", "sentence"),
    [
        (
            "usual",
            3,
            "BG/NBD stays: over three dates no other model was clearly nearer",
        ),
        ("usual", 1, "BG/NBD stays: no other model was clearly nearer"),
        (
            "nothing_compared",
            0,
            "Too little history to compare the models: BG/NBD is taken",
        ),
    ],
)
def test_the_choice_is_told(reason, times, sentence):
    scores = pd.DataFrame({"cutoff": pd.date_range("2024-01-01", periods=times)})
    comparison = Comparison("bg/nbd", reason, scores, pd.DataFrame(), 100, 1)
    assert said(says.choice(comparison, "BG/NBD", FORMATS)) == sentence


def test_a_model_that_was_nearer_is_named():
    scores = pd.DataFrame({"cutoff": pd.date_range("2024-01-01", periods=2)})
    comparison = Comparison("pareto/nbd", "nearer", scores, pd.DataFrame(), 100, 1)
    assert said(says.choice(comparison, "Pareto/NBD", FORMATS)) == (
        "Pareto/NBD is taken: over two dates it was clearly nearer than BG/NBD"
    )


def test_the_split_is_marked_and_the_lines_run_on(found):
    drawn = figures.tracking(found.tracking, TEXTS, LIGHT, FORMATS, before=found.before)
    split = [each for each in drawn.layout.shapes if each.x0 == each.x1 == 0]
    assert len(split) == 1
    words = {each.text for each in drawn.layout.annotations}
    assert {"seen by the model", "held back"} <= words
    assert {"<b>happened 1,882</b>", "<b>forecast 1,653</b>"} <= words
    _, before, forecast, actual = drawn.data
    assert before.y[-1] == actual.y[0] == forecast.y[0] == 2457
    assert actual.y[-1] - actual.y[0] == 1882
    assert forecast.y[-1] - forecast.y[0] == pytest.approx(found.forecast)


def test_each_group_shows_its_interval_and_both_numbers(found):
    drawn = figures.by_frequency(found.by_frequency, TEXTS, LIGHT, FORMATS)
    bars = [each for each in drawn.data if each.mode == "lines"]
    assert len(bars) == 8
    forecast, actual = drawn.data[-2:]
    assert list(actual.y) == found.by_frequency["actual"].tolist()
    assert list(forecast.y) == found.by_frequency["forecast"].tolist()
    assert actual.x[0] == "1 order"
    assert actual.x[-1] == "8+"
    assert actual.customdata[1] == (
        "<b>2 before</b>, 439 customers<br>0.70 orders each happened"
        "<br>95% interval: 0.58 to 0.82<br>0.52 forecast"
    )


def test_a_group_that_nobody_differs_in_says_no_interval():
    group = {"frequency": [0], "customers": 9, "actual": 0.0, "forecast": 0.1}
    frame = pd.DataFrame({**group, "low": np.nan, "high": np.nan})
    drawn = figures.by_frequency(frame, TEXTS, LIGHT, FORMATS)
    assert "interval" not in drawn.data[-1].customdata[0]


def test_the_page_says_whether_to_believe_it_and_more_in_detail(sample):
    app = opened("forecast", sample)
    assert sound(app)
    short = headings(app)
    assert any(each.startswith("Tested on your own last") for each in short)
    assert any(each.startswith("It finds the buyers") for each in short)
    assert not any("clearly nearer" in each for each in short)
    detailed = headings(opened("forecast", sample, details="1"))
    assert any(each.startswith("By orders so far") for each in detailed)
    assert any(each.startswith("The tenth ranked first") for each in detailed)
    assert any(" stays: " in each or " is taken: " in each for each in detailed)


@pytest.mark.parametrize(
    ("missed", "sentence"),
    [
        (
            Unexplained(0.194, 3),
            "Tried on three dates of your past, the forecast missed by more than its "
            "own interval explains, typically by 19%: the intervals here count "
            "that in.",
        ),
        (
            Unexplained(0.052, 1),
            "Tried on one date of your past, the forecast missed by more than its own "
            "interval explains, by about 5.2%: the intervals here count that in.",
        ),
    ],
)
def test_what_the_intervals_count_in_is_told(missed, sentence):
    assert said(forecast_says.unexplained(missed, FORMATS)) == sentence


def test_misses_that_are_explained_are_not_told():
    assert forecast_says.unexplained(Unexplained(0.0, 3), FORMATS) is None


def test_every_page_has_the_interval_that_knows_the_past(sample):
    """The forecast's card and sentence, the overview's card."""
    shop = queries.Shop(sample)
    compared = queries.ask(shop, "choice")
    plain = queries.ask(shop, "fits", model=compared.chosen)
    known = compared.counted_in(plain)
    terms = {"months": 12, "margin": 1.0, "annual_discount_rate": 0.1}
    total = queries.ask(shop, "forecast", fits=known.to_json(), **terms).total
    formats = Formats("en", queries.facts(sample).currency)
    ends = (total[end] for end in ("low_80", "high_80"))
    words = formats.span(*(formats.money(end, "about") for end in ends))
    for name in ("forecast", "overview"):
        app = opened(name, sample)
        assert any(words in each.delta for each in app.metric)
        told = any("Tried on" in each.value for each in app.markdown)
        assert told == (name == "forecast" and known.unexplained.deviation > 0)


def test_answers_that_are_kept_are_small(sample):
    shop = queries.Shop(sample)
    tested = queries.ask(shop, "backtest", model="bg/nbd")
    compared = queries.ask(shop, "choice")
    frames = [
        each
        for found in (tested, compared)
        for each in vars(found).values()
        if isinstance(each, pd.DataFrame)
    ]
    assert len(frames) == 8
    assert max(len(frame) for frame in frames) < 200
