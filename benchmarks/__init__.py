"""Ours against peers, side by side in one run."""

from __future__ import annotations
