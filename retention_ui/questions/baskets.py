"""What the basket page asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from retention_core import baskets
from retention_ui import pairs

if TYPE_CHECKING:
    from collections.abc import Callable

QUESTIONS: dict[str, Callable[..., Any]] = {
    "pairs": pairs.pairs,
    "all_pairs": baskets.pairs,
    "basket_size": baskets.size,
    "ubiquitous": baskets.ubiquitous,
}
