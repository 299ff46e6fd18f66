"""German-speaking shops: ledgers by hand, tills, bookkeeping, ERP lists."""

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
    german,
    net,
    people,
    sales,
    split,
    text,
    vat,
)

NAMES = split(
    "Petra Vogel,Jürgen Weiß,Anneliese Köhler,Fatma Demir,Uwe Groß,Sabine Lößl,"
    "Karl-Heinz Amann,Miriam Öztürk,Ernst Rüegg,Gisela Jäger,Tobias Brandl,"
    "Heike Möller,Wolfgang Ertl,Britta Sørensen,Ilse Kühn,Rainer Zopf"
)
SALON = ["Schnitt", "Farbe", "Ansatz", "Dauerwelle", "Pflege", "Hochzeitsfrisur"]
FLOWERS = ["Rosen", "Gesteck", "Tulpen", "Kranz", "Strauß groß", "Brautstrauß"]
PARTS = ["Schraube M8", "Dübel 10", "Winkel", "Akkuschrauber", "Leim 1l", "Säge"]


def hairdresser() -> Case:
    """Typed by hand: German dates without leading zeros, a month's title, gaps."""
    drawn = sales(
        11,
        Draw(
            orders=60,
            lines=1,
            quantity=1,
            prices=("28", "65.50", "45", "80", "12", "150"),
        ),
    )
    rows: list[list[object]] = [["Kassenbuch Salon Petra", "", "", "", ""], []]
    rows.append(["Datum", "Kundin / Kunde", "Was", "Betr.", "bezahlt"])
    month = 1
    blank = 0
    for sale in drawn:
        if sale.at.month != month:
            month = sale.at.month
            rows.append([])
            blank += 1
        line = sale.lines[0]
        rows.append(
            [
                f"{sale.at.day}.{sale.at.month}.{sale.at:%y}",
                NAMES[sale.person],
                SALON[line.product],
                comma(line.net).removesuffix(",00"),
                "bar" if sale.number % 3 else "EC",
            ]
        )
    truth = Truth(
        columns={
            "ordered_at": "Datum",
            "customer_name": "Kundin / Kunde",
            "product": "Was",
            "amount": "Betr.",
        },
        **(counted(drawn) | {"rows": len(drawn) + blank}),
        amount="Betr.",
        day_first=True,
        decimal=",",
        questions=frozenset({"currency"}),
        aside=blank,
        encoding="cp1252",
        delimiter=";",
        header=3,
        written="%d.%m.%y",
    )
    content = text(rows, encoding="cp1252", delimiter=";")
    return Case("de_hairdresser", {"kassenbuch 2023.csv": content}, truth)


def florist() -> Case:
    """A till journal: receipt numbers restart each day, the time stands apart."""
    drawn = sales(12, Draw(orders=70, guests=0.4, off=0.2))
    days: dict[dt.date, int] = {}
    number = {}
    for sale in drawn:
        days[sale.at.date()] = days.get(sale.at.date(), 0) + 1
        number[sale.number] = days[sale.at.date()]
    header = [
        "Bon", "Datum", "Uhrzeit", "Pos", "Artikel", "Menge", "EP brutto",
        "Rabatt", "Gesamt brutto", "MwSt %", "MwSt", "Kundenkarte",
    ]  # fmt: skip
    rows = by_line(
        drawn,
        lambda sale, line, place: [
            number[sale.number],
            f"{sale.at:%d.%m.%Y}",
            f"{sale.at:%H:%M}",
            place + 1,
            FLOWERS[line.product],
            line.quantity,
            german(line.price),
            german(line.off),
            german(line.net),
            7,
            german(vat(line.net, "7")),
            "" if sale.person is None else f"KK{4400 + sale.person}",
        ],
    )
    tax = sum((vat(line.net, "7") for s in drawn for line in s.lines), D(0))
    truth = Truth(
        columns={
            "order_id": "Bon",
            "ordered_at": "Datum",
            "order_time": "Uhrzeit",
            "product": "Artikel",
            "quantity": "Menge",
            "unit_price": "EP brutto",
            "discount": "Rabatt",
            "tax": "MwSt",
            "customer_id": "Kundenkarte",
        },
        **(counted(drawn) | {"net": net(drawn) - tax}),
        amount="Gesamt brutto − MwSt",
        day_first=True,
        decimal=",",
        also_right=(net(drawn),),
        questions=frozenset({"currency"}),
        delimiter=";",
        encoding="utf-8-sig",
        written="%d.%m.%Y",
    )
    content = text([header, *rows], encoding="utf-8-sig", delimiter=";")
    return Case("de_florist_till", {"Journal.csv": content}, truth)


def sap_like() -> Case:
    """A list as an ERP prints it: tabs, trailing minus, seller and buyer, returns."""
    drawn = sales(
        13,
        Draw(
            orders=45,
            prices=("0.35", "0.12", "4.80", "1249.00", "9.95", "35.00"),
            quantity=9,
        ),
    )
    header = [
        "Verk.Beleg", "Pos.", "Fkart", "Fkdat", "Auftraggeb.", "Name 1", "Verkäufer",
        "Material", "Bezeichnung", "FktMenge", "ME", "Nettowert", "Währg", "Steuer",
    ]  # fmt: skip
    rows = by_line(
        drawn,
        lambda sale, line, place: [
            f"00{90010000 + sale.number}",
            (place + 1) * 10,
            "F2",
            f"{sale.at:%d.%m.%Y}",
            f"{700100 + sale.person}",
            NAMES[sale.person] + " GmbH",
            ["Huber M.", "Lindner K."][sale.number % 2],
            f"MAT-{line.product:04d}",
            PARTS[line.product],
            f"{line.quantity},000",
            "ST",
            german(line.net),
            "EUR",
            german((line.net * D("0.19")).quantize(D("0.01"))),
        ],
    )
    back = [list(rows[3]), list(rows[17])]
    money = D(0)
    for row in back:
        money += D(str(row[11]).replace(".", "").replace(",", "."))
        row[2] = "RE"
        row[9] = f"{row[9]}-"
        row[11] = f"{row[11]}-"
        row[13] = f"{row[13]}-"
    facts = counted(drawn)
    lines = facts["lines"] + 2
    truth = Truth(
        columns={
            "order_id": "Verk.Beleg",
            "ordered_at": "Fkdat",
            "customer_id": "Auftraggeb.",
            "product": "Bezeichnung",
            "sku": "Material",
            "quantity": "FktMenge",
            "amount": "Nettowert",
            "currency": "Währg",
        },
        **(facts | {"lines": lines, "rows": lines, "net": net(drawn) - money}),
        amount="Nettowert",
        currency="EUR",
        day_first=True,
        decimal=",",
        delimiter="\t",
        encoding="cp1252",
        written="%d.%m.%Y",
    )
    content = text([header, *rows, *back], encoding="cp1252", delimiter="\t")
    return Case("de_erp_list", {"ZSD_UMSATZ.txt": content}, truth)


def bookkeeping() -> Case:
    """Postings with S/H marks: debit to a customer's account; dates without a year."""
    drawn = sales(14, Draw(orders=50, days=300, start="2023-02-01", lines=1))
    header = [
        "Umsatz (ohne Soll/Haben-Kz)", "Soll/Haben-Kennzeichen", "WKZ Umsatz", "Konto",
        "Gegenkonto (ohne BU-Schlüssel)", "Belegdatum", "Belegfeld 1", "Buchungstext",
    ]  # fmt: skip
    rows = [
        [
            comma(sale.net),
            "S",
            "EUR",
            10000 + sale.person,
            8400,
            f"{sale.at:%d%m}",
            f"RE{sale.number}",
            f"{NAMES[sale.person]}, {PARTS[sale.lines[0].product]}",
        ]
        for sale in drawn
    ]
    lead = ["EXTF", 700, 21, "Buchungsstapel", 13, "20240105", "", "RE", "", "", 2023]
    truth = Truth(
        columns={
            "order_id": "Belegfeld 1",
            "ordered_at": "Belegdatum",
            "customer_id": "Konto",
            "amount": "Umsatz (ohne Soll/Haben-Kz)",
            "currency": "WKZ Umsatz",
        },
        **counted_orders(drawn),
        amount="Umsatz (ohne Soll/Haben-Kz)",
        currency="EUR",
        decimal=",",
        delimiter=";",
        encoding="cp1252",
        header=2,
        written="%d%m",
        plain=False,
        refused="the dates have no year (it stands in the first line, if anywhere)",
    )
    content = text([lead, header, *rows], encoding="cp1252", delimiter=";")
    return Case("de_bookkeeping", {"EXTF_Buchungsstapel.csv": content}, truth)


def outgoing() -> Case:
    """Outgoing invoices: net, VAT and gross, discount days, cancelled ones."""
    drawn = sales(15, Draw(orders=55, lines=2, off=0.1))
    void = {drawn[7].number, drawn[30].number}
    header = [
        "Rg-Nr", "Rg-Datum", "Kd-Nr", "Kunde", "Umsatz netto €", "MwSt €",
        "Umsatz brutto €", "fällig am", "Status",
    ]  # fmt: skip
    rows = [
        [
            f"2023-{sale.number}",
            f"{sale.at:%d.%m.%Y}",
            f"D{100 + sale.person}",
            NAMES[sale.person],
            german(sale.net),
            german((sale.net * D("0.19")).quantize(D("0.01"))),
            german(sale.net + (sale.net * D("0.19")).quantize(D("0.01"))),
            f"{sale.at + dt.timedelta(days=14):%d.%m.%Y}",
            "storniert" if sale.number in void else "bezahlt",
        ]
        for sale in drawn
    ]
    kept = [sale for sale in drawn if sale.number not in void]
    truth = Truth(
        columns={
            "order_id": "Rg-Nr",
            "ordered_at": "Rg-Datum",
            "customer_id": "Kd-Nr",
            "customer_name": "Kunde",
            "amount": "Umsatz netto €",
            "status": "Status",
        },
        **(counted_orders(kept) | {"rows": len(drawn)}),
        amount="Umsatz netto €",
        currency="EUR",
        day_first=True,
        decimal=",",
        aside=2,
        delimiter=";",
        encoding="utf-8-sig",
        written="%d.%m.%Y",
        skip={"Status": {"storniert"}},
    )
    content = text([header, *rows], encoding="utf-8-sig", delimiter=";")
    return Case("de_invoices", {"Ausgangsrechnungen.csv": content}, truth)


def swiss() -> Case:
    """A Swiss workshop: apostrophes, francs in the cells, a total below."""
    drawn = sales(
        16,
        Draw(orders=40, lines=1, prices=("1250", "85.5", "420", "60.05", "2300", "35")),
    )
    header = ["Auftrag", "Auftragsdatum", "Kundennr.", "Leistung", "Anz.", "Total"]
    rows = by_line(
        drawn,
        lambda sale, line, _: [
            f"A-{sale.number}",
            f"{sale.at:%d.%m.%Y}",
            300 + sale.person,
            PARTS[line.product],
            line.quantity,
            f"CHF {line.net:,.2f}".replace(",", "'"),
        ],
    )
    total = ["Total", "", "", "", "", f"CHF {net(drawn):,.2f}".replace(",", "'")]
    truth = Truth(
        columns={
            "order_id": "Auftrag",
            "ordered_at": "Auftragsdatum",
            "customer_id": "Kundennr.",
            "product": "Leistung",
            "quantity": "Anz.",
            "amount": "Total",
        },
        **(counted(drawn) | {"rows": len(rows) + 1}),
        amount="Total",
        currency="CHF",
        day_first=True,
        aside=1,
        delimiter=";",
        encoding="cp1252",
        written="%d.%m.%Y",
    )
    content = text([header, *rows, total], encoding="cp1252", delimiter=";")
    return Case("ch_workshop", {"Aufträge.csv": content}, truth)


def gym() -> Case:
    """Membership payments in a workbook: real dates, units in a second header row."""
    drawn = sales(
        17,
        Draw(
            orders=80, people=12, lines=1, quantity=1, prices=("29.9", "39.9", "19.9")
        ),
    )
    plans = ["Basis", "Premium", "Student"]
    rows: list[list[object]] = [
        ["Mitglied-Nr.", "Mitglied", "Tarif", "Zahlung am", "Beitrag"],
        ["", "", "", "TT.MM.JJJJ", "EUR/Monat"],
    ]
    rows += [
        [
            5000 + sale.person,
            NAMES[sale.person],
            plans[sale.lines[0].product],
            dt.datetime(sale.at.year, sale.at.month, sale.at.day),
            sale.net,
        ]
        for sale in drawn
    ]
    truth = Truth(
        columns={
            "ordered_at": "Zahlung am",
            "customer_id": "Mitglied-Nr.",
            "customer_name": "Mitglied",
            "product": "Tarif",
            "amount": "Beitrag",
        },
        **counted_orders(drawn),
        amount="Beitrag",
        currency="EUR",
        decimal="",
        questions=frozenset({"currency"}),
        header=2,
        sheet="Zahlungen",
        written="",
    )
    content = book({"Zahlungen": rows})
    return Case("de_gym", {"Beiträge.xlsx": content}, truth)


def monthly_files() -> Case:
    """A file a month; in March the columns stand in another order."""
    drawn = sales(18, Draw(orders=60, days=88, start="2024-01-02", off=0.1))
    names = ["Bestell-Nr.", "Bestelldatum", "Kunden-Nr.", "Artikel", "Menge", "Summe"]
    rows = by_line(
        drawn,
        lambda sale, line, _: [
            f"B{sale.number}",
            f"{sale.at:%d.%m.%Y %H:%M}",
            f"K{sale.person:03d}",
            FLOWERS[line.product],
            line.quantity,
            comma(line.net) + " €",
        ],
    )
    files = {}
    for month in (1, 2, 3):
        order = [2, 0, 1, 5, 4, 3] if month == 3 else range(6)
        mine = [row for row in rows if f".{month:02d}.2024" in row[1]]
        table = [[row[place] for place in order] for row in [names, *mine]]
        files[f"bestellungen_{month:02d}.csv"] = text(table, delimiter=";")
    truth = Truth(
        columns={
            "order_id": "Bestell-Nr.",
            "ordered_at": "Bestelldatum",
            "customer_id": "Kunden-Nr.",
            "product": "Artikel",
            "quantity": "Menge",
            "amount": "Summe",
        },
        **counted(drawn),
        amount="Summe",
        currency="EUR",
        day_first=True,
        decimal=",",
        delimiter=";",
        written="%d.%m.%Y %H:%M",
    )
    return Case("de_monthly_files", files, truth)


def guests_named() -> Case:
    """A bakery's till with *Laufkunde* for everybody without a card."""
    drawn = sales(
        19,
        Draw(
            orders=90, people=9, guests=0.5, lines=2, prices=("1.2", "3.4", "4.8", "22")
        ),
    )
    bread = ["Brezel", "Baguette", "Roggenbrot", "Torte"]
    header = ["Beleg", "Zeitpunkt", "Kunde", "Ware", "Stk", "Preis/Stk", "Betrag (EUR)"]
    rows = by_line(
        drawn,
        lambda sale, line, _: [
            sale.number,
            f"{sale.at:%d.%m.%Y %H:%M:%S}",
            "Laufkunde" if sale.person is None else NAMES[sale.person],
            bread[line.product],
            line.quantity,
            comma(line.price),
            comma(line.net),
        ],
    )
    truth = Truth(
        columns={
            "order_id": "Beleg",
            "ordered_at": "Zeitpunkt",
            "customer_name": "Kunde",
            "product": "Ware",
            "quantity": "Stk",
            "unit_price": "Preis/Stk",
            "amount": "Betrag (EUR)",
        },
        **counted(drawn),
        amount="Betrag (EUR)",
        currency="EUR",
        day_first=True,
        decimal=",",
        questions=frozenset({"giant_key"}),
        guests=frozenset({"Laufkunde"}),
        delimiter=";",
        encoding="cp1252",
        written="%d.%m.%Y %H:%M:%S",
    )
    assert people(drawn) == truth.customers
    content = text([header, *rows], encoding="cp1252", delimiter=";")
    return Case("de_bakery_walk_in", {"kasse_export.csv": content}, truth)


CASES = (
    hairdresser,
    florist,
    sap_like,
    bookkeeping,
    outgoing,
    swiss,
    gym,
    monthly_files,
    guests_named,
)
