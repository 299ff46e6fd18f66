"""Which money is the revenue, with what of tax and shipping is to be taken out."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from retention_core.ingest import per_cent, sums, totals
from retention_core.ingest.meanings import meanings, normalise
from retention_core.ingest.model import Question
from retention_core.ingest.sums import Part

if TYPE_CHECKING:
    from retention_core.ingest.evidence import Evidence, Numbers
    from retention_core.ingest.profile import Column

MONEY = ("amount", "order_total")
TAKEN_OUT = ("shipping", "tax")
_TAXED = re.compile(
    r"\b(incl?|including|inc|gross|brutto|ttc|lordo|bruto|inkl|ivato|dahil|z vat)\b"
    r"|税込|含税|含稅|с ндс|con iva|com iva|with tax|met btw"
)
_UNTAXED = re.compile(
    r"\b(ex|excl|excluding|net|netto|nett|ht|neto|exkl|ohne|hariç|bez|zonder)\b"
    r"|税抜|不含税|未稅|без ндс|sin iva|sem iva|without tax|imponibile"
)
_OF_WHICH = re.compile(
    r"\b(of which|thereof|incl|included|enthalten\w*|davon|darin|dont|waarvan|varav"
    r"|di cui|w tym|inclus[eoa]?|incluid[oa]s?|в т ч|в том числе|dahil)\b"
    r"|うち|内消費税|포함"
)
# Of the goods alone, whatever else the order costs.
_GOODS = re.compile(
    r"\b(sub ?total|subtotale|zwischensumme|warenwert|sous total|items total|"
    r"products? total|merchandise|goods)\b|小計|小计|商品合計|商品金額|商品总额|소계"
)
_ALMOST = 0.95


@dataclass
class Revenue:
    """What was settled: fields to columns, what they are of, what is still open."""

    mapping: dict[str, str]
    of_order: list[str] = field(default_factory=list)
    includes: list[str] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    confidence: float = 0.97


@dataclass(frozen=True)
class _Case:
    """The money of one sheet: candidates by level, and what they may contain."""

    evidence: Evidence
    mapping: dict[str, str]
    columns: list[Column]
    levels: dict[str, totals.Field | None]
    parts: list[Part]

    def numbers(self, name: str) -> Numbers:
        return self.evidence.numbers(self.evidence.sample.named(name))

    def has(self, name: str) -> bool:
        return name in self.mapping


def settle(evidence: Evidence, mapping: dict[str, str]) -> Revenue:
    """Settle which columns are the revenue and what is to be taken out of it."""
    case = _case(evidence, mapping)
    rest = {k: v for k, v in mapping.items() if k not in MONEY}
    if not case.columns:
        return _pieces(case, rest)
    lines = [c for c in case.columns if case.levels[c.name] != "order_total"]
    orders = [c for c in case.columns if case.levels[c.name] == "order_total"]
    if lines or "unit_price" in rest:
        found = _of_lines(case, rest, lines)
        found = _with_order(case, found, orders) if orders else found
    else:
        found = _one_of(case, rest, orders)
    _question_the_rest(case, found)
    return found


def consequences(evidence: Evidence, mapping: dict[str, str]) -> Revenue:
    """What of a mapping that was given holds for orders, and is in the money."""
    case = _case(evidence, mapping)
    found = Revenue(dict(mapping))
    _place_parts(case, found)
    name = next((mapping[f] for f in reversed(MONEY) if f in mapping), None)
    if name is not None:
        _take_out(case, found, case.numbers(name), name)
    elif "unit_price" in mapping:
        _take_out(case, found, _gross(case), mapping["unit_price"])
    found.questions = [q for q in found.questions if q.code == "includes"]
    found.mapping = mapping
    return found


def _case(evidence: Evidence, mapping: dict[str, str]) -> _Case:
    rest = {k: v for k, v in mapping.items() if k not in MONEY}
    columns = candidates(evidence, rest)
    levels = {
        column.name: totals.reading(evidence.sample, rest, column) for column in columns
    }
    signs = {"shipping": 1, "tax": 1, "discount": -1, "order_discount": -1}
    parts = [
        Part(name, sign, evidence.numbers(evidence.sample.named(mapping[name])))
        for name, sign in signs.items()
        if name in mapping
    ]
    case = _Case(evidence, mapping, columns, levels, parts)
    return replace(case, parts=[_in_money(case, part) for part in parts])


def _in_money(case: _Case, part: Part) -> Part:
    """A discount in per cent as the money that it comes to."""
    share, gross = _share(case, part.name), _gross(case)
    if share is None or gross is None:
        return part
    cells = [
        None if a is None else round(a * abs(b or 0.0) * share, 2)
        for a, b in zip(gross, part.cells, strict=True)
    ]
    return replace(part, cells=cells)


def _share(case: _Case, name: str) -> float | None:
    if name not in ("discount", "order_discount"):
        return None
    column = case.evidence.sample.named(case.mapping[name])
    return per_cent.factor(case.evidence, column)


def candidates(evidence: Evidence, rest: dict[str, str]) -> list[Column]:
    """Money columns by their names, the likelier first; equal ones and balances not."""
    taken = set(rest.values())
    scored = []
    for column in evidence.sample.columns:
        if column.name in taken or column.number < 0.3 or column.date >= 0.6:
            continue
        fields = meanings(column.name)
        strength = max(fields.get(each, 0.0) for each in MONEY)
        if strength >= 0.55:
            scored.append((strength, column))
    scored.sort(key=lambda pair: (-pair[0], pair[1].index))
    ordered = [column for _, column in scored]
    found: list[Column] = []
    for column in ordered:
        same = any(column.cells == other.cells for other in found)
        if not same and not evidence.is_running(column, ordered):
            found.append(column)
    return _without_payouts(evidence, found)


def _without_payouts(evidence: Evidence, found: list[Column]) -> list[Column]:
    """Leave out what is another candidate less a fee: that is paid out, not revenue."""
    fees = [
        column
        for column in evidence.sample.columns
        if column.number >= 0.6 and is_fee(column.name)
    ]
    out = set()
    for fee in fees:
        cells = evidence.numbers(fee)
        if not any(cells):
            continue
        for less in found:
            for more in found:
                added = [
                    None if a is None else a + abs(b or 0.0)
                    for a, b in zip(evidence.numbers(less), cells, strict=True)
                ]
                if less is not more and sums.equal(evidence.numbers(more), added):
                    out.add(less.name)
    return [column for column in found if column.name not in out]


def is_fee(name: str) -> bool:
    """Whether a header names what a system keeps for itself."""
    words = normalise(name)
    return bool(
        re.search(
            r"\b(fees?|commissions?|gebühr(en)?|provision|frais|comis(ión|são)|tarifas?|"
            r"commissioni?|комиссия|prowizja|komisyon|avgift|gebyr|kosten)\b"
            r"|手数料|手续费|手續費|佣金|수수료|服务费",
            words,
        )
    )


def _pieces(case: _Case, rest: dict[str, str]) -> Revenue:
    """Quantity × price, less the discount of the line."""
    if "unit_price" not in rest:
        return Revenue(rest, confidence=0.0)
    found = Revenue(dict(rest))
    _place_parts(case, found)
    _take_out(case, found, _gross(case), case.mapping["unit_price"])
    return found


def _gross(case: _Case) -> Numbers | None:
    if not case.has("unit_price"):
        return None
    price = case.numbers(case.mapping["unit_price"])
    if not case.has("quantity"):
        return price
    return sums.product(case.numbers(case.mapping["quantity"]), price)


def _of_lines(case: _Case, rest: dict[str, str], lines: list[Column]) -> Revenue:
    """The amount of a line: what the pieces cost, less its discount."""
    gross = _gross(case)
    if not lines:
        return _pieces(case, rest)
    off = [part for part in case.parts if part.sign < 0]
    plain = None
    for column in lines if gross is not None else []:
        parts = sums.explained(case.numbers(column.name), gross or [], case.parts)
        if parts is None:
            continue
        if any(part.sign < 0 for part in parts) or not any(p.speaks for p in off):
            return _chosen(case, rest, column, [p.name for p in parts if p.sign > 0])
        plain = plain or column
    if plain is not None:
        # Before the discount: pieces, price and discount say more than the amount.
        others = [column for column in lines if column is not plain]
        net = next((c for c in others if _less(case, plain, c, off)), None)
        return _chosen(case, rest, net, []) if net else _pieces(case, rest)
    if len(lines) == 1:
        return _only(case, rest, lines[0], gross)
    return _one_of(case, rest, lines)


def _less(case: _Case, more: Column, less: Column, off: list[Part]) -> bool:
    parts = sums.explained(case.numbers(less.name), case.numbers(more.name), off)
    return bool(parts)


def _only(
    case: _Case, rest: dict[str, str], column: Column, gross: Numbers | None
) -> Revenue:
    found = _chosen(case, rest, column, [])
    if gross is not None and "quantity" in rest and column.unique <= 0.05:
        found.confidence = 0.7
    return found


def _chosen(
    case: _Case, rest: dict[str, str], column: Column, includes: list[str]
) -> Revenue:
    """Take one column as the money, of the line or of the order."""
    level = case.levels[column.name]
    found = Revenue(dict(rest))
    if level is None:
        asked = totals.question(case.evidence.sample, rest, column)
        found.questions.append(asked)
        level = asked.choices[0]
    found.mapping[level] = column.name
    _place_parts(case, found)
    for name in includes:
        if name in TAKEN_OUT:
            found.includes.append(name)
    _take_out(case, found, case.numbers(column.name), column.name)
    return found


def _one_of(case: _Case, rest: dict[str, str], found: list[Column]) -> Revenue:
    """The one of several that is proven net; else the likeliest, and a question."""
    if len(found) == 1:
        return _chosen(case, rest, found[0], [])
    proven = _proven(case, found)
    if proven is not None:
        return _chosen(case, rest, proven[0], proven[1])
    nets = [column for column in found if _UNTAXED.search(_raw(column.name))]
    best = (nets or found)[0]
    settled = _chosen(case, rest, best, [])
    fees = any(is_fee(column.name) for column in case.evidence.sample.columns)
    if not nets or fees:
        levels = {each.name: case.levels[each.name] or "amount" for each in found}
        settled.questions = [
            Question("amount_column", {"fields": levels}, list(levels))
        ]
    return settled


def _proven(case: _Case, found: list[Column]) -> tuple[Column, list[str]] | None:
    """A candidate that, with shipping, tax and discount, makes another."""
    best: tuple[int, Column, list[str]] | None = None
    for whole in found:
        for base in found:
            if base is whole:
                continue
            parts = sums.explained(
                case.numbers(whole.name), case.numbers(base.name), case.parts
            )
            if parts is None or not parts:
                continue
            added = [part.name for part in parts if part.sign > 0]
            less = any(part.sign < 0 for part in parts)
            # With a discount between them the first is after it.
            chosen = (whole, added) if less else (base, [])
            if best is None or len(parts) > best[0]:
                best = (len(parts), *chosen)
    return None if best is None else best[1:]


def _raw(name: str) -> str:
    return " ".join(re.sub(r"[^\w]+|_+", " ", name).casefold().split())


def _place_parts(case: _Case, found: Revenue) -> None:
    """Say which fields hold for the whole order, and what a discount is of."""
    sample = case.evidence.sample
    rows_are_lines = _several_rows(case)
    if not rows_are_lines:
        _order_discount(case, found)
        return
    for name in ("shipping", "tax", "discount", "refund_amount"):
        if name not in found.mapping or _share(case, name) is not None:
            continue
        rest = {k: v for k, v in case.mapping.items() if k not in (*MONEY, name)}
        column = sample.named(found.mapping[name])
        if _of_order(case, rest, column):
            found.of_order.append(name)
    if "order_total" in found.mapping:
        found.of_order.append("order_total")
    _order_discount(case, found)


def _of_order(case: _Case, rest: dict[str, str], column: Column) -> bool:
    """Whether it stands once an order, or is the same on all its lines."""
    if totals.reading(case.evidence.sample, rest, column) == "order_total":
        return True
    cells = case.evidence.numbers(column)
    number = case.evidence.sample.named(case.mapping["order_id"])
    seen: dict[tuple[str, str], list[float]] = {}
    for key, cell in zip(case.evidence.keys(number), cells, strict=True):
        if key is not None:
            seen.setdefault(key, []).append(cell or 0.0)
    several = [each for each in seen.values() if len(each) > 1 and any(each)]
    if len(several) < (1 if _order_level(case) else 2):
        return False
    same = sum(len(set(each)) == 1 for each in several)
    first = sum(bool(each[0]) and not any(each[1:]) for each in several)
    return max(same, first) >= _ALMOST * len(several)


def _order_level(case: _Case) -> bool:
    """Whether the money itself is of the order."""
    return any(level == "order_total" for level in case.levels.values())


def _several_rows(case: _Case) -> bool:
    if "order_id" not in case.mapping:
        return False
    number = case.evidence.sample.named(case.mapping["order_id"])
    return number.unique < 1.0 or number.filled < 1.0


def _order_discount(case: _Case, found: Revenue) -> None:
    """A discount of the whole order is none of a line."""
    if "discount" in found.of_order:
        found.of_order.remove("discount")
        column = found.mapping.pop("discount")
        found.mapping.setdefault("order_discount", column)
    if "order_discount" in found.mapping and _several_rows(case):
        found.of_order.append("order_discount")


def _take_out(case: _Case, found: Revenue, whole: Numbers | None, name: str) -> None:
    """Judge what the money still contains: by rates, by words, by steady prices."""
    if whole is None:
        return
    for part in case.parts:
        if not part.speaks or part.name in found.includes:
            continue
        if part.sign < 0:
            if name != case.mapping.get("unit_price"):
                _take_off(case, found, part, whole, name)
            continue
        inside = _inside(case, part, whole, name)
        if inside:
            found.includes.append(part.name)
        elif inside is None:
            _ask_includes(case, found, part, name)


def _take_off(
    case: _Case, found: Revenue, part: Part, whole: Numbers, name: str
) -> None:
    """Ask whether a discount is still in the money where no sum says that it is not."""
    for base in _bases(case, name):
        parts = sums.explained(whole, base, case.parts)
        if any(each.name == part.name for each in parts or []):
            return
    for column in case.columns:
        parts = sums.explained(case.numbers(column.name), whole, case.parts)
        if any(each.name == part.name for each in parts or []):
            found.includes.append(_held(found, part))
            return
    if _off_by_price(case, part, whole):
        return
    _ask_includes(case, found, part, name)


def _held(found: Revenue, part: Part) -> str:
    """The field that the discount ended as: of the line, or of the order."""
    return part.name if part.name in found.mapping else "order_discount"


def _off_by_price(case: _Case, part: Part, whole: Numbers) -> bool:
    """Whether the price of a piece is the usual one once the discount is added back."""
    thing = case.mapping.get("product") or case.mapping.get("sku")
    if thing is None:
        return False
    index = case.evidence.sample.named(thing).index
    things = [row[index] for row in case.evidence.sample.rows]
    pieces: Numbers = [1.0] * len(things)
    if case.has("quantity"):
        pieces = case.numbers(case.mapping["quantity"])
    added = [
        None if a is None else a + abs(b or 0.0)
        for a, b in zip(whole, part.cells, strict=True)
    ]
    back, plain = (sums.steady(each, pieces, things) for each in (added, whole))
    return back > plain + 0.02 and back >= 0.9


def _inside(case: _Case, part: Part, whole: Numbers, name: str) -> bool | None:
    """Whether the money contains the part; ``None`` where nothing says so."""
    for found in (
        _by_sums(case, part, whole, name),
        _steadier(case, part, whole),
        _rate(part, whole),
    ):
        if found is not None:
            return found
    return _by_words(case, part, name)


def _by_sums(case: _Case, part: Part, whole: Numbers, name: str) -> bool | None:
    """By another column that is more, or less, by the part."""

    def with_part(larger: Numbers, smaller: Numbers) -> bool:
        parts = sums.explained(larger, smaller, case.parts)
        return any(each.name == part.name for each in parts or [])

    if any(with_part(whole, base) for base in _bases(case, name)):
        return True
    others = (case.numbers(c.name) for c in case.columns if c.name != name)
    return False if any(with_part(other, whole) for other in others) else None


def _by_words(case: _Case, part: Part, name: str) -> bool | None:
    if _OF_WHICH.search(_raw(case.mapping[part.name])):
        return True
    if part.name == "shipping" and _GOODS.search(_raw(name)):
        return False
    if part.name != "tax":
        return None
    words = _raw(name)
    if _TAXED.search(words):
        return True
    return False if _UNTAXED.search(words) else None


def _rate(part: Part, whole: Numbers) -> bool | None:
    return sums.taxed(whole, part.cells) if part.name == "tax" else None


def _bases(case: _Case, name: str) -> list[Numbers]:
    gross = _gross(case)
    own = [case.numbers(c.name) for c in case.columns if c.name != name]
    use = gross is not None and name != case.mapping.get("unit_price")
    return [*([gross] if use and gross else []), *own]


def _steadier(case: _Case, part: Part, whole: Numbers) -> bool | None:
    """By the price of a piece, which is the usual one with or without the part."""
    thing = case.mapping.get("product") or case.mapping.get("sku")
    if thing is None:
        return None
    index = case.evidence.sample.named(thing).index
    things = [row[index] for row in case.evidence.sample.rows]
    pieces: Numbers = [1.0] * len(things)
    if case.has("quantity"):
        pieces = case.numbers(case.mapping["quantity"])
    without = [
        None if a is None else a - abs(b or 0.0)
        for a, b in zip(whole, part.cells, strict=True)
    ]
    with_it, less = (sums.steady(each, pieces, things) for each in (whole, without))
    if part.name == "tax" or abs(with_it - less) < 0.3:
        return None
    return less > with_it


def _ask_includes(case: _Case, found: Revenue, part: Part, name: str) -> None:
    """Ask once whether the money contains shipping, tax, or both."""
    asked = next((q for q in found.questions if q.code == "includes"), None)
    parts = dict(asked.fields["parts"]) if asked else {}
    parts[_held(found, part)] = case.mapping[part.name]
    rest = [q for q in found.questions if q is not asked]
    examples = {
        each: case.evidence.sample.named(each).examples
        for each in (name, *parts.values())
    }
    fields = {"column": name, "parts": parts, "examples": examples}
    found.questions = [*rest, Question("includes", fields, [True, False])]


def _with_order(case: _Case, found: Revenue, orders: list[Column]) -> Revenue:
    """Take the total of the order beside the lines where it says more than they do."""
    weights = _weights(case, found)
    if weights is None or "order_id" not in case.mapping:
        return found
    for column in orders:
        whole, per_order, parts = _by_order(case, column, weights)
        explained = sums.explained(whole, per_order, parts)
        if explained is None:
            continue
        added = [part.name for part in explained if part.sign > 0]
        less = any(part.sign < 0 for part in explained)
        if not explained:
            return found  # the total says what the lines say
        if not less and not found.includes and not found.questions:
            return found
        found.mapping["order_total"] = column.name
        found.questions = [q for q in found.questions if q.code != "includes"]
        for name in dict.fromkeys(["order_total", *added]):
            if name not in found.of_order:
                found.of_order.append(name)
        found.includes = list(dict.fromkeys([*added, *found.includes]))
        return found
    return found


def _question_the_rest(case: _Case, found: Revenue) -> None:
    """Ask where another column of money cannot be worked out of what was taken."""
    if any(q.code == "amount_column" for q in found.questions):
        return
    name = next((found.mapping[f] for f in reversed(MONEY) if f in found.mapping), None)
    others = [c for c in case.columns if c.name != name and _weighty(case, c)]
    odd = [c for c in others if not _follows(case, found, c, name)]
    if not odd:
        return
    if name is None:
        examples = {column.name: column.examples for column in odd}
        fields = {"field": "order_total", "examples": examples, "why": "unexplained"}
        choices = [None, *(column.name for column in odd)]
        found.questions.append(Question("column", fields, choices))
        return
    levels = {name: case.levels.get(name) or "amount"}
    levels |= {column.name: case.levels[column.name] or "amount" for column in odd}
    found.questions = [
        *(q for q in found.questions if q.code != "includes"),
        Question("amount_column", {"fields": levels}, list(levels)),
    ]


def _weighty(case: _Case, column: Column) -> bool:
    """Whether its cells say more than nought in a few rows."""
    return sum(bool(cell) for cell in case.numbers(column.name)) >= 2


def _follows(case: _Case, found: Revenue, other: Column, name: str | None) -> bool:
    """Whether another column comes to what was taken, with shipping, tax, discount."""
    theirs = case.numbers(other.name)
    if name is not None:
        mine = case.numbers(name)
        if sums.explained(theirs, mine, case.parts) is not None:
            return True
        if sums.explained(mine, theirs, case.parts) is not None:
            return True
    weights = _weights(case, found)
    if weights is None or "order_id" not in case.mapping:
        return weights is not None and _same(case, theirs, weights)
    whole, per_order, parts = _by_order(case, other, weights)
    return sums.explained(whole, per_order, parts) is not None or _same(
        case, theirs, weights
    )


def _same(case: _Case, theirs: Numbers, weights: Numbers) -> bool:
    return sums.explained(theirs, weights, case.parts) is not None


def _weights(case: _Case, found: Revenue) -> Numbers | None:
    if "amount" in found.mapping:
        return case.numbers(found.mapping["amount"])
    gross = _gross(case)
    if gross is None or "discount" not in found.mapping:
        return gross
    off = next(
        (part.cells for part in case.parts if part.name == "discount"),
        case.numbers(found.mapping["discount"]),
    )
    return [
        None if a is None else a - abs(b or 0.0)
        for a, b in zip(gross, off, strict=True)
    ]


def _by_order(
    case: _Case, total: Column, weights: Numbers
) -> tuple[Numbers, Numbers, list[Part]]:
    """The total, the sum of the lines and each part, an order each."""
    sample = case.evidence.sample
    keys = case.evidence.keys(sample.named(case.mapping["order_id"]))
    rows: dict[tuple[str, str], list[int]] = {}
    for place, key in enumerate(keys[: sample.near]):
        if key is not None:
            rows.setdefault(key, []).append(place)
    orders = list(rows.values())
    whole = case.numbers(total.name)

    def largest(cells: Numbers, places: list[int]) -> float | None:
        found = [cells[i] for i in places if cells[i] is not None]
        return max(found, key=abs, default=None)  # type: ignore[arg-type]

    summed: Numbers = [sum(weights[i] or 0.0 for i in places) for places in orders]
    parts = []
    for part in case.parts:
        once: Numbers = [largest(part.cells, places) for places in orders]
        every: Numbers = [sum(part.cells[i] or 0.0 for i in p) for p in orders]
        parts.append(Part(part.name, part.sign, once))
        if every != once:
            parts.append(Part(part.name, part.sign, every))
    return [largest(whole, places) for places in orders], summed, parts
