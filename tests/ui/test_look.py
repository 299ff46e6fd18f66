"""The palettes: the same in the theme as in the figures, and readable."""

from __future__ import annotations

import re
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest

from retention_ui.figures import look as looks
from retention_ui.figures.look import (
    DARK,
    LIGHT,
    READABLE,
    base,
    cell_text,
    colour_at,
    colourscale,
    contrast,
    describe,
    faded,
    on,
    stretches,
)

CONFIG = tomllib.loads(
    (Path(__file__).parents[2] / ".streamlit" / "config.toml").read_text("utf-8")
)
BOTH = pytest.mark.parametrize("look", [LIGHT, DARK], ids=["light", "dark"])
SIDES = pytest.mark.parametrize(
    ("look", "theme"),
    [(LIGHT, CONFIG["theme"]["light"]), (DARK, CONFIG["theme"]["dark"])],
    ids=["light", "dark"],
)
SAME = {
    "backgroundColor": "page",
    "textColor": "ink",
    "linkColor": "accent",
    "greenColor": "accent",
    "redColor": "lost",
    "grayColor": "muted",
    "blueColor": "blue",
    "orangeColor": "amber",
    "violetColor": "soft_fill",
}
ON_PAGE = [("ink", 14), ("muted", 6), ("accent", 6), ("lost", 5.3), ("blue", 5.3)]
MARKS = ["soft_fill", "grey", "amber", "plum", "fill", "lost_fill"]


@SIDES
def test_theme_and_figures_have_the_same_colours(look, theme):
    assert {key: theme[key] for key in SAME} == {
        key: getattr(look, role) for key, role in SAME.items()
    }
    assert tuple(theme["chartSequentialColors"]) == look.scale
    series = [look.accent, look.lost, look.blue, look.amber, look.plum, look.grey]
    assert theme["chartCategoricalColors"] == series


@SIDES
def test_bands_are_the_series_seen_through(look, theme):
    for role, key in (("band", "greenColor"), ("lost_band", "redColor")):
        numbers = re.findall(r"[\d.]+", getattr(look, role))
        solid = [int(theme[key][place : place + 2], 16) for place in (1, 3, 5)]
        assert [int(number) for number in numbers[:3]] == solid
        assert 0 < float(numbers[3]) < 0.2


@BOTH
@pytest.mark.parametrize(("role", "least"), ON_PAGE)
def test_words_are_readable_on_the_page(look, role, least):
    assert contrast(getattr(look, role), look.page) >= least
    assert contrast(getattr(look, role), look.raised) >= READABLE


@BOTH
@pytest.mark.parametrize("role", MARKS)
def test_marks_stand_out_from_the_page(look, role):
    assert contrast(getattr(look, role), look.page) >= 3


@SIDES
def test_chips_and_headers_are_readable(look, theme):
    for name in ("green", "red", "gray", "blue", "yellow"):
        words, ground = theme[f"{name}TextColor"], theme[f"{name}BackgroundColor"]
        assert contrast(words, ground) >= READABLE
    header = theme["dataframeHeaderBackgroundColor"]
    assert contrast(theme["dataframeHeaderTextColor"], header) >= READABLE
    assert contrast("#FFFFFF", theme["primaryColor"]) >= READABLE


@BOTH
def test_numbers_are_readable_on_every_heatmap_colour(look):
    grounds = [colour_at(look.scale, step / 299) for step in range(300)]
    assert min(contrast(on(look, ground), ground) for ground in grounds) >= READABLE


@BOTH
def test_words_are_readable_on_the_ledgers_pieces(look):
    for role in ("fill", "soft_fill", "blue", "amber", "lost_fill"):
        ground = getattr(look, role)
        assert contrast(on(look, ground), ground) >= READABLE


def test_contrast_is_that_of_wcag():
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#FFFFFF", "#FFFFFF") == 1
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.478, abs=0.001)


@BOTH
def test_a_scale_passes_through_its_stops(look):
    for share, colour in colourscale(look):
        assert colour_at(look.scale, share) == colour
    assert colour_at(look.scale, -3) == look.scale[0]
    assert colour_at(look.scale, 7) == look.scale[-1]
    assert colour_at(["#000000", "#102030"], 0.5) == "#081018"


def test_faded_keeps_the_colour():
    assert faded("#086C68", 0.35) == "rgba(8,108,104,0.35)"


@pytest.mark.parametrize(
    ("flags", "runs"),
    [
        ([], []),
        ([False], []),
        ([True], [(0, 0)]),
        ([True, True, False, True], [(0, 1), (3, 3)]),
    ],
)
def test_stretches(flags, runs):
    assert stretches(flags) == runs


@BOTH
def test_cells_of_one_colour_share_a_trace(look):
    figure = base(look, 100)
    cell_text(figure, [("a", "x", "1"), ("b", "x", "2")], ["#FFFFFF", "#000000"])
    cell_text(figure, [("c", "x", "3"), ("d", "x", "4")], ["#FFFFFF", "#FFFFFF"])
    assert [list(trace.text) for trace in figure.data] == [["1"], ["2"], ["3", "4"]]
    assert all(trace.hoverinfo == "skip" for trace in figure.data)


def test_the_alt_text_travels_with_the_figure():
    figure = describe(base(LIGHT, 100), "What it shows.")
    assert figure.layout.meta["alt"] == "What it shows."


def test_both_palettes_fill_every_role():
    for role in fields(looks.Look):
        assert getattr(LIGHT, role.name)
        assert getattr(DARK, role.name)
