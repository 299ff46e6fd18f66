"""Files that name nobody: what cannot be answered is said, the rest still works."""

from __future__ import annotations

import json
from dataclasses import asdict, replace

import pytest

from retention_core.ingest.model import Answers
from retention_ui import datasets, queries
from tests.ui.test_pages import headings, opened, sound

ABOUT_CUSTOMERS = ("cohorts", "value", "churn", "risk", "forecast", "newcomers")
ROWS = "".join(
    f"{n},2025-{n % 12 + 1:02}-{n % 27 + 1:02},{product},1,{10 + n % 5}.50,EUR\n"
    for n in range(240)
    for product in (("Tea", "Pot") if n % 3 else ("Tea", "Cup"))
)
HEAD = "order,date,product,quantity,amount,currency\n"


@pytest.fixture(scope="module")
def nameless(tmp_path_factory):
    """A shop whose export never says who bought, built once."""
    folder = tmp_path_factory.mktemp("nameless")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KEPT_DATA", str(folder))
        queries.forget()
        dataset = datasets.create([("orders.csv", (HEAD + ROWS).encode())])
        datasets.build(dataset, Answers())
        yield dataset


@pytest.fixture
def amazon(nameless):
    """The same, recognised as an export of Amazon's."""
    path = nameless.folder / "detection.json"
    before = path.read_text(encoding="utf-8")
    found = [replace(e, system="amazon_all_orders") for e in nameless.detection()]
    path.write_text(json.dumps([asdict(each) for each in found]), encoding="utf-8")
    yield nameless
    path.write_text(before, encoding="utf-8")


def said(app) -> str:
    return "\n".join(each.value for each in app.markdown)


@pytest.mark.parametrize("name", ABOUT_CUSTOMERS)
def test_a_page_about_customers_says_in_one_place_that_it_cannot(name, nameless):
    app = opened(name, nameless)
    assert sound(app)
    assert headings(app) == ["These files name no customers"]
    assert not app.get("plotly_chart")
    assert "customer number, an e-mail or a phone number" in said(app)
    assert [each.label for each in app.expander] == [
        "How to get it from Another system"
    ]
    assert "of all orders name nobody" not in said(app)


@pytest.mark.parametrize("name", ("cohorts", "forecast"))
def test_it_names_the_export_of_that_vendor_that_can(name, amazon):
    app = opened(name, amazon)
    assert sound(app)
    assert "this export of Amazon Seller Central cannot answer" in said(app)
    assert "*Order reports* carry the buyer's e-mail" in said(app)
    assert "1. In Seller Central open" in said(app)


def test_the_overview_shows_the_revenue_and_says_what_is_missing(nameless):
    app = opened("overview", nameless)
    assert sound(app)
    assert [each.label for each in app.metric] == [
        "Orders",
        "Net revenue",
        "Average order",
    ]
    first, second = headings(app)
    assert "brought €" in first
    assert second == "These files name no customers"
    assert len(app.get("plotly_chart")) == 1


def test_no_way_is_offered_to_what_a_vendor_never_tells(nameless):
    path = nameless.folder / "detection.json"
    before = path.read_text(encoding="utf-8")
    found = [replace(e, system="wildberries_realization") for e in nameless.detection()]
    path.write_text(json.dumps([asdict(each) for each in found]), encoding="utf-8")
    app = opened("cohorts", nameless)
    path.write_text(before, encoding="utf-8")
    assert sound(app)
    assert "gives sellers no buyers" in said(app)
    assert not app.expander


def test_baskets_need_no_names(nameless):
    app = opened("baskets", nameless)
    assert sound(app)
    assert app.get("plotly_chart")
    assert "These files name no customers" not in headings(app)
