"""Plain German, French and Italian exports, which nobody has listed."""

from __future__ import annotations

from dataclasses import replace

from tests.core.layouts.shop import ORDERS, Written
from tests.core.layouts.tables import (
    LIVE,
    columns,
    comma,
    delimited,
    each,
    name,
    sales,
    sheet,
    totals,
    unit,
)

GERMAN = columns(
    "Bestellnummer|Bestelldatum|EMail|Artikelnummer|Menge|Preis|Kundennummer|Zahlungsart"
)
WHOLESALE = columns(
    "Region|Filiale|Kundennummer|Firma|Bestellnummer|Bestelldatum|Art. Nr.|"
    "Bezeichnung|Menge|Netto|Währung"
)
FRENCH = columns(
    "Numéro de commande|Date de commande|Statut|Référence|Titre|Quantité|"
    "Prix unitaire|Nom|Adresse|Code postal|Ville|Pays"
)
ITALIAN = columns("Numero Ordine|Data|Stato|Retailer|Netto|IVA|Lordo")


def german() -> Written:
    """A price a piece; no names of products, numbers stand for them."""
    records = [
        {
            "Bestellnummer": order.number,
            "Bestelldatum": f"{order.at:%d.%m.%Y}",
            "EMail": order.person.email if order.person else "",
            "Artikelnummer": item.sku,
            "Menge": item.quantity,
            "Preis": f"{comma(unit(order, item))} €",
            "Kundennummer": order.person.id if order.person else "",
            "Zahlungsart": "Rechnung",
        }
        for order, _, item in each(LIVE)
    ]
    skus = {item.product: item.sku for _, _, item in each(LIVE)}
    return Written(
        files={"bestellungen.csv": delimited(sheet(GERMAN, records), ";", "cp1252")},
        systems={"bestellungen.csv": None},
        lines=[
            replace(line, product=skus[line.product or ""])
            for line in sales(LIVE, lambda person: person.id, day=True)
        ],
        rows=17,
        currency="EUR",
    )


def wholesale() -> Written:
    """Net money a line, in a column of its own the currency."""
    records = [
        {
            "Region": "Nord",
            "Filiale": "Hamburg",
            "Kundennummer": order.person.id if order.person else "",
            "Firma": name(order.person),
            "Bestellnummer": order.number,
            "Bestelldatum": f"{order.at:%d.%m.%Y}",
            "Art. Nr.": item.sku,
            "Bezeichnung": item.product,
            "Menge": item.quantity,
            "Netto": comma(order.net_of(item)),
            "Währung": "EUR",
        }
        for order, _, item in each(LIVE)
    ]
    return Written(
        files={"umsatz.csv": delimited(sheet(WHOLESALE, records), ";", "cp1252")},
        systems={"umsatz.csv": None},
        lines=sales(LIVE, lambda person: person.id, day=True),
        rows=17,
        currency="EUR",
    )


def french() -> Written:
    """A name is the only customer; a state says what was cancelled."""
    records = [
        {
            "Numéro de commande": order.number,
            "Date de commande": f"{order.at:%d/%m/%Y %H:%M}",
            "Statut": "Annulée" if order.cancelled else "Payée",
            "Référence": item.sku,
            "Titre": item.product,
            "Quantité": item.quantity,
            "Prix unitaire": f"{comma(unit(order, item))} €",
            "Nom": name(order.person),
            "Ville": "Lyon",
            "Pays": "France",
        }
        for order, _, item in each(ORDERS)
    ]
    return Written(
        files={"commandes.csv": delimited(sheet(FRENCH, records), ";", "utf-8")},
        systems={"commandes.csv": None},
        lines=[
            replace(line, at=line.at.replace(second=0)) for line in sales(LIVE, name)
        ],
        rows=18,
        aside={"cancelled": 1},
        currency="EUR",
    )


def italian() -> Written:
    """Net, tax and gross of each order: the net is the revenue."""
    records = [
        {
            "Numero Ordine": order.number,
            "Data": f"{order.at:%d/%m/%Y}",
            "Stato": "Annullato" if order.cancelled else "Completato",
            "Retailer": name(order.person),
            "Netto": comma(order.goods),
            "IVA": comma(order.tax),
            "Lordo": comma(order.goods + order.tax),
        }
        for order in ORDERS
    ]
    return Written(
        files={"ordini.csv": delimited(sheet(ITALIAN, records), ";", "utf-8-sig")},
        systems={"ordini.csv": None},
        lines=totals(LIVE, name, day=True),
        rows=12,
        aside={"cancelled": 1},
        options={"currency": "EUR"},
    )
