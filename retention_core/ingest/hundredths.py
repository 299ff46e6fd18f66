"""Money whose header says that it is counted in hundredths: cents, копейки, 分."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from retention_core.ingest.profile import Sample

MONEY = (
    *("amount", "order_total", "unit_price", "discount", "order_discount"),
    *("shipping", "tax", "refund_amount"),
)
_NAMED = re.compile(
    r"(?<![^\W_])(cents?|cts|minor units?|centimes?|céntimos?|centavos?|centesimi|pence"
    r"|копе[йе]\w*|коп|grosz\w*|haléř\w*|kuruş|pfennig)(?![^\W_])|[(（\[]\s*分\s*[)）\]]",
    re.IGNORECASE,
)


def of(sample: Sample, mapping: dict[str, str]) -> list[str]:
    """The fields whose money is in hundredths: whole numbers under such a header."""
    found = []
    for field in MONEY:
        if field in mapping:
            column = sample.named(mapping[field])
            if column.whole == 1.0 and _NAMED.search(column.name):
                found.append(field)
    return found
