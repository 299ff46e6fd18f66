"""Every figure keeps the rules that all share, whatever it is given."""

from __future__ import annotations

import datetime as dt
import json
from functools import cache
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retention_core import cohorts as core
from retention_core.intervals import wilson
from retention_core.trends import Trend
from retention_ui.figures import (
    axes,
    backtest,
    baskets,
    churn,
    cohorts,
    forecast,
    ledger,
    movement,
    survival,
)
from retention_ui.figures.look import DARK, LIGHT, contrast
from retention_ui.figures.measured import COUNTS, SHARES, Measured
from retention_ui.figures.placing import Plot, spot, spread
from retention_ui.formats import Formats
from retention_ui.texts import Texts

TEXTS, FORMATS = Texts("en"), Formats("en", "EUR")
AS_OF = dt.date(2026, 6, 18)
MEASURES = (
    *SHARES,
    *COUNTS,
    "revenue",
    "revenue_per_customer",
    "cumulative_revenue_per_customer",
    "average_order_value",
)
NASTY = (
    "<a href='https://x'>&lt;b&gt; **bold** $x$</a> and so on and on and on for ever"
)


def cells_of(months: int, seed: int = 0) -> pd.DataFrame:
    """Cohorts of ``months`` months to June 2026, which is not over."""
    rng = np.random.default_rng(seed)
    starts = pd.date_range(end="2026-06-01", periods=months, freq="MS")
    rows = []
    for index, cohort in enumerate(starts):
        size = int(rng.integers(1, 300))
        for age in range(months - index):
            active = size if age == 0 else int(rng.integers(0, size + 1))
            rows.append((cohort, age, size, active, index + age < months - 1))
    names = ["cohort", "period", "cohort_size", "active_customers", "complete"]
    frame = pd.DataFrame(rows, columns=names)
    frame = frame.astype({"cohort": "datetime64[s]", "complete": bool})
    share = frame["active_customers"] / frame["cohort_size"]
    money = share * 20
    low, high = wilson(frame["active_customers"], frame["cohort_size"])
    return frame.assign(
        retention=share,
        repeat_by=share,
        on_or_after=share,
        revenue=money,
        orders=frame["active_customers"],
        average_order_value=money.where(money > 0),
        revenue_per_customer=money,
        cumulative_revenue_per_customer=money,
        low=low,
        high=high,
    )


def average_of(cells: pd.DataFrame, measure: str = "retention") -> pd.DataFrame:
    kept = cells.drop(columns=["low", "high", "value"], errors="ignore")
    average = core.average(kept)
    done = cells[cells["complete"]].groupby("period")["cohort"].nunique()
    cohorts = average["period"].map(done)
    return average.assign(value=average[measure], cohorts=cohorts)


def movement_of(months: int, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    starts = pd.date_range(end="2026-06-01", periods=months, freq="MS")
    counts = rng.integers(0, 300, size=(months, 3))
    rates = rng.uniform(0.2, 1.1, size=(months, 2))
    return pd.DataFrame(
        {
            "period_start": starts,
            "new": counts[:, 0],
            "reactivated": counts[:, 1],
            "lost": counts[:, 2],
            "retention_rate": rates[:, 0],
            "strict_retention_rate": np.minimum(rates[:, 1], 1),
            "full_start": np.arange(months) >= min(4, months - 1),
            "complete": np.arange(months) < months - 1,
        }
    )


def waits_of(days: int) -> pd.DataFrame:
    day = np.arange(days)
    returned = 0.8 * (1 - np.exp(-day / 40))
    return pd.DataFrame(
        {
            "days": day,
            "at_risk": 1000 - day,
            "returned": returned,
            "low": 0.9 * returned,
            "high": 1.1 * returned,
            "finished": np.minimum(1, returned / 0.8),
            "return_later": np.clip((0.8 - returned) / (1 - returned), 0, 1),
        }
    )


def history_of(months: int) -> pd.DataFrame:
    starts = pd.date_range(end="2026-06-01", periods=months, freq="MS")
    return pd.DataFrame(
        {
            "month": starts,
            "repeat_revenue": np.linspace(9_000, 16_000, months),
            "first_revenue": np.linspace(3_000, 5_000, months),
            "complete": np.arange(months) < months - 1,
        }
    )


def ahead_of(months: int) -> pd.DataFrame:
    expected = np.linspace(16_000, 9_000, months)
    return pd.DataFrame(
        {
            "month": pd.date_range("2026-07-01", periods=months, freq="MS"),
            "expected": expected,
            "low": 0.9 * expected,
            "high": 1.1 * expected,
            "low_80": 0.95 * expected,
            "high_80": 1.05 * expected,
        }
    )


def pairs_of(count: int) -> pd.DataFrame:
    names = [NASTY, *(f"product {i}" for i in range(1, 20))]
    both = [(a, b) for i, a in enumerate(names) for b in names[:i]][:count]
    place = np.arange(count)
    return pd.DataFrame(
        {
            "antecedent": [a for a, _ in both],
            "consequent": [b for _, b in both],
            "count": 400 - place,
            "lift": np.where(place < 2, 9.0, 1.1),
            "leverage": 0.1 / (place + 1),
            "q_value": np.where(place < 2, 0.0001, 0.8),
        }
    )


def by_slice(rows: int) -> pd.DataFrame:
    names = [NASTY, "Deal site", "Search"]
    frames = []
    for seed, name in enumerate(names):
        average = average_of(cells_of(rows, seed)).assign(group=name)
        frames.append(average.assign(customers=average["cohort_size"]))
    return pd.concat(frames)


def shares_of(rows: int) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "group": [NASTY, "Deal site", "after", "Search"],
            "value": [0.6, 0.3, 0.5, 0.52],
        }
    )
    low, high = frame["value"] - 0.05, frame["value"] + 0.05
    return frame.assign(low=low, high=high, customers=200).head(rows)


def heatmap(rows: int, look, measure: str = "retention", seed: int = 0):
    cells = cells_of(rows, seed)
    cells = cells.assign(value=cells[measure])
    return cohorts.retention_heatmap(
        cells,
        TEXTS,
        look,
        FORMATS,
        average=average_of(cells, measure),
        measure=measure,
        grain="month",
        columns=24,
        as_of=AS_OF,
        truncated=True,
    )


def curves(rows: int, look, seed: int = 0):
    cells = cells_of(rows, seed)
    cells = cells.assign(value=cells["retention"])
    chosen = list(cells["cohort"].drop_duplicates()[:3])
    return cohorts.curves(
        average_of(cells),
        TEXTS,
        look,
        FORMATS,
        cells=cells,
        chosen=chosen,
        named=chosen[0] if chosen else None,
        above=False,
        shown=Measured("retention", "month"),
        columns=24,
    )


def age(rows: int, look, seed: int = 0):
    cells = cells_of(rows, seed)
    cells = cells.assign(value=cells["retention"])
    done = cells[cells["complete"] & (cells["period"] == 1)]["cohort"]
    ends = tuple((day.date(), 0.4) for day in [*done.head(1), *done.tail(1)])
    trend = Trend(0.1, 0.05, 0.15, 0.001, "up", 8, 0.4, ends) if rows > 2 else None
    return cohorts.age_over_time(
        cells,
        TEXTS,
        look,
        FORMATS,
        age=1,
        overall=0.4 if rows else None,
        outside=done.iloc[0] if len(done) else None,
        trend=trend,
        shown=Measured("retention", "month"),
    )


PAIR = {
    "pair": (NASTY, "Deal site"),
    "clear": True,
    "names": {"after": "from then on"},
    "shown": Measured("retention", "month"),
}


def slices_lines(rows: int, look, **changed):
    facts = {**PAIR, "age": 2, "columns": 12, **changed}
    return cohorts.slices_lines(by_slice(rows), TEXTS, look, FORMATS, **facts)


def slice_rows(rows: int, look, **changed):
    facts = {**PAIR, "overall": 0.5 if rows else None, **changed}
    return cohorts.slice_rows(shares_of(rows), TEXTS, look, FORMATS, **facts)


def window(rows: int, look):
    facts = {"days": 60, "proposal": 114}
    return churn.window_curve(waits_of(20 * rows), TEXTS, look, FORMATS, **facts)


def gaps(rows: int, look):
    facts = {"days": 60, "percentile_80": 40 if rows else None}
    return churn.gaps(waits_of(20 * rows), TEXTS, look, FORMATS, **facts)


def won_and_lost(rows: int, look, seed: int = 0):
    frame = movement_of(rows, seed)
    return movement.movement(frame, TEXTS, look, FORMATS, grain="month")


def rates(rows: int, look, seed: int = 0):
    return movement.rates(movement_of(rows, seed), TEXTS, look, FORMATS, grain="month")


def next_orders(rows: int, look):
    found = {after: waits_of(10 * rows * after) for after in (1, 2, 3)}
    return survival.next_orders(found, TEXTS, look, FORMATS)


TOTAL = {"total": 146e3, "low": 137e3, "high": 155e3, "low_80": 140e3, "high_80": 152e3}


def revenue(rows: int, look):
    facts = {
        "monthly": ahead_of(rows),
        "total": TOTAL if rows else None,
        "season": ahead_of(rows),
    }
    return forecast.forecast(history_of(rows), TEXTS, look, FORMATS, **facts)


def tracking(rows: int, look):
    week = np.arange(rows)
    frame = pd.DataFrame({"week": week, "actual": 90 * week, "forecast": 88 * week})
    before = frame.assign(week=week - max(rows - 1, 0))
    return backtest.tracking(frame, TEXTS, look, FORMATS, before=before)


def groups_tested(rows: int, name: str) -> pd.DataFrame:
    mean = np.linspace(2, 0.1, rows)
    return pd.DataFrame(
        {
            name: range(rows),
            "customers": 12.5,
            "actual": mean,
            "low": mean - 0.1,
            "high": mean + 0.1,
            "forecast": 0.9 * mean,
        }
    )


def by_frequency(rows: int, look):
    groups = groups_tested(min(rows, 8), "frequency")
    return backtest.by_frequency(groups, TEXTS, look, FORMATS)


def by_decile(rows: int, look):
    groups = groups_tested(min(rows, 10), "decile")
    return backtest.by_decile(groups, TEXTS, look, FORMATS)


def pairs(rows: int, look):
    return baskets.pairs(pairs_of(rows), TEXTS, look, FORMATS)


def product_matrix(rows: int, look):
    return baskets.product_matrix(pairs_of(rows), TEXTS, look, FORMATS)


def rows_of_files(rows: int, look):
    names = ["rows_in", "used", "repaired", "merged", "set_aside", "rejected"]
    frame = pd.DataFrame([[1130, 1000, 5, 50, 74, 1]] * rows, columns=names)
    return ledger.ledger(frame, TEXTS, look, FORMATS)


FIGURES = [
    heatmap,
    curves,
    age,
    slices_lines,
    slice_rows,
    window,
    gaps,
    won_and_lost,
    rates,
    next_orders,
    revenue,
    tracking,
    by_frequency,
    by_decile,
    pairs,
    product_matrix,
    rows_of_files,
]
EVERY = pytest.mark.parametrize("draw", FIGURES, ids=lambda draw: draw.__name__)
SIZES = pytest.mark.parametrize("rows", [0, 1, 2, 30])
LOOKS = pytest.mark.parametrize("look", [LIGHT, DARK], ids=["light", "dark"])


@cache
def drawn(draw, rows: int, look):
    return draw(rows, look)


def keeps_the_rules(figure, look) -> None:
    layout = figure.layout
    assert layout.dragmode is False
    assert layout.showlegend is False
    assert layout.paper_bgcolor == layout.plot_bgcolor == look.page
    assert layout.template.layout.to_plotly_json() == {}
    assert layout.title.text is None
    assert layout.xaxis.fixedrange
    assert layout.yaxis.fixedrange
    assert layout.xaxis.range is not None
    assert layout.yaxis.range is not None
    assert layout.width is None
    assert layout.meta["alt"]
    for trace in figure.data:
        silent = trace.hoverinfo == "skip" and trace.hovertemplate is None
        assert silent or trace.hovertemplate.endswith("<extra></extra>")
        if trace.type == "heatmap":
            assert trace.showscale is False
            assert trace.hoverongaps is False
    json.loads(figure.to_json())


@EVERY
@SIZES
@LOOKS
def test_every_figure_keeps_the_shared_rules(draw, rows, look):
    keeps_the_rules(drawn(draw, rows, look), look)


@EVERY
def test_every_hover_is_a_finished_sentence(draw):
    for trace in drawn(draw, 30, LIGHT).data:
        if trace.hovertemplate is None:
            continue
        sentences = np.ravel(np.array(list(trace.customdata), dtype=object))
        for sentence in sentences:
            assert "nan" not in sentence.lower()
            assert "{" not in sentence
            assert sentence.count("<b>") == sentence.count("</b>")


@EVERY
def test_names_from_the_data_are_only_text(draw):
    whole = drawn(draw, 30, LIGHT).to_json()
    assert "<a" not in whole
    assert "\\u003ca" not in whole


@EVERY
@SIZES
def test_every_period_and_name_is_a_category_of_its_own(draw, rows):
    figure = drawn(draw, rows, LIGHT)
    for axis in (figure.layout.xaxis, figure.layout.yaxis):
        if axis.type == "category":
            assert len(set(axis.categoryarray)) == len(axis.categoryarray)
            assert set(axis.tickvals) <= set(axis.categoryarray)


@pytest.mark.parametrize("draw", [heatmap, curves, age, won_and_lost, rates])
@given(rows=st.integers(0, 14), seed=st.integers(0, 2**32 - 1))
def test_random_frames_are_drawn(draw, rows, seed):
    keeps_the_rules(draw(rows, LIGHT, seed=seed), LIGHT)


def test_the_first_row_counts_the_cohorts_that_are_not_drawn_as_well():
    hovers = [each[0] for each in heatmap(60, LIGHT).data[-1].customdata]
    assert "58 finished cohorts" in next(h for h in hovers if "All cohorts" in h)


def test_the_heatmap_fills_finished_cells_only():
    figure = heatmap(6, LIGHT)
    table = figure.data[0]
    cells = cells_of(6)
    later = cells[cells["period"] >= 1]
    filled = np.array([[value is not None for value in row] for row in table.z])
    # Two rows stand above the cohorts: all of them, and an empty one.
    assert filled[2:].sum() == later["complete"].sum()
    assert len(figure.layout.shapes) == (~later["complete"]).sum()
    assert all(shape.line.dash == "dot" for shape in figure.layout.shapes)
    assert not filled[1].any()


def test_the_heatmap_names_size_flag_and_whole():
    ticks = heatmap(6, LIGHT).layout.yaxis.ticktext
    cells = cells_of(6)
    total = cells[cells["period"] == 0]["cohort_size"].sum()
    assert ticks[0] == f"<b>All cohorts\u2007{FORMATS.count(total)}</b>"
    assert ticks[2].startswith("Jan 2026†")
    assert "†" not in "".join(ticks[3:])


def test_an_unfinished_cell_says_so_and_what_it_holds():
    every = [text for text, _, _ in heatmap(6, LIGHT).data[-1].customdata]
    hovers = [text for text in every if "Not finished" in text]
    assert len(hovers) == (~cells_of(6).query("period >= 1")["complete"]).sum()
    assert all(text.endswith("Not finished: data ends on 18 June") for text in hovers)
    assert not any("interval" in text for text in hovers)
    last = cells_of(6).query("period == 1 and not complete").iloc[0]
    whole = f"{last.active_customers} of {last.cohort_size} customers"
    assert any(whole in text and "Cohort May 2026, month 1" in text for text in hovers)


@pytest.mark.parametrize("measure", MEASURES)
def test_every_measure_has_its_words(measure):
    figure = heatmap(8, LIGHT, measure)
    keeps_the_rules(figure, LIGHT)
    assert figure.data[0].zmin == 0
    assert figure.data[0].zmax > 0


@pytest.mark.parametrize(
    ("share", "top"), [(0.02, 0.10), (0.10, 0.10), (0.34, 0.35), (1.0, 1.0)]
)
def test_the_scale_ends_at_a_round_share(share, top):
    cells = cells_of(6).assign(value=share)
    figure = cohorts.retention_heatmap(
        cells,
        TEXTS,
        LIGHT,
        FORMATS,
        average=None,
        measure="retention",
        grain="month",
        columns=24,
        as_of=AS_OF,
        truncated=False,
    )
    assert figure.data[0].zmax == pytest.approx(top)


def test_a_long_heatmap_keeps_the_latest_36_cohorts():
    figure = heatmap(40, LIGHT)
    assert len(figure.layout.yaxis.categoryarray) == 38
    assert figure.layout.yaxis.categoryarray[-1] == "Jun 2026"
    assert figure.layout.height == 30 + 22 * 38


@pytest.mark.parametrize("draw", [won_and_lost, revenue])
def test_bars_of_a_period_that_is_not_over_are_outlines(draw):
    figure = draw(6, LIGHT)
    hollow = [bar for bar in figure.data if bar.type == "bar" and "Jun 2026" in bar.x]
    filled = [bar for bar in figure.data if bar.type == "bar" and "May 2026" in bar.x]
    assert {bar.marker.color for bar in hollow} == {"rgba(0,0,0,0)"}
    assert all(bar.marker.line.width == 1.3 for bar in hollow)
    assert all("Jun 2026" not in bar.x for bar in filled)
    assert len(hollow) == len(filled) > 1


def test_lost_customers_lie_below_the_line_without_a_minus():
    figure = won_and_lost(6, LIGHT)
    assert any(min(bar.y, default=0) < 0 for bar in figure.data if bar.type == "bar")
    assert not any("−" in tick or "-" in tick for tick in figure.layout.yaxis.ticktext)


def test_bars_before_the_window_is_full_are_pale():
    (new, *_) = won_and_lost(6, LIGHT).data
    assert list(new.marker.color) == ["rgba(8,108,104,0.35)"] * 4 + [LIGHT.fill]


def test_no_line_goes_solid_into_what_is_not_finished():
    for draw in (rates, age):
        for trace in draw(6, LIGHT).data:
            if "Jun 2026" in (trace.x or ()):
                open_dot = trace.mode == "markers" and trace.marker.size == 7
                assert open_dot or trace.line.dash == "dot"
    lines = [trace for trace in curves(6, LIGHT).data if trace.fill is None]
    longest = max(len(trace.x) for trace in lines)
    assert longest == 4  # ages 1 to 5 are observed, the fifth is not finished


def test_the_window_curve_keeps_the_proposal_as_a_tick():
    figure = churn.window_curve(
        waits_of(365), TEXTS, LIGHT, FORMATS, days=211, proposal=114
    )
    ticks = dict(
        zip(figure.layout.xaxis.tickvals, figure.layout.xaxis.ticktext, strict=True)
    )
    assert ticks[211] == "<b>211</b>"
    assert ticks[114] == "114"
    assert 120 not in ticks


def test_one_in_five_is_only_said_where_it_is_so():
    for days, words in ((60, "still return"), (365, "still return")):
        figure = churn.window_curve(
            waits_of(366), TEXTS, LIGHT, FORMATS, days=days, proposal=None
        )
        texts = [note.text for note in figure.layout.annotations]
        said = [text for text in texts if text.startswith(f"<b>{days} days</b>")]
        assert len(said) == 1
        assert words in said[0]
    curve = pd.DataFrame({"days": [0, 90], "return_later": [0.8, 0.2]})
    figure = churn.window_curve(curve, TEXTS, LIGHT, FORMATS, days=90, proposal=90)
    notes = [note.text for note in figure.layout.annotations]
    assert "<b>90 days</b><br>one in five still returns" in notes


@pytest.mark.parametrize(
    ("changed", "high", "low"),
    [
        ({}, "accent", "lost"),
        ({"clear": False}, "accent", "blue"),
        ({"pair": None}, "grey", "grey"),
    ],
)
def test_the_two_groups_compared_are_coloured_and_only_a_clear_difference_judged(
    changed, high, low
):
    high, low, grey = getattr(LIGHT, high), getattr(LIGHT, low), LIGHT.grey
    shown = slice_rows(4, LIGHT, **changed).data
    dots = [trace.marker.color for trace in shown if trace.mode == "markers"]
    assert dots == [high, grey, grey, low]
    drawn = slices_lines(30, LIGHT, **changed).data
    lines = [trace.line.color for trace in drawn if trace.customdata is not None]
    assert sorted(lines) == sorted([grey, high, low])
    bands = [trace for trace in drawn if trace.fill == "toself"]
    assert len(bands) == (0 if "pair" in changed else 2)


def test_groups_of_a_day_are_named_in_the_users_words():
    names = [each.text for each in slice_rows(4, LIGHT).layout.annotations]
    assert "from then on" in names
    assert "after" not in names


def test_labels_pushed_below_the_axis_move_up_again():
    frame = pd.concat(
        [
            by_slice(30).head(1).assign(period=1, group=f"g{place}", value=place / 500)
            for place in range(9)
        ]
        + [by_slice(30).head(1).assign(period=1, group="top", value=0.9)]
    )
    facts = {**PAIR, "pair": None, "age": 1, "columns": 12}
    figure = cohorts.slices_lines(frame, TEXTS, LIGHT, FORMATS, **facts)
    heights = sorted(each.y for each in figure.layout.annotations)
    pixel = figure.layout.yaxis.range[1] / 242
    assert min(heights) >= -1e-9
    assert min(b - a for a, b in pairwise(heights)) >= 14 * pixel - 1e-9


def test_a_trend_is_a_dashed_line_and_only_a_clear_one_is_green():
    (line,) = [t for t in age(30, LIGHT).data if t.line.dash == "dash"]
    assert line.line.color == LIGHT.accent
    assert list(line.y) == [0.4, 0.4]
    assert not [t for t in age(2, LIGHT).data if t.line.dash == "dash"]


def test_real_pairs_come_first_and_only_they_are_filled():
    shown = [trace for trace in pairs(30, LIGHT).data if trace.mode == "lines"]
    assert [line.line.color for line in shown] == [LIGHT.accent] * 2 + [LIGHT.grey] * 6
    table = product_matrix(30, LIGHT).data[0]
    filled = [value for row in table.z for value in row if value is not None]
    assert filled == [9.0, 9.0]
    assert len(table.z) == 9
    assert list(table.z[0]) == [None] * 8


def test_the_ledgers_pieces_add_up_and_only_large_ones_are_named():
    figure = rows_of_files(1, LIGHT)
    upper = sum(bar.x[0] for bar in figure.data if bar.type == "bar" and bar.y[0] < 36)
    lower = sum(bar.x[0] for bar in figure.data if bar.type == "bar" and bar.y[0] > 36)
    assert upper == pytest.approx(1)
    assert lower == pytest.approx(1)
    notes = [note.text for note in figure.layout.annotations]
    assert notes == [
        "<b>1,000 used</b>, 88.4%",
        "<b>50</b> merged",
        "<b>74</b> set aside",
    ]


def test_annotations_are_readable():
    for draw in FIGURES:
        if draw is rows_of_files:
            continue
        for look in (LIGHT, DARK):
            for note in drawn(draw, 30, look).layout.annotations:
                assert contrast(note.font.color, look.page) >= 4.5, note.text


@pytest.mark.parametrize(
    ("grain", "count", "ticks"),
    [
        ("month", 24, ["Jan<br>2025", "Jul", "Jan<br>2026", "Jul"]),
        ("month", 6, ["Jan<br>2025", "Apr"]),
        ("quarter", 8, ["2025", "2026"]),
        ("year", 3, ["2025", "2026", "2027"]),
        ("week", 14, ["Jan<br>2025", "Apr"]),
    ],
)
def test_periods_are_ticked_sparsely_and_name_their_year(grain, count, ticks):
    steps = {"month": "MS", "quarter": "QS", "year": "YS", "week": "W-MON"}
    starts = list(pd.date_range("2025-01-01", periods=count, freq=steps[grain]))
    assert axes.periods(starts, grain, FORMATS)["ticktext"] == ticks


def test_a_label_stands_where_the_other_line_is_far():
    plot = Plot(0, 100, 0, 1, 240)
    line = ([0.0, 100.0], [0.5, 0.5])
    other = ([0.0, 100.0], [0.6, 1.0])
    place = spot(line, [other], plot, "name")
    assert place is not None
    assert place.yshift == -14
    assert 55 <= place.x <= 85


def test_no_label_where_no_place_is_free():
    plot = Plot(0, 100, 0, 1, 240)
    line = ([0.0, 100.0], [0.5, 0.5])
    close = [([0.0, 100.0], [0.45, 0.45]), ([0.0, 100.0], [0.55, 0.55])]
    assert spot(line, close, plot, "name") is None
    assert spot(([], []), [], plot, "name") is None


@given(st.lists(st.floats(0, 300), max_size=12))
def test_labels_in_a_column_keep_their_order_and_distance(heights):
    placed = spread(heights, 14)
    order = sorted(range(len(heights)), key=lambda index: heights[index])
    gaps = [placed[b] - placed[a] for a, b in pairwise(order)]
    assert all(gap >= 14 - 1e-6 for gap in gaps)
    assert all(new >= old for new, old in zip(placed, heights, strict=True))
