"""Every page with the sample shop, with hardly any data, with odd data, with none."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from retention_core.ingest.model import Answers
from retention_ui import datasets, queries

ROOT = Path(__file__).parents[2]
ANALYSES = (
    *("overview", "lists", "customer", "campaigns"),
    *("cohorts", "value", "churn", "risk"),
    *("forecast", "newcomers", "baskets"),
)
PAGES = (*ANALYSES, "load")
HEAD = "Order,Date,Customer,Product,Quantity,Amount,Currency\n"
SHOPS = {
    "one order": "1,2024-01-05,ann,Tea,1,20.00,EUR\n",
    "one day": "1,2024-01-05,ann,Tea,1,20.00,EUR\n2,2024-01-05,ben,Tea,1,9.00,EUR\n"
    "3,2024-01-05,ann,Cup,1,8.00,EUR\n",
    "guests only": "1,2024-01-05,,Tea,1,20.00,EUR\n2,2024-02-05,,Tea,1,9.00,EUR\n"
    "2,2024-02-05,,Cup,1,9.00,EUR\n3,2024-03-15,,Cup,1,9.00,EUR\n",
    "all refunded": "1,2024-01-05,ann,Tea,1,20.00,EUR\n"
    "1,2024-01-09,ann,Tea,-1,-20.00,EUR\n2,2024-02-05,ben,Cup,1,5.00,EUR\n"
    "2,2024-02-09,ben,Cup,-1,-5.00,EUR\n",
    "three customers": "1,2024-01-05,ann,Tea,1,20.00,EUR\n"
    "2,2024-01-20,ben,Tea,1,9.00,EUR\n3,2024-02-03,ann,Cup,1,8.00,EUR\n"
    "4,2024-03-13,cat,Tea,1,7.00,EUR\n5,2024-04-18,ann,Tea,1,20.00,EUR\n",
    "odd names": "1,2024-01-05,<b>ann</b>,![x](http://evil/t.png),1,20.00,EUR\n"
    "1,2024-01-05,<b>ann</b>,=1+1,1,20.00,EUR\n"
    "2,2024-02-20,$x$ **b**,:red[Tea],1,9.00,EUR\n"
    "3,2024-03-20,<b>ann</b>,![x](http://evil/t.png),1,20.00,EUR\n",
}


def shop_of(rows: str, head: str = HEAD):
    dataset = datasets.create([("orders.csv", (head + rows).encode())])
    datasets.build(dataset, Answers())
    return dataset


def opened(name: str, dataset=None, **view: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "retention_ui" / "main.py"), default_timeout=120)
    if dataset is not None:
        app.query_params["d"] = dataset.id
    for key, value in view.items():
        app.query_params[key] = value
    app.run()
    app.switch_page(str(ROOT / "pages" / f"{name}.py"))
    for key, value in view.items():
        app.query_params[key] = value
    return app.run()


def headings(app: AppTest) -> list[str]:
    return [each.value for each in app.header]


def sound(app: AppTest) -> bool:
    return not app.exception and not app.error


@pytest.mark.parametrize("name", PAGES)
def test_without_data_each_page_offers_the_ways_to_some(name, data_folder):
    app = opened(name)
    assert sound(app)
    labels = [button.label for button in app.button]
    assert "Try the sample shop" in labels


@pytest.mark.parametrize("name", PAGES)
def test_each_page_tells_of_the_sample_shop(name, sample):
    app = opened(name, sample)
    assert sound(app)
    assert headings(app)
    assert app.get("plotly_chart")


@pytest.mark.parametrize("kind", SHOPS)
def test_odd_shops_get_pages_that_say_what_is_missing(kind, data_folder):
    dataset = shop_of(SHOPS[kind])
    for name in PAGES:
        app = opened(name, dataset)
        assert sound(app), (name, app.exception, app.error)
        assert headings(app) or app.metric, name


def test_an_age_that_no_cohort_has_finished_is_not_zero(sample):
    said = headings(opened("cohorts", sample, age="29"))
    assert "Month 29: no cohort has finished it yet" in said


def test_dates_as_wide_as_the_data_leave_nothing_out(sample):
    everything = {"dates": "custom", "from": "2024-01-01", "to": "2026-06-18"}
    wide = opened("cohorts", sample, grain="year", **everything)
    assert headings(wide) == headings(opened("cohorts", sample, grain="year"))


@pytest.mark.parametrize("window", ["1000000", "5000", "3", "9" * 5000, "-1", "x"])
def test_a_window_that_none_can_choose_is_not_taken(window, sample):
    app = opened("overview", sample, window=window)
    assert sound(app)
    assert headings(app) == headings(opened("overview", sample))
    app.switch_page("../pages/churn.py")
    assert sound(app.run())


def test_the_test_of_the_model_is_that_of_the_chosen_one(sample):
    usual = headings(opened("forecast", sample))
    other = headings(opened("forecast", sample, model="pareto-nbd"))
    assert usual[1].startswith("Tested on your own")
    assert other[1].startswith("Tested on your own")
    assert usual[1] != other[1]


def test_the_chosen_model_is_the_default_and_can_be_overruled(sample):
    """Automatic says what the model says that the past speaks for."""
    chosen = queries.ask(queries.Shop(sample), "choice").chosen
    automatic = headings(opened("forecast", sample))
    named = headings(opened("forecast", sample, model=chosen.replace("/", "-")))
    other = headings(opened("forecast", sample, model="pareto-nbd"))
    assert automatic == named
    assert other != automatic


def test_a_month_that_is_not_over_is_not_spoken_of(data_folder):
    app = opened("overview", shop_of(SHOPS["one day"]))
    words = " ".join(each.value for each in app.markdown)
    assert "no month of it is over yet" in words
    assert "Twelve months to" not in words
    assert "change on" not in words


def test_only_refunds_are_not_called_orders_without_customers(data_folder):
    rows = "1,2024-01-05,ann,-20.00\n2,2024-03-05,ann,-9.00\n"
    app = opened("cohorts", shop_of(rows, "Order,Date,Customer,Total\n"))
    assert sound(app)
    assert headings(app) == ["No order is left: what these files hold was refunded"]


def test_a_file_without_products_says_which_export_has_them(data_folder):
    rows = "1,2024-01-05,ann,20.00\n2,2024-02-05,ann,9.00\n"
    dataset = shop_of(rows, "Order,Date,Customer,Total\n")
    app = opened("baskets", dataset)
    assert sound(app)
    assert headings(app) == ["This file has no products"]


def test_findings_of_the_sample_are_the_planted_stories(sample):
    assert headings(opened("baskets", sample))[0].startswith("Two pairs go together")
    said = " ".join(each.value for each in opened("overview", sample).markdown)
    assert "Deal site" in said
    assert "Starter kit" in said


@pytest.mark.parametrize(
    ("name", "view", "expected"),
    [
        ("cohorts", {"grain": "quarter"}, "next quarter"),
        ("cohorts", {"split": "channel"}, "Deal site"),
        ("churn", {"window": "90"}, "After 90 silent days"),
    ],
)
def test_the_address_opens_the_very_view(name, view, expected, sample):
    app = opened(name, sample, **view)
    assert sound(app)
    assert any(expected in each for each in headings(app))


@pytest.mark.parametrize("by", ["channel", "country", "product", "category"])
@pytest.mark.parametrize("grain", ["month", "year"])
def test_every_split_draws_its_lines_and_its_shares(by, grain, sample):
    app = opened("cohorts", sample, split=by, grain=grain)
    assert sound(app)
    assert len(app.get("plotly_chart")) == 2


def test_customers_can_be_chosen_by_their_first_order(sample):
    everyone = opened("cohorts", sample)
    few = opened("cohorts", sample, customers="channel", value="Deal site")
    assert sound(few)
    assert headings(few)[0] != headings(everyone)[0]


@pytest.mark.parametrize("name", ANALYSES)
def test_filters_that_leave_nothing_say_so_or_show_what_is_there(name, sample):
    never = {"dates": "custom", "from": "2024-01-01", "to": "2024-01-02"}
    app = opened(name, sample, **never, customers="channel", value="Deal site")
    assert sound(app)


def test_a_month_without_one_a_year_before_is_not_held_against_it(sample, data_folder):
    rows = "1,2024-02-02,ann,Tea,1,20.00,EUR\n2,2024-04-30,ann,Tea,1,9.00,EUR\n"
    app = opened("overview", shop_of(rows))
    words = " ".join(each.value for each in app.markdown)
    assert "April 2024**, change on March 2024. " in words
    assert not any("·" in each.delta for each in app.metric)
    beside = opened("overview", sample)
    assert any("·" in each.delta for each in beside.metric)


def test_two_pages_say_one_thing_of_the_second_order(data_folder):
    """Where little else stands out the overview says it as well."""
    start = dt.date(2024, 1, 1)
    days = [(n, start + dt.timedelta(days=3 * n)) for n in range(60)]
    days += [(n, day + dt.timedelta(days=20 + n % 25)) for n, day in days[::2]]
    rows = "".join(
        f"{place},{day},customer{n},Tea,1,20.00,EUR\n"
        for place, (n, day) in enumerate(days)
    )
    shop = shop_of(rows)
    said = [each.value for each in opened("overview", shop).markdown]
    told = [
        each
        for each in headings(opened("churn", shop))
        if each.startswith("Half of those who order a second time")
    ]
    assert len(told) == 1
    assert any(told[0] in each for each in said)


@pytest.mark.parametrize(
    ("first", "said"), [("2023-05-02", "Twelve months to"), ("2023-06-02", "less than")]
)
def test_less_than_a_year_is_not_called_twelve_months(first, said, data_folder):
    rows = f"1,{first},ann,Tea,1,20.00,EUR\n2,2024-04-30,ben,Tea,1,9.00,EUR\n"
    app = opened("overview", shop_of(rows))
    words = " ".join(each.value for each in app.markdown)
    assert said in words


def test_a_month_that_is_not_over_enters_no_sentence(sample):
    said = headings(opened("churn", sample))
    assert not any("June" in each for each in said)
    assert any("May" in each for each in said)


def test_an_address_that_leads_nowhere_says_so(data_folder):
    app = AppTest.from_file(str(ROOT / "retention_ui" / "main.py"), default_timeout=60)
    app.query_params["d"] = "x" * 32
    app.run()
    assert not app.exception
    assert "not here any more" in app.error[0].value


@pytest.mark.parametrize("name", ANALYSES)
def test_metrics_are_coloured_by_what_is_good(name, sample):
    for metric in opened(name, sample).metric:
        proto = metric.proto
        assert proto.label
        assert proto.help


def test_the_forecast_proposes_the_margin_of_the_list_of_products(sample):
    app = opened("forecast", sample)
    margin = next(each for each in app.number_input if each.label == "Margin, %")
    assert "Your products file suggests" in margin.help
    alone = opened("forecast", shop_of(SHOPS["three customers"]))
    margin = next(each for each in alone.number_input if each.label == "Margin, %")
    assert "products file" not in margin.help
