"""Sections of the cohort page: groups of customers beside each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from retention_core import groups, measures, periods, slices
from retention_core.intervals import CLEAR, ENOUGH_CUSTOMERS
from retention_ui import blocks, filters, header, inputs, queries
from retention_ui.figures import cohorts as figures
from retention_ui.figures.frames import Row, records
from retention_ui.figures.measured import Measured
from retention_ui.findings import groups as findings
from retention_ui.formats import short
from retention_ui.parts import common
from retention_ui.parts.cohorts import Choices, keep_within, measured_of
from retention_ui.parts.over_time import apart, kinds, measured_at

if TYPE_CHECKING:
    import pandas as pd

    from retention_ui.page import Page

MOST_AGES = 12


@dataclass(frozen=True)
class Compared:
    """Groups by age, all pairs at one age, and the pair that is looked at."""

    by: str
    shown: Measured
    age: int
    ages: pd.DataFrame
    pairs: pd.DataFrame
    pair: Row | None

    @property
    def clear(self) -> bool:
        """Whether the two differ beyond chance."""
        return self.pair is not None and self.pair["adjusted_p_value"] <= CLEAR

    @property
    def at_age(self) -> pd.DataFrame:
        """The largest groups at the age."""
        found = self.ages[self.ages["period"] == self.age]
        return found.head(groups.MOST_GROUPS)

    def names(self, page: Page) -> dict[str, str]:
        """Return the words in the figures for groups that are not names."""
        if slices.since(self.by) is None:
            return {}
        return {each: page(f"groups.{each}") for each in (slices.BEFORE, slices.AFTER)}


def compare(page: Page, chosen: Choices) -> None:
    """Hold groups of customers beside each other, two of them closely."""
    if chosen.by is None:
        return
    with blocks.controls():
        found = _compared(page, chosen, chosen.by)
    if found is None:
        common.nothing_matches(page)
        return
    grid = st.grid(2, min_column_width=330, gap=("medium", "medium"))
    with grid.cell():
        _two(page, found, chosen.columns)
    with grid.cell():
        _all(page, chosen, found)
    if len(found.pairs) > 1:
        _pairs(page, found)


def _compared(page: Page, chosen: Choices, by: str) -> Compared | None:
    """Draw the controls; return what they ask for, none where nothing is left."""
    names = {str(each): page.scope.option("compared", each) for each in groups.MEASURES}
    measure = inputs.choice(page.scope, "compared", list(names), names=names, width=230)
    shown = Measured(_measure(measure), chosen.grain)
    ages = _ages(page, chosen, by, shown)
    if ages.empty:
        return None
    last = max(1, int(ages["period"].max()))
    age = inputs.number(page.scope, "age", 1, (1, last))
    pairs = groups.pairs(ages, measure=_measure(measure), age=age)
    return Compared(by, shown, age, ages, pairs, _pair(page, by, pairs))


def _measure(written: str) -> groups.Measure:
    return next(each for each in groups.MEASURES if each == written)


def _ages(page: Page, chosen: Choices, by: str, shown: Measured) -> pd.DataFrame:
    """Return the groups by age, of the cohorts that are shown."""
    view = page.view
    first = periods.first_day(view.first, chosen.grain) if view.first else None
    found: pd.DataFrame = queries.ask(
        page.shop,
        "groups",
        by=by,
        measure=shown.measure,
        grain=chosen.grain,
        first=first.isoformat() if first else None,
        last=view.last.isoformat() if view.last else None,
        without_first=chosen.without_first,
    )
    return found


def _pair(page: Page, by: str, pairs: pd.DataFrame) -> Row | None:
    """Let the user choose two groups: at first those that differ most clearly.

    Where none differ these are the two largest. The higher one comes first.
    """
    if pairs.empty:
        return None
    sizes = pairs[["group", "customers"]].to_numpy().tolist()
    sizes += pairs[["other", "other_customers"]].to_numpy().tolist()
    largest = [name for name, _ in sorted(sizes, key=lambda each: -each[1])]
    names = list(dict.fromkeys(largest))
    first = records(pairs)[0]
    default = (first["group"], first["other"])
    if first["adjusted_p_value"] > CLEAR:
        default = (names[0], names[1])
    words = {name: short(common.valued(page, by, name)) for name in names}
    one = _chosen(page, "group", words, default[0])
    rest = {name: each for name, each in words.items() if name != one}
    other = _chosen(page, "other", rest, default[default[0] == one])
    found = next(r for r in records(pairs) if {r["group"], r["other"]} == {one, other})
    return found if found["difference"] >= 0 else turned(found)


def _chosen(page: Page, field: str, names: dict[str, str], default: str) -> str:
    if default not in names:
        default = next(iter(names))
    keep_within(page, field, list(names), default)
    return inputs.choice(page.scope, field, list(names), default, names=names)


def turned(pair: Row) -> Row:
    """The same pair, the other group first."""
    turned = {
        **pair,
        "difference": -pair["difference"],
        "low": -pair["high"],
        "high": -pair["low"],
    }
    for name in ("group", "customers", "value"):
        other = "other" if name == "group" else f"other_{name}"
        turned[name], turned[other] = pair[other], pair[name]
    return turned


def _two(page: Page, found: Compared, columns: int) -> None:
    """Draw the two groups by age, all others in grey, and say how they differ."""
    name = found.shown.ages([found.age], page.texts)[0]
    finding = findings.difference(
        found.pair, (found.shown, name), _spoken(page, found), page.formats
    )
    largest = list(dict.fromkeys(found.ages["group"]))[: groups.MOST_GROUPS]
    figure = figures.slices_lines(
        found.ages[found.ages["group"].isin(largest)],
        *page.drawing,
        pair=(found.pair["group"], found.pair["other"]) if found.pair else None,
        clear=found.clear,
        names=found.names(page),
        shown=found.shown,
        age=found.age,
        columns=max(min(columns, MOST_AGES), found.age),
    )
    page.section(
        "two_groups",
        finding.words(page.texts),
        figure,
        table=found.ages.drop(columns="squares"),
        kinds=kinds(found.shown),
        told=_told(page, found, name),
        corrected=page(
            "groups.corrected",
            count=max(len(found.pairs), 1),
            n=page.formats.count(len(found.pairs)),
        )
        if found.pair
        else "",
        split=_split(page, found.by),
    )


def _all(page: Page, chosen: Choices, found: Compared) -> None:
    """Draw all groups at the age."""
    everyone = measures.average(measured_of(page, chosen, found.shown))
    summed = everyone.loc[everyone["period"] == found.age, "value"].dropna()
    overall = float(summed.iloc[0]) if len(summed) else None
    what = measured_at(page, found.shown, found.age)
    written = "—" if overall is None else found.shown.value(overall, page.formats)
    page.section(
        "all_groups",
        page("groups.rows", what=what),
        figures.slice_rows(
            found.at_age,
            *page.drawing,
            pair=(found.pair["group"], found.pair["other"]) if found.pair else None,
            clear=found.clear,
            names=found.names(page),
            shown=found.shown,
            overall=overall,
        ),
        table=found.at_age.drop(columns="squares"),
        kinds=kinds(found.shown),
        overall=written,
        what=what,
    )


def _pairs(page: Page, found: Compared) -> None:
    """List every pair with its difference."""
    formats, shown = page.formats, found.shown
    frame = found.pairs.assign(
        group=[short(common.valued(page, found.by, g)) for g in found.pairs["group"]],
        other=[short(common.valued(page, found.by, g)) for g in found.pairs["other"]],
        difference=[apart(page, shown, d) for d in found.pairs["difference"]],
        interval=[
            page(
                "groups.span",
                low=_bare(page, shown, each["low"]),
                high=apart(page, shown, each["high"]),
            )
            for each in records(found.pairs)
        ],
        adjusted_p_value=[formats.p_value(p) for p in found.pairs["adjusted_p_value"]],
        **{
            side: [shown.value(float(each), formats) for each in found.pairs[side]]
            for side in ("value", "other_value")
        },
    )
    names = ("group", "other", "value", "other_value", "difference", "interval")
    listing = common.Listing(
        frame=frame,
        columns={
            **{name: page(f"pairs.{name}") for name in (*names, "adjusted_p_value")},
            **{
                name: st.column_config.NumberColumn(
                    page(f"pairs.{name}"), format="localized"
                )
                for name in ("customers", "other_customers")
            },
        },
        rows=lambda: found.pairs,
        kinds=kinds(shown),
        note=page(
            "notes.pairs",
            least=formats.count(ENOUGH_CUSTOMERS),
            age=shown.ages([found.age], page.texts)[0],
        ),
        asked={"by": found.by, "measure": shown.measure, "age": found.age},
    )
    title = findings.told_apart(found.pairs, formats).words(page.texts)
    common.listed(page, "pairs", title, listing)
    if term := page.term("pairs"):
        header.glossary_link(page.texts, term)


def _spoken(page: Page, found: Compared) -> tuple[str, str]:
    """The words for the two groups; of before and after a day that day, twice."""
    day = slices.since(found.by)
    if day is not None:
        return (page.formats.date(day),) * 2
    return (found.pair["group"], found.pair["other"]) if found.pair else ("", "")


def _told(page: Page, found: Compared, age: str) -> str:
    """Say both values, how many customers, the difference and its p value."""
    pair, formats, shown = found.pair, page.formats, found.shown
    if pair is None:
        least = formats.count(ENOUGH_CUSTOMERS)
        return page("groups.too_few", least=least, age=age)
    best, worst = (
        formats.md(short(common.valued(page, found.by, pair[side])))
        for side in ("group", "other")
    )
    key = "groups.told" if shown.unit == "share" else "groups.told_money"
    return page(
        key,
        best=best,
        best_value=shown.value(pair["value"], formats),
        n=formats.count(pair["customers"]),
        worst=worst,
        worst_value=shown.value(pair["other_value"], formats),
        m=formats.count(pair["other_customers"]),
        p=formats.p_value(pair["adjusted_p_value"]),
        low=_bare(page, shown, pair["low"]),
        **{end: apart(page, shown, pair[end]) for end in ("difference", "high")},
    )


def _split(page: Page, by: str) -> str:
    """Say what the groups are."""
    if slices.since(by) is not None:
        return page("groups.of_since")
    kind = "customer" if by.startswith(slices.ATTRIBUTE) else "order"
    words = filters.dimension(page.texts, by).lower()
    if kind == "order":
        words = (
            page.texts(f"cohorts.groups.{by}") if by in slices.LINE_COLUMNS else words
        )
    return page(f"groups.of_{kind}", dimension=page.formats.md(words))


def _bare(page: Page, shown: Measured, value: float) -> str:
    """Write the lower end of an interval: its unit stands behind the upper one."""
    if shown.unit == "share":
        return page.formats.points(value)
    return apart(page, shown, value)
