"""From an upload to a dashboard that stays: added to, undone, put back, deleted."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_journeys import settle
from tests.ui.saved import rows

pytestmark = pytest.mark.browser


def load(page, name, content, read):
    page.locator("input[type=file]").first.set_input_files(
        [{"name": name, "mimeType": "text/csv", "buffer": content}]
    )
    page.get_by_role("button", name=re.compile(read)).click()
    build = page.get_by_role("button", name="Build the order table")
    expect(build).to_be_enabled()
    settle(page)
    build.click()


def test_a_shop_is_kept_added_to_undone_and_deleted(page, browser, server):
    page.goto(f"{server}/data")
    settle(page)
    load(page, "orders.csv", rows(0, 40), "Read 1 file")
    expect(page.get_by_role("button", name="See the overview")).to_be_visible()
    page.get_by_role("link", name="Share", exact=True).click()
    page.get_by_role("textbox", name="Name of the dashboard").fill("Tea shop")
    page.get_by_role("button", name="Save the dashboard").click()
    expect(page.get_by_text("This is the key to Tea shop")).to_be_visible()
    key = page.get_by_test_id("stCode").inner_text().strip()
    assert re.fullmatch(rf"{server}/s/[\w-]{{43}}", key)
    page.get_by_role("button", name="I have kept it").click()
    expect(page.get_by_text("Net revenue", exact=True).first).to_be_visible()
    assert re.search(r"[?&]d=[\w-]{16}(&|$)", page.url)

    page.reload()
    expect(page.get_by_text("Net revenue", exact=True).first).to_be_visible()
    page.get_by_role("link", name="Data", exact=True).click()
    expect(page.get_by_text("Add a new export")).to_be_visible()
    settle(page)
    load(page, "more.csv", rows(30, 60), "Read 1 file")
    expect(page.get_by_text("20 more order lines, 20 more orders")).to_be_visible()
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(page.get_by_text("Version 3 is version 1 again")).to_be_visible()

    page.get_by_role("link", name="Share", exact=True).click()
    expect(page.get_by_role("heading", name="3 versions")).to_be_visible()
    settle(page)
    page.get_by_role("button", name="Put it back").click()
    expect(page.get_by_role("heading", name="4 versions")).to_be_visible()

    with_key = browser.new_context().new_page()
    with_key.goto(key)
    expect(with_key.get_by_text("Tea shop").first).to_be_visible()
    address = with_key.url
    assert re.search(r"[?&]d=[\w-]{16}(&|$)", address)
    assert "/s/" not in address

    settle(page)
    page.get_by_role("button", name="Delete this dashboard").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    settle(page)
    page.get_by_role("button", name="Delete it for good").click()
    expect(page.get_by_text("is deleted, with all its files")).to_be_visible()
    # Not by reloading: a page that was still being drawn has dropped its address.
    with_key.goto(address)
    expect(with_key.get_by_text("There is nothing here").first).to_be_visible()
    expect(with_key.get_by_text("Tea shop")).to_have_count(0)
    with_key.context.close()


def test_data_that_nobody_saved_is_deleted_by_two_presses(page, server):
    page.goto(f"{server}/data")
    settle(page)
    load(page, "orders.csv", rows(0, 40), "Read 1 file")
    delete = page.get_by_role("button", name="Delete my data")
    expect(page.get_by_role("button", name="See the overview")).to_be_visible()
    settle(page)
    delete.click()
    page.get_by_role("dialog").get_by_role("button").nth(1).click()
    expect(page.get_by_text("Upload order exports")).to_be_visible()
    assert "d=" not in page.url
