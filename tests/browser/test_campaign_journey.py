"""Some are written to and some held back: too early, then told, then taken back."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_journeys import saved, settle
from tests.browser.test_saving_journey import load

pytestmark = pytest.mark.browser

HEAD = "Order;Date;E-Mail;Product;Amount;Currency\n"
CUSTOMERS = 400


def line(order: str, day: dt.date, who: str, amount: int) -> str:
    return f"{order};{day};{who};Tea;{amount}.50;EUR\n"


def spring() -> bytes:
    """An order each, day after day to the end of May; some spend more, some twice."""
    first = dt.date(2025, 1, 1)
    rows = [
        line(f"a{n}", first + dt.timedelta(days=n % 151), f"c{n}@example.com", 9 + n)
        for n in range(CUSTOMERS)
    ]
    rows += [
        line(f"r{n}", first + dt.timedelta(days=n + 40), f"c{n}@example.com", 9)
        for n in range(100)
    ]
    return (HEAD + "".join(rows)).encode()


def summer(addresses: list[str]) -> bytes:
    """Everybody who was written to orders in June; new customers come as before."""
    june = dt.date(2025, 6, 1)
    rows = [
        line(f"n{n}", june + dt.timedelta(days=n), f"new{n % 30}@example.com", 20)
        for n in range(61)
    ]
    rows += [
        line(f"b{n}", june + dt.timedelta(days=n % 9), who, 30)
        for n, who in enumerate(addresses)
    ]
    return (HEAD + "".join(rows)).encode()


def goto(page, server, name: str, key: str, **asked: str) -> None:
    view = "".join(f"&{field}={value}" for field, value in asked.items())
    page.goto(f"{server}/{name}?d={key}{view}")
    settle(page)


def test_what_a_campaign_sold_is_told_after_the_next_export(page, server):
    page.goto(f"{server}/data")
    settle(page)
    load(page, "spring.csv", spring(), "Read 1 file")
    expect(page.get_by_role("button", name="See the overview")).to_be_visible()
    page.get_by_role("link", name="Share", exact=True).click()
    page.get_by_role("textbox", name="Name of the dashboard").fill("Tea shop")
    page.get_by_role("button", name="Save the dashboard").click()
    page.get_by_role("button", name="I have kept it").click()
    expect(page.get_by_text("Net revenue", exact=True).first).to_be_visible()
    key = re.search(r"[?&]d=([\w-]{16})(&|$)", page.url)[1]

    goto(page, server, "campaigns", key)
    expect(page.get_by_text("Nobody has been contacted yet")).to_be_visible()

    goto(page, server, "lists", key, list="top_tenth", first="0", hold="half")
    expect(page.get_by_text("To contact", exact=True)).to_be_visible()
    files = page.get_by_role("button", name="CSV")
    written = [saved(page, button.click).decode("utf-8-sig") for button in files.all()]
    contacted = next(each for each in written if "Email Address" in each)
    rows = list(csv.DictReader(io.StringIO(contacted)))
    addresses = [row["Email Address"] for row in rows]
    assert len(addresses) == CUSTOMERS // 20
    page.get_by_role("button", name="Note who is contacted").click()
    expect(page.get_by_text("20 customers contacted, 20 held back")).to_be_visible()

    goto(page, server, "campaigns", key)
    heading = page.get_by_role("heading", level=2).first
    expect(heading).to_contain_text("too early to tell before 30 Jun 2025")

    goto(page, server, "data", key)
    load(page, "summer.csv", summer(addresses), "Read 1 file")
    expect(page.get_by_text("81 more order lines, 81 more orders")).to_be_visible()
    goto(page, server, "campaigns", key)
    expect(heading).to_contain_text("each bought €30.50 more than those held back")
    told = page.get_by_text("100.0% of them bought, of those held back 0.0%")
    expect(told.first).to_be_visible()
    expect(page.get_by_text("Those held back were drawn by lot")).to_be_visible()

    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    settle(page)
    page.get_by_role("dialog").get_by_role("button", name="Take it back").click()
    expect(page.get_by_text("is taken back.")).to_be_visible()
    expect(page.get_by_text("Nobody has been contacted yet")).to_be_visible()
