"""What the lists come to, in a sentence each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retention_ui.findings.finding import Finding, at_start

if TYPE_CHECKING:
    from retention_core.lists import Summary
    from retention_ui.figures.frames import Row
    from retention_ui.formats import Formats


LOST = "win_back"
"""The list of those who count as lost: little is at stake with them any more."""


def to_contact(found: Summary, formats: Formats) -> Finding:
    """How many customers there are to contact, each once, and what is at stake.

    The lost are told apart: what they would bring were they customers still is no
    stake.
    """
    if not found.contacted:
        return Finding("lists.nobody")
    lost = found.lists["list"] == LOST
    gone = int(found.lists.loc[lost, "first_customers"].sum())
    count = found.contacted - gone
    if not count:
        return Finding("lists.only_lost", {"n": at_start(gone, formats)}, gone)
    fields: dict[str, str | Finding] = {
        "n": at_start(count, formats),
        "amount": formats.money(found.lists.loc[~lost, "first_stake"].sum(), "about"),
        "lost": formats.count(gone),
    }
    key = "lists.to_contact_and_lost" if gone else "lists.to_contact"
    return Finding(key, fields, count)


def of_list(row: Row, formats: Formats, *, forecast: bool = True) -> Finding:
    """How many stand on one list, and what is at stake with them.

    Of the lost: what is expected of them, where there is a ``forecast``.
    """
    count, name = int(row["customers"]), row["list"]
    if not count:
        return Finding(f"lists.none.{name}")
    lost = name == LOST
    worth = row["expected"] if lost and forecast else row["stake"]
    fields: dict[str, str | Finding] = {
        "n": at_start(count, formats),
        "amount": formats.money(worth, "about"),
    }
    key = f"lists.{name}_past" if lost and not forecast else f"lists.{name}"
    return Finding(key, fields, count)


def top_tenth(row: Row, share: float, formats: Formats) -> Finding:
    """What the top tenth has brought of all revenue."""
    count = int(row["customers"])
    fields: dict[str, str | Finding] = {
        "n": at_start(count, formats),
        "share": formats.share(share),
    }
    return Finding("lists.share", fields, count)
