"""What stands out, on the overview: its words, its links, who may read it."""

from __future__ import annotations

import json
import re
from urllib.parse import parse_qs

import pytest

from retention_core.findings import Candidate, Finding
from retention_ui.findings import overview as says
from retention_ui.formats import Formats
from retention_ui.texts import Texts
from tests.ui.test_pages import SHOPS, headings, opened, shop_of, sound

TEXTS = Texts("en")
FORMATS = Formats("en", "EUR")
LONG = "Ceremonial *matcha*, <b>whisked</b> by hand 30 g [x](http://evil)"
TELLER = says.Teller(TEXTS, FORMATS, {"channel": ["Web", "Deal site"]}, 99)
MONTH = "2025-09-01"
SHARES = {"share": 0.2345, "rest_share": 1.0, "customers": 1_234_567}
SALES = {"value": 12_345_678.0, "usual": 98_765.0, "change": 1.25}
CANDIDATES = [
    Candidate("leaving", (), SHARES | {"stake": 123_456_789.0, "then": 40}),
    Candidate("reorder", (LONG,), {"customers": 12_345, "days": 30.4}),
    Candidate("group", ("customer.favourite_colour_of_all", LONG), SHARES),
    Candidate("group", ("product", LONG), {**SHARES, "rest_share": 0.1}),
    Candidate(
        "pair",
        (LONG, LONG[::-1]),
        {"count": 9e4, "confidence": 1.0, "reverse_confidence": 0.9, "lift": 1234.5},
    ),
    Candidate("cohort", (MONTH,), SHARES, month=MONTH),
    Candidate(
        "month_return",
        (MONTH,),
        {"share": 0.2, "usual": 1.0, "buyers": 99},
        month=MONTH,
    ),
    *(
        Candidate(f"month_{what}", (MONTH,), SALES | {"change": change}, month=MONTH)
        for what in ("orders", "revenue")
        for change in (-0.25, 12.5)
    ),
    *(
        Candidate(
            "retention_trend",
            (side,),
            {"first": 0.333, "last": 1.0, "months": 24, "slope": 0.1},
        )
        for side in ("up", "down")
    ),
    *(
        Candidate("churn_trend", (side,), {"now": 0.041, "before": 0.052, "lost": 1e5})
        for side in ("up", "down")
    ),
    *(
        Candidate(
            "order_value_trend",
            (side,),
            {"now": 12_345_678.0, "before": 1_234_567.0, "months": 12},
        )
        for side in ("up", "down")
    ),
    Candidate(
        "value_fell",
        ("channel", LONG),
        {"now": 1e6, "before": 2e6, "change": -0.5, "rest_change": 0.1, "months": 12},
    ),
    Candidate("concentration", (), {"share": 0.4, "of": 0.1, "customers": 380}),
    Candidate("came_back", (), {"share": 0.6, "customers": 3800, "returned": 2280}),
    Candidate("next_order", (), {"days": 129, "until": 572}),
]


def bare(words: str) -> str:
    """As it is read: without what makes Markdown of it harmless."""
    return re.sub(r"\\(.)", r"\1", words).replace("\u2060", "")


@pytest.mark.parametrize("candidate", CANDIDATES, ids=lambda each: each.kind)
def test_each_sentence_is_short_has_a_number_and_is_safe(candidate):
    told = says.told(Finding(candidate, 0.01), TELLER)
    sentence, beside = told.sentence.words(TEXTS), told.beside.words(TEXTS)
    assert len(bare(sentence)) <= 80, bare(sentence)
    assert re.search(r"\d", sentence)
    for words in (sentence, beside):
        assert "{" not in words
        assert not re.search(r"(?<!\\)[*<\[]", words)


def test_products_whose_names_begin_alike_are_told_apart_by_how_they_end():
    def said(one, other):
        numbers = {"count": 9, "confidence": 1.0, "reverse_confidence": 0.9, "lift": 2}
        found = Candidate("pair", (one, other), numbers)
        words = says.told(Finding(found, 0.01), TELLER).sentence.words(TEXTS)
        return bare(words)

    clock = "ALARM CLOCK BAKELIKE"
    assert "…BAKELIKE GREEN with …CLOCK BAKELIKE RED:" in said(
        f"{clock} GREEN", f"{clock} RED"
    )
    assert "Tea with Cup:" in said("Tea", "Cup")
    words = said("JUMBO BAG PINK POLKADOT", "PINK REGENCY TEACUP AND SAUCER")
    assert words.startswith("JUMBO BAG PINK POL… with PINK REGENCY TEACU…:")
    endless = "x" * 40
    assert len(said(f"{endless}a", f"{endless}b")) <= 80


def test_every_kind_has_words_and_a_link():
    assert {each.kind for each in CANDIDATES} == {*says.TELLING}
    for kind in says.TELLING:
        assert f"overview.standing.{kind}" in TEXTS


def test_a_group_among_the_largest_is_shown_beside_them_else_by_itself():
    def view(value):
        found = Finding(Candidate("group", ("channel", value), SHARES), 0.01)
        return says.told(found, TELLER).view

    assert view("Deal site") == {"split": "channel", "group": "Deal site"}
    assert view("Rare") == {"customers": "channel", "value": "Rare"}


def links(app):
    """Page and view of each link of what stands out."""
    names = {TEXTS(f"overview.standing.{kind}") for kind in says.TELLING}
    found = []
    for each in app.get("page_link"):
        label = re.sub(r":green\[(.*)\]", r"\1", each.proto.label)
        if label in names:
            view = {k: v[0] for k, v in parse_qs(each.proto.query_string).items()}
            found.append((each.proto.page, view))
    return found


def sentences(app) -> list[str]:
    return [bare(each.value) for each in app.markdown if each.value.startswith("**")]


def test_the_sample_opens_with_its_stories_and_each_link_shows_what_it_says(sample):
    app = opened("overview", sample)
    assert sound(app)
    assert headings(app)[0] == TEXTS("overview.standing.title")
    said = " ".join(sentences(app))
    for story in (
        "Deal site: 23%",
        "Starter kit: 55%",
        "March 2025: 21%",
        "Hand grinder",
    ):
        assert story in said
    assert len(app.expander) >= 2
    for page, view in links(app):
        assert view.pop("d") == sample.id
        if page in ("lists", "baskets"):  # with tests of their own
            continue
        shown = opened(page, sample, **view)
        assert sound(shown)
        words = " ".join([*headings(shown), *figures(shown)])
        assert expected(view) <= {*re.findall(r"\d+%|[A-Z][a-z]+ [a-z]+", words)}, view


def expected(view) -> set[str]:
    """Shares and names that the page behind a link must show."""
    known = {"Deal site": "23%", "Starter kit": "55%", "Christmas gift tin": "11%"}
    if "group" in view:
        return {known[view["group"]]}
    return {"21%"} if view.get("cohort") == "2025-03-01" else set()


def figures(app) -> list[str]:
    """All that charts say: their marks, labels and alternative texts."""
    return [json.dumps(json.loads(each.proto.spec)) for each in app.get("plotly_chart")]


def test_where_groups_are_not_to_be_compared_no_sentence_is_of_one(sample):
    app = opened("overview", sample, customers="channel", value="Search")
    assert sound(app)
    assert not any("order again next month" in each for each in sentences(app))


def test_a_month_that_is_not_shown_is_not_told_of(sample):
    view = {"dates": "custom", "from": "2025-07-01", "to": "2026-06-18"}
    said = sentences(opened("overview", sample, **view))
    assert not any("March 2025" in each for each in said)
    assert any("Deal site" in each for each in said)


@pytest.mark.parametrize("kind", SHOPS)
def test_hardly_any_data_makes_no_claim(kind, data_folder):
    app = opened("overview", shop_of(SHOPS[kind]))
    assert sound(app)
    assert not any("order again" in each for each in sentences(app))
