"""Which column is which field: by its name, checked against what its cells hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from retention_core.ingest.build_errors import UnknownFieldError
from retention_core.ingest.fits import fit
from retention_core.ingest.meanings import meanings
from retention_core.ingest.words import SYNONYMS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from retention_core.ingest.profile import Column, Sample

ORDERS = [
    "order_id",
    "customer_id",
    "email",
    "phone",
    "customer_name",
    "ordered_at",
    "order_time",
    "product",
    "sku",
    "category",
    "quantity",
    "unit_price",
    "amount",
    "order_total",
    "discount",
    "order_discount",
    "shipping",
    "tax",
    "refund_amount",
    "refund_quantity",
    "refunded_at",
    "currency",
    "status",
    "cancelled_at",
    "row_type",
    "store",
    "country",
    "channel",
    "campaign",
    "tags",
]
PRODUCTS = ["product", "sku", "category", "cost", "price"]
CUSTOMERS = [
    "customer_id",
    "email",
    "customer_name",
    "phone",
    "consent",
    "birthday",
    "tags",
    "acquisition_channel",
    "acquisition_cost",
    "country",
]
CONTACTS = ["customer_id", "email", "campaign", "contacted_on", "offer", "control"]
FIELDS = frozenset([*ORDERS, *PRODUCTS, *CUSTOMERS, *CONTACTS, *SYNONYMS])
# Assigned in this order where two fields want the same column equally much.
_FIRST = ("order_id", "customer_id", "ordered_at", "email", "amount", "sku", "product")
LEAST = 0.5  # below that a name says too little


@dataclass(frozen=True)
class Offer:
    """A column for a field; ``strength`` between 0 and 1 by its name and its cells."""

    field: str
    column: Column
    strength: float


def check(fields: Iterable[str]) -> None:
    """Let only fields that there are pass: their names become names in SQL.

    Raises
    ------
    UnknownFieldError
    """
    for field in fields:
        if field not in FIELDS:
            raise UnknownFieldError(field=field, known=sorted(FIELDS))


def offers(sample: Sample, fields: list[str]) -> list[Offer]:
    """What the names offer for each field, the stronger first."""
    found = []
    for column in sample.columns:
        for field, name in meanings(column.name).items():
            if field in fields and column.cells:
                strength = name * fit(field, column, name)
                if strength >= LEAST:
                    found.append(Offer(field, column, strength))
    return sorted(found, key=_place)


def take(offered: Iterable[Offer]) -> dict[str, str]:
    """Give each field its best column, each column to one field."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for offer in offered:
        if offer.field not in found and offer.column.name not in taken:
            found[offer.field] = offer.column.name
            taken.add(offer.column.name)
    return found


def by_names(sample: Sample, fields: list[str]) -> dict[str, str]:
    """Give each field the column whose name says so best."""
    return take(offers(sample, fields))


def _place(offer: Offer) -> tuple[float, int, int]:
    first = _FIRST.index(offer.field) if offer.field in _FIRST else len(_FIRST)
    return -round(offer.strength, 2), first, offer.column.index
