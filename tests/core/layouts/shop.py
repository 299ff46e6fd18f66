"""One small shop, written by hand in every layout, and what must come out of it.

The writers know nothing of the program: they go by the vendors' notes. What they
expect is worked out from the twelve orders here and what their layout can say.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

import retention_core as rc

if TYPE_CHECKING:
    from pathlib import Path

    from retention_core.ingest.model import Result


@dataclass(frozen=True)
class Person:
    """A customer, as completely as any system knows one."""

    id: str
    first: str
    last: str
    email: str
    phone: str
    country: str = "DE"

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first} {self.last}"


@dataclass(frozen=True)
class Item:
    """One line of an order; ``off`` is its discount, in money, for all pieces."""

    product: str
    sku: str
    quantity: int
    price: Decimal
    off: Decimal = Decimal(0)
    back: int = 0  # pieces that came back

    @property
    def gross(self) -> Decimal:
        """Before any discount."""
        return self.quantity * self.price

    @property
    def net(self) -> Decimal:
        """After the line's own discount."""
        return self.gross - self.off


@dataclass(frozen=True)
class Order:
    """An order; ``off`` is a discount on the whole, on top of the lines' own."""

    number: str
    person: Person | None
    at: dt.datetime
    items: tuple[Item, ...]
    off: Decimal = Decimal(0)
    shipping: Decimal = Decimal(5)
    cancelled: bool = False
    back_at: dt.datetime | None = None  # when the pieces came back

    @property
    def gross(self) -> Decimal:
        """Of all lines, before any discount."""
        return sum((item.gross for item in self.items), Decimal(0))

    @property
    def goods(self) -> Decimal:
        """Of all lines, after every discount: without shipping and tax."""
        return sum((item.net for item in self.items), Decimal(0)) - self.off

    @property
    def tax(self) -> Decimal:
        """A tenth of the goods, on top."""
        return self.goods / 10

    @property
    def total(self) -> Decimal:
        """What the customer pays."""
        return self.goods + self.tax + self.shipping

    def net_of(self, item: Item) -> Decimal:
        """The item's part of the goods: the discount on the whole is shared fairly."""
        lines = sum((each.net for each in self.items), Decimal(0))
        return item.net - (self.off * item.net / lines if lines else 0)

    def back_of(self, item: Item) -> Decimal:
        """What went back of the item, in goods."""
        return self.net_of(item) * item.back / item.quantity

    @property
    def returned(self) -> Decimal:
        """What went back in goods, without tax and shipping."""
        return sum((self.back_of(item) for item in self.items), Decimal(0))


def _of(product: str, sku: str, price: int) -> tuple[str, str, Decimal]:
    return product, sku, Decimal(price)


ANN = Person("C-1001", "Ann", "Archer", "ann@example.com", "+49 30 1000001")
BOB = Person("C-1002", "Bob", "Braun", "bob@example.com", "+49 30 1000002")
CARA = Person("C-1003", "Cara", "Castillo", "cara@example.com", "+49 30 1000003", "ES")
DAN = Person("C-1004", "Dan", "Dubois", "dan@example.com", "+49 30 1000004", "FR")
EVE = Person("C-1005", "Eve", "Eriksson", "eve@example.com", "+49 30 1000005", "SE")

MUG = ("Mug", "M-1")
TEE = ("Tee, blue", "T-2")
BAG = ('Bag "Classic"', "B-3")
PEN = ("Pen", "P-4")
D = Decimal


def _at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


# Days beyond the twelfth decide the order of day and month. All shares come out even.
ORDERS: tuple[Order, ...] = (
    Order(
        "1001",
        ANN,
        _at("2024-01-15 09:30:00"),
        (Item(*MUG, 2, D(20)), Item(*TEE, 1, D(40))),
    ),
    Order("1002", BOB, _at("2024-01-28 18:05:10"), (Item(*BAG, 1, D(1200)),)),
    Order(
        "1003",
        ANN,
        _at("2024-02-03 12:00:00"),
        (Item(*MUG, 3, D(20)), Item(*PEN, 4, D(5))),
        off=D(8),
    ),
    Order("1004", None, _at("2024-02-14 08:15:00"), (Item(*PEN, 2, D(5)),)),
    Order(
        "1005",
        CARA,
        _at("2024-02-20 23:59:00"),
        (Item(*TEE, 1, D(40)), Item(*BAG, 2, D(60), back=1)),
        back_at=_at("2024-03-01 10:00:00"),
    ),
    Order(
        "1006",
        BOB,
        _at("2024-03-05 07:45:30"),
        (Item(*MUG, 1, D(20)),),
        cancelled=True,
    ),
    Order(
        "1007",
        DAN,
        _at("2024-03-18 16:20:00"),
        (Item(*TEE, 1, D(40), back=1),),
        back_at=_at("2024-03-25 09:00:00"),
    ),
    Order("1008", ANN, _at("2024-04-09 10:10:10"), (Item(*BAG, 1, D(60)),)),
    Order(
        "1009",
        EVE,
        _at("2024-04-22 13:00:00"),
        (Item(*TEE, 2, D(40), off=D(10)), Item(*MUG, 1, D(20))),
    ),
    Order(
        "1010",
        BOB,
        _at("2024-05-13 11:11:00"),
        (Item(*MUG, 1, D(20)), Item(*PEN, 10, D(5)), Item(*BAG, 1, D(60))),
    ),
    Order("1011", CARA, _at("2024-05-30 20:30:00"), (Item(*PEN, 1, D(5)),)),
    Order("1012", DAN, _at("2024-06-17 14:00:00"), (Item(*TEE, 3, D(40)),), off=D(12)),
)


@dataclass(frozen=True)
class Line:
    """An order line as it must stand in the order table; money in the file's own.

    ``amount`` is net and negative on a refund. ``customer`` is the key that the
    layout knows (id, else e-mail in lower case, else phone digits), ``None`` a guest.
    """

    order: str | None
    customer: str | None
    at: dt.datetime
    product: str | None
    quantity: float
    amount: Decimal

    @property
    def plain(self) -> tuple[object, ...]:
        """Comparable, to the cent."""
        money = round(float(self.amount), 2)
        return (
            self.order or "",
            self.customer or "",
            self.at.isoformat(),
            self.product or "",
            round(float(self.quantity), 6),
            money,
        )


@dataclass(frozen=True)
class Written:
    """Files in one layout, and what must come out of them.

    ``lines`` are the sales and refunds (a refund has the ``at`` of its order);
    ``aside`` counts rows that are not used by their codes in the ledger; ``rows`` is
    the number of rows below the header(s) of all files; ``system`` names the TOML
    file that must be recognised in each file.
    """

    files: dict[str, bytes]
    systems: dict[str, str]
    lines: list[Line]
    rows: int
    aside: dict[str, int] = field(default_factory=dict)
    currency: str | None = None
    options: dict[str, object] = field(default_factory=dict)  # of rc.ingest


def check(written: Written, folder: Path) -> Result:
    """Ingest the files with nothing said, and compare everything."""
    paths = []
    for name, content in written.files.items():
        path = folder / name
        path.write_bytes(content)
        paths.append(path)
    result = rc.ingest(paths, **written.options)
    found = {each.file: each.system for each in result.detection}
    assert found == written.systems
    table = result.orders.run(result.orders.table)
    got = sorted(
        Line(
            row.order_id.split("|")[0] or None,
            row.customer_id if isinstance(row.customer_id, str) else None,
            row.ordered_at.to_pydatetime(),
            row.product if isinstance(row.product, str) else None,
            row.quantity,
            row.amount,
        ).plain
        for row in table.itertuples()
    )
    assert got == sorted(line.plain for line in written.lines)
    if written.currency:
        assert result.orders.currency == written.currency
    reasons = result.ledger.reasons
    gone = reasons[reasons["outcome"].isin(["merged", "set_aside", "rejected"])]
    assert dict(zip(gone["code"], gone["rows"], strict=True)) == written.aside
    assert result.ledger.rows_in == written.rows
    files = result.ledger.files
    outcomes = files[["used", "repaired", "merged", "set_aside", "rejected"]]
    assert (outcomes.sum(axis=1) == files["rows_in"]).all()
    money = files["amount_in"].sum() - files["amount_used"].sum()
    assert abs(money - gone["amount"].sum()) < 0.005
    return result
