"""However a file lays its orders out, the same orders come out of it."""

from __future__ import annotations

import csv
import datetime as dt
import io
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from retention_core.ingest import systems
from retention_core.ingest.model import Answers
from tests.core.ingest.files import assert_reconciles, lines, purchases, rows, take

HEAD = """
title = "{0}"
signature = [["{0}"]]
role = "orders"
confidence = "seen"
[mapping]
order_id = ["{0}"]
ordered_at = ["Date"]
email = ["Mail"]
status = ["State"]
"""
MONEY = """
order_total = ["Total"]
order_discount = ["Off"]
shipping = ["Freight"]
tax = ["Tax"]
refund_amount = ["Back"]
[of]
order = ["order_total", "order_discount", "shipping", "tax", "refund_amount"]
includes = ["shipping", "tax"]
"""
LINE = 'product = ["Item"]\nquantity = ["Qty"]\nunit_price = ["Price"]\n'
SYSTEMS = {
    "repeated": HEAD.format("Repeated no") + LINE + MONEY,
    "continued": HEAD.format("Continued no") + LINE + MONEY,
    "packed": HEAD.format("Packed no")
    + MONEY
    + r"""
[items]
cell = ["Lines"]
separator = '\|'
pattern = '^(?P<quantity>\d+) x (?P<product>.*?) at (?P<unit_price>[\d.]+)$'
""",
    "numbered": HEAD.format("Numbered no")
    + MONEY
    + """
[items]
columns = { product = "Item {n}", quantity = "Qty {n}", unit_price = "Price {n}" }
""",
    "summed": HEAD.format("Summed no") + LINE + MONEY + '[summary]\nblank = ["Item"]\n',
    "typed": HEAD.format("Typed no")
    + LINE
    + MONEY
    + """
[[kinds]]
column = ["Kind"]
sale = ["line"]
summary = ["order"]
other = "set aside"
""",
    "orders_file": HEAD.format("File no") + MONEY,
    "items_file": HEAD.format("Item of") + LINE + "[of]\norder = []\n",
}
SYSTEMS["items_file"] = 'orders_in = "orders_file"\n' + SYSTEMS["items_file"]


@pytest.fixture(scope="module")
def folder():
    with tempfile.TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        for system, text in (SYSTEMS | OTHERS).items():
            Path(name, f"{system}.toml").write_text(text, encoding="utf-8")
        patch.setenv(systems.MORE, name)
        yield name


@dataclass(frozen=True)
class Order:
    number: int
    items: list[tuple[str, int, int]]  # name, pieces, cents a piece
    off: int
    freight: int
    tax: int
    back: int

    @property
    def goods(self):
        return sum(pieces * price for _, pieces, price in self.items)

    @property
    def net(self):
        return self.goods - self.off

    @property
    def head(self):
        """What is of the order, in the order of ``COLUMNS``."""
        day = dt.date(2024, 1, 20) + dt.timedelta(days=self.number)
        whole = (self.net + self.freight + self.tax, self.off, self.freight)
        money = [f"{each / 100:.2f}" for each in (*whole, self.tax, self.back)]
        mail = f"{self.number % 3}@x.org"
        return [f"N{self.number}", day.isoformat(), mail, "done", *money]


COLUMNS = ["Date", "Mail", "State", "Total", "Off", "Freight", "Tax", "Back"]


def cells(item):
    name, pieces, price = item
    return [name, str(pieces), f"{price / 100:.2f}"]


def repeated(orders):
    yield ["Repeated no", *COLUMNS, "Item", "Qty", "Price"]
    for order in orders:
        for item in order.items:
            yield [*order.head, *cells(item)]


def continued(orders):
    yield ["Continued no", *COLUMNS, "Item", "Qty", "Price"]
    for order in orders:
        for place, item in enumerate(order.items):
            head = [order.head[0], *[""] * len(COLUMNS)] if place else order.head
            yield [*head, *cells(item)]


def packed(orders):
    yield ["Packed no", *COLUMNS, "Lines"]
    for order in orders:
        every = ("{1} x {0} at {2}".format(*cells(item)) for item in order.items)
        yield [*order.head, "|".join(every)]


def numbered(orders):
    most = max(len(order.items) for order in orders)
    names = [
        f"{name} {n + 1}" for n in range(most) for name in ("Item", "Qty", "Price")
    ]
    yield ["Numbered no", *COLUMNS, *names]
    for order in orders:
        every = [cell for item in order.items for cell in cells(item)]
        yield [*order.head, *every, *[""] * (3 * most - len(every))]


def summed(orders):
    yield ["Summed no", *COLUMNS, "Item", "Qty", "Price"]
    for order in orders:
        if len(order.items) == 1:
            yield [*order.head, *cells(order.items[0])]
            continue
        yield [*order.head, "", "", ""]
        for item in order.items:
            yield [order.head[0], *[""] * len(COLUMNS), *cells(item)]


def typed(orders):
    yield ["Typed no", *COLUMNS, "Item", "Qty", "Price", "Kind"]
    for order in orders:
        yield [*order.head, "", "", "", "Order"]
        for item in order.items:
            yield [order.head[0], *[""] * len(COLUMNS), *cells(item), "Line"]
        yield [*order.head, "", "", "", "Payment"]


def orders_file(orders):
    yield ["File no", *COLUMNS]
    for order in orders:
        yield order.head


def items_file(orders):
    yield ["Item of", "Item", "Qty", "Price"]
    for order in orders:
        for item in order.items:
            yield [order.head[0], *cells(item)]


ALONE = (repeated, continued, packed, numbered, summed, typed)


def text(layout, orders):
    out = io.StringIO()
    csv.writer(out).writerows(layout(orders))
    return out.getvalue()


def of(*texts):
    with tempfile.TemporaryDirectory() as name:
        return take(Path(name), *texts)


def table(result):
    """Order, customer, day, product, pieces and cents of every line."""
    found = lines(result)
    return sorted(
        (
            row.order_id.split("|")[0],
            row.customer_id,
            str(row.ordered_at.date()),
            row.product if isinstance(row.product, str) else "",
            row.quantity,
            round(row.amount * 100),
        )
        for row in found.itertuples()
    )


item = st.tuples(
    st.sampled_from(["Mug", "Tee, blue", 'Bag "C"', "Stift № 4"]),
    st.integers(1, 5),
    st.integers(1, 5000),
)


@st.composite
def shops(draw):
    found = []
    # Many orders in few examples: to write and read files takes the time.
    for number in range(draw(st.integers(12, 20))):
        items = draw(st.lists(item, min_size=1, max_size=4))
        goods = sum(pieces * price for _, pieces, price in items)
        off = draw(st.integers(0, goods) | st.just(0))
        freight, tax = draw(st.integers(0, 900)), draw(st.integers(0, 900))
        back = draw(st.just(0) | st.integers(0, goods - off + freight))
        found.append(Order(number, items, off, freight, tax, back))
    return found


@settings(
    max_examples=3,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(orders=shops())
def test_every_layout_gives_the_same_lines(folder, orders):
    first = of(text(repeated, orders))
    assert first.detection[0].system == "repeated"
    net = {each.head[0]: (each.net - min(each.back, each.net)) / 100 for each in orders}
    assert sum(purchases(first).values()) == pytest.approx(sum(net.values()))
    assert_reconciles(first)
    expected = table(first)
    assert sum(each[-1] for each in expected) == round(100 * sum(net.values()))
    for layout in ALONE[1:]:
        result = of(text(layout, orders))
        assert result.detection[0].system == layout.__name__
        assert table(result) == expected
        assert_reconciles(result)
    both = of(text(items_file, orders), text(orders_file, orders))
    assert table(both) == expected
    assert both.ledger.merged == len(orders)
    assert set(both.ledger.reasons["code"]) <= {"joined", "equal_line"}
    assert_reconciles(both)


@settings(
    max_examples=4,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(orders=shops(), data=st.data())
def test_whatever_is_cut_or_shuffled_the_ledger_adds_up(folder, orders, data):
    layout = data.draw(st.sampled_from(ALONE))
    head, *body = layout(orders)
    body = data.draw(st.permutations(body))[: data.draw(st.integers(1, len(body)))]
    body = [
        [data.draw(st.sampled_from([cell, cell, cell, "", "x"])) for cell in row]
        for row in body
    ]
    body.append([*Order(99, [("Mug", 1, 100)], 0, 0, 0, 0).head])
    result = of(text(lambda rows: [head, *rows], body))
    assert_reconciles(result)


# Single rules, by hand.

OTHERS = {
    "kinds": HEAD.format("Kinds no")
    + LINE.replace("unit_price", "amount")
    + """
[[kinds]]
column = ["Kind"]
sale = ["sale"]
refund = ["return"]
other = "set aside"
blank = "set aside"
""",
    "groups": HEAD.format("Groups no")
    + 'amount = ["Amount"]\n'
    + """
[groups]
column = 1
field = "customer_id"
total = '^total( for)?\\b'
""",
    "packs": HEAD.format("Packs no")
    + LINE
    + MONEY
    + """
[summary]
when = { column = ["State"], pattern = '^Pack of (\\d+)' , follows = true }
""",
    "lined": HEAD.format("Lined no")
    + LINE
    + 'refund_amount = ["Back"]\nrefunded_at = ["Back at"]\n',
    "stated": HEAD.format("Stated no") + LINE,
    "prefixed": HEAD.format("Prefixed no")
    + 'amount = ["Amount"]\n'
    + """
[patterns]
ordered_at = { column = ["Prefixed no"], pattern = '^(\\d{6})-' }
""",
    "marked": HEAD.format("Marked no")
    + 'order_total = ["Total"]\n'
    + r"""
[items]
cell = ["Lines"]
separator = ', (\d+ x )'
pattern = '^(?P<quantity>\d+) x (?P<product>.*)$'
""",
}


def test_rows_of_several_kinds(folder, tmp_path):
    result = take(
        tmp_path,
        """
        Kinds no,Date,Mail,Kind,Item,Qty,Price
        1,2024-01-15,ann@x.org,Sale,Tea,2,10.00
        1,2024-01-20,ann@x.org,Return,Tea,1,4.00
        2,2024-01-16,ben@x.org,Payout,,1,-6.00
        3,2024-01-17,ben@x.org,,Cup,1,5.00
        """,
    )
    found = lines(result)
    assert found[["amount", "quantity"]].to_numpy().tolist() == [[-4, -1], [10, 2]]
    assert purchases(result) == {"1": 6.0}
    assert rows(result) == [
        (4, "set_aside", "not_a_sale"),
        (5, "set_aside", "not_a_sale"),
    ]
    assert_reconciles(result)


def test_groups_may_lie_in_groups(folder, tmp_path):
    result = take(
        tmp_path,
        """
        ,Date,Groups no,Amount
        Ann,,,
        ,2024-01-15,1,10.00
        Ann: garden,,,
        ,2024-01-16,2,5.00
        Total for Ann: garden,,,5.00
        ,2024-01-17,3,7.00
        Total for Ann,,,22.00
        Ben,,,
        ,2024-01-18,4,1.00
        Total for Ben,,,1.00
        TOTAL,,,23.00
        ,2024-01-19,5,2.00
        """,
    )
    found = lines(result).fillna({"customer_id": "-"})
    assert found["customer_id"].tolist() == ["Ann", "Ann: garden", "Ann", "Ben", "-"]
    assert found["amount"].tolist() == [10, 5, 7, 1, 2]
    reasons = result.ledger.reasons.set_index("code")["rows"]
    assert (reasons["group_row"], reasons["total_row"]) == (3, 4)
    assert_reconciles(result)


def test_a_row_that_counts_those_below_is_their_summary(folder, tmp_path):
    result = take(
        tmp_path,
        """
        Packs no,Date,Mail,State,Item,Qty,Price,Total,Back
        P1,2024-01-15,ann@x.org,Pack of 2 items,,,,27.00,3.00
        A,2024-01-15,,done,Tea,1,10.00,,
        B,2024-01-15,,done,Cup,2,10.00,,
        C,2024-01-16,ben@x.org,done,Cup,1,10.00,10.00,
        """,
    )
    assert purchases(result) == {"P1": 24.0, "C": 10.0}
    assert lines(result)["customer_id"].tolist() == ["ann@x.org"] * 3 + ["ben@x.org"]
    assert rows(result) == [(2, "set_aside", "order_summary")]
    assert_reconciles(result)


def test_what_went_back_of_a_line_is_of_its_product(folder, tmp_path):
    result = take(
        tmp_path,
        """
        Lined no,Date,Mail,Item,Qty,Price,Back,Back at
        1,2024-01-15,ann@x.org,Tea,2,10.00,5.00,2024-02-01
        1,2024-01-15,ann@x.org,Cup,1,10.00,12.00,2024-02-02
        """,
    )
    found = lines(result)
    back = found[found["amount"] < 0].set_index("product")
    # More than a line brought was never revenue.
    assert back["amount"].to_dict() == {"Tea": -5.0, "Cup": -10.0}
    assert back["quantity"].tolist() == [-1, -1]
    assert [str(day.date()) for day in back["refunded_at"]].count("2024-02-01") == 1
    assert purchases(result) == {"1": 15.0}
    assert_reconciles(result)


def test_a_state_alone_sends_its_line_back(folder, tmp_path):
    result = take(
        tmp_path,
        """
        Stated no,Date,Mail,State,Item,Qty,Price
        1,2024-01-15,ann@x.org,refunded,Tea,2,10.00
        1,2024-01-15,ann@x.org,done,Cup,1,10.00
        2,2024-01-16,ann@x.org,cancelled,Cup,1,
        """,
    )
    found = lines(result)
    back = found[found["amount"] < 0]
    assert back[["product", "amount"]].to_numpy().tolist() == [["Tea", -20.0]]
    assert purchases(result) == {"1": 10.0}
    assert rows(result) == [(4, "set_aside", "cancelled")]


def test_a_day_may_stand_in_the_number(folder, tmp_path):
    result = take(
        tmp_path,
        """
        Prefixed no,Date,Mail,Amount
        240115-7,2024-01-16 10:00:00,ann@x.org,10.00
        240117-8,,ben@x.org,5.00
        """,
    )
    assert [str(day) for day in lines(result)["ordered_at"]] == [
        "2024-01-16 10:00:00",
        "2024-01-17 00:00:00",
    ]
    assert result.ledger.repaired == 0


MARKED = """
    Marked no,Date,Mail,Lines,Total
    1,2024-01-15,ann@x.org,"2 x Tea, green, 1 x Cup",9.99
    2,2024-01-16,ben@x.org,two cups,5.00
    3,2024-01-17,ben@x.org,,4.00
    4,2024-01-18,cat@x.org,"1 x Cup, 1 x Cup",6.00
    """


def test_items_in_a_cell(folder, tmp_path):
    result = take(tmp_path, MARKED)
    found = lines(result).fillna({"product": "-"})
    assert found[["product", "quantity", "amount"]].to_numpy().tolist() == [
        ["Cup", 1, 4.99],
        ["Tea, green", 2, 5.0],
        ["-", 1, 4.0],
        ["Cup", 1, 3.0],
        ["Cup", 1, 3.0],
    ]
    assert rows(result) == [(3, "rejected", "items_unreadable")]
    assert (result.ledger.rows_in, result.ledger.used) == (4, 3)
    assert_reconciles(result)


def test_a_row_of_which_a_line_is_used_is_used(folder, tmp_path):
    result = take(tmp_path, MARKED, answers=Answers(merge_duplicates=True))
    assert purchases(result) == {"1": 9.99, "3": 4.0, "4": 6.0}
    assert (result.ledger.used, result.ledger.merged) == (3, 0)
    assert_reconciles(result)


def test_packed_files_that_overlap_change_nothing(folder, tmp_path):
    newer = MARKED.replace("6.00", "5.00") + "    5,2024-02-18,cat@x.org,1 x Cup,6.00\n"
    once, both = take(tmp_path, newer), take(tmp_path, MARKED, newer)
    assert table(both) == table(once)
    assert (both.ledger.rows_in, both.ledger.used) == (9, 4)
    assert_reconciles(both)


def test_orders_without_their_items_stay_and_items_without_their_order(
    folder, tmp_path
):
    orders = [Order(n, [("Mug", 1, 1000)], 100, 50, 20, 0) for n in range(3)]
    items = text(items_file, orders[:2]) + "N9,Tee,1,5.00\r\n"
    items = items.replace("N1,", "#N1,")
    result = of(items, text(orders_file, orders))
    assert purchases(result) == {"N0": 9.0, "#N1": 9.0, "N2": 9.0}
    found = lines(result).fillna({"product": "-"})
    assert found["product"].tolist() == ["Mug", "Mug", "-"]
    assert rows(result) == [
        (4, "rejected", "date_missing"),
        (2, "merged", "joined"),
        (3, "merged", "joined"),
    ]
    assert_reconciles(result)


def test_a_cancelled_order_takes_its_items_with_it(folder):
    orders = [Order(n, [("Mug", 1, 1000)] * 2, 0, 0, 0, 0) for n in range(2)]
    file = text(orders_file, orders).replace("done", "cancelled", 1)
    result = of(text(items_file, orders), file)
    assert purchases(result) == {"N1": 20.0}
    reasons = result.ledger.reasons.set_index("code")["rows"]
    assert (reasons["cancelled"], reasons["joined"]) == (2, 2)
    assert_reconciles(result)
