"""What was looked at, what it may be called, and what of it stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Candidate:
    """One thing that may be worth a sentence.

    Attributes
    ----------
    kind
        What it says; the words stand in the interface under this name.
    subject
        What it is about: ``(dimension, value)``, ``(month,)``, two products …
    numbers
        What the sentence holds: shares 0–1, counts, money, ISO dates, names.
    p_value
        Two-sided, of there being nothing; ``None`` for a description, which claims no
        difference and needs no test.
    worth
        Money a year that it is about, roughly: it ranks findings, and is not shown.
    month
        ISO date of the month it happened in, where it is an event.
    customers
        ``(dimension, value)`` of the customers it is about, where it is about some:
        two findings about the same ones say the same.
    """

    kind: str
    subject: tuple[str, ...]
    numbers: Mapping[str, Any]
    p_value: float | None = None
    worth: float = 0.0
    month: str | None = None
    customers: tuple[str, str] | None = None


@dataclass(frozen=True)
class Looked:
    """One kind of question, asked of everything that it could be asked of.

    Attributes
    ----------
    family
        Its name: tests of one family share one part of the error.
    tests
        How many p values were worked out, or would have been had they been small.
    candidates
        Those worth keeping: every test that could be a claim, and descriptions.
    """

    family: str
    tests: int
    candidates: list[Candidate] = field(default_factory=list)


@dataclass(frozen=True)
class Finding:
    """A candidate that stands.

    Attributes
    ----------
    adjusted_p_value
        Corrected for all that was looked at; ``None`` for a description.
    same
        Candidates that stand as well, and say the same.
    """

    candidate: Candidate
    adjusted_p_value: float | None
    same: tuple[Candidate, ...] = ()

    @property
    def kind(self) -> str:
        """What it says."""
        return self.candidate.kind
