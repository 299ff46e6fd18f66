"""How the unseen files are drawn and written; knows nothing of the program."""

from __future__ import annotations

import csv
import datetime as dt
import io
import random
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

import openpyxl

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

D = Decimal
CENT = D("0.01")
ZERO = D(0)


@dataclass(frozen=True)
class Truth:
    """What a careful human reads from the file.

    Attributes
    ----------
    columns
        Field → header as printed. Fields: ``customer_id, email, phone,
        customer_name`` (who bought; a name only where nothing better is there),
        ``order_id, ordered_at, order_time, product, sku, category, quantity,
        unit_price, amount`` (the line's), ``order_total, discount, order_discount,
        shipping, tax, refund_amount, currency, status, store, country, channel``.
        Only what matters is named; a column that is not named may go anywhere but
        to a field that is.
    customers, orders, lines
        How many different ones; orders with refunds count, refunds alone do not;
        ``lines`` counts sale and refund lines that are used. ``customers`` is
        ``None`` where the file names nobody.
    net
        Sum of net revenue over all used lines, to the cent.
    amount
        Where ``net`` comes from: headers joined by `` × ``, `` − `` and `` + ``.
    per_order
        The formula gives the money of an order (standing on its first row, or
        repeated), not of the line.
    also_right
        Other sums that are right as long as the program says what is left in
        (tax, shipping).
    currency
        As the file tells; ``None``: it does not, to be asked once.
    day_first
        ``None`` where dates need no such decision (ISO, year first, month names,
        real dates of a workbook).
    decimal
        "." or ","; "" for numbers that are numbers or whole.
    questions
        What a careful human would have to ask too: ``currency, day_first, decimal,
        amount_column, amount_repeats, giant_key, customer_column, order_column``.
        Asking these is no fault, asking others is a correction too many.
    refused
        Not blank: the file cannot be used, and this is why.
    rows, aside
        Rows below the header; those of them that are no sale (totals, blank,
        cancelled, groups).
    encoding, delimiter, header, sheet
        How to read it; ``header`` is the number of the (last) header row, 0: none.
    written
        The ``strptime`` form of the dates; "" for real dates, "%serial" for Excel's.
    skip
        Header → values whose rows do not count.
    guests
        Words that stand for nobody in the customer column.
    plain
        The self-test can work the figures out row by row.
    """

    columns: dict[str, str]
    customers: int | None
    orders: int
    lines: int
    net: Decimal
    amount: str
    currency: str | None = None
    day_first: bool | None = None
    decimal: str = "."
    questions: frozenset[str] = frozenset()
    per_order: bool = False
    also_right: tuple[Decimal, ...] = ()
    refused: str = ""
    rows: int = 0
    aside: int = 0
    encoding: str = "utf-8"
    delimiter: str = ","
    header: int = 1
    sheet: str | None = None
    written: str = "%Y-%m-%d"
    skip: dict[str, set[str]] = field(default_factory=dict)
    plain: bool = True
    guests: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Case:
    """Files as a shop has them (one, or several to be loaded at once)."""

    name: str
    files: dict[str, bytes]
    truth: Truth


@dataclass(frozen=True)
class Line:
    """Product by its place in the list, quantity, unit price, discount in money."""

    product: int
    quantity: int
    price: Decimal
    off: Decimal = ZERO

    @property
    def gross(self) -> Decimal:
        return self.quantity * self.price

    @property
    def net(self) -> Decimal:
        return self.gross - self.off


@dataclass(frozen=True)
class Sale:
    """An order; ``person`` is the customer's place in the list, ``None`` a guest."""

    number: int
    person: int | None
    at: dt.datetime
    lines: tuple[Line, ...]

    @property
    def net(self) -> Decimal:
        return sum((line.net for line in self.lines), D(0))


@dataclass(frozen=True)
class Draw:
    """What kind of shop ``sales`` draws."""

    orders: int = 40
    people: int = 14
    prices: tuple[str, ...] = ("4.50", "12.90", "7.25", "39.00", "18.40", "149.99")
    lines: int = 3
    start: str = "2023-01-09"
    days: int = 420
    guests: float = 0.0
    first: int = 1001
    off: float = 0.0  # share of lines with a tenth off
    quantity: int = 3


def sales(seed: int, draw: Draw | None = None) -> list[Sale]:
    """Draw sales in order of time; nobody buys twice on one day."""
    draw = draw or Draw()
    chance = random.Random(seed)  # noqa: S311
    start = dt.datetime.fromisoformat(draw.start)
    prices = [D(each) for each in draw.prices]
    weights = [1 + 6 * chance.random() ** 3 for _ in range(draw.people)]
    taken: set[tuple[int, int | None]] = set()
    while len(taken) < draw.orders:
        guest = chance.random() < draw.guests
        person = None if guest else chance.choices(range(draw.people), weights)[0]
        taken.add((chance.randrange(draw.days), person))
    found = []
    for count, (day, person) in enumerate(sorted(taken, key=str)):
        minutes = chance.randrange(9 * 60, 19 * 60)
        at = start + dt.timedelta(days=day, minutes=minutes)
        picked = chance.sample(range(len(prices)), chance.randint(1, draw.lines))
        lines = tuple(_line(chance, each, prices[each], draw) for each in picked)
        found.append(Sale(count, person, at, lines))
    found.sort(key=lambda sale: sale.at)
    return [
        Sale(draw.first + place, sale.person, sale.at, sale.lines)
        for place, sale in enumerate(found)
    ]


def _line(chance: random.Random, product: int, price: Decimal, draw: Draw) -> Line:
    quantity = chance.randint(1, draw.quantity)
    off = D(0)
    if chance.random() < draw.off:
        off = (quantity * price / 10).quantize(CENT)
    return Line(product, quantity, price, off)


def split(names: str, by: str = ",") -> list[str]:
    """Names written in one line."""
    return names.split(by)


def people(drawn: Iterable[Sale]) -> int:
    """How many different customers bought."""
    return len({sale.person for sale in drawn if sale.person is not None})


def net(drawn: Iterable[Sale]) -> Decimal:
    """What all lines come to."""
    return sum((sale.net for sale in drawn), D(0))


def counted(drawn: Sequence[Sale]) -> dict[str, object]:
    """The counts of a :class:`Truth` where each line is a row."""
    rows = sum(len(sale.lines) for sale in drawn)
    return {
        "customers": people(drawn),
        "orders": len(drawn),
        "lines": rows,
        "rows": rows,
        "net": net(drawn),
    }


def counted_orders(drawn: Sequence[Sale]) -> dict[str, object]:
    """The counts of a :class:`Truth` where each order is a row."""
    return counted(drawn) | {"lines": len(drawn), "rows": len(drawn)}


Row = list[object]


def by_line(
    drawn: Iterable[Sale], cells: Callable[[Sale, Line, int], Row]
) -> list[Row]:
    """A row a line; the third argument counts the lines of the order from 0."""
    return [
        cells(sale, line, place)
        for sale in drawn
        for place, line in enumerate(sale.lines)
    ]


def text(
    rows: Iterable[Sequence[object]],
    *,
    encoding: str = "utf-8",
    delimiter: str = ",",
    ending: str = "\r\n",
    quoting: int = csv.QUOTE_MINIMAL,
) -> bytes:
    """A delimited file, header and all."""
    buffer = io.StringIO()
    writer = csv.writer(
        buffer, delimiter=delimiter, lineterminator=ending, quoting=quoting
    )
    writer.writerows(rows)
    return buffer.getvalue().encode(encoding)


def book(sheets: dict[str, Iterable[Sequence[object]]]) -> bytes:
    """An Excel workbook."""
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for name, rows in sheets.items():
        sheet = workbook.create_sheet(name)
        for row in rows:
            sheet.append([float(c) if isinstance(c, D) else c for c in row])
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def dot(value: Decimal) -> str:
    """1234.50 ."""
    return f"{value:.2f}"


def comma(value: Decimal) -> str:
    """1234,50 ."""
    return f"{value:.2f}".replace(".", ",")


def english(value: Decimal) -> str:
    """1,234.50 ."""
    return f"{value:,.2f}"


def german(value: Decimal) -> str:
    """1.234,50 ."""
    return f"{value:,.2f}".translate(str.maketrans(",.", ".,"))


def spaced(value: Decimal, space: str = "\u00a0") -> str:
    """1 234,50 with the space given."""
    return f"{value:,.2f}".replace(",", space).replace(".", ",")


def whole(value: Decimal) -> str:
    """1,234 ."""
    return f"{value:,.0f}"


def vat(gross: Decimal, rate: str) -> Decimal:
    """The tax contained in ``gross`` at ``rate`` per cent."""
    return (gross - gross / (1 + D(rate) / 100)).quantize(CENT)
