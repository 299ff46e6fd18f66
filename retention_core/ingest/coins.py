"""Currencies: their codes, and the signs and words that stand for them in files."""

from __future__ import annotations

from retention_core.ingest.words import table

_ALL = table("coins")
CODES: tuple[str, ...] = tuple(_ALL["codes"])
WITHOUT_CENTS: frozenset[str] = frozenset(_ALL["without_cents"])
UNITS: tuple[str, ...] = tuple(_ALL["units"])
SIGNS: dict[str, str] = {
    sign: code for code, signs in _ALL["signs"].items() for sign in signs
}
SHARED: dict[str, list[str]] = _ALL["shared"]
COUNTRIES: dict[str, str] = {
    name: code for code, names in _ALL["countries"].items() for name in names
}
# What may stand beside the digits of an amount or a quantity.
DRESS = frozenset(
    {"", *(code.lower() for code in CODES), *SIGNS, *SHARED, *UNITS, *_ALL["marks"]}
)
