"""Customers as the programs that write to them expect a file: whom, under which names.

The names of the columns are those programs' own and are not translated.
"""

from __future__ import annotations

from retention_ui.mailing.columns import FORMATS, Letter, written
from retention_ui.mailing.names import Name, split
from retention_ui.mailing.reach import address, international, reachable, way

__all__ = [
    "FORMATS",
    "Letter",
    "Name",
    "address",
    "international",
    "reachable",
    "split",
    "way",
    "written",
]
