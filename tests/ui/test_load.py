"""The Data page: before, recognised, after; one user's way through it."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from retention_core.ingest.model import Answers
from retention_ui import datasets, queries
from retention_ui.texts import catalogue

MAIN = Path(__file__).parents[2] / "retention_ui" / "main.py"
DATA = "../pages/load.py"
UNCLEAR = (
    b"Order;Date;Customer;Product;Amount\n"
    b"1;01/01/2024;ann;Tea;20.50\n"
    b"2;05/06/2024;ben;**Tea**;10.25\n"
    b"3;07/08/2024;ann;=1+1;30.00\n"
)


SHOP = b"Order;Date;Customer;Product;Amount;Currency\n" + b"".join(
    b"%d;2024-%02d-15;c%d;Tea;20.50;EUR\n" % (each, each % 12 + 1, each % 5)
    for each in range(24)
)


@pytest.fixture(autouse=True)
def data_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("KEPT_DATA", str(tmp_path))
    queries.forget()
    return tmp_path


def data_page(**address: str) -> AppTest:
    app = AppTest.from_file(str(MAIN), default_timeout=60)
    for name, value in address.items():
        app.query_params[name] = value
    return app.run().switch_page(DATA).run()


def upload(name: str, content: bytes) -> AppTest:
    app = data_page()
    app.file_uploader(key="data.files").upload(name, content, "text/csv").run()
    return app.button(key="data.read").click().run()


def dataset_id(app: AppTest) -> str:
    found = app.query_params["d"]
    return found if isinstance(found, str) else found[0]


def headers(app: AppTest) -> list[str]:
    assert not app.exception
    return [each.value for each in app.header]


def folded(app: AppTest) -> list[str]:
    return [each.label for each in app.expander]


def test_before_it_says_where_a_file_goes():
    app = data_page()
    assert "Upload order exports" in headers(app)
    words = " ".join(each.value for each in app.markdown)
    assert "machine that runs this program" in words
    assert "24 hours" in words
    assert len(app.get("download_button")) == 1


def test_what_is_unclear_is_asked_and_building_waits_for_it():
    app = upload("till.csv", UNCLEAR)
    assert "Does 05/06/2024 mean 5 June or 6 May?".replace("/", "\\/") in headers(app)
    assert "Which currency are the amounts in?" in folded(app)
    assert any("2 questions" in each.value for each in app.markdown)
    assert app.button(key="data.build").disabled


def test_answers_build_the_order_table_and_can_be_changed():
    app = upload("till.csv", UNCLEAR)
    app.radio[0].set_value(True)
    currency = next(each for each in app.selectbox if each.label == "Currency")
    currency.set_value("EUR").run()
    assert not app.button(key="data.build").disabled
    app.button(key="data.build").click().run()
    assert any("3 rows" in each for each in headers(app))
    assert [each.value for each in app.success] == [
        "The order table stands: 3 rows in use."
    ]
    dataset = datasets.find(dataset_id(app))
    assert queries.facts(dataset).as_of.month == 8
    app.button(key="data.change").click().run()
    assert app.button(key="data.back")
    assert not app.success


def test_from_the_ledger_the_overview_is_one_press_away():
    app = upload("shop.csv", SHOP)
    app.button(key="data.build").click().run()
    app.button(key="data.on").click().run()
    assert not app.exception
    assert app.title[0].value == "Overview"
    assert "d" in app.query_params


def test_one_row_and_rows_without_fault_are_said_as_such():
    head, row, *_ = SHOP.splitlines(keepends=True)
    app = upload("shop.csv", head + row)
    app.button(key="data.build").click().run()
    assert "The one row is used or accounted for" in headers(app)
    words = " ".join(each.value for each in app.markdown)
    assert "1 row in =" in words


def test_where_all_is_used_nothing_is_offered_as_not_used():
    rows = b"".join(
        b"c%05d;2024-01-%02d;1%d.50;EUR\n" % (each % 7, each % 28 + 1, each % 3)
        for each in range(60)
    )
    app = upload("till.csv", b"Customer;Date;Amount;Currency\n" + rows)
    app.button(key="data.build").click().run()
    assert "Every row is used; this is good to know" in headers(app)
    assert "Why rows were not used as they stand" not in headers(app)
    assert "data.rows" not in [each.key for each in app.get("download_button")]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"Order;Date;Customer;Amount;Currency\n", "holds no rows"),
        (b"tea,milk\nsugar,milk\nmilk,cup\n", "does not look like orders"),
    ],
)
def test_what_is_no_table_of_orders_is_said_before_anything_is_built(content, said):
    app = upload("list.csv", content)
    assert not app.exception
    assert any(said in each.value for each in app.warning)
    assert app.button(key="data.build").disabled


def test_every_step_of_reading_has_words():
    steps = []
    dataset = datasets.create([("shop.csv", SHOP)], steps.append)
    datasets.build(dataset, Answers(), steps.append)
    told = {f"data.steps.{each.step}" for each in steps}
    assert len(told) == 4
    assert told <= catalogue("en").keys()


def test_every_column_can_be_given_another_field():
    app = upload("till.csv", UNCLEAR)
    chosen = {each.label: each.value for each in app.selectbox}
    assert chosen["Order date"] == "Date"
    assert chosen["Product"] == "Product"
    assert chosen["This table holds"] == "orders"
    assert "Tea · **Tea** · =1+1" in [each.value for each in app.text]


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("empty.csv", b"", "empty_file"),
        ("page.csv", b"<!DOCTYPE html><html><body></body></html>", "markup_file"),
        ("**junk**.csv", bytes(range(256)) * 40, "unknown_file"),
    ],
)
def test_bad_files_get_a_sentence_and_the_page_goes_on(name, content, code):
    app = upload(name, content)
    assert not app.exception
    assert code.replace("_", "\\_") in app.error[0].value
    assert "**junk**" not in app.error[0].value.replace("\\", "#")
    assert "d" not in app.query_params
    assert "Upload order exports" in headers(app)


def test_deleting_asks_first_and_then_deletes(data_folder):
    app = upload("till.csv", UNCLEAR)
    app.button(key="data.delete").click().run()
    assert list((data_folder / "datasets").iterdir())
    app.button(key="data.delete.yes").click().run()
    assert not list((data_folder / "datasets").iterdir())
    assert "Upload order exports" in headers(app)


def test_an_address_that_leads_nowhere_says_so():
    app = data_page(d="x" * 32)
    app_errors = [each.value for each in app.error]
    assert not app.exception
    assert "d" not in app.query_params
    assert "Upload order exports" in headers(app)
    assert app_errors == []  # said once, on the page that the address led to


def test_the_sample_shop_takes_one_click():
    app = data_page()
    app.button(key="empty.sample").click().run()
    assert dataset_id(app) == "sample"
    assert any("no row is unaccounted for" in each for each in headers(app))
    assert "The money adds up to the cent" in headers(app)
    assert not any(each.key == "data.delete" for each in app.button)


def test_a_sheet_without_orders_can_be_told_so_and_is_read_again():
    app = upload("till.csv", UNCLEAR)
    role = next(each for each in app.selectbox if each.label == "This table holds")
    role.set_value("ignore").run()
    assert not app.exception
    labels = [each.label for each in app.selectbox]
    assert "Order date" not in labels
    assert "This table holds" in labels


REPEATED = (
    b"Order,Date,Customer,Product,Total,Currency\n"
    b"1,2024-01-15,ann,Tea,20.00,EUR\n"
    b"1,2024-01-15,ann,Tea,20.00,EUR\n"
    b"2,2024-01-16,ben,Cup,30.00,EUR\n"
)


def test_equal_lines_are_counted_and_merged_in_one_click():
    app = upload("till.csv", REPEATED.replace(b"Total", b"Amount"))
    mapping = {each.label: each.value for each in app.selectbox}
    assert mapping["Order date"] == "Date"
    for radio in app.radio:
        radio.set_value("amount")
    app.run()
    app.button(key="data.build").click().run()
    assert not app.exception
    assert "1 row (€20.00) equals another" in app.info[0].value
    assert app.button(key="data.equal").label == "Count them once"
    app.button(key="data.equal").click().run()
    assert not app.exception
    assert "1 row (€20.00) that equals another" in app.info[0].value
    dataset = datasets.find(dataset_id(app))
    assert dataset.answers().merge_duplicates
    assert dataset.ledger().files["amount_used"].tolist() == [50.0]
    app.button(key="data.equal").click().run()
    assert datasets.find(dataset_id(app)).ledger().merged == 0


TWO_CURRENCIES = (
    b"Order,Date,Customer,Product,Amount,Currency\n"
    b"1,2024-01-15,ann,Tea,20.00,EUR\n"
    b"2,2024-01-16,ben,Tea,30.00,EUR\n"
    b"3,2024-01-17,cat,Cup,40.00,CHF\n"
)


def test_a_second_currency_is_set_aside_or_converted_at_a_typed_rate():
    app = upload("till.csv", TWO_CURRENCIES)
    assert "Which of the currencies shall be used?" in headers(app)
    assert not app.number_input
    next(e for e in app.selectbox if e.label == "Currency").set_value("EUR").run()
    assert [each.label for each in app.number_input] == ["1 CHF in EUR"]
    app.button(key="data.build").click().run()
    assert not app.exception
    words = " ".join(each.value for each in app.markdown)
    assert "in none of these sums: 40.00 CHF in 1 row" in words
    assert datasets.find(dataset_id(app)).ledger().files["amount_in"].tolist() == [50]
    app.button(key="data.change").click().run()
    app.number_input[0].set_value(1.5).run()
    app.button(key="data.build").click().run()
    assert not app.exception
    words = " ".join(each.value for each in app.markdown)
    assert "Converted: 40.00 CHF in 1 row, at 1.5 for 1 CHF" in words
    dataset = datasets.find(dataset_id(app))
    assert dataset.answers().rates == {"CHF": 1.5}
    assert dataset.ledger().files["amount_used"].tolist() == [110]
