"""Draw order lines to measure with: ``python -m benchmarks.draw [MILLIONS]``."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

import duckdb

import retention_core as rc

FOLDER = Path(__file__).parent / "data"
LINES_PER_ORDER = 4
DAYS = 1096
PRODUCTS = 1000
AS_OF = dt.date(2024, 12, 31)

# Every value is a hash of its row's number and a salt: the same on every run,
# whatever the number of threads, which random() would not be.
# (hash(i, salt) of two columns would only be shifted by the salt, not drawn anew.)
_UNIFORM = """
CREATE MACRO uniform(i, salt) AS (hash(16 * i + salt) >> 11) / 9007199254740992.0
"""
_ORDERS = """
CREATE TABLE orders AS
SELECT
    i,
    customer,
    DATE '2022-01-01' + CAST(start + floor(({days} - start) * since) AS INTEGER) AS day,
    ['Search', 'Instagram', 'Referral', 'Shop', 'Marketplace'][
        1 + CAST(floor(5 * uniform(customer, 4)) AS INTEGER)
    ] AS channel
FROM (
    SELECT
        i,
        customer,
        CAST(floor({days} * uniform(customer, 2)) AS BIGINT) AS start,
        pow(uniform(i, 3), 3) AS since
    FROM (
        SELECT
            i,
            CAST(floor({customers} * pow(uniform(i, 1), 1.6)) AS BIGINT) AS customer
        FROM range({orders}) AS numbers(i)
    )
)
"""
_LINES = """
CREATE TABLE lines AS
SELECT
    '#' || (100000 + i) AS order_number,
    day + to_seconds(CAST(7 * 3600 + floor(54000 * uniform(i, 5)) AS BIGINT))
        AS ordered_at,
    'C' || lpad(CAST(customer AS VARCHAR), 7, '0') AS customer,
    channel,
    product,
    'Product ' || lpad(CAST(product AS VARCHAR), 4, '0') AS name,
    'Category ' || (product % 20) AS category,
    1 + CAST(floor(1.3 * uniform(8 * i + line, 6)) AS INTEGER) AS quantity,
    round(3 + 40 * uniform(product, 7), 2) AS price
FROM (
    SELECT
        *,
        CAST(floor({products} * pow(uniform(8 * i + line, 8), 2.5)) AS INTEGER)
            AS product
    FROM (
        SELECT
            *,
            unnest(range(1 + CAST(floor(7 * uniform(i, 9)) AS INTEGER))) AS line
        FROM orders
    )
)
"""
_CSV = """
COPY (
    SELECT
        order_number AS "Order number",
        strftime(ordered_at, '%Y-%m-%d %H:%M:%S') AS "Order date",
        customer AS "Customer id",
        name AS "Product name",
        category AS "Category",
        quantity AS "Quantity",
        price AS "Unit price",
        round(quantity * price, 2) AS "Line total",
        'EUR' AS "Currency",
        channel AS "Channel"
    FROM lines
) TO '{path}' (FORMAT csv, HEADER)
"""


_RUSSIAN = {
    "Order number": "Номер заказа",
    "Order date": "Дата заказа",
    "Customer id": "ID клиента",
    "Product name": "Наименование товара",
    "Line total": "Сумма",
    "Unit price": "Цена",
    "Quantity": "Количество",
    "Currency": "Валюта",
    "Product ": "Товар ",
    "Category": "Категория",
    "EUR": "RUB",
    "Search": "Поиск",
    "Instagram": "Реклама",
    "Referral": "Рекомендация",
    "Shop": "Магазин",
    "Marketplace": "Маркетплейс",
    "Channel": "Канал",
}


def paths(millions: int) -> tuple[Path, Path]:
    """The dataset and the CSV file of that many million lines."""
    return FOLDER / f"shop-{millions}m", FOLDER / f"lines-{millions}m.csv"


def cyrillic(millions: int) -> Path:
    """The same lines with words in Russian, written in cp1251."""
    _, csv = paths(millions)
    target = FOLDER / f"lines-{millions}m-cp1251.csv"
    if not target.is_file():
        words = {one.encode(): two.encode("cp1251") for one, two in _RUSSIAN.items()}
        with csv.open("rb") as source, target.open("wb") as file:
            while lines := source.readlines(1 << 24):
                text = b"".join(lines)
                for english, russian in words.items():
                    text = text.replace(english, russian)
                file.write(text)
    return target


def draw(millions: int) -> tuple[Path, Path]:
    """Write the file and make the dataset of it, unless they are there."""
    shop, csv = paths(millions)
    if not csv.is_file():
        _write(csv, millions * 1_000_000 // LINES_PER_ORDER)
    if not (shop / "detection.json").is_file():
        rc.ingest([csv], as_of=AS_OF, into=shop)
    cyrillic(millions)
    return shop, csv


def file(millions: float) -> Path:
    """Write about that many million lines (90 MB each), unless they are there."""
    csv = FOLDER / f"lines-{millions:g}m.csv"
    if not csv.is_file():
        _write(csv, int(millions * 1_000_000) // LINES_PER_ORDER)
    return csv


def _write(csv: Path, orders: int) -> None:
    FOLDER.mkdir(exist_ok=True)
    with duckdb.connect() as engine:
        engine.execute(_UNIFORM)
        engine.execute(_ORDERS.format(days=DAYS, customers=orders // 5, orders=orders))
        engine.execute(_LINES.format(products=PRODUCTS))
        engine.execute(_CSV.format(path=csv))


if __name__ == "__main__":
    for path in draw(int(sys.argv[1]) if len(sys.argv) > 1 else 1):
        print(path)
