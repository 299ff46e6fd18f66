"""Etsy, Amazon, eBay and Empik, as they write their files (by the vendors' notes)."""

from __future__ import annotations

import csv
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tests.core.layouts.shop import ORDERS, Item, Line, Order, Person, Written
from tests.core.layouts.tables import (
    LIVE,
    Cells,
    columns,
    comma,
    delimited,
    each,
    moment,
    name,
    pieces,
    point,
    returns,
    sales,
    shared,
    sheet,
    totals,
    unit,
    user,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

MONTHS = columns("Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec")
ETSY_SOLD_ORDERS = columns(
    "Sale Date|Order ID|Buyer User ID|Full Name|First Name|Last Name|Number of Items|"
    "Payment Method|Date Shipped|Street 1|Street 2|Ship City|Ship State|Ship Zipcode|"
    "Ship Country|Currency|Order Value|Coupon Code|Coupon Details|Discount Amount|"
    "Shipping Discount|Shipping|Sales Tax|Order Total|Status|Card Processing Fees|"
    "Order Net|Adjusted Order Total|Adjusted Card Processing Fees|"
    "Adjusted Net Order Amount|Buyer|Order Type|Payment Type|InPerson Discount|"
    "InPerson Location|SKU"
)
ETSY_SOLD_ORDER_ITEMS = columns(
    "Sale Date|Item Name|Buyer|Quantity|Price|Coupon Code|Coupon Details|"
    "Discount Amount|Shipping Discount|Order Shipping|Order Sales Tax|Item Total|"
    "Currency|Transaction ID|Listing ID|Date Paid|Date Shipped|Ship Name|"
    "Ship Address1|Ship Address2|Ship City|Ship State|Ship Zipcode|Ship Country|"
    "Order ID|Variations|Order Type|Listings Type|Payment Type|InPerson Discount|"
    "InPerson Location|VAT Paid by Buyer|SKU"
)
ETSY_DIRECT_CHECKOUT_PAYMENTS = columns(
    "Payment ID|Buyer Username|Buyer Name|Order ID|Gross Amount|Fees|Net Amount|"
    "Currency|Listing Amount|Listing Currency|VAT Amount|Status|Order Date|Buyer|"
    "Refund Amount"
)
ETSY_STATEMENT = columns(
    "Date|Type|Title|Info|Currency|Amount|Fees & Taxes|Net|Tax Details"
)
AMAZON_NEW_ORDERS = columns(
    "order-id|order-item-id|purchase-date|payments-date|buyer-email|buyer-name|"
    "buyer-phone-number|sku|product-name|quantity-purchased|currency|item-price|"
    "item-tax|shipping-price|shipping-tax|ship-service-level|recipient-name|"
    "ship-address-1|ship-address-2|ship-address-3|ship-city|ship-state|"
    "ship-postal-code|ship-country|ship-phone-number|bill-address-1|bill-address-2|"
    "bill-address-3|bill-city|bill-state|bill-postal-code|bill-country|"
    "item-promotion-discount|item-promotion-id|ship-promotion-discount|"
    "ship-promotion-id|delivery-start-date|delivery-end-date|delivery-time-zone|"
    "delivery-Instructions|sales-channel"
)
AMAZON_UNSHIPPED_ORDERS = columns(
    "order-id|order-item-id|purchase-date|payments-date|reporting-date|promise-date|"
    "days-past-promise|buyer-email|buyer-name|buyer-phone-number|sku|product-name|"
    "quantity-purchased|quantity-shipped|quantity-to-ship|ship-service-level|"
    "recipient-name|ship-address-1|ship-address-2|ship-address-3|ship-city|"
    "ship-state|ship-postal-code|ship-country|is-business-order|"
    "purchase-order-number|price-designation|is-iba|verge-of-cancellation|"
    "verge-of-lateShipment"
)
AMAZON_ALL_ORDERS = columns(
    "amazon-order-id|merchant-order-id|purchase-date|last-updated-date|order-status|"
    "fulfillment-channel|sales-channel|order-channel|url|ship-service-level|"
    "product-name|sku|asin|item-status|quantity|currency|item-price|item-tax|"
    "shipping-price|shipping-tax|gift-wrap-price|gift-wrap-tax|"
    "item-promotion-discount|ship-promotion-discount|ship-city|ship-state|"
    "ship-postal-code|ship-country|promotion-ids|is-business-order|"
    "purchase-order-number|price-designation"
)
AMAZON_DATE_RANGE_REPORT = columns(
    "date/time|settlement id|type|order id|sku|description|quantity|marketplace|"
    "account type|fulfillment|order city|order state|order postal|"
    "tax collection model|product sales|product sales tax|shipping credits|"
    "shipping credits tax|gift wrap credits|giftwrap credits tax|Regulatory Fee|"
    "Tax On Regulatory Fee|promotional rebates|promotional rebates tax|"
    "marketplace withheld tax|selling fees|fba fees|other transaction fees|other|"
    "total"
)
EBAY_ORDERS = columns(
    "Sales Record Number|Order Number|Buyer Username|Buyer Name|Buyer Email|"
    "Buyer Note|Buyer Address 1|Buyer Address 2|Buyer City|Buyer State|Buyer Zip|"
    "Buyer Country|Buyer Tax Identifier Name|Buyer Tax Identifier Value|Ship To Name|"
    "Ship To Phone|Ship To Address 1|Ship To Address 2|Ship To City|Ship To State|"
    "Ship To Zip|Ship To Country|Item Number|Item Title|Custom Label|"
    "Sold Via Promoted Listings|Quantity|Sold For|Shipping And Handling|"
    "Item Location|Item Zip Code|Item Country|eBay Collect And Remit Tax Rate|"
    "eBay Collect And Remit Tax Type|eBay Reference Name|eBay Reference Value|"
    "Tax Status|Seller Collected Tax|eBay Collected Tax|"
    "Electronic Waste Recycling Fee|Mattress Recycling Fee|Battery Recycling Fee|"
    "White Goods Disposal Tax|Tire Recycling Fee|Additional Fee|Lumber Fee|"
    "Prepaid Wireless Fee|Road Improvement And Food Delivery Fee|"
    "eBay Collected Charges|Total Price|"
    "eBay Collected Tax and Fees Included in Total|Payment Method|Sale Date|"
    "Paid On Date|Ship By Date|Minimum Estimated Delivery Date|"
    "Maximum Estimated Delivery Date|Shipped On Date|Feedback Left|Feedback Received|"
    "My Item Note|PayPal Transaction ID|Shipping Service|Tracking Number|"
    "Transaction ID|Variation Details|Global Shipping Program|"
    "Global Shipping Reference ID|Click And Collect|"
    "Click And Collect Reference Number|eBay Plus|Authenticity Verification Program|"
    "Authenticity Verification Status|Authenticity Verification Outcome Reason|"
    "PSA Vault Program|Vault Fulfillment Type|eBay Fulfillment Program|Tax City|"
    "Tax State|Tax Zip|Tax Country|eBay International Shipping"
)
EBAY_TRANSACTION_REPORT = columns(
    "Transaction creation date|Type|Order number|Legacy order ID|Buyer username|"
    "Buyer name|Ship to city|Ship to province/region/state|Ship to zip|"
    "Ship to country|Net amount|Payout currency|Payout date|Payout ID|Payout method|"
    "Payout status|Reason for hold|Item ID|Transaction ID|Item title|Custom label|"
    "Quantity|Item subtotal|Shipping and handling|Seller collected tax|"
    "eBay collected tax|Final Value Fee - fixed|Final Value Fee - variable|"
    'Very high "item not as described" fee|Below standard performance fee|'
    "International fee|Gross transaction amount|Transaction currency|Exchange rate|"
    "Reference ID|Description"
)
EBAY_ORDERS_DE_SUBSET = columns(
    "Verkaufsprotokollnummer|Bestellnummer|Gesamtbetrag|Verkauft am|Zahlungsdatum|"
    "Nutzername des Käufers|Name des Käufers"
)
EMPIK_ORDERS_PL = columns(
    "Data utworzenia|Nr zamówienia|Ilość|Szczegóły|Status|Kwota|Cena jednostkowa|"
    "Cena wysyłki|Łączna kwota za wysyłkę|"
    "Całkowita kwota zamówienia bez podatków (w tym koszty wysyłki)|"
    "Łączna kwota za zamówienie z podatkiem VAT (z opłatami za wysyłkę)|"
    "Kwota przelana na konto sklep (z podatkiem)|"
    "Całkowita zwrócona kwota (w tym podatki)|Adres do faktury: imię|"
    "Adres do faktury: nazwisko|Adres do faktury: ulica 1|"
    "Adres do faktury: kod pocztowy|Adres do faktury: miejscowość|NIP klienta"
)


def at(order: Order, pattern: str, back: bool = False) -> str:
    """A moment without leading zeros where the pattern says ``{d}`` or ``{h}``."""
    when = order.back_at if back and order.back_at else order.at
    month, hour = MONTHS[when.month - 1], when.hour % 12 or 12
    return when.strftime(pattern).format(d=when.day, m=month, h=hour)


# Etsy knows buyers by their names on Etsy. A coupon is on the order; what went back is
# seen by the adjusted total only, which a full refund would leave at 0.
ETSY_BACK = {"1005": Decimal(60), "1007": Decimal(44)}


def etsy_orders() -> bytes:
    """``EtsySoldOrders2024.csv``: a row an order."""
    records = []
    for order in ORDERS:
        back = ETSY_BACK.get(order.number, Decimal(0))
        off = order.gross - order.goods
        who = order.person
        records.append(
            {
                "Sale Date": order.at.strftime("%m/%d/%y"),
                "Order ID": order.number,
                "Buyer User ID": user(who) if who else "",
                "Full Name": name(who),
                "First Name": who.first if who else "",
                "Last Name": who.last if who else "",
                "Number of Items": sum(item.quantity for item in order.items),
                "Payment Method": "Credit Card",
                "Ship Country": who.country if who else "",
                "Currency": "EUR",
                "Order Value": point(order.gross),
                "Coupon Code": "THANKS" if off else "",
                "Discount Amount": point(off),
                "Shipping Discount": "0.00",
                "Shipping": point(order.shipping),
                "Sales Tax": point(order.tax),
                "Order Total": point(order.total),
                "Status": "Canceled" if order.cancelled else "Shipped",
                "Card Processing Fees": "2.15",
                "Order Net": point(order.total - Decimal("2.15")),
                "Adjusted Order Total": point(order.total - back if back else back),
                "Adjusted Card Processing Fees": "0.00",
                "Adjusted Net Order Amount": "0.00",
                "Buyer": user(who) if who else "",
                "Order Type": "online",
                "Payment Type": "online_cc",
                "SKU": ",".join(item.sku for item in order.items),
            }
        )
    return delimited(sheet(ETSY_SOLD_ORDERS, records))


def etsy_items(repeated: bool) -> bytes:
    """``EtsySoldOrderItems2024.csv``; money of the order on each row or the first."""
    records = []
    for order, place, item in each(ORDERS):
        first = repeated or place == 0
        who = order.person
        records.append(
            {
                "Sale Date": order.at.strftime("%m/%d/%y"),
                "Item Name": item.product,
                "Buyer": user(who) if who else "",
                "Quantity": item.quantity,
                "Price": point(item.price),
                "Discount Amount": point(order.gross - order.goods) if first else "",
                "Shipping Discount": "0.00" if first else "",
                "Order Shipping": point(order.shipping) if first else "",
                "Order Sales Tax": point(order.tax) if first else "",
                "Item Total": point(item.gross),
                "Currency": "EUR",
                "Transaction ID": f"{order.number}77{place}",
                "Listing ID": f"55{item.sku[-1]}",
                "Date Paid": order.at.strftime("%m/%d/%Y"),
                "Ship Name": name(who),
                "Ship Country": who.country if who else "",
                "Order ID": order.number,
                "Order Type": "online",
                "Listings Type": "listing",
                "Payment Type": "online_cc",
                "SKU": item.sku,
            }
        )
    return delimited(sheet(ETSY_SOLD_ORDER_ITEMS, records))


def etsy_order_file() -> Written:
    lines = totals(LIVE, user, day=True, counted=True)
    lines += returns(ETSY_BACK, user, day=True, items=False)
    return Written(
        files={"EtsySoldOrders2024.csv": etsy_orders()},
        systems={"EtsySoldOrders2024.csv": "etsy_sold_orders"},
        lines=lines,
        rows=12,
        aside={"cancelled": 1},
        currency="EUR",
    )


def etsy_item_file(repeated: bool) -> Written:
    """By itself it says neither what was cancelled nor what went back."""
    return Written(
        files={"EtsySoldOrderItems2024.csv": etsy_items(repeated)},
        systems={"EtsySoldOrderItems2024.csv": "etsy_sold_order_items"},
        lines=sales(ORDERS, user, shared, day=True),
        rows=18,
        currency="EUR",
    )


def etsy_both_files() -> Written:
    names = ("EtsySoldOrders2024.csv", "EtsySoldOrderItems2024.csv")
    return Written(
        files=dict(zip(names, (etsy_orders(), etsy_items(True)), strict=True)),
        systems=dict(
            zip(names, ("etsy_sold_orders", "etsy_sold_order_items"), strict=True)
        ),
        lines=sales(LIVE, user, shared, day=True) + returns(ETSY_BACK, user, day=True),
        rows=12 + 18,
        aside={"joined": 12, "cancelled": 1},
        currency="EUR",
    )


def etsy_payments() -> Written:
    """Shipping and tax are in the gross amount and stand nowhere by themselves."""
    back = {"1005": Decimal(66), "1007": Decimal(49)}
    records = [
        {
            "Payment ID": f"9{order.number}",
            "Buyer Username": user(order.person) if order.person else "",
            "Buyer Name": name(order.person),
            "Order ID": order.number,
            "Gross Amount": point(order.total),
            "Fees": "2.15",
            "Net Amount": point(order.total - Decimal("2.15")),
            "Currency": "EUR",
            "Listing Amount": point(order.total),
            "Listing Currency": "EUR",
            "VAT Amount": "0.00",
            "Status": "Settled",
            "Order Date": order.at.strftime("%m/%d/%Y"),
            "Buyer": user(order.person) if order.person else "",
            "Refund Amount": point(back.get(order.number, Decimal(0))),
        }
        for order in LIVE
    ]
    lines = totals(LIVE, user, lambda order: order.total, day=True)
    for order in LIVE:
        if order.number in back and order.person:
            day = moment(order, True)
            money = -back[order.number]
            lines.append(Line(order.number, user(order.person), day, None, -1, money))
    return Written(
        files={
            "EtsyDirectCheckoutPayments2024-1.csv": delimited(
                sheet(ETSY_DIRECT_CHECKOUT_PAYMENTS, records)
            )
        },
        systems={
            "EtsyDirectCheckoutPayments2024-1.csv": "etsy_direct_checkout_payments"
        },
        lines=lines,
        rows=11,
        currency="EUR",
    )


def etsy_statement() -> Written:
    """Sales, fees, refunds and deposits, a row each; a title names the order."""

    def row(day: dt.datetime, kind: str, title: str, money: str) -> Cells:
        fee = kind == "Fee"
        return {
            "Date": f"{day:%B} {day.day}, {day.year}",
            "Type": kind,
            "Title": title,
            "Currency": "EUR",
            "Amount": "--" if fee else money,
            "Fees & Taxes": money if fee else "--",
            "Net": money,
            "Tax Details": "--",
        }

    back = {"1005": Decimal(66), "1007": Decimal(49)}
    records = []
    for order in LIVE:
        title = f"Payment for Order #{order.number}"
        records.append(row(order.at, "Sale", title, f"€{order.total:,.2f}"))
        title = f"Transaction fee: Order #{order.number}"
        records.append(row(order.at, "Fee", title, "-€2.15"))
        if order.number in back and order.back_at:
            title = f"Refund for Order #{order.number}"
            money = f"-€{back[order.number]:,.2f}"
            records.append(row(order.back_at, "Refund", title, money))
    title = "€1,000.00 sent to your bank account"
    records.append(row(ORDERS[-1].at, "Deposit", title, "--"))
    lines = totals(LIVE, None, lambda order: order.total, day=True)
    for order in LIVE:
        if order.number in back:
            day = moment(order, True)
            lines.append(Line(order.number, None, day, None, -1, -back[order.number]))
    return Written(
        files={"etsy_statement_2024_1.csv": delimited(sheet(ETSY_STATEMENT, records))},
        systems={"etsy_statement_2024_1.csv": "etsy_statement"},
        lines=lines,
        rows=11 + 11 + 2 + 1,
        aside={"not_a_sale": 12},
        currency="EUR",
    )


def relay(person: Person) -> str:
    """Amazon's own address for a buyer of one seller."""
    return f"{user(person)}x7@marketplace.amazon.de"


def amazon(header: list[str], records: Iterable[Cells]) -> bytes:
    """TAB, nothing quoted: a quote in a name stands as it is."""
    return delimited(sheet(header, records), "\t", quoting=csv.QUOTE_NONE)


def amazon_new() -> Written:
    """Orders of the day: neither cancelled ones nor refunds."""
    records = [
        {
            "order-id": f"028-{order.number}",
            "order-item-id": f"{order.number}{place}",
            "purchase-date": order.at.isoformat() + "+00:00",
            "payments-date": order.at.isoformat() + "+00:00",
            "buyer-email": relay(order.person) if order.person else "",
            "buyer-name": name(order.person),
            "sku": item.sku,
            "product-name": item.product,
            "quantity-purchased": item.quantity,
            "currency": "EUR",
            "item-price": point(item.gross),
            "item-tax": point(order.net_of(item) / 10),
            "shipping-price": point(order.shipping if place == 0 else Decimal(0)),
            "shipping-tax": "0.00",
            "ship-country": order.person.country if order.person else "",
            "item-promotion-discount": point(item.gross - order.net_of(item)),
            "ship-promotion-discount": "0.00",
            "sales-channel": "Amazon.de",
        }
        for order, place, item in each(LIVE)
    ]
    lines = [replace(line, order=f"028-{line.order}") for line in sales(LIVE, relay)]
    return Written(
        files={"12345678901.txt": amazon(AMAZON_NEW_ORDERS, records)},
        systems={"12345678901.txt": "amazon_new_orders"},
        lines=lines,
        rows=17,
        currency="EUR",
    )


def amazon_all() -> Written:
    """No customers. The price of a cancelled item is blank."""
    records = [
        {
            "amazon-order-id": order.number,
            "purchase-date": order.at.isoformat() + "+00:00",
            "last-updated-date": order.at.isoformat() + "+00:00",
            "order-status": "Cancelled" if order.cancelled else "Shipped",
            "fulfillment-channel": "Merchant",
            "sales-channel": "Amazon.de",
            "ship-service-level": "Standard",
            "product-name": item.product,
            "sku": item.sku,
            "asin": f"B0{item.sku}",
            "item-status": "Cancelled" if order.cancelled else "Shipped",
            "quantity": 0 if order.cancelled else item.quantity,
            "currency": "" if order.cancelled else "EUR",
            "item-price": "" if order.cancelled else point(item.gross),
            "item-tax": "" if order.cancelled else point(order.net_of(item) / 10),
            "shipping-price": point(order.shipping) if place == 0 else "",
            "item-promotion-discount": point(item.gross - order.net_of(item)),
            "ship-country": order.person.country if order.person else "",
            "is-business-order": "false",
        }
        for order, place, item in each(ORDERS)
    ]
    return Written(
        files={"all.txt": amazon(AMAZON_ALL_ORDERS, records)},
        systems={"all.txt": "amazon_all_orders"},
        lines=sales(LIVE, None),
        rows=18,
        aside={"cancelled": 1},
        currency="EUR",
    )


def amazon_unshipped() -> bytes:
    """What has to be packed: no money at all."""
    records = [
        {
            "order-id": order.number,
            "order-item-id": f"{order.number}{place}",
            "purchase-date": order.at.isoformat() + "+00:00",
            "buyer-email": relay(order.person) if order.person else "",
            "buyer-name": name(order.person),
            "sku": item.sku,
            "product-name": item.product,
            "quantity-purchased": item.quantity,
            "quantity-shipped": 0,
            "quantity-to-ship": item.quantity,
        }
        for order, place, item in each(LIVE)
    ]
    return amazon(AMAZON_UNSHIPPED_ORDERS, records)


def amazon_range() -> Written:
    """Notes above the header, fees and transfers among the sales, refunds as rows."""
    zone = {True: "PDT", False: "PST"}

    def when(order: Order, back: bool = False) -> str:
        moment_ = order.back_at if back and order.back_at else order.at
        pattern = "{m} {d}, %Y {h}:%M:%S %p " + zone[moment_.month > 3]
        return at(order, pattern, back)

    def row(order: Order, item: Item, kind: str, part: int) -> Cells:
        share = Decimal(part) / item.quantity
        sold = item.gross * abs(share)
        sign = 1 if part > 0 else -1
        off = (item.gross - order.net_of(item)) * abs(share)
        return {
            "date/time": when(order, part < 0),
            "settlement id": "20240101",
            "type": kind,
            "order id": order.number,
            "sku": item.sku,
            "description": item.product,
            "quantity": abs(part),
            "marketplace": "amazon.com",
            "fulfillment": "Seller",
            "product sales": f"{sign * sold:,.2f}",
            "product sales tax": f"{sign * (sold - off) / 10:,.2f}",
            "shipping credits": "5.00" if item is order.items[0] else "0",
            "promotional rebates": f"{-sign * off:,.2f}",
            "selling fees": "-1.00",
            "total": f"{sign * (sold - off) * Decimal('1.1') + 4:,.2f}",
        }

    records = [
        row(order, item, "Order", item.quantity) for order, _, item in each(LIVE)
    ]
    records += [
        row(order, item, "Refund", -item.back)
        for order, _, item in each(LIVE)
        if item.back
    ]
    records.append(
        {
            "date/time": when(ORDERS[2]),
            "settlement id": "20240101",
            "type": "Service Fee",
            "description": "Cost of Advertising",
            "other transaction fees": "-25.00",
            "total": "-25.00",
        }
    )
    records.append(
        {
            "date/time": when(ORDERS[4]),
            "settlement id": "20240101",
            "type": "Transfer",
            "description": "To your account ending in: 123",
            "other": "-1,000.00",
            "total": "-1,000.00",
        }
    )
    rows = [
        ["Includes Amazon Marketplace, Fulfillment by Amazon, and Webstore"],
        ["All amounts in USD, unless specified"],
        ["Definitions:"],
        ["Sales tax collected: Includes sales tax collected from buyers"],
        *sheet(AMAZON_DATE_RANGE_REPORT, records),
    ]
    return Written(
        files={"2024CustomTransaction.csv": delimited(rows, quoting=csv.QUOTE_ALL)},
        systems={"2024CustomTransaction.csv": "amazon_date_range_report"},
        lines=sales(LIVE, None) + pieces(None),
        rows=17 + 2 + 2,
        aside={"not_a_sale": 2},
        options={"currency": "USD"},
    )


def ebay_orders() -> Written:
    """An order of several items has a row of its own above them; ``--`` is none."""
    records = []
    for order in LIVE:
        who = order.person
        shown = {
            "Sales Record Number": order.number[-3:],
            "Order Number": f"12-{order.number}-90",
            "Buyer Username": user(who) if who else "--",
            "Buyer Name": name(who) or "--",
            "Buyer Country": who.country if who else "--",
            "Buyer Email": "--",
            "Sale Date": at(order, "{m}-%d-%y"),
            "Paid On Date": at(order, "{m}-%d-%y"),
            "My Item Note": "--",
            "PayPal Transaction ID": "--",
        }
        money = {
            "Shipping And Handling": f"${order.shipping:,.2f}",
            "Seller Collected Tax": f"${order.tax:,.2f}",
            "eBay Collected Tax": "$0.00",
            "eBay Collected Charges": "$0.00",
            "Total Price": f"${order.total:,.2f}",
        }
        items = [
            shown
            | {
                "Item Number": f"3550{item.sku[-1]}",
                "Item Title": item.product,
                "Custom Label": item.sku,
                "Quantity": item.quantity,
                "Sold For": f"${unit(order, item):,.2f}",
            }
            for item in order.items
        ]
        if len(items) == 1:
            items[0] |= money
        else:
            pieces_ = sum(item.quantity for item in order.items)
            sold = {"Quantity": pieces_, "Sold For": f"${order.goods:,.2f}"}
            items = [shown | money | sold, *items]
        records += items
    rows: list[list[Any]] = [[], *sheet(EBAY_ORDERS, records)]
    rows += [["11", "record(s) downloaded, from Jan-01-24 to Jun-30-24"]]
    rows += [["Seller ID : kept-shop"]]
    lines = [
        replace(line, order=f"12-{line.order}-90")
        for line in sales(LIVE, user, day=True)
    ]
    return Written(
        files={"eBay-OrdersReport.csv": delimited(rows)},
        systems={"eBay-OrdersReport.csv": "ebay_orders"},
        lines=lines,
        rows=17 + 5 + 2,
        aside={"order_summary": 5, "total_row": 2},
        options={"currency": "USD"},
    )


def ebay_transactions() -> Written:
    """Title, period and a blank line above; refunds negative; payouts among them."""

    def row(order: Order, item: Item, sign: int) -> Cells:
        who = order.person
        part = order.net_of(item) if sign > 0 else order.back_of(item)
        tax = part / 10
        ship = order.shipping if sign > 0 and item is order.items[0] else Decimal(0)
        return {
            "Transaction creation date": at(order, "{m} {d}, %Y", sign < 0),
            "Type": "Order" if sign > 0 else "Refund",
            "Order number": f"12-{order.number}-90",
            "Legacy order ID": "--",
            "Buyer username": user(who) if who else "--",
            "Buyer name": name(who) or "--",
            "Ship to country": who.country if who else "--",
            "Net amount": point(sign * (part + ship)),
            "Payout currency": "USD",
            "Reason for hold": "--",
            "Item ID": f"3550{item.sku[-1]}",
            "Item title": item.product,
            "Custom label": item.sku,
            "Quantity": item.quantity if sign > 0 else item.back,
            "Item subtotal": point(sign * part),
            "Shipping and handling": point(ship),
            "Seller collected tax": point(sign * tax),
            "eBay collected tax": "--",
            "Final Value Fee - fixed": "-0.30",
            "Gross transaction amount": point(sign * (part + tax) + ship),
            "Transaction currency": "USD",
            "Exchange rate": "--",
            "Description": "--",
        }

    records = [row(order, item, 1) for order, _, item in each(LIVE)]
    records += [row(order, item, -1) for order, _, item in each(LIVE) if item.back]
    records += [
        {
            "Transaction creation date": "Feb 28, 2024",
            "Type": kind,
            "Order number": "--",
            "Buyer username": "--",
            "Net amount": "-35.00",
            "Payout currency": "USD",
            "Item title": "--",
            "Item subtotal": "--",
            "Gross transaction amount": "-35.00",
            "Transaction currency": "USD",
            "Description": "Monthly",
        }
        for kind in ("Payout", "Other fee")
    ]
    rows: list[list[Any]] = [
        ["Transaction report"],
        ["Jan 1, 2024 - Jun 30, 2024"],
        [],
        *sheet(EBAY_TRANSACTION_REPORT, records),
    ]
    lines = sales(LIVE, user, day=True) + pieces(user, day=True)
    return Written(
        files={"Transaction_report.csv": delimited(rows)},
        systems={"Transaction_report.csv": "ebay_transaction_report"},
        lines=[replace(line, order=f"12-{line.order}-90") for line in lines],
        rows=17 + 2 + 2,
        aside={"not_a_sale": 2},
        currency="USD",
    )


def ebay_german() -> Written:
    """German months and signs; the total holds shipping and tax."""
    months = columns("Jan|Feb|Mär|Apr|Mai|Jun")
    records = [
        {
            "Verkaufsprotokollnummer": order.number[-3:],
            "Bestellnummer": f"12-{order.number}-90",
            "Gesamtbetrag": f"{comma(order.total)} €",
            "Verkauft am": f"{order.at:%d}-{months[order.at.month - 1]}-24",
            "Zahlungsdatum": f"{order.at:%d}-{months[order.at.month - 1]}-24",
            "Nutzername des Käufers": user(order.person) if order.person else "",
            "Name des Käufers": name(order.person),
        }
        for order in LIVE
    ]
    lines = totals(LIVE, user, lambda order: order.total, day=True)
    return Written(
        files={
            "bestellungen.csv": delimited(sheet(EBAY_ORDERS_DE_SUBSET, records), ";")
        },
        systems={"bestellungen.csv": "ebay_orders_de_subset"},
        lines=[replace(line, order=f"12-{line.order}-90") for line in lines],
        rows=11,
        currency="EUR",
    )


def empik() -> Written:
    """Totals and refunds of the order on each row; a name is the only customer."""
    back = {"1005": Decimal(66), "1007": Decimal(49)}
    net = "Całkowita kwota zamówienia bez podatków (w tym koszty wysyłki)"
    gross = "Łączna kwota za zamówienie z podatkiem VAT (z opłatami za wysyłkę)"
    returned = "Całkowita zwrócona kwota (w tym podatki)"
    records = [
        {
            "Data utworzenia": f"{order.at:%Y-%m-%d %H:%M:%S}",
            "Nr zamówienia": order.number,
            "Ilość": item.quantity,
            "Szczegóły": item.product,
            "Status": "Anulowane" if order.cancelled else "Zamknięte",
            "Kwota": point(order.net_of(item)),
            "Cena jednostkowa": point(unit(order, item)),
            "Cena wysyłki": point(order.shipping if place == 0 else Decimal(0)),
            "Łączna kwota za wysyłkę": point(order.shipping),
            net: point(order.goods + order.shipping),
            gross: point(order.total),
            returned: point(back.get(order.number, Decimal(0))),
            "Adres do faktury: imię": order.person.first if order.person else "",
            "Adres do faktury: nazwisko": order.person.last if order.person else "",
        }
        for order, place, item in each(ORDERS)
    ]
    return Written(
        files={"zamowienia.csv": delimited(sheet(EMPIK_ORDERS_PL, records))},
        systems={"zamowienia.csv": "empik_orders_pl"},
        lines=sales(LIVE, name) + returns(back, name),
        rows=18,
        aside={"cancelled": 1},
        currency="PLN",
    )
