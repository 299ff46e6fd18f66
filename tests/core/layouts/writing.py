"""Tables as systems write them, and the lines that must come of them."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal

from tests.core.layouts.shop import ORDERS, Item, Line, Order, Person

Key = Callable[[Person], str]
Row = Mapping[str, object]
CENT = Decimal("0.01")
VALID = tuple(order for order in ORDERS if not order.cancelled)


def by_id(person: Person) -> str:
    return person.id


def by_email(person: Person) -> str:
    return person.email


def by_name(person: Person) -> str:
    return person.name


def nobody(person: Person) -> None:
    """For layouts that know no customer."""


def plain(amount: Decimal) -> str:
    return f"{amount:.2f}"


def header_of(text: str) -> list[str]:
    """A header as the notes print it, its names parted by " | "."""
    return [name.strip() for name in " ".join(text.split()).split(" | ")]


def cells(header: Sequence[str], rows: Iterable[Row]) -> list[list[str]]:
    """Rows of names and values as rows of cells; a name that is not there is wrong."""
    found = []
    for row in rows:
        strange = set(row) - set(header)
        assert not strange, strange
        found.append([str(row.get(name, "")) for name in header])
    return found


def table(
    header: Sequence[str],
    rows: Iterable[Row],
    *,
    delimiter: str = ",",
    encoding: str = "utf-8",
    above: str = "",
    quoted: bool = False,
) -> bytes:
    """A text file: what stands ``above``, the header, the rows."""
    out = io.StringIO(newline="")
    quoting = csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL
    writer = csv.writer(
        out, delimiter=delimiter, quoting=quoting, lineterminator="\r\n"
    )
    writer.writerow(header)
    writer.writerows(cells(header, rows))
    return (above + out.getvalue()).encode(encoding)


def shares(whole: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """``whole`` by weights (all alike where they are nothing), by running sums."""
    if not sum(weights):
        weights = [Decimal(1)] * len(weights)
    found, so_far, before = [], Decimal(0), Decimal(0)
    for weight in weights:
        so_far += weight
        here = (whole * so_far / sum(weights)).quantize(CENT)
        found.append(here - before)
        before = here
    return found


def by_gross(order: Order) -> list[Decimal]:
    """The goods of an order by what its lines cost before discounts."""
    return shares(order.goods, [item.gross for item in order.items])


def evenly(order: Order) -> list[Decimal]:
    """The goods of an order where no price of a line is known."""
    return shares(order.goods, [Decimal(0)] * len(order.items))


def by_net(order: Order) -> list[Decimal]:
    """The goods of an order by what its lines cost."""
    return [order.net_of(item) for item in order.items]


def sale(
    order: Order,
    item: Item | None,
    amount: Decimal,
    key: Callable,
    /,
    **other: object,
) -> Line:
    """A line sold; without an item the order as a whole, one piece of no name."""
    person = key(order.person) if order.person else None
    whole = {
        "order": order.number,
        "customer": person,
        "at": order.at,
        "product": item.product if item else None,
        "quantity": item.quantity if item else 1,
        "amount": amount,
    }
    return Line(**whole | other)


def sales(
    orders: Iterable[Order],
    key: Callable,
    money: Callable[[Order], list[Decimal]] = by_net,
    **other: object,
) -> list[Line]:
    """All lines of the orders."""
    return [
        sale(order, item, amount, key, **other)
        for order in orders
        for item, amount in zip(order.items, money(order), strict=True)
    ]


def refund(
    order: Order,
    amount: Decimal,
    key: Callable,
    item: Item | None = None,
    /,
    **other: object,
) -> Line:
    """Money back; on the product where it is known, one piece."""
    line = sale(order, item, -amount, key, quantity=-1)
    return Line(**{**line.__dict__, **other})


def paid_back(order: Order) -> Decimal:
    """What the customer gets for the pieces that came back: with tax and shipping.

    Shipping is paid back only where everything came back.
    """
    if not order.returned:
        return Decimal(0)
    shipping = order.shipping if order.returned == order.goods else Decimal(0)
    return order.returned * Decimal("1.1") + shipping


def refunds_beside(orders: Iterable[Order], key: Callable) -> list[Line]:
    """Refunds that stand in a cell of the order: once, at most what it brought."""
    found = []
    for order in orders:
        if order.returned:
            item = order.items[0] if len(order.items) == 1 else None
            money = min(paid_back(order), order.goods)
            found.append(refund(order, money, key, item))
    return found


def returned(orders: Iterable[Order]) -> list[tuple[Order, Item]]:
    """The items of which something came back."""
    return [(order, item) for order in orders for item in order.items if item.back]


def us_clock(order: Order) -> str:
    return f"{order.at:%I:%M:%S %p}".lstrip("0")
