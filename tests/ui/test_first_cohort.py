"""Customers of the first cohort may be older ones: what is not said of them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from retention_core.ingest.model import Answers
from retention_ui import datasets, queries
from retention_ui.figures.look import LIGHT
from tests.ui.test_figures import age
from tests.ui.test_pages import SHOPS, headings, opened, shop_of, sound

MONTHS = pd.date_range("2023-01-01", "2024-01-01", freq="MS")


@pytest.fixture(scope="module")
def taken_over(tmp_path_factory):
    """A shop whose file begins long after it opened: its first month is old hands."""
    rng = np.random.default_rng(4)
    rows, customer = [], 0
    for cohort, start in enumerate(MONTHS[:-1]):
        older = cohort == 0
        for _ in range(260 if older else 60):
            customer += 1
            days = [start]
            later = MONTHS[cohort + 1 :]
            chance = 0.9 if older else 0.2
            days += [each for each in later if rng.random() < chance]
            rows += [(f"c{customer}", day + pd.Timedelta(days=3)) for day in days]
    frame = pd.DataFrame(rows, columns=["Customer", "Date"])
    frame["Date"] = frame["Date"].dt.strftime("%Y-%m-%d")
    frame = frame.assign(Order=range(len(frame)), Amount=10.0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KEPT_DATA", str(tmp_path_factory.mktemp("kept")))
        queries.forget()
        content = frame.to_csv(index=False).encode()
        found = datasets.create([("orders.csv", content)])
        datasets.build(found, Answers(as_of=None))
        yield found


def test_no_age_rose_in_a_first_cohort_of_older_customers(taken_over):
    app = opened("cohorts", taken_over)
    assert sound(app)
    said = " ".join(headings(app))
    assert "January 2023" not in said
    assert "Month 1" in said


def test_the_value_page_makes_no_first_year_of_older_customers(taken_over):
    """Everybody who was watched for a year was there before the file begins."""
    app = opened("value", taken_over)
    assert sound(app)
    said = headings(app)
    assert "Too few customers have been watched for a year" in said
    notes = " ".join(each.value for each in app.markdown)
    assert "Jan 2023 may hold older customers" in notes


def test_a_handful_of_customers_brings_no_share(data_folder):
    said = headings(opened("value", shop_of(SHOPS["three customers"])))
    assert "Revenue of new and of returning customers" in said


def test_the_name_of_a_cohort_lets_no_mark_run_through_it():
    figure = age(8, LIGHT)
    named = [each for each in figure.layout.annotations if each.text.startswith("<b>")]
    assert named
    assert {each.bgcolor for each in named} == {LIGHT.page}
