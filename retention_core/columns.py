"""Names of the order table's columns, apart so that a parsing worker starts fast."""

from __future__ import annotations

LINES = "order_lines"
REQUIRED = ("order_id", "customer_id", "ordered_at", "amount")
COLUMNS = {
    "order_id": "string",
    "customer_id": "string",
    "ordered_at": "timestamp",
    "refunded_at": "timestamp",
    "product": "string",
    "sku": "string",
    "category": "string",
    "quantity": "float64",
    "amount": "float64",
    "discount": "float64",
}
DIMENSIONS = ("store", "country", "channel", "campaign", "tags")
# How to reach a customer, as far as lists of customers show it.
CONTACTS = ("customer_name", "email", "consent")
METADATA_KEY = "kept"
