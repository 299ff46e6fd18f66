"""The page of one customer: found and told of, and never named in the address."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from retention_core import customer
from retention_ui import datasets, queries
from retention_ui.figures.customer import time_line
from retention_ui.figures.look import DARK, LIGHT
from retention_ui.findings import customer as says
from retention_ui.formats import Formats
from retention_ui.parts.forecast import USUAL
from retention_ui.queries import Shop
from retention_ui.texts import Texts
from tests.conftest import orders_of
from tests.ui.test_pages import headings, opened, shop_of, sound

TEXTS, FORMATS = Texts("en"), Formats("en", "EUR")
SHOP = "".join(
    f"{n},2024-{1 + n // 28:02d}-{1 + n % 28:02d},{who},Tea,1,20.00,EUR\n"
    for n, who in enumerate(["ann", "<b>ben</b>", "ann", "cat"] * 20)
)


def told(days: list[str], as_of: str) -> str:
    rows = [(str(n), "ann", day, 10.0) for n, day in enumerate(days)]
    orders = orders_of(rows, as_of=dt.date.fromisoformat(as_of))
    return says.rhythm(customer.one(orders, "ann"), FORMATS).words(TEXTS)


@pytest.mark.parametrize(
    ("days", "as_of", "expected"),
    [
        (["2024-01-01"], "2024-01-31", "Has ordered once, 30 days ago"),
        (["2024-01-01"], "2024-01-01", "Has ordered for the first time on the last"),
        (
            ["2024-01-01", "2024-01-11", "2024-01-21"],
            "2024-02-05",
            "Orders about every 10 days; the last order was 15 days ago",
        ),
        (
            ["2024-01-01", "2024-01-11", "2024-01-21"],
            "2024-02-11",
            "Orders about every 10 days, but has been silent for 21 days",
        ),
        (
            ["2024-01-01", "2024-01-11"],
            "2024-01-11",
            "Orders about every 10 days, last on the last day",
        ),
    ],
)
def test_the_sentence_says_habit_and_silence(days, as_of, expected):
    assert told(days, as_of).startswith(expected)


@pytest.mark.parametrize("look", [LIGHT, DARK])
def test_long_silences_are_shaded_and_the_running_one_says_so(look):
    days = ["2024-01-01", "2024-01-11", "2024-01-21", "2024-04-01", "2024-04-11"]
    rows = [(str(n), "ann", day, 10.0 * (n + 1)) for n, day in enumerate(days)]
    as_of = dt.date(2024, 6, 30)
    found = customer.one(orders_of(rows, as_of=as_of), "ann")
    figure = time_line(found, TEXTS, look, FORMATS, as_of=as_of)
    assert len(figure.layout.shapes) == 2
    written = [each.text for each in figure.layout.annotations]
    assert written == ["71 days", "80 days so far"]
    marks = figure.data[-1]
    assert list(marks.y) == [10, 20, 30, 40, 50]
    assert "71 days after the order before" in marks.customdata[3]
    assert figure.layout.dragmode is False


def test_names_of_products_are_no_tags():
    rows = pd.DataFrame(
        [("1", "ann", "2024-01-01", 5.0, "<b>Tea</b>")],
        columns=["order_id", "customer_id", "ordered_at", "amount", "product"],
    )
    as_of = dt.date(2024, 1, 31)
    found = customer.one(orders_of(rows, as_of=as_of), "ann")
    figure = time_line(found, TEXTS, LIGHT, FORMATS, as_of=as_of)
    assert "&lt;b&gt;Tea" in figure.data[-1].customdata[0]


def find(app, text: str):
    return app.text_input(key="customer.sought").set_value(text).run()


def test_somebody_is_found_and_stands_in_no_address():
    app = opened("customer", shop_of(SHOP))
    sound(app)
    assert "ann" in headings(app)
    app = find(app, "<b>ben</b>")
    sound(app)
    assert "ben" in headings(app)[0]
    assert not any("ben" in str(value) for value in app.query_params.values())
    app = find(app, "nobody@such.org")
    sound(app)
    assert not headings(app)
    app = find(app, "a")
    assert app.selectbox(key="customer.which").options[0].startswith("ann")
    app = app.selectbox(key="customer.which").select("cat").run()
    assert headings(app)[0] == "cat"


def test_a_customer_is_worth_what_the_forecast_says_of_them():
    app = opened("customer", datasets.sample())
    sound(app)
    shop = Shop(datasets.sample())
    compared = queries.ask(shop, "choice")
    fits = compared.counted_in(queries.ask(shop, "fits", model=compared.chosen))
    terms = {k: v for k, v in vars(USUAL).items() if k != "model"}
    best = queries.ask(shop, "customer_first", limit=1)["customer_id"][0]
    listed = queries.rows(shop, "brought_rows", fits=fits.to_json(), **terms)
    worth = listed.set_index("customer_id").loc[best, "clv"]
    cards = {each.label: each.value for each in app.metric}
    assert cards["Next 12 months"] == FORMATS.money(worth)


def test_with_too_little_data_the_page_says_why_there_is_no_forecast():
    app = opened("customer", shop_of("1,2024-01-05,ann,Tea,1,20.00,EUR\n"))
    sound(app)
    assert [each.label for each in app.metric] == [
        "Orders",
        "Brought so far",
        "Average order",
    ]


def test_what_is_expected_lies_in_the_interval_below_it_or_none_is_shown():
    """Of who has most likely left the mean lies above what four in five bring."""
    shop = Shop(datasets.sample())
    fits = queries.ask(shop, "fits", model=queries.ask(shop, "choice").chosen)
    terms = {k: v for k, v in vars(USUAL).items() if k != "model"}
    rows = queries.rows(shop, "brought_rows", fits=fits.to_json(), **terms)
    gone = rows.sort_values("probability_alive")["customer_id"].iloc[0]
    app = find(opened("customer", datasets.sample()), gone)
    sound(app)
    card = next(each for each in app.metric if each.label == "Next 12 months")
    assert card.delta == "most likely nothing" or card.delta.startswith("95%")
