"""A figure's card: value, change and what the change is said to be."""

from __future__ import annotations

import pytest

from retention_ui import cards
from retention_ui.formats import Formats
from retention_ui.texts import Texts
from tests.ui.test_pages import opened, sound

TEXTS, FORMATS = Texts("en"), Formats("en", "EUR")


@pytest.mark.parametrize(
    ("figure", "value", "previous", "delta"),
    [
        ("strict_retention_rate", 0.8764, 0.8761, "0.0 pts"),
        ("churn_rate", 0.12401, 0.12399, "0.0 pts"),
        ("quick_ratio", 1.224, 1.2, "0.0"),
        ("revenue", 10_000.0, 10_001.0, "0.0%"),
    ],
)
def test_a_change_that_is_written_as_none_is_without_a_direction(
    figure, value, previous, delta
):
    found = cards.change(figure, value, previous, TEXTS, FORMATS)
    assert found == (delta, 0)


@pytest.mark.parametrize(
    ("figure", "value", "previous", "seen"),
    [
        ("strict_retention_rate", 0.8772, 0.8761, ("+0.1 pts", 1)),
        ("churn_rate", 0.124, 0.1251, ("−0.1 pts", -1)),
        ("quick_ratio", 1.1, 1.2, ("−0.1", -1)),
        ("orders", 101, 100, ("+1.0%", 1)),
        ("orders", 10, 0, ("+10", 1)),
        ("revenue", 5.0, float("nan"), (None, 0)),
    ],
)
def test_a_change_that_can_be_read_has_its_direction(figure, value, previous, seen):
    assert cards.change(figure, value, previous, TEXTS, FORMATS) == seen


def test_the_cards_of_the_churn_page_name_the_change(sample):
    app = opened("churn", sample)
    assert sound(app)
    assert [each.delta for each in app.metric][:2] == ["+2.8 pts", "−2.8 pts"]
