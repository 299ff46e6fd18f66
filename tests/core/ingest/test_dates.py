"""Day, month or year first: decided over a column and what stands beside it."""

from __future__ import annotations

import datetime as dt

import pytest

from retention_core.ingest.model import Answers
from retention_core.ingest.pipeline import recognise
from tests.core.ingest.files import lines, rows, take, write

HEAD = "Order ID,Customer,Order Date,{}Amount,Currency\n"


def found(folder, *texts):
    files = [(write(folder, f"{n}.csv", t), f"{n}.csv") for n, t in enumerate(texts)]
    return recognise(files, Answers())


def text(days, beside=None):
    """A file with these days, and those of a second column."""
    more = beside or [""] * len(days)
    head = HEAD.format("Paid At," if beside else "")
    return head + "".join(
        f"{n},c{n % 5},{day},{second + ',' if second else ''}{n + 5}.50,EUR\n"
        for n, (day, second) in enumerate(zip(days, more, strict=True))
    )


def days_of(result):
    return lines(result)["ordered_at"].dt.strftime("%Y-%m-%d").tolist()


def question(detection):
    return next((q for q in detection.questions if q.code == "day_first"), None)


OPEN = ["03/04/2024", "04/05/2024", "06/05/2024"]


def test_what_each_reading_means_is_said(tmp_path):
    (only,) = found(tmp_path, text(OPEN))
    fields = question(only).fields
    assert fields["if_day_first"]["first"][:10] == "2024-04-03"
    assert fields["if_day_first"]["last"][:10] == "2024-05-06"
    assert fields["if_month_first"]["first"][:10] == "2024-03-04"
    assert fields["if_month_first"]["last"][:10] == "2024-06-05"
    assert fields["examples"] == OPEN


@pytest.mark.parametrize(
    ("beside", "day_first"),
    [
        (["03/04/2024", "25/05/2024", "06/05/2024"], True),
        (["03/04/2024", "05/25/2024", "06/05/2024"], False),
        (["2024-04-03", "2024-05-04", "2024-05-06"], True),
        (["2024-03-04", "2024-04-05", "2024-06-05"], False),
    ],
)
def test_another_column_of_dates_decides(tmp_path, beside, day_first):
    (only,) = found(tmp_path, text(OPEN, beside))
    assert question(only) is None
    assert only.day_first is day_first


def test_another_column_that_is_days_away_decides_nothing(tmp_path):
    (only,) = found(tmp_path, text(OPEN, ["2024-07-01", "2024-07-02", "2024-07-03"]))
    assert question(only) is not None


def test_cells_that_contradict_each_other_are_asked_about(tmp_path):
    days = ["25/03/2024", "04/30/2024", "03/04/2024", "02/03/2024"]
    (only,) = found(tmp_path, text(days))
    asked = question(only)
    assert asked.fields["conflict"] == {"day_first": 1, "month_first": 1}
    assert asked.fields["if_day_first"]["unreadable"] == 1
    result = take(tmp_path, text(days))
    assert [code for _, _, code in rows(result)] == ["date_unreadable"]


def test_one_slip_among_hundreds_is_only_unreadable(tmp_path):
    days = [f"{n % 28 + 1:02}/03/2024" for n in range(300)] + ["03/30/2024"]
    (only,) = found(tmp_path, text(days))
    assert (only.day_first, question(only)) == (True, None)
    assert rows(take(tmp_path, text(days))) == [(302, "rejected", "date_unreadable")]


def test_days_that_have_not_come_decide(tmp_path):
    year = dt.date.today().year
    days = [f"{n:02}/12/{year + 1}" for n in (1, 2, 3)]
    (only,) = found(tmp_path, text([*OPEN, *days]))
    assert question(only) is not None  # neither reading is of the past
    later = dt.date.today() + dt.timedelta(days=40)
    if later.day > 12 or later.month > 12 or later.year != year:
        later = dt.date(year + 1, 1, 5)
    past = f"{later.month:02}/{later.day:02}/{later.year - 1}"
    (only,) = found(tmp_path, text([past, *OPEN]))
    assert question(only) is not None


def test_rows_in_the_order_of_time_decide(tmp_path):
    days = [dt.date(2023, month, day) for month in range(1, 13) for day in (2, 5, 9)]
    (only,) = found(tmp_path, text([f"{day:%d/%m/%Y}" for day in days]))
    assert (only.day_first, question(only)) == (True, None)
    (only,) = found(tmp_path, text([f"{day:%m/%d/%Y}" for day in reversed(days)]))
    assert (only.day_first, question(only)) == (False, None)


def test_years_of_two_digits_in_front(tmp_path):
    days = [dt.date(2023, 12, 3) + dt.timedelta(days=n) for n in range(40)]
    result = take(tmp_path, text([f"{day:%y/%m/%d}" for day in days]))
    assert result.detection[0].year_first
    assert days_of(result) == [day.isoformat() for day in days]
    result = take(tmp_path, text([f"{day:%d/%m/%y}" for day in days]))
    assert (result.detection[0].year_first, result.detection[0].day_first) == (
        False,
        True,
    )
    assert days_of(result) == [day.isoformat() for day in days]


def test_files_with_one_header_decide_for_each_other(tmp_path):
    first, second = found(tmp_path, text(OPEN), text(["25/03/2024", "01/04/2024"]))
    assert (first.day_first, question(first)) == (True, None)
    assert second.day_first is True


def test_files_that_contradict_each_other_decide_nothing(tmp_path):
    texts = text(OPEN), text(["25/03/2024"]), text(["04/25/2024"])
    assert question(found(tmp_path, *texts)[0]) is not None


def test_a_stray_cell_beyond_the_sample_is_not_guessed(tmp_path):
    days = [f"2024-01-{n % 28 + 1:02}" for n in range(9001)]
    days[4999] = "03/04/2024"
    result = take(tmp_path, text(days))
    assert [code for _, _, code in rows(result)] == ["date_unreadable"]


@pytest.mark.parametrize(
    ("cells", "days"),
    [
        (["令和5年12月31日", "令和6年1月5日"], ["2023-12-31", "2024-01-05"]),
        (["R5.12.31", "R6.1.5"], ["2023-12-31", "2024-01-05"]),
        (["31 grudnia 2023", "5 stycznia 2024"], ["2023-12-31", "2024-01-05"]),
        (["45291", "45296.5"], ["2023-12-31", "2024-01-05"]),
        (["1704031200", "1704448800"], ["2023-12-31", "2024-01-05"]),
        (
            ["２０２３年１２月３１日", "２０２４年１月５日"],
            ["2023-12-31", "2024-01-05"],
        ),
        (
            ["2023-12-31 오후 2:36", "2024-01-05 오전 9:00"],
            ["2023-12-31", "2024-01-05"],
        ),
    ],
)
def test_forms_through_the_front_door(tmp_path, cells, days):
    assert days_of(take(tmp_path, text(cells))) == days


def test_days_that_a_spreadsheet_exchanged_with_months_are_not_read_in_silence(
    tmp_path,
):
    late = [f"{day}/04/2024" for day in range(13, 25)]
    early = [f"2024-{day:02}-04" for day in range(1, 13)]
    (only,) = found(tmp_path, text(late + early))
    assert question(only).fields["conflict"] == {"exchanged": 12}


def test_real_dates_beside_written_ones_are_read_where_both_are_of_any_day(tmp_path):
    late = [f"{day}/04/2024" for day in range(13, 25)]
    any_day = [f"2024-05-{day:02}" for day in range(3, 15)]
    (only,) = found(tmp_path, text(late + any_day))
    assert question(only) is None
