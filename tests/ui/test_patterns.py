"""What the page says of regular buyers and seasons, and what it keeps to itself."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from retention_core.clv.regularity import Regularity
from retention_core.clv.seasonality import Season
from retention_ui.figures import patterns as figures
from retention_ui.figures.look import DARK, LIGHT
from retention_ui.findings import patterns as says
from retention_ui.formats import Formats
from retention_ui.questions.patterns import Year
from retention_ui.texts import Texts
from tests.ui.test_pages import ROOT, SHOPS, headings, shop_of, sound

TEXTS, FORMATS = Texts("en"), Formats("en", "EUR")
WORDS = (TEXTS, LIGHT, FORMATS)
LONGEST = 80
BINS = pd.DataFrame(
    {
        "share_from": [0.0, 0.1, 0.2, 0.3, 0.4],
        "share_to": [0.1, 0.2, 0.3, 0.4, 0.5],
        "pairs": [5, 10, 20, 30, 35],
        "share": [0.05, 0.1, 0.2, 0.3, 0.35],
        "low": [0.04, 0.08, 0.18, 0.27, 0.32],
        "high": [0.07, 0.12, 0.23, 0.33, 0.38],
        "by_chance": [0.2] * 5,
    }
)
LEVELS = np.array([0.9] * 11 + [2.1])


def evenness(code: str, k: float = 2.5) -> Regularity:
    return Regularity(code, k, k - 0.2, k + 0.2, 321, 987, 0.59, 0.56, 0.62, 0.34, BINS)


def season(code: str, levels: np.ndarray = LEVELS, *, beyond: bool = True) -> Season:
    half = 0.1
    index = pd.DataFrame(
        {
            "month": np.arange(1, 13),
            "index": levels,
            "low": levels - half,
            "high": levels + half,
        }
    )
    starts = pd.date_range("2023-02-01", periods=28, freq="MS")
    index_seen = levels[starts.month - 1] * 1.02
    observed = pd.DataFrame({"period_start": starts, "index": index_seen})
    if code.startswith("too"):
        index, observed = index[:0], observed[:0]
    found = Season(code, 28, 0.002 if code == "seasonal" else 0.4, index, observed)
    if code == "one_year" and beyond:
        return replace(found, beyond_chance=found.highest)
    return found


def said(finding) -> str:
    sentence = finding.words(TEXTS)
    assert len(sentence) <= LONGEST, sentence
    return sentence


def drawn(dataset, months: int = 12) -> AppTest:
    """A page of nothing but these sections, beside those that it links to."""

    def script(root: str, months: int) -> None:
        from dataclasses import replace
        from pathlib import Path

        import streamlit as st

        from retention_ui.entry import follow_address
        from retention_ui.page import open_page
        from retention_ui.parts import forecast, patterns

        def sections() -> None:
            page = open_page("forecast")
            asked = replace(forecast.USUAL, months=months)
            patterns.notes(page, None, asked)
            patterns.in_detail(page, None, asked)

        follow_address()
        others = sorted(Path(root).glob("*.py"))
        st.navigation([st.Page(sections, default=True), *map(st.Page, others)]).run()

    app = AppTest.from_function(
        script, kwargs={"root": str(ROOT / "pages"), "months": months}
    )
    app.query_params["d"] = dataset.id
    return app.run(timeout=120)


def test_the_sample_shop_has_regular_buyers_and_no_season(sample):
    app = drawn(sample)
    assert sound(app)
    assert headings(app) == [
        "In 59% of cases two waits in a row are alike, by chance in 35%",
        "No month stands out beyond chance in 28 months",
    ]
    notes = [each.value for each in app.markdown]
    assert sum("at more even waits than chance" in each for each in notes) == 1
    assert not any("knows no seasons" in each for each in notes)
    assert len(app.get("plotly_chart")) == 2


def test_a_shop_of_three_customers_is_told_what_is_missing(data_folder):
    app = drawn(shop_of(SHOPS["three customers"]))
    assert sound(app)
    assert len(app.get("plotly_chart")) == 0
    assert headings(app) == [
        "Too few repeat orders to tell whether customers order regularly",
        "Too short a history to look for a season",
    ]


def test_what_stands_out_is_said_in_a_sentence():
    assert said(says.regularity(evenness("regular"), FORMATS)) == (
        "In 59% of cases two waits in a row are alike, by chance in 34%"
    )
    for code in ("random", "clumped", "unknown"):
        said(says.regularity(evenness(code), FORMATS))
    assert said(says.season(season("seasonal"), FORMATS)) == (
        "December is 110% above the average month, January 10% below"
    )
    for code in ("none", "one_year", "too_short", "too_few"):
        said(says.season(season(code), FORMATS))
    assert said(says.season(season("one_year", beyond=False), FORMATS)) == (
        "No month of the last year stands out beyond chance"
    )
    longest = np.array([*[1.0] * 8, 12.5, 1, 0.1, 1])
    said(says.season(season("seasonal", longest), FORMATS))


def test_below_the_forecast_stands_only_what_it_does_not_know():
    assert says.regular_note(evenness("regular")) is not None
    for code in ("random", "clumped", "unknown"):
        assert says.regular_note(evenness(code)) is None
    note = says.season_note(season("seasonal"), FORMATS)
    assert "December was 110% above" in note.words(TEXTS)
    low = says.season_note(season("seasonal", np.r_[0.5, [1.05] * 11]), FORMATS)
    assert "January was 50% below" in low.words(TEXTS)
    slight = season("seasonal", np.r_[0.95, [1.005] * 11])
    assert says.season_note(slight, FORMATS) is None
    one_year = says.season_note(season("one_year"), FORMATS)
    assert "one year cannot tell" in one_year.words(TEXTS)
    by_chance = season("one_year", beyond=False)
    assert says.season_note(by_chance, FORMATS) is None
    for code in ("none", "too_short", "too_few"):
        assert says.season_note(season(code), FORMATS) is None


def test_the_shape_of_the_year_keeps_the_total():
    months = pd.date_range("2026-07-01", periods=12, freq="MS")
    monthly = pd.DataFrame({"month": months, "expected": np.linspace(120, 60, 12)})
    ahead = season("seasonal").ahead(pd.Timestamp("2026-06-30").date(), 12)
    shaped = Year(season("seasonal"), ahead).shaped(monthly)
    assert shaped["expected"].sum() == pytest.approx(monthly["expected"].sum())
    assert shaped["month"].tolist() == months.tolist()
    assert shaped["expected"].idxmax() == 5
    for code in ("none", "one_year"):
        assert Year(season(code), ahead).shaped(monthly).empty


@pytest.mark.parametrize("look", [LIGHT, DARK])
def test_chance_is_a_line_across_each_bar(look):
    figure = figures.gap_shares(BINS, TEXTS, look, FORMATS)
    bars, chance = figure.data
    assert list(bars.y) == BINS["share"].tolist()
    assert list(chance.y) == [0.2] * 5
    assert bars.customdata[4] == (
        "<b>35%</b> of pairs have a shorter wait of 40–50% of both; by chance 20%"
        "<br>95% interval: 32% to 38%"
    )
    assert "35%" in figure.layout.meta["alt"]
    assert figure.layout.plot_bgcolor == look.page


def test_months_have_their_intervals_and_one_year_is_open():
    known = season("seasonal")
    figure = figures.months_of_the_year(
        known.index, *WORDS, observed=known.observed, once=False
    )
    seen, *bars, dots = figure.data
    assert len(seen.x) == 28
    assert len(bars) == 12
    assert list(dots.y) == LEVELS.tolist()
    assert dots.marker.color == LIGHT.accent
    assert dots.customdata[11] == (
        "<b>December</b>: 110% above the average month<br>95% interval: 200–220%"
    )
    unsure = season("one_year")
    figure = figures.months_of_the_year(
        unsure.index, *WORDS, observed=unsure.observed, once=True
    )
    seen, *bars, dots = figure.data
    assert len(bars) == 12
    assert dots.marker.color == LIGHT.page
    assert dots.customdata[0] == (
        "<b>January</b>: 10% below the trend of the other months"
        "<br>95% interval: 80–100%"
    )


def test_a_month_that_was_not_seen_is_blank():
    unsure = season("one_year", np.r_[LEVELS[:11], np.nan], beyond=False)
    figure = figures.months_of_the_year(
        unsure.index, *WORDS, observed=unsure.observed, once=True
    )
    assert "December" not in figure.data[-1].x
    assert len(figure.layout.xaxis.categoryarray) == 12


def test_a_month_of_a_few_orders_does_not_press_the_others_flat():
    index = season("none").index.assign(high=[*[1.0] * 11, 40.0])
    observed = season("none").observed.assign(index=30.0)
    figure = figures.months_of_the_year(index, *WORDS, observed=observed, once=False)
    assert figure.layout.yaxis.range[1] < 4
    assert len(figure.data[0].x) == 0
