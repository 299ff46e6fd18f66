"""The page on campaigns: without contacts, with them, and for its editors alone."""

from __future__ import annotations

import atexit
import datetime as dt
import re
import secrets
import shutil
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import numpy as np
import pandas as pd
import pytest

from retention_core.ingest.model import Answers
from retention_ui import access, contacts, datasets
from retention_ui.keeping.model import Settings, Terms
from retention_ui.keeping.store import open_store
from tests.ui.saved import tab, words
from tests.ui.test_pages import headings, opened, sound

HEAD = "Order,Date,Customer,Product,Channel,Amount,Currency\n"
PAGE = "../pages/campaigns.py"
DAY = dt.date(2025, 6, 1)
CUSTOMERS = 600
OWNER, VIEWER = "o" * 32, "v" * 32


def orders_of(last: int) -> str:
    """Everybody buys once by spring; in June 30 % of the first 400, 10 % of the rest.

    The first 400 are contacted, the others held back; ``last`` is the last day of June
    in the file.
    """
    rows = []
    for n in range(CUSTOMERS):
        day = dt.date(2025, 1, 1) + dt.timedelta(days=n % 120)
        channel = "Fair" if n % 2 else "Shop"
        rows.append(f"a{n},{day},c{n},Tea,{channel},20.00,EUR")
        bought = n % 10 < 3 if n < 400 else n % 10 == 0
        june = DAY + dt.timedelta(days=n % 20)
        if bought and june <= dt.date(2025, 6, last):
            rows.append(f"b{n},{june},c{n},Tea,{channel},{18 + n % 9}.00,EUR")
    rows.append(f"z,2025-06-{last:02d},z,Tea,Shop,5.00,EUR")
    return HEAD + "\n".join(rows) + "\n"


def contacted(campaign="June mail", offer=None, listed="win_back", day=DAY):
    number = range(CUSTOMERS)
    return pd.DataFrame(
        {
            "campaign": campaign,
            "list": listed,
            "customer_id": [f"c{n}" for n in number],
            "contacted_on": pd.Timestamp(day),
            "control": [n >= 400 for n in number],
            "offer": offer,
            "seed": "s" if listed else None,
        }
    )


@cache
def built(last: int) -> Path:
    """Build each shop once for all tests: their folders are only copied."""
    dataset = datasets.create([("orders.csv", orders_of(last).encode())])
    datasets.build(dataset, Answers())
    kept = Path(mkdtemp())
    atexit.register(shutil.rmtree, kept, ignore_errors=True)
    shutil.copytree(dataset.folder, kept, dirs_exist_ok=True)
    return kept


def shop(last: int, *frames: pd.DataFrame):
    folder = datasets.root() / "datasets" / secrets.token_hex(16)
    shutil.copytree(built(last), folder)
    for frame in frames:
        contacts.note(access.find(folder.name, OWNER), frame)
    return datasets.find(folder.name)


def noted(dataset) -> pd.DataFrame:
    return contacts.of(access.find(dataset.id, OWNER))


def lines(app) -> str:
    return "\n".join(each.value for each in app.markdown)


@pytest.fixture(scope="module")
def told(data_folder):
    offers = contacted("Two offers", day=dt.date(2025, 5, 1))
    number = np.arange(CUSTOMERS)
    offers["offer"] = np.where(
        offers["control"], None, np.where(number % 2, "10% off", "Free *tea*")
    )
    return shop(30, contacted(), offers)


def test_the_sample_tells_what_was_planted(sample):
    app = opened("campaigns", sample)
    assert sound(app)
    said = lines(app)
    assert headings(app)[0] == (
        "In one of three campaigns more bought than of those held back"
    )
    assert "**Summer iced tea** (8 Jun 2026): too early to tell" in said
    assert "**Easter** (23 Mar 2026): too few to tell" in said
    assert "Voucher for a free tea** (12 Jan 2026): those contacted bought" in said
    assert headings(app)[-2].startswith("5% of orders came on discount")
    assert "Noted here" not in [each.label for each in app.selectbox]


def test_without_contacts_the_page_says_how_they_come_to_be(data_folder):
    app = opened("campaigns", shop(30))
    assert sound(app)
    assert headings(app) == [
        "Nobody has been contacted yet",
        "Hold some back, from a list of Kept",
        "Or load a campaign file",
    ]
    assert app.table[0].value.shape == (3, 4)


def test_a_campaign_that_worked_is_told_with_its_interval(told):
    app = opened("campaigns", told)
    assert sound(app)
    said = lines(app)
    assert headings(app)[0] == (
        "In one of two campaigns more bought than of those held back"
    )
    # 120 of 400 and 20 of 200, counted by hand.
    assert "30.0% of them bought, of those held back 10.0%" in said
    spent = [18 + n % 9 for n in range(400) if n % 10 < 3]
    other = [18 + n % 9 for n in range(400, 600) if n % 10 == 0]
    more = sum(spent) / 400 - sum(other) / 200
    found = re.search(r"bought €([\d.]+) more each within 30 days", said)
    assert float(found[1]) == pytest.approx(more, abs=0.005)
    ends = re.search(r"held back, €([\d.]+) to €([\d.]+);", said)
    assert 0 < float(ends[1]) < more < float(ends[2])
    total = re.search(r"In all about €([\d,]+) more", said)
    assert float(total[1].replace(",", "")) == pytest.approx(400 * more, rel=0.01)
    assert "drawn by lot" in said


def test_offers_groups_and_pressure_have_their_sections(told):
    app = opened("campaigns", told)
    said = headings(app)
    assert "No offer clearly sold to more customers than another" in said
    assert len(app.get("plotly_chart")) == 6
    assert "2 campaigns" in said
    assert [each.label for each in app.selectbox][-3:] == [
        "Campaign",
        "Customers by",
        "Noted here",
    ]


def test_what_is_asked_for_stands_in_the_address(told):
    long = opened("campaigns", told, days="90")
    assert "too early to tell" in lines(long)
    assert "29 Aug 2025" in lines(long)


def test_a_note_of_today_waits_for_the_next_export(data_folder):
    early = shop(1, contacted())
    app = opened("campaigns", early)
    assert sound(app)
    assert headings(app)[0] == "June mail: too early to tell before 30 Jun 2025"
    assert "Waiting: 600 customers" in lines(app)
    assert "€" not in headings(app)[0]


def test_a_file_without_a_control_group_proves_nothing(data_folder):
    alone = contacted("From a file", listed=None)
    app = opened("campaigns", shop(30, alone[~alone["control"]]))
    assert sound(app)
    said = lines(app)
    assert headings(app)[0] == ("From a file: nobody was held back, so nobody can tell")
    assert "seldom like the rest" in said
    assert "30.0% of the 400 contacted" in said


def test_a_file_proves_only_if_a_lot_decided_and_nobody_unknown_is_counted(data_folder):
    told = contacted("From a file", listed=None)
    gone = told.head(3).assign(customer_id=["x1", "x2", "x3"])
    app = opened("campaigns", shop(30, told, gone))
    assert sound(app)
    assert "only if a lot decided" in lines(app)
    assert "drawn by lot, so nothing but the contact" not in lines(app)
    assert "3 contacts are of customers whom the data does not know" in lines(app)


def test_a_choice_of_customers_counts_its_own_alone(told):
    app = opened("campaigns", told, customers="channel", value="Fair")
    assert sound(app)
    # Odd numbers: 1 of 10 in each 5 contacted (n % 10 == 1), nobody held back bought.
    assert "20.0% of them bought, of those held back 0.0%" in lines(app)


def test_names_from_a_file_are_shown_as_they_are(data_folder):
    odd = "![x](http://evil/t.png) <b>$1$ & 2*"
    app = opened("campaigns", shop(30, contacted(odd, offer=odd)))
    assert sound(app)
    assert "![x]" not in lines(app)
    assert "http://evil" not in lines(app)
    assert not any("![x]" in each for each in headings(app))


def test_a_note_is_taken_back_when_asked_twice(data_folder):
    dataset = shop(30, contacted(), contacted("May mail", day=dt.date(2025, 5, 1)))
    app = opened("campaigns", dataset)
    app.button(key="campaigns.take_back.button").click().run()
    assert "600 customers" in lines(app)
    assert len(noted(dataset)) == 1200
    app.button(key="campaigns.take_back.yes").click().run()
    assert sound(app)
    assert app.success[0].value == "June mail is taken back."
    app.run()
    assert not app.success
    kept = noted(dataset)
    assert set(kept["campaign"]) == {"May mail"}
    app.button(key="campaigns.take_back.button").click().run()
    app.button(key="campaigns.take_back.no").click().run()
    assert headings(app)[-1] == "One campaign"
    app.button(key="campaigns.take_back.button").click().run()
    app.button(key="campaigns.take_back.yes").click().run()
    assert headings(app)[0] == "Nobody has been contacted yet"
    assert app.success


def test_only_editors_see_who_was_contacted(data_folder):
    dataset = shop(30, contacted("Secret mail"))
    store = open_store()
    said = {"name": "Shop", "owner": "Ann", "contact": "", "settings": Settings()}
    dashboard, own, _ = store.save(dataset.folder, browser=OWNER, **said)
    terms = Terms(names=True, lists=True)
    link, token = store.link(dashboard.id, kind="view", label="Viewer", terms=terms)
    store.arrive(token, VIEWER)
    assert headings(tab(PAGE, OWNER, d=own.id))
    seen = tab(PAGE, VIEWER, d=link.id)
    assert not seen.exception
    assert "Secret mail" not in words(seen)
    assert not any("campaigns" in each for each in headings(seen))
    assert not seen.get("plotly_chart")
