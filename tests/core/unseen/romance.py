"""French, Italian, Spanish and Portuguese shops."""

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
    german,
    net,
    sales,
    spaced,
    split,
    text,
    vat,
)

FRENCH = split(
    "Élodie Martin,Jean-Luc Bézier,Amélie Noël,François Lefèvre,Zoé Garçon,"
    "Chloé Dupré,Gérard Müller,Océane Fürst,Mathieu Hébert,Anaïs Pélissier,"
    "René Château,Solène Brûlé,Théo Legrand,Inès Bœuf"
)
ITALIAN = split(
    "Niccolò Rossi,Giulia Bianchi,Perù Caffè srl,Marco D'Angelo,Lucà Verdi,"
    "Sara Colombo,Trattoria Là Fuori,Anna Greco,Paolo Conti,Elena Mancini,"
    "Davide Rizzo,Chiara Fontana,Bar Così,Ettore Galli"
)
SPANISH = split(
    "José Muñoz,María Peña,Íñigo Ibáñez,Lucía Gómez,Andrés Núñez,Begoña Ruiz,"
    "Ángel Pérez,Núria Vidal,Sofía Castaño,Raúl Méndez,Ximena Ordóñez,Iván Leñero,"
    "Concepción Gil,Óscar Año"
)
BRAZIL = split(
    "João Conceição,Antônia Araújo,Luísa Gonçalves,Sebastião Brandão,Mônica Sá,"
    "Cláudio Magalhães,Conceição Leão,Flávia Simões,Caio Pão,Íris Assunção,"
    "Érica Guimarães,Tomás Falcão,Júlia Rolão,Hélio Peçanha"
)
CHEESE = ["Comté", "Brebis", "Crème", "Plateau", "Beurre salé", "Coffret Noël"]
COFFEE = ["Caffè 250g", "Moka", "Tazza", "Macchina", "Filtri", "Macinino"]
SHOES = ["Zapatilla", "Cordón", "Plantilla", "Bota", "Calcetín", "Botín niño"]
BREAD = ["Pão de queijo", "Açaí", "Café", "Cesta", "Maçã", "Kit festa"]


def sage() -> Case:
    """Accounting's sales journal: debit and credit, a running balance, carried rows."""
    drawn = sales(31, Draw(orders=48, lines=1))
    header = [
        "Date pièce", "N° pièce", "Compte tiers", "Intitulé tiers", "Libellé écriture",
        "Débit", "Crédit", "Solde",
    ]  # fmt: skip
    rows = []
    balance = D(0)
    for sale in drawn:
        balance += sale.net
        rows.append(
            [
                f"{sale.at:%d/%m/%y}",
                f"FA{sale.number}",
                f"411{sale.person:05d}",
                FRENCH[sale.person],
                f"Facture {CHEESE[sale.lines[0].product]}",
                spaced(sale.net),
                "",
                spaced(balance),
            ]
        )
    rows.append(["", "", "", "", "Total général", spaced(balance), "0,00", ""])
    truth = Truth(
        columns={
            "ordered_at": "Date pièce",
            "order_id": "N° pièce",
            "customer_id": "Compte tiers",
            "customer_name": "Intitulé tiers",
            "amount": "Débit",
        },
        **(counted_orders(drawn) | {"rows": len(rows)}),
        amount="Débit",
        day_first=True,
        decimal=",",
        questions=frozenset({"currency", "amount_column"}),
        aside=1,
        delimiter=";",
        encoding="cp1252",
        written="%d/%m/%y",
    )
    content = text([header, *rows], encoding="cp1252", delimiter=";")
    return Case("fr_accounting", {"Journal ventes 2023.csv": content}, truth)


def cheese() -> Case:
    """A cheesemonger's web shop: HT, TVA and TTC of each line, amounts with €."""
    drawn = sales(32, Draw(orders=40, off=0.15))
    header = [
        "Réf. commande", "Passée le", "Client", "Courriel", "Article", "Qté",
        "PU HT", "Remise HT", "Montant HT", "TVA 5,5 %", "Montant TTC", "État",
    ]  # fmt: skip
    lost = {drawn[5].number}
    rows = by_line(
        drawn,
        lambda sale, line, _: [
            f"CMD-{sale.number}",
            f"{sale.at:%d/%m/%Y %Hh%M}",
            FRENCH[sale.person],
            f"client{sale.person}@exemple.fr",
            CHEESE[line.product],
            line.quantity,
            spaced(line.price) + " €",
            spaced(line.off) + " €",
            spaced(line.net) + " €",
            spaced((line.net * D("0.055")).quantize(D("0.01"))) + " €",
            spaced(line.net + (line.net * D("0.055")).quantize(D("0.01"))) + " €",
            "Annulée" if sale.number in lost else "Expédiée",
        ],
    )
    kept = [sale for sale in drawn if sale.number not in lost]
    truth = Truth(
        columns={
            "ordered_at": "Passée le",
            "order_id": "Réf. commande",
            "email": "Courriel",
            "customer_name": "Client",
            "product": "Article",
            "quantity": "Qté",
            "unit_price": "PU HT",
            "amount": "Montant HT",
            "status": "État",
        },
        **(counted(kept) | {"rows": len(rows)}),
        amount="Montant HT",
        currency="EUR",
        day_first=True,
        decimal=",",
        aside=len(rows) - sum(len(sale.lines) for sale in kept),
        delimiter=";",
        encoding="utf-8-sig",
        written="%d/%m/%Y %Hh%M",
        skip={"État": {"Annulée"}},
    )
    content = text([header, *rows], encoding="utf-8-sig", delimiter=";")
    return Case("fr_cheese_shop", {"export-commandes.csv": content}, truth)


def restaurant() -> Case:
    """A restaurant's till: table numbers, waiters, tips; no customer at all."""
    drawn = sales(
        33,
        Draw(
            orders=50,
            guests=1.0,
            lines=3,
            people=1,
            days=20000,
            prices=("14.5", "22", "6", "9", "38", "4.2"),
        ),
    )
    drawn = [
        type(sale)(
            sale.number,
            None,
            dt.datetime(2023, 3, 1, 12)
            + dt.timedelta(hours=7 * place, minutes=place % 50),
            sale.lines,
        )
        for place, sale in enumerate(drawn)
    ]
    dishes = ["Entrée", "Plat", "Dessert", "Fromage", "Bouteille", "Café"]
    header = [
        "Ticket",
        "Date",
        "Heure",
        "Table",
        "Couverts",
        "Serveur",
        "Plat",
        "Qté",
        "Total ligne",
    ]
    rows = by_line(
        drawn,
        lambda sale, line, _: [
            sale.number,
            f"{sale.at:%d/%m/%Y}",
            f"{sale.at:%H:%M}",
            sale.number * 7 % 12 + 1,
            sale.number % 4 + 1,
            ["Luc", "Ana", "Zoé"][sale.number % 3],
            dishes[line.product],
            line.quantity,
            comma(line.net),
        ],
    )
    truth = Truth(
        columns={
            "ordered_at": "Date",
            "order_time": "Heure",
            "order_id": "Ticket",
            "product": "Plat",
            "quantity": "Qté",
            "amount": "Total ligne",
        },
        **(counted(drawn) | {"customers": None}),
        amount="Total ligne",
        day_first=True,
        decimal=",",
        questions=frozenset({"currency", "customer_column"}),
        delimiter=";",
        encoding="cp1252",
        written="%d/%m/%Y",
    )
    content = text([header, *rows], encoding="cp1252", delimiter=";")
    return Case("fr_restaurant", {"tickets.csv": content}, truth)


def invoices_it() -> Case:
    """Electronic invoices: Imponibile, IVA, Totale; credit notes with a minus."""
    drawn = sales(34, Draw(orders=52, lines=2))
    header = [
        "Tipo documento", "Numero", "Data emissione", "P.IVA cliente", "Denominazione",
        "Imponibile", "Aliquota", "IVA", "Totale documento", "Data scadenza",
    ]  # fmt: skip
    rows = []
    for sale in drawn:
        tax = (sale.net * D("0.22")).quantize(D("0.01"))
        rows.append(
            [
                "TD01",
                f"{sale.number}/2023",
                f"{sale.at:%d-%m-%Y}",
                f"IT{12345670000 + sale.person}",
                ITALIAN[sale.person],
                german(sale.net),
                "22%",
                german(tax),
                german(sale.net + tax),
                f"{sale.at + dt.timedelta(days=30):%d-%m-%Y}",
            ]
        )
    back = drawn[9]
    credit = list(rows[9])
    credit[0], credit[1] = "TD04", "NC1/2023"
    for place in (5, 7, 8):
        credit[place] = f"-{credit[place]}"
    rows.append(credit)
    truth = Truth(
        columns={
            "order_id": "Numero",
            "ordered_at": "Data emissione",
            "customer_id": "P.IVA cliente",
            "customer_name": "Denominazione",
            "amount": "Imponibile",
        },
        **(
            counted_orders(drawn)
            | {"lines": len(rows), "rows": len(rows), "net": net(drawn) - back.net}
        ),
        amount="Imponibile",
        day_first=True,
        decimal=",",
        questions=frozenset({"currency"}),
        delimiter=";",
        encoding="utf-8-sig",
        written="%d-%m-%Y",
        plain=False,
    )
    content = text([header, *rows], encoding="utf-8-sig", delimiter=";")
    return Case("it_invoices", {"fatture_emesse.csv": content}, truth)


def roaster() -> Case:
    """A roaster's list in a workbook: title rows, order cells only on first rows."""
    drawn = sales(35, Draw(orders=36, lines=3))
    rows: list[list[object]] = [
        ["Torrefazione Aurora - ordini dal 01/01/2023", None, None, None, None, None],
        [],
        ["N. ord.", "Data ord.", "Cliente", "Prodotto", "Q.tà", "Importo €"],
    ]
    rows += by_line(
        drawn,
        lambda sale, line, place: [
            sale.number if place == 0 else None,
            dt.datetime.combine(sale.at.date(), dt.time()) if place == 0 else None,
            ITALIAN[sale.person] if place == 0 else None,
            COFFEE[line.product],
            line.quantity,
            line.net,
        ],
    )
    truth = Truth(
        columns={
            "order_id": "N. ord.",
            "ordered_at": "Data ord.",
            "customer_name": "Cliente",
            "product": "Prodotto",
            "quantity": "Q.tà",
            "amount": "Importo €",
        },
        **counted(drawn),
        amount="Importo €",
        currency="EUR",
        decimal="",
        header=3,
        sheet="Foglio1",
        written="",
        plain=False,
    )
    return Case("it_roaster_blanks", {"ordini.xlsx": book({"Foglio1": rows})}, truth)


def invoices_es() -> Case:
    """Facturación: base, IVA, recargo and total; the seller stands before the buyer."""
    drawn = sales(36, Draw(orders=44, lines=1))
    header = [
        "Serie", "Nº Factura", "F. Factura", "Comercial", "NIF", "Razón social",
        "Concepto", "Uds.", "Base imponible", "% IVA", "Cuota IVA", "Total factura",
    ]  # fmt: skip
    rows = by_line(
        drawn,
        lambda sale, line, _: [
            "A",
            sale.number,
            f"{sale.at:%d/%m/%Y}",
            ["Pilar Soto", "Quim Roca"][sale.number % 2],
            f"B{8000000 + sale.person}Z",
            SPANISH[sale.person],
            SHOES[line.product],
            line.quantity,
            german(line.net),
            21,
            german((line.net * D("0.21")).quantize(D("0.01"))),
            german(line.net + (line.net * D("0.21")).quantize(D("0.01"))),
        ],
    )
    total = [""] * 8 + [german(net(drawn)), "", "", ""]
    total[0] = "TOTALES"
    truth = Truth(
        columns={
            "order_id": "Nº Factura",
            "ordered_at": "F. Factura",
            "customer_id": "NIF",
            "customer_name": "Razón social",
            "product": "Concepto",
            "quantity": "Uds.",
            "amount": "Base imponible",
        },
        **(counted(drawn) | {"rows": len(rows) + 1}),
        amount="Base imponible",
        day_first=True,
        decimal=",",
        questions=frozenset({"currency"}),
        aside=1,
        delimiter=";",
        encoding="cp1252",
        written="%d/%m/%Y",
    )
    content = text([header, *rows, total], encoding="cp1252", delimiter=";")
    return Case("es_invoicing", {"listado_facturas.csv": content}, truth)


def mexico() -> Case:
    """A Mexican shop: US numbers, day first, pesos as $, the day never past the 12th.

    Nothing in the dates decides between day and month: a human would ask.
    """
    drawn = [
        type(sale)(
            sale.number,
            sale.person,
            sale.at.replace(day=sale.at.day % 12 + 1),
            sale.lines,
        )
        for sale in sales(37, Draw(orders=36, days=300))
    ]
    header = [
        "Folio",
        "Fecha de venta",
        "Cliente (tel.)",
        "Artículo",
        "Cant.",
        "Importe",
    ]
    rows = by_line(
        drawn,
        lambda sale, line, _: [
            f"V-{sale.number}",
            f"{sale.at:%d/%m/%Y}",
            f"55 4000 {1000 + sale.person}",
            SHOES[line.product],
            line.quantity,
            f"${line.net:,.2f} MXN",
        ],
    )
    truth = Truth(
        columns={
            "order_id": "Folio",
            "ordered_at": "Fecha de venta",
            "phone": "Cliente (tel.)",
            "product": "Artículo",
            "quantity": "Cant.",
            "amount": "Importe",
        },
        **counted(drawn),
        amount="Importe",
        currency="MXN",
        day_first=True,
        questions=frozenset({"day_first"}),
        encoding="utf-8-sig",
        written="%d/%m/%Y",
    )
    content = text([header, *rows], encoding="utf-8-sig")
    return Case("mx_shop_undecided_days", {"Ventas.csv": content}, truth)


def bling() -> Case:
    """Brazilian ERP: a row an item, the order's total, shipping and discount."""
    drawn = sales(38, Draw(orders=42, off=0.0))
    header = [
        "Número do pedido", "Nome do contato", "CPF/CNPJ", "Data", "Preço total",
        "Frete", "Desconto pedido", "Observações", "Código", "Descrição", "Quantidade",
        "Valor unitário", "Situação",
    ]  # fmt: skip
    freight = {sale.number: D("12.90") if sale.number % 3 else D(0) for sale in drawn}
    off = {sale.number: D("5.00") if sale.number % 4 == 0 else D(0) for sale in drawn}
    rows = by_line(
        drawn,
        lambda sale, line, _: [
            sale.number,
            BRAZIL[sale.person],
            f"{100 + sale.person}.456.789-{sale.person:02d}",
            f"{sale.at:%d/%m/%Y}",
            german(sale.net + freight[sale.number] - off[sale.number]),
            german(freight[sale.number]),
            german(off[sale.number]),
            "",
            f"SKU{line.product}",
            BREAD[line.product],
            f"{line.quantity},00",
            german(line.price),
            "Atendido",
        ],
    )
    truth = Truth(
        columns={
            "order_id": "Número do pedido",
            "ordered_at": "Data",
            "customer_id": "CPF/CNPJ",
            "customer_name": "Nome do contato",
            "order_total": "Preço total",
            "shipping": "Frete",
            "order_discount": "Desconto pedido",
            "product": "Descrição",
            "sku": "Código",
            "quantity": "Quantidade",
            "unit_price": "Valor unitário",
        },
        **(counted(drawn) | {"net": net(drawn) - sum(off.values(), D(0))}),
        amount="Preço total − Frete",
        per_order=True,
        day_first=True,
        decimal=",",
        questions=frozenset({"currency", "amount_repeats"}),
        also_right=(
            net(drawn) - sum(off.values(), D(0)) + sum(freight.values(), D(0)),
        ),
        delimiter=";",
        encoding="utf-8-sig",
        written="%d/%m/%Y",
    )
    content = text([header, *rows], encoding="utf-8-sig", delimiter=";")
    return Case("br_erp_orders", {"pedidos_venda.csv": content}, truth)


def emission() -> Case:
    """Notas fiscais by hand from a bookkeeper: `Dt Emissão`, `Vlr Líq`, cancelled."""
    drawn = sales(39, Draw(orders=46, lines=1))
    void = {drawn[3].number, drawn[20].number}
    header = [
        "NF",
        "Dt Emissão",
        "Dt Saída",
        "Cliente",
        "Fone",
        "Vlr Prod",
        "Desc",
        "Vlr Líq",
        "Sit",
    ]
    rows = [
        [
            f"{sale.number:06d}",
            f"{sale.at:%d/%m/%y}",
            f"{sale.at + dt.timedelta(days=2):%d/%m/%y}",
            BRAZIL[sale.person],
            f"(11) 9{8000 + sale.person}-1200",
            "R$ " + german(sale.net + D("2.50")),
            "R$ 2,50",
            "R$ " + german(sale.net),
            "CANCELADA" if sale.number in void else "AUTORIZADA",
        ]
        for sale in drawn
    ]
    kept = [sale for sale in drawn if sale.number not in void]
    truth = Truth(
        columns={
            "order_id": "NF",
            "ordered_at": "Dt Emissão",
            "customer_name": "Cliente",
            "phone": "Fone",
            "amount": "Vlr Líq",
            "status": "Sit",
        },
        **(counted_orders(kept) | {"rows": len(drawn)}),
        amount="Vlr Líq",
        currency="BRL",
        day_first=True,
        decimal=",",
        aside=2,
        delimiter=";",
        encoding="cp1252",
        written="%d/%m/%y",
        skip={"Sit": {"CANCELADA"}},
    )
    content = text([header, *rows], encoding="cp1252", delimiter=";")
    return Case("br_invoices_short_names", {"notas 2023.csv": content}, truth)


def portugal() -> Case:
    """A Portuguese till: gross with VAT beside it, NIF or *Consumidor final*."""
    drawn = sales(40, Draw(orders=60, guests=0.45, lines=2))
    header = [
        "Documento", "Data/Hora", "NIF", "Nome", "Artigo", "Qtd", "Total c/ IVA", "IVA",
    ]  # fmt: skip
    rows = by_line(
        drawn,
        lambda sale, line, _: [
            f"FS 1/{sale.number}",
            f"{sale.at:%Y/%m/%d %H:%M}",
            "999999990" if sale.person is None else 210000000 + sale.person,
            "Consumidor final" if sale.person is None else BRAZIL[sale.person],
            BREAD[line.product],
            line.quantity,
            comma(line.net) + "€",
            comma(vat(line.net, "23")) + "€",
        ],
    )
    tax = sum((vat(line.net, "23") for s in drawn for line in s.lines), D(0))
    truth = Truth(
        columns={
            "order_id": "Documento",
            "ordered_at": "Data/Hora",
            "customer_id": "NIF",
            "customer_name": "Nome",
            "product": "Artigo",
            "quantity": "Qtd",
            "amount": "Total c/ IVA",
            "tax": "IVA",
        },
        **(counted(drawn) | {"net": net(drawn) - tax}),
        amount="Total c/ IVA − IVA",
        currency="EUR",
        decimal=",",
        also_right=(net(drawn),),
        questions=frozenset({"giant_key"}),
        guests=frozenset({"999999990", "Consumidor final"}),
        delimiter=";",
        encoding="utf-8",
        written="%Y/%m/%d %H:%M",
    )
    content = text([header, *rows], delimiter=";")
    return Case("pt_till", {"vendas.csv": content}, truth)


def bookings() -> Case:
    """Appointments of a studio: when booked, when held, no-shows."""
    drawn = sales(41, Draw(orders=58, lines=1, quantity=1, prices=("35", "60", "90")))
    what = ["Masaje 30", "Masaje 60", "Ritual pareja"]
    missed = {drawn[4].number, drawn[15].number, drawn[44].number}
    header = [
        "ID reserva", "Reservado el", "Fecha cita", "Hora cita", "Cliente", "Email",
        "Servicio", "Profesional", "Precio", "Estado",
    ]  # fmt: skip
    rows = [
        [
            sale.number,
            (sale.at - dt.timedelta(days=3)).strftime("%Y-%m-%d %H:%M:%S"),
            sale.at.strftime("%Y-%m-%d"),
            sale.at.strftime("%H:%M"),
            SPANISH[sale.person],
            f"c{sale.person}@correo.example",
            what[sale.lines[0].product],
            ["Sonia", "Marc"][sale.number % 2],
            dot(sale.net),
            "Cancelada" if sale.number in missed else "Realizada",
        ]
        for sale in drawn
    ]
    kept = [sale for sale in drawn if sale.number not in missed]
    truth = Truth(
        columns={
            "order_id": "ID reserva",
            "ordered_at": "Fecha cita",
            "order_time": "Hora cita",
            "email": "Email",
            "customer_name": "Cliente",
            "product": "Servicio",
            "amount": "Precio",
            "status": "Estado",
        },
        **(counted(kept) | {"rows": len(drawn)}),
        amount="Precio",
        questions=frozenset({"currency", "date_column"}),
        aside=3,
        written="%Y-%m-%d",
        skip={"Estado": {"Cancelada"}},
    )
    return Case("es_bookings", {"reservas.csv": text([header, *rows])}, truth)


CASES = (
    sage,
    cheese,
    restaurant,
    invoices_it,
    roaster,
    invoices_es,
    mexico,
    bling,
    emission,
    portugal,
    bookings,
)
