"""Files that name the same order numbers: exports of one shop, or of several."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING

from retention_core.ingest import several, systems
from retention_core.ingest.model import Question, SheetAnswers

if TYPE_CHECKING:
    from retention_core.ingest.model import Answers, Detection
    from retention_core.ingest.several import Upload

_LEAST = 5  # shared numbers from which it is worth a question
_FEW = 0.05
_EXAMPLES = 3
ONE, SHOPS = "one", "shops"


@dataclass(frozen=True)
class Pair:
    """Two sheets: how many order numbers both have, and of how many they differ."""

    first: int
    second: int
    shared: int
    differ: int

    @property
    def same(self) -> bool:
        """Whether these are the same orders."""
        return self.shared > 0 and self.differ <= _FEW * self.shared


def asked(upload: Upload, found: list[Detection]) -> list[Detection]:
    """Ask whether files with the same numbers on other orders are of several shops.

    Two exports of one layout that overlap raise no question: their orders agree. Years
    that number anew do not overlap.
    """
    pairs = [each for each in _pairs(upload, found) if each.shared]
    related = [replace(each, same_orders=[]) for each in found]
    for pair in pairs:
        if pair.same and found[pair.first].columns != found[pair.second].columns:
            for one, other in ((pair.first, pair.second), (pair.second, pair.first)):
                keys = [*related[one].same_orders, found[other].key]
                related[one] = replace(related[one], same_orders=keys)
    odd = [
        each
        for each in pairs
        if not each.same
        and each.shared >= _LEAST
        # A column that names the shops goes before a guess.
        and not any("store" in found[n].mapping for n in (each.first, each.second))
    ]
    for group in _groups(odd):
        related = _with_question(upload, related, group, odd)
    return related


def by_number(detections: list[Detection], answers: Answers) -> dict[str, int]:
    """Sheets whose orders go by their number alone, with the group each is in.

    The same orders in another layout may name their customers and shops otherwise.
    """
    links = [(each.key, other) for each in detections for other in each.same_orders]
    said = [key for key, each in answers.sheets.items() if each.store == ""]
    links += [(said[0], key) for key in said[1:]]
    names = {each.key: n for n, each in enumerate(detections)}
    pairs = [Pair(names[a], names[b], 1, 0) for a, b in links if {a, b} <= {*names}]
    return {
        detections[n].key: place
        for place, group in enumerate(_groups(pairs))
        for n in group
    }


def _pairs(upload: Upload, found: list[Detection]) -> list[Pair]:
    numbered = [
        n
        for n, each in enumerate(found)
        if each.role == "orders"
        and not each.orders_in
        and not any(each.key in other.orders_in for other in found)
        and {"order_id", "ordered_at"} <= each.mapping.keys()
        and each.store is None
    ]
    if all("store" in found[n].mapping for n in numbered):
        return []
    tables = {n: upload.numbers(n) for n in numbered} if len(numbered) > 1 else {}
    return [_pair(upload, found, one, other) for one, other in combinations(tables, 2)]


def _pair(upload: Upload, found: list[Detection], one: int, other: int) -> Pair:
    """Compare by the numbers that each file uses on one day only."""
    first, second = found[one], found[other]
    differ = "a.day <> b.day"
    kinds = [_kind(first), _kind(second)]
    if kinds[0] == kinds[1] and kinds[0]:
        differ += " OR (a.people = 1 AND b.people = 1 AND a.person <> b.person)"
    elif first.columns == second.columns:
        differ += " OR a.money <> b.money"
    both = (
        f"(SELECT a.day, ({differ}) AS differ FROM numbers_{one} AS a "
        f"JOIN numbers_{other} AS b USING (number) WHERE a.days = 1 AND b.days = 1)"
    )
    shared, odd = upload.one(f"SELECT count(*), count(*) FILTER (differ) FROM {both}")
    apart = upload.one(
        f"SELECT (max(a.day) < (SELECT min(day) FROM numbers_{other}) OR "
        f"min(a.day) > (SELECT max(day) FROM numbers_{other}))::INTEGER, "
        f"count(*) FROM numbers_{one} AS a"
    )
    return Pair(one, other, 0 if apart[0] else shared, odd)


def _kind(each: Detection) -> str | None:
    return next((f for f in several.PEOPLE if f in each.mapping), None)


def _groups(pairs: list[Pair]) -> list[list[int]]:
    """The sheets that pairs tie together."""
    groups: list[set[int]] = []
    for pair in pairs:
        tied = {pair.first, pair.second}
        for group in [each for each in groups if each & tied]:
            groups.remove(group)
            tied |= group
        groups.append(tied)
    return [sorted(each) for each in groups]


def _with_question(
    upload: Upload, found: list[Detection], group: list[int], odd: list[Pair]
) -> list[Detection]:
    """Put the question; where no customer is named, go by the proposal till then."""
    mine = [pair for pair in odd if pair.first in group]
    names = _names([found[n] for n in group])
    fields = {
        "files": {found[n].key: name for n, name in zip(group, names, strict=True)},
        "shared": max(pair.shared for pair in mine),
        "differ": max(pair.differ for pair in mine),
        "examples": _examples(upload, found, mine[0]),
    }
    question = Question("stores", fields, [SHOPS, ONE])
    # Customers keep orders apart; where none is named only the shop can.
    clear = all(
        pair.differ >= several.HALF * pair.shared and _kind(found[pair.first]) is None
        for pair in mine
    )
    said = upload.answers.sheets
    if all(said.get(found[n].key, SheetAnswers()).store is not None for n in group):
        return found
    asked = list(found)
    for n, name in zip(group, names, strict=True):
        store = name if clear else found[n].store
        questions = [*found[n].questions, question]
        asked[n] = replace(found[n], store=store, questions=questions)
    return asked


def _examples(
    upload: Upload, found: list[Detection], pair: Pair
) -> list[list[list[str | None]]]:
    """A few numbers: in each file the number, its day and its customer."""
    rows = upload.con.execute(
        "SELECT number, a.day::VARCHAR, a.person, b.day::VARCHAR, b.person "
        f"FROM numbers_{pair.first} AS a JOIN numbers_{pair.second} AS b "
        "USING (number) WHERE a.days = 1 AND b.days = 1 "
        "AND (a.day <> b.day OR a.person <> b.person) "
        f"ORDER BY number LIMIT {_EXAMPLES}"
    ).fetchall()
    keys = (found[pair.first].key, found[pair.second].key)
    return [
        [[keys[0], number, day, person], [keys[1], number, on, other]]
        for number, day, person, on, other in rows
    ]


def _names(group: list[Detection]) -> list[str]:
    """What tells the files apart: words of their names, their systems, currencies."""
    stems = [re.sub(r"\.[^.]+$", "", each.file) for each in group]
    if len({*stems}) < len(stems):
        stems = [each.sheet or stem for each, stem in zip(group, stems, strict=True)]
    words = [re.findall(r"[^\W\d_]+", stem) for stem in stems]
    common = Counter(word.casefold() for each in words for word in {*each})
    own = [
        " ".join(word for word in each if common[word.casefold()] < len(group))
        for each in words
    ]
    titles = [str(systems.of(each).get("title", "")) for each in group]
    currencies = [each.currency or "" for each in group]
    for names in (own, titles, currencies):
        if all(names) and len({*names}) == len(names):
            return [name[:1].upper() + name[1:] for name in names]
    return stems
