"""Numbers, money and dates as people write them."""

from __future__ import annotations

import datetime as dt
import math
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retention_ui.formats import ABSENT, Formats, md, plain

EURO = Formats("en", "EUR")
DAY = dt.date(2026, 6, 18)


@pytest.mark.parametrize(
    ("value", "style", "words"),
    [
        (244235.2, "plain", "€244,235"),
        (29.66, "plain", "€29.66"),
        (99.999, "plain", "€100.00"),
        (-1234, "plain", "−€1,234"),
        (146_123, "about", "€146,000"),
        (0.0, "about", "€0.00"),
        (495.85, "cents", "€495.85"),
        (48.2, "cell", "48"),
        (29.66, "cell", "29.7"),
    ],
)
def test_money(value, style, words):
    assert EURO.money(value, style) == words


def test_currencies_without_coins_have_no_decimals():
    assert Formats("en", "JPY").money(30.4) == "¥30"
    assert Formats("en", "JPY").money(30.4, "cents") == "¥30"


def test_money_without_a_currency_is_a_number():
    assert Formats("en").money(29.66) == "29.66"


def test_languages_write_their_own_way():
    assert Formats("de", "EUR").money(1234.5, "cents") == "1.234,50\u00a0€"
    assert Formats("de").share(0.857, 1) == "85,7\u00a0%"
    assert Formats("ja").days(114) == "114 日"
    assert Formats("ru").days(2) == "2 дня"
    assert Formats("ja").date(DAY) == "2026年6月18日"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (EURO.count(8235), "8,235"),
        (EURO.share(0.4), "40%"),
        (EURO.share(0.857, 1), "85.7%"),
        (EURO.points(0.018), "+1.8"),
        (EURO.points(-0.007), "−0.7"),
        (EURO.change(0.094), "+9.4%"),
        (EURO.change(-0.00001), "0.0%"),
        (EURO.difference(-26), "−26"),
        (EURO.signed_ratio(0.2), "+0.2"),
        (EURO.days(114), "114 days"),
        (EURO.days(1), "1 day"),
        (EURO.ratio(8.4), "8.4"),
        (EURO.p_value(0.0004), "< 0.001"),
        (EURO.p_value(0.031), "0.031"),
        (EURO.interval(0.39, 0.42), "39–42%"),
        (EURO.span("€137k", "€155k"), "€137k–€155k"),
        (EURO.date(DAY), "18 Jun 2026"),
        (EURO.date_in_sentence(DAY), "18 June"),
        (EURO.month(DAY), "Jun"),
        (EURO.period(DAY), "Jun 2026"),
        (EURO.period(DAY, "quarter"), "Q2 2026"),
        (EURO.period(DAY, "year"), "2026"),
        (EURO.period(DAY, "week"), "18 Jun 2026"),
        (EURO.period_in_sentence(DAY), "June 2026"),
        (EURO.date(pd.Timestamp(DAY)), "18 Jun 2026"),
        (EURO.date(np.datetime64(DAY)), "18 Jun 2026"),
    ],
)
def test_english(words, expected):
    assert words == expected


@pytest.mark.parametrize("absent", [None, math.nan, math.inf, -math.inf])
def test_what_is_absent_is_a_dash(absent):
    methods = (EURO.count, EURO.money, EURO.share, EURO.points, EURO.change)
    more = (EURO.days, EURO.ratio, EURO.p_value, EURO.difference, EURO.signed_ratio)
    assert {method(absent) for method in (*methods, *more)} == {ABSENT}
    assert EURO.interval(absent, 0.5) == ABSENT


def test_an_absent_date_is_a_dash():
    assert {EURO.date(None), EURO.period(pd.NaT), EURO.month(None)} == {ABSENT}


@pytest.mark.parametrize(
    ("low", "high", "unit", "words"),
    [
        (0, 43_000, "money", ["€0", "€10k", "€20k", "€30k", "€40k"]),
        (0, 40, "money", ["€0", "€10", "€20", "€30", "€40"]),
        (0, 0.43, "share", ["0%", "10%", "20%", "30%", "40%"]),
        (0, 0.02, "share", ["0.0%", "0.5%", "1.0%", "1.5%", "2.0%"]),
        (0, 3, "count", ["0", "1", "2", "3"]),
        (-150, 200, "count", ["−100", "0", "100", "200"]),
        (0.895, 1.0, "share", ["90.0%", "92.5%", "95.0%", "97.5%", "100.0%"]),
    ],
)
def test_ticks(low, high, unit, words):
    assert EURO.ticks(low, high, unit)[1] == words


@given(st.floats(-1e9, 1e9), st.floats(1e-3, 1e9))
def test_ticks_are_few_ordered_and_within(low, width):
    values, words = EURO.ticks(low, low + width, "number")
    assert len(values) == len(words) <= 12
    assert values == sorted(values)
    assert all(low - width * 1e-6 <= v <= low + width * (1 + 1e-6) for v in values)


@pytest.mark.parametrize(
    "name",
    ["![x](http://evil/t.png)", "<b>x</b>", "$x^2$", "**x**", ":red[x]", "# x", "`x`"],
)
def test_markdown_in_names_is_escaped(name):
    written = md(name)
    for sign in "*_[]()<>$`#!:":
        assert all(written[at - 1] == "\\" for at, c in enumerate(written) if c == sign)


def test_bare_addresses_are_not_linked():
    for name in ("http://evil.example", "see www.evil.example", "a@evil.example"):
        assert re.search(r"(://|www\.|@)\w", name)
        assert not re.search(r"(://|www\.|@)\w", md(name).replace("\\", ""))


def test_names_in_figures_hold_no_tag_and_no_length():
    assert "<" not in plain("<a href='x'>y</a>")
    assert len(plain("x" * 100)) == 40
    assert plain("a\nb\u202ec") == "a b c"
