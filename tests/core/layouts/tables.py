"""Sheets as vendors write them, and the lines that the small shop makes of them."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import openpyxl

from tests.core.layouts.shop import ORDERS, Item, Line, Order, Person

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Sequence
    from decimal import Decimal

Cells = dict[str, Any]
LIVE = tuple(order for order in ORDERS if not order.cancelled)


def columns(header: str) -> list[str]:
    """The names of a header, written with ``|`` between them."""
    return header.split("|")


def sheet(header: Sequence[str], records: Iterable[Cells]) -> list[list[Any]]:
    """The header and a row for each record; what a record leaves out is blank."""
    rows = [list(header)]
    for record in records:
        assert set(record) <= set(header), set(record) - set(header)
        rows.append([record.get(name, "") for name in header])
    return rows


def delimited(
    rows: Iterable[Sequence[Any]],
    delimiter: str = ",",
    encoding: str = "utf-8",
    quoting: int = csv.QUOTE_MINIMAL,
) -> bytes:
    """Text with CRLF; with ``QUOTE_NONE`` nothing is quoted or escaped."""
    if quoting == csv.QUOTE_NONE:
        text = "".join(delimiter.join(map(str, row)) + "\r\n" for row in rows)
        return text.encode(encoding)
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter, quoting=quoting).writerows(rows)
    return buffer.getvalue().encode(encoding)


def workbook(rows: Iterable[Sequence[Any]], title: str = "Sheet1") -> bytes:
    """An Excel workbook of one sheet; numbers and dates as given."""
    book = openpyxl.Workbook()
    page = book.active
    page.title = title
    for row in rows:
        page.append([None if cell == "" else cell for cell in row])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def point(money: Decimal) -> str:
    """``1200.00``."""
    return f"{money:.2f}"


def comma(money: Decimal) -> str:
    """``1200,00``."""
    return f"{money:.2f}".replace(".", ",")


def whole(money: Decimal) -> str:
    """A hundredfold, without decimals: money of a country that has none."""
    return f"{money * 100:.0f}"


def name(person: Person | None) -> str:
    """As a file shows it; blank for a guest."""
    return person.name if person else ""


def each(orders: Iterable[Order]) -> Iterable[tuple[Order, int, Item]]:
    """Every item with its order and its place in it, from 0."""
    for order in orders:
        for place, item in enumerate(order.items):
            yield order, place, item


def unit(order: Order, item: Item) -> Decimal:
    """What a piece cost in the end, after every discount."""
    return order.net_of(item) / item.quantity


def shared(order: Order, item: Item) -> Decimal:
    """The item's part of the goods where all discounts stand on the order."""
    return order.goods * item.gross / order.gross


def moment(order: Order, day: bool) -> dt.datetime:
    """When it was ordered; at midnight where the layout has no time of day."""
    if not day:
        return order.at
    return order.at.replace(hour=0, minute=0, second=0)


def sales(
    orders: Iterable[Order],
    key: Callable[[Person], str] | None,
    money: Callable[[Order, Item], Decimal] = Order.net_of,
    *,
    day: bool = False,
    scale: int = 1,
) -> list[Line]:
    """A line an item; ``key`` is ``None`` where the layout names no customers."""
    return [
        Line(
            order.number,
            key(order.person) if key and order.person else None,
            moment(order, day),
            item.product,
            item.quantity,
            money(order, item) * scale,
        )
        for order, _, item in each(orders)
    ]


def totals(
    orders: Iterable[Order],
    key: Callable[[Person], str] | None,
    money: Callable[[Order], Decimal] = lambda order: order.goods,
    *,
    day: bool = False,
    scale: int = 1,
    counted: bool = False,
) -> list[Line]:
    """A line an order, without items; ``counted``: but with the number of pieces."""
    return [
        Line(
            order.number,
            key(order.person) if key and order.person else None,
            moment(order, day),
            None,
            sum(item.quantity for item in order.items) if counted else 1,
            money(order) * scale,
        )
        for order in orders
    ]


def returns(
    back: dict[str, Decimal],
    key: Callable[[Person], str] | None,
    *,
    items: bool = True,
    day: bool = False,
    scale: int = 1,
) -> list[Line]:
    """What went back of whole orders: on the product where there is but one line."""
    found = []
    for order in ORDERS:
        if order.number not in back:
            continue
        alone = items and len(order.items) == 1
        found.append(
            Line(
                order.number,
                key(order.person) if key and order.person else None,
                moment(order, day),
                order.items[0].product if alone else None,
                -1,
                -min(back[order.number], order.goods) * scale,
            )
        )
    return found


def pieces(
    key: Callable[[Person], str] | None,
    only: Iterable[str] = ("1005", "1007"),
    *,
    day: bool = False,
    scale: int = 1,
) -> list[Line]:
    """What went back piece by piece, each on its product."""
    return [
        Line(
            order.number,
            key(order.person) if key and order.person else None,
            moment(order, day),
            item.product,
            -item.back,
            -order.back_of(item) * scale,
        )
        for order, _, item in each(ORDERS)
        if item.back and order.number in only
    ]


def email(person: Person) -> str:
    """The key of layouts that know people by e-mail."""
    return person.email


def digits(person: Person) -> str:
    """The key of layouts that know people by telephone."""
    return "0" + "".join(filter(str.isdigit, person.phone))[2:]


def user(person: Person) -> str:
    """A user name on a marketplace."""
    return f"{person.first}{person.id[-4:]}".lower()
