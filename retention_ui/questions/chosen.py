"""Which customers a question is about."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Slice:
    """Customers by a dimension of their first order; all where ``by`` is ``None``."""

    by: str | None = None
    value: str | None = None
