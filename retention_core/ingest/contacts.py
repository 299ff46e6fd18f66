"""Rows of campaign files as contacts of known customers; each row in one place."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

from retention_core.columns import CONTACT_COLUMNS
from retention_core.ingest import values
from retention_core.ingest.build_errors import UnmappedFieldError
from retention_core.ingest.layouts.columns import cells
from retention_core.ingest.mailings import PERSON
from retention_core.ingest.words import GROUPS
from retention_core.ingest.write import copy

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from retention_core.ingest.model import Detection, RawSheet

    Sheets = list[tuple[RawSheet, Detection]]

# A campaign may be planned; further ahead it is a slip.
_AHEAD = dt.timedelta(days=366)
_CELLS = ("customer_id", "email", "campaign", "contacted_on", "offer", "control")


def check(detections: list[Detection]) -> None:
    """Let campaign files pass that say who was written to, and when.

    Raises
    ------
    UnmappedFieldError
        No column names the customer, or the day, and no list of campaigns has it.
    """
    sheets = [each for each in detections if each.role == "contacts"]
    dated = any(_is_list(each) and "contacted_on" in each.mapping for each in sheets)
    for each in sheets:
        have = {*each.mapping}
        missing = None
        if _is_list(each):
            # Without a person it can only say when campaigns were.
            missing = "contacted_on" if "campaign" in have else "customer_id"
        elif not (dated and "campaign" in have):
            missing = "contacted_on"
        if missing is not None and missing not in have:
            raise UnmappedFieldError(
                file=each.file, field=missing, found=each.columns[:20]
            )


def write(
    con: DuckDBPyConnection,
    sheets: Sheets,
    folder: Path,
    time_zone: str | None,
) -> None:
    """Write ``contacts.parquet`` from campaign files, where there are any.

    Rows that are not used go into ``ruled``: without a customer or a day they are
    rejected, of customers nobody knows they are set aside, said again they are merged.
    ``folder`` has the customers already: contacts are found by number or e-mail.
    """
    path = folder / "contacts.parquet"
    path.unlink(missing_ok=True)  # of an earlier build
    numbers = [n for n, (_, found) in enumerate(sheets) if found.role == "contacts"]
    if not numbers:
        return
    lists = [n for n in numbers if _is_list(sheets[n][1])]
    told = [n for n in numbers if n not in lists]
    _campaigns(con, sheets, lists, time_zone)
    _rows(con, sheets, told, time_zone)
    _link(con, folder / "customers.parquet")
    _rule(con, sheets, lists)
    columns = {
        "campaign": "campaign",
        "list": "NULL::VARCHAR",
        "customer_id": "customer_id",
        "contacted_on": "day",
        "control": "control",
        "offer": "offer",
        "seed": "NULL::VARCHAR",
    }
    wanted = ", ".join(f"{columns[name]} AS {name}" for name in CONTACT_COLUMNS)
    used = "FROM contact_rows WHERE code IS NULL"
    if con.execute(f"{used} LIMIT 1").fetchall():
        copy(con, f"SELECT {wanted} {used} ORDER BY ALL", path)


def _is_list(detection: Detection) -> bool:
    """Whether rows are campaigns, not their recipients: nobody is named."""
    return not {*PERSON} & {*detection.mapping}


def _day(found: Detection, time_zone: str | None) -> str:
    moment = values.timestamp(
        "contacted_on", found.day_first, time_zone, year_first=found.year_first
    )
    return f"({moment})::DATE"


def _named(sheet: RawSheet, found: Detection) -> str:
    """The mapped cells under the names of their fields, absent ones null."""
    have = cells(found)
    named = ", ".join(
        f"{have.get(field, 'NULL::VARCHAR')} AS {field}" for field in _CELLS
    )
    every = ", ".join(f"c{place}" for place in range(sheet.columns))
    return (
        f"SELECT row, coalesce({every}) IS NULL AS blank, {named} "
        f"FROM {sheet.relation} WHERE row >= {found.first_row}"
    )


def _campaigns(
    con: DuckDBPyConnection, sheets: Sheets, numbers: list[int], time_zone: str | None
) -> None:
    """Make ``campaign_rows``: of lists of campaigns, when each was and what it had."""
    parts = [
        f"SELECT {n} AS sheet, row, blank, campaign AS told, contacted_on AS cell, "
        f"{_day(sheets[n][1], time_zone)} AS day, offer FROM ({_named(*sheets[n])})"
        for n in numbers
    ]
    nothing = (
        "SELECT 0 AS sheet, 0::BIGINT AS row, false AS blank, ''::VARCHAR AS told, "
        "''::VARCHAR AS cell, NULL::DATE AS day, ''::VARCHAR AS offer WHERE false"
    )
    con.execute(
        f"CREATE TABLE campaign_rows AS SELECT *, {_wrong_day()} AS wrong, "
        "row_number() OVER (PARTITION BY told ORDER BY "
        f"{_wrong_day()} IS NOT NULL, day, sheet, row) AS place "
        f"FROM ({' UNION ALL '.join([nothing, *parts])})"
    )


def _wrong_day() -> str:
    latest = dt.date.today() + _AHEAD
    return (
        "CASE WHEN day IS NULL THEN CASE WHEN cell IS NULL THEN 'date_missing' "
        "ELSE 'date_unreadable' END "
        f"WHEN day < DATE '{values.EARLIEST}' OR day > DATE '{latest}' "
        "THEN 'date_implausible' END"
    )


def _rows(
    con: DuckDBPyConnection, sheets: Sheets, numbers: list[int], time_zone: str | None
) -> None:
    """Make ``contact_told``: a row a recipient, as the file says it."""
    parts = []
    for n in numbers:
        sheet, found = sheets[n]
        # A file that names no campaign is one.
        name = values.literal(Path(sheet.file).stem)
        parts.append(
            f"SELECT {n} AS sheet, row, blank, {values.person('customer_id')} AS key, "
            f"{values.email('coalesce(email, customer_id)')} AS mail, "
            f"campaign AS told, coalesce(campaign, {name}) AS campaign, "
            f"contacted_on AS cell, {_day(found, time_zone)} AS day, offer, "
            f"{_held('control' in found.mapping)} AS held, "
            f"{str('contacted_on' not in found.mapping).lower()} AS undated "
            f"FROM ({_named(sheet, found)})"
        )
    nothing = (
        "SELECT 0 AS sheet, 0::BIGINT AS row, false AS blank, NULL::VARCHAR AS key, "
        "NULL::VARCHAR AS mail, NULL::VARCHAR AS told, NULL::VARCHAR AS campaign, "
        "NULL::VARCHAR AS cell, NULL::DATE AS day, NULL::VARCHAR AS offer, "
        "NULL::BOOLEAN AS held, false AS undated WHERE false"
    )
    every = " UNION ALL ".join([nothing, *parts])
    # Who was held back got nothing: the day is that of the rest, if that is one.
    only = "CASE WHEN min(day) OVER same = max(day) OVER same THEN min(day) OVER same"
    con.execute(
        "CREATE TABLE contact_told AS SELECT * REPLACE (CASE WHEN held AND cell IS "
        f"NULL THEN {only} END ELSE day END AS day) FROM (SELECT every.* REPLACE ("
        "CASE WHEN undated THEN known.cell ELSE every.cell END AS cell, "
        "CASE WHEN undated THEN known.day ELSE every.day END AS day, "
        f"coalesce(every.offer, known.offer) AS offer) FROM ({every}) AS every "
        "LEFT JOIN (FROM campaign_rows WHERE place = 1 AND wrong IS NULL) AS known "
        "ON every.told = known.told) WINDOW same AS (PARTITION BY campaign)"
    )


def _held(known: bool) -> str:
    """SQL of whether a row was held back; null where its cell says neither.

    Nothing in the cell means no where the others are marks only; where some say no, or
    name a group, it is not known.
    """
    if not known:
        return "false"
    cell = "replace(lower(trim(control)), '_', ' ')"
    yes = values.among(cell, [*GROUPS["yes"], *GROUPS["held_back"]])
    no = values.among(cell, [*GROUPS["no"], *GROUPS["reached"]])
    others = f"coalesce(bool_or({no}) OVER (), false)"
    return (
        f"CASE WHEN control IS NULL THEN CASE WHEN NOT {others} THEN false END "
        f"WHEN {yes} THEN true WHEN {no} THEN false END"
    )


def _link(con: DuckDBPyConnection, customers: Path) -> None:
    """Make ``contact_rows``: with the customer, and why a row is not used."""
    source = f"read_parquet({values.literal(str(customers))})"
    have = {name for name, *_ in con.execute(f"DESCRIBE FROM {source}").fetchall()}
    ways = [("key", "customer_id"), ("mail", "customer_id")]
    ways += [("mail", "lower(trim(email))")] if "email" in have else []
    found = " UNION ALL ".join(
        f"SELECT {ours} AS ours, {place} AS place, min(customer_id) AS customer_id "
        f"FROM (SELECT customer_id, {theirs} AS {ours} FROM {source}) "
        f"WHERE {ours} IS NOT NULL GROUP BY ALL"
        for place, (ours, theirs) in enumerate(ways)
    )
    joins = "".join(
        f" LEFT JOIN known_as AS by_{place} ON by_{place}.place = {place} "
        f"AND by_{place}.ours = said.{ours}"
        for place, (ours, _) in enumerate(ways)
    )
    whom = ", ".join(f"by_{place}.customer_id" for place in range(len(ways)))
    con.execute(f"CREATE TABLE known_as AS {found}")
    wrong = (
        "CASE WHEN blank THEN 'blank_row' "
        "WHEN coalesce(key, mail) IS NULL THEN 'no_customer' "
        f"WHEN {_wrong_day()} IS NOT NULL THEN {_wrong_day()} "
        "WHEN held IS NULL THEN 'group_unreadable' "
        f"WHEN coalesce({whom}) IS NULL THEN 'unknown_customer' END"
    )
    linked = (
        f"SELECT said.*, coalesce({whom}) AS customer_id, {wrong} AS wrong "
        f"FROM contact_told AS said{joins}"
    )
    # A file that names no campaign is that of any other which says the same. A contact
    # without an offer is the same as one with any.
    same = (
        "wrong IS NULL, CASE WHEN told IS NOT NULL THEN campaign END, customer_id, day"
    )
    filled = (
        f"SELECT * REPLACE (coalesce(offer, max(offer) OVER (PARTITION BY {same})) "
        f"AS offer) FROM ({linked})"
    )
    con.execute(
        "CREATE TABLE contact_rows AS SELECT *, bool_and(held) OVER again AS control, "
        "CASE WHEN wrong IS NOT NULL THEN wrong WHEN row_number() OVER "
        f"(PARTITION BY {same}, offer ORDER BY sheet, row) > 1 THEN 'same_contact' END "
        f"AS code FROM ({filled}) WINDOW again AS (PARTITION BY {same}, offer)"
    )


def _rule(con: DuckDBPyConnection, sheets: Sheets, lists: list[int]) -> None:
    """Put what is not used into ``ruled``, each row with why."""
    outcomes = (
        "CASE WHEN code = 'same_contact' THEN 'merged' WHEN code IN ('blank_row', "
        "'unknown_customer', 'no_recipient') THEN 'set_aside' ELSE 'rejected' END"
    )
    con.execute(
        f"INSERT INTO ruled SELECT sheet, row, 1, {outcomes}, code "
        "FROM contact_rows WHERE code IS NOT NULL"
    )
    if lists:
        con.execute(
            f"INSERT INTO ruled SELECT sheet, row, 1, {outcomes}, code FROM (SELECT "
            "sheet, row, CASE WHEN blank THEN 'blank_row' WHEN wrong IS NOT NULL "
            "THEN wrong WHEN told IS NULL OR told NOT IN (SELECT told FROM "
            "contact_told WHERE undated AND told IS NOT NULL) THEN 'no_recipient' "
            "WHEN place > 1 THEN 'same_contact' END AS code FROM campaign_rows) "
            "WHERE code IS NOT NULL"
        )
