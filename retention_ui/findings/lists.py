"""What the lists come to, in a sentence each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retention_ui.findings.finding import Finding, at_start

if TYPE_CHECKING:
    from retention_core.lists import Summary
    from retention_ui.figures.frames import Row
    from retention_ui.formats import Formats


def to_contact(found: Summary, formats: Formats) -> Finding:
    """How many customers there are to contact, each once, and what is at stake."""
    if not found.contacted:
        return Finding("lists.nobody")
    stake = float(found.lists["first_stake"].sum())
    fields: dict[str, str | Finding] = {
        "n": at_start(found.contacted, formats),
        "amount": formats.money(stake, "about"),
    }
    return Finding("lists.to_contact", fields, found.contacted)


def of_list(row: Row, formats: Formats) -> Finding:
    """How many stand on one list, and what is at stake with them."""
    count = int(row["customers"])
    if not count:
        return Finding(f"lists.none.{row['list']}")
    fields: dict[str, str | Finding] = {
        "n": at_start(count, formats),
        "amount": formats.money(row["stake"], "about"),
    }
    return Finding(f"lists.{row['list']}", fields, count)


def top_tenth(row: Row, share: float, formats: Formats) -> Finding:
    """What the top tenth has brought of all revenue."""
    count = int(row["customers"])
    fields: dict[str, str | Finding] = {
        "n": at_start(count, formats),
        "share": formats.share(share),
    }
    return Finding("lists.share", fields, count)
