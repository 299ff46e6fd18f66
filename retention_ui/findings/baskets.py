"""What the pairs found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retention_core.baskets import REAL
from retention_ui.figures.baskets import strongest
from retention_ui.figures.frames import records
from retention_ui.findings.finding import Finding, at_start, named, number

if TYPE_CHECKING:
    import pandas as pd

    from retention_ui.formats import Formats

LONGEST_PRODUCT = 18


def pairs(real: int, others: int, formats: Formats) -> Finding:
    """How many pairs are real (q ≤ 0.05), and how many may be chance."""
    if not real:
        return Finding("pairs.none")
    fields: dict[str, str | Finding] = {"n": at_start(real, formats)}
    if not others:
        return Finding("pairs.only", fields, real)
    rest = Finding("pairs.rest", {"m": formats.count(others)}, others)
    return Finding("pairs.some", fields | {"rest": rest}, real)


def product_matrix(found: pd.DataFrame, formats: Formats) -> Finding:
    """The real pair that stands out most, by its lift."""
    real = records(strongest(found[found["q_value"] <= REAL]))
    if not real:
        return Finding("pairs.none")
    best = max(real, key=lambda row: float(row["lift"]))
    lift = float(best["lift"])
    near = abs(lift - round(lift)) <= 0.25 and round(lift) > 1
    fields: dict[str, str | Finding] = {
        "first": named(best["antecedent"], LONGEST_PRODUCT, formats),
        "second": named(best["consequent"], LONGEST_PRODUCT, formats),
        "lift": number(round(lift), formats) if near else formats.ratio(lift),
    }
    return Finding("product_matrix.lift", fields)
