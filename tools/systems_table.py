"""Write docs/systems.md: every known system, what is read of it, and how well.

What is read stands in ``retention_core/ingest/systems/*.toml``. How well is measured:
every layout of ``tests/core/layouts`` is written and read back, with nothing said.
Run from the root of the project: ``python -m tools.systems_table``.
"""

from __future__ import annotations

import importlib
import inspect
import itertools
import pkgutil
import tempfile
import tomllib
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import retention_core as rc
from tests.core import layouts
from tests.core.layouts.shop import Written, check

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "systems.md"
SYSTEMS = ROOT / "retention_core" / "ingest" / "systems"
CONFIDENCE = {"seen": "seen", "known": "general knowledge", "low": "low"}
HEAD = (
    *("System", "Rows", "Customer", "Order", "Time", "Product", "Quantity"),
    *("Net amount", "Currency", "Status", "Refunds", "Seen", "Read back"),
)
BEGIN, END = "<!-- begin: tools.systems_table -->", "<!-- end -->"


def main() -> None:
    """Write the part of the page between the marks anew."""
    PAGE.write_text(page(read_back()), encoding="utf-8")


def page(found: dict[str | None, list[str]]) -> str:
    """The whole page; ``found`` goes from system to the outcomes of its layouts.

    Raises
    ------
    ValueError
        The page has lost its marks.
    """
    above, rest = PAGE.read_text(encoding="utf-8").split(BEGIN)
    _, below = rest.split(END)
    return f"{above}{BEGIN}\n\n{accuracy(found)}\n\n{table(found)}\n\n{END}{below}"


def table(found: dict[str | None, list[str]]) -> str:
    """A row a system, by title."""
    systems = {
        path.stem: tomllib.loads(path.read_text(encoding="utf-8"))
        for path in SYSTEMS.glob("*.toml")
    }
    rows = [
        [*described(system), outcome_of(system, found.get(name, []))]
        for name, system in sorted(
            systems.items(), key=lambda pair: (pair[1]["title"].casefold(), pair[0])
        )
    ]
    every = [HEAD, ["---"] * len(HEAD), *rows]
    return "\n".join(f"| {' | '.join(map(_cell, row))} |" for row in every)


def accuracy(found: dict[str | None, list[str]]) -> str:
    """How many layouts were read right, asked about, read wrong."""
    known = Counter(itertools.chain(*(found[name] for name in found if name)))
    others = Counter(found.get(None, []))
    said = [f"**{known.total()} layouts of known systems: {_counted(known)}.**"]
    if others:
        said.append(f"{others.total()} layouts of no system: {_counted(others)}.")
    return " ".join(said)


def _counted(counted: Counter[str]) -> str:
    return ", ".join(f"{counted[each]} {each}" for each in ("right", "asked", "wrong"))


def outcome_of(system: dict[str, Any], outcomes: list[str]) -> str:
    """What came of the layouts of one system."""
    counted = Counter(outcomes)
    if not counted:
        return "not written" if system["role"] == "orders" else ""
    if len(outcomes) == 1:
        return outcomes[0]
    return ", ".join(f"{count} {each}" for each, count in sorted(counted.items()))


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def described(system: dict[str, Any]) -> list[str]:
    """The cells of one system, all but the last."""
    return [
        system["title"],
        rows_of(system),
        customer_of(system),
        *(_read(system, field) for field in ("order_id", "ordered_at")),
        product_of(system),
        _read(system, "quantity") or _packed(system, "quantity"),
        amount_of(system),
        currency_of(system),
        _read(system, "status", "cancelled_at"),
        refunds_of(system),
        CONFIDENCE[system["confidence"]],
    ]


def _read(system: dict[str, Any], *fields: str) -> str:
    """The headers of fields by preference; a field that a pattern gives names it."""
    found = []
    for field in fields:
        choices = system.get("mapping", {}).get(field, [])
        found += [
            header if isinstance(header, str) else " + ".join(header)
            for header in choices[:2]
        ]
        pattern = system.get("patterns", {}).get(field)
        if pattern and not choices:
            found.append(f"within {pattern['column'][0]}")
    return ", else ".join(dict.fromkeys(found))


def rows_of(system: dict[str, Any]) -> str:
    """What a row is."""
    if system["role"] != "orders":
        return {"customers": "a customer", "products": "a product"}.get(
            system["role"], "not used: no money" if "no_money" in system else "not used"
        )
    items, mapping = system.get("items", {}), system["mapping"]
    row = "an item" if {"product", "sku"} & mapping.keys() else "an order"
    if "cell" in items:
        row = "an order, its items packed"
    elif "columns" in items:
        row = "an order or item; items in numbered columns too"
    found = [row]
    if "orders_in" in system:
        found.append("joined with its orders")
    if "groups" in system:
        found.append("below a row of its group")
    if "kinds" in system:
        found.append("several kinds")
    if "summary" in system:
        found.append("with a row above several")
    return "; ".join(found)


def customer_of(system: dict[str, Any]) -> str:
    """The customer's key, by the ladder."""
    if system.get("no_customer"):
        return "none"
    if system.get("groups", {}).get("field") == "customer_id":
        return "the row above (a name)"
    keys = [_read(system, field) for field in ("customer_id", "email", "phone")]
    known = ", else ".join(key for key in keys if key)
    if not known and "orders_in" in system:
        return "of its order"
    name = _read(system, "customer_name")
    return known or (f"{name} (a name)" if name else "none")


def currency_of(system: dict[str, Any]) -> str:
    """Where the currency stands, or the only one there is."""
    if system["role"] != "orders":
        return ""
    return _read(system, "currency") or system.get("currency", "signs, else asked")


def _packed(system: dict[str, Any], field: str) -> str:
    """Where a field of packed items stands."""
    items = system.get("items", {})
    if f"(?P<{field}>" in items.get("pattern", ""):
        return f"within {items['cell'][0]}"
    return items.get("columns", {}).get(field, "")


def product_of(system: dict[str, Any]) -> str:
    """Where products stand."""
    if system.get("groups", {}).get("field") == "product":
        return "the row above"
    packed = _packed(system, "product") or _packed(system, "sku")
    return packed or _read(system, "product", "sku")


def amount_of(system: dict[str, Any]) -> str:
    """What a line counts for, and what is taken out."""
    if system["role"] != "orders":
        return ""
    read = {field: _first(system, field) for field in system["mapping"]}
    out = " ".join(
        f"− ({read[field]})" if " + " in read[field] else f"− {read[field]}"
        for field in system.get("of", {}).get("includes", [])
        if field in read
    )
    price = f"{read.get('quantity', '1')} × {read.get('unit_price', '')}"
    line = read.get("amount") or (price if "unit_price" in read else "")
    line = line or _packed(system, "amount")
    if "unit_price" in read and "amount" not in read and "discount" in read:
        line += f" − {read['discount']}"
    if "order_total" in read:
        whole = f"{read['order_total']} {out}".strip()
        return f"{whole}, shared by {line}" if line else whole
    if "order_discount" in read:
        out = f"{out} − {read['order_discount']} (of the order)".strip()
    return f"{line} {out}".strip()


def _first(system: dict[str, Any], field: str) -> str:
    choices = system["mapping"][field]
    header = choices[0] if choices else ""
    return header if isinstance(header, str) else " + ".join(header)


def refunds_of(system: dict[str, Any]) -> str:
    """How money that went back shows."""
    if system["role"] != "orders":
        return ""
    found = []
    if any("refund" in kind for kind in system.get("kinds", [])):
        found.append("rows of their own")
    if "refund_amount" in system.get("differences", {}):
        found.append(" less ".join(system["differences"]["refund_amount"]))
    beside = ("refund_amount", "refund_quantity")
    found += [_first(system, field) for field in beside if field in system["mapping"]]
    if packed := _packed(system, "refund_amount"):
        found.append(packed)
    if not found and "status" in system["mapping"]:
        found.append("by the status only")
    return "; ".join(found) or "not told"


def read_back() -> dict[str | None, list[str]]:
    """Write every layout, read it, and say of each system what came of it."""
    found: dict[str | None, list[str]] = {}
    for write in writers():
        written = write()
        said = outcome(written)
        for system in dict.fromkeys(written.systems.values()):
            found.setdefault(system, []).append(said)
    return found


def outcome(written: Written) -> str:
    """Read one layout with nothing said: right, asked or wrong."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            result, equal = check(written, Path(folder)), True
        except AssertionError:
            paths = [Path(folder) / name for name in written.files]
            result, equal = rc.ingest(paths, **written.options), False
        asked = any(each.questions for each in result.detection)
    return "asked" if asked else "right" if equal else "wrong"


def writers() -> Iterator[Callable[[], Written]]:
    """Every function of the layouts' modules that writes one, with its choices."""
    for module in sorted(pkgutil.iter_modules(layouts.__path__), key=lambda m: m.name):
        if module.name.startswith("test_") or module.name == "shop":
            continue
        inside = importlib.import_module(f"{layouts.__name__}.{module.name}")
        for write in vars(inside).values():
            if _is_writer(write, inside.__name__):
                names = list(inspect.signature(write).parameters)
                for choice in itertools.product((True, False), repeat=len(names)):
                    yield _chosen(write, dict(zip(names, choice, strict=True)))


def _is_writer(write: object, module: str) -> bool:
    return (
        inspect.isfunction(write)
        and write.__module__ == module
        and not write.__name__.startswith("_")
        and write.__annotations__.get("return") == "Written"
        and set(inspect.signature(write).parameters) == _choices(write)
    )


def _choices(write: Callable[..., Written]) -> set[str]:
    return {name for name, kind in write.__annotations__.items() if kind == "bool"}


def _chosen(
    write: Callable[..., Written], choice: dict[str, bool]
) -> Callable[[], Written]:
    return lambda: write(**choice)


if __name__ == "__main__":
    main()
