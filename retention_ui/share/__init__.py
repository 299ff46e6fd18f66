"""Page Share, and what it lends the Data page: saving, versions, links, moving."""

from __future__ import annotations
