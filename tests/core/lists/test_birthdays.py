"""Birthdays, however they are written."""

from __future__ import annotations

import datetime as dt

import ibis
import pandas as pd
import pytest

from retention_core.lists import birthdays
from tests.conftest import orders_of
from tests.core.lists import drawn


def read(cells: list[str | None]) -> list[tuple[int, int] | None]:
    """Month and day of each cell of one column."""
    names = [f"c{k}" for k in range(len(cells))]
    frame = pd.DataFrame({"customer_id": names, "birthday": cells}, dtype="string")
    table = birthdays.day_of_year(ibis.memtable(frame), last_year=2026)
    found = table.execute().set_index("customer_id")
    return [
        (int(found.loc[n, "month"]), int(found.loc[n, "day"]))
        if n in found.index
        else None
        for n in names
    ]


@pytest.mark.parametrize(
    "cell",
    [
        "1985-03-14",
        "1985-03-14 00:00:00",
        "1985-03-14T00:00:00Z",
        "1985/3/14",
        "1985.03.14",
        "19850314",
        "--03-14",
        "14.03.1985",
        "14.3.85",
        "14.3.",
        "14/03/1985",
        "14/3",
        "14-03-1985",
        "3/14/1985",
        "03/14",
        "14 March 1985",
        "March 14, 1985",
        "Mar 14",
        "14-Mar-85",
        "14. März 1985",
        "14 mars 1985",
        "14 de marzo de 1985",
        "14 марта 1985",
        "14 marca 1985",
        "1985年3月14日",
        "3月14日",
        "1985년 3월 14일",
        " 14.03.1985 ",
    ],
)
def test_the_fourteenth_of_march_in_many_spellings(cell):
    assert read([cell]) == [(3, 14)]


@pytest.mark.parametrize(
    "cell",
    [
        None,
        "",
        "unknown",
        "1985",
        "31120",
        "1900-01-01",
        "2199-03-14",
        "0000-00-00",
        "3/4/1985",
        "14.13.1985",
        "45/03/14/9 listopad",
    ],
)
def test_what_cannot_be_told_is_not_told(cell):
    assert read([cell]) == [None]


def test_the_column_tells_whether_day_or_month_comes_first():
    assert read(["3/4/1985", "25/12/1990"])[0] == (4, 3)
    assert read(["3/4/1985", "12/25/1990"])[0] == (3, 4)
    # As many cells say the one as the other.
    assert read(["3/4/1985", "25/12/1990", "12/25/1990"])[0] is None
    assert read(["05/05/1985"]) == [(5, 5)]
    assert read(["03.04.1985"]) == [(4, 3)]


def test_every_day_of_a_leap_year_is_read_in_every_spelling():
    days = pd.date_range("1984-01-01", "1984-12-31")
    expected = [(day.month, day.day) for day in days]
    for spelling in ("%Y-%m-%d", "%d.%m.%Y", "%m/%d/%Y", "%d/%m/%y", "%B %d", "%d %b"):
        assert read([day.strftime(spelling) for day in days]) == expected, spelling


def test_a_date_that_stands_for_none_is_nobody_s():
    cells = ["1970-01-01"] * 12 + [f"198{k % 10}-01-{k + 2:02}" for k in range(20)]
    assert read(cells)[:12] == [None] * 12
    assert None not in read(cells)[12:]


def shop(as_of: str, born: list[str]) -> pd.DataFrame:
    day = dt.date.fromisoformat(as_of)
    rows = [(f"{k}", f"c{k}", as_of, 5.0) for k in range(len(born))]
    names = [f"c{k}" for k in range(len(born))]
    table = pd.DataFrame({"customer_id": names, "birthday": born})
    orders = drawn.with_customers(orders_of(rows, as_of=day), table)
    found = drawn.members("birthday", orders, window=30)
    return found.set_index("customer_id")


def test_those_of_the_next_thirty_days_a_week_before():
    born = [
        "1980-05-10",
        "1980-05-11",
        "1980-05-17",
        "1980-05-18",
        "1980-06-09",
        "1980-06-10",
    ]
    found = shop("2025-05-10", born)
    assert list(found.index) == ["c1", "c2", "c3", "c4"]
    told = {
        name: (row["birthday_on"].date(), pd.Timestamp(row["act_on"]).date())
        for name, row in found.iterrows()
    }
    assert told == {
        "c1": (dt.date(2025, 5, 11), dt.date(2025, 5, 11)),
        "c2": (dt.date(2025, 5, 17), dt.date(2025, 5, 11)),
        "c3": (dt.date(2025, 5, 18), dt.date(2025, 5, 11)),
        "c4": (dt.date(2025, 6, 9), dt.date(2025, 6, 2)),
    }


def test_over_the_turn_of_the_year():
    found = shop("2025-12-20", ["1990-01-05", "1990-12-31", "1990-12-20"])
    days = {name: row["birthday_on"].date() for name, row in found.iterrows()}
    assert days == {"c0": dt.date(2026, 1, 5), "c1": dt.date(2025, 12, 31)}


@pytest.mark.parametrize(
    ("as_of", "day"),
    [("2025-02-10", dt.date(2025, 2, 28)), ("2024-02-10", dt.date(2024, 2, 29))],
)
def test_a_leap_day_comes_every_year(as_of, day):
    found = shop(as_of, ["2000-02-29"])
    assert [each.date() for each in found["birthday_on"]] == [day]


def test_without_the_column_it_is_nobody_s_birthday():
    assert drawn.members("birthday").empty
