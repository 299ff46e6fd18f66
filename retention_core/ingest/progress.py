"""How far a step of ingest has come."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Progress:
    """One report: ``done`` of ``total`` files, the ``file`` at hand, its ``rows``.

    ``step`` names what is being done (``read``, ``detect``, ``write`` and the like).
    """

    step: str
    done: int
    total: int
    file: str | None = None
    rows: int | None = None
