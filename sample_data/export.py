"""The shop's orders as Shopify exports them, and two workbooks."""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from openpyxl import Workbook
from openpyxl.styles import Font

from sample_data.catalogue import PRODUCTS

if TYPE_CHECKING:
    from pathlib import Path

TIME_ZONE = "Europe/Berlin"
FIRST_NUMBER, FIRST_ID = 1001, 5_400_000_000_000
FREE_SHIPPING_FROM, SHIPPING = 40.0, 4.9
# The header of Shopify's order export, all 79 columns in its order.
_HEADER = (
    "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,"
    "Accepts Marketing,Currency,Subtotal,Shipping,Taxes,Total,Discount Code,"
    "Discount Amount,Shipping Method,Created at,Lineitem quantity,Lineitem name,"
    "Lineitem price,Lineitem compare at price,Lineitem sku,"
    "Lineitem requires shipping,Lineitem taxable,Lineitem fulfillment status,"
    "Billing Name,Billing Street,Billing Address1,Billing Address2,Billing Company,"
    "Billing City,Billing Zip,Billing Province,Billing Country,Billing Phone,"
    "Shipping Name,Shipping Street,Shipping Address1,Shipping Address2,"
    "Shipping Company,Shipping City,Shipping Zip,Shipping Province,Shipping Country,"
    "Shipping Phone,Notes,Note Attributes,Cancelled at,Payment Method,"
    "Payment Reference,Refunded Amount,Vendor,Outstanding Balance,Employee,Location,"
    "Device ID,Id,Tags,Risk Level,Source,Lineitem discount,Tax 1 Name,Tax 1 Value,"
    "Tax 2 Name,Tax 2 Value,Tax 3 Name,Tax 3 Value,Tax 4 Name,Tax 4 Value,"
    "Tax 5 Name,Tax 5 Value,Phone,Receipt Number,Duties,Billing Province Name,"
    "Shipping Province Name,Payment ID,Payment Terms Name,Next Payment Due At,"
    "Payment References"
)
HEADER = _HEADER.split(",")
# What a line after an order's first one still says; Shopify leaves the rest blank.
ON_EVERY_LINE = (
    "Name",
    "Email",
    "Created at",
    "Lineitem quantity",
    "Lineitem name",
    "Lineitem price",
    "Lineitem sku",
    "Lineitem requires shipping",
    "Lineitem taxable",
    "Lineitem fulfillment status",
    "Lineitem discount",
    "Vendor",
)
EPOCH = (2026, 6, 19, 0, 0, 0)


def rows(bought: pd.DataFrame, basket: pd.DataFrame) -> pd.DataFrame:
    """The export's rows, newest order first, cells as text.

    ``bought`` has one row an order (see ``draw.orders``), ``basket`` one row a line:
    ``order`` (position in ``bought``), ``product``, ``quantity``.
    """
    catalogue = pd.DataFrame(PRODUCTS).loc[basket["product"]].reset_index(drop=True)
    head = _heads(bought).loc[basket["order"]].reset_index(drop=True)
    lines = head.assign(
        **{
            "Lineitem quantity": basket["quantity"].astype(str),
            "Lineitem name": catalogue["name"],
            "Lineitem price": _money(catalogue["price"]),
            "Lineitem sku": catalogue["sku"],
            "Lineitem requires shipping": "true",
            "Lineitem taxable": "true",
            "Lineitem fulfillment status": "fulfilled",
            "Lineitem discount": "0.00",
            "Vendor": "Kept Tea & Coffee",
        }
    ).reindex(columns=HEADER, fill_value="")
    later = basket["order"].duplicated().to_numpy()
    blank = [name for name in HEADER if name not in ON_EVERY_LINE]
    lines.loc[later, blank] = ""
    newest = basket["order"].sort_values(ascending=False, kind="stable").index
    return lines.loc[newest].reset_index(drop=True)


def _heads(bought: pd.DataFrame) -> pd.DataFrame:
    """What an order's first line says of the whole order."""
    local = bought["ordered_at"].dt.tz_localize(TIME_ZONE)
    shipping = np.where(bought["subtotal"] < FREE_SHIPPING_FROM, SHIPPING, 0.0)
    test = bought["test"]
    return pd.DataFrame(
        {
            "Name": "#" + (bought.index + FIRST_NUMBER).astype(str),
            "Email": bought["email"],
            "Financial Status": bought["status"],
            "Paid at": _clock(local),
            "Fulfillment Status": "fulfilled",
            "Accepts Marketing": bought["consent"],
            "Currency": "EUR",
            "Subtotal": _money(bought["subtotal"]),
            "Shipping": _money(shipping),
            "Taxes": "0.00",
            "Total": _money(bought["subtotal"] + shipping),
            "Discount Code": bought["code"],
            "Discount Amount": _money(bought["discount"]),
            "Shipping Method": "Standard",
            "Created at": _clock(local),
            "Billing Name": bought["name"],
            "Billing City": bought["town"],
            "Billing Country": bought["country"],
            "Shipping City": bought["town"],
            "Shipping Country": bought["country"],
            "Payment Method": np.where(test, "(for testing) Bogus Gateway", "Card"),
            "Refunded Amount": _money(
                np.where(
                    bought["status"] == "refunded",
                    bought["subtotal"] + shipping,
                    bought["refunded"],
                )
            ),
            "Outstanding Balance": "0.00",
            "Id": (bought.index + FIRST_ID).astype(str),
            "Tags": np.where(test, "test", ""),
            "Risk Level": "Low",
            "Source": bought["channel"],
        }
    )


def _money(amounts: pd.Series | np.ndarray) -> list[str]:
    return [f"{amount:.2f}" for amount in amounts]


def _clock(local: pd.Series) -> pd.Series:
    return local.dt.strftime("%Y-%m-%d %H:%M:%S %z")


def workbook(table: pd.DataFrame, title: str, path: Path) -> None:
    """Write one sheet, the same bytes on every run."""
    book = Workbook()
    sheet = book.active
    sheet.title = title
    sheet.append(list(table.columns))
    for row in table.astype(object).where(table.notna(), None).itertuples(index=False):
        sheet.append(list(row))
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    sheet.freeze_panes = "A2"
    for number, name in enumerate(table.columns):
        sheet.column_dimensions[sheet.cell(1, number + 1).column_letter].width = max(
            12, int(table[name].astype(str).str.len().max() or 0) + 2
        )
    written = io.BytesIO()
    book.save(written)
    path.write_bytes(_timeless(written))


def _timeless(written: io.BytesIO) -> bytes:
    """The workbook without the time it was made at, which openpyxl writes thrice."""
    out = io.BytesIO()
    stamp = "{}-{:02}-{:02}T{:02}:{:02}:{:02}Z".format(*EPOCH).encode()
    with zipfile.ZipFile(written) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"\d{4}-\d\d-\d\dT[\d:]+Z", stamp, content)
            member = zipfile.ZipInfo(name, EPOCH)
            new.writestr(member, content, zipfile.ZIP_DEFLATED)
    return out.getvalue()
