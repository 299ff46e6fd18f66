"""Which candidates stand, of all that were looked at; in which order they are told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from retention_core.findings.candidate import Candidate, Finding, Looked
from retention_core.intervals import CLEAR

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# What can be acted on at once comes first, what is only worth knowing last; within one
# of these by what it is worth.
AT_ONCE = ("leaving", "reorder")
DESCRIPTIONS = ("concentration", "came_back", "next_order")
LEAST = 4
MOST_OF_A_KIND = 3
MOST_FINDINGS = 20


def stepped(looked: Sequence[Looked]) -> list[tuple[Candidate, float]]:
    """Each tested candidate with its p value, corrected for every test of all kinds.

    Holm's procedure with weights (Holm 1979, Scand. J. Statistics 6, section 4): each
    family of tests has the same part of the error, shared among its tests, so that
    thousands of pairs of products do not drown one channel. The chance of even one
    false claim among those at or below a level is at most that level, however the
    tests depend on each other.
    """
    asked = [each for each in looked if each.tests]
    weighted = [
        (candidate, candidate.p_value * each.tests, 1 / each.tests)
        for each in asked
        for candidate in each.candidates
        if candidate.p_value is not None
    ]
    weighted.sort(key=lambda row: (row[1], row[0].kind, row[0].subject))
    left, surest, found = float(len(asked)), 0.0, []
    for candidate, p_value, weight in weighted:
        surest = max(surest, min(p_value * left, 1.0))
        found.append((candidate, surest))
        left -= weight
    return found


def choose(looked: Iterable[Looked], *, level: float = CLEAR) -> list[Finding]:
    """What stands, each story once, in the order it is worth being told.

    Parameters
    ----------
    looked
        All that was looked at, whether anything was seen or not.
    level
        Chance of even one false claim among them.

    Returns
    -------
    list
        Claims whose corrected p value is at most ``level``; where fewer than four
        stand, descriptions up to four. At most three of a kind.
    """
    every = list(looked)
    standing = [(c, p) for c, p in stepped(every) if p <= level]
    told = [
        Finding(candidate, p_value, same)
        for candidate, p_value, same in _once(standing)
    ]
    told = _few_of_a_kind(sorted(told, key=_rank))[:MOST_FINDINGS]
    described = [
        Finding(each, None)
        for family in every
        for each in family.candidates
        if each.p_value is None
    ]
    described.sort(key=_rank)
    return told + described[: max(0, LEAST - len(told))]


def _rank(finding: Finding) -> tuple[int, float]:
    place = (finding.kind not in AT_ONCE) + (finding.kind in DESCRIPTIONS)
    return place, -finding.candidate.worth


def _once(
    standing: list[tuple[Candidate, float]],
) -> list[tuple[Candidate, float, tuple[Candidate, ...]]]:
    """Leave one of those that say the same: the surest."""
    heads: list[tuple[Candidate, float]] = []
    same: list[list[Candidate]] = []
    for candidate, p_value in standing:
        place = next(
            (i for i, (head, _) in enumerate(heads) if _alike(head, candidate)), None
        )
        if place is None:
            heads.append((candidate, p_value))
            same.append([])
        else:
            same[place].append(candidate)
    return [(*head, tuple(each)) for head, each in zip(heads, same, strict=True)]


def _alike(one: Candidate, other: Candidate) -> bool:
    """Whether two say the same: one event, one group, one thing to do."""
    if one.month and other.month:
        return _near(one, other)
    if one.kind == other.kind == "reorder":
        return True
    if one.kind == other.kind == "pair":
        return bool(set(one.subject) & set(other.subject))
    return one.customers is not None and one.customers == other.customers


def _near(one: Candidate, other: Candidate) -> bool:
    """Whether two events are of one month, or one of the month after the other's."""
    months = [np.datetime64(each.month, "M").astype(int) for each in (one, other)]
    return bool(abs(months[0] - months[1]) <= (one.kind != other.kind))


def _few_of_a_kind(told: list[Finding]) -> list[Finding]:
    counts: dict[str, int] = {}
    kept = []
    for each in told:
        counts[each.kind] = counts.get(each.kind, 0) + 1
        if counts[each.kind] <= MOST_OF_A_KIND:
            kept.append(each)
    return kept
