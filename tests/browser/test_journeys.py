"""The main jobs, as a person does them."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from playwright.sync_api import expect

from tests.browser.conftest import serving

pytestmark = pytest.mark.browser

SETTLED = "[data-testid=stApp][data-test-script-state=notRunning]"
PAGES = {
    "overview": "Overview",
    "cohorts": "Cohorts",
    "churn": "Churn",
    "risk": "Risk",
    "forecast": "Forecast",
    "baskets": "Baskets",
    "data": "Data",
}
# Every day is 12 or less: nobody can tell days from months but the shop.
UNCLEAR = (
    "Order;Date;E-Mail;Product;Quantity;Amount;Currency\n"
    "1;03/04/2025;ann@example.com;Tea;1;20,50;EUR\n"
    "2;05/06/2025;ben@example.com;Tea;1;10,25;EUR\n"
    "3;07/08/2025;ann@example.com;Cup;2;30,00;EUR\n"
    "4;02/09/2025;cat@example.com;=1+1;1;12,00;EUR\n"
    "5;01/10/2025;ann@example.com;Tea;1;20,50;EUR\n"
)


def settle(page) -> None:
    page.wait_for_selector(SETTLED)
    expect(page.get_by_test_id("stException")).to_have_count(0)


def workbook(path: Path) -> Path:
    book = Workbook()
    sheet = book.active
    sheet.append(["Order", "Date", "E-Mail", "Product", "Quantity", "Amount"])
    sheet.append(["6", "2025-11-03", "ben@example.com", "Cup", 1, 15.0])
    sheet.append(["7", "2025-12-14", "ann@example.com", "Tea", 1, 20.5])
    book.save(path)
    return path


def saved(page, press) -> bytes:
    with page.expect_download() as waiting:
        press()
    return Path(waiting.value.path()).read_bytes()


def test_from_the_sample_shop_to_every_page(page, server):
    page.goto(server)
    settle(page)
    page.get_by_role("button", name="Try the sample shop").first.click()
    expect(page.get_by_text("Net revenue", exact=True).first).to_be_visible()
    for name, title in PAGES.items():
        page.get_by_test_id("stSidebarNav").get_by_role("link", name=title).click()
        expect(page.get_by_role("heading", level=1, name=title)).to_be_visible()
        settle(page)
        expect(page.get_by_role("heading", level=2).first).to_be_visible()
        expect(page.get_by_test_id("stPlotlyChart").first).to_be_visible()
        assert f"/{name}" in page.url or name == "overview"


def test_upload_answer_a_question_and_see_cohorts(page, server, tmp_path):
    book = workbook(tmp_path / "late.xlsx")
    page.goto(f"{server}/data")
    settle(page)
    page.locator("input[type=file]").set_input_files(
        [
            {
                "name": "orders.csv",
                "mimeType": "text/csv",
                "buffer": UNCLEAR.encode("utf-8"),
            },
            {
                "name": "late.xlsx",
                "mimeType": "application/octet-stream",
                "buffer": book.read_bytes(),
            },
        ]
    )
    page.get_by_role("button", name=re.compile("^.*Read 2 files")).click()
    build = page.get_by_role("button", name="Build the order table")
    expect(build).to_be_visible()
    expect(build).to_be_disabled()
    page.get_by_text(re.compile(r"\(day first\)")).first.click()
    expect(build).to_be_enabled()
    build.click()
    expect(page.get_by_text("no row is unaccounted for").first).to_be_visible()
    expect(page.get_by_text("7 rows in", exact=False).first).to_be_visible()
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="Cohorts").click()
    expect(page.get_by_role("heading", level=1, name="Cohorts")).to_be_visible()
    expect(page.get_by_test_id("stPlotlyChart").first).to_be_visible()
    settle(page)
    assert re.search(r"d=[A-Za-z0-9_-]{32}", page.url)


def test_a_deep_link_on_a_fresh_server_opens_that_very_view(page, tmp_path):
    with serving(tmp_path) as address:
        page.goto(f"{address}/cohorts?d=sample&grain=quarter")
        expect(page.get_by_role("heading", level=1, name="Cohorts")).to_be_visible()
        found = page.get_by_role("heading", level=2, name=re.compile("next quarter"))
        expect(found).to_be_visible()
        expect(page.get_by_text("Page not found")).to_have_count(0)
        settle(page)
        assert "grain=quarter" in page.url


def test_downloads_open_again_with_the_same_numbers(page, server):
    page.goto(f"{server}/baskets?d=sample")
    expect(page.get_by_text("go together beyond chance").first).to_be_visible()
    settle(page)
    main = page.get_by_test_id("stMain")
    text = saved(page, main.get_by_role("button", name="CSV").last.click)
    rows = list(csv.DictReader(io.StringIO(text.decode("utf-8-sig"))))
    real = [row for row in rows if float(row["q_value"]) <= 0.05]
    assert len(real) == 2
    content = saved(page, main.get_by_role("button", name="Excel").last.click)
    sheet = load_workbook(io.BytesIO(content)).active
    head, *body = sheet.iter_rows(values_only=True)
    assert list(head) == list(rows[0])
    assert len(body) == len(rows)
    picture = saved(page, main.get_by_role("button", name="Picture").first.click)
    assert picture.startswith(b"\x89PNG")


@pytest.mark.parametrize("name", PAGES)
def test_no_page_is_wider_than_a_phone(name, browser, server):
    context = browser.new_context(viewport={"width": 390, "height": 844})
    phone = context.new_page()
    phone.goto(f"{server}/{name}?d=sample")
    expect(phone.get_by_role("heading", level=1)).to_be_visible()
    settle(phone)
    main = phone.get_by_test_id("stMain")
    assert main.evaluate("box => box.scrollWidth - box.clientWidth") <= 0
    context.close()


def test_a_chosen_group_goes_along_to_the_next_page(page, server):
    page.goto(f"{server}/churn?d=sample")
    settle(page)
    page.get_by_role("button", name="All customers").click()
    for key, option in (("customers", "Country"), ("value", "DE")):
        page.locator(f".st-key-shared-{key} input").first.click()
        page.get_by_role("option", name=option, exact=True).click()
        expect(page).to_have_url(re.compile(f"{key}="))
    settle(page)
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Cohorts").click()
    expect(page).to_have_url(re.compile("/cohorts.*value=DE"))
    expect(page.get_by_role("button", name="Country: DE")).to_be_visible()
