"""The frame: navigation, the address, filters, headers of the server."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from retention_core.ingest.model import Answers
from retention_ui import datasets, picture, queries
from retention_ui.figures.look import LIGHT
from retention_ui.serving.server import HEADERS, SafeHeaders

MAIN = Path(__file__).parents[2] / "retention_ui" / "main.py"
PAGES = ("overview", "cohorts", "value", "churn", "risk", "forecast", "baskets")
CSV = "Order,Date,Customer,Product,Amount,Currency,Channel\n" + "".join(
    f"{n},2024-{1 + n % 12:02}-{1 + n % 28:02},c{n % 9},Tea,{n},EUR,"
    f"{'**Fair**' if n % 3 else 'Web'}\n"
    for n in range(1, 61)
)


@pytest.fixture(autouse=True)
def data_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("KEPT_DATA", str(tmp_path))
    queries.forget()


@pytest.fixture
def dataset():
    found = datasets.create([("**orders**.csv", CSV.encode())])
    datasets.build(found, Answers())
    return found


@pytest.fixture
def sample_shop():
    return datasets.sample().id


def open_page(name: str, **address: str | list[str]) -> AppTest:
    app = AppTest.from_file(str(MAIN), default_timeout=60)
    app = app.run().switch_page(f"../pages/{name}.py")
    for field, value in address.items():
        app.query_params[field] = value
    return app.run()


def text(app: AppTest, field: str) -> str:
    found = app.query_params[field]
    return found if isinstance(found, str) else found[0]


@pytest.mark.parametrize("name", PAGES)
def test_without_data_a_page_says_what_it_needs(name):
    app = open_page(name)
    assert not app.exception
    assert [each.value for each in app.header] == ["No data yet"]
    assert [each.key for each in app.button] == ["empty.sample", "empty.load"]


def test_the_address_opens_the_dataset(dataset):
    app = open_page("cohorts", d=dataset.id)
    assert not app.exception
    assert app.title[0].value == "Cohorts"
    assert text(app, "d") == dataset.id
    assert any("Complete to" in each.value for each in app.markdown)


def test_a_page_without_the_address_keeps_the_open_dataset(dataset):
    app = open_page("cohorts", d=dataset.id)
    del app.query_params["d"]
    app.switch_page("../pages/churn.py").run()
    assert text(app, "d") == dataset.id
    assert app.title[0].value == "Churn"


def test_the_address_sets_widgets_and_widgets_set_the_address(dataset):
    app = open_page("cohorts", d=dataset.id, grain="quarter")
    grain = app.segmented_control(key="cohorts.grain")
    assert grain.value == "quarter"
    grain.set_value("year").run()
    assert text(app, "grain") == "year"
    app.segmented_control(key="cohorts.grain").set_value("month").run()
    assert "grain" not in app.query_params


def test_what_is_no_option_is_ignored(dataset):
    app = open_page("cohorts", d=dataset.id, grain="decade", measure="<b>")
    assert not app.exception
    assert app.segmented_control(key="cohorts.grain").value == "month"
    assert app.selectbox(key="cohorts.measure").value == "retention"


@pytest.mark.parametrize("name", PAGES)
def test_dates_outside_the_data_are_moved_to_its_ends(name, dataset):
    address = {"dates": "custom", "from": "1900-01-01", "to": "2999-01-01"}
    app = open_page(name, d=dataset.id, **address)
    assert not app.exception
    facts = queries.facts(dataset)
    ends = [app.date_input(key=f"shared.{end}").value for end in ("from", "to")]
    assert ends == [facts.first_day, facts.as_of]


@pytest.mark.parametrize(
    ("written", "chosen"),
    [
        (["foo"], None),
        (["foo", "2024-02-01"], ["2024-02-01"]),
        ([""], []),
        ([f"2024-{month:02}-01" for month in range(1, 7)], 3),
    ],
)
def test_cohorts_of_the_address_are_those_that_there_are(dataset, written, chosen):
    usual = open_page("cohorts", d=dataset.id).multiselect(key="cohorts.cohort").value
    app = open_page("cohorts", d=dataset.id, cohort=written)
    assert not app.exception
    found = app.multiselect(key="cohorts.cohort").value
    if isinstance(chosen, int):
        assert len(found) == chosen
    else:
        assert found == (usual if chosen is None else chosen)


def test_a_choice_survives_another_page(dataset):
    app = open_page("cohorts", d=dataset.id, grain="quarter")
    del app.query_params["grain"]
    app.switch_page("../pages/baskets.py").run()
    app.switch_page("../pages/cohorts.py").run()
    assert app.segmented_control(key="cohorts.grain").value == "quarter"
    assert text(app, "grain") == "quarter"


@pytest.mark.parametrize("margin", ["100", "40"])
def test_pages_that_share_an_input_show_what_it_says(sample_shop, margin):
    app = open_page("forecast", d=sample_shop, margin=margin)
    for name in ("newcomers", "forecast", "newcomers"):
        app.query_params.pop("margin", None)
        app.switch_page(f"../pages/{name}.py").run()
        assert app.number_input(key="forecast.margin").value == int(margin)
        assert app.number_input(key="forecast.discount").value == 10
        assert ("margin" in app.query_params) == (margin != "100")


def test_filters_hold_on_every_page(dataset):
    app = open_page("cohorts", d=dataset.id)
    app.selectbox(key="shared.customers").set_value("channel").run()
    app.selectbox(key="shared.value").set_value("**Fair**").run()
    app.selectbox(key="shared.dates").set_value("last12").run()
    assert not app.exception
    assert (text(app, "customers"), text(app, "value")) == ("channel", "**Fair**")
    app.switch_page("../pages/churn.py").run()
    assert app.selectbox(key="shared.value").value == "**Fair**"
    assert text(app, "dates") == "last12"


def test_names_from_the_data_are_escaped_in_labels(dataset):
    app = open_page("cohorts", d=dataset.id, customers="channel", value="**Fair**")
    labels = [each.proto.popover.label for each in app.get("popover")]
    assert any("\\*\\*orders" in each for each in labels)
    assert any("\\*\\*Fair" in each for each in labels)


def test_a_file_name_is_shown_as_it_is_written():
    found = datasets.create([("<b> & co.csv", CSV.encode())])
    datasets.build(found, Answers())
    app = open_page("cohorts", d=found.id)
    labels = [each.proto.popover.label for each in app.get("popover")]
    assert any("<b\\>" in each or "\\<b\\>" in each for each in labels)
    assert not any("&lt;" in each or "amp;" in each for each in labels)


def test_every_answer_of_the_server_has_the_safe_headers():
    sent = []

    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def send(message):
        sent.append(message)

    # In a thread: a browser test before this one leaves a loop running in ours.
    with ThreadPoolExecutor(1) as thread:
        answer = SafeHeaders(app)({"type": "http"}, None, send)
        thread.submit(asyncio.run, answer).result()
    found = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    assert found == {name.lower(): value for name, value in HEADERS.items()}


def test_a_note_in_a_picture_has_no_markdown_and_keeps_its_swatches():
    note = ":green[■] new, **bold** and 5\\% of a\\_b"
    assert picture.pieces(note, LIGHT) == [
        ("■", LIGHT.accent),
        (" new, bold and 5% of a_b", LIGHT.muted),
    ]
