"""Layouts that nobody listed: right, or asked about; silently wrong is a fault.

Every fourth file here; ``python -m benchmarks.layouts`` judges them all.
"""

from __future__ import annotations

import pytest

from tests.core import accuracy

EVERY = 4
# Were wrong once.
ALWAYS = {
    *("fr_accounting", "ru_register_groups", "tills.quickbooks", "shops.faire"),
    *("east_asia.pinduoduo", "latin_america.nuvemshop", "shops.shopify_2020"),
    *("more.prestashop_sql", "marketplaces.etsy_both_files"),
}


@pytest.mark.parametrize(
    ("corpus", "least"), [(accuracy.unseen, 0.9), (accuracy.known, 0.7)]
)
def test_files_are_right_or_asked_about(corpus, least):
    truths = [
        truth
        for place, truth in enumerate(corpus())
        if place % EVERY == 0 or truth.name in ALWAYS
    ]
    judged = accuracy.judged(truths)
    assert accuracy.wrong(judged) == {}, accuracy.table(judged)
    counts = accuracy.counts(judged)
    assert counts["right"] >= least * counts.total(), accuracy.table(judged)


@pytest.mark.parametrize(
    ("got", "asked", "verdict"),
    [(10.0, False, "right"), (11.0, True, "asked"), (11.0, False, "wrong")],
)
def test_what_differs_is_asked_or_wrong(got, asked, verdict):
    judge = accuracy.verdict([got], [10.0], asked=asked, refused=False)
    assert judge == verdict
