"""The exports of shop systems, written from the vendors' notes alone."""

from __future__ import annotations

from decimal import Decimal

from tests.core.layouts.shop import ORDERS, Item, Order, Written
from tests.core.layouts.writing import VALID as SOLD
from tests.core.layouts.writing import (
    Row,
    by_email,
    by_gross,
    by_name,
    evenly,
    header_of,
    nobody,
    paid_back,
    plain,
    refund,
    refunds_beside,
    returned,
    sale,
    sales,
    table,
    us_clock,
)

SHOPIFY_2020 = """
Name | Email | Financial Status | Paid at | Fulfillment Status | Fulfilled at |
Accepts Marketing | Currency | Subtotal | Shipping | Taxes | Total | Discount Code |
Discount Amount | Shipping Method | Created at | Lineitem quantity | Lineitem name |
Lineitem price | Lineitem compare at price | Lineitem sku | Lineitem requires shipping |
Lineitem taxable | Lineitem fulfillment status | Billing Name | Billing Street |
Billing Address1 | Billing Address2 | Billing Company | Billing City | Billing Zip |
Billing Province | Billing Country | Billing Phone | Shipping Name | Shipping Street |
Shipping Address1 | Shipping Address2 | Shipping Company | Shipping City |
Shipping Zip | Shipping Province | Shipping Country | Shipping Phone | Notes |
Note Attributes | Cancelled at | Payment Method | Payment Reference | Refunded Amount |
Vendor | Outstanding Balance | Employee | Location | Device ID | Id | Tags |
Risk Level | Source | Lineitem discount | Tax 1 Name | Tax 1 Value | Tax 2 Name |
Tax 2 Value |
Tax 3 Name | Tax 3 Value | Tax 4 Name | Tax 4 Value | Tax 5 Name | Tax 5 Value | Phone |
Receipt Number"""
SHOPIFY = f"""{SHOPIFY_2020} | Duties | Billing Province Name |
Shipping Province Name | Payment ID | Payment Terms Name | Next Payment Due At |
Payment References"""


def _of_shopify(order: Order, place: int, item: Item, *, dated: bool) -> Row:
    """The order's cells stand on its first row; e-mail (and date) on all."""
    person = order.person
    back = paid_back(order)
    status = "refunded" if back == order.total else "partially_refunded"
    line = {
        "Name": f"#{order.number}",
        "Email": person.email.upper() if person else "",
        "Lineitem quantity": item.quantity,
        "Lineitem name": item.product,
        "Lineitem price": plain(item.price),
        "Lineitem sku": item.sku,
        "Lineitem requires shipping": "true",
        "Lineitem taxable": "true",
        "Lineitem fulfillment status": "fulfilled",
        "Vendor": "Kept Goods",
        "Lineitem discount": plain(item.off),
    }
    at = f"{order.at} +0100"
    if place:
        return line | ({"Created at": at} if dated else {})
    return line | {
        "Financial Status": "voided" if order.cancelled else status if back else "paid",
        "Paid at": at,
        "Fulfillment Status": "fulfilled",
        "Accepts Marketing": "yes",
        "Currency": "EUR",
        "Subtotal": plain(order.goods),
        "Shipping": plain(order.shipping),
        "Taxes": plain(order.tax),
        "Total": plain(order.total),
        "Discount Amount": plain(order.off),
        "Created at": at,
        "Billing Name": person.name if person else "",
        "Billing Zip": "'01067",
        "Billing Country": person.country if person else "",
        "Cancelled at": at if order.cancelled else "",
        "Payment Method": "Shopify Payments",
        "Refunded Amount": plain(back),
        "Outstanding Balance": "0.00",
        "Id": f"450{order.number}",
        "Risk Level": "Low",
        "Source": "web",
        "Tax 1 Name": "VAT 10%",
        "Tax 1 Value": plain(order.tax),
    }


def _shopify(header: str, *, dated: bool) -> Written:
    rows = [
        _of_shopify(order, place, item, dated=dated)
        for order in ORDERS
        for place, item in enumerate(order.items)
    ]
    lines = sales(SOLD, by_email) + refunds_beside(SOLD, by_email)
    return Written(
        files={"orders_export.csv": table(header_of(header), rows)},
        systems={"orders_export.csv": "shopify"},
        lines=[_renamed(line, f"#{line.order}") for line in lines],
        rows=18,
        aside={"cancelled": 1},
        currency="EUR",
    )


def _renamed(line, number: str):
    return type(line)(**{**line.__dict__, "order": number})


def shopify_2020() -> Written:
    """Continuation rows are dated."""
    return _shopify(SHOPIFY_2020, dated=True)


def shopify() -> Written:
    """Continuation rows are not dated."""
    return _shopify(SHOPIFY, dated=False)


SHOPIFY_CUSTOMERS_OLD = """
First Name | Last Name | Email | Accepts Email Marketing | Company | Address1 |
Address2 | City | Province | Province Code | Country | Country Code | Zip | Phone |
Accepts SMS Marketing | Total Spent | Total Orders | Tags | Note | Tax Exempt"""
SHOPIFY_CUSTOMERS = """
Customer ID | First Name | Last Name | Email | Accepts Email Marketing |
Default Address Company | Default Address Address1 | Default Address Address2 |
Default Address City | Default Address Province Code | Default Address Country Code |
Default Address Zip | Default Address Phone | Phone | Accepts SMS Marketing |
Total Spent | Total Orders | Note | Tax Exempt | Tags"""


def shopify_customers(*, old: bool) -> bytes:
    """Everybody, with the apostrophes that newer files put before digits."""
    header = header_of(SHOPIFY_CUSTOMERS_OLD if old else SHOPIFY_CUSTOMERS)
    people = {order.person.id: order.person for order in ORDERS if order.person}
    rows = []
    for place, person in enumerate(people.values()):
        row = {
            "First Name": person.first,
            "Last Name": person.last,
            "Email": person.email,
            "Accepts Email Marketing": "yes" if place % 2 else "no",
            "Phone": person.phone if old else f"'{person.phone}",
            "Total Spent": "100.00",
            "Total Orders": 1,
            "Tags": "vip" if place == 0 else "",
        }
        rows.append(row if old else row | {"Customer ID": f"'70{place}"})
    return table(header, rows)


WIX = """
Order number | Date created | Time | Fulfill by | Total order quantity | Contact email |
Note from customer | Additional checkout info | Item | Variant | SKU | Qty |
Quantity refunded | Price | Weight | Custom text | Deposit amount | Delivery method |
Delivery time | Recipient name | Recipient phone | Recipient company name |
Delivery country | Delivery state | Delivery state name | Delivery city |
Delivery address | Delivery zip/postal code | Billing name | Billing phone |
Billing company name | Delivery country | Delivery state | Delivery state name |
Delivery city | Delivery address | Delivery zip/postal code | Payment status |
Payment method | Coupon code | Gift card amount | Shipping rate | Total tax | Total |
Currency | Refunded amount | Net amount | Additional fees | Fulfillment status |
Tracking number | Fulfillment service | Shipping label"""


def _of_wix(order: Order, item: Item) -> Row:
    back = paid_back(order)
    paid = "Partially refunded" if back else "Paid"
    paid = "Refunded" if back == order.total else paid
    person = order.person
    return {
        "Order number": order.number,
        "Date created": f"{order.at:%b} {order.at.day}, {order.at.year}",
        "Time": us_clock(order),
        "Total order quantity": sum(each.quantity for each in order.items),
        "Contact email": person.email if person else "",
        "Item": item.product,
        "SKU": item.sku,
        "Qty": item.quantity,
        "Quantity refunded": item.back,
        "Price": plain(item.price),
        "Delivery country": person.country if person else "",
        "Billing name": person.name if person else "",
        "Payment status": "Unpaid" if order.cancelled else paid,
        "Payment method": "Credit Card",
        "Shipping rate": plain(order.shipping),
        "Total tax": plain(order.tax),
        "Total": plain(order.total),
        "Currency": "EUR",
        "Refunded amount": plain(back),
        "Net amount": plain(order.total - back),
        "Fulfillment status": "Fulfilled",
    }


def wix() -> Written:
    """Cells of the order on every row; no column for discounts; names twice."""
    rows = [_of_wix(order, item) for order in ORDERS for item in order.items]
    return Written(
        files={"wix.csv": table(header_of(WIX), rows)},
        systems={"wix.csv": "wix_orders"},
        lines=sales(SOLD, by_email, by_gross) + refunds_beside(SOLD, by_email),
        rows=18,
        aside={"unpaid": 1},
        currency="EUR",
    )


WOO_ANALYTICS = """
Date | Order # | N. Revenue (formatted) | Status | Customer | Customer type |
Product(s) | Items sold | Coupon(s) | N. Revenue"""


def woo_analytics() -> Written:
    """Items packed; money is net of refunds, so that a refunded order brings none."""
    rows, lines = [], []
    seen: set[str] = set()
    for order in ORDERS:
        net = order.goods - order.returned
        gone = not net
        status = "cancelled" if order.cancelled else "completed"
        name = order.person.name if order.person else ""
        rows.append(
            {
                "Date": f"{order.at}",
                "Order #": order.number,
                "N. Revenue (formatted)": f"&euro;{net:,.2f}",
                "Status": "refunded" if gone else status,
                "Customer": name,
                "Customer type": "returning" if name in seen else "new",
                "Product(s)": ", ".join(
                    f"{item.quantity}× {item.product}" for item in order.items
                ),
                "Items sold": sum(item.quantity for item in order.items),
                "N. Revenue": plain(net),
            }
        )
        seen.add(name)
        if not gone and not order.cancelled:
            parts = evenly(order) if not order.returned else [net / 2, net / 2]
            lines += [
                sale(order, item, part, by_name)
                for item, part in zip(order.items, parts, strict=True)
            ]
    return Written(
        files={"orders.csv": table(header_of(WOO_ANALYTICS), rows)},
        systems={"orders.csv": "woocommerce_analytics_orders"},
        lines=lines,
        rows=12,
        aside={"cancelled": 2},
    )


# Some labels of the plugin begin with a Cyrillic letter.
ADVANCED = """
Order Number | Order Status | Order Date | Сustomer Note | Customer IP address |
Customer User Id | First Name (Billing) | Last Name (Billing) | Company (Billing) |
Address 1 (Billing) | Address 2 (Billing) | City (Billing) | State (Billing) |
Zip (Billing) | Country Code (Billing) | Email (Billing) | Phone (Billing) |
First Name (Shipping) | Last Name (Shipping) | Company (Shipping) |
Address 1 (Shipping) | Address 2 (Shipping) | City (Shipping) | State (Shipping) |
Zip (Shipping) | Country Code (Shipping) | SKU | Name | Quantity | Coupon Code |
Discount Amount | Discount Amount Tax | Shipping Method Title | Payment Method Title |
Сoupons Used | Cart Discount Amount | Cart Discount Tax Amount | Order Tax Amount |
Order Shipping Amount | Order Shipping Tax Amount | Order Total Amount"""


def _of_advanced(order: Order) -> dict[str, object]:
    person = order.person
    status = "Completed"
    if order.returned == order.goods:
        status = "Refunded"
    return {
        "Order Number": order.number,
        "Order Status": "Cancelled" if order.cancelled else status,
        "Order Date": f"{order.at:%Y-%m-%d %H:%M:%S}",
        "First Name (Billing)": person.first if person else "",
        "Last Name (Billing)": person.last if person else "",
        "Country Code (Billing)": person.country if person else "",
        "Email (Billing)": person.email if person else "",
        "Phone (Billing)": person.phone if person else "",
        "Payment Method Title": "Card",
        "Cart Discount Amount": plain(order.off),
        "Cart Discount Tax Amount": "0.00",
        "Order Tax Amount": plain(order.tax),
        "Order Shipping Amount": plain(order.shipping),
        "Order Shipping Tax Amount": "0.00",
        "Order Total Amount": plain(order.total),
    }


def _status_refunds() -> list:
    """Only a status tells: of the order that came back whole."""
    return [
        refund(order, order.goods, by_email, order.items[0])
        for order in SOLD
        if order.returned == order.goods
    ]


def advanced_rows(*, populated: bool) -> Written:
    """Products in rows; the order's cells blank below the first, or repeated."""
    rows = []
    for order in ORDERS:
        for place, item in enumerate(order.items):
            own = {"SKU": item.sku, "Name": item.product, "Quantity": item.quantity}
            rows.append(own if place and not populated else _of_advanced(order) | own)
    return Written(
        files={"orders-2024.csv": table(header_of(ADVANCED), rows)},
        systems={"orders-2024.csv": "woo_advanced_order_export_defaults"},
        lines=sales(SOLD, by_email, evenly) + _status_refunds(),
        rows=18,
        aside={"cancelled": 1},
    )


def advanced_columns() -> Written:
    """Products in columns numbered 1 to 3, with their prices."""
    fields = ("SKU", "Name", "Quantity", "Price")
    header = []
    for name in header_of(ADVANCED):
        if name == "SKU":
            header += [f"{field} #{n}" for n in (1, 2, 3) for field in fields]
        elif name not in fields:
            header.append(name)
    rows = []
    for order in ORDERS:
        row = _of_advanced(order)
        for n, item in enumerate(order.items, start=1):
            row |= {
                f"SKU #{n}": item.sku,
                f"Name #{n}": item.product,
                f"Quantity #{n}": item.quantity,
                f"Price #{n}": plain(item.price),
            }
        rows.append(row)
    return Written(
        files={"orders-2024.csv": table(header, rows)},
        systems={"orders-2024.csv": "woo_advanced_order_export_defaults"},
        lines=sales(SOLD, by_email, by_gross) + _status_refunds(),
        rows=12,
        aside={"cancelled": 1},
    )


WEBTOFFEE = """
order_id | order_number | order_date | paid_date | status | shipping_total |
shipping_tax_total | fee_total | fee_tax_total | tax_total | cart_discount |
order_discount | discount_total | order_total | order_subtotal | order_currency |
payment_method | payment_method_title | transaction_id | customer_ip_address |
customer_user_agent | shipping_method | customer_id | customer_user | customer_email |
billing_first_name | billing_last_name | billing_company | billing_email |
billing_phone | billing_address_1 | billing_address_2 | billing_postcode |
billing_city | billing_state | billing_country | shipping_first_name |
shipping_last_name | shipping_company | shipping_phone | shipping_address_1 |
shipping_address_2 | shipping_postcode | shipping_city | shipping_state |
shipping_country | customer_note | wt_import_key | shipping_items | fee_items |
tax_items | coupon_items | order_notes | line_item_1 | line_item_2 | line_item_3"""


def webtoffee() -> Written:
    """Items packed in numbered columns, each with what it cost after discounts."""
    rows = []
    for order in ORDERS:
        person = order.person
        status = "refunded" if order.returned == order.goods else "completed"
        row = {
            "order_id": order.number,
            "order_number": order.number,
            "order_date": f"{order.at}",
            "paid_date": f"{order.at}",
            "status": "cancelled" if order.cancelled else status,
            "shipping_total": plain(order.shipping),
            "shipping_tax_total": "0.00",
            "fee_total": "0.00",
            "fee_tax_total": "0.00",
            "tax_total": plain(order.tax),
            "cart_discount": plain(order.off),
            "order_discount": plain(order.off),
            "discount_total": plain(order.off),
            "order_total": plain(order.total),
            "order_subtotal": plain(order.gross),
            "order_currency": "EUR",
            "customer_id": person.id.removeprefix("C-") if person else "0",
            "customer_email": person.email if person else "",
            "billing_first_name": person.first if person else "",
            "billing_last_name": person.last if person else "",
            "billing_email": person.email if person else "",
            "billing_country": person.country if person else "",
            "shipping_items": f"items:Mug &times; 2|total:{order.shipping}",
        }
        for n, item in enumerate(order.items, start=1):
            row[f"line_item_{n}"] = (
                f"name:{item.product}|product_id:{n}|sku:{item.sku}|"
                f"quantity:{item.quantity}|total:{plain(order.net_of(item))}|"
                f"sub_total:{plain(item.gross)}"
            )
        rows.append(row)

    def key(person):
        return person.id.removeprefix("C-")

    gone = next(order for order in SOLD if order.returned == order.goods)
    back = refund(gone, gone.goods, key, gone.items[0])
    return Written(
        files={"order_export.csv": table(header_of(WEBTOFFEE), rows)},
        systems={"order_export.csv": "woo_webtoffee"},
        lines=[*sales(SOLD, key), back],
        rows=12,
        aside={"cancelled": 1},
        currency="EUR",
    )


SKYVERGE = """
status | order_number_formatted | order_number | order_date | line_items | first_name |
last_name | billing_email | billing_address_1 | billing_address_2 | billing_postcode |
billing_city | billing_state | billing_country"""


def skyverge() -> Written:
    """Items packed in one cell, each with what was paid back of it."""
    rows, lines = [], sales(SOLD, by_email)
    for order in ORDERS:
        person = order.person
        status = "refunded" if order.returned == order.goods else "completed"
        packed = ";".join(
            f"id:{n}|name:{item.product}|product_id:{n}|sku:{item.sku}|"
            f"quantity:{item.quantity}|subtotal:{plain(item.gross)}|"
            f"total:{plain(order.net_of(item))}|refunded:{plain(order.back_of(item))}|"
            rf"refunded_qty:{item.back}|meta:Size=10\, wide"
            for n, item in enumerate(order.items, start=368)
        )
        rows.append(
            {
                "status": "cancelled" if order.cancelled else status,
                "order_number_formatted": order.number,
                "order_number": order.number,
                "order_date": f"{order.at}",
                "line_items": packed,
                "first_name": person.first if person else "",
                "last_name": person.last if person else "",
                "billing_email": person.email if person else "",
                "billing_country": person.country if person else "",
            }
        )
    lines += [
        refund(order, order.back_of(item), by_email, item)
        for order, item in returned(SOLD)
    ]
    return Written(
        files={"orders.csv": table(header_of(SKYVERGE), rows)},
        systems={"orders.csv": "woo_skyverge_partial"},
        lines=lines,
        rows=12,
        aside={"cancelled": 1},
    )


BIGCOMMERCE = """
Order ID | Customer ID | Customer Name | Customer Email | Customer Phone | Order Date |
Order Status | Subtotal (inc tax) | Subtotal (ex tax) | Tax Total |
Shipping Cost (inc tax) | Shipping Cost (ex tax) | Ship Method |
Handling Cost (inc tax) | Handling Cost (ex tax) | Order Total (inc tax) |
Order Total (ex tax) | Payment Method | Total Quantity | Total Shipped | Date Shipped |
Order Currency Code | Exchange Rate | Order Notes | Customer Message |
Billing First Name | Billing Last Name | Billing Company | Billing Street 1 |
Billing Street 2 | Billing Suburb | Billing State | Billing Zip | Billing Country |
Billing Phone | Billing Email | Billing Purchase Order # | Shipping First Name |
Shipping Last Name | Shipping Company | Shipping Street 1 | Shipping Street 2 |
Shipping Suburb | Shipping State | Shipping Zip | Shipping Country | Shipping Phone |
Shipping Email | Shipping Purchase Order # | Product Details | Store Credit Redeemed |
Gift Certificate Amount Redeemed | Gift Certificate Code |
Gift Certificate Expiration Date | Coupon Details | Refund Amount"""


def _of_bigcommerce(order: Order) -> Row:
    person = order.person
    back = paid_back(order)
    status = "Partially Refunded" if back else "Completed"
    status = "Refunded" if back == order.total else status
    packed = "|".join(
        f"Product ID: {n}, Product Qty: {item.quantity}, Product SKU: {item.sku}, "
        f"Product Name: {item.product}, Product Weight: 0.0700, "
        "Product Variation Details: , "
        f"Product Unit Price: {plain(item.price)}, "
        f"Product Total Price: {plain(item.gross)}"
        for n, item in enumerate(order.items, start=2471)
    )
    return {
        "Order ID": order.number,
        "Customer ID": person.id.removeprefix("C-") if person else "0",
        "Customer Name": person.name if person else "",
        "Customer Email": person.email if person else "",
        "Order Date": f"{order.at:%d/%m/%Y}",
        "Order Status": "Cancelled" if order.cancelled else status,
        "Subtotal (inc tax)": plain(order.gross * Decimal("1.1")),
        "Subtotal (ex tax)": plain(order.gross),
        "Tax Total": plain(order.tax),
        "Shipping Cost (inc tax)": plain(order.shipping),
        "Shipping Cost (ex tax)": plain(order.shipping),
        "Handling Cost (inc tax)": "0.00",
        "Handling Cost (ex tax)": "0.00",
        "Order Total (inc tax)": plain(order.total),
        "Order Total (ex tax)": plain(order.total - order.tax),
        "Total Quantity": sum(item.quantity for item in order.items),
        "Order Currency Code": "EUR",
        "Exchange Rate": "1.0000000000",
        "Billing Country": person.country if person else "",
        "Product Details": packed,
        "Refund Amount": plain(back),
    }


def bigcommerce() -> Written:
    """Items packed, with commas in their names; days first, without a time."""

    def key(person):
        return person.id.removeprefix("C-")

    lines = sales(SOLD, key, by_gross) + refunds_beside(SOLD, key)
    return Written(
        files={
            "orders.csv": table(
                header_of(BIGCOMMERCE), [_of_bigcommerce(order) for order in ORDERS]
            )
        },
        systems={"orders.csv": "bigcommerce_orders"},
        lines=[_on_its_day(line) for line in lines],
        rows=12,
        aside={"cancelled": 1},
        currency="EUR",
    )


def _on_its_day(line):
    at = line.at.replace(hour=0, minute=0, second=0)
    return type(line)(**{**line.__dict__, "at": at})


MAGENTO = """
ID | Purchase Point | Purchase Date | Bill-to Name | Ship-to Name |
Grand Total (Base) | Grand Total (Purchased) | Status | Billing Address |
Shipping Address | Shipping Information | Customer Email | Customer Group | Subtotal |
Shipping and Handling | Customer Name | Payment Method | Total Refunded |
Allocated sources | Pickup Location Code | Braintree Transaction Source |
Dispute State"""


def magento() -> Written:
    """A row an order, without items; tax cannot be told apart, so it stays in."""
    rows, lines = [], []
    for order in ORDERS:
        person, back = order.person, paid_back(order)
        status = "closed" if back == order.total else "complete"
        rows.append(
            {
                "ID": f"00000{order.number}",
                "Purchase Point": "Main Website\nMain Website Store",
                "Purchase Date": f"{order.at}",
                "Bill-to Name": person.name if person else "",
                "Grand Total (Base)": f"{order.total:.4f}",
                "Grand Total (Purchased)": f"{order.total:.4f}",
                "Status": "canceled" if order.cancelled else status,
                "Customer Email": person.email if person else "",
                "Customer Group": "General",
                "Subtotal": f"{order.gross:.4f}",
                "Shipping and Handling": f"{order.shipping:.4f}",
                "Customer Name": person.name if person else "",
                "Payment Method": "checkmo",
                "Total Refunded": f"{back:.4f}" if back else "",
            }
        )
        if order.cancelled:
            continue
        net, name = order.total - order.shipping, f"00000{order.number}"
        lines.append(sale(order, None, net, by_email, order=name))
        if back:
            lines.append(refund(order, min(back, net), by_email, order=name))
    return Written(
        files={"export.csv": table(header_of(MAGENTO), rows)},
        systems={"export.csv": "magento2_order_grid"},
        lines=lines,
        rows=12,
        aside={"cancelled": 1},
    )


PRESTASHOP = """
ID | Reference | New client | Delivery | Customer | Company | Total | Payment | Status |
Date"""


def _short(person) -> str:
    return f"{person.first[0]}. {person.last.upper()}"


def prestashop() -> Written:
    """The grid: no items, no address, shipping and tax in the total."""
    rows, lines = [], []
    for order in ORDERS:
        gone = order.returned == order.goods
        status = "Refunded" if gone else "Payment accepted"
        money = f"{order.total:,.2f} €".replace(",", " ").replace(".", ",")
        rows.append(
            {
                "ID": order.number,
                "Reference": f"XKB{order.number}JK",
                "New client": "Yes" if order.number < "1003" else "No",
                "Delivery": "Germany",
                "Customer": _short(order.person) if order.person else "",
                "Total": money,
                "Payment": "Bank transfer",
                "Status": "Canceled" if order.cancelled else status,
                "Date": f"{order.at:%d/%m/%Y %H:%M:%S}",
            }
        )
        if order.cancelled:
            continue
        # What customers call an order is the reference.
        name = f"XKB{order.number}JK"
        lines.append(sale(order, None, order.total, _short, order=name))
        if gone:
            lines.append(refund(order, order.total, _short, order=name))
    return Written(
        files={"orders.csv": table(header_of(PRESTASHOP), rows, delimiter=";")},
        systems={"orders.csv": "prestashop_order_grid"},
        lines=lines,
        rows=12,
        aside={"cancelled": 1},
        currency="EUR",
    )


PAYHIP = """
Date | Transaction ID | Product | Customer Email | Amount | Currency | Payhip Fee |
Payment Processor Fee | Coupon | Country"""


def payhip() -> Written:
    """A row a product sold; nothing of cancelled orders."""
    rows = [
        {
            "Date": f"{order.at}",
            "Transaction ID": order.number,
            "Product": item.product,
            "Customer Email": order.person.email if order.person else "",
            "Amount": plain(order.net_of(item)),
            "Currency": "USD",
            "Payhip Fee": "1.00",
            "Payment Processor Fee": "0.50",
            "Country": order.person.country if order.person else "",
        }
        for order in SOLD
        for item in order.items
    ]
    return Written(
        files={"sales.csv": table(header_of(PAYHIP), rows)},
        systems={"sales.csv": "payhip_sales"},
        lines=[_one_piece(line) for line in sales(SOLD, by_email)],
        rows=17,
        currency="USD",
    )


def _one_piece(line):
    return type(line)(**{**line.__dict__, "quantity": 1})


FAIRE = """
Order Number | Order Date | Retailer Name | Product Name | SKU | Quantity |
Wholesale Price | Retail Price | Status"""


def faire() -> Written:
    """Retailers buy at the wholesale price of a piece; no column for discounts."""
    rows = [
        {
            "Order Number": order.number,
            "Order Date": f"{order.at:%Y-%m-%d}",
            "Retailer Name": order.person.name if order.person else "",
            "Product Name": item.product,
            "SKU": item.sku,
            "Quantity": item.quantity,
            "Wholesale Price": plain(item.price),
            "Retail Price": plain(item.price * 2),
            "Status": "Canceled" if order.cancelled else "Delivered",
        }
        for order in ORDERS
        for item in order.items
    ]
    lines = sales(SOLD, by_name, lambda order: [item.gross for item in order.items])
    return Written(
        files={"orders.csv": table(header_of(FAIRE), rows)},
        systems={"orders.csv": "faire_orders"},
        lines=[_on_its_day(line) for line in lines],
        rows=18,
        aside={"cancelled": 1},
    )


FOURTHWALL = """
Order ID | Created At | Status | Product | Variant | Quantity | Subtotal | Shipping |
Tax | Total | Base Cost | Your Earnings"""


def fourthwall() -> Written:
    """A row a product, its own money in each cell; nobody is named."""
    rows = []
    for order in ORDERS:
        for place, item in enumerate(order.items):
            net = order.net_of(item)
            shipping = Decimal(0) if place else order.shipping
            rows.append(
                {
                    "Order ID": order.number,
                    "Created At": f"{order.at}",
                    "Status": "CANCELLED" if order.cancelled else "SHIPPED",
                    "Product": item.product,
                    "Quantity": item.quantity,
                    "Subtotal": plain(net),
                    "Shipping": plain(shipping),
                    "Tax": plain(net / 10),
                    "Total": plain(net + net / 10 + shipping),
                    "Base Cost": "5.00",
                    "Your Earnings": plain(net - 5),
                }
            )
    return Written(
        files={"orders.csv": table(header_of(FOURTHWALL), rows)},
        systems={"orders.csv": "fourthwall_orders"},
        lines=sales(SOLD, nobody),
        rows=18,
        aside={"cancelled": 1},
    )


TIKTOK = """
Order/adjustment ID | Type | Order created time | Order settled time | Currency |
Total settlement amount | Total revenue | Subtotal after seller discounts | Total fees |
Transaction fee | TikTok Shop commission fee | Affiliate commission"""


def tiktok() -> Written:
    """Settled orders and an adjustment; nobody and no product is named."""
    rows = [
        {
            "Order/adjustment ID": order.number,
            "Type": "Order",
            "Order created time": f"{order.at}",
            "Order settled time": "2024-07-01 00:00:00",
            "Currency": "GBP",
            "Total settlement amount": plain(order.goods - 1),
            "Total revenue": plain(order.goods),
            "Subtotal after seller discounts": plain(order.goods),
            "Total fees": "-1.00",
            "Transaction fee": "-1.00",
        }
        for order in SOLD
    ]
    rows.append(
        {
            "Order/adjustment ID": "9001",
            "Type": "Logistics reimbursement",
            "Order created time": "2024-06-20 10:00:00",
            "Order settled time": "2024-07-01 00:00:00",
            "Currency": "GBP",
            "Total settlement amount": "7.50",
            "Total revenue": "0.00",
            "Subtotal after seller discounts": "0.00",
            "Total fees": "0.00",
        }
    )
    return Written(
        files={"income.csv": table(header_of(TIKTOK), rows)},
        systems={"income.csv": "tiktok_shop_settlement"},
        lines=[sale(order, None, order.goods, nobody) for order in SOLD],
        rows=12,
        aside={"not_a_sale": 1},
        currency="GBP",
    )


LAYOUTS = {
    "shopify_2020": shopify_2020,
    "shopify": shopify,
    "wix": wix,
    "woo_analytics": woo_analytics,
    "advanced_blank": lambda: advanced_rows(populated=False),
    "advanced_populated": lambda: advanced_rows(populated=True),
    "advanced_columns": advanced_columns,
    "webtoffee": webtoffee,
    "skyverge": skyverge,
    "bigcommerce": bigcommerce,
    "magento": magento,
    "prestashop": prestashop,
    "payhip": payhip,
    "faire": faire,
    "fourthwall": fourthwall,
    "tiktok": tiktok,
}
