"""The exports of payment services, written from the vendors' notes alone."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from tests.core.layouts.shop import ORDERS, Order, Person, Written
from tests.core.layouts.writing import VALID as SOLD
from tests.core.layouts.writing import (
    Row,
    by_email,
    header_of,
    nobody,
    paid_back,
    plain,
    refund,
    sale,
    table,
)

if TYPE_CHECKING:
    from collections.abc import Callable

STRIPE_CLASSIC = """
id | Description | Seller Message | Created (UTC) | Amount | Amount Refunded |
Currency | Converted Amount | Converted Amount Refunded | Fee | Tax |
Converted Currency | Mode | Status | Statement Descriptor | Customer ID |
Customer Description | Customer Email | Captured | Card ID | Card Last4 | Card Brand |
Card Funding | Card Exp Month | Card Exp Year | Card Name | Card Address Line1 |
Card Address Line2 | Card Address City | Card Address State | Card Address Country |
Card Address Zip | Card Issue Country | Card Fingerprint | Card CVC Status |
Card AVS Zip Status | Card AVS Line1 Status | Card Tokenization Method |
Disputed Amount | Dispute Status | Dispute Reason | Dispute Date (UTC) |
Dispute Evidence Due (UTC) | Invoice ID | Payment Source Type | Destination | Transfer |
Interchange Costs | Merchant Service Charge | Transfer Group | PaymentIntent ID"""
STRIPE_2026 = """
id | Created date (UTC) | Amount | Amount Refunded | Currency | Captured |
Converted Amount | Converted Amount Refunded | Converted Currency | Fee | Is Link |
Mode | Payment Source Type | Status | Taxes On Fee | Application Fee |
Application ID"""


def _charge(order: Order) -> str:
    return f"ch_3Kq{order.number}"


def _of_stripe(order: Order) -> dict[str, object]:
    back = paid_back(order)
    status = "Refunded" if back == order.total else "Paid"
    return {
        "id": _charge(order),
        "Amount": f"{order.total:,.2f}",
        "Amount Refunded": plain(back),
        "Currency": "eur",
        "Converted Amount": f"{order.total:,.2f}",
        "Converted Amount Refunded": plain(back),
        "Converted Currency": "eur",
        "Fee": "0.55",
        "Mode": "Live",
        "Status": "Failed" if order.cancelled else status,
        "Captured": "true",
        "Payment Source Type": "card",
    }


def _payments(key: Callable, **other: object) -> list:
    """Shipping and tax are in the money and cannot be told apart."""
    lines = []
    for order in SOLD:
        name = {"order": _charge(order), **other}
        at = other.get("seconds", True)
        name.pop("seconds", None)
        if not at:
            name["at"] = order.at.replace(second=0)
        lines.append(sale(order, None, order.total, key, **name))
        if order.returned:
            lines.append(refund(order, paid_back(order), key, **name))
    return lines


def stripe_classic() -> Written:
    """Customers by their id; no seconds."""

    def key(person: Person) -> str:
        return f"cus_{person.id}"

    rows = []
    for order in ORDERS:
        person = order.person
        more = {
            "Created (UTC)": f"{order.at:%Y-%m-%d %H:%M}",
            "Customer ID": key(person) if person else "",
            "Customer Email": person.email if person else "",
            "Tax": "0.10",
        }
        rows.append(_of_stripe(order) | more)
    return Written(
        files={"payments.csv": table(header_of(STRIPE_CLASSIC), rows)},
        systems={"payments.csv": "stripe_payments"},
        lines=_payments(key, seconds=False),
        rows=12,
        aside={"cancelled": 1},
        currency="EUR",
    )


def stripe_2026() -> Written:
    """Without a customer, unless the shop adds columns."""
    rows = [
        _of_stripe(order) | {"Created date (UTC)": f"{order.at}", "Taxes On Fee": "0"}
        for order in ORDERS
    ]
    return Written(
        files={"unified_payments.csv": table(header_of(STRIPE_2026), rows)},
        systems={"unified_payments.csv": "stripe_payments"},
        lines=_payments(nobody),
        rows=12,
        aside={"cancelled": 1},
        currency="EUR",
    )


PAYPAL_EN = """
Date | Time | TimeZone | Name | Type | Status | Currency | Gross | Fee | Net |
From Email Address | To Email Address | Transaction ID | Shipping Address |
Address Status | Item Title | Item ID | Shipping and Handling Amount |
Insurance Amount | Sales Tax | Option 1 Name | Option 1 Value | Option 2 Name |
Option 2 Value | Reference Txn ID | Invoice Number | Custom Number | Quantity |
Receipt ID | Balance | Address Line 1 | Address Line 2/District/Neighborhood |
Town/City | State/Province/Region/County/Territory/Prefecture/Republic |
Zip/Postal Code | Country | Contact Phone Number | Subject | Note | Country Code |
Balance Impact"""
PAYPAL_DE = """
Datum | Uhrzeit | Zeitzone | Name | Typ | Status | Währung | Brutto | Gebühr | Netto |
Absender E-Mail-Adresse | Empfänger E-Mail-Adresse | Transaktionscode |
Lieferadresse | Adress-Status | Artikelbezeichnung | Artikelnummer |
Versand- und Bearbeitungsgebühr | Versicherungsbetrag | Umsatzsteuer |
Option 1 Name | Option 1 Wert | Option 2 Name | Option 2 Wert |
Zugehöriger Transaktionscode | Rechnungsnummer | Zollnummer | Anzahl |
Empfangsnummer | Guthaben | Adresszeile 1 | Adresszusatz | Ort | Bundesland | PLZ |
Land | Telefon | Betreff | Hinweis | Ländervorwahl | Auswirkung auf Guthaben"""
SHOP = "shop@example.com"
EN = {
    "pay": "Express Checkout Payment",
    "back": "Payment Refund",
    "done": "Completed",
    "denied": "Denied",
    "in": "Credit",
    "out": "Debit",
    "others": (
        ("General Withdrawal", "Debit", "-500.00"),
        ("General Currency Conversion", "Credit", "12.00"),
        ("Account Hold for Open Authorization", "Memo", "-30.00"),
    ),
}
DE = {
    "pay": "PayPal Express-Zahlung",
    "back": "Rückzahlung",
    "done": "Abgeschlossen",
    "denied": "Abgelehnt",
    "in": "Haben",
    "out": "Soll",
    "others": (
        ("Allgemeine Abbuchung", "Soll", "-500,00"),
        ("Allgemeine Währungsumrechnung", "Haben", "12,00"),
        ("Allgemeine Autorisierung", "Memo", "-30,00"),
    ),
}


def _comma(amount: Decimal) -> str:
    text = f"{amount:,.2f}"
    return text.translate(str.maketrans(",.", ".,"))


def _comma_free(amount: Decimal) -> str:
    return f"{amount:,.2f}"


class Writer:
    """One language of the activity download: by the places of its columns."""

    def __init__(self, header: str, words: dict, date: str, money: Callable) -> None:
        self.header = header_of(header)
        self.words, self.date, self.money = words, date, money

    def row(self, cells: dict[str, object]) -> Row:
        """Cells named in English, under this language's names."""
        english = header_of(PAYPAL_EN)
        return {self.header[english.index(name)]: cell for name, cell in cells.items()}

    def payment(self, order: Order, *, back: bool = False) -> Row:
        """Received, or paid back: a row of its own that names the payment."""
        at = order.back_at if back else order.at
        person, words = order.person, self.words
        buyer = person.email if person else ""
        whole = order.returned == order.goods
        gross = -paid_back(order) if back else order.total
        shipping = order.shipping if not back else -order.shipping if whole else 0
        tax = -order.returned / 10 if back else order.tax
        status = words["denied"] if order.cancelled else words["done"]
        pieces = sum(item.quantity for item in order.items)
        return self.row(
            {
                "Date": at.strftime(self.date),
                "Time": f"{at:%H:%M:%S}",
                "TimeZone": "Europe/Berlin",
                "Name": person.name if person else "",
                "Type": words["back"] if back else words["pay"],
                "Status": status,
                "Currency": "EUR",
                "Gross": self.money(gross),
                "Fee": self.money(Decimal("-0.5")),
                "Net": self.money(gross - Decimal("0.5")),
                "From Email Address": SHOP if back else buyer,
                "To Email Address": buyer if back else SHOP,
                "Transaction ID": f"{'7B' if back else '8A'}{order.number}X",
                "Item Title": "" if back else self.title(order),
                "Shipping and Handling Amount": self.money(Decimal(shipping)),
                "Insurance Amount": self.money(Decimal(0)),
                "Sales Tax": self.money(tax),
                "Reference Txn ID": f"8A{order.number}X" if back else "",
                "Invoice Number": order.number,
                "Quantity": "" if back else pieces,
                "Balance": self.money(Decimal(1000)),
                "Country Code": person.country if person else "",
                "Balance Impact": words["out"] if back else words["in"],
            }
        )

    @staticmethod
    def title(order: Order) -> str:
        return ", ".join(item.product for item in order.items)

    def other(self, kind: str, impact: str, gross: str) -> Row:
        """What is no sale."""
        return self.row(
            {
                "Date": SOLD[-1].at.strftime(self.date),
                "Time": "23:00:00",
                "TimeZone": "Europe/Berlin",
                "Type": kind,
                "Status": self.words["done"],
                "Currency": "EUR",
                "Gross": gross,
                "Fee": self.money(Decimal(0)),
                "Net": gross,
                "Transaction ID": f"9C{kind[-4:]}",
                "Balance Impact": impact,
            }
        )


def _paypal(writer: Writer, system: str) -> Written:
    rows = [writer.payment(order) for order in ORDERS]
    rows += [writer.payment(order, back=True) for order in SOLD if order.returned]
    rows += [writer.other(*each) for each in writer.words["others"]]
    lines = []
    for order in SOLD:
        pieces = sum(item.quantity for item in order.items)
        more = {"product": writer.title(order), "quantity": pieces}
        lines.append(sale(order, None, order.goods, by_email, **more))
        if order.returned:
            lines.append(refund(order, order.returned, by_email))
    content = table(writer.header, rows, encoding="utf-8-sig", quoted=True)
    return Written(
        files={"Download.CSV": content},
        systems={"Download.CSV": system},
        lines=lines,
        rows=len(rows),
        aside={"cancelled": 1, "not_a_sale": 3},
        currency="EUR",
    )


def paypal_english() -> Written:
    """American days, points in numbers."""
    writer = Writer(PAYPAL_EN, EN, "%m/%d/%Y", _comma_free)
    return _paypal(writer, "paypal_activity_en")


def paypal_german() -> Written:
    """The same columns in German, commas in numbers."""
    writer = Writer(PAYPAL_DE, DE, "%d.%m.%Y", _comma)
    return _paypal(writer, "paypal_activity_en")


PAYPAL_STATEMENT = """
Date | Time | Time Zone | Description | Currency | Gross | Fee | Net | Balance |
Transaction ID | From Email Address | Name | Bank Name | Bank Account |
Shipping and Handling Amount | Sales Tax | Invoice ID | Reference Txn ID"""


def _of_statement(order: Order, *, back: bool) -> Row:
    at = order.back_at if back else order.at
    whole = order.returned == order.goods
    gross = -paid_back(order) if back else order.total
    shipping = order.shipping if not back else -order.shipping if whole else Decimal(0)
    return {
        "Date": f"{at:%m/%d/%Y}",
        "Time": f"{at:%H:%M:%S}",
        "Time Zone": "America/Los_Angeles",
        "Description": "Payment Refund" if back else "Website Payment",
        "Currency": "USD",
        "Gross": f"{gross:,.2f}",
        "Fee": "-0.50",
        "Net": f"{gross - Decimal('0.5'):,.2f}",
        "Balance": "1,000.00",
        "Transaction ID": f"{'7B' if back else '8A'}{order.number}X",
        "From Email Address": order.person.email if order.person else "",
        "Name": order.person.name if order.person else "",
        "Shipping and Handling Amount": plain(shipping),
        "Sales Tax": plain(-order.returned / 10 if back else order.tax),
        "Invoice ID": order.number,
        "Reference Txn ID": f"8A{order.number}X" if back else "",
    }


def paypal_statement() -> Written:
    """What happened stands in the description; nothing of denied payments."""
    back = [order for order in SOLD if order.returned]
    rows = [_of_statement(order, back=False) for order in SOLD]
    rows += [_of_statement(order, back=True) for order in back]
    rows.append(
        {
            "Date": "06/18/2024",
            "Time": "08:00:00",
            "Time Zone": "America/Los_Angeles",
            "Description": "General Withdrawal",
            "Currency": "USD",
            "Gross": "-500.00",
            "Fee": "0.00",
            "Net": "-500.00",
            "Transaction ID": "9C0001X",
        }
    )
    lines = [sale(order, None, order.goods, by_email) for order in SOLD]
    lines += [refund(order, order.returned, by_email) for order in back]
    return Written(
        files={"statement.csv": table(header_of(PAYPAL_STATEMENT), rows)},
        systems={"statement.csv": "paypal_statement_en"},
        lines=lines,
        rows=14,
        aside={"not_a_sale": 1},
        currency="USD",
    )


LAYOUTS = {
    "stripe_classic": stripe_classic,
    "stripe_2026": stripe_2026,
    "paypal_english": paypal_english,
    "paypal_german": paypal_german,
    "paypal_statement": paypal_statement,
}
