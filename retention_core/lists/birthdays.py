"""Customers whose birthday is near, however the list of customers writes it."""

from __future__ import annotations

import datetime as dt
from calendar import isleap
from typing import TYPE_CHECKING, Any, NamedTuple

import ibis
import pandas as pd

from retention_core.ingest.months import BY_LANGUAGE, fold
from retention_core.lists.asked import Asked, listed

if TYPE_CHECKING:
    import ibis.expr.types as ir

COLUMN = "birthday"
AHEAD = 30
BEFORE = 7
OLDEST = 1905
FILLER, FILLED = 0.05, 10
# So many cells the other way round, at most, or the order of the column is not known.
MIXED = 0.1
_APART = r"[\s.,/()\-0-9]"
DAYS = {"birthday_on": "date", "month": "int64", "day": "int64"}


class Written(NamedTuple):
    """How a shop writes birthdays.

    ``fillers``: texts that stand for none; ``days``, ``months``: cells that can only
    have the day first, or only the month.
    """

    fillers: list[str]
    days: int
    months: int


def learned(asked: Asked) -> dict[str, Any] | None:
    """How this shop writes them (:class:`Written`); None where it has none."""
    orders, known = asked.orders, asked.orders.customers
    if known is None or COLUMN not in known.columns:
        return None
    rows = _cells(known.select("customer_id", COLUMN))
    every = rows.mutate(all=rows.count().over(ibis.window()))
    same = every.group_by("text", "all").agg(same=every.count())
    filled = (same.same >= FILLED) & (same.same >= FILLER * same["all"])
    fillers = orders.run(same.filter(filled).order_by("text"))["text"].tolist()
    kept = rows.filter(rows.text.notin(fillers)) if fillers else rows
    sides = _sides(_parts(kept))
    sums = {"days": sides.by_day, "months": sides.by_month}
    ints = {name: each.cast("int64").sum().fill_null(0) for name, each in sums.items()}
    row = orders.run(sides.agg(**ints)).iloc[0]
    return Written(fillers, int(row["days"]), int(row["months"]))._asdict()


def birthday(asked: Asked) -> ir.Table:
    """Customers with a birthday in the 30 days after ``as_of``.

    From the column ``birthday`` of the customers' list, as :func:`day_of_year` reads
    it; who was born on 29 February has it on the 28th in other years. Own column:
    ``birthday_on`` (date), the next. ``act_on``: a week before it, or now where that
    has passed. Nobody where the list has no such column.
    """
    people, known = asked.people, asked.orders.customers
    tomorrow = asked.tomorrow
    if known is None or COLUMN not in known.columns:
        none = people.filter(ibis.literal(False)).mutate(birthday_on=people.last_order)
        return listed(none, "birthday_on", act_on=tomorrow)
    given = asked.known("birthdays", learned)
    written = None if given is None else Written(**given)
    cells = known.select("customer_id", COLUMN)
    read = day_of_year(cells, last_year=tomorrow.year, written=written)
    near = read.join(ibis.memtable(calendar(tomorrow), schema=DAYS), ["month", "day"])
    first = near.group_by("customer_id").agg(birthday_on=near.birthday_on.min())
    joined = people.join(first, "customer_id")
    before = (joined.birthday_on - ibis.interval(days=BEFORE)).cast("date")
    act_on = ibis.greatest(before, ibis.literal(tomorrow))
    return listed(joined, "birthday_on", act_on=act_on)


def calendar(first: dt.date) -> pd.DataFrame:
    """The birthdays of the 30 days from ``first``: ``birthday_on, month, day``."""
    days = [first + dt.timedelta(days=k) for k in range(AHEAD)]
    rows = [(day, day.month, day.day) for day in days]
    rows += [
        (day, 2, 29)
        for day in days
        if (day.month, day.day) == (2, 28) and not isleap(day.year)
    ]
    return pd.DataFrame(rows, columns=[*DAYS])


def day_of_year(
    table: ir.Table, *, last_year: int, written: Written | None = None
) -> ir.Table:
    """``customer_id, month, day`` of each customer whose ``birthday`` can be read.

    Dates in figures or with the month's name in any of the languages of ingest, with
    the year first, last, of two figures, or without; times are passed over. Whether
    the day or the month comes first tell the cells that can be only one; where there is
    none, 14.3. is a day first, 3/4 is not known. Years before 1905 or after
    ``last_year`` are nobody's, and one date that a twentieth of the cells hold, and at
    least 10, stands for none. ``written``: what all cells bear out, where it is known
    already, and the table perhaps has not all.
    """
    rows = _cells(table)
    if written is None:
        same = rows.count().over(ibis.window(group_by=rows.text))
        rows = rows.mutate(same=same, all=rows.count().over(ibis.window()))
        filled = (rows.same >= FILLED) & (rows.same >= FILLER * rows.all)
    else:
        filled = rows.text.isin(written.fillers)
    placed = _by_evidence(_sides(_parts(rows.filter(~filled))), written)
    valid = placed.month.between(1, 12) & placed.day.between(1, 31)
    born = placed.year.isnull() | placed.year.between(OLDEST, last_year)
    return placed.filter(valid & born).select("customer_id", "month", "day")


def _cells(table: ir.Table) -> ir.Table:
    text = table[COLUMN].cast("string").lower()
    return table.select("customer_id", text=text).filter(ibis._.text.notnull())


def _parts(rows: ir.Table) -> ir.Table:
    """The figures of each cell, ``a, b, c`` as they come, and the month it names."""
    text = rows.text
    compact = text.re_extract(r"^\s*((?:19|20)\d{2})(\d{2})(\d{2})\s*$", 0)
    plain = (compact != "").ifelse(
        text.re_replace(r"^\s*(\d{4})(\d{2})(\d{2})\s*$", r"\1-\2-\3"), text
    )
    three = r"^\D*(\d{1,4})(?:\D+(\d{1,4}))?(?:\D+(\d{1,4}))?"
    return rows.select(
        "customer_id",
        text=plain,
        a=_number(plain, three, 1),
        b=_number(plain, three, 2),
        c=_number(plain, three, 3),
        alone=_number(plain, r"(?:^|\D)(\d{1,2})(?:\D|$)", 1),
        full=_number(plain, r"(?:^|\D)(\d{4})(?:\D|$)", 1),
        named=_named(plain),
    )


def _sides(parts: ir.Table) -> ir.Table:
    """Tell of each cell whether only the day can come first, or only the month."""
    text, a, b, c = parts.text, parts.a, parts.b, parts.c
    year_first = (a > 31) & c.notnull()
    # --03-14, 3月14日, and with the year before them.
    month_first = text.re_search(r"^\s*--|月|월")
    open_order = parts.named.isnull() & ~year_first & ~month_first
    return parts.mutate(
        by_day=(open_order & (a > 12) & (b <= 12)).fill_null(False),
        by_month=(open_order & (b > 12) & (a <= 12) & (b <= 31)).fill_null(False),
        year_first=year_first,
        month_first=month_first,
    )


def _by_evidence(parts: ir.Table, written: Written | None) -> ir.Table:
    """``customer_id, year, month, day``, by the order that the column bears out."""
    text, a, b, c = parts.text, parts.a, parts.b, parts.c
    by_day, by_month = parts.by_day, parts.by_month
    year_first, month_first = parts.year_first, parts.month_first
    if written is None:
        days, months = (
            each.cast("int64").sum().over(ibis.window()) for each in (by_day, by_month)
        )
    else:
        days, months = (ibis.literal(each) for each in written[1:])
    points = text.re_search(r"^\s*\d{1,2}\.\s*\d{1,2}(\.|$)")
    day_first = ibis.cases(
        (by_day, True),
        (by_month, False),
        (days * MIXED >= ibis.greatest(months, 1) * 1.0, True),
        (months * MIXED >= ibis.greatest(days, 1) * 1.0, False),
        ((days > 0) & (months == 0), True),
        ((months > 0) & (days == 0), False),
        ((days + months == 0) & points, True),
        (a == b, True),
    )
    month = ibis.cases(
        (parts.named.notnull(), parts.named),
        (year_first, b),
        (month_first, a),
        (day_first, b),
        (~day_first, a),
    )
    day = ibis.cases(
        (parts.named.notnull(), parts.alone),
        (year_first, c),
        (month_first, b),
        (day_first, a),
        (~day_first, b),
    )
    return parts.select("customer_id", year=parts.full, month=month, day=day)


def _number(text: ir.StringValue, pattern: str, group: int) -> ir.IntegerValue:
    found = text.re_extract(pattern, group)
    return (found == "").ifelse(ibis.null("string"), found).cast("int64")


def _named(text: ir.StringValue) -> ir.IntegerValue:
    """The month whose name stands in a cell, null without; not of several."""
    cases = []
    for number, names in sorted(_names().items()):
        words = "|".join(sorted(names))
        pattern = f"(^|{_APART})({words})({_APART}|$)"
        cases.append((text.re_search(pattern), number))
    return ibis.cases(*cases).cast("int64")


def _names() -> dict[int, set[str]]:
    """The names of each month, with accents and without; those of two months go."""
    places: dict[str, set[int]] = {}
    for months in BY_LANGUAGE.values():
        for number, words in enumerate(months, start=1):
            for word in words.split():
                for each in (word.lower(), fold(word)):
                    places.setdefault(each, set()).add(number)
    found: dict[int, set[str]] = {number: set() for number in range(1, 13)}
    for word, numbers in places.items():
        if len(numbers) == 1:
            found[min(numbers)].add(word)
    return found
