"""The currencies that a file names: in a column, in headers, beside the amounts."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from retention_core.ingest import numerals
from retention_core.ingest.coins import CODES, COUNTRIES, SHARED, SIGNS
from retention_core.ingest.model import Question

if TYPE_CHECKING:
    from collections.abc import Iterable

    from retention_core.ingest.profile import Column, Sample

_COMMON = ["EUR", "USD", "GBP"]
_FIELDS = (
    *("amount", "order_total", "unit_price", "refund_amount", "discount"),
    *("order_discount", "shipping", "tax"),
)
_HEADER_CODE = re.compile(rf"(?<![A-Za-z])({'|'.join(CODES)})(?![A-Za-z])")
_IN_BRACKETS = re.compile(
    r"[(\[（]([^)\]）]{1,8})[)\]）]|,\s*([^,\s]{1,6})$|([€£¥￥$₽₹₩])"
)
_CELLS = 500
_MOST = 0.6
_KANA = re.compile("[ぁ-ヿｦ-ﾟ円価売込払応]")
# Characters as they are written in mainland China only.
_SIMPLIFIED = re.compile("[订单买卖实额费发货创时间标题门电图际应网这们说对么个]")


def currency_of(sample: Sample, mapping: dict[str, str]) -> list[str]:
    """Currencies that the file names, the most frequent first.

    A sign that several share (``$``, ``kr``) counts where the file says whose it is.
    """
    found = _signs(sample, mapping)
    named: Counter[str] = Counter()
    for sign, times in found.items():
        named[sign if sign in SHARED else _alone(sign) or sign.upper()] += times
    codes = [code for code in named if code not in SHARED]
    for sign in [sign for sign in named if sign in SHARED]:
        code = _whose(sign, sample, mapping, codes)
        times = named.pop(sign)
        if code is None and codes:
            code = SHARED[sign][0]  # asked about anyway, beside the others
        if code is not None:
            named[code] += times
    return [code for code, _ in named.most_common()]


def shared_in(sample: Sample, mapping: dict[str, str]) -> str | None:
    """The sign beside the amounts that several currencies share, the commonest."""
    found = [
        (times, sign)
        for sign, times in _signs(sample, mapping).items()
        if _alone(sign) is None and sign in SHARED
    ]
    return max(found)[1] if found else None


def currency_question(named: list[str], shared: str | None = None) -> Question | None:
    """Ask where no currency, or more than one, is named."""
    if len(named) == 1:
        return None
    fields: dict[str, object] = {"named": named}
    if shared and not named:
        fields["sign"] = shared
    return Question(
        "currency", fields, named or list(SHARED.get(shared or "", _COMMON))
    )


def _signs(sample: Sample, mapping: dict[str, str]) -> Counter[str]:
    """Signs, words and codes for money, as they stand there, in small letters."""
    if "currency" in mapping:
        column = sample.named(mapping["currency"])
        # The header may stand among the rows once more.
        cells = [cell for cell in column.cells if cell != column.name]
        return Counter(cell.casefold().rstrip(".") for cell in cells)
    found: Counter[str] = Counter()
    names = {mapping[field] for field in _FIELDS if field in mapping}
    columns = [column for column in sample.columns if column.name in names]
    for column in columns:
        found.update(_of_cells(column))
    for column in columns:
        # What a header says, the cells below it need not say again.
        found.update(set(_of_header(column.name)) - found.keys())
    return found


def _of_cells(column: Column) -> Iterable[str]:
    for cell in column.cells[:_CELLS]:
        for word in numerals.dress(cell).split():
            if _alone(word) or word in SHARED:
                yield word


def _of_header(name: str) -> Iterable[str]:
    yield from (code.lower() for code in _HEADER_CODE.findall(name))
    for groups in _IN_BRACKETS.findall(name):
        word = "".join(groups).strip().casefold().rstrip(".")
        if _alone(word) or word in SHARED:
            yield word


def _alone(word: str) -> str | None:
    """The only currency that a word can mean."""
    if word in SHARED:
        return None
    if word.upper() in CODES:
        return word.upper()
    return SIGNS.get(word)


def _whose(
    sign: str, sample: Sample, mapping: dict[str, str], codes: list[str]
) -> str | None:
    """Whose money a shared sign is, if the rest of the file says so."""
    candidates = SHARED[sign]
    named = [code for code in codes if code in candidates]
    if len(named) == 1:
        return named[0]
    if named:
        return None
    found = _by_script(sign, sample, mapping)
    return found or _by_country(candidates, sample, mapping)


def _by_script(sign: str, sample: Sample, mapping: dict[str, str]) -> str | None:
    """Yen and yuan share signs, but not how their countries write."""
    if sign not in ("¥", "￥", "元"):
        return None
    words = [column.name for column in sample.columns]
    words += [cell for column in sample.columns for cell in column.cells[:50]]
    text = " ".join(words)
    if sign != "元" and _KANA.search(text):
        return "JPY"
    if _SIMPLIFIED.search(text):
        return "CNY"
    return None


def _by_country(
    candidates: list[str], sample: Sample, mapping: dict[str, str]
) -> str | None:
    """The money of the country that most rows name."""
    if "country" not in mapping:
        return None
    cells = sample.named(mapping["country"]).cells
    found = Counter(COUNTRIES.get(cell.casefold(), "") for cell in cells)
    code, rows = next(iter(found.most_common(1)), ("", 0))
    return code if code in candidates and rows >= _MOST * len(cells) else None
