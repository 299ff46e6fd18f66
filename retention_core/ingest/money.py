"""Which column is the revenue, and how its numbers and currency are written."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from retention_core.ingest import totals
from retention_core.ingest.headers import meanings, normalise
from retention_core.ingest.model import Question
from retention_core.ingest.totals import value

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


def choose_amount(
    sample: Sample, mapping: dict[str, str]
) -> tuple[dict[str, str], list[Question]]:
    """Settle which column is the revenue, and of what; ask where that is open.

    A column that is quantity × price is the line's; one that is the same on every line
    of an order is the order's; net goes before gross.
    """
    candidates = _candidates(sample, mapping)
    without = {k: v for k, v in mapping.items() if k not in ("amount", "order_total")}
    if not candidates:
        return without, []
    readings = [totals.reading(sample, without, column) for column in candidates]
    if {"quantity", "unit_price"} <= mapping.keys():
        lines = [c for c in candidates if _is_product(sample, mapping, c)]
        if lines:
            return without | {"amount": lines[0].name}, []
        per_order = [
            column
            for column, read in zip(candidates, readings, strict=True)
            if read != "amount"
        ]
        if per_order:
            return without | {"order_total": per_order[0].name}, []
    nets = [c for c in candidates if "net" in normalise(c.name).split()]
    best = (nets or candidates)[0]
    questions = []
    if not nets and not _settled(sample, mapping, candidates):
        fields = {
            column.name: read or "amount"
            for column, read in zip(candidates, readings, strict=True)
        }
        questions.append(Question("amount_column", {"fields": fields}, list(fields)))
    field = readings[candidates.index(best)]
    if field is None:
        asked = totals.question(sample, without, best)
        questions.append(asked)
        field = asked.choices[0]
    return without | {field: best.name}, questions


def _candidates(sample: Sample, mapping: dict[str, str]) -> list[Column]:
    """Money columns by their names, the likelier first, equal ones once."""
    taken = {v for k, v in mapping.items() if k not in ("amount", "order_total")}
    scored = []
    for column in sample.columns:
        fields = meanings(column.name)
        strength = max(fields.get("amount", 0.0), fields.get("order_total", 0.0))
        ready = column.number >= 0.3 and column.date < 0.6 and column.name not in taken
        if strength >= 0.55 and ready:
            scored.append((strength, column))
    scored.sort(key=lambda pair: (-pair[0], pair[1].index))
    found: list[Column] = []
    for _, column in scored:
        if all(column.cells != other.cells for other in found):
            found.append(column)
    return found


def _is_product(sample: Sample, mapping: dict[str, str], total: Column) -> bool:
    """Quantity × price, or less by a discount, on four rows in five."""
    quantity = sample.named(mapping["quantity"]).index
    price = sample.named(mapping["unit_price"]).index
    several = agreed = 0
    for row in sample.rows[:1000]:
        count, each, whole = (value(row, i) for i in (quantity, price, total.index))
        if count is None or each is None or whole is None:
            continue
        several += 1
        agreed += abs(count * each - whole) <= max(0.02, 0.01 * abs(whole))
    if several and agreed >= 0.8 * several:
        return True
    discounted = "discount" in mapping and total.unique > 0.05
    return discounted and totals.reading(sample, mapping, total) == "amount"


def _settled(sample: Sample, mapping: dict[str, str], candidates: list[Column]) -> bool:
    """One, or the first plus shipping and tax is the second: then it is the net."""
    if len(candidates) == 1:
        return True
    first, second = candidates[:2]
    extra = [
        sample.named(mapping[field]).index
        for field in ("shipping", "tax")
        if field in mapping
    ]
    if not extra or len(candidates) > 2:
        return False
    agreed = 0
    for row in sample.rows[:500]:
        net, gross = value(row, first.index) or 0.0, value(row, second.index) or 0.0
        added = sum(value(row, index) or 0.0 for index in extra)
        agreed += abs(net + added - gross) <= 0.02
    return agreed >= 0.8 * min(len(sample.rows), 500)
