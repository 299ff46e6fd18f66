"""A made-up tea and coffee shop with planted stories (see README.md)."""

from __future__ import annotations
