"""Files that a careful human sends back, or takes only with a question."""

from __future__ import annotations

import datetime as dt

from tests.core.unseen.base import (
    Case,
    D,
    Draw,
    Truth,
    book,
    by_line,
    comma,
    counted,
    counted_orders,
    dot,
    english,
    net,
    sales,
    split,
    text,
)

NAMES = split(
    "Ana Lima,Ben Ott,Cleo Fay,Dan Roe,Eva Lund,Finn Berg,Gil Paz,Hana Sato,Ivo Kral,"
    "Jo Mills,Kim Lee,Lea Graf,Max Horn,Nia Webb"
)
GOODS = split("Basket,Rope,Lamp,Stool,Hook,Bench")


def totals_only() -> Case:
    """Customers and what they ever spent: no dates, so no retention."""
    drawn = sales(111)
    rows = [split("Customer No,Name,Email,Orders,Total spent,City")]
    for person in range(14):
        mine = [sale for sale in drawn if sale.person == person]
        rows.append(
            [
                f"C{person}",
                NAMES[person],
                f"{person}@example.com",
                len(mine),
                dot(net(mine)),
                "Porto",
            ]
        )
    truth = Truth(
        columns={"customer_id": "Customer No", "email": "Email"},
        customers=14,
        orders=0,
        lines=0,
        rows=14,
        net=D(0),
        amount="",
        plain=False,
        refused="totals of customers without dates: there is no order in it",
    )
    return Case("odd_customer_totals", {"customers.csv": text(rows)}, truth)


def pivoted() -> Case:
    """A pivot: a row a customer, a column a month. No orders, only sums of months."""
    drawn = sales(112, Draw(orders=70))
    months = [f"{month}/2023" for month in range(1, 13)]
    rows = [["Row Labels", *months, "Grand Total"]]
    for person in range(14):
        sums = [
            net(s for s in drawn if s.person == person and s.at.month == month)
            for month in range(1, 13)
        ]
        rows.append(
            [
                NAMES[person],
                *[english(each) if each else "" for each in sums],
                english(sum(sums, D(0))),
            ]
        )
    truth = Truth(
        columns={"customer_name": "Row Labels"},
        customers=14,
        orders=0,
        lines=0,
        rows=14,
        net=D(0),
        amount="",
        plain=False,
        refused="a pivot: months stand in columns, single orders are lost",
    )
    return Case("odd_pivot_of_months", {"pivot.csv": text(rows)}, truth)


def product_days() -> Case:
    """Sales by product and day: dates and money, but neither orders nor customers."""
    drawn = sales(113, Draw(orders=60))
    sums: dict[tuple[str, int], list[D]] = {}
    for sale in drawn:
        for line in sale.lines:
            cell = sums.setdefault((f"{sale.at:%Y-%m-%d}", line.product), [D(0), D(0)])
            cell[0] += line.quantity
            cell[1] += line.net
    rows = [split("Day,Product,Units sold,Net sales")]
    rows += [
        [day, GOODS[product], units, dot(money)]
        for (day, product), (units, money) in sorted(sums.items())
    ]
    truth = Truth(
        columns={
            "ordered_at": "Day",
            "product": "Product",
            "quantity": "Units sold",
            "amount": "Net sales",
        },
        customers=None,
        orders=len({day for day, _ in sums}),
        lines=len(sums),
        rows=len(sums),
        net=net(drawn),
        amount="Net sales",
        questions=frozenset({"currency", "order_column", "customer_column"}),
        refused="sums of days, not orders; if taken, then for revenue only",
    )
    return Case("odd_sums_of_days", {"by_product.csv": text(rows)}, truth)


def headerless() -> Case:
    """A till's dump without a header; everything must be asked, by example."""
    drawn = sales(114, Draw(orders=50, guests=0.2))
    rows = by_line(
        drawn,
        lambda sale, line, _: [
            f"{sale.at:%Y%m%d%H%M%S}",
            f"{sale.number:06d}",
            "" if sale.person is None else f"98{sale.person:05d}",
            GOODS[line.product],
            line.quantity,
            dot(line.net),
        ],
    )
    truth = Truth(
        columns={},
        **counted(drawn),
        amount="the sixth column",
        questions=frozenset(
            {"currency", "amount_column", "customer_column", "order_column"}
        ),
        header=0,
        plain=False,
        delimiter=";",
    )
    return Case("odd_headerless_till", {"dump.csv": text(rows, delimiter=";")}, truth)


def two_dates() -> Case:
    """American dates in a file that looks European: `;`, decimal comma, m/d/y."""
    drawn = sales(115, Draw(orders=40))
    header = split("Order,Date,Customer,Product,Qty,Amount EUR")
    rows = by_line(
        drawn,
        lambda sale, line, _: [
            sale.number,
            f"{sale.at:%m/%d/%Y}",
            f"c{sale.person}@example.eu",
            GOODS[line.product],
            line.quantity,
            comma(line.net),
        ],
    )
    truth = Truth(
        columns={
            "order_id": "Order",
            "ordered_at": "Date",
            "email": "Customer",
            "product": "Product",
            "quantity": "Qty",
            "amount": "Amount EUR",
        },
        **counted(drawn),
        amount="Amount EUR",
        currency="EUR",
        day_first=False,
        decimal=",",
        delimiter=";",
        written="%m/%d/%Y",
    )
    content = text([header, *rows], delimiter=";")
    return Case("odd_month_first_in_europe", {"orders_eu.csv": content}, truth)


def offsets() -> Case:
    """Times of the world: ISO with a Z and milliseconds, ids that Excel has ruined."""
    drawn = sales(116, Draw(orders=40, lines=2))
    header = split("transaction,shopper,occurred,item,units,revenue_net_usd")
    rows = by_line(
        drawn,
        lambda sale, line, _: [
            "1.03293E+19",
            f"shopper-{sale.person:04d}",
            f"{sale.at:%Y-%m-%dT%H:%M:%S}.000Z",
            GOODS[line.product],
            line.quantity,
            dot(line.net),
        ],
    )
    truth = Truth(
        columns={
            "ordered_at": "occurred",
            "customer_id": "shopper",
            "product": "item",
            "quantity": "units",
            "amount": "revenue_net_usd",
        },
        **counted(drawn),
        amount="revenue_net_usd",
        currency="USD",
        questions=frozenset({"currency", "order_column"}),
        written="%Y-%m-%dT%H:%M:%S.000Z",
    )
    return Case("odd_ruined_order_ids", {"tx.csv": text([header, *rows])}, truth)


def epoch() -> Case:
    """Unix seconds, amounts in cents, a hash for a customer: an app's own log."""
    drawn = sales(117, Draw(orders=45, lines=1))
    header = split("purchase_id,account_hash,purchased_ts,plan,amount_cents,currency")
    rows = [
        [
            f"p_{sale.number}",
            f"{sale.person * 2654435761 % 2**32:08x}",
            int(sale.at.replace(tzinfo=dt.UTC).timestamp()),
            GOODS[sale.lines[0].product],
            int(sale.net * 100),
            "EUR",
        ]
        for sale in drawn
    ]
    truth = Truth(
        columns={
            "order_id": "purchase_id",
            "ordered_at": "purchased_ts",
            "customer_id": "account_hash",
            "product": "plan",
            "amount": "amount_cents",
            "currency": "currency",
        },
        **(counted_orders(drawn) | {"net": net(drawn) * 100}),
        amount="amount_cents",
        currency="EUR",
        decimal="",
        also_right=(net(drawn),),
        questions=frozenset({"amount_column"}),
        plain=False,
    )
    return Case(
        "odd_unix_seconds_cents", {"purchases.csv": text([header, *rows])}, truth
    )


def twice_named() -> Case:
    """A workbook that starts at C5, *Name* twice (the second one buys)."""
    drawn = sales(118, Draw(orders=40, lines=2))
    rows: list[list[object]] = [
        [],
        [None, None, "Northwind Outdoor - Sales detail"],
        [None, None, "Printed 2024-03-31 by jm"],
        [],
        [None, None, *split("No.|Date|Name|Name|Description|Qty|Amount (GBP)", "|")],
    ]
    rows += by_line(
        drawn,
        lambda sale, line, _: [
            None,
            None,
            sale.number,
            dt.datetime.combine(sale.at.date(), dt.time()),
            ["R. Stone", "P. Hill"][sale.number % 2],
            NAMES[sale.person],
            GOODS[line.product],
            line.quantity,
            line.net,
        ],
    )
    rows.append([])
    rows.append([None, None, "* prices net of VAT"])
    truth = Truth(
        columns={
            "order_id": "No.",
            "ordered_at": "Date",
            "customer_name": "Name",
            "product": "Description",
            "quantity": "Qty",
            "amount": "Amount (GBP)",
        },
        **(counted(drawn) | {"rows": sum(len(s.lines) for s in drawn) + 2}),
        amount="Amount (GBP)",
        currency="GBP",
        decimal="",
        questions=frozenset({"customer_column"}),
        aside=2,
        header=5,
        sheet="Sheet1",
        written="",
        plain=False,
    )
    content = book({"Sheet1": rows})
    return Case("odd_two_name_columns", {"Sales detail.xlsx": content}, truth)


def three_moneys() -> Case:
    """Net, VAT, gross and paid in a list with no word for any but in short forms."""
    drawn = sales(119, Draw(orders=44, lines=1))
    header = split("Ref;Dt;Cust;Prod;N;V;G;Pd", ";")
    rows = [
        [
            f"R{sale.number}",
            f"{sale.at:%d.%m.%Y}",
            f"CU{sale.person:02d}",
            GOODS[sale.lines[0].product],
            dot(sale.net),
            dot((sale.net * D("0.2")).quantize(D("0.01"))),
            dot(sale.net + (sale.net * D("0.2")).quantize(D("0.01"))),
            dot(sale.net + (sale.net * D("0.2")).quantize(D("0.01"))),
        ]
        for sale in drawn
    ]
    truth = Truth(
        columns={
            "order_id": "Ref",
            "ordered_at": "Dt",
            "customer_id": "Cust",
            "product": "Prod",
            "amount": "N",
        },
        **counted_orders(drawn),
        amount="N",
        day_first=True,
        questions=frozenset({"currency", "amount_column"}),
        delimiter=";",
        written="%d.%m.%Y",
    )
    return Case(
        "odd_letters_for_money",
        {"list.csv": text([header, *rows], delimiter=";")},
        truth,
    )


def mixed_money() -> Case:
    """Three currencies in one column, each with its own sign; never to be added."""
    drawn = sales(120, Draw(orders=60, lines=1))
    signs = ["€ ", "£", "$"]
    header = split("order no,when,who,item,paid")
    rows = [
        [
            sale.number,
            f"{sale.at:%Y-%m-%d %H:%M}",
            f"{NAMES[sale.person].split()[0].lower()}@example.net",
            GOODS[sale.lines[0].product],
            signs[sale.person % 3] + english(sale.net),
        ]
        for sale in drawn
    ]
    euros = [sale for sale in drawn if sale.person % 3 == 0]
    truth = Truth(
        columns={
            "order_id": "order no",
            "ordered_at": "when",
            "email": "who",
            "product": "item",
            "amount": "paid",
        },
        **(counted_orders(euros) | {"rows": len(rows)}),
        amount="paid",
        currency="EUR",
        questions=frozenset({"currency"}),
        aside=len(rows) - len(euros),
        written="%Y-%m-%d %H:%M",
        plain=False,
    )
    return Case("odd_three_currencies", {"orders.csv": text([header, *rows])}, truth)


CASES = (
    totals_only,
    pivoted,
    product_days,
    headerless,
    two_dates,
    offsets,
    epoch,
    twice_named,
    three_moneys,
    mixed_money,
)
