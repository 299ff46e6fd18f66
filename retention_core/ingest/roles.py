"""What a sheet is a table of, and which of its money is the line's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retention_core.ingest import mailings, mapping
from retention_core.ingest.meanings import meanings

if TYPE_CHECKING:
    from retention_core.ingest.model import Role
    from retention_core.ingest.profile import Sample

_MONEY = ("amount", "order_total", "unit_price")


def role_of(sample: Sample, orders: dict[str, str]) -> Role:
    """Orders have a day and money; products and customers one row each.

    A campaign file is what is none of these and says so beyond doubt.
    """
    role = _role(sample, orders)
    return "contacts" if mailings.is_contacts(sample, orders, role) else role


def _role(sample: Sample, orders: dict[str, str]) -> Role:
    has_money = any(field in orders for field in _MONEY)
    person = _person(orders)
    if _is_people(sample, orders, person):
        return "customers"
    if "ordered_at" in orders and has_money:
        return "orders"
    article = orders.get("sku") or orders.get("product")
    if article and not person and _unique(sample, article):
        described = mapping.by_names(sample, mapping.PRODUCTS)
        return "products" if len(described) > 1 else "ignore"
    if person and _unique(sample, person) and len(sample.columns) > 1:
        return "customers"
    return "ignore"


def _person(orders: dict[str, str]) -> str | None:
    """The column of an id or e-mail; a name does not make a list one of people."""
    named = orders.get("customer_id")
    if named is not None and "customer_id" in meanings(named):
        return named
    return orders.get("email")


def _is_people(sample: Sample, orders: dict[str, str], person: str | None) -> bool:
    """A row a person, with what only a list of people has."""
    if not person or not _unique(sample, person):
        return False
    people = mapping.by_names(sample, mapping.CUSTOMERS)
    traits = {"consent", "birthday", "acquisition_cost"} & people.keys()
    sold = {"order_id", "product", "sku", "quantity", "unit_price"} & orders.keys()
    return bool(traits) and not sold


def _unique(sample: Sample, name: str) -> bool:
    column = sample.named(name)
    return column.unique >= 0.98 and column.filled >= 0.5
