"""The user's dated marks: kept with the data, drawn where their day is."""

from __future__ import annotations

import datetime as dt

import pytest

from retention_core import periods
from retention_core.ingest.model import Answers
from retention_core.periods import GRAINS
from retention_ui import access, datasets, marks, queries
from retention_ui.figures import marks as figures
from retention_ui.figures.look import LIGHT, base
from retention_ui.formats import Formats
from retention_ui.marks import Mark
from tests.ui.test_pages import HEAD, SHOPS, opened, sound

MARCH = Mark(dt.date(2024, 3, 3), "New packaging")
FORMATS = Formats("en", "EUR")
BROWSER = "b" * 32


def owned(dataset):
    return access.Access(dataset.id, dataset, BROWSER)


@pytest.fixture
def dataset(tmp_path, monkeypatch):
    monkeypatch.setenv("KEPT_DATA", str(tmp_path))
    queries.forget()
    found = datasets.create([("a.csv", (HEAD + SHOPS["three customers"]).encode())])
    datasets.build(found, Answers())
    return found


def months(count: int) -> list[dt.date]:
    first = dt.date(2024, 1, 1)
    return [periods.following(first, "month", step) for step in range(count)]


def drawn(*noted: Mark, count: int = 6):
    figure = base(LIGHT, 200)
    return figures.draw(figure, noted, months(count), "month", (LIGHT, FORMATS))


def test_marks_are_kept_with_the_data_and_gone_with_it(dataset):
    earlier = Mark(dt.date(2024, 1, 9), "Opened <b>online</b>")
    for mark in (MARCH, earlier, MARCH):
        marks.add(owned(dataset), mark)
    assert marks.of(access.find(dataset.id, BROWSER)) == [earlier, MARCH]
    marks.remove(owned(dataset), earlier)
    assert marks.of(owned(dataset)) == [MARCH]
    datasets.build(dataset, Answers())
    assert marks.of(owned(dataset)) == [MARCH]
    datasets.delete(dataset)
    assert marks.of(owned(dataset)) == []


def test_no_more_than_thirty_are_kept(dataset):
    for day in range(40):
        marks.add(owned(dataset), Mark(MARCH.day + dt.timedelta(days=day), "again"))
    assert len(marks.of(owned(dataset))) == marks.MOST


def test_a_user_notes_a_mark_and_takes_it_back(dataset):
    app = opened("churn", dataset)
    app.date_input(key="marks.day").set_value(MARCH.day)
    app.text_input(key="marks.text").set_value("  New   packaging ")
    next(b for b in app.button if b.label == "Add the mark").click()
    assert sound(app.run())
    assert marks.of(owned(dataset)) == [MARCH]
    app.button(key="marks.remove0").click()
    assert sound(app.run())
    assert marks.of(owned(dataset)) == []


def test_what_one_visitor_notes_on_the_sample_no_other_sees(tmp_path, monkeypatch):
    monkeypatch.setenv("KEPT_DATA", str(tmp_path))
    sample = datasets.sample()
    app = opened("churn", sample)
    app.text_input(key="marks.text").set_value("Mine")
    next(b for b in app.button if b.label == "Add the mark").click()
    app.run()
    assert [b.label for b in app.button].count("Remove") == 2
    other = opened("churn", sample)
    assert [b.label for b in other.button].count("Remove") == 1


@pytest.mark.parametrize("grain", GRAINS)
def test_the_first_day_of_a_period_is_its_left_edge(grain):
    starts = periods.starts(dt.date(2024, 1, 1), dt.date(2026, 6, 1), grain)
    for index, start in enumerate(starts):
        assert figures.place(start, starts, grain) == index - 0.5
        last = periods.following(start, grain) - dt.timedelta(days=1)
        assert index < figures.place(last, starts, grain) < index + 0.5
    assert figures.place(starts[0] - dt.timedelta(days=1), starts, grain) is None
    after = periods.following(starts[-1], grain)
    assert figures.place(after, starts, grain) is None


def test_a_mark_is_a_line_with_words_at_its_day():
    figure = drawn(MARCH)
    assert [line.x0 for line in figure.layout.shapes] == [1.5 + 2 / 31]
    assert [each.text for each in figure.layout.annotations] == ["New packaging"]
    assert "3 Mar 2024" in figure.layout.annotations[0].hovertext


def test_marks_outside_the_periods_are_not_drawn():
    figure = drawn(Mark(dt.date(2023, 12, 31), "before"), Mark(MARCH.day, "in"))
    assert [each.text for each in figure.layout.annotations] == ["in"]


def test_a_figure_of_the_last_periods_has_its_marks_in_their_place():
    figure = base(LIGHT, 200)
    names = ["March", "April"]
    figure.update_xaxes(type="category", categoryarray=names)
    figures.draw(figure, [MARCH], months(4), "month", (LIGHT, FORMATS))
    assert [line.x0 for line in figure.layout.shapes] == [-0.5 + 2 / 31]


def test_words_that_would_meet_stand_on_lines_of_their_own():
    noted = [Mark(MARCH.day + dt.timedelta(days=n), f"no. {n}") for n in range(5)]
    figure = drawn(*noted)
    assert len(figure.layout.shapes) == 5
    lines = [each.yshift for each in figure.layout.annotations]
    assert len(lines) == len(set(lines)) == figures.MOST_LINES


def test_words_of_the_user_are_no_markup():
    figure = drawn(Mark(MARCH.day, "<b>x</b> & y"))
    assert figure.layout.annotations[0].text == "&lt;b&gt;x&lt;/b&gt; &amp; y"
