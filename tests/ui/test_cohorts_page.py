"""The cohort table: every measure, in every way it can be looked at, and its cells."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from retention_core import measures
from retention_ui.figures import cohorts as figures
from retention_ui.figures.heatmap import PALE
from retention_ui.figures.look import DARK, LIGHT, colour_at, contrast
from retention_ui.figures.measured import Measured
from retention_ui.findings import cohorts as findings
from retention_ui.formats import Formats
from retention_ui.texts import Texts
from tests.conftest import orders_of
from tests.ui.test_figures import keeps_the_rules
from tests.ui.test_pages import SHOPS, headings, opened, shop_of, sound

TEXTS, FORMATS = Texts("en"), Formats("en", "EUR")
AS_OF = dt.date(2025, 6, 18)
WINDOWS = (30, 60, 90, 180, 365)
ASKED = [
    Measured(measure, "month", to, windows)
    for measure in measures.MEASURES
    for to in (None, *measures.relatives(measure))
    for windows in (None, WINDOWS)
]
LOOKS = pytest.mark.parametrize("look", [LIGHT, DARK], ids=["light", "dark"])


@pytest.fixture(scope="module")
def orders():
    """Fifty customers a month for eighteen months, five in the fourth."""
    rng = np.random.default_rng(5)
    rows = []
    for month, start in enumerate(pd.date_range("2024-01-01", periods=18, freq="MS")):
        for number in range(5 if month == 3 else 50):
            first = start + pd.Timedelta(days=int(rng.integers(0, 28)))
            later = rng.exponential(60, rng.poisson(3)).cumsum()
            days = [first, *(first + pd.Timedelta(days=int(x) + 1) for x in later)]
            who = f"{month}-{number}"
            rows += [
                (f"{who}-{day}", who, str(day.date()), float(rng.integers(5, 60)))
                for day in dict.fromkeys(days)
                if day.date() <= AS_OF
            ]
    return orders_of(rows, as_of=AS_OF)


def measured(orders, shown: Measured) -> pd.DataFrame:
    return measures.measured(
        orders,
        shown.measure,
        grain=shown.grain,
        windows=shown.windows,
        relative_to=shown.relative,
    )


def heatmap(cells: pd.DataFrame, shown: Measured, look=LIGHT):
    return figures.retention_heatmap(
        cells,
        TEXTS,
        look,
        FORMATS,
        average=measures.average(cells),
        measure=shown.measure,
        relative=shown.relative,
        windows=shown.windows,
        grain=shown.grain,
        columns=24,
        as_of=AS_OF,
        truncated=False,
    )


@pytest.mark.parametrize("shown", ASKED, ids=str)
def test_every_way_to_look_has_its_pictures_and_its_sentence(shown, orders):
    cells = measured(orders, shown)
    average = measures.average(cells)
    figure = heatmap(cells, shown)
    keeps_the_rules(figure, LIGHT)
    for hover, _, _ in figure.data[-1].customdata:
        assert "nan" not in hover.lower()
        assert "{" not in hover
    for grain in ("week", "month", "quarter", "year"):
        named = replace(shown, grain=grain)
        said = findings.table(average, named, TEXTS, FORMATS).words(TEXTS)
        assert len(said) <= 80, said
    chosen = [dt.date(2024, 2, 1), dt.date(2024, 4, 1)]
    found = findings.curves(cells, chosen, shown, TEXTS, FORMATS)
    assert len(found.words(TEXTS)) <= 80
    drawn = figures.curves(
        average,
        TEXTS,
        LIGHT,
        FORMATS,
        cells=cells,
        chosen=chosen,
        named=found.subject,
        above=found.above,
        shown=shown,
        columns=24,
    )
    keeps_the_rules(drawn, LIGHT)
    bands = [trace for trace in drawn.data if trace.fill == "toself"]
    assert len(bands) == 3


def test_a_cell_says_its_interval_and_whose_it_is(orders):
    shown = Measured("revenue_per_customer", "month")
    cells = measured(orders, shown)
    cell = cells[(cells["cohort"] == "2024-02-01") & (cells["period"] == 3)].iloc[0]
    (hover,) = [
        hover
        for hover, cohort, age in heatmap(cells, shown).data[-1].customdata
        if (cohort, age) == ("2024-02-01", "3")
    ]
    low, high = FORMATS.money(cell["low"]), FORMATS.money(cell["high"])
    assert f"95% interval: {low} to {high}" in hover
    assert FORMATS.money(cell["value"]) in hover
    assert "Cohort Feb 2024, month 3" in hover


def test_the_row_of_all_cohorts_has_an_interval_and_no_customers_to_list(orders):
    shown = Measured("retention", "month")
    figure = heatmap(measured(orders, shown), shown)
    rows = [data for data in figure.data[-1].customdata if "All cohorts" in data[0]]
    assert rows
    assert all("95% interval" in hover and not cohort for hover, cohort, _ in rows)


def test_a_selection_dims_nothing(orders):
    shown = Measured("retention", "month")
    figure = heatmap(measured(orders, shown), shown)
    *_, markers = figure.data
    assert markers.marker.opacity == 0
    assert markers.selected.marker.opacity == markers.unselected.marker.opacity == 0
    for trace in figure.data:
        if trace.type == "scatter" and trace.mode == "text":
            assert trace.unselected.textfont.color == trace.textfont.color


@LOOKS
def test_a_small_cohort_is_pale_and_can_be_read(look, orders):
    shown = Measured("retention", "month")
    cells = measured(orders, shown)
    small = cells[(cells["cohort"] == "2024-04-01") & (cells["period"] >= 1)]
    figure = heatmap(cells, shown, look)
    veil = [trace for trace in figure.data if trace.type == "heatmap"][1]
    covered = sum(value is not None for row in veil.z for value in row)
    assert covered == small["complete"].sum()
    assert veil.opacity == 1 - PALE
    row = figure.data[0].y.index("Apr 2024")
    top = figure.data[0].zmax
    for trace in figure.data:
        if trace.type != "scatter" or trace.mode != "text":
            continue
        for x, y in zip(trace.x, trace.y, strict=True):
            value = figure.data[0].z[row][figure.data[0].x.index(x)]
            if y == "Apr 2024" and value is not None:
                fill = colour_at(look.scale, value / top)
                pale = colour_at((look.page, fill), PALE)
                assert contrast(trace.textfont.color, pale) >= 4.5


def test_windows_are_named_by_their_days():
    until = Measured("repeat_by", "month", windows=WINDOWS)
    span = Measured("retention", "month", windows=WINDOWS)
    later = Measured("on_or_after", "month", windows=WINDOWS)
    assert until.ages([1, 3], TEXTS) == ["30 days", "90 days"]
    assert span.ages([1, 3], TEXTS) == ["days 1–30", "days 61–90"]
    assert later.ages([1, 3], TEXTS) == ["day 1 on", "day 61 on"]
    assert span.ticks([1, 5]) == ["1–30", "181–365"]


def test_a_cohort_that_parts_only_at_the_end_is_not_told(orders):
    shown = Measured("retention", "month")
    rows = [
        (month, age, 1000, 1000 if not age else 400, True)
        for month in pd.date_range("2024-01-01", periods=6, freq="MS")
        for age in range(6)
    ]
    names = ["cohort", "period", "cohort_size", "active_customers", "complete"]
    cells = pd.DataFrame(rows, columns=names)
    first = cells["cohort"] == "2024-01-01"
    for since, told in ((5, False), (4, True), (2, True)):
        apart = first & (cells["period"] >= since)
        active = cells["active_customers"].mask(apart, 200)
        share = active / 1000
        frame = cells.assign(
            kind="share",
            value=share,
            low=share - 0.03,
            high=share + 0.03,
            top=active,
            bottom=1000,
            top_squared=0,
            bottom_squared=0,
            top_times_bottom=0,
        )
        found = findings.curves(frame, [dt.date(2024, 1, 1)], shown, TEXTS, FORMATS)
        said = found.words(TEXTS)
        assert (f"half as often, from month {since} on" in said) is told


@pytest.mark.parametrize(
    ("view", "sentence"),
    [
        ({"measure": "revenue", "shown": "first"}, "Revenue, in % of the first month"),
        ({"measure": "cumulative_revenue_per_customer", "ages": "days"}, "(365 days)"),
        ({"measure": "repeat_by", "shown": "first"}, "Second order by then: "),
        ({"measure": "orders", "grain": "year"}, "Orders"),
    ],
    ids=str,
)
def test_the_address_says_how_the_table_is_looked_at(view, sentence, sample):
    app = opened("cohorts", sample, **view)
    assert sound(app)
    assert sentence in headings(app)[0]


def test_the_customers_of_a_cell_are_listed(sample):
    app = opened("cohorts", sample, of="2025-05-01", at="3")
    assert sound(app)
    assert "43 of 118 customers of May 2025 ordered in month 3" in headings(app)
    listed = app.dataframe[0].value
    assert listed["came_back"].value_counts().to_dict() == {
        "Came back": 43,
        "Did not": 75,
    }
    app.segmented_control(key="cohorts.who").set_value("not_back").run()
    assert app.dataframe[0].value["came_back"].unique().tolist() == ["Did not"]
    assert len(app.dataframe[0].value) == 75
    assert app.query_params["of"] == "2025-05-01"


def test_a_cell_that_is_not_over_or_still_to_come_says_so(sample):
    unfinished = headings(opened("cohorts", sample, of="2026-05-01", at="1"))
    assert any("have ordered in month 1 so far" in each for each in unfinished)
    future = headings(opened("cohorts", sample, of="2026-05-01", at="9"))
    assert "Nobody knows yet who of May 2026 will order in month 9" in future


def test_another_period_takes_back_what_it_does_not_have(sample):
    app = opened("cohorts", sample, of="2025-05-01", at="20", shown="first")
    app.segmented_control(key="cohorts.grain").set_value("quarter").run()
    assert sound(app)
    assert app.selectbox(key="cohorts.of").value == "none"
    app.selectbox(key="cohorts.measure").set_value("repeat_by").run()
    assert sound(app)


@pytest.mark.parametrize("kind", ["three customers", "all refunded", "odd names"])
@pytest.mark.parametrize("view", [{"ages": "days"}, {"measure": "revenue"}], ids=str)
def test_hardly_any_data_is_no_error(kind, view, data_folder):
    app = opened("cohorts", shop_of(SHOPS[kind]), **view)
    assert sound(app)
    assert headings(app)
