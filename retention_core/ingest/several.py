"""What the files of one upload are to each other: parts, sums, versions, shops."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from retention_core.ingest import detect, layouts, staging, systems
from retention_core.ingest.model import SheetAnswers

if TYPE_CHECKING:
    from collections.abc import Iterable

    from duckdb import DuckDBPyConnection

    from retention_core.ingest.model import Answers, Detection, RawSheet

PEOPLE = ("customer_id", "email", "phone")
MONEY = ("amount", "unit_price", "order_total")
HALF = 0.5
UNIQUE = 0.98
ALIKE = 0.9


@dataclass(frozen=True)
class Upload:
    """All sheets of one upload, and what is said of them."""

    con: DuckDBPyConnection
    sheets: list[RawSheet]
    found: list[Detection]
    answers: Answers

    def typed(self, number: int, found: Detection | None = None) -> str:
        """SQL of the rows of a sheet: ``number, moment, person, money`` and more."""
        detection = found or self.found[number]
        ways = staging.Ways(self.answers.time_zone, None, (), dt.date.today())
        raw = layouts.lay_out(self.con, self.sheets[number], detection, number)
        return staging.type_cells(detection, ways, raw).query

    def numbers(self, number: int, found: Detection | None = None) -> str:
        """Make a table of a sheet's order numbers, and return its name.

        Columns: ``number, rows, day, days, person, people, money``; ``day`` is the
        first of ``days``.
        """
        name = f"numbers_{number}"
        self.con.execute(
            f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT "
            "ltrim(number, '#') AS number, count(*) AS rows, "
            "min(moment::DATE) AS day, count(DISTINCT moment::DATE) AS days, "
            "any_value(person) AS person, count(DISTINCT person) AS people, "
            f"round(sum(money), 2) AS money FROM ({self.typed(number, found)}) "
            "WHERE number IS NOT NULL GROUP BY ALL"
        )
        return name

    def one(self, query: str) -> tuple[int, ...]:
        """The only row of an answer, its nulls as 0."""
        return tuple(each or 0 for each in self.con.execute(query).fetchall()[0])

    @cached_property
    def free(self) -> list[int]:
        """The sheets whose role the user has not named, nor a known system."""
        return [
            number
            for number, each in enumerate(self.found)
            if each.system is None
            and each.rows
            and self.answers.sheets.get(each.key, SheetAnswers()).role is None
        ]

    def as_orders(self, number: int) -> Detection:
        """What a sheet would be as one of orders."""
        each = self.found[number]
        if each.role == "orders":
            return each
        said = self.answers.sheets.get(each.key, SheetAnswers())
        sheets = self.answers.sheets | {each.key: replace(said, role="orders")}
        asked = replace(self.answers, sheets=sheets)
        told = detect.detect(self.con, self.sheets[number], asked)
        return replace(told, preview=each.preview)


def lacks(detection: Detection) -> set[str]:
    """What of day, customer and money a sheet of orders does not say."""
    have = {*layouts.fields(detection)}
    missing = set() if "ordered_at" in have else {"day"}
    missing |= set() if have & {*PEOPLE} else {"customer"}
    return missing | (set() if have & {*MONEY} else {"money"})


def has_goods(detection: Detection) -> bool:
    """Whether rows say what was sold."""
    return bool({"product", "sku"} & {*layouts.fields(detection)})


def alone(detections: Iterable[Detection]) -> list[Detection]:
    """Mark the items of known systems whose orders are in no file of the upload."""
    return [
        replace(each, orders_missing=True)
        if each.role == "orders"
        and "orders_in" in systems.of(each)
        and not each.orders_in
        and lacks(each) & {"day", "money"}
        else each
        for each in detections
    ]
