"""A consultant notes what happened, sees it on the charts, and looks a figure up."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.test_journeys import settle

pytestmark = pytest.mark.browser


def test_a_mark_is_noted_and_drawn(page, server):
    page.goto(f"{server}/?d=sample")
    settle(page)
    expect(page.get_by_text("Delivery crisis").first).to_be_visible()
    page.get_by_test_id("stPopover").filter(has_text="1 mark").click()
    page.get_by_label("What happened").fill("New packaging")
    page.get_by_role("button", name="Add the mark").click()
    settle(page)
    expect(page.get_by_test_id("stPopover").filter(has_text="2 marks")).to_be_visible()
    chart = page.get_by_test_id("stPlotlyChart")
    expect(chart.get_by_text("New packaging").first).to_be_visible()


def test_a_figure_leads_to_its_line_in_the_glossary(page, server):
    page.goto(f"{server}/?d=sample")
    settle(page)
    first = page.get_by_test_id("stMetric").first
    first.get_by_test_id("stTooltipIcon").first.hover()
    with page.context.expect_page() as opened:
        # The help's own link; those below the figures stay in this window.
        page.locator('a[target="_blank"][href*="glossary?"]').first.click()
    glossary = opened.value
    settle(glossary)
    expect(glossary.get_by_role("heading", level=2).first).to_have_text("Customers")
    expect(glossary.get_by_text("This shop").first).to_be_visible()
