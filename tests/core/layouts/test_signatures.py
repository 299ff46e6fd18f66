"""Every header row that was collected is known by its words, and by them alone."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path
from typing import Any

import pytest

from retention_core.ingest import systems
from retention_core.ingest.headers import unique
from tests.conftest import SHARED, needs_shared

# Several versions of one layout are one system; all others are called by their key.
FOLDER = Path(systems.__file__).with_name("systems")
SAME = {
    "shopify_orders": "shopify",
    "shopify_orders_2020": "shopify",
    "shopify_customers_old": "shopify_customers",
    "square_items_2026": "square_items",
    "square_items_2024": "square_items",
    "square_items_dashboard_report": "square_items",
    "square_transactions_2026": "square_transactions",
    "square_transactions_2018": "square_transactions",
    "stripe_payments_classic": "stripe_payments",
    "stripe_payments_2026": "stripe_payments",
    "taobao_order_list_recent": "taobao_order_list",
}
INVENTED = [
    "Loyalty tier (app)",
    "内部メモ",
    "Поле 7",
    "metafield: gift",
    "Kostenstelle",
]


def collected() -> dict[str, list[str]]:
    """Header rows by key."""
    path = SHARED / "ingest" / "headers.json"
    if not path.is_file():
        return {}
    content = json.loads(path.read_text(encoding="utf-8"))
    return {key: each["columns"] for key, each in content.items()}


COLLECTED = collected()
WANTED = {key: SAME.get(key, key) for key in COLLECTED}


def fitting(names: list[str]) -> set[str]:
    """All systems with a signature that is there whole."""
    return {
        name
        for name, system in systems.known().items()
        if any(
            all(systems.column([each], names) for each in signature)
            for signature in system["signature"]
        )
    }


def recognised(columns: list[str]) -> str | None:
    return systems.system_of(unique(list(columns)))[0]


def signature_of(key: str) -> set[str]:
    """The columns of the file that its system is known by."""
    system = systems.known()[WANTED[key]]
    names = unique(list(COLLECTED[key]))
    whole = [
        [systems.column([each], names) for each in signature]
        for signature in system["signature"]
    ]
    return {str(name) for names in whole if all(names) for name in names}


@needs_shared
@pytest.mark.parametrize("key", COLLECTED)
def test_a_header_row_is_known_by_its_words_alone(key: str) -> None:
    columns = COLLECTED[key]
    chance = random.Random(key)  # noqa: S311 - not a secret
    shuffled = chance.sample(columns, len(columns))
    needed = signature_of(key)
    rest = [name for name in columns if name not in needed]
    gone = set(chance.sample(rest, len(rest) // 3))
    fewer = [name for name in columns if name not in gone]
    more = chance.sample([*columns, *INVENTED], len(columns) + len(INVENTED))
    for names in (columns, shuffled, fewer, more, [f" {x.upper()} " for x in more]):
        assert recognised(names) == WANTED[key]
        assert fitting(unique(list(names))) == {WANTED[key]}


@needs_shared
@pytest.mark.parametrize("key", COLLECTED)
def test_without_its_signature_a_header_row_is_not_known(key: str) -> None:
    needed = signature_of(key)
    rest = [name for name in COLLECTED[key] if name not in needed]
    assert recognised(rest) is None


def named_in(value: Any) -> set[str]:
    """All header names below a place in a system's file."""
    if isinstance(value, str):
        return {value}
    parts = value.values() if isinstance(value, dict) else value
    return set().union(*map(named_in, parts))


def headers_of(system: dict[str, Any]) -> set[str]:
    """What a system's file names as headers, one for columns with numbers."""
    found = named_in(system["signature"]) | named_in(system.get("mapping", {}))
    found |= named_in(system.get("refunds", {}))
    found |= named_in(system.get("differences", {}))
    for block in (*system.get("kinds", []), *system.get("patterns", {}).values()):
        found |= named_in(block["column"])
    return found | named_in(system.get("items", {}).get("cell", []))


@needs_shared
@pytest.mark.parametrize("name", sorted(set(WANTED.values())))
def test_a_header_in_a_file_was_collected_or_is_said_not_to_be(name: str) -> None:
    seen = {
        systems.strict(column)
        for key, wanted in WANTED.items()
        if wanted == name
        for column in COLLECTED[key]
    }
    seen |= {re.sub(r" ?\([^)]*\)$", "", column) for column in seen}
    text = (FOLDER / f"{name}.toml").read_text(encoding="utf-8")
    marked = "\n".join(line for line in text.splitlines() if "#" in line)
    unknown = {
        header
        for header in headers_of(systems.known()[name])
        if systems.strict(header) not in seen
        and f'"{header}"' not in marked
        and "{n}" not in header
    }
    assert not unknown
