"""Two order tables say the same, or they do not."""

from __future__ import annotations

import datetime as dt

from hypothesis import given, settings
from hypothesis import strategies as st

from retention_core.fingerprint import fingerprint
from tests.conftest import EIGHT, orders_of

TERMS = {"as_of": dt.date(2024, 3, 31), "currency": "EUR"}
HERE = fingerprint(orders_of(EIGHT, **TERMS))


@given(st.permutations(EIGHT))
@settings(max_examples=10)
def test_the_order_of_rows_says_nothing(rows):
    assert fingerprint(orders_of(rows, **TERMS)) == HERE


@given(st.integers(0, 7), st.sampled_from([0, 1, 3]), st.booleans())
@settings(max_examples=15)
def test_any_other_row_is_told(which, field, twice):
    rows = [list(row) for row in EIGHT]
    rows[which][field] = 0.01 if field == 3 else "other"
    changed = [EIGHT[which], *EIGHT] if twice else [tuple(row) for row in rows]
    assert fingerprint(orders_of(changed, **TERMS)) != HERE


def test_what_is_said_of_the_whole_counts():
    other_day = TERMS | {"as_of": dt.date(2024, 4, 1)}
    other_money = TERMS | {"currency": "USD"}
    assert fingerprint(orders_of(EIGHT, **other_day)) != HERE
    assert fingerprint(orders_of(EIGHT, **other_money)) != HERE
