"""Figures and sentences of movement, losses and timing."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from retention_core.logrank import LogRank
from retention_core.timing import UsualGap
from retention_ui.figures import churn, losses, survival, usual
from retention_ui.figures.look import DARK, LIGHT
from retention_ui.findings import churn as churn_says
from retention_ui.findings import timing as timing_says
from tests.ui.test_figures import FORMATS, NASTY, TEXTS, keeps_the_rules, waits_of

LOOKS = pytest.mark.parametrize("look", [LIGHT, DARK], ids=["light", "dark"])


def said(finding) -> str:
    words = finding.words(TEXTS)
    assert len(words) <= 80
    return words


def losses_of(rates: list[float]) -> pd.DataFrame:
    rate = np.array(rates, dtype=float)
    return pd.DataFrame(
        {
            "slice": [NASTY, "Deal site", "Search", "Market"][: len(rates)],
            "churn_rate": rate,
            "low": rate - 0.01,
            "high": rate + 0.01,
            "lost": 10,
            "starting": 100,
            "active_customers": 1,
        }
    )


def slices_of(count: int, day: int = 120) -> pd.DataFrame:
    shares = ["returned", "low", "high"]
    found = []
    for n, name in enumerate([NASTY, "Deal site", "Search"][:count]):
        curve = waits_of(day)
        found.append(curve.assign(slice=name, **(curve[shares] / (n + 1))))
    return pd.concat(found) if found else waits_of(0).assign(slice=None)


@LOOKS
@pytest.mark.parametrize("rates", [[], [0.1], [0.05, 0.2, 0.1]])
def test_losses_keep_the_rules_lowest_first(rates, look):
    facts = {"overall": 0.1 if rates else None, "grain": "month"}
    figure = losses.churn_rows(losses_of(rates), TEXTS, look, FORMATS, **facts)
    keeps_the_rules(figure, look)
    dots = [trace.x[0] for trace in figure.data if trace.mode == "markers"]
    assert dots == sorted(rates)
    assert "<a" not in figure.to_json()


def test_low_churn_is_good_and_high_churn_is_not():
    facts = {"overall": 0.1, "grain": "week"}
    frame = losses_of([0.05, 0.2, 0.1])
    figure = losses.churn_rows(frame, TEXTS, LIGHT, FORMATS, **facts)
    colours = [t.marker.color for t in figure.data if t.mode == "markers"]
    assert colours == [LIGHT.accent, LIGHT.grey, LIGHT.lost]


@LOOKS
@pytest.mark.parametrize("count", [0, 1, 3])
def test_every_group_has_its_name_at_the_end_of_its_line(count, look):
    facts = {"best": NASTY, "worst": "Deal site"}
    figure = survival.slices(slices_of(count), TEXTS, look, FORMATS, **facts)
    keeps_the_rules(figure, look)
    assert len(figure.layout.annotations) == count
    assert "<a" not in figure.to_json()
    if count == 3:
        lines = {trace.line.color for trace in figure.data}
        assert lines == {look.accent, look.lost, look.grey}
        heights = sorted(each.y for each in figure.layout.annotations)
        pixel = figure.layout.yaxis.range[1] / survival.PLOT_HEIGHT
        assert np.diff(heights).min() >= 14 * pixel - 1e-9


@pytest.mark.parametrize("chosen", [1, 2, 3])
def test_only_the_chosen_order_has_its_band(chosen):
    curves = {after: waits_of(40 * after) for after in (1, 2, 3)}
    figure = survival.next_orders(curves, TEXTS, LIGHT, FORMATS, chosen=chosen)
    bands = [trace for trace in figure.data if trace.fill == "tonexty"]
    assert len(bands) == 1
    assert bands[0].x[-1] == 40 * chosen - 1
    names = [each.text for each in figure.layout.annotations]
    assert sum("<b>" in name for name in names) == 1
    assert len(names) == 3


@pytest.mark.parametrize("days", [3, 40, 114, 300, 364, 500])
@pytest.mark.parametrize("percentile", [None, 20, 46, 110, 330, 364])
def test_no_name_of_the_gaps_is_cut_or_lies_on_another(days, percentile):
    frame = waits_of(366)
    facts = {"days": days, "percentile_80": percentile}
    figure = churn.gaps(frame, TEXTS, LIGHT, FORMATS, **facts)
    last = figure.layout.xaxis.range[1]
    boxes = []
    for each in figure.layout.annotations:
        letters = each.text.replace("<b>", "").replace("</b>", "")
        width = len(letters) * 6.5 / 290 * last
        start = each.x - {"left": 0, "right": width}.get(each.xanchor, width / 2)
        assert start >= -1e-6
        assert start + width <= last + 1e-6
        middle = each.y / 1.02 * churn.PLOT_HEIGHT + each.yshift
        boxes.append((start, start + width, middle - 7, middle + 7))
    for i, one in enumerate(boxes):
        for other in boxes[i + 1 :]:
            apart = one[1] <= other[0] or other[1] <= one[0]
            assert apart or one[3] <= other[2] or other[3] <= one[2]


@LOOKS
@pytest.mark.parametrize("bins", [0, 1, 24])
def test_the_bar_of_the_median_leads(bins, look):
    edges = 7 * np.arange(bins)
    frame = pd.DataFrame(
        {
            "days_from": edges,
            "days_to": [*edges[1:], np.nan][:bins],
            "customers": np.arange(bins)[::-1] + 1,
        }
    )
    median = 3.0 if bins else float("nan")
    figure = usual.usual_gaps(frame, TEXTS, look, FORMATS, median=median)
    keeps_the_rules(figure, look)
    colours = list(figure.data[0].marker.color)
    assert [i for i, each in enumerate(colours) if each == look.fill] == [0] * bool(
        bins
    )
    if bins == 24:
        hovers = figure.data[0].customdata
        assert hovers[1] == "<b>23</b> customers order every 7–13 days"
        assert hovers[-1] == "<b>1</b> customer orders every 161 days or more"


def other_windows(rates: list[float | None]) -> pd.DataFrame:
    values = [np.nan if rate is None else rate for rate in rates]
    return pd.DataFrame(
        {"window_days": [50, 100, 200], "starting": 400, "churn_rate": values}
    )


@pytest.mark.parametrize(
    ("rates", "sentence"),
    [
        ([0.28, 0.12, 0.076], "moves churn between 7.6% and 28%"),
        ([0.124, 0.12, 0.118], "leaves churn at about 12%"),
        ([0.28, 0.12, None], "Halving the window moves churn from 12% to 28%"),
        ([None, None, None], "Churn under half and double the window"),
    ],
)
def test_how_far_the_window_moves_churn(rates, sentence):
    assert said(churn_says.sensitivity(other_windows(rates), 100, FORMATS)).endswith(
        sentence
    )


def test_a_handful_of_customers_moves_no_churn():
    few = other_windows([0.3, 0.1, 0.05]).assign(starting=29)
    found = said(churn_says.sensitivity(few, 100, FORMATS))
    assert found == "Churn under half and double the window"


@pytest.mark.parametrize(
    ("trends", "way"),
    [
        ([(0.8, 0.01)] * 3, "same_up"),
        ([(-0.8, 0.01)] * 2, "same_down"),
        ([(0.2, 0.4), (-0.1, 0.8)], "same_none"),
        ([(0.8, 0.01), (0.1, 0.6)], "partly_up"),
        ([(-0.8, 0.01), (0.1, 0.6)], "partly_down"),
        ([(-0.8, 0.01), (0.8, 0.01)], "mixed"),
        ([], None),
    ],
)
def test_whether_the_direction_hangs_on_the_window(trends, way):
    frame = pd.DataFrame(trends, columns=["trend", "trend_p_value"])
    assert churn_says.trend(frame) == way
    if way:
        assert TEXTS(f"churn.sensitivity.{way}", n=12)


def test_the_account_fits_its_heading_with_a_million_customers():
    frame = pd.DataFrame(
        {
            "period_start": [pd.Timestamp("2025-09-01")],
            "starting": 412_512,
            "new": 15_594,
            "reactivated": 3_303,
            "lost": 8_820,
            "ending": 422_589,
            "full_start": True,
            "complete": True,
        }
    )
    assert said(churn_says.account(frame, FORMATS, "month")).endswith(
        "= 422,589 after Sep 2025"
    )
    for grain in ("week", "month", "quarter", "year"):
        assert said(churn_says.account(frame.iloc[:0], FORMATS, grain))


def waits(p: float, count: int = 2, day: int = 120) -> str:
    curves = slices_of(count, day)
    return said(timing_says.waits(curves, LogRank(4.0, 1, p), "channel", FORMATS))


def test_groups_are_told_apart_by_the_test_only():
    assert waits(0.001).startswith("Within 90 days 72% of")
    assert waits(0.06) == "No clear difference in timing by channel"
    few = "Too few customers to compare the timing by channel"
    assert waits(float("nan")) == few
    assert waits(0.001, count=1) == few
    assert waits(0.001, day=5) == few


def test_how_often_customers_usually_order():
    found = UsualGap(
        customers=100,
        repeat_customers=63,
        lower=19,
        median=34,
        upper=60,
        histogram=pd.DataFrame(),
        once=37,
        once_active=7,
        once_lost=30,
        share_once=0.37,
        low=0.28,
        high=0.47,
        window_days=99,
    )
    assert said(timing_says.usual(found, FORMATS)) == (
        "Repeat customers usually order every 34 days; 37% have ordered once"
    )
