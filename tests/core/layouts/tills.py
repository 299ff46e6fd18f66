"""The exports of tills and of the books, written from the vendors' notes alone."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from tests.core.layouts.shop import ORDERS, Line, Order, Written
from tests.core.layouts.writing import VALID as SOLD
from tests.core.layouts.writing import (
    Row,
    by_id,
    by_name,
    header_of,
    plain,
    refund,
    returned,
    sale,
    sales,
    table,
)

if TYPE_CHECKING:
    from decimal import Decimal

LIGHTSPEED = """
Date | Receipt Number | Line Type | Customer Code | Customer Name | Note | Quantity |
Subtotal | Sales Tax | Discount | Loyalty | Total | Paid | Details | Register | User |
Status | Sku | AccountCodeSale | AccountCodePurchase"""


def _till_rows(
    head: dict[str, object], lines: list[dict[str, object]], *, paid: bool = True
) -> list[Row]:
    """A sale of Lightspeed: its totals, its lines, its payment."""
    money = ("Subtotal", "Sales Tax", "Discount", "Total")
    sums = {name: plain(sum(line[name] for line in lines)) for name in money}
    of_all = {key: head[key] for key in ("Date", "Receipt Number", "Status")}
    rows: list[Row] = [
        head
        | sums
        | {
            "Line Type": "Sale",
            "Quantity": sum(line["Quantity"] for line in lines),
            "Paid": sums["Total"],
        }
    ]
    rows += [
        of_all | line | {name: plain(line[name]) for name in money} for line in lines
    ]
    if paid:
        rows.append(
            of_all | {"Line Type": "Payment", "Details": "Cash", "Paid": sums["Total"]}
        )
    return rows


def _till_line(order: Order, item, quantity: int, net: Decimal, off: Decimal):
    return {
        "Line Type": "Sale Line",
        "Quantity": quantity,
        "Subtotal": net,
        "Sales Tax": net / 10,
        "Discount": off,
        "Total": net + net / 10,
        "Details": item.product,
        "Sku": item.sku,
    }


def lightspeed() -> Written:
    """Three kinds of rows; returns are sales of fewer than no pieces."""
    rows: list[Row] = []
    for order in ORDERS:
        person = order.person
        head = {
            "Date": f"{order.at}",
            "Receipt Number": order.number,
            "Customer Code": person.id if person else "",
            "Customer Name": person.name if person else "",
            "Register": "Main",
            "User": "Kim",
            "Status": "VOIDED" if order.cancelled else "CLOSED",
        }
        lines = [
            _till_line(
                order,
                item,
                item.quantity,
                order.net_of(item),
                item.gross - order.net_of(item),
            )
            for item in order.items
        ]
        rows += _till_rows(head, lines, paid=not order.cancelled)
    lines = sales(SOLD, by_id)
    for order, item in returned(SOLD):
        back = order.back_of(item)
        head = {
            "Date": f"{order.back_at}",
            "Receipt Number": f"2{order.number[1:]}",
            "Customer Code": order.person.id,
            "Customer Name": order.person.name,
            "Status": "CLOSED",
        }
        rows += _till_rows(head, [_till_line(order, item, -item.back, -back, back * 0)])
        lines.append(refund(order, back, by_id, item))
    return Written(
        files={"sales.csv": table(header_of(LIGHTSPEED), rows)},
        systems={"sales.csv": "lightspeed_x_sales_history"},
        lines=lines,
        rows=len(rows),
        # The line of the voided sale; totals; payments.
        aside={"cancelled": 1, "order_summary": 14, "not_a_sale": 13},
    )


SQUARE_ITEMS_2026 = """
Date | Time | Time Zone | Category | Item | Qty | Price Point Name | SKU |
Modifiers Applied | Gross Sales | Discounts | Net Sales | Tax | Transaction ID |
Payment ID | Device Name | Notes | Details | Event Type | Location | Dining Option |
Customer ID | Customer Name | Customer Reference ID | Unit | Count | GTIN |
Itemization Type | Commission | Employee | Fulfillment Note | Channel | Token |
Card Brand | PAN Suffix"""
SQUARE_ITEMS_2024 = """
Date | Time | Time Zone | Category | Item | Qty | Price Point Name | SKU |
Modifiers Applied | Gross Sales | Discounts | Net Sales | Tax | Transaction ID |
Payment ID | Device Name | Notes | Details | Event Type | Location | Dining Option |
Customer ID | Customer Name | Customer Reference ID | Unit | Count | Itemization Type |
Commission | Employee | Fulfillment Note | Channel | Token"""
SQUARE_ITEMS_REPORT = """
Date | Category | Item | Qty | Price Point Name | SKU | Modifiers Applied |
Product Sales | Discounts | Net Sales | Tax | Gross Sales | Details | Event Type |
Location | Dining Option | Customer ID | Customer Name | Itemization Type |
Fulfillment Note | Channel"""


def dollars(amount: Decimal) -> str:
    """As Square writes money."""
    return f"{'-' if amount < 0 else ''}${abs(amount):,.2f}"


def resaved(amount: Decimal) -> str:
    """As a spreadsheet writes it again."""
    return f"(${-amount:,.2f})" if amount < 0 else f"${amount:,.2f} "


def _key_of_square(order: Order) -> str:
    return f"kXq{order.number}ZbY"


def _item_of_square(order: Order, item, *, back: bool, date: str, money) -> Row:
    at = order.back_at if back else order.at
    person = order.person
    net = -order.back_of(item) if back else order.net_of(item)
    gross = -item.price * item.back if back else item.gross
    return {
        "Date": at.strftime(date),
        "Time": f"{at:%H:%M:%S}",
        "Time Zone": "Eastern Time (US & Canada)",
        "Category": "Goods",
        "Item": item.product,
        "Qty": f"{-item.back if back else item.quantity:.1f}",
        "Price Point Name": "Regular",
        "SKU": item.sku,
        "Gross Sales": money(gross),
        "Discounts": money(net - gross),
        "Net Sales": money(net),
        "Tax": money(net / 10),
        "Transaction ID": _key_of_square(order),
        "Payment ID": f"pay{_key_of_square(order)}",
        "Event Type": "Refund" if back else "Payment",
        "Location": "Main Street",
        "Customer ID": person.id if person else "",
        "Customer Name": person.name if person else "",
        "Itemization Type": "Physical Good",
    }


def _square_rows(date: str, money) -> list[Row]:
    rows = [
        _item_of_square(order, item, back=False, date=date, money=money)
        for order in SOLD
        for item in order.items
    ]
    return rows + [
        _item_of_square(order, item, back=True, date=date, money=money)
        for order, item in returned(SOLD)
    ]


def _square_lines() -> list[Line]:
    lines = [
        sale(order, item, order.net_of(item), by_id, order=_key_of_square(order))
        for order in SOLD
        for item in order.items
    ]
    return lines + [
        refund(order, order.back_of(item), by_id, item, order=_key_of_square(order))
        for order, item in returned(SOLD)
    ]


def _square_items(header: str, date: str, money) -> Written:
    rows = _square_rows(date, money)
    return Written(
        files={"items.csv": table(header_of(header), rows)},
        systems={"items.csv": "square_items"},
        lines=_square_lines(),
        rows=19,
    )


def square_items_2026() -> Written:
    """Days as ISO writes them, dollars with their sign."""
    return _square_items(SQUARE_ITEMS_2026, "%Y-%m-%d", dollars)


def square_items_2024() -> Written:
    """American days; saved again by a spreadsheet."""
    return _square_items(SQUARE_ITEMS_2024, "%m/%d/%Y", resaved)


def square_items_report() -> Written:
    """No number and no time: a customer's day is an order, a guest's line is one."""
    names = set(header_of(SQUARE_ITEMS_REPORT))
    rows = []
    for row in _square_rows("%Y-%m-%d", dollars):
        net = row["Net Sales"]
        known = {name: cell for name, cell in row.items() if name in names}
        rows.append(known | {"Product Sales": row["Gross Sales"], "Gross Sales": net})
    lines = [
        Line(**{**line.__dict__, "order": None, "at": _day(line.at)})
        for line in _square_lines()
    ]
    return Written(
        files={"items.csv": table(header_of(SQUARE_ITEMS_REPORT), rows)},
        systems={"items.csv": "square_items"},
        lines=lines,
        rows=19,
    )


def _day(at: dt.datetime) -> dt.datetime:
    return dt.datetime.combine(at.date(), dt.time())


SQUARE_TRANSACTIONS_2026 = """
Date | Time | Time Zone | Gross Sales | Discounts | Service Charges | Net Sales |
Gift Card Sales | Tax | Tip | Partial Refunds | Total Collected | Source | Card |
Card Entry Methods | Cash | Square Gift Card | Other Tender | Other Tender Type |
Tender Note | Fees | Net Total | Transaction ID | Payment ID | Card Brand | PAN Suffix |
Device Name | Staff Name | Staff ID | Details | Description | Event Type | Location |
Dining Option | Customer ID | Customer Name | Customer Reference ID | Device Nickname |
Third Party Fees | Deposit ID | Deposit Date | Deposit Details | Fee Percentage Rate |
Fee Fixed Rate | Refund Reason | Discount Name | Transaction Status | Cash App |
Order Reference ID | Fulfillment Note | Free Processing Applied | Channel |
Unattributed Tips | Table Info | International Fee"""
SQUARE_TRANSACTIONS_2018 = """
Date | Time | Time Zone | Gross Sales | Discounts | Net Sales | Gift Card Sales | Tax |
Tip | Partial Refunds | Total Collected | Source | Card | Card Entry Methods | Cash |
Square Gift Card | Installment | Other Tender | Other Tender Type | Other Tender Note |
Fees | Net Total | Transaction ID | Payment ID | Card Brand | PAN Suffix | Device Name |
Staff Name | Staff ID | Details | Description | Event Type | Location | Dining Option |
Customer ID | Customer Name | Customer Reference ID | Device Nickname | Deposit ID |
Deposit Date | Deposit Details | Fee Percentage Rate | Fee Fixed Rate |
Refund Reason"""


def _transaction(order: Order, *, back: bool, date: str) -> Row:
    at = order.back_at if back else order.at
    person = order.person
    net = -order.returned if back else order.goods
    gross = net if back else order.gross
    total = net + net / 10
    return {
        "Date": at.strftime(date),
        "Time": f"{at:%H:%M:%S}",
        "Time Zone": "Eastern Time (US & Canada)",
        "Gross Sales": dollars(gross),
        "Discounts": dollars(net - gross),
        "Net Sales": dollars(net),
        "Gift Card Sales": "$0.00",
        "Tax": dollars(net / 10),
        "Tip": "$0.00" if back else "$2.00",
        "Partial Refunds": "$0.00",
        "Total Collected": dollars(total if back else total + 2),
        "Source": "Point of Sale",
        "Card": dollars(total),
        "Cash": "$0.00",
        "Fees": "-$0.50",
        "Net Total": dollars(total),
        "Transaction ID": _key_of_square(order),
        "Payment ID": f"pay{_key_of_square(order)}",
        "Event Type": "Refund" if back else "Payment",
        "Location": "Main Street",
        "Customer ID": person.id if person else "",
        "Customer Name": person.name if person else "",
    }


def _square_transactions(header: str, date: str) -> Written:
    back = [order for order in SOLD if order.returned]
    rows = [_transaction(order, back=False, date=date) for order in SOLD]
    rows += [_transaction(order, back=True, date=date) for order in back]
    lines = [
        sale(order, None, order.goods, by_id, order=_key_of_square(order))
        for order in SOLD
    ]
    lines += [
        refund(order, order.returned, by_id, order=_key_of_square(order))
        for order in back
    ]
    return Written(
        files={"transactions.csv": table(header_of(header), rows)},
        systems={"transactions.csv": "square_transactions"},
        lines=lines,
        rows=13,
    )


def square_transactions_2026() -> Written:
    """A row a payment; tips and tax stand beside."""
    return _square_transactions(SQUARE_TRANSACTIONS_2026, "%Y-%m-%d")


def square_transactions_2018() -> Written:
    """American days."""
    return _square_transactions(SQUARE_TRANSACTIONS_2018, "%m/%d/%Y")


QUICKBOOKS = [
    "",
    "Date",
    "Transaction Type",
    "Num",
    "Product/Service",
    "Memo/Description",
    "Qty",
    "Sales Price",
    "Amount",
    "Balance",
]


def _entries(name: str) -> list[tuple[Row, Line]]:
    """What the books say of one customer, by day; returns are credit memos."""
    found = []
    for order in SOLD:
        if not order.person or order.person.name != name:
            continue
        for item in order.items:
            net = order.net_of(item)
            row = _entry(order.at, "Invoice", order.number, item, item.quantity, net)
            found.append((row, sale(order, item, net, by_name)))
            if item.back:
                back = order.back_of(item)
                row = _entry(
                    order.back_at, "Credit Memo", "CM-1", item, -item.back, -back
                )
                found.append((row, refund(order, back, by_name, item)))
    return found


def _entry(at, kind: str, number: str, item, quantity: int, amount: Decimal) -> Row:
    return {
        "Date": f"{at:%m/%d/%Y}",
        "Transaction Type": kind,
        "Num": number,
        "Product/Service": item.product,
        "Memo/Description": "as agreed",
        "Qty": f"{quantity:.2f}",
        "Sales Price": f"{amount / quantity:,.2f}",
        "Amount": f"{amount:,.2f}",
    }


def quickbooks() -> Written:
    """A customer's name above, a total below his lines; a balance that runs on."""
    people = dict.fromkeys(order.person.name for order in SOLD if order.person)
    rows, lines, whole = [], [], 0
    for name in people:
        entries = _entries(name)
        rows.append({"": name})
        balance = 0
        for row, line in entries:
            balance += line.amount
            rows.append(row | {"Balance": f"{balance:,.2f}"})
            lines.append(Line(**{**line.__dict__, "at": _day(line.at)}))
        rows.append({"": f"Total for {name}", "Amount": f"${balance:,.2f}"})
        whole += balance
    rows.append({"": "TOTAL", "Amount": f"${whole:,.2f}"})
    above = (
        "Sales by Customer Detail\r\nKept Goods LLC\r\n"
        '"January 1 - June 30, 2024"\r\n\r\n'
    )
    return Written(
        files={"report.csv": table(QUICKBOOKS, rows, above=above)},
        systems={"report.csv": "quickbooks_sales_by_customer_detail"},
        lines=lines,
        rows=len(rows),
        aside={"group_row": 5, "total_row": 6},
    )


LAYOUTS = {
    "lightspeed": lightspeed,
    "square_items_2026": square_items_2026,
    "square_items_2024": square_items_2024,
    "square_items_report": square_items_report,
    "square_transactions_2026": square_transactions_2026,
    "square_transactions_2018": square_transactions_2018,
    "quickbooks": quickbooks,
}
