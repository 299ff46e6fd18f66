"""How often a layout that nobody listed is read right, asked about, or read wrong.

Each file is judged by what comes out of it: who bought, how many orders, what money,
on which days. An order that came to nothing (its money went back, or it was free) may
be counted or not. What differs from the truth is *asked* if a question was open that
decides it or the ledger says what is missing, *refused* if the file was not taken at
all, else *wrong*: silently wrong.
"""

from __future__ import annotations

import inspect
import tempfile
from collections import Counter
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from retention_core.errors import RetentionError
from retention_core.ingest import systems
from retention_core.ingest.model import Answers
from retention_core.ingest.pipeline import build
from tests.core.layouts.shop import Written
from tests.core.unseen import CASES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pandas as pd

    from retention_core.ingest.model import Detection, Ledger

FACTS = ("customers", "orders", "money", "days")
# What decides a fact: the codes of questions, and of "column" the fields.
DECIDES = {
    "customers": {"customer_id", "order_id", "giant_key", "status"},
    "orders": {"order_id", "ordered_at", "status", "day_first"},
    "money": {
        *("amount", "amount_column", "amount_repeats", "includes", "status", "decimal"),
        *("order_id", "order_total", "unit_price"),
    },
    "days": {"ordered_at", "day_first", "status"},
}
MODULES = (
    *("east_asia", "generic", "japan", "latin_america", "marketplaces", "more"),
    *("payments", "russia", "shops", "tills"),
)


@dataclass(frozen=True)
class Truth:
    """Of one upload: files by name, and the facts; a fact left out is not judged.

    Each fact has the values that are right. ``refused``: nobody could use the file.
    ``blind``: it is to be read without knowing any system.
    """

    name: str
    files: dict[str, bytes]
    facts: dict[str, list[object]]
    refused: bool = False
    blind: bool = False


def unseen() -> Iterator[Truth]:
    """The corpus of files that nobody has listed."""
    for make in CASES:
        case = make()
        truth = case.truth
        facts: dict[str, list[object]] = {
            "customers": [truth.customers or 0],
            "orders": [truth.orders],
            "money": [float(each) for each in (truth.net, *truth.also_right)],
        }
        yield Truth(case.name, case.files, facts, bool(truth.refused))


def known() -> Iterator[Truth]:
    """The small shop in every known layout; to be read without knowing any system."""
    for module in MODULES:
        found = import_module(f"tests.core.layouts.{module}")
        for name, make in vars(found).items():
            if not inspect.isfunction(make) or make.__module__ != found.__name__:
                continue
            spec = inspect.signature(make)
            plain = all(p.default is not p.empty for p in spec.parameters.values())
            if spec.return_annotation == "Written" and plain and name[0] != "_":
                written = make()
                assert isinstance(written, Written)
                name = f"{module}.{name}"
                yield Truth(name, written.files, _facts(written), blind=True)


def _facts(written: Written) -> dict[str, list[object]]:
    sales = [line for line in written.lines if line.amount >= 0]
    paid = [line for line in sales if line.amount > 0]
    facts: dict[str, list[object]] = {
        "customers": [len({each.customer for each in sales} - {None})],
        "money": [float(sum(each.amount for each in written.lines))],
        "days": [
            sorted({line.at.date().isoformat() for line in lines})
            for lines in (sales, paid)
        ],
    }
    if all(each.order for each in sales):
        facts["orders"] = [len({line.order for line in each}) for each in (sales, paid)]
    return facts


def judge(truth: Truth, folder: Path) -> dict[str, str]:
    """From each fact to right, asked, refused or wrong."""
    if truth.blind:
        with systems.only({}):
            return _judge(truth, folder)
    return _judge(truth, folder)


def _judge(truth: Truth, folder: Path) -> dict[str, str]:
    files = []
    for number, (name, content) in enumerate(truth.files.items()):
        path = folder / f"{number}"
        path.write_bytes(content)
        files.append((path, name))
    try:
        result = build(files, Answers(), folder / "out")
    except RetentionError:
        taken = "right" if truth.refused else "refused"
        return dict.fromkeys(truth.facts, taken)
    got = _read(result.orders.run(result.orders.table))
    asked = _asked(result.detection)
    told = _rejected(result.ledger)
    return {
        fact: verdict(
            got[fact],
            wanted,
            asked=bool(DECIDES[fact] & asked) or _told(got[fact], wanted, *told),
            refused=truth.refused,
        )
        for fact, wanted in truth.facts.items()
    }


def _rejected(ledger: Ledger) -> tuple[int, float]:
    """Rows and money of which the ledger says that they could not be used."""
    reasons = ledger.reasons
    if reasons.empty:
        return 0, 0.0
    rejected = reasons[reasons["outcome"] == "rejected"]
    return int(rejected["rows"].sum()), float(rejected["amount"].sum())


def _told(got: list[object], wanted: list[object], rows: int, money: float) -> bool:
    """Whether all that is missing was rejected, with the reason in the ledger."""
    return any(_missing(one, other, rows, money) for one in got for other in wanted)


def _missing(one: object, other: object, rows: int, money: float) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return bool(money) and abs(one + money - other) < 0.02
    if isinstance(one, int) and isinstance(other, int):
        return 0 < other - one <= rows
    if isinstance(one, list) and isinstance(other, list):
        return set(one) < set(other) and len(other) - len(one) <= rows
    return False


def _read(table: pd.DataFrame) -> dict[str, list[object]]:
    """The facts of an order table; with and without orders that came to nothing."""
    sales = table[table["amount"] >= 0]
    net = table["amount"].groupby(table["order_id"]).sum().round(2)
    paid = sales[sales["order_id"].isin(net.index[net > 0])]
    either = (sales, paid)
    return {
        "customers": [sales["customer_id"].nunique()],
        "orders": [each["order_id"].nunique() for each in either],
        "money": [float(table["amount"].sum())],
        "days": [
            sorted({at.date().isoformat() for at in each["ordered_at"]})
            for each in either
        ],
    }


def verdict(
    got: list[object], wanted: list[object], *, asked: bool, refused: bool
) -> str:
    """Right, asked or wrong; of several values that are right any will do."""
    right = any(_same(one, other) for one in got for other in wanted)
    if right and not refused:
        return "right"
    return "asked" if asked else "wrong"


def _same(one: object, other: object) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return abs(one - other) < 0.02
    return one == other


def _asked(detections: list[Detection]) -> set[str]:
    asked = set()
    for each in detections:
        for question in each.questions:
            asked |= {question.code, question.fields.get("field") or question.code}
    return asked


def judged(truths: Iterable[Truth]) -> dict[str, dict[str, str]]:
    """By name, what came out of each upload."""
    found = {}
    for truth in truths:
        with tempfile.TemporaryDirectory() as folder:
            found[truth.name] = judge(truth, Path(folder))
    return found


def wrong(judged: dict[str, dict[str, str]]) -> dict[str, set[str]]:
    """The facts that were silently wrong."""
    found = {
        name: {fact for fact, each in facts.items() if each == "wrong"}
        for name, facts in judged.items()
    }
    return {name: facts for name, facts in found.items() if facts}


def table(judged: dict[str, dict[str, str]]) -> str:
    """Lines of text: a row a file, and the counts of each fact."""
    width = max(map(len, judged), default=0)
    rows = [f"{'':{width}}  " + "  ".join(f"{fact:9}" for fact in FACTS)]
    for name, facts in judged.items():
        cells = "  ".join(f"{facts.get(fact, ''):9}" for fact in FACTS)
        rows.append(f"{name:{width}}  {cells}")
    for each in ("right", "asked", "refused", "wrong"):
        found = (
            sum(facts.get(fact) == each for facts in judged.values()) for fact in FACTS
        )
        cells = "  ".join(f"{count:<9}" for count in found)
        rows.append(f"{each:{width}}  {cells}")
    return "\n".join(rows)


def counts(judged: dict[str, dict[str, str]]) -> Counter[str]:
    """How many facts were right, asked, refused and wrong."""
    return Counter(each for facts in judged.values() for each in facts.values())
