"""The glossary: every term is written, works for the sample, and is linked to."""

from __future__ import annotations

import pytest

from retention_ui import datasets, worked
from retention_ui.texts import Texts, fields
from tests.ui.test_pages import HEAD, SHOPS, headings, opened, shop_of, sound

TEXTS = Texts("en")
PARTS = ("name", "meaning", "formula", "example")
TERMS = [term for found in worked.terms().values() for term in found]


@pytest.mark.parametrize("term", TERMS)
def test_every_term_is_written_in_full(term):
    for part in PARTS:
        assert f"glossary.{term}.{part}" in TEXTS
    for part in PARTS[:-1]:
        text = TEXTS(f"glossary.{term}.{part}")
        assert not fields(text)


def test_every_term_that_is_written_stands_under_a_subject():
    named = {key.split(".")[1] for key in TEXTS.under("glossary") if key.count(".") > 1}
    assert named - {"subject"} == set(TERMS)
    assert len(TERMS) == len(set(TERMS))


def test_every_figure_links_to_a_term_that_there_is():
    for page in TEXTS.under("pages"):
        for key in TEXTS.under(f"{page.removeprefix('pages.')}.terms"):
            assert TEXTS(key) in TERMS, key


@pytest.mark.parametrize("subject", worked.SUBJECTS)
def test_the_sample_shop_works_every_term_out(subject, data_folder):
    app = opened("glossary", datasets.sample(), subject=subject)
    assert sound(app)
    assert set(headings(app)) == {
        TEXTS(f"glossary.{term}.name") for term in worked.terms()[subject]
    }
    said = " ".join(each.value for each in app.markdown)
    assert TEXTS("glossary.too_little") not in said


def test_without_data_the_terms_stand_without_numbers(data_folder):
    app = opened("glossary")
    assert sound(app)
    assert "Net revenue" in headings(app)


@pytest.mark.parametrize("kind", SHOPS)
def test_odd_shops_have_too_little_for_some(kind, data_folder):
    dataset = shop_of(SHOPS[kind], HEAD)
    for subject in worked.SUBJECTS:
        assert sound(opened("glossary", dataset, subject=subject)), subject


def test_a_link_opens_the_very_line(data_folder):
    app = opened("glossary", datasets.sample(), term="lift")
    assert sound(app)
    assert headings(app)[0] == "Lift"


def test_a_made_up_term_opens_the_glossary(data_folder):
    assert sound(opened("glossary", term="<b>x</b>"))
