"""An owner shares two pages behind a password, and takes them back again."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.test_journeys import settle

pytestmark = pytest.mark.browser

SPOKEN = "quiet tea 9"


def choose(page, name):
    """Choose one of the list that is open."""
    page.get_by_role("option", name=name, exact=True).click()


def saved(page, server):
    """Save the sample shop; come to the Share page of the dashboard."""
    page.goto(f"{server}/share?d=sample")
    page.get_by_label("Name of the dashboard").fill("Tea & Leaf")
    page.get_by_role("button", name="Save the dashboard").click()
    page.get_by_role("button", name="I have kept it").click()
    page.get_by_role("link", name="Share", exact=True).click()
    expect(page.get_by_role("button", name="New link")).to_be_visible()


def made(page):
    """Make a link to two pages; return its address."""
    page.get_by_role("button", name="New link").click()
    page.get_by_role("textbox", name="Who it is for").fill("Anna")
    password = page.get_by_role("textbox", name="Password, if any")
    password.fill(SPOKEN)
    # By the tab key: of a field under dots Streamlit took nothing then.
    password.press("Tab")
    page.get_by_role("radio", name="Some").click()
    page.get_by_role("combobox", name="These pages").click()
    for name in ("Cohorts", "Churn"):
        choose(page, name)
    page.keyboard.press("Escape")
    expect(page.get_by_text("Anna sees only Cohorts and Churn")).to_be_visible()
    page.get_by_role("button", name="Make the link").click()
    shown = page.get_by_test_id("stCode").first
    expect(shown).to_contain_text("/s/")
    return shown.inner_text().strip()


def test_what_is_shared_is_seen_until_it_is_withdrawn(page, browser, server):
    saved(page, server)
    address = made(page)
    assert address.startswith(f"{server}/s/")
    with browser.new_context() as context:
        viewer = context.new_page()
        viewer.goto(address)
        assert viewer.get_by_test_id("stApp").count() == 0
        viewer.get_by_label("Password").fill("not this one")
        viewer.get_by_role("button", name="Open").click()
        expect(viewer.get_by_text("That is not the password")).to_be_visible()
        viewer.get_by_label("Password").fill(SPOKEN)
        viewer.get_by_role("button", name="Open").click()
        heading = viewer.get_by_role("heading", level=1)
        expect(heading).to_have_text("Cohorts")
        settle(viewer)
        assert address.rpartition("/")[2] not in viewer.url
        shown = viewer.get_by_test_id("stSidebarNav").get_by_role("link")
        expect(shown).to_have_text(["Cohorts", "Churn"])

        query = viewer.url.partition("?")[2]
        viewer.goto(f"{server}/forecast?{query}")
        expect(viewer.get_by_text("not part of what was shared")).to_be_visible()
        assert viewer.get_by_test_id("stPlotlyChart").count() == 0

        viewer.goto(f"{server}/cohorts?{query}")
        expect(viewer.get_by_test_id("stPlotlyChart").first).to_be_visible()
        settle(viewer)
        page.get_by_role("button", name="Done").click()
        row = page.get_by_role("button", name="Withdraw").first
        row.click()
        page.get_by_role("button", name="Withdraw the link").click()
        expect(page.get_by_text("1 link is withdrawn or expired")).to_be_visible()
        expect(page.get_by_text(address.rpartition("/")[2])).to_have_count(0)

        shown.get_by_text("Churn").click()
        expect(viewer.get_by_text("nothing here")).to_be_visible()
        assert viewer.get_by_test_id("stPlotlyChart").count() == 0
        viewer.goto(address)
        expect(viewer.get_by_text("nothing here")).to_be_visible()
