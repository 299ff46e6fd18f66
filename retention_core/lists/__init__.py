"""Lists to act on: who stands on each, why, when to contact, and what is at stake."""

from __future__ import annotations

from retention_core.lists.asked import SHARED
from retention_core.lists.everybody import PEOPLE, people
from retention_core.lists.learned import learn, levels
from retention_core.lists.rules import NAMES, UnknownListError, members, ordered
from retention_core.lists.summary import Summary, summary

__all__ = [
    "NAMES",
    "PEOPLE",
    "SHARED",
    "Summary",
    "UnknownListError",
    "learn",
    "levels",
    "members",
    "ordered",
    "people",
    "summary",
]
