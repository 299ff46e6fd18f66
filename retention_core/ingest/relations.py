"""How the sheets of one upload hang together, once each is recognised by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retention_core.ingest import (
    detect,
    itemised,
    recipients,
    several,
    summed,
    versions,
)

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from retention_core.ingest.model import Answers, Detection, RawSheet


def relate(
    con: DuckDBPyConnection,
    sheets: list[RawSheet],
    found: list[Detection],
    answers: Answers,
) -> list[Detection]:
    """Join items to their orders, leave out sums, ask about several shops.

    Campaigns and their recipients, in two files, find each other.

    A sheet that stands for itself is not looked at again.
    """
    upload = several.Upload(con, sheets, several.alone(found), answers)
    joined = detect.agree(itemised.joined(upload))
    if len(found) == 1:
        return joined
    upload = several.Upload(con, sheets, joined, answers)
    left = summed.left_out(upload, joined)
    told = recipients.paired(several.Upload(con, sheets, left, answers), left)
    return versions.asked(several.Upload(con, sheets, told, answers), told)
