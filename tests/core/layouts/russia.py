"""Ozon, Wildberries and a plain shop export, as Russian sellers get them."""

from __future__ import annotations

import csv
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from tests.core.layouts.shop import ORDERS, Item, Line, Order, Written
from tests.core.layouts.tables import (
    LIVE,
    Cells,
    columns,
    comma,
    delimited,
    each,
    email,
    moment,
    name,
    sales,
    sheet,
    unit,
    whole,
    workbook,
)

if TYPE_CHECKING:
    import datetime as dt

OZON_POSTINGS = columns(
    "Номер заказа|Номер отправления|Принят в обработку|Дата отгрузки|Статус|"
    "Дата доставки|Фактическая дата передачи в доставку|Сумма отправления|"
    "Код валюты отправления|Название товара|SKU|Артикул|Ваша цена|Код валюты товара|"
    "Оплачено покупателем|Код валюты покупателя|Количество|Стоимость доставки|"
    "Связанные отправления|Выкуп товара|Цена товара до скидок|Скидка %|Скидка руб|"
    "Акции|Объемный вес товаров, кг"
)
WILDBERRIES_REALIZATION = columns(
    "№|Номер поставки|Предмет|Код номенклатуры|Бренд|Артикул поставщика|Название|"
    "Размер|Баркод|Тип документа|Обоснование для оплаты|Дата заказа покупателем|"
    "Дата продажи|Кол-во|Цена розничная|Вайлдберриз реализовал Товар (Пр)|"
    "Согласованный продуктовый дисконт, %|Промокод, %|"
    "Итоговая согласованная скидка, %|Цена розничная с учетом согласованной скидки|"
    "Размер снижения кВВ из-за рейтинга, %|Размер изменения кВВ из-за акции, %|"
    "Скидка постоянного Покупателя (СПП), %|Размер кВВ, %|"
    "Размер  кВВ без НДС, % Базовый|Итоговый кВВ без НДС, %|"
    "Вознаграждение с продаж до вычета услуг поверенного, без НДС|"
    "Возмещение за выдачу и возврат товаров на ПВЗ|"
    "Эквайринг/Комиссии за организацию платежей|"
    "Размер комиссии за эквайринг/Комиссии за организацию платежей, %|"
    "Тип платежа за Эквайринг/Комиссии за организацию платежей|"
    "Вознаграждение Вайлдберриз (ВВ), без НДС|НДС с Вознаграждения Вайлдберриз|"
    "К перечислению Продавцу за реализованный Товар|Количество доставок|"
    "Количество возврата|Услуги по доставке товара покупателю"
)


def ozon() -> Written:
    """A row a product of a posting. Nobody is named."""
    records = [
        {
            "Номер заказа": f"1234{order.number}-0001",
            "Номер отправления": f"1234{order.number}-0001-1",
            "Принят в обработку": f"{order.at:%Y-%m-%d %H:%M:%S}",
            "Статус": "Отменён" if order.cancelled else "Доставлен",
            "Сумма отправления": f"{whole(order.goods)}.00",
            "Код валюты отправления": "RUB",
            "Название товара": item.product,
            "SKU": f"15{item.sku[-1]}",
            "Артикул": item.sku,
            "Ваша цена": f"{whole(unit(order, item))}.00",
            "Код валюты товара": "RUB",
            "Оплачено покупателем": f"{whole(unit(order, item))}.00",
            "Код валюты покупателя": "RUB",
            "Количество": item.quantity,
            "Стоимость доставки": "0.00",
            "Выкуп товара": "Да",
            "Цена товара до скидок": f"{whole(item.price)}.00",
        }
        for order, _, item in each(ORDERS)
    ]
    text = delimited(sheet(OZON_POSTINGS, records), ";", "utf-8-sig", csv.QUOTE_ALL)
    return Written(
        files={"postings.csv": text},
        systems={"postings.csv": "ozon_postings"},
        lines=[
            replace(line, order=f"1234{line.order}-0001")
            for line in sales(LIVE, None, scale=100)
        ],
        rows=18,
        aside={"cancelled": 1},
        currency="RUB",
    )


def wildberries() -> Written:
    """A row a piece; returns have positive sums; no one and no number is named."""

    def row(order: Order, item: Item, kind: str, sold: dt.datetime | None) -> Cells:
        price = float(unit(order, item) * 100)
        return {
            "Номер поставки": 777,
            "Предмет": "Посуда",
            "Код номенклатуры": 1500 + int(item.sku[-1]),
            "Бренд": "Kept",
            "Артикул поставщика": item.sku,
            "Название": item.product,
            "Тип документа": kind,
            "Обоснование для оплаты": kind,
            "Дата заказа покупателем": f"{order.at:%Y-%m-%d}",
            "Дата продажи": f"{sold or order.at:%Y-%m-%d}",
            "Кол-во": 1,
            "Цена розничная": price,
            "Вайлдберриз реализовал Товар (Пр)": price,
            "Цена розничная с учетом согласованной скидки": price,
            "К перечислению Продавцу за реализованный Товар": price * 0.8,
            "Количество доставок": 0,
            "Количество возврата": 0,
        }

    records = [
        row(order, item, "Продажа", None)
        for order, _, item in each(LIVE)
        for _ in range(item.quantity)
    ]
    records += [
        row(order, item, "Возврат", order.back_at)
        for order, _, item in each(LIVE)
        for _ in range(item.back)
    ]
    records += [
        row(order, order.items[0], "Продажа", None)
        | {
            "Обоснование для оплаты": why,
            "Кол-во": 0,
            "Цена розничная": 0,
            "Вайлдберриз реализовал Товар (Пр)": 0,
            "Цена розничная с учетом согласованной скидки": 0,
            "К перечислению Продавцу за реализованный Товар": 0,
            "Услуги по доставке товара покупателю": 46.0,
        }
        for order, why in zip(LIVE, ("Логистика", "Штраф", "Хранение"), strict=False)
    ]
    for number, record in enumerate(records, start=1):
        record["№"] = number
    lines = []
    for order, _, item in each(LIVE):
        money = unit(order, item) * 100
        day = moment(order, True)
        sold = Line(None, None, day, item.product, 1, money)
        lines += [sold] * item.quantity
        if item.back and order.back_at:
            back_day = order.back_at.replace(hour=0)
            lines.append(Line(None, None, back_day, item.product, -1, -money))
    return Written(
        files={"report.xlsx": workbook(sheet(WILDBERRIES_REALIZATION, records))},
        systems={"report.xlsx": "wildberries_realization"},
        lines=lines,
        rows=len(records),
        aside={"not_a_sale": 3},
        currency="RUB",
    )


PLAIN = columns(
    "Номер заказа|Дата заказа|Покупатель|Телефон|E-mail|Товар|Артикул|Кол-во|Цена|"
    "Сумма|Скидка|Доставка|Статус|Оплачен"
)


def plain_shop() -> Written:
    """As InSales, Tilda or 1С are usually set to write it."""
    records = [
        {
            "Номер заказа": order.number,
            "Дата заказа": f"{order.at:%d.%m.%Y %H:%M}",
            "Покупатель": name(order.person),
            "E-mail": order.person.email if order.person else "",
            "Товар": item.product,
            "Артикул": item.sku,
            "Кол-во": item.quantity,
            "Цена": comma(unit(order, item)),
            "Сумма": comma(order.net_of(item)),
            "Скидка": comma(Decimal(0)),
            "Доставка": comma(order.shipping),
            "Статус": "Отменён" if order.cancelled else "Выполнен",
            "Оплачен": "Да",
        }
        for order, _, item in each(ORDERS)
    ]
    return Written(
        files={"orders.csv": delimited(sheet(PLAIN, records), ";", "cp1251")},
        systems={"orders.csv": None},
        lines=[
            replace(line, at=line.at.replace(second=0)) for line in sales(LIVE, email)
        ],
        rows=18,
        aside={"cancelled": 1},
        options={"currency": "RUB"},
    )
