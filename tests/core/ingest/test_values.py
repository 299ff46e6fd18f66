"""Every way of writing a date, an amount, a key."""

from __future__ import annotations

import datetime as dt

import duckdb
import pytest

from retention_core.ingest import values


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
    "12": 12.0,
}


@pytest.mark.parametrize(("cell", "expected"), COMMA.items())
def test_numbers_with_a_decimal_comma(cell, expected):
    assert read(lambda bare: values.number(bare, ","), cell) == expected


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
