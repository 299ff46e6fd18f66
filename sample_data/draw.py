"""Draw the sample shop anew: ``python -m sample_data.draw [FOLDER]``."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd

from sample_data import export, shop
from sample_data.campaigns import campaigns
from sample_data.catalogue import PRODUCTS
from sample_data.people import people

SEED = 2024
LOT = 2036  # of the campaigns: of a dozen tried, nearest to what is planted
FOLDER = Path(__file__).parent
OLDER = "orders-2024-01-to-2025-06.csv"
NEWER = "orders-2025-06-to-2026-06.csv"
CAMPAIGNS = "campaigns.csv"
OVERLAP = ("2025-06-01", "2025-07-01")
TEST_ORDERS = 6
REFUNDED, REFUNDED_WHOLLY = 0.02, 0.5
SAME_LINE_TWICE = 30
UNUSUAL_CASE = 0.01
DEAL_CODE, DEAL_SHARE = "DEAL20", 0.20


def draw(folder: Path) -> None:
    """Write the five files of the shop into ``folder``."""
    rng = np.random.default_rng(SEED)
    customers = shop.customers(rng)
    known = people(rng, len(customers))
    bought = shop.orders(rng, customers)
    basket = _doubled(rng, shop.lines(rng, bought, customers))
    bought = _money(rng, _persons(rng, bought, known), basket)
    earlier = _before_the_refunds(bought)
    _write(earlier, basket, (pd.Timestamp.min, OVERLAP[1]), folder / OLDER)
    _write(bought, basket, (OVERLAP[0], pd.Timestamp.max), folder / NEWER)
    export.workbook(_products(), "Products", folder / "products.xlsx")
    export.workbook(_customers(known), "Customers", folder / "customers.xlsx")
    # Lots of their own: the orders are what they were before there were campaigns.
    sent = campaigns(np.random.default_rng(LOT), bought, known)
    sent.to_csv(folder / CAMPAIGNS, index=False, lineterminator="\n", encoding="utf-8")


def _doubled(rng: np.random.Generator, basket: pd.DataFrame) -> pd.DataFrame:
    """A few lines twice in their order: two equal coffees are two coffees."""
    twice = rng.choice(len(basket), SAME_LINE_TWICE, replace=False)
    both = pd.concat([basket, basket.loc[twice]])
    return both.sort_values("order", kind="stable", ignore_index=True)


def _persons(
    rng: np.random.Generator, bought: pd.DataFrame, known: pd.DataFrame
) -> pd.DataFrame:
    """Who ordered, in the words of the export; guests and tests among them."""
    who = known.reindex(bought["customer"]).reset_index(drop=True).fillna("")
    unusual = rng.random(len(bought)) < UNUSUAL_CASE
    found = bought.assign(
        name=who["name"],
        email=who["email"].where(~unusual, who["email"].str.title()),
        consent=who["consent"],
        town=who["town"],
        country=who["country"].replace("", "DE"),
        test=False,
    )
    tests = rng.choice(found.index[found["customer"] < 0], TEST_ORDERS, replace=False)
    found.loc[tests, ["name", "email", "test", "channel"]] = [
        "Test Order",
        "test@example.com",
        True,
        "Search",
    ]
    return found


def _money(
    rng: np.random.Generator, bought: pd.DataFrame, basket: pd.DataFrame
) -> pd.DataFrame:
    """Subtotal, discount, refund and status of every order."""
    price = np.array([product.price for product in PRODUCTS])[basket["product"]]
    worth = (price * basket["quantity"]).groupby(basket["order"])
    gross, one_line = worth.sum().round(2), worth.first().round(2)
    deal = bought["first"] & (bought["channel"] == "Deal site")
    discount = (gross * DEAL_SHARE).round(2).where(deal, 0.0)
    chance = rng.random(len(bought))
    refunded = (chance < REFUNDED) & ~bought["test"]
    alone = worth.size() == 1
    wholly = refunded & ((chance < REFUNDED * REFUNDED_WHOLLY) | alone)
    subtotal = (gross - discount).round(2)
    back = (one_line * (subtotal / gross)).round(2)
    return bought.assign(
        subtotal=subtotal,
        discount=discount,
        code=np.where(deal, DEAL_CODE, ""),
        refunded=np.where(wholly, subtotal, np.where(refunded, back, 0.0)),
        status=np.select(
            [wholly, refunded], ["refunded", "partially_refunded"], "paid"
        ),
    )


def _before_the_refunds(bought: pd.DataFrame) -> pd.DataFrame:
    """The same orders when those of the overlap had not been refunded yet."""
    later = bought["ordered_at"].between(*OVERLAP) & (bought["status"] != "paid")
    return bought.assign(
        status=bought["status"].where(~later, "paid"),
        refunded=bought["refunded"].where(~later, 0.0),
    )


def _write(
    bought: pd.DataFrame,
    basket: pd.DataFrame,
    span: tuple[str | pd.Timestamp, str | pd.Timestamp],
    path: Path,
) -> None:
    inside = bought.index[bought["ordered_at"].between(*span, inclusive="left")]
    lines = basket[basket["order"].isin(inside)].reset_index(drop=True)
    rows = export.rows(bought, lines)
    rows.to_csv(path, index=False, lineterminator="\n", encoding="utf-8")


def _products() -> pd.DataFrame:
    table = pd.DataFrame(PRODUCTS)[["sku", "name", "category", "price", "cost"]]
    return table.set_axis(["SKU", "Product", "Category", "Price", "Cost"], axis=1)


def _customers(known: pd.DataFrame) -> pd.DataFrame:
    table = known[["name", "email", "consent", "birthday", "town", "country"]]
    names = ["Name", "E-mail", "Accepts marketing", "Birthday", "City", "Country"]
    days = table["birthday"].dt.date
    return table.assign(birthday=days).set_axis(names, axis=1)


if __name__ == "__main__":
    draw(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
