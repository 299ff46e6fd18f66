"""What each column of a sheet of orders is: by its name, borne out by its cells."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from retention_core.ingest import (
    blind,
    fits,
    headings,
    hundredths,
    people,
    per_cent,
    revenue,
    states,
    sums,
)
from retention_core.ingest.evidence import Evidence, like_people
from retention_core.ingest.mapping import ORDERS, Offer, offers, take
from retention_core.ingest.meanings import EXACT, denied, meanings, normalise
from retention_core.ingest.model import Question

if TYPE_CHECKING:
    from retention_core.ingest.profile import Column, Sample

SURE = 0.75  # below that a field that matters is asked about
KNOWN = 0.55  # a name as good as this needs no look at the values
AT_MOST = 3
_EXAMPLES = 3
_ORDER_OF_ASKING = (
    *("customer_id", "ordered_at", "amount", "unit_price", "order_total", "order_id"),
    "product",
)
_CANONICAL = 0.9
_LISTED = 8
# A word for a number of anything: of the row, where it counts the rows.
_WHOLESALE = re.compile(
    r"\b(wholesale|trade price|händlerpreis|grosshandel\w*|großhandel\w*|prix de gros"
    r"|mayorista|al por mayor|atacado|ingrosso|опт\w*|hurt\w*|toptan|groothandel\w*)\b"
    r"|卸|批发价|批發價|도매"
)
_BARE = {"no", "nr", "num", "number", "id", "номер", "n", "lp", "番号", "번호", "编号"}


@dataclass
class Choice:
    """Fields to columns, how sure each is, and what has to be asked."""

    mapping: dict[str, str]
    confidence: dict[str, float] = field(default_factory=dict)
    questions: list[Question] = field(default_factory=list)
    of_order: list[str] = field(default_factory=list)
    includes: list[str] = field(default_factory=list)
    per_cent: dict[str, float] = field(default_factory=dict)
    together: dict[str, list[str]] = field(default_factory=dict)
    groups: dict[str, Any] = field(default_factory=dict)
    cents: list[str] = field(default_factory=list)


def names(sample: Sample) -> dict[str, str]:
    """What the names say, before the money and the customer are judged."""
    evidence = Evidence(sample)
    return _named(evidence)[0]


def _named(evidence: Evidence) -> tuple[dict[str, str], dict[str, float]]:
    sample = evidence.sample
    offered = offers(sample, ORDERS)
    priced = any(each.field == "unit_price" for each in offered)
    kept = [each for each in offered if _borne_out(evidence, each, priced=priced)]
    found = take(kept)
    strengths = {
        offer.field: offer.strength
        for offer in reversed(kept)
        if found.get(offer.field) == offer.column.name
    }
    return found, strengths


def _borne_out(evidence: Evidence, offer: Offer, *, priced: bool) -> bool:
    """Whether the behaviour of a column, not its cells alone, allows the field."""
    column = offer.column
    if offer.field == "order_id":
        bare = offer.strength < _CANONICAL or normalise(column.name) in _BARE
        return not (bare and evidence.is_counter(column))
    if offer.field == "tax" and column.number > 0.9:
        share = per_cent.factor(evidence, column)
        return share is None and not _is_rate(evidence, column)
    if offer.field in ("discount", "order_discount"):
        if per_cent.factor(evidence, column) is not None:
            return priced and offer.field == "discount"
        return not _is_rate(evidence, column)
    return True


def _is_rate(evidence: Evidence, column: Column) -> bool:
    """Per cents: a few small numbers, or numbers under a name that says so."""
    if "%" in column.name or "percent" in normalise(column.name):
        return True
    if any(cell.rstrip().endswith("%") for cell in column.cells[:20]):
        return False
    values = {value for value in evidence.numbers(column) if value}
    usual = {5, 5.5, 6, 7, 7.7, 8, 8.1, 9, 10, 12, 13, 16, 18, 19, 20, 21, 22, 23, 25}
    usual |= {each / 100 for each in usual}
    return (
        bool(values)
        and len(column.cells) >= 8
        and values <= usual
        and (meanings(column.name).get("tax", 0.0) > 0 and len(values) <= 3)
    )


def orders(sample: Sample) -> Choice:
    """Choose for a sheet of orders."""
    evidence = Evidence(sample)
    mapping, strengths = _named(evidence)
    choice = Choice(mapping)
    _date(evidence, choice, strengths)
    evidence.day = _column(sample, mapping, "ordered_at")
    _number(evidence, choice, strengths)
    _product(evidence, choice, strengths)
    _customer(evidence, choice, strengths)
    _headings(evidence, choice)
    _kinds(evidence, choice)
    _money(evidence, choice)
    for name in choice.mapping:
        choice.confidence.setdefault(name, strengths.get(name, 0.6))
    choice.questions = _most_important(choice.questions)
    choice.per_cent = _per_cent(evidence, choice.mapping)
    choice.cents = hundredths.of(sample, choice.mapping)
    return choice


def _per_cent(evidence: Evidence, mapping: dict[str, str]) -> dict[str, float]:
    """The discount where it is a share of the price, with its factor."""
    if not {"discount", "unit_price"} <= mapping.keys():
        return {}
    share = per_cent.factor(evidence, evidence.sample.named(mapping["discount"]))
    return {} if share is None else {"discount": share}


def given(sample: Sample, mapping: dict[str, str], before: Choice) -> Choice:
    """What follows from a mapping that the user gave."""
    evidence = Evidence(sample, _column(sample, mapping, "ordered_at"))
    settled = revenue.consequences(evidence, mapping)
    beside = states.beside(sample, mapping)
    asked = states.question(*beside)
    settled.questions += [asked] if asked else []
    sure = {
        name: before.confidence.get(name, 1.0)
        if before.mapping.get(name) == column
        else 1.0
        for name, column in mapping.items()
    }
    return Choice(
        mapping,
        sure,
        settled.questions,
        settled.of_order,
        settled.includes,
        _per_cent(evidence, mapping),
        _given_together(sample, mapping, beside),
        _given_groups(evidence, mapping),
        hundredths.of(sample, mapping),
    )


def _given_together(
    sample: Sample, mapping: dict[str, str], states_: list[Column]
) -> dict[str, list[str]]:
    """The fields that several columns make up."""
    found = {}
    if len(states_) > 1:
        found["status"] = [each.name for each in states_]
    names = people.two_names(sample)
    for name in ("customer_id", "customer_name"):
        if names and mapping.get(name) == names[0]:
            found[name] = names
    return found


def _given_groups(evidence: Evidence, mapping: dict[str, str]) -> dict[str, Any]:
    """The headings of groups, as customers where the user says so."""
    found = headings.column(evidence.sample, evidence.day)
    if found is None:
        return {}
    of_people = mapping.get("customer_id") == found.name
    return headings.rule(found, "customer_id" if of_people else "category")


def answered(found: Choice, *, includes: bool | None) -> Choice:
    """Take out of the money what the user says that it contains."""
    asked = [question for question in found.questions if question.code == "includes"]
    if includes is None or not asked:
        return found
    rest = [question for question in found.questions if question not in asked]
    parts = [part for each in asked for part in each.fields["parts"] if includes]
    return replace(found, questions=rest, includes=[*found.includes, *parts])


def _column(sample: Sample, mapping: dict[str, str], name: str) -> Column | None:
    return sample.named(mapping[name]) if name in mapping else None


def _most_important(questions: list[Question]) -> list[Question]:
    columns = [each for each in questions if each.code == "column"]
    columns.sort(key=lambda each: _ORDER_OF_ASKING.index(each.fields["field"]))
    return [*columns[:AT_MOST], *(each for each in questions if each.code != "column")]


def _date(evidence: Evidence, choice: Choice, strengths: dict[str, float]) -> None:
    """The day of the order: of several dates the named one, or the only one."""
    dated = [c for c in evidence.sample.columns if c.date >= 0.6 or _serial_date(c)]
    dated = [c for c in dated if c.filled > 0.2]
    named = choice.mapping.get("ordered_at")
    strength = strengths.get("ordered_at", 0.0)
    open_ = [c for c in dated if not denied(normalise(c.name), "date")]
    if named is not None and strength >= KNOWN:
        rivals = [c for c in open_ if c.name != named and _rival(c, strength)]
        choice.confidence["ordered_at"] = 0.97 if not rivals else 0.6
        if rivals and strength < _CANONICAL and _differ(evidence, named, rivals):
            _ask(
                choice, "ordered_at", [evidence.sample.named(named), *rivals], "rivals"
            )
        return
    if not dated:
        return
    best = open_ or dated
    best.sort(key=lambda c: (-meanings(c.name).get("ordered_at", 0.0), c.index))
    choice.mapping["ordered_at"] = best[0].name
    sure = len(best) == 1 and bool(open_)
    choice.confidence["ordered_at"] = 0.9 if sure else 0.5
    if not sure:
        _ask(choice, "ordered_at", best, "by_values" if open_ else "another_date")


def _serial_date(column: Column) -> bool:
    """Days of a spreadsheet with a time, or seconds since 1970."""
    if not fits.is_serial(column):
        return False
    return "." in "".join(column.cells[:20]) or min(map(len, column.cells[:200])) >= 9


def _rival(column: Column, strength: float) -> bool:
    told = meanings(column.name)
    other = told.get("ordered_at", 0.0)
    elsewhere = max((v for k, v in told.items() if k != "ordered_at"), default=0.0)
    return other >= strength - 0.1 and other >= KNOWN and elsewhere < EXACT


def _differ(evidence: Evidence, named: str, rivals: list[Column]) -> bool:
    mine = evidence.sample.named(named).index
    for rival in rivals:
        pairs = [(r[mine], r[rival.index]) for r in evidence.sample.rows]
        both = [(a[:10], b[:10]) for a, b in pairs if a and b]
        if sum(a != b for a, b in both) > 0.02 * len(both):
            return True
    return False


def _number(evidence: Evidence, choice: Choice, strengths: dict[str, float]) -> None:
    """The number of the order: not one of its payment, its parcel or its line."""
    sample = evidence.sample
    _fuller(evidence, choice, strengths)
    named = choice.mapping.get("order_id")
    if named is not None and strengths.get("order_id", 0.0) >= KNOWN:
        choice.confidence["order_id"] = 0.97
        column = sample.named(named)
        if _unnumbered(evidence, column):
            choice.confidence["order_id"] = 0.6
            taken = set(choice.mapping.values()) - {named}
            others = blind.numbers_of_orders(evidence, taken, evidence.day)
            _ask(choice, "order_id", [column, *others], "gaps")
        return
    choice.mapping.pop("order_id", None)
    taken = set(choice.mapping.values())
    day = _column(sample, choice.mapping, "ordered_at")
    found = blind.numbers_of_orders(evidence, taken, day)
    if not found:
        return
    choice.mapping["order_id"] = found[0].name
    _fuller(evidence, choice, strengths)
    first = sample.named(choice.mapping["order_id"])
    clear = first not in found or (len(found) == 1 and first.unique < 0.98)
    choice.confidence["order_id"] = 0.85 if clear else 0.6
    if not clear and evidence.together(first) > 0.02:
        _ask(choice, "order_id", found, "by_values")


def _fuller(evidence: Evidence, choice: Choice, strengths: dict[str, float]) -> None:
    """Of two numbers that go together, the one that stands on all rows of an order."""
    named = choice.mapping.get("order_id")
    if named is None or not _unnumbered(evidence, evidence.sample.named(named)):
        return
    others = blind.fuller(
        evidence, evidence.sample.named(named), set(choice.mapping.values())
    )
    if len(others) == 1:
        choice.mapping["order_id"] = others[0].name
        strengths["order_id"] = EXACT


def _unnumbered(evidence: Evidence, number: Column) -> bool:
    """Whether rows with a day of their own lack the number, not just one or two."""
    if evidence.day is None:
        return False
    dated = [row for row in evidence.sample.rows if row[evidence.day.index]]
    without = sum(row[number.index] is None for row in dated)
    return without > 0.05 * len(dated)


def _customer(evidence: Evidence, choice: Choice, strengths: dict[str, float]) -> None:
    found, sure, why = people.choose(evidence, choice.mapping, strengths)
    names = people.two_names(evidence.sample)
    if names and (not found or sure < SURE) and not _keyed(found, names):
        found = dict.fromkeys(("customer_id", "customer_name"), names[0])
        choice.together |= dict.fromkeys(found, names)
        sure, why = 0.8, None
    for name in people.LADDER:
        choice.mapping.pop(name, None)
    choice.mapping |= found
    key = next((f for f in people.LADDER if f in found), None)
    if key:
        choice.confidence[key] = sure
    twins = _twins(evidence, found.get(key or "", ""))
    if sure >= SURE and not twins:
        if not found and "order_id" not in choice.mapping:
            _nothing(evidence, choice)
        return
    if twins:
        why = "twins"
        choice.confidence[key or "customer_id"] = 0.5
    order = _column(evidence.sample, choice.mapping, "order_id")
    named = [evidence.sample.named(column) for column in found.values()]
    named += twins
    others = people.unnamed(evidence, set(choice.mapping.values()), order)
    _ask(choice, "customer_id", [*named, *others], why or "weak_name")


def _headings(evidence: Evidence, choice: Choice) -> None:
    """Customers that stand above their rows."""
    found = headings.column(evidence.sample, evidence.day)
    if found is None:
        return
    field_ = "category"
    if headings.may_be_customers(choice.mapping, found):
        field_ = "customer_id"
        for name in people.LADDER:
            choice.mapping.pop(name, None)
        choice.mapping["customer_id"] = found.name
        sure = headings.is_sure(found)
        choice.confidence["customer_id"] = 0.8 if sure else 0.5
        choice.questions = [q for q in choice.questions if not _of_customer(q)]
        if not sure:
            _ask(choice, "customer_id", [found], "by_values")
    choice.groups = headings.rule(found, field_)


def _of_customer(question: Question) -> bool:
    return question.fields.get("field") == "customer_id"


def _keyed(found: dict[str, str], names: list[str]) -> bool:
    """Whether something other than a part of the name may say who bought."""
    keys = {found[field] for field in people.LADDER if field in found}
    return bool(keys - set(names))


def _twins(evidence: Evidence, name: str) -> list[Column]:
    """Other columns with the very same header and other cells."""
    if not name:
        return []
    mine = evidence.sample.named(name)
    bare = re.sub(r" \(\d+\)$", "", name)
    return [
        column
        for column in evidence.sample.columns
        if column is not mine
        and re.sub(r" \(\d+\)$", "", column.name) == bare
        and column.cells
        and column.cells != mine.cells
        and like_people(column)
    ]


def _nothing(evidence: Evidence, choice: Choice) -> None:
    """Neither who bought nor a number: rows may be sums of days, not orders."""
    taken = set(choice.mapping.values())
    rest = [c for c in evidence.sample.columns if c.name not in taken and c.cells]
    _ask(choice, "order_id", rest, "none")
    asked = choice.questions[-1]
    choice.questions[-1] = replace(asked, choices=[None, *asked.choices[:-1]])


def _product(evidence: Evidence, choice: Choice, strengths: dict[str, float]) -> None:
    """What was sold: asked only where two columns could be it."""
    if "product" in choice.mapping or "sku" in choice.mapping:
        choice.confidence.setdefault("product", strengths.get("product", 0.9))
        if strengths.get("product", 1.0) >= KNOWN:
            return
        choice.mapping.pop("product", None)
    taken = set(choice.mapping.values())
    order = _column(evidence.sample, choice.mapping, "order_id")
    found = blind.products(evidence, taken, order)
    if len(found) == 1:
        choice.mapping["product"] = found[0].name
        choice.confidence["product"] = 0.7


def _kinds(evidence: Evidence, choice: Choice) -> None:
    """Columns of type words, of currencies, are such whatever they are called."""
    taken = set(choice.mapping.values())
    if "status" not in choice.mapping:
        found = states.unnamed(evidence.sample, taken)
        if found is not None:
            choice.mapping["status"] = found.name
            choice.confidence["status"] = 0.8
    if "currency" not in choice.mapping:
        coded = blind.currency(evidence, taken)
        if coded is not None:
            choice.mapping["currency"] = coded.name
            choice.confidence["currency"] = 0.9
    _rows(evidence, choice, taken)
    _states(evidence, choice)


def _states(evidence: Evidence, choice: Choice) -> None:
    """All columns that say of orders that they came to nothing, and their words."""
    found = states.beside(evidence.sample, choice.mapping)
    if len(found) > 1:
        choice.together["status"] = [column.name for column in found]
    asked = states.question(*found)
    already = any(each.code == "status" for each in choice.questions)
    choice.questions += [asked] if asked and not already else []


def _rows(evidence: Evidence, choice: Choice, taken: set[str]) -> None:
    if "row_type" in choice.mapping:
        column = evidence.sample.named(choice.mapping["row_type"])
        asked = states.question(column, of_rows=True)
        already = any(each.code == "status" for each in choice.questions)
        choice.questions += [asked] if asked and not already else []
        return
    for column in evidence.sample.columns:
        if column.name not in taken and fits.is_type(column):
            choice.mapping["row_type"] = column.name
            choice.confidence["row_type"] = 0.85
            return


def _money(evidence: Evidence, choice: Choice) -> None:
    blind.pieces(evidence, choice.mapping)
    _piece_or_line(evidence, choice)
    settled = revenue.settle(evidence, choice.mapping)
    _prices(evidence, choice, settled.mapping)
    if not {"amount", "order_total", "unit_price"} & settled.mapping.keys():
        likely = blind.money(evidence, settled.mapping)
        spoken = not likely
        likely = likely or blind.money(evidence, settled.mapping, spoken=True)
        if likely:
            settled.mapping["amount"] = likely[0].name
            clear = len(likely) == 1 and not spoken
            choice.confidence["amount"] = 0.8 if clear else 0.5
            if not clear:
                _ask(choice, "amount", likely, "by_values")
            if "quantity" not in settled.mapping:
                count = blind.quantity(evidence, settled.mapping, likely[0])
                settled.mapping |= {"quantity": count} if count else {}
    choice.mapping = settled.mapping
    choice.of_order, choice.includes = settled.of_order, settled.includes
    for name in revenue.MONEY:
        if name in choice.mapping:
            choice.confidence.setdefault(name, settled.confidence)
    choice.questions += settled.questions


def _prices(evidence: Evidence, choice: Choice, mapping: dict[str, str]) -> None:
    """Two prices of a piece, and no amount that would tell which was paid."""
    if "unit_price" not in mapping or {"amount", "order_total"} & mapping.keys():
        return
    named = evidence.sample.named(mapping["unit_price"])
    rivals = [
        column
        for column in evidence.sample.columns
        if column.name not in mapping.values()
        and column.number >= 0.6
        and column.cells != named.cells
        and (
            meanings(column.name).get("unit_price", 0.0) >= KNOWN
            or _WHOLESALE.search(normalise(column.name))
        )
    ]
    if rivals:
        _ask(choice, "unit_price", [named, *rivals], "rivals")


def _piece_or_line(evidence: Evidence, choice: Choice) -> None:
    """A price that grows with the pieces is not of one, whatever it is called."""
    mapping = choice.mapping
    thing = mapping.get("product") or mapping.get("sku")
    if thing is None or not {"quantity", "unit_price"} <= mapping.keys():
        return
    things = [row[evidence.sample.named(thing).index] for row in evidence.sample.rows]
    price = evidence.numbers(evidence.sample.named(mapping["unit_price"]))
    pieces = evidence.numbers(evidence.sample.named(mapping["quantity"]))
    whole = sums.steady(price, pieces, things)
    if whole >= 0.7 and whole > sums.steady(price, [1.0] * len(price), things) + 0.2:
        mapping.setdefault("amount", mapping["unit_price"])
        mapping.pop("unit_price")


def _ask(choice: Choice, name: str, columns: list[Column], why: str) -> None:
    """One question: which column, by three cells of each; ``None``: there is none."""
    listed = list({column.name: column for column in columns}.values())[:_LISTED]
    examples = {column.name: column.examples[:_EXAMPLES] for column in listed}
    fields = {"field": name, "examples": examples, "why": why}
    choices = [*(column.name for column in listed), None]
    choice.questions.append(Question("column", fields, choices))
