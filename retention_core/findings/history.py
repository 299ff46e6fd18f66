"""The two tables that most findings come from, each worked out once."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis

from retention_core import engine, mix, periods, slices
from retention_core.slices import first_value

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    import ibis.expr.types as ir

    from retention_core.orders import Orders

SPANS = (12, 6, 3)


@dataclass(frozen=True)
class Span:
    """The last complete months, and as many before them."""

    months: int
    before: dt.date
    since: dt.date
    until: dt.date


@dataclass(frozen=True)
class Histories:
    """Tables of one shop, held in the engine.

    Attributes
    ----------
    days
        A row a known customer and day with a purchase: ``customer_id, day, month,
        amount, number`` (1 for the first), ``first`` (day), ``next`` (day, or null).
    people
        A row a known customer: ``customer_id, cohort`` (month), ``returned`` (ordered
        in the month after it: 0 or 1), ``now, before`` (revenue in the two halves of
        ``span``), and the dimensions under the names in ``columns``.
    columns
        The column of each dimension.
    """

    days: ir.Table
    people: ir.Table
    columns: dict[str, str]
    span: Span | None


@contextmanager
def histories(orders: Orders) -> Iterator[Histories]:
    """Work both tables out; they are gone afterwards."""
    span = recent(orders)
    with engine.held(_days(orders), orders.backend) as days:
        columns = {name: f"d{i}" for i, name in enumerate(slices.dimensions(orders))}
        people = _people(orders, days, columns, span)
        with engine.held(people, orders.backend) as held:
            yield Histories(days, held, columns, span)


def recent(orders: Orders) -> Span | None:
    """The last twelve, six or three complete months that have as many before them."""
    since, until = mix.last_months(orders)
    first = orders.first_day
    for months in SPANS:
        since = periods.following(until, "month", -months)
        before = periods.following(since, "month", -months)
        if before >= first.replace(day=1):
            return Span(months, before, since, until)
    return None


def follows(rows: ir.Table) -> ir.BooleanValue:
    """Whether the next order of a row of ``days`` lies in the month after its own."""
    next_month = periods.start_of(rows.next, "month")
    return periods.boundaries_between(rows.month, next_month, "month") == 1


def last_of_month(rows: ir.Table) -> ir.BooleanValue:
    """Whether a row of ``days`` is the customer's last of its month."""
    return rows.next.isnull() | (periods.start_of(rows.next, "month") > rows.month)


def _days(orders: Orders) -> ir.Table:
    days = orders.purchase_days
    own = ibis.window(group_by=days.customer_id, order_by=days.day)
    return days.mutate(
        month=periods.start_of(days.day, "month"),
        number=ibis.row_number().over(own) + 1,
        first=days.day.min().over(ibis.window(group_by=days.customer_id)),
        next=days.day.lead().over(own),
    )


def _people(
    orders: Orders, days: ir.Table, columns: dict[str, str], span: Span | None
) -> ir.Table:
    opening = days.month == periods.start_of(days["first"], "month")
    came = opening & last_of_month(days) & follows(days)
    sums = {"now": ibis.literal(0.0), "before": ibis.literal(0.0)}
    if span is not None:
        inside = {
            "now": (days.day >= span.since) & (days.day < span.until),
            "before": (days.day >= span.before) & (days.day < span.since),
        }
        sums = {
            name: ibis.ifelse(each, days.amount, 0.0).sum()
            for name, each in inside.items()
        }
    people = days.group_by("customer_id").agg(
        cohort=days.month.min(),
        returned=ibis.ifelse(came.fill_null(False), 1, 0).max(),
        **sums,
    )
    return _with_dimensions(orders, people, columns)


def _with_dimensions(
    orders: Orders, people: ir.Table, columns: dict[str, str]
) -> ir.Table:
    """Those of the first order that ingest wrote in one join, the others each."""
    known = orders.firsts
    stored: list[str] = []
    if known is not None:
        stored = [name for name in columns if name in known.columns]
        first = known.select("customer_id", **{columns[n]: known[n] for n in stored})
        people = people.left_join(first, "customer_id").drop("customer_id_right")
    for name, column in columns.items():
        if name not in stored:
            value = first_value(orders, name).rename({column: "value"})
            people = people.left_join(value, "customer_id").drop("customer_id_right")
    return people.mutate(**{c: people[c].cast("string") for c in columns.values()})
