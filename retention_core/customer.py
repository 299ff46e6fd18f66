"""One customer: found by id, name or e-mail; what they bought, and how regularly."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import reduce
from typing import TYPE_CHECKING

import ibis
import pandas as pd

from retention_core import engine
from retention_core.orders import HALF_A_CENT

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    import ibis.expr.types as ir

    from retention_core.orders import Orders

# What a customer can be found by, as far as the list of customers has it.
SOUGHT = ("customer_id", "customer_name", "first_name", "last_name", "email", "phone")
SHOWN = ("customer_name", "email")
ORDERED = ["order_id", "ordered_at", "amount", "gap_days", "discount", "products"]
BOUGHT = ["product", "orders", "quantity", "amount", "last_bought"]


@dataclass(frozen=True)
class Usual:
    """What most of a customer's orders have in common in one dimension.

    ``share`` (0–1) is of those of their orders in which it is known.
    """

    value: str
    share: float


@dataclass(frozen=True)
class Customer:
    """All that is known of one customer.

    Attributes
    ----------
    details
        The columns of the list of customers that say something, by their names.
    orders
        A row a purchase, oldest first: ``order_id, ordered_at, amount`` (net),
        ``gap_days`` (since the purchase day before; null at the first, 0 on one day),
        ``discount`` (given on its lines, null where the file has none), ``products``
        (a list of names, the largest amount first).
    products
        A row a product of these purchases, most often bought first: ``product, orders,
        quantity, amount`` (net), ``last_bought``.
    usual
        By dimension (channel, store …): the value of most of the purchases; of equals
        the later one.
    first_order, last_order
        Days of the first and the last purchase.
    days_since_last_order
        From there to ``as_of``.
    usual_gap_days
        Median days between purchase days, null with fewer than two.
    purchase_days, revenue
        How many days with a purchase, and what they brought (net).
    """

    customer_id: str
    details: dict[str, str]
    orders: pd.DataFrame
    products: pd.DataFrame
    usual: dict[str, Usual]
    first_order: dt.date
    last_order: dt.date
    days_since_last_order: int
    usual_gap_days: float | None
    purchase_days: int
    revenue: float

    @property
    def average_order_value(self) -> float:
        """Net revenue a purchase."""
        return self.revenue / len(self.orders)


def search(orders: Orders, text: str, *, limit: int = 20) -> pd.DataFrame:
    """Find customers by id, name, e-mail or phone.

    Every word of ``text`` must stand somewhere in what is known of them; case does not
    matter. Who is called exactly so comes first, then who is called so to begin with.

    Returns
    -------
    DataFrame
        At most ``limit`` rows: ``customer_id, customer_name, email`` (as far as the
        list of customers has them), ``orders`` (purchases, 0 of who only stands in a
        list), ``last_order`` (null then).
    """
    words = text.lower().split()
    if not words:
        return pd.DataFrame(columns=["customer_id", "orders", "last_order"])
    known = _known(orders)
    cells = [known[name] for name in SOUGHT if name in known.columns]
    written = [cell.cast("string").fill_null("").lower() for cell in cells]
    all_of_it = reduce(lambda one, other: one + " " + other, written)
    wanted = " ".join(words)
    place = ibis.cases(
        (reduce(lambda a, b: a | b, (each == wanted for each in written)), 0),
        (reduce(lambda a, b: a | b, (each.startswith(wanted) for each in written)), 1),
        else_=2,
    )
    shown = [name for name in SHOWN if name in known.columns]
    found = known.select("customer_id", *shown, place=place, written=all_of_it)
    for word in words:
        found = found.filter(found.written.contains(word))
    first = found.order_by(["place", "customer_id"]).limit(limit).drop("written")
    return orders.run(_with_orders(first, orders)).drop(columns="place")


def alone(orders: Orders, customer_id: str) -> Orders:
    """The same shop with the orders of one customer only."""
    return orders.cut(lambda rows: rows.filter(rows.customer_id == customer_id))


@contextmanager
def held(orders: Orders, customer_id: str) -> Iterator[Orders]:
    """:func:`alone`, read once for several questions; of the lists only their row."""
    own = alone(orders, customer_id)
    people = orders.customers
    if people is not None:
        people = people.filter(people.customer_id == customer_id)
    with (
        engine.held(own.table, orders.backend) as table,
        engine.held(own.purchases, orders.backend) as stored,
    ):
        yield replace(own, table=table, stored=stored, customers=people)


def one(orders: Orders, customer_id: str) -> Customer | None:
    """Everything that is known of a customer; ``None`` where nobody bought as such."""
    own = alone(orders, customer_id)
    bought = own.run(own.purchases).sort_values(["ordered_at", "order_id"])
    if bought.empty:
        return None
    lines = own.run(own.table)
    lines = lines[lines["order_id"].isin(bought["order_id"])]
    days = bought["ordered_at"].dt.normalize()
    gaps = days.drop_duplicates().diff().dt.days
    last = days.iloc[-1].date()
    return Customer(
        customer_id=customer_id,
        details=_details(orders, customer_id),
        orders=_orders(bought, days, lines),
        products=_products(lines),
        usual=_usual(lines, orders.dimensions),
        first_order=days.iloc[0].date(),
        last_order=last,
        days_since_last_order=(orders.as_of - last).days,
        usual_gap_days=float(gaps.median()) if gaps.notna().any() else None,
        purchase_days=int(days.nunique()),
        revenue=float(bought["amount"].sum()),
    )


def _known(orders: Orders) -> ir.Table:
    """Everybody that a customer can be looked for among."""
    if orders.customers is not None:
        return orders.customers
    source = orders.purchases if orders.firsts is None else orders.firsts
    return source.filter(source.customer_id.notnull()).select("customer_id").distinct()


def _with_orders(found: ir.Table, orders: Orders) -> ir.Table:
    bought = orders.purchases.semi_join(found, "customer_id")
    counted = bought.group_by("customer_id").agg(
        orders=bought.count(), last_order=bought.ordered_at.max().date()
    )
    joined = found.left_join(counted, "customer_id")
    return joined.select(
        *found.columns, orders=joined.orders.fill_null(0), last_order=joined.last_order
    ).order_by(["place", "customer_id"])


def _details(orders: Orders, customer_id: str) -> dict[str, str]:
    if orders.customers is None:
        return {}
    people = orders.customers
    own = orders.run(people.filter(people.customer_id == customer_id).limit(1))
    cells = own.drop(columns="customer_id").iloc[0] if len(own) else pd.Series()
    return {str(k): str(v) for k, v in cells.items() if pd.notna(v) and str(v).strip()}


def _orders(bought: pd.DataFrame, days: pd.Series, lines: pd.DataFrame) -> pd.DataFrame:
    sold = lines[lines["refunded_at"].isna()]
    named = sold[sold["product"].notna()].sort_values(
        ["amount", "product"], ascending=[False, True]
    )
    products = named.groupby("order_id")["product"].agg(
        lambda names: list(dict.fromkeys(names))
    )
    discount = sold.groupby("order_id")["discount"].sum(min_count=1)
    found = bought.assign(
        gap_days=days.diff().dt.days,
        discount=bought["order_id"].map(discount),
        products=bought["order_id"].map(products),
    )
    found["products"] = [
        each if isinstance(each, list) else [] for each in found["products"]
    ]
    return found[ORDERED].reset_index(drop=True)


def _products(lines: pd.DataFrame) -> pd.DataFrame:
    named = lines[lines["product"].notna()]
    sold = named[named["refunded_at"].isna()].groupby("product")
    found = pd.DataFrame(
        {
            "orders": sold["order_id"].nunique(),
            "quantity": named.groupby("product")["quantity"].sum(),
            "amount": named.groupby("product")["amount"].sum(),
            "last_bought": sold["ordered_at"].max().dt.normalize(),
        }
    )
    found = found[found["amount"].abs().gt(HALF_A_CENT) | found["quantity"].gt(0)]
    found = found.rename_axis("product").reset_index()
    order = ["orders", "amount", "product"]
    return found.sort_values(order, ascending=[False, False, True])[BOUGHT].reset_index(
        drop=True
    )


def _usual(lines: pd.DataFrame, dimensions: list[str]) -> dict[str, Usual]:
    """The value that most purchases have; a purchase counts once for each value."""
    found = {}
    for name in dimensions:
        known = lines[lines[name].notna()].drop_duplicates(["order_id", name])
        if known.empty:
            continue
        counts = known.groupby(name).agg(
            n=("order_id", "size"), last=("ordered_at", "max")
        )
        best = counts.sort_values(["n", "last"]).iloc[-1]
        share = float(best["n"]) / known["order_id"].nunique()
        found[name] = Usual(str(best.name), share)
    return found
