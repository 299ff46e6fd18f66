"""What two pages say of the same is the same, whoever is looked at."""

from __future__ import annotations

import re

from retention_ui import queries
from retention_ui.questions.chosen import Slice
from tests.ui.saved import words
from tests.ui.test_pages import headings, opened, sound


def numbers(said: str) -> list[int]:
    return [int(each.replace(",", "")) for each in re.findall(r"\d[\d,]*", said)]


def test_a_tier_is_the_same_for_everybody(sample):
    """Some of the customers are one order short of the tiers of all."""
    channel = str(sample_channel(sample))
    asked = {"customers": "channel", "value": channel}
    listed = opened("lists", sample, list="one_short", **asked)
    stood = opened("tiers", sample, **asked)
    assert sound(listed)
    assert sound(stood)
    assert numbers(short(listed))[0] == numbers(short(stood))[0] > 10


def test_a_customer_is_in_the_same_segment_whoever_is_looked_at(sample):
    channel = str(sample_channel(sample))
    asked = {"customers": "channel", "value": channel}
    shop = queries.Shop(sample, Slice("channel", channel))
    everybody = vars(queries.ask(queries.Shop(sample), "rfm_breaks"))
    who = queries.ask(shop, "customer_first", limit=1)["customer_id"][0]
    told = {"customer_id": who, "breaks": everybody}
    segment = queries.ask(queries.Shop(sample), "customer_segment", **told)
    app = opened("customer", sample, **asked)
    assert sound(app)
    said = words(app) + " ".join(each.value for each in app.get("text"))
    assert segment.replace("_", " ") in said.lower()


def sample_channel(sample) -> str:
    return queries.values(sample)["channel"][0]


def test_the_lists_go_by_the_tiers_that_were_chosen_on_their_page(sample):
    app = opened("tiers", sample)
    usual = numbers(short(app))
    app = app.segmented_control(key="tiers.by").set_value("spend").run()
    assert numbers(short(app)) != usual
    told = numbers(short(app))
    app.switch_page("../pages/lists.py")
    app.query_params["list"] = "one_short"
    app.run()
    assert sound(app)
    assert numbers(short(app))[0] == told[0]


def short(app) -> str:
    return next(each for each in headings(app) if "one order" in each.lower())
