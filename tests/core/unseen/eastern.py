"""Polish, Russian, Turkish, Dutch, Nordic and Baltic shops."""

from __future__ import annotations

import datetime as dt

from tests.core.unseen.base import (
    Case,
    D,
    Draw,
    Sale,
    Truth,
    book,
    by_line,
    counted,
    counted_orders,
    dot,
    german,
    net,
    sales,
    spaced,
    split,
    text,
    vat,
)

POLISH = split(
    "Zażółć Gęśl,Łukasz Wójcik,Świętosława Żak,Grażyna Dąb,Michał Kość,Ewa Bąk,"
    "Józef Śliwa,Małgorzata Źrebiec,Paweł Ćwik,Ola Ząb,Bożena Ług,Kuba Gołąb,"
    "Róża Pająk,Staś Hyś"
)
RUSSIAN = split(
    "Иванова Мария,Петров Пётр,Щукина Ольга,ООО «Ёлка»,Жданов Игорь,Юдина Яна,"
    "ИП Цой В.В.,Фёдорова Анна,Эйдман Лев,Кузнецов Олег,Хохлова Инна,Чернов Артём,"
    "АО «Заря»,Мышкин Лев"
)
TURKISH = split(
    "Ayşe Yılmaz,Işıl Gündoğdu,Ömer Çağlar,Şeyma Ünal,Doğan İpek,Gülşen Ağaç,"
    "Çiğdem Öz,Ümit Şahin,İrem Başar,Kağan Uğur,Nurgül Işık,Hüseyin Böğe,"
    "Tuğba Çınar,Oğuz Şen"
)
DUTCH = split(
    "Jan de Vries,Femke Jansen,Daniël Koç,Anouk van Dijk,Björn Smit,Eefje Mulder,"
    "Renée Bos,Joël Visser,Marit Vos,Coen Kok,Loïs Prins,Chloé Post,Sjoerd Kuiper,"
    "Zoë Schouten"
)
YARN = split("Włóczka,Druty,Guziki,Zestaw,Szydełko,Kłębek duży")
TEA = split("Чай чёрный,Сушки,Мёд,Самовар,Варенье,Пряник")
CARPET = split("Halı,Kilim,Yastık,Örtü,Şal,Çanta")
BIKES = split("Band,Ketting,Zadel,Fiets,Bel,Slot")


def auction() -> Case:
    """A marketplace's sold items: the buyer's login, postage on the first row only."""
    drawn = sales(51, Draw(orders=48))
    header = split(
        "Nr oferty|Tytuł oferty|Login kupującego|E-mail kupującego|Data zakupu|"
        "Liczba sztuk|Cena za sztukę|Wartość|Koszt dostawy|Id zakupu|Status płatności",
        "|",
    )
    rows = by_line(
        drawn,
        lambda sale, line, place: [
            7000000000 + line.product,
            YARN[line.product],
            f"Client:{52000 + sale.person}",
            f"x{sale.person}+mask@market.example",
            f"{sale.at:%d.%m.%Y %H:%M}",
            line.quantity,
            spaced(line.price) + " zł",
            spaced(line.net) + " zł",
            "12,99 zł" if place == 0 else "0,00 zł",
            f"{sale.number}-aa-{sale.number * 7}",
            "opłacone",
        ],
    )
    truth = Truth(
        columns={
            "order_id": "Id zakupu",
            "ordered_at": "Data zakupu",
            "customer_id": "Login kupującego",
            "email": "E-mail kupującego",
            "product": "Tytuł oferty",
            "sku": "Nr oferty",
            "quantity": "Liczba sztuk",
            "unit_price": "Cena za sztukę",
            "amount": "Wartość",
            "shipping": "Koszt dostawy",
        },
        **counted(drawn),
        amount="Wartość",
        currency="PLN",
        day_first=True,
        decimal=",",
        delimiter=";",
        encoding="utf-8-sig",
        written="%d.%m.%Y %H:%M",
    )
    content = text([header, *rows], encoding="utf-8-sig", delimiter=";")
    return Case("pl_auctions", {"sprzedane.csv": content}, truth)


def invoices_pl() -> Case:
    """A sales register in Windows' Central European letters, dates year first."""
    drawn = sales(52, Draw(orders=44, lines=2))
    header = split(
        "Lp.|Numer faktury|Data wystawienia|Data sprzedaży|Kontrahent|NIP|"
        "Wartość netto|VAT|Wartość brutto|Zapłacono",
        "|",
    )
    rows = []
    for place, sale in enumerate(drawn):
        tax = (sale.net * D("0.23")).quantize(D("0.01"))
        rows.append(
            [
                place + 1,
                f"FV/{sale.number}/23",
                f"{sale.at + dt.timedelta(days=1):%Y-%m-%d}",
                f"{sale.at:%Y-%m-%d}",
                POLISH[sale.person],
                5250000000 + sale.person,
                spaced(sale.net, " "),
                spaced(tax, " "),
                spaced(sale.net + tax, " "),
                spaced(sale.net + tax, " "),
            ]
        )
    total = ["", "Razem", "", "", "", "", spaced(net(drawn), " "), "", "", ""]
    truth = Truth(
        columns={
            "order_id": "Numer faktury",
            "ordered_at": "Data sprzedaży",
            "customer_id": "NIP",
            "customer_name": "Kontrahent",
            "amount": "Wartość netto",
        },
        **(counted_orders(drawn) | {"rows": len(rows) + 1}),
        amount="Wartość netto",
        decimal=",",
        questions=frozenset({"currency", "date_column"}),
        aside=1,
        delimiter=";",
        encoding="cp1250",
    )
    content = text([header, *rows, total], encoding="cp1250", delimiter=";")
    return Case("pl_invoice_register", {"rejestr.csv": content}, truth)


def register_1c() -> Case:
    """A register: customers as group rows above their lines, Итого under each."""
    drawn = sales(53, Draw(orders=40, lines=2))
    rows: list[list[object]] = [
        ["Продажи за период 01.01.2023 - 31.12.2024", "", "", "", ""],
        ["Отбор: Организация = ООО «Самовар»", "", "", "", ""],
        [],
        ["Контрагент / Документ", "Дата", "Номенклатура", "Количество", "Сумма, руб."],
    ]
    groups = 0
    for person in sorted({sale.person for sale in drawn}):
        mine = [sale for sale in drawn if sale.person == person]
        rows.append([RUSSIAN[person], "", "", "", spaced(net(mine))])
        groups += 1
        rows += by_line(
            mine,
            lambda sale, line, _: [
                f"Реализация товаров {sale.number:011d}",
                f"{sale.at:%d.%m.%Y %H:%M:%S}",
                TEA[line.product],
                f"{line.quantity},000",
                spaced(line.net),
            ],
        )
    rows.append(["Итого", "", "", "", spaced(net(drawn))])
    truth = Truth(
        columns={
            "order_id": "Контрагент / Документ",
            "ordered_at": "Дата",
            "product": "Номенклатура",
            "quantity": "Количество",
            "amount": "Сумма, руб.",
        },
        **(counted(drawn) | {"rows": len(rows) - 4}),
        amount="Сумма, руб.",
        currency="RUB",
        day_first=True,
        decimal=",",
        questions=frozenset({"customer_column"}),
        aside=groups + 1,
        delimiter=";",
        encoding="cp1251",
        header=4,
        written="%d.%m.%Y %H:%M:%S",
        plain=False,
    )
    content = text(rows, encoding="cp1251", delimiter=";")
    return Case("ru_register_groups", {"Продажи.csv": content}, truth)


def courses() -> Case:
    """A course school's payments: Russian month names, currency sign, comments."""
    months = split(
        "января,февраля,марта,апреля,мая,июня,июля,августа,сентября,октября,"
        "ноября,декабря"
    )
    drawn = sales(
        54, Draw(orders=50, lines=1, quantity=1, prices=("1900", "4500", "12000"))
    )
    what = ["Пробное занятие", "Абонемент 4", "Абонемент 12"]
    header = [
        "№",
        "Дата оплаты",
        "Ученик",
        "Телефон",
        "За что",
        "Оплачено",
        "Комментарий",
    ]
    rows = [
        [
            sale.number,
            f"{sale.at.day} {months[sale.at.month - 1]} {sale.at.year} г.",
            RUSSIAN[sale.person],
            f"+7 916 000-10-{sale.person:02d}",
            what[sale.lines[0].product],
            f"{sale.net:,.0f} ₽".replace(",", " "),
            "" if sale.number % 5 else "оплата переводом; чек выдан",
        ]
        for sale in drawn
    ]
    truth = Truth(
        columns={
            "order_id": "№",
            "ordered_at": "Дата оплаты",
            "phone": "Телефон",
            "customer_name": "Ученик",
            "product": "За что",
            "amount": "Оплачено",
        },
        **counted_orders(drawn),
        amount="Оплачено",
        currency="RUB",
        decimal="",
        delimiter=";",
        encoding="utf-8-sig",
        plain=False,
    )
    content = text([header, *rows], encoding="utf-8-sig", delimiter=";")
    return Case("ru_courses", {"оплаты.csv": content}, truth)


def old_till() -> Case:
    """An old till's dump in KOI8-R, tabs, returns with a mark and positive sums."""
    drawn = sales(55, Draw(orders=46, lines=2, guests=0.3))
    header = split("ЧЕК|ДАТА|ВРЕМЯ|ОПЕРАЦИЯ|ТОВАР|КОЛ|ЦЕНА|СУММА|ДИСК_КАРТА", "|")
    rows = by_line(
        drawn,
        lambda sale, line, _: [
            sale.number,
            f"{sale.at:%d.%m.%y}",
            f"{sale.at:%H:%M}",
            "ПРОДАЖА",
            TEA[line.product],
            line.quantity,
            dot(line.price),
            dot(line.net),
            "" if sale.person is None else f"{880000 + sale.person}",
        ],
    )
    back = list(rows[2])
    back[3] = "ВОЗВРАТ"
    facts = counted(drawn)
    count = facts["lines"] + 1
    truth = Truth(
        columns={
            "order_id": "ЧЕК",
            "ordered_at": "ДАТА",
            "order_time": "ВРЕМЯ",
            "product": "ТОВАР",
            "quantity": "КОЛ",
            "unit_price": "ЦЕНА",
            "amount": "СУММА",
            "customer_id": "ДИСК_КАРТА",
        },
        **(facts | {"lines": count, "rows": count, "net": net(drawn) - D(back[7])}),
        amount="СУММА",
        day_first=True,
        questions=frozenset({"currency"}),
        delimiter="\t",
        encoding="koi8-r",
        written="%d.%m.%y",
        plain=False,
    )
    content = text([header, *rows, back], encoding="koi8-r", delimiter="\t")
    return Case("ru_old_till", {"CHEKI.TXT": content}, truth)


def turkish() -> Case:
    """A marketplace's order lines: Turkish letters, discounts and invoiced amounts."""
    drawn = sales(
        56,
        Draw(orders=45, off=0.25, prices=("899.9", "249", "59.5", "1250", "320", "75")),
    )
    header = split(
        "Sipariş Numarası|Paket No|Sipariş Tarihi|Alıcı|E-Posta|Ürün Adı|Barkod|Adet|"
        "Birim Fiyatı|Satış Tutarı|İndirim Tutarı|Faturalanacak Tutar|Sipariş Statüsü",
        "|",
    )
    lost = {drawn[8].number, drawn[9].number}
    rows = by_line(
        drawn,
        lambda sale, line, _: [
            1700000000 + sale.number,
            2300000000 + sale.number,
            f"{sale.at:%d.%m.%Y %H:%M}",
            TURKISH[sale.person],
            f"pf+{sale.person}@eposta.example",
            CARPET[line.product],
            f"869{line.product:09d}",
            line.quantity,
            german(line.price),
            german(line.gross),
            german(line.off),
            german(line.net),
            "İptal Edildi" if sale.number in lost else "Teslim Edildi",
        ],
    )
    kept = [sale for sale in drawn if sale.number not in lost]
    truth = Truth(
        columns={
            "order_id": "Sipariş Numarası",
            "ordered_at": "Sipariş Tarihi",
            "email": "E-Posta",
            "customer_name": "Alıcı",
            "product": "Ürün Adı",
            "sku": "Barkod",
            "quantity": "Adet",
            "unit_price": "Birim Fiyatı",
            "amount": "Faturalanacak Tutar",
            "status": "Sipariş Statüsü",
        },
        **(counted(kept) | {"rows": len(rows)}),
        amount="Faturalanacak Tutar",
        day_first=True,
        decimal=",",
        questions=frozenset({"currency"}),
        aside=len(rows) - sum(len(sale.lines) for sale in kept),
        delimiter=";",
        encoding="utf-8-sig",
        written="%d.%m.%Y %H:%M",
        skip={"Sipariş Statüsü": {"İptal Edildi"}},
    )
    content = text([header, *rows], encoding="utf-8-sig", delimiter=";")
    return Case("tr_marketplace", {"siparisler.csv": content}, truth)


def tailor_tr() -> Case:
    """A tailor's list in cp1254: money as `1.250,00 TL`, a total in capitals."""
    drawn = sales(
        57, Draw(orders=38, lines=1, quantity=1, prices=("1250", "340", "90.5", "2100"))
    )
    rows: list[list[object]] = [split("Tarih|Müşteri|Tel|İşin Cinsi|Ücret", "|")]
    rows += [
        [
            f"{sale.at:%d/%m/%Y}",
            TURKISH[sale.person],
            f"0532 111 20 {sale.person:02d}",
            CARPET[sale.lines[0].product],
            german(sale.net) + " TL",
        ]
        for sale in drawn
    ]
    rows.append(["TOPLAM", "", "", "", german(net(drawn)) + " TL"])
    truth = Truth(
        columns={
            "ordered_at": "Tarih",
            "phone": "Tel",
            "customer_name": "Müşteri",
            "product": "İşin Cinsi",
            "amount": "Ücret",
        },
        **(counted_orders(drawn) | {"rows": len(drawn) + 1}),
        amount="Ücret",
        currency="TRY",
        day_first=True,
        decimal=",",
        aside=1,
        delimiter=";",
        encoding="cp1254",
        written="%d/%m/%Y",
    )
    content = text(rows, encoding="cp1254", delimiter=";")
    return Case("tr_tailor", {"defter.csv": content}, truth)


def dutch_market() -> Case:
    """A marketplace's orders: day-month names, euros with comma, VAT inside."""
    drawn = sales(58, Draw(orders=44, lines=2))
    header = split(
        "Bestelnummer|Besteldatum|Klantnaam|E-mailadres|EAN|Titel|Aantal|"
        "Verkoopprijs per stuk|Totaal incl. btw|Waarvan btw|Land",
        "|",
    )
    rows = by_line(
        drawn,
        lambda sale, line, _: [
            f"C000{sale.number}",
            f"{sale.at:%d-%m-%Y %H:%M:%S}",
            DUTCH[sale.person],
            f"{sale.person}k@doorstuur.example",
            f"871{line.product:010d}",
            BIKES[line.product],
            line.quantity,
            "€ " + german(line.price),
            "€ " + german(line.net),
            "€ " + german(vat(line.net, "21")),
            "NL" if sale.person % 3 else "BE",
        ],
    )
    tax = sum((vat(line.net, "21") for s in drawn for line in s.lines), D(0))
    truth = Truth(
        columns={
            "order_id": "Bestelnummer",
            "ordered_at": "Besteldatum",
            "email": "E-mailadres",
            "customer_name": "Klantnaam",
            "product": "Titel",
            "sku": "EAN",
            "quantity": "Aantal",
            "amount": "Totaal incl. btw",
            "tax": "Waarvan btw",
            "country": "Land",
        },
        **(counted(drawn) | {"net": net(drawn) - tax}),
        amount="Totaal incl. btw − Waarvan btw",
        currency="EUR",
        day_first=True,
        decimal=",",
        also_right=(net(drawn),),
        delimiter=";",
        encoding="utf-8-sig",
        written="%d-%m-%Y %H:%M:%S",
    )
    content = text([header, *rows], encoding="utf-8-sig", delimiter=";")
    return Case("nl_marketplace", {"bestellingen.csv": content}, truth)


def card_terminal() -> Case:
    """A card reader's receipts in Swedish: moms apart, fees, no names."""
    drawn = sales(59, Draw(orders=60, people=1, days=9000, lines=1, quantity=1))
    drawn = [
        Sale(
            sale.number,
            None,
            dt.datetime(2023, 5, 2, 8) + dt.timedelta(hours=5 * place),
            sale.lines,
        )
        for place, sale in enumerate(drawn)
    ]
    header = split(
        "Datum;Tid;Kvittonummer;Betalningssätt;Kortutgivare;Sista siffror;"
        "Belopp exkl. moms;Moms;Belopp inkl. moms;Avgift;Personal",
        ";",
    )
    rows = []
    for sale in drawn:
        tax = vat(sale.net, "25")
        rows.append(
            [
                f"{sale.at:%Y-%m-%d}",
                f"{sale.at:%H:%M}",
                sale.number,
                "Kort",
                "Visa",
                f"{1000 + sale.number * 37 % 9000}",
                spaced(sale.net - tax) + " kr",
                spaced(tax) + " kr",
                spaced(sale.net) + " kr",
                spaced(D("-0.50")) + " kr",
                "Åsa",
            ]
        )
    tax = sum((vat(sale.net, "25") for sale in drawn), D(0))
    truth = Truth(
        columns={
            "order_id": "Kvittonummer",
            "ordered_at": "Datum",
            "order_time": "Tid",
            "amount": "Belopp exkl. moms",
        },
        **(counted_orders(drawn) | {"customers": None, "net": net(drawn) - tax}),
        amount="Belopp exkl. moms",
        decimal=",",
        questions=frozenset({"currency", "customer_column"}),
        delimiter=";",
        encoding="utf-8",
    )
    return Case(
        "se_card_receipts", {"kvitton.csv": text([header, *rows], delimiter=";")}, truth
    )


def sessions() -> Case:
    """A Dutch practice's workbook: a sheet of hours nobody needs, then the invoices."""
    drawn = sales(60, Draw(orders=40, lines=1, quantity=1, prices=("85", "120", "45")))
    kinds = ["Intake", "Behandeling", "Kort consult"]
    hours = [["Week", "Uren"], *[[week, 30 + week % 5] for week in range(1, 30)]]
    rows: list[list[object]] = [
        split("Factuurnr|Factuurdatum|Klantnr|Klant|Omschrijving|Bedrag excl. btw", "|")
    ]
    rows += [
        [
            f"2023{sale.number}",
            dt.datetime.combine(sale.at.date(), dt.time()),
            100 + sale.person,
            DUTCH[sale.person],
            kinds[sale.lines[0].product],
            sale.net,
        ]
        for sale in drawn
    ]
    truth = Truth(
        columns={
            "order_id": "Factuurnr",
            "ordered_at": "Factuurdatum",
            "customer_id": "Klantnr",
            "customer_name": "Klant",
            "product": "Omschrijving",
            "amount": "Bedrag excl. btw",
        },
        **counted_orders(drawn),
        amount="Bedrag excl. btw",
        decimal="",
        questions=frozenset({"currency"}),
        sheet="Facturen",
        written="",
    )
    content = book({"Uren": hours, "Facturen": rows})
    return Case("nl_practice_two_sheets", {"praktijk.xlsx": content}, truth)


def danish() -> Case:
    """A subscription's invoices: period from and to beside the day of invoice."""
    drawn = sales(
        61,
        Draw(orders=70, people=12, lines=1, quantity=1, prices=("99", "199", "349.5")),
    )
    kinds = ["Lille kasse", "Mellem kasse", "Stor kasse"]
    header = split(
        "Fakturanr.|Fakturadato|Kundenr.|Navn|Abonnement|Periode fra|"
        "Periode til|Beløb ekskl. moms|Moms|I alt (DKK)",
        "|",
    )
    rows = [
        [
            sale.number,
            f"{sale.at:%d-%m-%Y}",
            f"{200 + sale.person}",
            DUTCH[sale.person],
            kinds[sale.lines[0].product],
            f"{sale.at:%d-%m-%Y}",
            f"{sale.at + dt.timedelta(days=30):%d-%m-%Y}",
            german(sale.net),
            german(sale.net / 4),
            german(sale.net + (sale.net / 4).quantize(D("0.01"))),
        ]
        for sale in drawn
    ]
    truth = Truth(
        columns={
            "order_id": "Fakturanr.",
            "ordered_at": "Fakturadato",
            "customer_id": "Kundenr.",
            "customer_name": "Navn",
            "product": "Abonnement",
            "amount": "Beløb ekskl. moms",
        },
        **counted_orders(drawn),
        amount="Beløb ekskl. moms",
        currency="DKK",
        day_first=True,
        decimal=",",
        questions=frozenset({"currency"}),
        delimiter=";",
        encoding="cp1252",
        written="%d-%m-%Y",
    )
    content = text([header, *rows], encoding="cp1252", delimiter=";")
    return Case("dk_subscriptions", {"fakturaer.csv": content}, truth)


def unicode_text() -> Case:
    """*Unicode text* from Excel: UTF-16 with tabs, a Czech shop's orders."""
    drawn = sales(62, Draw(orders=42, lines=2, prices=("249", "1290", "89", "15900")))
    goods = ["Hrnek", "Talíř", "Lžíce", "Příborník"]
    header = split(
        "Číslo objednávky|Datum vytvoření|Zákazník|E-mail|Položka|"
        "Množství|Cena bez DPH|Cena s DPH|Měna",
        "|",
    )
    rows = by_line(
        drawn,
        lambda sale, line, _: [
            f"2023{sale.number}",
            f"{sale.at.day}.{sale.at.month}.{sale.at.year} {sale.at:%H:%M}",
            POLISH[sale.person],
            f"z{sale.person}@posta.example",
            goods[line.product],
            line.quantity,
            spaced(line.net),
            spaced((line.net * D("1.21")).quantize(D("0.01"))),
            "CZK",
        ],
    )
    truth = Truth(
        columns={
            "order_id": "Číslo objednávky",
            "ordered_at": "Datum vytvoření",
            "email": "E-mail",
            "customer_name": "Zákazník",
            "product": "Položka",
            "quantity": "Množství",
            "amount": "Cena bez DPH",
            "currency": "Měna",
        },
        **counted(drawn),
        amount="Cena bez DPH",
        currency="CZK",
        day_first=True,
        decimal=",",
        delimiter="\t",
        encoding="utf-16",
        written="%d.%m.%Y %H:%M",
    )
    content = text([header, *rows], encoding="utf-16", delimiter="\t")
    return Case("cz_unicode_text", {"objednavky.txt": content}, truth)


CASES = (
    auction,
    invoices_pl,
    register_1c,
    courses,
    old_till,
    turkish,
    tailor_tr,
    dutch_market,
    card_terminal,
    sessions,
    danish,
    unicode_text,
)
