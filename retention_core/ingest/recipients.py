"""Campaigns in one file, who got them in another: what belongs together."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from retention_core.ingest import detect
from retention_core.ingest.headers import is_date
from retention_core.ingest.mailings import PERSON
from retention_core.ingest.model import SheetAnswers
from retention_core.ingest.several import UNIQUE
from retention_core.ingest.values import text

if TYPE_CHECKING:
    from retention_core.ingest.model import Detection
    from retention_core.ingest.several import Upload

_NARROW = 4  # columns of a sheet that says who got a campaign, and nothing else
_COVERED = 0.9


def paired(upload: Upload, found: list[Detection]) -> list[Detection]:
    """Take campaigns and their recipients, in two files, for campaign files.

    One says who got which campaign and nothing else, the other when each campaign
    was, a row a campaign; nearly all campaigns of the one are in the other.
    """
    free = [n for n in upload.free if found[n].role == "ignore"]
    read = {n: _as_contacts(upload, n) for n in free}
    lists = {n: each for n, each in read.items() if _is_list(upload, n, each)}
    told = list(found)
    for number, each in read.items():
        if not _is_recipients(each):
            continue
        for other, campaigns in lists.items():
            if other != number and _covers(upload, number, each, other, campaigns):
                told[number], told[other] = each, campaigns
    return told


def _as_contacts(upload: Upload, number: int) -> Detection:
    """What a sheet would be as a campaign file."""
    each = upload.found[number]
    said = upload.answers.sheets.get(each.key, SheetAnswers())
    sheets = upload.answers.sheets | {each.key: replace(said, role="contacts")}
    asked = replace(upload.answers, sheets=sheets)
    return replace(
        detect.detect(upload.con, upload.sheets[number], asked), preview=each.preview
    )


def _is_recipients(each: Detection) -> bool:
    """Whether rows say who got which campaign, and no more than that."""
    have = {*each.mapping}
    if "campaign" not in have or not have & {*PERSON} or "contacted_on" in have:
        return False
    return len(each.columns) <= _NARROW and not _has_day(each)


def _has_day(each: Detection) -> bool:
    examples = each.examples.values()
    return any(cells and all(map(is_date, cells)) for cells in examples)


def _is_list(upload: Upload, number: int, each: Detection) -> bool:
    """Whether rows say of each campaign when it was."""
    have = {*each.mapping}
    if have & {*PERSON} or not {"campaign", "contacted_on"} <= have:
        return False
    cell = _cell(each, "campaign")
    rows, different = upload.one(
        f"SELECT count({cell}), count(DISTINCT {cell}) "
        f"FROM {upload.sheets[number].relation} WHERE row >= {each.first_row}"
    )
    return rows > 0 and different >= UNIQUE * rows


def _covers(
    upload: Upload, number: int, each: Detection, other: int, campaigns: Detection
) -> bool:
    ours, theirs = _cell(each, "campaign"), _cell(campaigns, "campaign")
    known = (
        f"SELECT {theirs} FROM {upload.sheets[other].relation} "
        f"WHERE row >= {campaigns.first_row}"
    )
    told, found = upload.one(
        f"SELECT count(*), count(*) FILTER (campaign IN ({known})) FROM "
        f"(SELECT DISTINCT {ours} AS campaign FROM {upload.sheets[number].relation} "
        f"WHERE row >= {each.first_row}) WHERE campaign IS NOT NULL"
    )
    return told > 0 and found >= _COVERED * told


def _cell(each: Detection, field: str) -> str:
    return text(f"c{each.columns.index(each.mapping[field])}")
