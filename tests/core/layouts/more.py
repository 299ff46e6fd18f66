"""Further exports that are known by name: Matrixify, Loyverse, Xero, QuickBooks …"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tests.core.layouts.shop import ORDERS, Written
from tests.core.layouts.tables import (
    LIVE,
    Cells,
    columns,
    comma,
    delimited,
    each,
    email,
    moment,
    name,
    pieces,
    point,
    returns,
    sales,
    sheet,
    totals,
    unit,
)

if TYPE_CHECKING:
    from tests.core.layouts.shop import Person

MATRIXIFY = columns(
    "ID|Name|Number|Processed At|Created At|Currency|Cancelled At|"
    "Price: Total Line Items|Price: Total Discount|Price: Total Shipping|Tax: Total|"
    "Price: Total Refund|Price: Total|Payment: Status|Customer: ID|Customer: Email|"
    "Customer: First Name|Customer: Last Name|Line: Type|Line: ID|Line: Title|"
    "Line: SKU|Line: Quantity|Line: Price|Line: Discount|Line: Total|Refund: ID|"
    "Transaction: Amount"
)
LOYVERSE_ITEMS = columns(
    "Date|Receipt number|Receipt type|Category|SKU|Item|Variant|Modifiers applied|"
    "Quantity|Gross sales|Discounts|Net sales|Cost of goods|Gross profit|Taxes|POS|"
    "Store|Cashier name|Customer name|Customer contacts|Comment|Status"
)
LOYVERSE_RECEIPTS = columns(
    "Date|Receipt number|Receipt type|Gross sales|Discounts|Net sales|Taxes|"
    "Total collected|Cost of goods|Gross profit|Payment type|Description|POS|Store|"
    "Cashier name|Customer name|Customer contacts|Status"
)
XERO = columns(
    "*ContactName|EmailAddress|POCountry|*InvoiceNumber|Reference|*InvoiceDate|"
    "*DueDate|Total|TaxTotal|InvoiceAmountPaid|InvoiceAmountDue|InventoryItemCode|"
    "*Description|*Quantity|*UnitAmount|Discount|LineAmount|*AccountCode|*TaxType|"
    "TaxAmount|Currency|Type|Sent|Status"
)
QUICKBOOKS_PRODUCTS = columns(
    "|Date|Transaction Type|Num|Customer|Memo/Description|Qty|Sales Price|Amount|"
    "Balance"
)
QUICKBOOKS_LIST = columns("Date|Type|No.|Customer|Memo|Due date|Balance|Total|Status")
PRESTASHOP_SQL = columns(
    "id_order|reference|id_customer|email|total_paid|total_shipping|date_add|"
    "product_name|product_quantity|unit_price_tax_incl|current_state"
)
ECWID = columns(
    "order_number|order_email|order_date|order_total|order_shipping|order_tax|"
    "payment_status|sku|name|price|quantity"
)


def matrixify() -> Written:
    """Rows of six kinds; the money of the order stands on its first row."""
    back = {"1005": Decimal(60), "1007": Decimal(40)}
    records: list[Cells] = []
    for order in ORDERS:
        who = order.person
        head: Cells = {
            "ID": f"450{order.number}",
            "Name": f"#{order.number}",
            "Customer: ID": who.id if who else "",
            "Customer: Email": who.email if who else "",
        }
        first: Cells = {
            "Created At": f"{order.at:%Y-%m-%d %H:%M:%S} +0000",
            "Currency": "EUR",
            "Cancelled At": (
                f"{order.at:%Y-%m-%d} 12:00:00 +0000" if order.cancelled else ""
            ),
            "Price: Total Line Items": point(order.gross),
            "Price: Total Discount": point(order.gross - order.goods),
            "Price: Total Shipping": point(order.shipping),
            "Tax: Total": point(order.tax),
            "Price: Total Refund": point(back.get(order.number, Decimal(0))),
            "Price: Total": point(order.total),
            "Payment: Status": "paid",
        }
        lines: list[Cells] = [
            {
                "Line: Type": "Line Item",
                "Line: Title": item.product,
                "Line: SKU": item.sku,
                "Line: Quantity": item.quantity,
                "Line: Price": point(item.price),
                "Line: Discount": point(-(item.gross - order.net_of(item))),
                "Line: Total": point(order.net_of(item)),
            }
            for item in order.items
        ]
        lines.append(
            {
                "Line: Type": "Shipping Line",
                "Line: Title": "Standard",
                "Line: Price": point(order.shipping),
            }
        )
        if order.number in back:
            lines.append(
                {
                    "Line: Type": "Refund Line",
                    "Line: Title": order.items[-1].product,
                    "Line: Quantity": -1,
                    "Line: Price": point(back[order.number]),
                    "Refund: ID": "880",
                }
            )
        lines.append(
            {"Line: Type": "Transaction", "Transaction: Amount": point(order.total)}
        )
        records += [
            head | (first if place == 0 else {}) | line
            for place, line in enumerate(lines)
        ]
    lines_out = sales(LIVE, lambda person: person.id)
    lines_out += returns(back, lambda person: person.id)
    return Written(
        files={"Orders.csv": delimited(sheet(MATRIXIFY, records))},
        systems={"Orders.csv": "matrixify_orders"},
        lines=[replace(line, order=f"#{line.order}") for line in lines_out],
        rows=18 + 12 + 12 + 2,
        aside={"cancelled": 1, "not_a_sale": 26},
        currency="EUR",
    )


def loyverse_items() -> Written:
    """Refunds are receipts of their own; most people are not known."""
    records = []
    for order, _, item in each(ORDERS):
        net = order.net_of(item)
        row = {
            "Date": f"{order.at:%d/%m/%Y %H:%M}",
            "Receipt number": f"1-{order.number}",
            "Receipt type": "Sale",
            "SKU": item.sku,
            "Item": item.product,
            "Quantity": f"{item.quantity}.000",
            "Gross sales": point(item.gross),
            "Discounts": point(item.gross - net),
            "Net sales": point(net),
            "Taxes": point(net / 10),
            "Store": "Main",
            "Customer name": name(order.person),
            "Customer contacts": order.person.email if order.person else "",
            "Status": "Cancelled" if order.cancelled else "Closed",
        }
        records.append(row)
        if item.back and order.back_at:
            records.append(
                row
                | {
                    "Date": f"{order.back_at:%d/%m/%Y %H:%M}",
                    "Receipt number": f"1-9{order.number}",
                    "Receipt type": "Refund",
                    "Quantity": f"-{item.back}.000",
                    "Gross sales": point(-item.price * item.back),
                    "Discounts": "0.00",
                    "Net sales": point(-order.back_of(item)),
                }
            )
    lines = sales(LIVE, email) + pieces(email)
    return Written(
        files={"receipts-by-item.csv": delimited(sheet(LOYVERSE_ITEMS, records))},
        systems={"receipts-by-item.csv": "loyverse_items"},
        lines=[
            replace(line, order=f"1-{line.order}", at=line.at.replace(second=0))
            for line in lines
        ],
        rows=20,
        aside={"cancelled": 1},
        options={"currency": "EUR"},
    )


def loyverse_receipts() -> Written:
    """A row a receipt; the packed description is not taken apart."""
    records = [
        {
            "Date": f"{order.at:%d/%m/%Y %H:%M}",
            "Receipt number": f"1-{order.number}",
            "Receipt type": "Sale",
            "Gross sales": point(order.gross),
            "Discounts": point(order.gross - order.goods),
            "Net sales": point(order.goods),
            "Taxes": point(order.tax),
            "Total collected": point(order.goods + order.tax),
            "Payment type": "Cash",
            "Description": ", ".join(
                f"{item.quantity} x {item.product}" for item in order.items
            ),
            "Store": "Main",
            "Customer contacts": order.person.email if order.person else "",
            "Status": "Cancelled" if order.cancelled else "Closed",
        }
        for order in ORDERS
    ]
    return Written(
        files={"receipts.csv": delimited(sheet(LOYVERSE_RECEIPTS, records))},
        systems={"receipts.csv": "loyverse_receipts"},
        lines=[
            replace(line, order=f"1-{line.order}", at=line.at.replace(second=0))
            for line in totals(LIVE, email)
        ],
        rows=12,
        aside={"cancelled": 1},
        options={"currency": "EUR"},
    )


def xero() -> Written:
    """Required columns have a star; credit notes are refunds; bills are none."""

    def row(order_number: str, who: Person | None, kind: str) -> Cells:
        return {
            "*ContactName": name(who),
            "EmailAddress": who.email if who else "",
            "*InvoiceNumber": order_number,
            "Currency": "EUR",
            "Type": kind,
            "Sent": "Sent",
        }

    records = []
    for order, _, item in each(ORDERS):
        records.append(
            row(f"INV-{order.number}", order.person, "Sales invoice")
            | {
                "*InvoiceDate": f"{order.at:%d/%m/%Y}",
                "Total": point(order.goods + order.tax),
                "TaxTotal": point(order.tax),
                "InventoryItemCode": item.sku,
                "*Description": item.product,
                "*Quantity": point(Decimal(item.quantity)),
                "*UnitAmount": point(item.price),
                "LineAmount": point(order.net_of(item)),
                "TaxAmount": point(order.net_of(item) / 10),
                "Status": "Voided" if order.cancelled else "Paid",
            }
        )
    for order, _, item in each(LIVE):
        if item.back and order.back_at:
            back = order.back_of(item)
            records.append(
                row(f"CN-{order.number}", order.person, "Sales credit note")
                | {
                    "*InvoiceDate": f"{order.back_at:%d/%m/%Y}",
                    "Total": point(-back * Decimal("1.1")),
                    "TaxTotal": point(-back / 10),
                    "InventoryItemCode": item.sku,
                    "*Description": item.product,
                    "*Quantity": point(Decimal(item.back)),
                    "*UnitAmount": point(-back / item.back),
                    "LineAmount": point(-back),
                    "TaxAmount": point(-back / 10),
                    "Status": "Paid",
                }
            )
    records.append(
        row("B-1", None, "Bill")
        | {
            "*ContactName": "Paper Mill",
            "*InvoiceDate": "29/02/2024",
            "Total": "50.00",
            "TaxTotal": "0.00",
            "*Description": "Boxes",
            "LineAmount": "50.00",
            "Status": "Paid",
        }
    )
    lines = sales(LIVE, name, day=True) + pieces(name, day=True)
    return Written(
        files={"SalesInvoices.csv": delimited(sheet(XERO, records))},
        systems={"SalesInvoices.csv": "xero_invoices"},
        lines=[replace(line, order=f"INV-{line.order}") for line in lines],
        rows=18 + 2 + 1,
        aside={"cancelled": 1, "not_a_sale": 1},
        currency="EUR",
    )


def quickbooks_by_product() -> Written:
    """The product stands above its lines, the customer on each of them."""
    rows: list[list[Any]] = [
        ["Sales by Product/Service Detail"],
        ["Kept Shop"],
        ["January - June, 2024"],
        [],
        QUICKBOOKS_PRODUCTS,
    ]
    products = sorted({item.product for _, _, item in each(LIVE)})
    for product in products:
        rows.append([product, *[""] * 9])
        running = Decimal(0)
        for order, _, item in each(LIVE):
            if item.product != product:
                continue
            parts = [(order.at, "Invoice", item.quantity, order.net_of(item))]
            if item.back and order.back_at:
                back = -order.back_of(item)
                parts.append((order.back_at, "Credit Memo", -item.back, back))
            for at, kind, count, money in parts:
                running += money
                rows.append(
                    [
                        "",
                        f"{at:%m/%d/%Y}",
                        kind,
                        order.number,
                        name(order.person),
                        "",
                        f"{count}.00",
                        point(unit(order, item)),
                        f"{money:,.2f}",
                        f"{running:,.2f}",
                    ]
                )
        total = f"${running:,.2f}"
        rows.append([f"Total for {product}", *[""] * 7, total, ""])
    rows.append(["TOTAL", *[""] * 7, "$1,773.00", ""])
    lines = sales(LIVE, name, day=True) + pieces(name, day=True)
    return Written(
        files={"detail.csv": delimited(rows)},
        systems={"detail.csv": "quickbooks_sales_by_product_detail"},
        lines=lines,
        rows=17 + 2 + 2 * len(products) + 1,
        aside={"group_row": len(products), "total_row": len(products) + 1},
        options={"currency": "USD"},
    )


def quickbooks_list() -> Written:
    """A row a transaction, payments among them; tax is in the total."""
    records = [
        {
            "Date": f"{order.at:%m/%d/%Y}",
            "Type": "Invoice",
            "No.": order.number,
            "Customer": name(order.person),
            "Due date": f"{order.at:%m/%d/%Y}",
            "Balance": "$0.00",
            "Total": f"${order.goods + order.tax:,.2f}",
            "Status": "Voided" if order.cancelled else "Paid",
        }
        for order in ORDERS
    ]
    records += [
        record | {"Type": "Payment", "Total": f"-{record['Total']}", "Status": "Closed"}
        for record in records
        if record["Status"] == "Paid"
    ]
    lines = totals(LIVE, name, lambda order: order.goods + order.tax, day=True)
    return Written(
        files={"sales.csv": delimited(sheet(QUICKBOOKS_LIST, records))},
        systems={"sales.csv": "quickbooks_invoices"},
        lines=lines,
        rows=12 + 11,
        aside={"cancelled": 1, "not_a_sale": 11},
        options={"currency": "USD"},
    )


def prestashop_sql() -> Written:
    """Names of the database; a state is a number: 6 cancelled, 7 refunded, 5 done."""
    states = {"1006": "6", "1007": "7"}
    records = [
        {
            "id_order": order.number[2:],
            "reference": f"XKB{order.number}",
            "id_customer": order.person.id[2:] if order.person else "",
            "email": order.person.email if order.person else "",
            "total_paid": comma(order.goods + order.shipping),
            "total_shipping": comma(order.shipping),
            "date_add": f"{order.at:%Y-%m-%d %H:%M:%S}",
            "product_name": item.product,
            "product_quantity": item.quantity,
            "unit_price_tax_incl": comma(item.net / item.quantity),
            "current_state": states.get(order.number, "5"),
        }
        for order, _, item in each(ORDERS)
    ]

    def key(person: Person) -> str:
        return person.id[2:]

    lines = sales(LIVE, key) + returns({"1007": Decimal(40)}, key)
    return Written(
        files={"request_sql_1.csv": delimited(sheet(PRESTASHOP_SQL, records), ";")},
        systems={"request_sql_1.csv": "prestashop_sql_manager"},
        lines=[replace(line, order=f"XKB{line.order}") for line in lines],
        rows=18,
        aside={"cancelled": 1},
        options={"currency": "EUR"},
    )


def ecwid() -> Written:
    """A row an item, the order's money on each."""
    records = [
        {
            "order_number": order.number,
            "order_email": order.person.email if order.person else "",
            "order_date": f"{moment(order, False):%Y-%m-%d %H:%M:%S}",
            "order_total": point(order.total),
            "order_shipping": point(order.shipping),
            "order_tax": point(order.tax),
            "payment_status": "Cancelled" if order.cancelled else "Paid",
            "sku": item.sku,
            "name": item.product,
            "price": point(item.net / item.quantity),
            "quantity": item.quantity,
        }
        for order, _, item in each(ORDERS)
    ]
    return Written(
        files={"orders.csv": delimited(sheet(ECWID, records))},
        systems={"orders.csv": "ecwid_orders"},
        lines=sales(LIVE, email),
        rows=18,
        aside={"cancelled": 1},
        options={"currency": "EUR"},
    )
