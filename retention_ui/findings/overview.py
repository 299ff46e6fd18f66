"""What stands out, in words: a sentence, what it is held against, and where to look."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from retention_ui import filters
from retention_ui.findings.finding import Finding, named, rate_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from retention_core.findings import Candidate
    from retention_core.findings import Finding as Found
    from retention_ui.formats import Formats
    from retention_ui.texts import Texts

    Fields = dict[str, str | Finding]
    Groups = Mapping[str, list[str]]

LONGEST_DIMENSION, LONGEST_VALUE, LONGEST_PRODUCT = 14, 18, 19
LONGEST_REORDERED = 24
SIDE_BY_SIDE = 9
"""Groups that the page on cohorts holds beside each other: the largest."""
MOST_NAMED = 4
BEGUN_WITH = ("product", "category")


@dataclass(frozen=True)
class Told:
    """A finding in words.

    ``sentence`` and ``beside`` (the grey line below it), each with its number; the page
    that shows it, and what is chosen there, as in its address.
    """

    sentence: Finding
    beside: Finding
    page: str
    view: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Teller:
    """What telling needs beside a finding; ``groups`` are the page's."""

    texts: Texts
    formats: Formats
    groups: Groups
    days: int

    def dimension(self, by: str) -> str:
        """Name what customers are grouped by; a name from the data is made safe."""
        words = filters.dimension(self.texts, by)
        return named(words, LONGEST_DIMENSION, self.formats)

    def month(self, day: str) -> str:
        """Name the month that begins on an ISO date."""
        return self.formats.period_in_sentence(dt.date.fromisoformat(day))

    def view_of(self, by: str, value: str) -> dict[str, str]:
        """Lead to a group among others, or to its customers by themselves."""
        if value in self.groups.get(by, [])[:SIDE_BY_SIDE]:
            return {"split": by, "group": value}
        return {"customers": by, "value": value}


def told(found: Found, teller: Teller) -> Told:
    """Say what stands out."""
    return TELLING[found.kind](found, teller)


def _finding(key: str, fields: Fields, count: float = 1) -> Finding:
    return Finding(f"overview.{key}", fields, count)


def _leaving(found: Found, teller: Teller) -> Told:
    numbers, formats = found.candidate.numbers, teller.formats
    fields: Fields = {
        "n": formats.count(numbers["customers"]),
        "amount": formats.money(numbers["stake"], "about"),
    }
    beside: Fields = {
        "days": formats.days(teller.days),
        "share": formats.share(numbers["share"]),
        "rest": formats.share(numbers["rest_share"]),
    }
    sentence = _finding("leaving", fields, numbers["customers"])
    view = {"list": "valuable_leaving"}
    return Told(sentence, _finding("leaving_beside", beside), "lists", view)


def _reorder(found: Found, teller: Teller) -> Told:
    formats = teller.formats
    every = sorted(
        (found.candidate, *found.same), key=lambda each: -each.numbers["customers"]
    )
    most, total = every[0], sum(each.numbers["customers"] for each in every)
    product = named(most.subject[0], LONGEST_REORDERED, formats)
    fields: Fields = {
        "n": formats.count(total),
        "product": product,
        "most": formats.count(most.numbers["customers"]),
    }
    names = [formats.md(each.subject[0]) for each in every[:MOST_NAMED]]
    beside: Fields = {"names": ", ".join(names), "product": product}
    beside["days"] = formats.days(round(most.numbers["days"]))
    key = "reorder" if len(every) > 1 else "reorder_one"
    more = "reorder_more" if len(every) > MOST_NAMED else "reorder_beside"
    told_beside = _finding(more, beside)
    return Told(
        _finding(key, fields, total), told_beside, "lists", {"list": "due_reorder"}
    )


def _group(found: Found, teller: Teller) -> Told:
    candidate, formats = found.candidate, teller.formats
    by, value = candidate.subject
    numbers = candidate.numbers
    fields: Fields = {
        "dimension": teller.dimension(by),
        "name": named(value, LONGEST_VALUE, formats),
        "share": formats.share(numbers["share"]),
        "rest": formats.share(numbers["rest_share"]),
    }
    beside: Fields = {
        "n": formats.count(numbers["customers"]),
        "same": _same(found.same, teller),
    }
    side = "low" if numbers["share"] < numbers["rest_share"] else "high"
    sentence = _finding(f"group{_began(by)}", fields)
    return Told(
        sentence,
        _finding(f"group_{side}", beside),
        "cohorts",
        teller.view_of(by, value),
    )


def _began(by: str) -> str:
    """Those grouped by what they bought first began with it: words of their own."""
    return "_began" if by in BEGUN_WITH else ""


def _same(same: tuple[Candidate, ...], teller: Teller) -> str | Finding:
    """Say which month, else which group, is explained by another finding."""
    for each in sorted(same, key=lambda one: one.kind != "cohort"):
        if each.kind == "cohort":
            share = teller.formats.share(each.numbers["share"])
            month = teller.month(each.subject[0])
            return _finding("same_cohort", {"month": month, "share": share})
        if each.kind == "group":
            by, value = each.subject
            name = named(value, LONGEST_VALUE, teller.formats)
            fields: Fields = {"dimension": teller.dimension(by), "name": name}
            return _finding(f"same_group{_began(by)}", fields)
    return ""


def _pair(found: Found, teller: Teller) -> Told:
    candidate, formats = found.candidate, teller.formats
    numbers, (one, other) = candidate.numbers, candidate.subject
    if numbers["reverse_confidence"] > numbers["confidence"]:
        one, other = other, one
    fields: Fields = {
        **_side_by_side(one, other, formats),
        "lift": formats.ratio(numbers["lift"], 0 if numbers["lift"] >= 10 else 1),
    }
    beside: Fields = {
        "n": formats.count(numbers["count"]),
        "first": formats.md(one),
        "share": formats.share(
            max(numbers["confidence"], numbers["reverse_confidence"])
        ),
    }
    return Told(_finding("pair", fields), _finding("pair_beside", beside), "baskets")


def _side_by_side(one: str, other: str, formats: Formats) -> dict[str, str]:
    """Name two products; where both begin alike, by how their names end."""
    long, most = max(len(one), len(other)) > LONGEST_PRODUCT, LONGEST_PRODUCT - 1
    if not long or one[:most] != other[:most]:
        names = (named(each, LONGEST_PRODUCT, formats) for each in (one, other))
    else:
        names = (formats.md(_end(each)) for each in (one, other))
    return dict(zip(("first", "second"), names, strict=True))


def _end(name: str) -> str:
    if len(name) <= LONGEST_PRODUCT:
        return name
    tail = name[1 - LONGEST_PRODUCT :]
    whole = name[-LONGEST_PRODUCT] == " "
    return f"…{tail if whole else tail.partition(' ')[2] or tail}"


def _cohort(found: Found, teller: Teller) -> Told:
    numbers, formats = found.candidate.numbers, teller.formats
    month = found.candidate.subject[0]
    fields: Fields = {
        "month": teller.month(month),
        "share": formats.share(numbers["share"]),
        "rest": formats.share(numbers["rest_share"]),
    }
    beside: Fields = {"n": formats.count(numbers["customers"])}
    view = {"cohort": month}
    return Told(
        _finding("cohort", fields), _finding("cohort_beside", beside), "cohorts", view
    )


def _month_return(found: Found, teller: Teller) -> Told:
    numbers, formats = found.candidate.numbers, teller.formats
    month = found.candidate.subject[0]
    fields: Fields = {
        "month": teller.month(month),
        "share": formats.share(numbers["share"]),
        "usual": formats.share(numbers["usual"]),
    }
    beside: Fields = {"n": formats.count(numbers["buyers"])}
    sentence = _finding("month_return", fields)
    for each in found.same:
        if each.kind == "cohort" and each.subject[0] == month:
            beside["share"] = formats.share(each.numbers["share"])
            told_beside = _finding("month_return_new", beside)
            return Told(sentence, told_beside, "cohorts", {"cohort": month})
    return Told(sentence, _finding("month_return_beside", beside), "churn")


def _month_sales(found: Found, teller: Teller) -> Told:
    numbers, formats, kind = found.candidate.numbers, teller.formats, found.kind
    money = kind == "month_revenue"
    written: Callable[[float], str] = formats.count
    if money:
        written = _money(formats)
    side = "more" if numbers["change"] > 0 else "less"
    fields: Fields = {
        "month": teller.month(found.candidate.subject[0]),
        "value": written(numbers["value"]),
        "change": formats.share(abs(numbers["change"])),
    }
    beside: Fields = {"usual": written(numbers["usual"])}
    sentence = _finding(f"{kind}_{side}", fields)
    return Told(sentence, _finding("month_sales_beside", beside), "value")


def _retention_trend(found: Found, teller: Teller) -> Told:
    numbers, formats = found.candidate.numbers, teller.formats
    fields: Fields = {
        "first": formats.share(numbers["first"]),
        "last": formats.share(numbers["last"]),
        "months": formats.count(numbers["months"]),
    }
    sentence = _finding(f"retention_{found.candidate.subject[0]}", fields)
    beside: Fields = {"months": formats.count(numbers["months"])}
    return Told(sentence, _finding("retention_beside", beside), "cohorts", {"age": "1"})


def _churn_trend(found: Found, teller: Teller) -> Told:
    numbers, formats = found.candidate.numbers, teller.formats
    fields: Fields = {
        "now": rate_of(numbers["now"], formats),
        "before": rate_of(numbers["before"], formats),
    }
    beside: Fields = {"n": formats.count(numbers["lost"])}
    side = found.candidate.subject[0]
    return Told(
        _finding(f"churn_{side}", fields),
        _finding(f"churn_{side}_beside", beside),
        "churn",
    )


def _order_value(found: Found, teller: Teller) -> Told:
    numbers, formats = found.candidate.numbers, teller.formats
    fields: Fields = {
        "now": formats.money(numbers["now"]),
        "before": formats.money(numbers["before"]),
        "months": formats.count(numbers["months"]),
    }
    sentence = _finding(f"order_value_{found.candidate.subject[0]}", fields)
    return Told(sentence, _finding("order_value_beside", {}), "value")


def _value_fell(found: Found, teller: Teller) -> Told:
    candidate, formats = found.candidate, teller.formats
    numbers, (by, value) = candidate.numbers, candidate.subject
    fields: Fields = {
        "dimension": teller.dimension(by),
        "name": named(value, LONGEST_VALUE, formats),
        "share": formats.share(abs(numbers["change"])),
    }
    beside: Fields = {
        "now": formats.money(numbers["now"], "about"),
        "before": formats.money(numbers["before"], "about"),
        "months": formats.count(numbers["months"]),
        "rest": formats.change(numbers["rest_change"]),
    }
    view = {"customers": by, "value": value}
    return Told(
        _finding(f"value_fell{_began(by)}", fields),
        _finding("value_fell_beside", beside),
        "value",
        view,
    )


def _concentration(found: Found, teller: Teller) -> Told:
    numbers, formats = found.candidate.numbers, teller.formats
    fields: Fields = {"share": formats.share(numbers["share"])}
    beside: Fields = {
        "n": formats.count(numbers["customers"]),
        "of": formats.share(numbers["of"]),
    }
    view = {"list": "top_tenth"}
    sentence = _finding("concentration", fields)
    return Told(sentence, _finding("concentration_beside", beside), "lists", view)


def _came_back(found: Found, teller: Teller) -> Told:
    numbers, formats = found.candidate.numbers, teller.formats
    fields: Fields = {"share": formats.share(numbers["share"])}
    beside: Fields = {
        name: formats.count(numbers[name]) for name in ("returned", "customers")
    }
    sentence = _finding("came_back", fields)
    return Told(sentence, _finding("came_back_beside", beside), "value")


def _next_order(found: Found, teller: Teller) -> Told:
    numbers, formats = found.candidate.numbers, teller.formats
    fields: Fields = {name: formats.days(numbers[name]) for name in ("days", "until")}
    sentence = Finding("next_order.half", fields, numbers["days"])
    return Told(sentence, _finding("next_order_beside", {}), "churn")


def _money(formats: Formats) -> Callable[[float], str]:
    return lambda value: formats.money(value, "about")


TELLING: dict[str, Callable[[Any, Teller], Told]] = {
    "leaving": _leaving,
    "reorder": _reorder,
    "group": _group,
    "pair": _pair,
    "cohort": _cohort,
    "month_return": _month_return,
    "month_orders": _month_sales,
    "month_revenue": _month_sales,
    "retention_trend": _retention_trend,
    "churn_trend": _churn_trend,
    "order_value_trend": _order_value,
    "value_fell": _value_fell,
    "concentration": _concentration,
    "came_back": _came_back,
    "next_order": _next_order,
}
