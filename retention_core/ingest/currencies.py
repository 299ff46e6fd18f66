"""Two currencies are never added up: which one a row is in, and what it is in ours."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from retention_core.ingest import money, numerals, values
from retention_core.ingest.build_errors import RateError
from retention_core.ingest.coins import CODES, SHARED, SIGNS

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    import pandas as pd
    from duckdb import DuckDBPyConnection

    from retention_core.ingest.model import Detection


def agree(detections: list[Detection]) -> list[Detection]:
    """Files in different currencies raise one question, the larger first."""
    rows: dict[str, int] = {}
    for each in detections:
        if each.role == "orders":
            for place, code in enumerate(each.currencies):
                rows[code] = rows.get(code, 0) + (0 if place else each.rows)
    named = sorted(rows, key=lambda code: -rows[code])
    if len(named) < 2:
        return detections
    asked = money.currency_question(named)
    found = []
    for each in detections:
        questions = [q for q in each.questions if q.code != "currency"]
        if each.role == "orders" and asked is not None:
            questions.append(asked)
        found.append(replace(each, questions=questions))
    return found


def check(rates: Mapping[str, float]) -> None:
    """Refuse a rate that is no number above 0."""
    for code, rate in rates.items():
        if not (math.isfinite(rate) and rate > 0):
            raise RateError(currency=code, rate=rate)


def named_in(
    detection: Detection, fields: Collection[str], ours: str | None = None
) -> str | None:
    """SQL of the currency that a row names; ``None`` where no row names one.

    Over the columns ``currency`` or ``money_text``. A sign that several currencies
    share is ``ours`` where it can be.
    """
    if not detection.currencies:
        return None
    first = detection.currencies[0]
    shared = {sign: _whose(sign, detection, ours) for sign in SHARED}
    words = {code.lower(): code for code in CODES} | SIGNS | shared
    if "currency" in fields:
        bare = "lower(rtrim(currency, '.'))"
        coded = f"CASE {bare} {_cases(words)} ELSE upper(currency) END"
        quick = values.literal(first)
        return f"CASE WHEN currency = {quick} THEN currency ELSE {coded} END"
    seen = _beside_amounts(detection)
    if seen and set(seen) <= shared.keys():
        first = shared[seen[0]]
    default = values.literal(first)
    if not seen:
        return default
    ordered = {word: words[word] for word in seen if word in words} | words
    bare = (
        r"regexp_replace(lower(money_text), '[-\d.,''’()+%−\s\x{a0}\x{202f}]', '', 'g')"
    )
    return f"CASE rtrim({bare}, '.') {_cases(ordered)} ELSE {default} END"


def _cases(words: Mapping[str, str]) -> str:
    return " ".join(
        f"WHEN {values.literal(word)} THEN {values.literal(code)}"
        for word, code in words.items()
    )


def _whose(sign: str, detection: Detection, ours: str | None) -> str:
    """What a shared sign means in a file."""
    may = SHARED[sign]
    named = [code for code in detection.currencies if code in may]
    if len(named) < 2 and ours in may and ours not in detection.currencies:
        return str(ours)
    return named[0] if named else may[0]


def _beside_amounts(detection: Detection) -> list[str]:
    """What stands beside the amounts in the examples."""
    columns = [
        detection.mapping.get(f) for f in ("amount", "unit_price", "order_total")
    ]
    cells = [
        cell for name in columns for cell in detection.examples.get(name or "", [])
    ]
    found = (word for cell in cells for word in numerals.dress(cell).split())
    return list(dict.fromkeys(found))


def foreign(source: str, named: str, ours: str, rates: Mapping[str, float]) -> str:
    """Add ``coin`` (the currency, where it is not ours) and its ``rate``; convert.

    What has no rate stays as it is, and is to be set aside.
    """
    mine = values.literal(ours)
    cases = " ".join(
        f"WHEN {values.literal(code.upper())} THEN {rate!r}::DOUBLE"
        for code, rate in rates.items()
        if code.upper() != ours
    )
    rate = f"CASE coin {cases} END" if cases else "NULL::DOUBLE"
    coined = (
        f"SELECT *, {rate} AS rate FROM ("
        f"SELECT *, CASE WHEN {named} <> {mine} THEN {named} END AS coin "
        f"FROM ({source}))"
    )
    if not cases:
        return coined
    converted = ", ".join(
        f"round({name} * coalesce(rate, 1), 6) AS {name}"
        for name in ("money", "given", "returned")
    )
    return f"SELECT * REPLACE ({converted}) FROM ({coined})"


def found(con: DuckDBPyConnection) -> pd.DataFrame:
    """Money in other currencies: ``currency, rows, amount`` (in its own), ``rate``.

    Without a rate the rows are set aside, with one they are used.
    """
    have = {name for name, *_ in con.execute("DESCRIBE lines").fetchall()}
    if "coin" not in have:
        return nothing()
    used = "rate IS NOT NULL AND ruled.code IS NULL"
    return con.execute(
        "SELECT coin AS currency, count(*) AS rows, "
        "round(sum(amount / coalesce(rate, 1)), 6) AS amount, rate "
        "FROM lines LEFT JOIN ruled USING (sheet, row, line) WHERE coin IS NOT NULL "
        f"AND (ruled.code = 'other_currency' OR {used}) "
        "GROUP BY coin, rate ORDER BY rows DESC, currency"
    ).df()


def nothing() -> pd.DataFrame:
    """No other currency."""
    import pandas as pd

    kinds = {"currency": "str", "rows": "int64", "amount": "float64", "rate": "float64"}
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in kinds.items()})
