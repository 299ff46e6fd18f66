"""Which column is the revenue, and how its numbers and currency are written."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from retention_core.ingest.model import Question

if TYPE_CHECKING:
    from collections.abc import Iterable

    from retention_core.ingest.profile import Column, Sample

SIGNS = {
    "€": "EUR",
    "£": "GBP",
    "R$": "BRL",
    "zł": "PLN",
    "₽": "RUB",
    "руб": "RUB",
    "₹": "INR",
    "₩": "KRW",
    "円": "JPY",
    "元": "CNY",
    "₺": "TRY",
    "US$": "USD",
    "CA$": "CAD",
    "A$": "AUD",
    "RM": "MYR",
    "Rp": "IDR",
}
DOLLAR = "$"  # of whom, it does not say
CODES = (
    *("USD", "EUR", "GBP", "JPY", "CNY", "CHF", "CAD", "AUD", "NZD", "SEK", "NOK"),
    *("DKK", "PLN", "CZK", "HUF", "RUB", "INR", "BRL", "MXN", "KRW", "TWD", "HKD"),
    *("SGD", "TRY", "ZAR", "AED", "ILS", "THB", "IDR", "MYR", "VND", "PHP"),
)
_CODE = re.compile(rf"(?<![A-Za-z])({'|'.join(CODES)})(?![A-Za-z])", re.IGNORECASE)
_COMMON = ["EUR", "USD", "GBP"]
_FIELDS = ("amount", "order_total", "unit_price", "refund_amount", "discount")


def money_columns(sample: Sample, mapping: dict[str, str]) -> list[Column]:
    """The columns of a mapping that hold money."""
    names = [mapping[field] for field in _FIELDS if field in mapping]
    return [column for column in sample.columns if column.name in names]


def decimal_sign(columns: Iterable[Column]) -> tuple[str, bool]:
    """``"."`` or ``","``, and whether the cells decide it."""
    votes: Counter[str] = Counter()
    unsure: Counter[str] = Counter()
    for column in columns:
        for cell in column.cells:
            signs = re.sub(r"[^\d.,]", "", cell).strip(".,")
            last = max(signs.rfind("."), signs.rfind(","))
            if last < 0:
                continue
            sign, tail = signs[last], signs[last + 1 :]
            other = "," if sign == "." else "."
            if signs.count(sign) > 1:
                votes[other] += 1
            elif other in signs or len(tail) != 3 or last > 3 or signs[0] == "0":
                votes[sign] += 1
            else:
                unsure[other] += 1
    if votes:
        return votes.most_common(1)[0][0], True
    if unsure["."]:
        return ".", True  # 1,234 without a point anywhere: thousands
    return (",", False) if unsure else (".", True)


def currency_of(sample: Sample, mapping: dict[str, str]) -> list[str]:
    """Currencies that the file names, the most frequent first."""
    if "currency" in mapping:
        column = sample.named(mapping["currency"])
        # The header may stand among the rows once more.
        codes = [cell.upper() for cell in column.cells if cell != column.name]
        return [code for code, _ in Counter(codes).most_common()]
    found: Counter[str] = Counter()
    dollars = 0
    for column in money_columns(sample, mapping):
        found.update(_CODE.findall(column.name.upper()))
        for cell in column.cells[:500]:
            found.update(code.upper() for code in _CODE.findall(cell))
            if not re.search(r"[^\d.,\s()'-]", cell):
                continue
            signs = [code for sign, code in SIGNS.items() if sign in cell]
            found.update(signs[:1])
            dollars += not signs and DOLLAR in cell and not _CODE.search(cell)
    if found and dollars:
        found["USD"] += dollars
    return [code for code, _ in found.most_common()]


def currency_question(named: list[str]) -> Question | None:
    """Ask where no currency, or more than one, is named."""
    if len(named) == 1:
        return None
    return Question("currency", {"named": named}, named or list(_COMMON))
