"""Who brings the value to come: figures, sentences, and what is asked for them."""

from __future__ import annotations

import datetime as dt
import json
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

import retention_core as rc
from retention_core.clv.distribution import Distribution
from retention_ui.figures import bringers as figures
from retention_ui.figures.distribution import distribution as draw_distribution
from retention_ui.figures.look import DARK, LIGHT, Look, colour_at, contrast
from retention_ui.figures.matrix import PALE, frequency_recency
from retention_ui.figures.paths import alive_path, periods_of
from retention_ui.findings import bringers as says
from retention_ui.formats import Formats
from retention_ui.questions import QUESTIONS
from retention_ui.texts import Texts
from tests.core.shops import cdnow
from tests.ui.test_pages import headings, opened, sound

if TYPE_CHECKING:
    import plotly.graph_objects as go
    from streamlit.testing.v1 import AppTest

    from retention_ui.findings.finding import Finding

TEXTS, FORMATS = Texts("en"), Formats("en", "EUR")
LOOKS = pytest.mark.parametrize("look", [LIGHT, DARK])
TERMS = {"months": 12, "annual_discount_rate": 0.1, "margin": 1.0}


def curve_of(steps: int, bend: float = 3.0) -> pd.DataFrame:
    share = np.linspace(0, 1, steps)
    return pd.DataFrame(
        {
            "share_of_customers": share,
            "share_of_value": 1 - (1 - share) ** bend,
            "share_of_revenue": 1 - (1 - share) ** (bend / 1.5),
        }
    )


def concentration(steps: int, look: Look) -> go.Figure:
    facts = {"first": 0.1, "held": 0.27 if steps > 1 else float("nan")}
    return figures.concentration(curve_of(steps), TEXTS, look, FORMATS, **facts)


def bins_of(middle: int, customers: float = 120.0) -> pd.DataFrame:
    edges = [0, 1, *range(10, 10 * middle + 1, 10), np.inf]
    weights = np.linspace(1, 0.1, len(edges) - 1)
    counts = np.round(customers * weights).astype(int)
    return pd.DataFrame(
        {
            "value_from": edges[:-1],
            "value_to": edges[1:],
            "customers": counts,
            "value": 7.0 * counts,
        }
    )


def distribution(middle: int, look: Look, **facts: float) -> go.Figure:
    known = {"median": 9.63, "mean": 35.66, "width": 10.0} | facts
    return draw_distribution(bins_of(middle), TEXTS, look, FORMATS, **known)


def groups_of(count: int) -> pd.DataFrame:
    """Up to six groups, of which every third holds nobody."""
    edges = [
        (a, d) for d in ((0, 113), (114, None)) for a in ((1, 1), (2, 4), (5, None))
    ]
    rows = [
        (*a, *d, 0 if i % 3 == 2 else 12_345, 0.15 * (i + 1), 0.1 * i, 0.8 * i, 100.0)
        for i, (a, d) in enumerate(edges)
    ]
    names = ["orders_from", "orders_to", "days_from", "days_to", "customers"]
    names += ["probability_alive", "probability_in_window", "expected_purchases", "clv"]
    return pd.DataFrame(rows, columns=names).head(count)


def matrix(count: int, look: Look, measure: str = "expected_purchases") -> go.Figure:
    facts = {"measure": measure, "days": 114, "months": 12}
    return frequency_recency(groups_of(count), TEXTS, look, FORMATS, **facts)


def words_of(figure: go.Figure) -> list[go.Scatter]:
    """What is written on cells."""
    return [each for each in figure.data if each.type == "scatter"]


def path_of(days: int) -> pd.DataFrame:
    number = np.arange(days)
    bought = number % 40 == 0
    return pd.DataFrame(
        {
            "day": pd.date_range("2024-02-10", periods=days),
            "bought": bought,
            "purchases": np.cumsum(bought),
            "probability_alive": 1 - (number % 40) / 80,
            "expected_purchases": 3.0,
        }
    )


def path(days: int, look: Look) -> go.Figure:
    return alive_path(path_of(days), TEXTS, look, FORMATS, months=12)


DRAWN = [
    *((concentration, size) for size in (1, 2, 101)),
    *((distribution, size) for size in (1, 3, 13)),
    *((matrix, size) for size in (0, 1, 6)),
    *((path, size) for size in (1, 300, 4000)),
]


@LOOKS
@pytest.mark.parametrize(("draw", "size"), DRAWN)
def test_figures_keep_the_shared_rules(draw, size, look):
    figure = draw(size, look)
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
        assert len(axis.ticktext) == len(axis.tickvals)
    for trace in figure.data:
        silent = trace.hoverinfo == "skip" and trace.hovertemplate is None
        assert silent or trace.hovertemplate.endswith("<extra></extra>")
        words = json.dumps(trace.to_plotly_json().get("customdata", []), default=list)
        assert "nan" not in words.lower()
        assert "{" not in words
    for note in layout.annotations:
        assert contrast(note.font.color, look.page) >= 4.5, note.text


def test_the_first_tenth_is_marked_where_it_lies():
    figure = concentration(101, LIGHT)
    (dot,) = [trace for trace in figure.data if trace.mode == "markers"]
    assert (*dot.x, *dot.y) == (0.1, 0.27)
    words = [note.text for note in figure.layout.annotations]
    assert "<b>10% hold 27%</b>" in words
    assert "<b>value to come</b>" in words
    assert "revenue so far" in words


def test_without_revenue_so_far_there_is_no_curve_of_it():
    curve = curve_of(11).assign(share_of_revenue=np.nan)
    facts = {"first": 0.1, "held": 0.27}
    figure = figures.concentration(curve, TEXTS, LIGHT, FORMATS, **facts)
    hovers = [trace for trace in figure.data if trace.customdata is not None]
    assert len(hovers) == 1


def test_bins_that_are_not_of_one_width_stand_apart():
    figure = distribution(5, LIGHT)
    (bars,) = figure.data
    ends = [(x - w / 2, x + w / 2) for x, w in zip(bars.x, bars.width, strict=True)]
    gaps = [after[0] - before[1] for before, after in pairwise(ends)]
    assert gaps[0] > 0.3
    assert gaps[-1] > 0.3
    assert gaps[1:-1] == pytest.approx([0] * 4)
    assert bars.marker.color == (LIGHT.grey, *[LIGHT.fill] * 5, LIGHT.soft_fill)
    assert bars.customdata[-1].startswith("<b>Worth €50.00 and more</b>")
    assert list(figure.layout.xaxis.ticktext)[-2:] == ["≈ €0", "more"]


@pytest.mark.parametrize(("mean", "at"), [(35.66, 3.566), (9e9, 5.85), (0.0, 0.0)])
def test_the_mean_is_marked_on_the_scale_or_in_the_last_bin(mean, at):
    lines = distribution(5, LIGHT, mean=mean).layout.shapes
    assert [line.x0 for line in lines] == pytest.approx([0.963, at])


def test_a_cell_says_what_is_expected_and_of_how_many():
    figure = matrix(6, LIGHT)
    real, pale = (trace for trace in figure.data if trace.type == "heatmap")
    assert (real.z[0][0], real.z[0][2]) == (0, None)
    assert (pale.z[0][0], pale.z[0][2]) == (None, pytest.approx(1.6))
    assert pale.opacity == PALE
    assert "Nobody is there" in pale.customdata[0][2]
    assert "forecast value" not in pale.customdata[0][2]
    written = [text for each in words_of(figure) for text in each.text]
    assert sorted(written) == sorted(
        ["0.0", "0.8", "1.6", "2.4", "3.2", "4.0", *["12,345"] * 4]
    )
    (line,) = figure.layout.shapes
    assert (line.y0, line.y1) == (0.5, 0.5)
    assert list(figure.layout.xaxis.ticktext) == ["1 order", "2–4", "5+"]
    assert list(figure.layout.yaxis.ticktext) == ["0–113 days", "over 113"]


@LOOKS
@pytest.mark.parametrize("measure", ["probability_alive", "expected_purchases"])
def test_cells_can_be_read_pale_or_not(measure, look):
    top = 1.0 if measure == "probability_alive" else 3.2
    figure = matrix(6, look, measure)
    told = {
        (x, round(y)): trace.textfont.color
        for trace in words_of(figure)
        for x, y in zip(trace.x, trace.y, strict=True)
    }
    for index, row in enumerate(groups_of(6).itertuples()):
        ground = colour_at(look.scale, getattr(row, measure) / top)
        if not row.customers:
            ground = colour_at((look.page, ground), PALE)
        assert contrast(told[index % 3, index // 3], ground) >= 4.5


def test_a_path_has_a_stroke_for_every_order_day():
    figure = path(300, LIGHT)
    line, strokes, now = figure.data
    assert len(line.x) == 300
    assert len(strokes.x) == 8
    assert set(strokes.x) < set(line.x)
    assert strokes.customdata[1] == "<b>21 Mar 2024</b><br>day 2 with an order"
    assert now.x[0] == line.x[-1]
    assert "50%</b> likely" not in line.customdata[0]
    # 10 February lies a third of the way into the first month drawn around 0.
    assert line.x[0] == pytest.approx(-0.5 + 9 / 29)
    assert list(np.diff(line.x) > 0) == [True] * 299


@pytest.mark.parametrize(("days", "grain"), [(300, "month"), (4000, "quarter")])
def test_a_long_path_is_drawn_over_quarters(days, grain):
    starts, found = periods_of(path_of(days))
    assert found == grain
    assert starts[0] <= dt.date(2024, 2, 10)


def said(finding: Finding) -> str:
    sentence = finding.words(TEXTS).replace("\\", "").replace("\u2060", "")
    assert len(sentence) <= 80, sentence
    return sentence


def test_what_the_first_tenth_holds():
    sentence = said(says.concentration(0.52, FORMATS))
    assert sentence == "One customer in ten holds 52% of the value to come"
    assert said(says.concentration(float("nan"), FORMATS)) == (
        "How the value to come is shared"
    )


def test_the_matrices_compare_silent_one_time_buyers_with_regulars():
    groups = pd.DataFrame(
        {
            "orders_from": [1, 2, 5, 10, 1],
            "days_from": [61, 61, 61, 61, 114],
            "days_to": [113, 113, 113, 113, None],
            "customers": [125, 66, 30, 10, 9],
            "expected_purchases": [0.4, 1.0, 2.0, 4.0, 0.1],
            "probability_alive": [1.0, 0.6, 0.5, 0.7, 1.0],
        }
    )
    assert said(says.expected(groups, 114, FORMATS)) == (
        "Silent 61 to 113 days: 0.4 orders to come of one-time buyers, 2.5 of regulars"
    )
    assert said(says.alive(groups, 114, FORMATS)) == (
        "Of regulars silent 61 to 113 days 55% are customers still"
    )
    nobody = groups.assign(customers=[125, 66, 0, 0, 9])
    for finding in (says.expected, says.alive):
        assert "61" not in said(finding(nobody, 114, FORMATS))
        assert "61" not in said(finding(groups.iloc[:0], 114, FORMATS))


@pytest.mark.parametrize("scale", [0.001, 1, 1000])
def test_half_of_the_customers_and_the_mean(scale):
    found = Distribution(bins_of(3), 9.634 * scale, 1235.66 * scale, 10.0 * scale)
    assert said(says.distribution(found, FORMATS)).startswith("Half of the customers")
    nobody = Distribution(bins_of(3, customers=0), 0.0, 0.0, 1.0)
    assert said(says.distribution(nobody, FORMATS)) == "What customers are worth"


def test_how_sure_it_is_today():
    today = {"probability_alive": 0.954}
    name = "somebody.with.a.long.name@example.com"
    sentence = said(says.alive_path(name, today, 112, FORMATS))
    assert sentence.endswith(": 95% likely a customer still, after 112 days of silence")
    assert said(says.alive_path("7", today, 0, FORMATS)).startswith("7: 95% likely")
    once = said(says.alive_path(None, {"probability_alive": 1.0}, 289, FORMATS))
    assert once == "One order does not tell whether they have left"


@pytest.fixture(scope="module")
def orders() -> rc.Orders:
    return cdnow()


@pytest.fixture(scope="module")
def fits(orders) -> dict:
    return rc.clv.fits(orders).to_json()


@pytest.fixture(scope="module")
def brought(orders, fits):
    ask = QUESTIONS["brought"]
    return ask(orders, fits=fits, window_days=114, limit=50, **TERMS)


def test_all_that_is_asked_is_of_one_forecast(orders, fits, brought):
    known = rc.clv.forecast(orders, fits=rc.clv.Fits.from_json(fits))
    total, customers = known.total, known.fit.n_customers
    assert brought.n_customers == customers
    assert brought.matrix["clv"].sum() == pytest.approx(total)
    assert brought.distribution.bins["value"].sum() == pytest.approx(total)
    assert brought.distribution.bins["customers"].sum() == customers
    everybody = QUESTIONS["brought_rows"](orders, fits=fits, **TERMS)
    assert everybody["clv"].sum() == pytest.approx(total)
    first = everybody["clv"].head(round(0.1 * customers)).sum() / total
    assert brought.held_by(0.1) == pytest.approx(first, abs=0.002)
    assert brought.distribution.median == pytest.approx(everybody["clv"].median())
    pd.testing.assert_frame_equal(
        brought.customers[everybody.columns], everybody.head(50)
    )


def test_each_of_those_listed_has_intervals(brought):
    listed = brought.customers
    assert len(listed) == 50
    assert listed["clv"].is_monotonic_decreasing
    for what, mean in (("value", "clv"), ("purchases", "expected_purchases")):
        low, high = (listed[f"{what}_{end}_80"] for end in ("low", "high"))
        assert (low <= listed[mean]).mean() > 0.9
        assert (listed[mean] <= high).mean() > 0.9
        assert (listed[f"{what}_high_95"] >= high).all()


def test_the_path_ends_at_what_the_list_says(orders, fits, brought):
    first = brought.customers.iloc[0]
    asked = {"fits": fits, "months": 12, "customer_id": first["customer_id"]}
    days = QUESTIONS["alive_path"](orders, **asked)
    today = days.iloc[-1]
    assert today["probability_alive"] == pytest.approx(first["probability_alive"])
    assert today["expected_purchases"] == pytest.approx(first["expected_purchases"])
    assert today["purchases"] == first["orders"]


@pytest.fixture
def app(sample) -> AppTest:
    return opened("forecast", sample, details="1")


def test_the_page_tells_who_brings_it(app):
    assert sound(app)
    found = headings(app)
    for words in (
        "One customer in ten holds ",
        "Who they are",
        "Silent 61 to ",
        "Of regulars silent 61 to ",
        "Half of the customers should bring less than ",
    ):
        assert [each for each in found if each.startswith(words)], words
    assert [each for each in found if "likely a customer still" in each]


def test_anybodys_id_can_be_typed(app):
    listed = app.selectbox(key="forecast.customer").options
    app.session_state["forecast.customer"] = listed[7]
    assert sound(app.run())
    assert app.selectbox(key="forecast.customer").value == listed[7]
    assert "customer" not in app.query_params


def test_an_id_that_nobody_has_is_said_to_be_nobodys(sample):
    app = opened("glossary", sample, details="1")
    # Before the page is drawn: AppTest knows no option that was typed.
    app.session_state["forecast.customer"] = "**zoe**"
    app.switch_page("../pages/forecast.py")
    assert sound(app.run())
    told = " ".join(each.value for each in app.markdown)
    assert r"No customer here has the id \*\*zoe\*\*." in told
