"""Lines of an order that are none of its goods: shipping, a tip, a total below them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retention_core.ingest import values
from retention_core.ingest.meanings import fold, normalise
from retention_core.ingest.sums import CENT
from retention_core.ingest.words import VALUES

if TYPE_CHECKING:
    from collections.abc import Collection

    from retention_core.ingest.model import Detection
    from retention_core.ingest.profile import Sample

SHIPPING, TOTAL = "shipping_line", "total_line"


def spoken(sample: Sample, mapping: dict[str, str]) -> dict[str, list[str]]:
    """The names among the products that are of shipping, or of a total."""
    name = mapping.get("product") or mapping.get("sku")
    if name is None:
        return {}
    cells = {each.strip().casefold() for each in sample.named(name).cells}
    bare = {cell: fold(normalise(cell)) for cell in sorted(cells)}
    shipping = {fold(normalise(word)) for word in VALUES[SHIPPING]}
    totals = tuple(fold(normalise(word)) for word in VALUES["total_row"])
    starts, ends = tuple(f"{t} " for t in totals), tuple(f" {t}" for t in totals)
    found = {
        SHIPPING: [cell for cell, word in bare.items() if word in shipping],
        TOTAL: [
            cell
            for cell, word in bare.items()
            if word in totals or word.startswith(starts) or word.endswith(ends)
        ],
    }
    return {kind: each for kind, each in found.items() if each}


def are_in(detection: Detection) -> bool:
    """Whether the products of a layout that nobody knows bear such names."""
    said = SHIPPING in detection.words or TOTAL in detection.words
    return said and detection.system is None


def told(source: str, detection: Detection, fields: Collection[str]) -> str:
    """SQL of ``source`` with ``extra``: why a line is none of goods, or null.

    Shipping is left out only beside goods: a courier sells nothing else. A product may
    be called Total; it is a total where it is the sum of the rest of its order, or
    where its row lacks a quantity, or both a number and a customer.
    """
    thing = f"lower({'product' if 'product' in fields else 'sku'})"
    shipping = _is(thing, detection.words.get(SHIPPING, []))
    if "shipping" in detection.includes:
        shipping = "false"
    total = _is(thing, detection.words.get(TOTAL, []))
    shop = ", store" if "store" in fields else ""
    blank = ["(number IS NULL AND person IS NULL)"]
    blank += ["quantity IS NULL"] if "quantity" in fields else []
    mine = "person" if "order_id" not in fields else "coalesce(number, person)"
    whole = f"abs(money - others) <= {CENT} AND goods > 0"
    return (
        "SELECT *, CASE WHEN is_extra AND (goods > 0 OR money < 0 OR pieces < 0) "
        f"THEN 'shipping_line' WHEN is_sum AND ({whole} OR {' OR '.join(blank)}) "
        "THEN 'total_row' END AS extra FROM (SELECT *, "
        "count(*) FILTER (NOT is_extra AND NOT is_sum) OVER alike AS goods, "
        "sum(money) FILTER (NOT is_sum) OVER alike AS others FROM ("
        f"SELECT *, {shipping} AS is_extra, {total} AS is_sum FROM ({source})) "
        f"WINDOW alike AS (PARTITION BY {mine}, moment::DATE{shop}))"
    )


def _is(text: str, words: list[str]) -> str:
    return f"coalesce({values.among(text, words)}, false)" if words else "false"
