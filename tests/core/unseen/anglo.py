"""Shops that write English: American, British, Indian, Australian."""

from __future__ import annotations

import datetime as dt

from tests.core.unseen.base import (
    Case,
    D,
    Draw,
    Truth,
    book,
    by_line,
    counted,
    counted_orders,
    dot,
    english,
    net,
    sales,
    split,
    text,
)

PEOPLE = split(
    "Olivia Hart,Noah Kaur,Priya Nair,Liam O'Brien,Grace Okafor,Ethan Cole,Mia Rossi,"
    "Arjun Mehta,Zoe Blake,Sam Whitlock,Ruth Abbott,Ines Duarte,Tom Finch,Ada Quinn"
)
SOAP = split("Lavender bar,Oat soap,Bath salt,Gift box,Candle,Travel set")
WINE = split("Riesling,Shiraz,Pinot,Magnum,Cider,Mixed case")


def lines_of_orders() -> Case:
    """An ERP's order lines: fields by their path, blanks below the first line."""
    drawn = sales(91, Draw(orders=42))
    header = split(
        "Order Reference|Customer/External ID|Customer|Order Date|Salesperson|"
        "Order Lines/Product|Order Lines/Quantity|Order Lines/Unit Price|"
        "Order Lines/Subtotal|Untaxed Amount|Total|Status",
        "|",
    )
    rows = by_line(
        drawn,
        lambda sale, line, place: [
            *_first(
                place,
                [
                    f"S{sale.number:05d}",
                    f"__export__.res_partner_{sale.person}",
                    PEOPLE[sale.person],
                    f"{sale.at:%Y-%m-%d %H:%M:%S}",
                    "Mitchell Admin",
                ],
            ),
            f"[SO{line.product}] {SOAP[line.product]}",
            f"{line.quantity}.0",
            dot(line.price),
            dot(line.net),
            *_first(
                place,
                [dot(sale.net), dot(sale.net * D("1.2")), "Sales Order"],
            ),
        ],
    )
    truth = Truth(
        columns={
            "order_id": "Order Reference",
            "ordered_at": "Order Date",
            "customer_id": "Customer/External ID",
            "customer_name": "Customer",
            "product": "Order Lines/Product",
            "quantity": "Order Lines/Quantity",
            "unit_price": "Order Lines/Unit Price",
            "amount": "Order Lines/Subtotal",
        },
        **counted(drawn),
        amount="Order Lines/Subtotal",
        questions=frozenset({"currency"}),
        plain=False,
    )
    return Case("en_erp_order_lines", {"sale.order.csv": text([header, *rows])}, truth)


def _first(place: int, cells: list[object]) -> list[object]:
    return cells if place == 0 else [""] * len(cells)


def posted_lines() -> Case:
    """Posted sales lines of an accounting system: types, bill-to and sell-to."""
    drawn = sales(92, Draw(orders=40, lines=2))
    header = split(
        "Document Type|Document No.|Line No.|Posting Date|Sell-to Customer No.|"
        "Bill-to Customer No.|Type|No.|Description|Quantity|Unit of Measure|"
        "Unit Price Excl. VAT|Line Discount %|"
        "Line Amount Excl. VAT|Amount Including VAT",
        "|",
    )
    rows = by_line(
        drawn,
        lambda sale, line, place: [
            "Invoice",
            f"103{sale.number:03d}",
            (place + 1) * 10000,
            f"{sale.at:%d/%m/%y}",
            f"C{10000 + sale.person * 10}",
            "C90000",
            "Item",
            f"{1900 + line.product}-S",
            SOAP[line.product],
            line.quantity,
            "PCS",
            english(line.price),
            0,
            english(line.net),
            english(line.net * D("1.2")),
        ],
    )
    credit = list(rows[6])
    credit[0], credit[1] = "Credit Memo", "104001"
    for place in (9, 13, 14):
        credit[place] = f"-{credit[place]}"
    facts = counted(drawn)
    count = facts["lines"] + 1
    back = drawn[
        next(i for i, s in enumerate(drawn) if f"103{s.number:03d}" == rows[6][1])
    ]
    lost = next(line for line in back.lines if SOAP[line.product] == rows[6][8])
    truth = Truth(
        columns={
            "order_id": "Document No.",
            "ordered_at": "Posting Date",
            "customer_id": "Sell-to Customer No.",
            "product": "Description",
            "sku": "No.",
            "quantity": "Quantity",
            "unit_price": "Unit Price Excl. VAT",
            "amount": "Line Amount Excl. VAT",
        },
        **(facts | {"lines": count, "rows": count, "net": net(drawn) - lost.net}),
        amount="Line Amount Excl. VAT",
        day_first=True,
        questions=frozenset({"currency", "customer_column"}),
        encoding="cp1252",
        delimiter="\t",
        written="%d/%m/%y",
    )
    content = text([header, *rows, credit], encoding="cp1252", delimiter="\t")
    return Case("en_posted_sales_lines", {"Posted Sales Lines.txt": content}, truth)


def books() -> Case:
    """Invoices of a small-business suite: item rows, the invoice's total on each."""
    drawn = sales(93, Draw(orders=38))
    header = split(
        "Invoice Date,Invoice ID,Invoice Number,Invoice Status,Customer ID,"
        "Customer Name,Currency Code,Item Name,Quantity,Item Price,"
        "Item Total,SubTotal,Total,Balance,"
        "Sales person"
    )
    rows = by_line(
        drawn,
        lambda sale, line, _: [
            f"{sale.at:%Y-%m-%d}",
            f"98200000{sale.number}",
            f"INV-{sale.number:06d}",
            "Closed",
            f"46000{sale.person:04d}",
            PEOPLE[sale.person],
            "INR",
            SOAP[line.product],
            f"{line.quantity}.00",
            dot(line.price),
            dot(line.net),
            dot(sale.net),
            dot(sale.net * D("1.18")),
            "0.00",
            "Farah",
        ],
    )
    truth = Truth(
        columns={
            "order_id": "Invoice Number",
            "ordered_at": "Invoice Date",
            "customer_id": "Customer ID",
            "customer_name": "Customer Name",
            "product": "Item Name",
            "quantity": "Quantity",
            "unit_price": "Item Price",
            "amount": "Item Total",
            "currency": "Currency Code",
        },
        **counted(drawn),
        amount="Item Total",
        currency="INR",
    )
    return Case("in_invoices_items", {"Invoice.csv": text([header, *rows])}, truth)


def query() -> Case:
    """Somebody's SQL query as a file: snake case, a semicolon nowhere, nulls spelt."""
    drawn = sales(94, Draw(orders=50, guests=0.15))
    header = split(
        "order_line_id,order_id,user_id,created_at,sku,title,qty,unit_price_cents,"
        "net_amount,currency,utm_source"
    )
    count = iter(range(1, 1000))
    rows = by_line(
        drawn,
        lambda sale, line, _: [
            next(count),
            sale.number,
            "NULL" if sale.person is None else 81000 + sale.person,
            f"{sale.at:%Y-%m-%d %H:%M:%S}.000",
            f"S-{line.product}",
            SOAP[line.product],
            line.quantity,
            int(line.price * 100),
            dot(line.net),
            "USD",
            ["google", "NULL", "newsletter"][sale.number % 3],
        ],
    )
    truth = Truth(
        columns={
            "order_id": "order_id",
            "ordered_at": "created_at",
            "customer_id": "user_id",
            "product": "title",
            "sku": "sku",
            "quantity": "qty",
            "amount": "net_amount",
            "currency": "currency",
            "channel": "utm_source",
        },
        **counted(drawn),
        amount="net_amount",
        currency="USD",
        guests=frozenset({"NULL"}),
        questions=frozenset({"giant_key"}),
        written="%Y-%m-%d %H:%M:%S.000",
    )
    content = text([header, *rows], ending="\n")
    return Case("en_sql_query", {"query_result.csv": content}, truth)


def frame() -> Case:
    """What pandas wrote: an index without a name, floats for ids, NaN as blank."""
    drawn = sales(95, Draw(orders=45, guests=0.2))
    header = ["", *split("InvoiceId,Client,Dt,Item,Units,LineValue")]
    count = iter(range(1000))
    rows = by_line(
        drawn,
        lambda sale, line, _: [
            next(count),
            sale.number,
            "" if sale.person is None else f"{3000 + sale.person}.0",
            f"{sale.at:%Y-%m-%d %H:%M:%S}",
            SOAP[line.product],
            line.quantity,
            float(line.net),
        ],
    )
    truth = Truth(
        columns={
            "order_id": "InvoiceId",
            "ordered_at": "Dt",
            "customer_id": "Client",
            "product": "Item",
            "quantity": "Units",
            "amount": "LineValue",
        },
        **counted(drawn),
        amount="LineValue",
        questions=frozenset({"currency"}),
        written="%Y-%m-%d %H:%M:%S",
    )
    return Case(
        "en_pandas_index", {"df.csv": text([header, *rows], ending="\n")}, truth
    )


def form() -> Case:
    """Answers to an order form: long questions as headers, US times."""
    drawn = sales(96, Draw(orders=36, lines=1, quantity=1, prices=("24", "38", "55")))
    boxes = ["Small veg box", "Medium veg box", "Large veg box"]
    header = [
        "Timestamp", "Email Address", "What's your name?",
        "Which box would you like this week?", "Total to pay ($)",
        "Anything we should know?",
    ]  # fmt: skip
    rows = [
        [
            f"{sale.at.month}/{sale.at.day}/{sale.at.year} {sale.at:%H:%M:%S}",
            f"{PEOPLE[sale.person].split()[0].lower()}{sale.person}@example.com",
            PEOPLE[sale.person],
            boxes[sale.lines[0].product],
            f"{sale.net:.0f}",
            "" if sale.number % 4 else "No onions, please",
        ]
        for sale in drawn
    ]
    truth = Truth(
        columns={
            "ordered_at": "Timestamp",
            "email": "Email Address",
            "customer_name": "What's your name?",
            "product": "Which box would you like this week?",
            "amount": "Total to pay ($)",
        },
        **counted_orders(drawn),
        amount="Total to pay ($)",
        currency=None,
        day_first=False,
        decimal="",
        questions=frozenset({"currency"}),
        written="%m/%d/%Y %H:%M:%S",
    )
    content = text([header, *rows], ending="\n")
    return Case("us_order_form", {"Veg box (Responses).csv": content}, truth)


def access() -> Case:
    """A table out of a database of the nineties: midnight times, everything quoted."""
    drawn = sales(97, Draw(orders=44, lines=2))
    header = split("OrdID,CustID,OrdDate,ProdName,Qty,Price,Disc,ShipVia,Paid")
    rows = by_line(
        drawn,
        lambda sale, line, _: [
            str(sale.number),
            f"{PEOPLE[sale.person][:3].upper()}{sale.person:02d}",
            f"{sale.at.month}/{sale.at.day}/{sale.at.year} 0:00:00",
            SOAP[line.product],
            str(line.quantity),
            f"${line.price}",
            "0",
            "2",
            "TRUE",
        ],
    )
    truth = Truth(
        columns={
            "order_id": "OrdID",
            "ordered_at": "OrdDate",
            "customer_id": "CustID",
            "product": "ProdName",
            "quantity": "Qty",
            "unit_price": "Price",
        },
        **counted(drawn),
        amount="Qty × Price",
        day_first=False,
        questions=frozenset({"currency"}),
        encoding="cp1252",
        written="%m/%d/%Y %H:%M:%S",
    )
    content = text([header, *rows], encoding="cp1252", quoting=1)
    return Case("us_access_table", {"tblOrders.txt": content}, truth)


def payments() -> Case:
    """A payment provider: settled and captured amounts, failed and charged back."""
    drawn = sales(98, Draw(orders=60, lines=1))
    header = split(
        "Payment reference|Date paid|Payment method|Consumer email|Consumer name|"
        "Transaction status|Currency|Amount|Amount refunded|"
        "Settlement amount|Description",
        "|",
    )
    failed = {drawn[2].number, drawn[33].number}
    back = {drawn[10].number: D("3.00"), drawn[25].number: drawn[25].net}
    rows = [
        [
            f"tr_{sale.number * 7919:x}",
            f"{sale.at:%Y-%m-%dT%H:%M:%S+01:00}",
            "ideal",
            f"shopper{sale.person}@example.org",
            PEOPLE[sale.person],
            "failed" if sale.number in failed else "paid",
            "EUR",
            dot(sale.net),
            dot(back.get(sale.number, D(0))),
            dot(sale.net - D("0.29")),
            f"Order {sale.number}",
        ]
        for sale in drawn
    ]
    kept = [sale for sale in drawn if sale.number not in failed]
    truth = Truth(
        columns={
            "order_id": "Payment reference",
            "ordered_at": "Date paid",
            "email": "Consumer email",
            "customer_name": "Consumer name",
            "status": "Transaction status",
            "currency": "Currency",
            "amount": "Amount",
            "refund_amount": "Amount refunded",
        },
        **(
            counted_orders(kept)
            | {
                "rows": len(drawn),
                "net": net(kept) - sum(back.values(), D(0)),
                "lines": len(kept),
            }
        ),
        amount="Amount − Amount refunded",
        currency="EUR",
        aside=2,
        written="%Y-%m-%dT%H:%M:%S+01:00",
        skip={"Transaction status": {"failed"}},
    )
    content = text([header, *rows], delimiter=";")
    truth = Truth(**(vars(truth) | {"delimiter": ";"}))
    return Case("eu_payment_provider", {"payments.csv": content}, truth)


def wholesale() -> Case:
    """A wholesaler's workbook: Excel's day numbers as text, cost and margin beside."""
    drawn = sales(
        99, Draw(orders=46, prices=("120", "84.5", "33", "410", "18.75", "260"))
    )
    rows: list[list[object]] = [
        split(
            "Inv No,Inv Date,Acct,Account Name,Rep,Product,Cases,"
            "Unit Cost,Unit Sell,Cost,Sales ex GST,Margin,Margin %"
        )
    ]
    epoch = dt.datetime(1899, 12, 30)
    rows += by_line(
        drawn,
        lambda sale, line, _: [
            sale.number,
            (sale.at - epoch).days,
            f"AC{sale.person:03d}",
            f"{PEOPLE[sale.person].split()[1]} Bottle Shop",
            PEOPLE[13 - sale.number % 2],
            WINE[line.product],
            line.quantity,
            line.price * D("0.6"),
            line.price,
            line.gross * D("0.6"),
            line.net,
            line.net * D("0.4"),
            0.4,
        ],
    )
    truth = Truth(
        columns={
            "order_id": "Inv No",
            "ordered_at": "Inv Date",
            "customer_id": "Acct",
            "customer_name": "Account Name",
            "product": "Product",
            "quantity": "Cases",
            "unit_price": "Unit Sell",
            "amount": "Sales ex GST",
        },
        **counted(drawn),
        amount="Sales ex GST",
        decimal="",
        questions=frozenset({"currency"}),
        sheet="Data",
        written="%serial",
    )
    return Case("au_wholesale_margin", {"Sales FY.xlsx": book({"Data": rows})}, truth)


def piped() -> Case:
    """A fuel card's transactions: pipes, upper-case months, litres beside money."""
    drawn = sales(
        100,
        Draw(
            orders=66, people=10, lines=1, quantity=1, prices=("45.6", "71.25", "38.1")
        ),
    )
    fuel = ["UNLEADED", "DIESEL", "E10"]
    header = split(
        "TXN_NO|TXN_DT|TXN_TM|CARD_NO|DRIVER|SITE|"
        "GRADE|LITRES|PPL|AMT_EXVAT|VAT|AMT_INCVAT",
        "|",
    )
    rows = [
        [
            f"{sale.number:08d}",
            f"{sale.at:%d-%b-%y}".upper(),
            f"{sale.at:%H%M}",
            f"7082{sale.person:08d}",
            PEOPLE[sale.person].upper(),
            "A1 NORTH",
            fuel[sale.lines[0].product],
            dot(sale.net / D("1.4")),
            "140.0",
            dot(sale.net),
            dot((sale.net * D("0.2")).quantize(D("0.01"))),
            dot(sale.net + (sale.net * D("0.2")).quantize(D("0.01"))),
        ]
        for sale in drawn
    ]
    trailer = [f"TRAILER: {len(rows)} TRANSACTIONS", *[""] * 11]
    truth = Truth(
        columns={
            "order_id": "TXN_NO",
            "ordered_at": "TXN_DT",
            "order_time": "TXN_TM",
            "customer_id": "CARD_NO",
            "customer_name": "DRIVER",
            "product": "GRADE",
            "store": "SITE",
            "amount": "AMT_EXVAT",
        },
        **(counted_orders(drawn) | {"rows": len(rows) + 1}),
        amount="AMT_EXVAT",
        questions=frozenset({"currency", "customer_column"}),
        aside=1,
        delimiter="|",
        encoding="ascii",
        written="%d-%b-%y",
    )
    content = text([header, *rows, trailer], encoding="ascii", delimiter="|")
    return Case("uk_fuel_cards", {"FCTXN.DAT.txt": content}, truth)


def lessons() -> Case:
    """A riding school's sheet: names as *Surname, First*, £ in the cells."""
    drawn = sales(101, Draw(orders=48, lines=1, quantity=1, prices=("32", "45", "120")))
    what = ["Group lesson", "Private lesson", "Pony day"]
    header = split("Date|Rider|Parent's email|Lesson|Horse|Fee|Paid?", "|")
    rows = [
        [
            f"{sale.at:%a %d %b %Y}",
            ", ".join(reversed(PEOPLE[sale.person].split(" ", 1))),
            f"parent{sale.person}@example.co.uk",
            what[sale.lines[0].product],
            ["Biscuit", "Domino"][sale.number % 2],
            f"£{sale.net}",
            "Y",
        ]
        for sale in drawn
    ]
    truth = Truth(
        columns={
            "ordered_at": "Date",
            "email": "Parent's email",
            "customer_name": "Rider",
            "product": "Lesson",
            "amount": "Fee",
        },
        **counted_orders(drawn),
        amount="Fee",
        currency="GBP",
        questions=frozenset({"customer_column"}),
        encoding="cp1252",
        written="%a %d %b %Y",
    )
    content = text([header, *rows], encoding="cp1252")
    return Case("uk_riding_lessons", {"lessons.csv": content}, truth)


def clinic() -> Case:
    """A vet's ledger: owner and patient, payments between charges, brackets."""
    drawn = sales(
        102, Draw(orders=44, lines=1, quantity=1, prices=("65", "180", "22.4"))
    )
    what = ["Consult", "Dental", "Flea treatment"]
    header = split(
        "Trans #|Date|Client ID|Client|Patient|Trans Type|"
        "Description|Charge|Payment|Balance",
        "|",
    )
    rows = []
    for sale in drawn:
        who = [
            f"{sale.at:%m/%d/%Y}",
            f"{sale.person + 610}",
            PEOPLE[sale.person],
            ["Rex", "Tabby", "Coco"][sale.person % 3],
        ]
        item = what[sale.lines[0].product]
        money = f"${sale.net:,.2f}"
        rows.append([sale.number * 2, *who, "Charge", item, money, "", money])
        rows.append(
            [sale.number * 2 + 1, *who, "Payment", "Visa", "", f"({money})", "$0.00"]
        )
    truth = Truth(
        columns={
            "order_id": "Trans #",
            "ordered_at": "Date",
            "customer_id": "Client ID",
            "customer_name": "Client",
            "product": "Description",
            "amount": "Charge",
        },
        **(counted_orders(drawn) | {"rows": len(rows)}),
        amount="Charge",
        day_first=False,
        questions=frozenset({"currency", "amount_column"}),
        aside=len(drawn),
        written="%m/%d/%Y",
        skip={"Trans Type": {"Payment"}},
    )
    return Case("us_vet_ledger", {"ledger.csv": text([header, *rows])}, truth)


CASES = (
    lines_of_orders,
    posted_lines,
    books,
    query,
    frame,
    form,
    access,
    payments,
    wholesale,
    piped,
    lessons,
    clinic,
)
