"""How a text file separates its cells."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter, deque
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from retention_core.ingest import commas
from retention_core.ingest.headers import find_header, normalise, vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SAMPLE = 65_536
RUNS_OF_SPACES = " "
WIDE_GAPS = "  "
BY_SPACES = (RUNS_OF_SPACES, WIDE_GAPS)
NO_QUOTE = ""

# Of two that fit equally well the earlier one holds: a comma inside numbers fits too.
_DELIMITERS = ("\t", ";", "|", ",")
_RARE = ("^", "~", "¦")
_UNCONVINCING = 0.3
_HEADER_WITHIN = 30
_WORD = 0.02  # what a word that headers use adds to the fit of a delimiter
_SINGLE_QUOTED = re.compile(r"(?:^|[\t;|,])'[^'\n]*'(?=[\t;|,\r\n])", re.M)
_HINT = re.compile(r'"?sep=(.)"?(\r\n|\r|\n)')
_WRAPPED = re.compile(r'^".*"$')
_WORDS = re.compile(r"[^\W\d] [^\W\d]")
_GAP = re.compile(r" {2,}|\t+")


@dataclass(frozen=True)
class Dialect:
    """Delimiter, quote, escape, and what programs do to whole lines.

    ``delimiter`` is ``" "`` where any run of spaces separates cells, ``"  "`` where
    several do and a single one belongs to a cell. ``quote`` is ``""`` where quotes are
    signs like any other. ``escape`` is a backslash where it stands before quotes, else
    ``None``: quotes are doubled. ``hint`` says that the first line is ``sep=…``, which
    programs do not show; ``wrapped`` that whole lines are quoted as if they were one
    cell, as Excel does when it saves a CSV that it had opened as one column. ``torn``
    are the places where rows of ``length`` cells hold numbers torn by their decimal
    comma (:mod:`.commas`).
    """

    delimiter: str
    quote: str = '"'
    escape: str | None = None
    hint: bool = False
    wrapped: bool = False
    torn: tuple[int, ...] = ()
    length: int = 0

    def records(
        self, lines: Iterable[str], *, strict: bool = False
    ) -> Iterator[list[str]]:
        """Split lines, each with its line end, into records.

        ``strict`` raises ``csv.Error`` where a closing quote stands within a cell.
        """
        if self.delimiter == RUNS_OF_SPACES:
            return (line.split() for line in lines)
        if self.delimiter == WIDE_GAPS:
            return (_GAP.split(line.strip()) for line in lines)
        found = csv.reader(
            lines,
            delimiter=self.delimiter,
            quotechar=self.quote or None,
            quoting=csv.QUOTE_MINIMAL if self.quote else csv.QUOTE_NONE,
            escapechar=self.escape,
            doublequote=self.escape is None,
            skipinitialspace=True,
            strict=strict,
        )
        if self.torn:
            return (commas.joined(each, self.torn, self.length) for each in found)
        return map(self._unwrapped, found) if self.wrapped else found

    def _unwrapped(self, record: list[str]) -> list[str]:
        if len(record) != 1 or self.delimiter not in record[0]:
            return record
        inner = csv.reader(
            io.StringIO(record[0], newline=""),
            delimiter=self.delimiter,
            skipinitialspace=True,
        )
        return next(inner, record)


def sniff(sample: str) -> Dialect:
    """Find the dialect under which the sample's records are of one length."""
    hint = _HINT.match(sample)
    if hint:
        return Dialect(hint[1], hint=True)
    text = _whole_lines(sample)
    found, fit = _best(_candidates(text, _DELIMITERS), text)
    if fit < _UNCONVINCING:
        rare, better = _best(_candidates(text, _RARE), text)
        found, fit = (
            (rare, better) if better > max(fit, _UNCONVINCING) else (found, fit)
        )
    if fit < _UNCONVINCING:
        return _by_spaces(text) or found
    return _unquoted(found, text) or _with_whole_numbers(found, text)


def _candidates(text: str, delimiters: tuple[str, ...]) -> list[Dialect]:
    quote = "'" if '"' not in text and _SINGLE_QUOTED.search(text) else '"'
    escapes = (None, "\\") if "\\" + quote in text else (None,)
    found = [
        Dialect(delimiter, quote, escape)
        for delimiter in delimiters
        for escape in escapes
    ]
    lines = [line for line in text.splitlines() if line.strip()]
    wrapped = sum(bool(_WRAPPED.match(line)) for line in lines)
    if 2 * wrapped > len(lines):
        found += [Dialect(each, wrapped=True) for each in delimiters]
    return found


def _best(candidates: list[Dialect], text: str) -> tuple[Dialect, float]:
    scores = [_fit(each, text) for each in candidates]
    best = max(scores)
    return candidates[scores.index(best)], best


def _unquoted(form: Dialect, text: str) -> Dialect | None:
    """The same without quotes, where they stand as signs within cells.

    Programs that separate by tabs often quote nothing.
    """
    if form != Dialect("\t") or form.quote not in text:
        return None
    # The sample may end within quotes; that alone is no fault of theirs.
    if _is_strict(form, text) or _is_strict(form, text + form.quote):
        return None
    plain = Dialect(form.delimiter, NO_QUOTE)
    return plain if _fit(plain, text) > _fit(form, text) else None


def _with_whole_numbers(form: Dialect, text: str) -> Dialect:
    """The same with the places where decimal commas tear numbers in two."""
    if form.delimiter != "," or form.wrapped:
        return form
    records = _records(form, text)
    header = find_header(
        tuple((n, tuple(cells)) for n, cells in enumerate(records[:_HEADER_WITHIN]))
    )
    if header.row is None:
        return form
    width = len(records[header.row])
    below = records[header.row + 1 :]
    places = commas.torn(below, width)
    return replace(form, torn=places, length=width + len(places)) if places else form


def _is_strict(form: Dialect, text: str) -> bool:
    """Whether every quote that closes stands at the end of its cell."""
    try:
        deque(form.records(_lines(text), strict=True), maxlen=0)
    except csv.Error:
        return False
    return True


def _whole_lines(sample: str) -> str:
    """Without the last line where the sample's end cuts it, if enough are left."""
    head, mark, _ = sample.rpartition("\n" if "\n" in sample else "\r")
    cut = len(sample) >= SAMPLE and head.count(mark or "\n") > 2
    return head + mark if cut else sample


def _lines(text: str) -> Iterable[str]:
    return io.StringIO(text, newline="")


def _records(dialect: Dialect, text: str) -> list[list[str]]:
    try:
        return [each for each in dialect.records(_lines(text)) if any(each)]
    except csv.Error:
        return []


def _fit(dialect: Dialect, text: str) -> float:
    """From 0, every record is one cell, to about 1: all have the same, many cells.

    Where no length prevails (baskets of one line each) the share of records with a
    delimiter decides, at a discount. Words that headers use count in any case.
    """
    records = _records(dialect, text)
    lengths = [len(each) for each in records]
    several = Counter(each for each in lengths if each > 1)
    if not several:
        return 0.0
    length, count = several.most_common(1)[0]
    ragged = 0.1 * several.total() / len(lengths)
    fit = max((count / len(lengths)) ** 2 * (1 - 1 / length), ragged)
    words = (
        sum(normalise(cell) in vocabulary() for cell in record)
        for record in islice(records, _HEADER_WITHIN)
        if len(record) > 1
    )
    return fit + _WORD * min(max(words, default=0), 5)


def _by_spaces(text: str) -> Dialect | None:
    """Columns in runs of spaces; where words stand within them, in wide gaps."""
    wide, narrow = Dialect(WIDE_GAPS), Dialect(RUNS_OF_SPACES)
    if _are_columns(wide, text) and any(
        _WORDS.search(cell) for record in _records(wide, text)[1:] for cell in record
    ):
        return wide
    return narrow if _are_columns(narrow, text) else None


def _are_columns(form: Dialect, text: str) -> bool:
    lengths = Counter(map(len, _records(form, text)))
    if not lengths:
        return False
    length, count = lengths.most_common(1)[0]
    return length > 2 and count >= 0.95 * lengths.total()
