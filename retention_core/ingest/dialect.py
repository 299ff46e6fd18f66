"""How a text file separates its cells."""

from __future__ import annotations

import csv
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SAMPLE = 65_536
RUNS_OF_SPACES = " "

# Of two that fit equally well the earlier one holds: a comma inside numbers fits too.
_DELIMITERS = ("\t", ";", "|", ",")
_UNCONVINCING = 0.3
_SINGLE_QUOTED = re.compile(r"(?:^|[\t;|,])'[^'\n]*'(?=[\t;|,\r\n])", re.M)


@dataclass(frozen=True)
class Dialect:
    """Delimiter (``" "`` means any run of spaces), quote, escape, and Excel's hint.

    ``escape`` is a backslash where it stands before quotes, else ``None``: quotes are
    doubled. ``hint`` says that the first line is ``sep=…``, which programs do not show.
    """

    delimiter: str
    quote: str = '"'
    escape: str | None = None
    hint: bool = False

    def records(self, lines: Iterable[str]) -> Iterator[list[str]]:
        """Split lines, each with its line end, into records."""
        if self.delimiter == RUNS_OF_SPACES:
            return (line.split() for line in lines)
        return csv.reader(
            lines,
            delimiter=self.delimiter,
            quotechar=self.quote,
            escapechar=self.escape,
            doublequote=self.escape is None,
            skipinitialspace=True,
        )


def sniff(sample: str) -> Dialect:
    """Find the dialect under which the sample's records are of one length."""
    hint = re.match(r"sep=(.)\r?\n", sample)
    if hint:
        return Dialect(hint[1], hint=True)
    text = _whole_lines(sample)
    quote = "'" if '"' not in text and _SINGLE_QUOTED.search(text) else '"'
    escapes = (None, "\\") if "\\" + quote in text else (None,)
    candidates = [
        Dialect(delimiter, quote, escape)
        for delimiter in _DELIMITERS
        for escape in escapes
    ]
    scores = [_fit(each, text) for each in candidates]
    if max(scores) < _UNCONVINCING and _are_spaces_columns(text):
        return Dialect(RUNS_OF_SPACES)
    return candidates[scores.index(max(scores))]


def _whole_lines(sample: str) -> str:
    """Without the last line where the sample's end cuts it, if enough are left."""
    head, mark, _ = sample.rpartition("\n")
    cut = len(sample) >= SAMPLE and head.count("\n") > 2
    return head + mark if cut else sample


def _lengths(dialect: Dialect, text: str) -> list[int]:
    try:
        records = list(dialect.records(text.splitlines(keepends=True)))
    except csv.Error:
        return []
    return [len(each) for each in records if any(each)]


def _fit(dialect: Dialect, text: str) -> float:
    """From 0, every record is one cell, to nearly 1: all have the same, many cells.

    Where no length prevails (baskets of one line each) the share of records with a
    delimiter decides, at a discount.
    """
    lengths = _lengths(dialect, text)
    if not lengths:
        return 0.0
    several = Counter(each for each in lengths if each > 1)
    if not several:
        return 0.0
    length, count = several.most_common(1)[0]
    ragged = 0.1 * several.total() / len(lengths)
    return max((count / len(lengths)) ** 2 * (1 - 1 / length), ragged)


def _are_spaces_columns(text: str) -> bool:
    lengths = Counter(_lengths(Dialect(RUNS_OF_SPACES), text))
    length, count = lengths.most_common(1)[0]
    return length > 2 and count >= 0.95 * lengths.total()
