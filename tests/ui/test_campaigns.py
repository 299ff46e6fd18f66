"""Campaigns in words and pictures: what is said of each verdict, and what is drawn."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from retention_ui.figures import campaigns as figures
from retention_ui.figures.frames import records
from retention_ui.figures.look import DARK, LIGHT
from retention_ui.findings import campaigns as says
from retention_ui.formats import Formats
from retention_ui.parts import audiences
from retention_ui.texts import Texts

TEXTS, FORMATS = Texts("en"), Formats("en", "EUR")
LONGEST = 80
C = "control"
NAN = float("nan")
WON = {
    "campaign": "January mail",
    "list": "win_back",
    "offer": None,
    "contacted_on": dt.date(2026, 1, 12),
    "last_contacted_on": dt.date(2026, 1, 12),
    "complete_on": dt.date(2026, 2, 10),
    "contacted": 900,
    "control": 300,
    "buyers": 126,
    "control_buyers": 27,
    "share": 0.14,
    "control_share": 0.09,
    "uplift": 0.05,
    "low": 0.008,
    "high": 0.088,
    "p_value": 0.02,
    "adjusted_p_value": 0.02,
    "verdict": "more",
    "detectable": 0.061,
    "revenue": 12.1,
    "control_revenue": 8.0,
    "revenue_uplift": 4.1,
    "revenue_low": 1.2,
    "revenue_high": 7.0,
    "revenue_p_value": 0.01,
    "revenue_verdict": "more",
    "alike": True,
    "waiting": 0,
    "control_waiting": 0,
    "without_purchase": 0,
    "control_contacted": 0,
    "unmatched": 0,
    "control_unmatched": 0,
}
LOST = {
    **WON,
    "campaign": "Spring <b>sale",
    **{"share": 0.05, "control_share": 0.11, "uplift": -0.06},
    **{"low": -0.10, "high": -0.02, "verdict": "less", "revenue_verdict": "less"},
    **{"revenue_uplift": -5.0, "revenue_low": -8.0, "revenue_high": -2.0},
}
CHANCE = {
    **WON,
    "campaign": "Few",
    **{"verdict": "too_few", "revenue_verdict": "too_few", "detectable": 0.213},
    **{"contacted": 40, "control": 12, "uplift": 0.02, "low": -0.12, "high": 0.16},
    **{"revenue_uplift": 0.5, "revenue_low": -6.0, "revenue_high": 7.0},
}
NO_FIGURES = ("uplift", "low", "high", "detectable", "p_value", "adjusted_p_value")
NO_MONEY = ("revenue_uplift", "revenue_low", "revenue_high", "revenue_p_value")
UNTOLD = dict.fromkeys((*NO_FIGURES, *NO_MONEY, "control_share"), NAN)
EARLY = {
    **WON,
    **UNTOLD,
    "campaign": "June",
    **{"verdict": "too_early", "revenue_verdict": "too_early", "share": NAN},
    **{"revenue": NAN, "contacted": 0, "control": 0, "waiting": 90},
    **{"control_waiting": 30, "complete_on": dt.date(2026, 7, 1)},
}
ALONE = {
    **WON,
    **UNTOLD,
    "campaign": "From elsewhere",
    **{"verdict": "no_control", "revenue_verdict": "no_control", "control": 0},
    "list": None,
}
UNLIKE = {**WON, "campaign": "Loyal only", "alike": False}
EVER = {**CHANCE, "detectable": NAN, "contacted": 3, "control": 1}


def frame(*rows: dict) -> pd.DataFrame:
    found = pd.DataFrame(rows, columns=[*WON])
    return found.assign(name=found["campaign"])


def heading(*rows: dict) -> str:
    said = says.worked(frame(*rows), FORMATS).words(TEXTS)
    assert len(said) <= LONGEST, said
    return said


def sentence(row: dict, days: int = 30) -> str:
    return says.sentence(records(frame(row))[0], days, FORMATS).words(TEXTS)


def test_a_campaign_that_sold_more_says_by_how_much_with_its_interval():
    assert heading(WON) == "January mail: each bought €4.10 more than those held back"
    assert sentence(WON) == (
        "**January mail** (12 Jan 2026): those contacted bought €4.10 more each within "
        "30 days than those held back, €1.20 to €7.00; 14.0% of them bought, of those "
        "held back 9.0%."
    )
    more = says.gained(records(frame(WON))[0], FORMATS)
    assert more.words(TEXTS) == "In all about €3,690 more, €1,080 to €6,300."


def test_one_that_sold_less_says_so_without_a_second_sign():
    assert "bought €5.00 less each" in sentence(LOST)
    assert "€2.00 to €8.00" in sentence(LOST)
    assert "−" not in sentence(LOST)
    more = says.gained(records(frame(LOST))[0], FORMATS)
    assert more.words(TEXTS) == "In all about €4,500 less, €1,800 to €7,200."


@pytest.mark.parametrize("row", [WON, LOST])
def test_money_that_may_be_chance_is_not_claimed(row):
    unsure = {"revenue_verdict": "too_few", "revenue_low": -3.0, "revenue_high": 9.0}
    said = sentence({**row, **unsure})
    assert "points" in said
    assert "which may be chance" in said
    assert "−€3.00 to €9.00" in said
    assert says.gained(records(frame({**row, **unsure}))[0], FORMATS) is None
    assert "held back" in heading({**row, **unsure})


def test_more_who_buy_may_spend_less():
    money = {"revenue_uplift": -2.0, "revenue_low": -3.0, "revenue_high": -1.0}
    row = {**WON, **money, "revenue_verdict": "less"}
    assert "5.0 points more, 0.8 to 8.8. But each spent €2.00 less" in sentence(row)
    assert heading(row).endswith("but spent less")


def test_a_difference_that_may_be_chance_says_what_would_have_shown():
    said = sentence(CHANCE)
    assert "too few to tell" in said
    assert "2.0 points, −12.0 to 16.0" in said
    assert "a rise of 21.3 points or more" in said
    assert "no difference would have shown" in sentence(EVER)
    assert "too few" in heading(EVER)


def test_too_early_says_from_when_on_and_no_figure():
    said = sentence(EARLY)
    assert "1 Jul 2026" in said
    assert "120 customers" in said
    assert "—" not in said
    assert "nan" not in said.lower()
    assert heading(EARLY) == "June: too early to tell before 1 Jul 2026"


def test_without_a_control_group_nobody_can_tell():
    said = sentence(ALONE)
    assert "Nobody was held back" in said
    assert "14.0% of the 900 contacted" in said
    assert "more" not in said
    assert heading(ALONE).endswith("so nobody can tell")


def test_groups_that_differed_before_prove_nothing():
    assert says.verdict(records(frame(UNLIKE))[0]) == "unlike"
    assert "not drawn by lot" in sentence(UNLIKE)
    assert "€4.10" not in sentence(UNLIKE)
    assert says.gained(records(frame(UNLIKE))[0], FORMATS) is None
    assert says.sides(frame(UNLIKE, WON), "revenue") == [0, 1]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ((WON, CHANCE, EARLY), "In one of three campaigns more bought"),
        (
            (WON, {**CHANCE, "campaign": "January mail"}),
            "January mail: with one of two offers more bought",
        ),
        ((CHANCE, CHANCE), "Few: no difference that could not be chance"),
        ((LOST, CHANCE), "In one of two campaigns fewer bought"),
        ((CHANCE, EARLY), "No campaign shows a difference that could not be chance"),
        ((UNLIKE, EARLY), "The groups of your campaigns differed before"),
        ((EARLY, ALONE), "It is too early to tell"),
        ((ALONE, {**ALONE, "campaign": "Other"}), "Nobody was held back"),
    ],
)
def test_several_campaigns_have_one_heading(rows, said):
    assert heading(*rows).startswith(said)


def test_who_is_in_no_figure_is_said():
    row = {**WON, "waiting": 3, "control_waiting": 1, "without_purchase": 1}
    row |= {"control_contacted": 2, "unmatched": 5}
    said = [each.words(TEXTS) for each in says.asides(records(frame(row))[0], FORMATS)]
    assert len(said) == 4
    assert said[0].startswith("4 customers whose days are not over")
    assert said[1].startswith("One who had bought nothing before")
    assert not says.asides(records(frame(WON))[0], FORMATS)
    assert not says.asides(records(frame(EARLY))[0], FORMATS)


@pytest.mark.parametrize("of", ["buyers", "revenue"])
def test_the_clearest_difference_heads_its_rows(of):
    shown = frame(WON, LOST, CHANCE)
    drawn = shown.assign(side=says.sides(shown, of))
    assert drawn["side"].tolist() == [1, -1, 0]
    assert says.beside(drawn, of, FORMATS).words(TEXTS).startswith("January mail:")
    lost = drawn[drawn["campaign"] != "January mail"]
    assert "&lt;" not in says.beside(lost, of, FORMATS).words(TEXTS)
    assert "less" in says.beside(lost, "revenue", FORMATS).words(TEXTS)
    none = drawn.tail(1)
    assert "do" in says.beside(none, of, FORMATS).words(TEXTS)


@pytest.mark.parametrize("look", [LIGHT, DARK])
@pytest.mark.parametrize("of", ["buyers", "revenue"])
def test_differences_are_rows_about_zero(of, look):
    shown = frame(WON, LOST, CHANCE, EARLY)
    shown = shown.assign(side=says.sides(shown, of))
    figure = figures.differences(shown, TEXTS, look, FORMATS, of=of, against=C)
    layout = figure.layout
    assert layout.dragmode is False
    assert layout.xaxis.fixedrange
    assert layout.paper_bgcolor == look.page
    assert layout.xaxis.zeroline
    assert layout.xaxis.range[0] < 0 < layout.xaxis.range[1]
    dots = [trace for trace in figure.data if trace.mode == "markers"]
    values = [4.1, -5.0, 0.5] if of == "revenue" else [0.05, -0.06, 0.02]
    assert [dot.x[0] for dot in dots] == values
    colours = [dot.marker.color for dot in dots]
    assert colours == [look.accent, look.lost, look.grey]
    assert all(
        trace.hoverinfo == "skip" or "extra" in trace.hovertemplate
        for trace in figure.data
    )
    assert "Spring &lt;b&gt;sale" in layout.meta["alt"]
    assert "June" not in layout.meta["alt"]
    for trace in figure.data:
        assert min(trace.x) >= layout.xaxis.range[0]
        assert max(trace.x) <= layout.xaxis.range[1]


def test_a_campaign_of_a_few_does_not_press_the_others_flat():
    wide = {**CHANCE, "revenue_low": -900.0, "revenue_high": 900.0}
    shown = frame(WON, wide)
    shown = shown.assign(side=says.sides(shown, "revenue"))
    figure = figures.differences(shown, TEXTS, LIGHT, FORMATS, of="revenue", against=C)
    low, high = figure.layout.xaxis.range
    assert high - low < 100


def test_nothing_to_draw_is_said():
    shown = frame(EARLY).assign(side=0)
    figure = figures.differences(shown, TEXTS, LIGHT, FORMATS, of="revenue", against=C)
    assert "nothing to show yet" in figure.layout.meta["alt"]


def test_of_two_offers_the_better_one_is_named_first():
    row = {
        "campaign": "May",
        "offer": "letter",
        "other": "voucher",
        "customers": 40,
        "other_customers": 30,
        "buyers": 4,
        "other_buyers": 9,
        "share": 0.1,
        "other_share": 0.3,
        "difference": -0.2,
        "low": -0.4,
        "high": -0.05,
        "revenue": 2.0,
        "other_revenue": 5.0,
        "revenue_difference": -3.0,
        "revenue_low": -6.0,
        "revenue_high": 0.5,
        "verdict": "less",
        "revenue_verdict": "too_few",
    }
    frame = pd.DataFrame([row, row | {"difference": 0.2}])
    turned, kept = audiences.better_first(frame).to_dict("records")
    assert kept == row | {"difference": 0.2}
    assert (turned["offer"], turned["share"], turned["customers"]) == (
        "voucher",
        0.3,
        30,
    )
    assert (turned["difference"], turned["low"], turned["high"]) == (0.2, 0.05, 0.4)
    assert (turned["revenue_low"], turned["revenue_high"]) == (-0.5, 6.0)
    assert (turned["verdict"], turned["revenue_verdict"]) == ("more", "too_few")
    again = audiences.better_first(audiences.better_first(frame))
    pd.testing.assert_frame_equal(again, audiences.better_first(frame))
