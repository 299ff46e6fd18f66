"""The page on lists: each with its size, its reasons, its part, and no more."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from retention_core import lists as core
from retention_ui import queries
from retention_ui.figures import lists as figures
from retention_ui.figures.look import DARK, LIGHT
from retention_ui.findings import lists as findings
from retention_ui.forecasts import TooLittle
from retention_ui.formats import Formats
from retention_ui.parts import list_pictures, list_words
from retention_ui.texts import Texts
from tests.ui.test_pages import SHOPS, headings, opened, shop_of, sound

TEXTS, FORMATS = Texts("en"), Formats("en", "EUR")
LOOKS = pytest.mark.parametrize("look", [LIGHT, DARK])


class Words:
    """A page's words and formats, without a page."""

    texts, formats = TEXTS, FORMATS

    def __call__(self, key: str, **fields: object) -> str:
        return TEXTS(f"lists.{key}", **fields)


@pytest.fixture(scope="module")
def shop(sample):
    return queries.Shop(sample)


@pytest.fixture(scope="module")
def asked(shop) -> dict:
    compared = queries.ask(shop, "choice")
    fits = queries.ask(shop, "fits", model=compared.chosen)
    assert not isinstance(fits, TooLittle)
    days = queries.ask(shop, "window").days
    return {"fits": compared.counted_in(fits).to_json(), "window_days": days}


@pytest.fixture(scope="module")
def summary(shop, asked):
    return queries.ask(shop, "list_summary", **asked).summary


def rows_of(shop, asked, name, **part) -> pd.DataFrame:
    return queries.rows(shop, "list_chosen", name=name, **part, **asked)


def points(count: int, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "customer_id": [f"<b>{n}</b>" for n in range(count)],
            "stake": rng.lognormal(4, 1.5, count) + 0.01,
            "risk": rng.random(count),
            "leaving": rng.random(count) < 0.3,
            "days_since_last_order": rng.integers(0, 300, count),
            "usual_gap_days": np.where(rng.random(count) < 0.2, np.nan, 30.0),
        }
    )


def test_the_first_list_that_is_not_empty_is_open(sample, summary):
    app = opened("lists", sample)
    assert sound(app)
    first = summary.lists[summary.lists["customers"] > 0].iloc[0]
    said = headings(app)
    assert said[0] == findings.to_contact(summary, FORMATS).words(TEXTS)
    assert said[1] == findings.of_list(first.to_dict(), FORMATS).words(TEXTS)
    first = summary.lists.set_index("list")["first_customers"]
    lost = first.pop("win_back")
    assert f"{FORMATS.count(first.sum())} customers" in said[0]
    assert f"{FORMATS.count(lost)} to win back" in said[0]


@pytest.mark.parametrize("name", ["due_reorder", "top_tenth", "win_back"])
def test_the_address_opens_a_list(name, sample):
    app = opened("lists", sample, list=name)
    assert sound(app)
    assert app.selectbox(key="lists.list").value == name
    assert len(app.dataframe) == 1


@pytest.mark.parametrize("name", core.NAMES)
def test_every_customer_of_a_list_is_counted_and_has_a_reason(
    name, shop, asked, summary
):
    rows = rows_of(shop, asked, name)
    row = summary.lists.set_index("list").loc[name]
    assert len(rows) == row["customers"]
    assert rows["customer_id"].is_unique
    assert rows["stake"].sum() == pytest.approx(row["stake"])
    assert rows["first"].sum() == row["first_customers"]
    assert (rows["agreed"] == "yes").sum() == row["agreed"]
    said = list_words.reasons(Words(), rows, name)
    assert said.str.len().gt(10).all()
    assert not said.str.contains("nan|None|—").any()


def test_each_customer_is_contacted_once(shop, asked, summary):
    every = [rows_of(shop, asked, name) for name in core.NAMES]
    everybody = pd.concat(every)
    assert everybody["customer_id"].nunique() == summary.contacted
    first = everybody[everybody["first"].astype(bool)]
    assert first["customer_id"].is_unique
    assert len(first) == summary.contacted


def test_a_box_in_the_picture_narrows_the_list(shop, asked, sample):
    rows = rows_of(shop, asked, "valuable_leaving")
    risk = 1 - rows["probability_in_window"]
    box = [0.3, 0.6, float(rows["stake"].quantile(0.4)), 1e6]
    held = rows[risk.between(0.3, 0.6) & rows["stake"].between(*box[2:])]
    assert 0 < len(held) < len(rows)
    found = rows_of(shop, asked, "valuable_leaving", box=box)
    assert found["customer_id"].tolist() == held["customer_id"].tolist()
    part = queries.ask(shop, "list_part", name="valuable_leaving", box=box, **asked)
    assert part.customers == len(held)
    assert part.stake == pytest.approx(held["stake"].sum())
    text = ",".join(str(each) for each in box)
    app = opened("lists", sample, list="valuable_leaving", box=text)
    assert sound(app)
    assert len(app.dataframe[0].value) == len(held)
    app.button(key="lists.all_again").click().run()
    assert sound(app)
    assert len(app.dataframe[0].value) == len(rows)


@pytest.mark.parametrize("text", ["x", "1,2", "1,2,3,inf", "nan,0,0,0", "1,2,3,4,5"])
def test_a_box_that_is_none_is_not_taken(text):
    assert list_pictures._checked(text) is None


def test_a_product_narrows_the_list_of_reorders(shop, asked, sample):
    rows = rows_of(shop, asked, "due_reorder")
    counts = rows.groupby("product").size()
    known = queries.ask(shop, "list_products", **asked)
    told = known[known["customers"] > 0].set_index("product")["customers"]
    assert told.to_dict() == counts.to_dict()
    product = str(counts.index[0])
    found = rows_of(shop, asked, "due_reorder", product=product)
    assert len(found) == counts[product]
    assert set(found["product"]) == {product}
    app = opened("lists", sample, list="due_reorder", product=product)
    assert sound(app)
    assert len(app.dataframe[0].value) == counts[product]
    other = opened("lists", sample, list="due_reorder", product="No such thing")
    assert len(other.dataframe[0].value) == len(rows)


def test_the_top_tenth_says_its_share_of_revenue(shop, asked, sample):
    rows = rows_of(shop, asked, "top_tenth")
    orders = sample.open_orders()
    days = orders.run(orders.purchase_days)
    share = rows["revenue"].sum() / days["amount"].sum()
    assert f"{share:.0%}" in headings(opened("lists", sample, list="top_tenth"))[1]


@pytest.mark.parametrize("kind", SHOPS)
def test_hardly_any_data_gets_a_page_that_says_so(kind, data_folder):
    app = opened("lists", shop_of(SHOPS[kind]))
    assert sound(app)
    assert headings(app)


def test_findings_are_short(summary):
    for count in (0, 1, 2, 1_234_567):
        for name in core.NAMES:
            row = {"list": name, "customers": count, "stake": 123_456_789.0}
            row |= {"expected": 98_765_432.0}
            for forecast in (True, False):
                found = findings.of_list(row, FORMATS, forecast=forecast)
                assert len(found.words(TEXTS)) <= 80, found
        top = {"list": "top_tenth", "customers": max(count, 1), "stake": 1.0}
        assert len(findings.top_tenth(top, 0.997, FORMATS).words(TEXTS)) <= 80


@pytest.mark.parametrize("active", [0, 1, 1_234_567])
@pytest.mark.parametrize("lost", [0, 1, 1_234_567])
def test_the_lost_are_told_apart_from_those_with_something_at_stake(active, lost):
    rows = {
        "list": ["top_tenth", "win_back"],
        "first_customers": [active, lost],
        "first_stake": [123_456_789.0 * bool(active), 987_654_321.0 * bool(lost)],
    }
    shop = core.Summary(pd.DataFrame(rows), pd.DataFrame(), active + lost)
    said = findings.to_contact(shop, FORMATS).words(TEXTS)
    assert len(said) <= 80
    assert "988" not in said
    assert ("123" in said) == bool(active)
    assert ("win back" in said) == bool(lost)


def test_of_the_lost_the_page_says_what_is_expected(sample, summary):
    row = summary.lists.set_index("list").loc["win_back"]
    assert 0 < row["expected"] < row["stake"]
    app = opened("lists", sample, list="win_back")
    said = headings(app)[1]
    assert FORMATS.money(row["expected"], "about") in said
    assert FORMATS.money(row["stake"], "about") not in said
    rows = app.dataframe[0].value
    assert "expected" in rows
    assert "stake" not in rows


@LOOKS
@pytest.mark.parametrize("count", [0, 1, 400])
def test_value_and_risk_are_drawn_where_they_are(count, look):
    drawn = points(count)
    figure = figures.value_at_risk(drawn, TEXTS, look, FORMATS)
    for trace, leaving in zip(figure.data, (False, True), strict=True):
        part = drawn[drawn["leaving"] == leaving]
        assert list(trace.x) == pytest.approx(part["risk"].tolist(), abs=1e-4)
        stakes = [figures.stake_at(each) for each in trace.y]
        assert stakes == pytest.approx(part["stake"].tolist(), rel=1e-3)
    assert not any("<b>0</b>" in str(trace.customdata) for trace in figure.data)
    assert figure.layout.dragmode is False
    boxed = figures.value_at_risk(drawn, TEXTS, look, FORMATS, boxed=True)
    assert boxed.layout.dragmode == "select"
    assert boxed.layout.xaxis.fixedrange
    ticks = list(figure.layout.yaxis.tickvals)
    assert len(ticks) <= figures.MOST_TICKS
    assert count < 2 or len(ticks) >= 2


@LOOKS
def test_products_and_second_orders_are_drawn(look):
    products = pd.DataFrame(
        {
            "product": ["<a>Tea", "Cup"],
            "interval_days": [31.0, 90.0],
            "low": [28.0, np.nan],
            "high": [35.0, np.nan],
            "repeat_customers": [120, 11],
            "customers": [12, 1],
        }
    )
    figure = figures.intervals(products, TEXTS, look, FORMATS)
    dots = [t for t in figure.data if t.mode == "markers"]
    assert [t.x[0] for t in dots] == [31.0, 90.0]
    assert "&lt;a&gt;Tea" in str(figure.layout.annotations)
    curve = pd.DataFrame({"days": [0, 10, 40, 500], "returned": [0.0, 0.1, 0.3, 0.5]})
    figure = figures.second_orders(curve, TEXTS, look, FORMATS, half=12, most=40)
    line = next(t for t in figure.data if t.mode == "lines")
    assert list(line.x) == [0.0, 10.0, 40.0]
    assert {shape.x0 for shape in figure.layout.shapes} == {12, 40}
    for each in (figure, figures.intervals(products.head(0), TEXTS, look, FORMATS)):
        assert each.layout.meta["alt"]
        assert each.layout.dragmode is False
        assert each.layout.paper_bgcolor == look.page


def test_reasons_of_somebody_who_is_not_listed_any_more_are_empty():
    rows = pd.DataFrame({"customer_id": ["a"], "control": [False]})
    assert list_words.reasons(Words(), rows, "win_back").tolist() == [""]


def test_no_rule_or_offer_is_missing():
    for name in core.NAMES:
        for key in ("name", "rule", "offers"):
            assert f"lists.{key}.{name}" in TEXTS
        assert not re.search(r"!|because", TEXTS(f"lists.offers.{name}"))
