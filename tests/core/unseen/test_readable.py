"""The unseen files say what their truth says, read by a human's few steps."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from decimal import Decimal

import openpyxl
import pytest

from tests.core.unseen import CASES

MADE = [make() for make in CASES]


def table_of(content, name, truth):
    if name.endswith(".xlsx"):
        workbook = openpyxl.load_workbook(io.BytesIO(content))
        rows = workbook[truth.sheet].iter_rows(values_only=True)
        return [["" if c is None else c for c in row] for row in rows]
    lines = io.StringIO(content.decode(truth.encoding), newline="")
    return list(csv.reader(lines, delimiter=truth.delimiter))


def number(cell, decimal):
    if not isinstance(cell, str):
        return Decimal(str(cell))
    negative = "(" in cell or cell.endswith("-") or "-" in cell.split("E")[0][:3]
    thousands = "." if decimal == "," else ","
    kept = re.sub(r"[^\d.,]", "", cell).strip(".,").replace(thousands, "")
    value = Decimal(kept.replace(",", ".") or "0")
    return -value if negative else value


def money(row, formula, decimal):
    total = Decimal(0)
    for sign, term in re.findall(r"(^| \+ | − )((?:(?! \+ | − ).)+)", formula):
        product = Decimal(1)
        for factor in term.split(" × "):
            product *= number(row[factor], decimal)
        total += -product if "−" in sign else product
    return total


def is_date(cell, form):
    if form == "%serial":
        return bool(re.fullmatch(r"\d{5}(\.\d+)?", str(cell)))
    if not form:
        return isinstance(cell, dt.datetime | dt.date)
    try:
        dt.datetime.strptime(str(cell), form)
    except ValueError:
        return False
    return True


def rows_of(case):
    truth = case.truth
    for name, content in case.files.items():
        table = table_of(content, name, truth)
        header = [str(each) for each in table[truth.header - 1]]
        if truth.header > 1 and not set(truth.columns.values()) <= set(header):
            header = [str(each) for each in table[truth.header - 2]]
        assert set(truth.columns.values()) <= set(header)
        for cells in table[truth.header :]:
            yield dict(zip(header, cells, strict=False))


@pytest.mark.parametrize("case", MADE, ids=lambda case: case.name)
def test_the_columns_are_there_and_the_rows_are_counted(case):
    if case.truth.header:
        assert len(list(rows_of(case))) == case.truth.rows
    assert case.truth.lines + case.truth.aside <= case.truth.rows or case.truth.refused


@pytest.mark.parametrize(
    "case", [c for c in MADE if c.truth.plain], ids=lambda case: case.name
)
def test_a_human_gets_the_same_figures(case):
    truth = case.truth
    when = truth.columns["ordered_at"]
    kept = [
        row
        for row in rows_of(case)
        if is_date(row.get(when, ""), truth.written)
        and not any(row[name] in gone for name, gone in truth.skip.items())
    ]
    assert len(kept) == truth.lines
    seen = {}
    for row in kept:
        key = (row[truth.columns["order_id"]],) if truth.per_order else len(seen)
        seen.setdefault(key, money(row, truth.amount, truth.decimal))
    assert sum(seen.values()) == truth.net


def test_every_case_has_a_name_of_its_own_and_is_always_the_same():
    assert len({case.name for case in MADE}) == len(MADE)
    for make, case in zip(CASES, MADE, strict=True):
        again = make()
        assert again.truth == case.truth
        assert [n for n in again.files if n.endswith("csv")] == [
            n for n in case.files if n.endswith("csv")
        ]


@pytest.mark.parametrize("case", MADE, ids=lambda case: case.name)
def test_customers_and_orders_are_those_of_the_columns(case):
    truth = case.truth
    if not truth.plain or truth.refused:
        return
    fields = ("customer_id", "email", "phone", "customer_name")
    column = next((truth.columns[f] for f in fields if f in truth.columns), None)
    assert (column is None) == (truth.customers is None)
    if column is None:
        return
    keys = {
        str(row[column])
        for row in rows_of(case)
        if is_date(row.get(truth.columns["ordered_at"], ""), truth.written)
        and not any(row[name] in gone for name, gone in truth.skip.items())
    }
    guests = {""} | truth.guests
    assert len(keys - guests) == truth.customers
