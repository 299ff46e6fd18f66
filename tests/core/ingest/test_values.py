"""Every way of writing a date, an amount, a key."""

from __future__ import annotations

import datetime as dt

import duckdb
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from retention_core.ingest import months, numerals, values


def read(expression, cell):
    with duckdb.connect() as con:
        bare = con.sql("SELECT ?::VARCHAR AS cell", params=[cell])
        bare = bare.project(f"{values.text('cell')} AS bare")
        return bare.project(expression("bare")).fetchall()[0][0]


DATES = {
    "2024-05-01": "2024-05-01",
    "2024/5/1 9:05": "2024-05-01 09:05",
    "2024-05-01T09:58:12.123": "2024-05-01 09:58:12.123",
    "2024-05-01T09:58:12Z": "2024-05-01 09:58:12",
    "2024-05-01 09:58:12 +0000": "2024-05-01 09:58:12",
    "2024-05-01 09:58:12 -0700": "2024-05-01 09:58:12",
    "2024-05-01 09:58:12 UTC": "2024-05-01 09:58:12",
    "2024-05-01 02:36 PM": "2024-05-01 14:36",
    "12.05.2024": "2024-05-12",
    "12.05.24 14:05": "2024-05-12 14:05",
    "12/05/2024 12:04 AM": "2024-05-12 00:04",
    "1-2-2024": "2024-02-01",
    "1/2/99": "1999-02-01",
    "19970101": "1997-01-01",
    "20240501095812": "2024-05-01 09:58:12",
    "45384": "2024-04-02",
    "45384.5": "2024-04-02 12:00",
    "1714557492": "2024-05-01 09:58:12",
    "1714557492000": "2024-05-01 09:58:12",
    "11-Feb-13": "2013-02-11",
    "Jul-25-26": "2026-07-25",
    "Sep 4, 2026 1:05:07 AM PDT": "2026-09-04 01:05:07",
    "September 24, 2026": "2026-09-24",
    "Tuesday, 24 September 2026": "2026-09-24",
    "10-Dez-25": "2025-12-10",
    "12 de março de 2024 10:23 hs.": "2024-03-12 10:23",
    "1 марта 2024 г.": "2024-03-01",
    "2024年5月1日 12時34分": "2024-05-01 12:34",
    "2024. 5. 1.": "2024-05-01",
    "'2024-05-01": "2024-05-01",
    "2024-05-01T09:58:12+09:00[Asia/Tokyo]": "2024-05-01 09:58:12",
    "2024-05-01 09:58:12,123": "2024-05-01 09:58:12.123",
    "20240501T095812Z": "2024-05-01 09:58:12",
    "20240501095812123": "2024-05-01 09:58:12.123",
    "31122024": "2024-12-31",
    "1714557492000000": "2024-05-01 09:58:12",
    "45384,5": "2024-04-02 12:00",
    "Sep 4, 2026, 1:05:07 p.m.": "2026-09-04 13:05:07",
    "Wed May 01 2024 09:58:12 GMT+0900 (Japan Standard Time)": "2024-05-01 09:58:12",
    "Wed May  1 09:58:12 UTC 2024": "2024-05-01 09:58:12",
    "Wed, 01 May 2024 09:58:12 +0000": "2024-05-01 09:58:12",
    "01/May/2024:09:58:12 +0000": "2024-05-01 09:58:12",
    "1/2/2024 9:05 PM": "2024-02-01 21:05",
    "1/2/24 9:05": "2024-02-01 09:05",
    "12/05/2024 14.05.33": "2024-05-12 14:05:33",
    "1.5.2024 klo 14.05": "2024-05-01 14:05",
    "12.05.2024, 14:05 Uhr": "2024-05-12 14:05",
    "12 mai 2024 à 10h23": "2024-05-12 10:23",
    "mar. 12 nov. 2024": "2024-11-12",
    "mardi 12 mars 2024": "2024-03-12",
    "martes, 5 de noviembre de 2024": "2024-11-05",
    "5 FÉVRIER 2024": "2024-02-05",
    "24 Eylül 2024 14:05": "2024-09-24 14:05",
    "1 KASIM 2024": "2024-11-01",
    "ons 1 maj 2024 14:05": "2024-05-01 14:05",
    "3 paź 2024": "2024-10-03",
    "3. října 2024": "2024-10-03",
    "1er mai 2024": "2024-05-01",
    "May 5 2024 3 PM": "2024-05-05 15:00",
    "令和6年5月1日": "2024-05-01",
    "令和元年5月1日": "2019-05-01",
    "平成31年4月30日": "2019-04-30",
    "R6.5.1": "2024-05-01",
    "R6/5/1 10:33": "2024-05-01 10:33",
    "民國113年5月1日": "2024-05-01",
    "113/05/01": "2024-05-01",
    "２０２４年５月１日　１２時３４分": "2024-05-01 12:34",
    "2024年5月1日(水) 午後3時5分": "2024-05-01 15:05",
    "2024年5月1日 星期三 下午3:05": "2024-05-01 15:05",
    "2024-05-01 오후 2:36": "2024-05-01 14:36",
    "2024. 5. 1. 오후 2:36:05": "2024-05-01 14:36:05",
    "2024년 5월 1일 오전 12:05": "2024-05-01 00:05",
    "2567-05-01": "2024-05-01",
    "01/05/2567": "2024-05-01",
    "2024-05-01 to 2024-05-31": None,
    "2024-05-01 25:00": None,
    "2024-05-01 14:05 AM": None,
    "2024-05-01 10:75": None,
    "2024年5月1日 晚上8:05": None,
    "5 Smarch 2024": None,
    "1 May or 1 June 2024": None,
    "May 2024": None,
    "2024": None,
    "240501": None,
    "2024-02-30": None,
    "31/31/2024": None,
    "yesterday": None,
    "12.50": None,
    "": None,
}


@pytest.mark.parametrize(("cell", "expected"), DATES.items())
def test_dates(cell, expected):
    found = read(lambda bare: values.timestamp(bare, True), cell)
    assert found == (dt.datetime.fromisoformat(expected) if expected else None)


def test_the_month_may_stand_first():
    found = read(lambda bare: values.timestamp(bare, False), "12/05/2024 3:04 PM")
    assert found == dt.datetime(2024, 12, 5, 15, 4)


@pytest.mark.parametrize(
    ("cell", "expected"),
    {
        "13/01/2024": "2024-01-13",
        "01/13/2024": "2024-01-13",
        "02.02.2024 10:00": "2024-02-02 10:00",
        "02/03/2024": None,
        "02/03/2024 10:00": None,
        "13/14/2024": None,
        "24/05/01": None,
        "31122024": None,
    }.items(),
)
def test_without_an_order_only_what_has_one_reading_is_read(cell, expected):
    found = read(lambda bare: values.timestamp(bare, None), cell)
    assert found == (dt.datetime.fromisoformat(expected) if expected else None)


def test_two_digit_years_may_stand_first():
    def stamp(bare):
        return values.timestamp(bare, None, year_first=True, short=True)

    assert read(stamp, "24/05/01") == dt.datetime(2024, 5, 1)
    assert read(stamp, "24-05-01 10:33") == dt.datetime(2024, 5, 1, 10, 33)
    assert read(stamp, "240501") == dt.datetime(2024, 5, 1)


@pytest.mark.parametrize(
    ("day", "time", "expected"),
    [
        ("2024-05-01", "103309", "2024-05-01 10:33:09"),
        ("2024/5/1", "1033", "2024-05-01 10:33"),
        ("20240501", "933", "2024-05-01 09:33"),
        ("2024-05-01", "0.43959491", "2024-05-01 10:33:01"),
        ("2024-05-01", "10:33 PM", "2024-05-01 22:33"),
        ("2024-05-01", "10:33:09 PDT", "2024-05-01 17:33:09"),
        ("2024-05-01", "1899-12-30 10:33:09", "2024-05-01 10:33:09"),
        ("2024年5月1日", "午後3時5分", "2024-05-01 15:05"),
        ("2024-05-01 10:00", None, "2024-05-01 10:00"),
        ("2024-05-01 10:00", "morning", "2024-05-01 10:00"),
        (None, "10:33", None),
    ],
)
def test_date_and_time_in_two_columns(day, time, expected):
    expression = values.timestamp("day", True, "UTC", "time")
    with duckdb.connect() as con:
        found = con.execute(
            f"SELECT {expression} FROM (SELECT ?::VARCHAR AS day, ?::VARCHAR AS time)",
            [day, time],
        ).fetchall()[0][0]
    assert found == (dt.datetime.fromisoformat(expected) if expected else None)


@pytest.mark.parametrize(
    ("cell", "expected"),
    {
        "2024-02-01 04:30:00": "2024-01-31 23:30",
        "2024-02-01": "2024-02-01",
        "1 Feb 2024 4:30": "2024-01-31 23:30",
        "01/02/2024 04:30": "2024-01-31 23:30",
        "2024-01-31 23:30:00 -0500": "2024-01-31 23:30",
    }.items(),
)
def test_times_without_an_offset_may_be_utc(cell, expected):
    zone = "America/New_York"
    found = read(lambda bare: values.timestamp(bare, True, zone, utc=True), cell)
    assert found == dt.datetime.fromisoformat(expected)


@pytest.mark.parametrize(
    ("cell", "expected"),
    {
        "Sep 4, 2026 1:05:07 AM PDT": "2026-09-04 04:05:07",
        "2024-05-01 10:33 (PDT)": "2024-05-01 13:33",
        "1 May 2024 10:33 MSK": "2024-05-01 03:33",
        "Wed May 01 2024 09:58:12 GMT+0900 (JST)": "2024-04-30 20:58:12",
        "13-05-2024 10:33:22 AM +0530": "2024-05-13 01:03:22",
        "2024-02-01 04:30:00 +0000": "2024-01-31 23:30",
        "2024-02-01T04:30:00Z": "2024-01-31 23:30",
        "2024-01-31T23:30:00-05:00": "2024-01-31 23:30",
        "2024-01-31 23:30:00": "2024-01-31 23:30",
        "1706761800": "2024-01-31 23:30",
    }.items(),
)
def test_an_offset_is_converted_to_the_zone_of_the_dataset(cell, expected):
    zone = "America/New_York"
    found = read(lambda bare: values.timestamp(bare, None, zone), cell)
    assert found == dt.datetime.fromisoformat(expected)


POINT = {
    "12.5": 12.5,
    "1,149.00": 1149.0,
    "$1,149.00 ": 1149.0,
    "($33.62)": -33.62,
    "-$4.00": -4.0,
    "$-4.00": -4.0,
    "1'234.50": 1234.5,
    "1’234.50": 1234.5,
    "123-": -123.0,
    "−5.00": -5.0,
    "1\u00a0234.56": 1234.56,
    "1\u202f234.56": 1234.56,
    "USD 12.30": 12.3,
    "12.30 kr": 12.3,
    "Rs. 12.50": 12.5,
    "R$5": 5.0,
    "￥1,200": 1200.0,
    "1e3": 1000.0,
    '="12"': 12.0,
    "nan": None,
    "inf": None,
    "-Infinity": None,
    "1.2.3": None,
    "--": None,
    "free": None,
    "12 apples 3": None,
    "１，２００": 1200.0,
    "٣٫٥": 3.5,
    "1,200円": 1200.0,
    "1,00,000.50": 100000.5,
    "₹1,00,000/-": 100000.0,
    "US $12.34": 12.34,
    "▲1,200": -1200.0,
    "5,00 -": -5.0,
    "(1.234,56)": -1234.56,
    "12.–": 12.0,
    "CHF 12.-": 12.0,
    "12.5%": 12.5,
    "1.2E+3": 1200.0,
    "1,2E+3": 1200.0,
    "2 шт.": 2.0,
    "x2": 2.0,
    "12,50": 12.5,
    "1.500.000": 1_500_000.0,
    "1,234": 1234.0,
    "1.234": 1.234,
    "$.50": 0.5,
    "Rs.500": 500.0,
    "123 CR": None,
    "123 DR": None,
    "1.2k": None,
    "1.5M": None,
    "1.2万": None,
    "3 млн": None,
    "12 apples": None,
    "(5": None,
    "5 (2)": None,
    "10 20": None,
    "1,234,56": None,
    "12.05.2024": None,
    "12:30": None,
    "1e400": None,
    "$": None,
}


@pytest.mark.parametrize(("cell", "expected"), POINT.items())
def test_numbers_with_a_decimal_point(cell, expected):
    assert read(lambda bare: values.number(bare, "."), cell) == expected


COMMA = {
    "1.234,56": 1234.56,
    "116,99 €": 116.99,
    "1 234,56": 1234.56,
    "70,48 zł": 70.48,
    "1.500.000": 1_500_000.0,
    "-5,00": -5.0,
    "Rp15.000": 15000.0,
    "Rp. 1.500.000,00": 1_500_000.0,
    "kr 1 234,50": 1234.5,
    "1.234,50 kr.": 1234.5,
    "12,5 %": 12.5,
    "12,-": 12.0,
    "1.234": 1234.0,
    "1,234": 1.234,
    "12.50": 12.5,
    "1,234.56": 1234.56,
    "12": 12.0,
}


@pytest.mark.parametrize(("cell", "expected"), COMMA.items())
def test_numbers_with_a_decimal_comma(cell, expected):
    assert read(lambda bare: values.number(bare, ","), cell) == expected


@given(st.text(st.sampled_from("0123456789.,-+() $€%kre'１"), max_size=9))
@example("0$€")
def test_one_cell_reads_as_a_column_does(cell):
    for decimal in ".,":
        if not cell.strip() or cell.startswith("'"):
            continue
        found = read(lambda bare, sign=decimal: values.number(bare, sign), cell)
        alone = numerals.parse(cell, decimal)
        assert (found is None) == (alone is None)
        assert found is None or found == pytest.approx(alone)


def test_cells_that_stand_for_no_number():
    missing = ("-9999", "-99999")
    assert read(lambda bare: values.number(bare, ".", missing), "-9999") is None
    assert read(lambda bare: values.number(bare, ".", missing), "-999") == -999.0


def test_no_word_names_two_months():
    assert all(len(each) == 12 for each in months.BY_LANGUAGE.values())
    found: dict[str, set[int]] = {}
    for each in months.BY_LANGUAGE.values():
        for number, names in enumerate(each, start=1):
            for name in names.split():
                found.setdefault(months.fold(name), set()).add(number)
    assert len(found) > 150
    assert all(len(numbers) == 1 for numbers in found.values())


@pytest.mark.parametrize(
    ("cell", "expected"),
    {
        "17850.0": "17850",
        "12.05": "12.05",
        "'0012": "0012",
        '="0012"': "0012",
        "a b": "a b",
        "None": None,
        "n/a": None,
    }.items(),
)
def test_keys(cell, expected):
    assert read(values.key, cell) == expected


def test_mail_is_trimmed_and_lower_case():
    assert read(values.email, "Ann@Example.ORG") == "ann@example.org"
    assert read(values.email, "walk-in") is None


def test_an_address_in_place_of_a_number_is_the_same_in_any_spelling():
    assert read(values.person, "Ann@Example.ORG") == "ann@example.org"
    assert read(values.person, "Ab12") == "Ab12"
    assert read(values.person, "n/a") is None


def test_phones_are_their_digits():
    assert read(values.phone, "+49 (151) 555-777") == "49151555777"
    assert read(values.phone, "12") is None
