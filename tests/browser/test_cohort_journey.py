"""From a cell of the cohort table to the customers in it."""

from __future__ import annotations

import csv
import io
import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_journeys import saved, settle

pytestmark = pytest.mark.browser

# Where a cell lies in the browser's window, by the names of its row and column.
MIDDLE = """([cohort, age]) => {
  const chart = document.querySelector('.js-plotly-plot');
  const {xaxis, yaxis} = chart._fullLayout;
  const box = chart.querySelector('.nsewdrag').getBoundingClientRect();
  return [box.left + xaxis.d2p(age), box.top + yaxis.d2p(cohort)];
}"""
# How strongly each mark of the table is seen.
SEEN = """() => [...document.querySelectorAll('.js-plotly-plot')][0].data
  .filter(trace => trace.mode === 'text')
  .map(trace => trace.unselected.textfont.color === trace.textfont.color)"""


def opened(page, server) -> None:
    page.goto(server)
    settle(page)
    page.get_by_role("button", name="Try the sample shop").first.click()
    expect(page.get_by_text("Net revenue", exact=True).first).to_be_visible()
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="Cohorts").click()
    expect(page.get_by_role("heading", level=1, name="Cohorts")).to_be_visible()
    expect(page.locator(".js-plotly-plot .nsewdrag").first).to_be_visible()
    settle(page)


def test_a_click_on_a_cell_lists_its_customers(page, server):
    opened(page, server)
    x, y = page.evaluate(MIDDLE, ["May 2025", "month 3"])
    page.mouse.move(x, y)
    expect(page.get_by_text("95% interval:").first).to_be_visible()
    page.mouse.click(x, y)
    found = page.get_by_role("heading", level=2, name=re.compile("of May 2025 ordered"))
    expect(found).to_have_text(re.compile(r"43 of 118 customers .* in month 3"))
    settle(page)
    assert "of=2025-05-01" in page.url
    assert "at=3" in page.url
    assert all(page.evaluate(SEEN))
    x, y = page.evaluate(MIDDLE, ["Mar 2025", "month 1"])
    page.mouse.click(x, y)
    listed = page.get_by_role("heading", level=2, name=re.compile("of March 2025"))
    expect(listed).to_be_visible()
    settle(page)
    download = page.get_by_test_id("stMain").get_by_role("button", name="CSV").nth(1)
    rows = csv.DictReader(io.StringIO(saved(page, download.click).decode("utf-8-sig")))
    said = [row["came_back"] for row in rows]
    assert listed.inner_text().startswith(f"{said.count('Came back')} of {len(said)} ")


def test_on_a_phone_a_finger_scrolls_over_the_table(browser, server):
    context = browser.new_context(
        viewport={"width": 390, "height": 844},
        has_touch=True,
        is_mobile=True,
        user_agent="Mozilla/5.0 (Linux; Android 15) Chrome/150.0 Mobile Safari/537.36",
    )
    phone = context.new_page()
    phone.goto(f"{server}/cohorts?d=sample&of=2025-05-01&at=3")
    expect(phone.locator(".js-plotly-plot .nsewdrag").first).to_be_visible()
    expect(phone.get_by_text(re.compile("43 of 118 customers"))).to_be_visible()
    settle(phone)
    drag = "document.querySelector('.js-plotly-plot')._fullLayout.dragmode"
    assert phone.evaluate(drag) is False
    context.close()
