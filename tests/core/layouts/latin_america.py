"""Nuvemshop and Mercado Livre, as they write their files (by the vendors' notes)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from tests.core.layouts.shop import ORDERS, Person, Written
from tests.core.layouts.tables import (
    LIVE,
    Cells,
    columns,
    comma,
    delimited,
    each,
    email,
    name,
    returns,
    sales,
    shared,
    sheet,
    unit,
    workbook,
)

NUVEMSHOP_ORDERS_BR = columns(
    "Número do Pedido|E-mail|Data|Status do Pedido|Status do Pagamento|"
    "Status do Envio|Subtotal|Desconto|Valor do Frete|Total|Nome do comprador|"
    "CPF / CNPJ|Telefone|Endereço|Cupom de Desconto|Anotações do Comprador|"
    "Data de pagamento|Data de envío|Nome do Produto|Valor do Produto|"
    "Quantidade Comprada|SKU|Meio de pagamento|Dados do cartão"
)
MERCADO_LIVRE_SALES_BR = columns(
    "N.º de venda|Data da venda|Estado|Descrição do status|"
    "Pacote de diversos produtos|Unidades|Receita por produtos (BRL)|"
    "Receita por acréscimo no preço (pago pelo comprador)|"
    "Tarifa de venda e impostos (BRL)|Receita por envio (BRL)|Tarifas de envio (BRL)|"
    "Cancelamentos e reembolsos (BRL)|Total (BRL)|SKU|# de anúncio|Título do anúncio|"
    "Variação|Preço unitário de venda do anúncio (BRL)|Comprador|CPF|N.º de envio"
)


def nuvemshop() -> Written:
    """What is of the order stands on its first row; a refund is a state of payment."""
    records = []
    for order, place, item in each(ORDERS):
        who = order.person
        paid = {"1006": "Cancelado", "1007": "Estornado"}
        row: Cells = {
            "Número do Pedido": order.number,
            "Nome do Produto": item.product,
            "Valor do Produto": comma(item.price),
            "Quantidade Comprada": item.quantity,
            "SKU": item.sku,
        }
        if place == 0:
            row |= {
                "E-mail": who.email if who else "",
                "Data": f"{order.at:%d/%m/%Y %H:%M:%S}",
                "Status do Pedido": "Cancelado" if order.cancelled else "Arquivado",
                "Status do Pagamento": paid.get(order.number, "Confirmado"),
                "Status do Envio": "Enviado",
                "Subtotal": comma(order.gross),
                "Desconto": comma(order.gross - order.goods),
                "Valor do Frete": comma(order.shipping),
                "Total": comma(order.goods + order.shipping),
                "Nome do comprador": name(who),
                "Telefone": who.phone if who else "",
                "Meio de pagamento": "Pix",
            }
        records.append(row)
    text = delimited(sheet(NUVEMSHOP_ORDERS_BR, records), ";", "latin-1")
    return Written(
        files={"vendas.csv": text},
        systems={"vendas.csv": "nuvemshop_orders_br"},
        lines=sales(LIVE, email, shared) + returns({"1007": Decimal(40)}, email),
        rows=18,
        aside={"cancelled": 1},
        currency="BRL",
    )


def cpf(person: Person) -> str:
    """A tax number, as the file writes it."""
    return f"123.456.{person.id[-3:]}-00"


def mercado_livre() -> Written:
    """A package is a row of its own above its products, which have their own numbers.

    The buyer and what went back stand on the row of the package.
    """
    months = columns("janeiro|fevereiro|março|abril|maio|junho")
    brl = float
    product_money = "Receita por produtos (BRL)"
    back_money = "Cancelamentos e reembolsos (BRL)"
    back = {"1005": Decimal(60), "1007": Decimal(40)}
    records: list[Cells] = []
    for order in ORDERS:
        month = months[order.at.month - 1]
        day = f"{order.at.day} de {month} de 2024 {order.at:%H:%M} hs."
        returned = back.get(order.number, Decimal(0))
        head: Cells = {
            "N.º de venda": order.number,
            "Data da venda": day,
            "Estado": "Cancelada pelo comprador" if order.cancelled else "Entregue",
            "Pacote de diversos produtos": "Não",
            "Comprador": name(order.person),
            "CPF": cpf(order.person) if order.person else "",
            "Receita por envio (BRL)": brl(order.shipping),
            "Tarifas de envio (BRL)": -brl(order.shipping),
            "Tarifa de venda e impostos (BRL)": -brl(order.goods / 10),
            "Total (BRL)": brl(order.goods - returned - order.goods / 10),
        }
        if returned:
            head[back_money] = -brl(returned)
        items: list[Cells] = [
            {
                "Unidades": item.quantity,
                product_money: brl(order.net_of(item)),
                "SKU": item.sku,
                "# de anúncio": f"MLB{item.sku[-1]}",
                "Título do anúncio": item.product,
                "Preço unitário de venda do anúncio (BRL)": brl(unit(order, item)),
            }
            for item in order.items
        ]
        if len(items) == 1:
            records.append(head | items[0])
            continue
        package = {
            "Estado": f"Pacote de {len(items)} produtos",
            "Pacote de diversos produtos": "Sim",
            product_money: brl(order.goods),
        }
        records.append(head | package)
        records += [
            {
                "N.º de venda": f"{order.number}{place}",
                "Data da venda": day,
                "Estado": "Entregue",
                "Pacote de diversos produtos": "Sim",
            }
            | item
            for place, item in enumerate(items)
        ]
    rows = [
        ["Vendas"],
        ["Relatório de vendas de janeiro a junho de 2024"],
        [],
        ["As datas são do horário de Brasília"],
        ["Vendas", "", "", "", "", "", "Publicidade"],
        *sheet(MERCADO_LIVRE_SALES_BR, records),
    ]
    return Written(
        files={"vendas.xlsx": workbook(rows, "Vendas BR")},
        systems={"vendas.xlsx": "mercado_livre_sales_br"},
        lines=[
            replace(line, at=line.at.replace(second=0))
            for line in sales(LIVE, cpf) + returns(back, cpf)
        ],
        rows=18 + 5,
        aside={"cancelled": 1, "order_summary": 5},
        currency="BRL",
    )
