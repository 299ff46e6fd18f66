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
# Whom the shop wrote to: the tables of a dataset that say it, of campaign
# files and as noted in the app. ``control``: held back, to compare with. ``list`` and
# ``seed`` are null of campaigns from elsewhere, ``offer`` where nobody said.
CONTACTED = (FILED, NOTED) = ("contacts", "noted")
CONTACT_COLUMNS = {
    "campaign": "string",
    "list": "string",
    "customer_id": "string",
    "contacted_on": "date",
    "control": "boolean",
    "offer": "string",
    "seed": "string",
}
CONTACT_NEEDED = ("campaign", "customer_id", "contacted_on", "control")
METADATA_KEY = "kept"
