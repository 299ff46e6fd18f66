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
    one = next(each for each in headings(listed) if "one order" in each.lower())
    other = next(each for each in headings(stood) if "one order" in each.lower())
    assert numbers(one)[0] == numbers(other)[0] > 10


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
