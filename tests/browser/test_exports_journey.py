"""An export in another language and encoding: read, asked about, answered, opened."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_journeys import settle

pytestmark = pytest.mark.browser

# Every day is 12 or less: nobody can tell days from months but the shop.
ORDERS = "注文番号,注文日,顧客番号,商品名,数量,金額,通貨\n" + "".join(
    f"{n},{n % 11 + 1:02}/{n % 7 + 2:02}/2025,客{n % 6},{'緑茶' if n % 3 else '急須'},"
    f"1,{1200 + 10 * n},JPY\n"
    for n in range(1, 60)
    if n % 11 + 1 != n % 7 + 2
)


def test_a_japanese_file_in_shift_jis_is_asked_about_and_opened(page, server):
    page.goto(f"{server}/data")
    settle(page)
    content = {"name": "注文.csv", "mimeType": "text/csv"}
    page.locator("input[type=file]").set_input_files(
        [{**content, "buffer": ORDERS.encode("cp932")}]
    )
    page.get_by_role("button", name=re.compile("^.*Read 1 file")).click()
    build = page.get_by_role("button", name="Build the order table")
    expect(build).to_be_visible()
    expect(page.get_by_text("Japanese (Shift JIS)").first).to_be_visible()
    # Below the column; the first in the page is the table's, for readers only.
    expect(page.get_by_text(re.compile("急須 · 緑茶|緑茶 · 急須"))).to_be_visible()
    expect(build).to_be_disabled()
    settle(page)
    page.get_by_text(re.compile(r"\(month first\)")).first.click()
    expect(build).to_be_enabled()
    build.click()
    expect(page.get_by_text("no row is unaccounted for").first).to_be_visible()
    page.get_by_role("button", name="See the overview").click()
    expect(page.get_by_text("Net revenue", exact=True).first).to_be_visible()
    settle(page)


def test_a_long_reading_says_how_far_it_is_and_can_be_stopped(page, server, tmp_path):
    # A line end in quotes keeps the file off the fast way.
    row = '7,2025-01-05,"Ann\nLee",Tea,20.50,EUR\n'
    path = tmp_path / "long.csv"
    path.write_text("Order,Date,Customer,Product,Amount,Currency\n" + row * 900_000)
    page.goto(f"{server}/data")
    settle(page)
    page.locator("input[type=file]").set_input_files(path)
    page.get_by_role("button", name=re.compile("^.*Read 1 file")).click()
    told = page.get_by_text(re.compile(r"long\.csv: [\d,]+ of [\d,]+ rows"))
    expect(told.first).to_be_visible()
    # Streamlit's own button of that name stands in the header.
    page.get_by_test_id("stMain").get_by_role("button", name="Stop").click()
    expect(told).to_have_count(0)
    settle(page)
    expect(page.get_by_text("Upload order exports")).to_be_visible()
    expect(page.get_by_role("button", name="Build the order table")).to_have_count(0)
