"""What stands around the app: where links arrive, headers, limits, logs."""

from __future__ import annotations
