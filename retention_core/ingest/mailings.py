"""Which sheets are campaign files: whom the shop wrote to, when, and with what.

None of it speaks against orders or lists: what is one of these is no campaign file,
unless the user says so.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from retention_core.ingest import mapping
from retention_core.ingest.fits import is_serial
from retention_core.ingest.headers import is_date
from retention_core.ingest.meanings import EXACT, fold, meanings, normalise
from retention_core.ingest.model import Question
from retention_core.ingest.words import CONTACTS, GROUPS

if TYPE_CHECKING:
    from retention_core.ingest.model import Role
    from retention_core.ingest.profile import Column, Sample

PERSON = ("customer_id", "email")
_SOLD = {"order_id", "product", "sku", "quantity", "unit_price", "refund_amount"}
_MONEY = ("amount", "order_total")
# What only a list of people has; and what says of a row that it is one of a person.
_TRAITS = {"consent", "birthday", "acquisition_cost", "acquisition_channel"}
_NAMES = {"customer_name", "phone", "country", "first_name", "last_name"}
_FEW = 12  # different words of groups
_MOSTLY, _SLIPS = 0.9, 0.01


def fields(sample: Sample) -> dict[str, str]:
    """The column of each field of a campaign file; of a list of campaigns, no person.

    ``customer_id``, ``email``, ``campaign``, ``contacted_on``, ``offer``, ``control``.
    """
    found = _certain(sample)
    person = [field for field in PERSON if field in found]
    free = [each for each in sample.columns if each.name not in found.values()]
    if not person:
        found |= _unnamed_person(free)
        person = [field for field in PERSON if field in found]
    if "contacted_on" not in found:
        words = () if person else ("began_on",)
        dates = [each for each in free if _is_day(each)]
        day = _first(dates, *words) or (_first(dates, "date") if person else None)
        found |= {"contacted_on": day} if day else {}
    return found


def is_contacts(sample: Sample, orders: dict[str, str], role: Role) -> bool:
    """Whether a sheet of ``role`` by all else is a campaign file beyond doubt.

    ``orders`` is what it would be as one of orders. It names a person, a day that
    somebody was written to, and an offer, a campaign or a group; of a day that may be
    any, an offer by that very name, or a control group.
    """
    found = _certain(sample)
    people = mapping.by_names(sample, mapping.CUSTOMERS)
    sold = {orders[field] for field in _SOLD & orders.keys()} - {*found.values()}
    if not {*PERSON} & found.keys() or _TRAITS & people.keys() or sold:
        return False
    if role == "orders":
        # Opens and clicks are numbers too; nothing but the day it was sent is a day.
        day = orders.get("ordered_at") == found.get("contacted_on", "")
        return day and bool({"campaign", "control"} & found.keys())
    if role not in ("ignore", "customers"):
        return False
    if "contacted_on" in found:
        return bool({"offer", "campaign", "control"} & found.keys())
    names = {people[field] for field in _NAMES & people.keys()} - {*found.values()}
    dates = [each for each in sample.columns if _is_day(each)]
    if _first(dates, "date") is None or (names and role != "ignore"):
        return False
    return "control" in found or _first(sample.columns, "offer") is not None


def question(sample: Sample, found: dict[str, str]) -> list[Question]:
    """Ask of a campaign file in which money is named: it may be one of orders."""
    named = mapping.by_names(sample, [*_MONEY])
    if not {*named.values()} - {*found.values()}:
        return []
    return [Question("role", {"why": "contacts"}, ["contacts", "orders"])]


def _certain(sample: Sample) -> dict[str, str]:
    """Fields whose columns bear the very words for them, with cells to match."""
    found = {
        field: name
        for field, name in mapping.by_names(sample, [*PERSON, "campaign"]).items()
        if meanings(name).get(field, 0.0) >= EXACT or field in PERSON
    }
    mails = [each.name for each in sample.columns if each.email > _MOSTLY]
    if not {*PERSON} & found.keys() and len(mails) == 1:
        found["email"] = mails[0]
    rest = [each for each in sample.columns if each.name not in found.values()]
    days = [each for each in rest if _is_day(each)]
    others = [each for each in rest if each not in days and each.cells]
    texts = [each for each in others if each.email < 0.5]
    groups = [each for each in others if _is_group(each)]
    wanted = {
        "contacted_on": _first(days, "contacted_on"),
        "campaign": found.get("campaign") or _first(texts, "campaign"),
        "offer": _first(texts, "offer", "voucher"),
        "control": _first([each for each in others if _is_control(each)], "control")
        or _first(groups, "group", "control"),
    }
    return found | {field: name for field, name in wanted.items() if name}


def _unnamed_person(columns: list[Column]) -> dict[str, str]:
    """Who was written to, by the word for recipients."""
    mails = [each for each in columns if each.email > _MOSTLY]
    mail, name = _first(mails, "recipient"), _first(columns, "recipient")
    if mail is not None:
        return {"email": mail}
    return {} if name is None else {"customer_id": name}


def _first(columns: list[Column], *kinds: str) -> str | None:
    """The column that bears the best word of the first kind that there is."""
    for kind in kinds:
        ranks = _words()[kind]
        named = [
            (ranks[word], each.index, each.name)
            for each in columns
            for word in {normalise(each.name), fold(normalise(each.name))}
            if word in ranks
        ]
        if named:
            return min(named)[2]
    return None


@cache
def _words() -> dict[str, dict[str, int]]:
    """Of each kind its normalised words, each with its rank."""
    found: dict[str, dict[str, int]] = {"date": {}}
    for kind, languages in CONTACTS.items():
        ranks = found.setdefault(kind, {})
        for words in languages.values():
            for rank, word in enumerate(words):
                for each in (normalise(word), fold(normalise(word))):
                    ranks[each] = min(rank, ranks.get(each, rank))
    for words in CONTACTS["began_on"].values():
        # The last of each language is its word for a date.
        found["date"][normalise(words[-1])] = 0
    return found


def _is_day(column: Column) -> bool:
    if column.date >= 0.5 or is_serial(column):
        return True
    # All may be of one day: of different cells slips are many.
    return sum(map(is_date, column.cells)) > _MOSTLY * len(column.cells)


def _is_control(column: Column) -> bool:
    """Whether cells say yes or no, or name a group; a few may be slips."""
    return _says(column, *GROUPS) >= _MOSTLY


def _is_group(column: Column) -> bool:
    """Whether every cell names one of the two groups, and both are there."""
    held_back, reached = _says(column, "held_back"), _says(column, "reached")
    return min(held_back, reached) > 0 and held_back + reached > 1 - _SLIPS


def _says(column: Column, *kinds: str) -> float:
    """Share of the filled cells that are words of these kinds; of few words only."""
    if not 0 < column.distinct <= _FEW:
        return 0.0
    known = {word for kind in kinds for word in GROUPS[kind]}
    told = (cell.strip().casefold().replace("_", " ") in known for cell in column.cells)
    return sum(told) / len(column.cells)
