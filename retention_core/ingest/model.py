"""What passes between the steps of ingest: sheets, detections, answers, the ledger."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import ibis.expr.types as ir
    import pandas as pd

    from retention_core.orders import Orders

Role = Literal["orders", "products", "customers", "contacts", "ignore"]
Refunds = Literal["net", "ignore"]
Outcome = Literal["used", "repaired", "merged", "set_aside", "rejected"]
OUTCOMES: tuple[Outcome, ...] = (
    "used",
    "repaired",
    "merged",
    "set_aside",
    "rejected",
)


@dataclass(frozen=True)
class RawSheet:
    """One table of one file as it stands there: text cells under their row numbers.

    ``relation`` names a DuckDB table or view with a column ``row`` (BIGINT, the
    spreadsheet's own number, from 1) and ``c0`` … ``c{columns - 1}`` (VARCHAR; an
    empty cell is null). ``head`` holds the first rows (at most 50) with their numbers.
    ``cut_off`` is the number of a last row that ends in the middle, else ``None``.
    ``lengths`` says of the first records of a text how many cells each has, blank ones
    at its end too. Where ``encoding_sure`` is false, ``encodings`` goes from each
    encoding that the file may be in, the likeliest first, to cells as they would read.
    """

    file: str
    sheet: str | None
    encoding: str | None
    delimiter: str | None
    relation: str
    columns: int
    head: tuple[tuple[int, tuple[str | None, ...]], ...]
    cut_off: int | None = None
    lengths: dict[int, int] = field(default_factory=dict)
    encoding_sure: bool = True
    encodings: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Question:
    """What the data does not decide: a code, the facts of the case, the choices.

    ``choices`` are JSON values, the proposal first; the answer is one of them.
    Codes: ``day_first`` (choices true, false; fields: column, examples, what either
    reading would find, rows in conflict), ``decimal`` (".", ","),
    ``column`` (column names, or null for none; fields: the field that one of them is,
    examples of each, why), ``amount_column`` (column names; fields: what each would
    be), ``includes`` (true, false: whether the money contains the parts; fields:
    column, parts, from field to column, examples), ``status`` ("sale", "refund" where
    the column tells kinds of rows, "cancelled"; fields: column, words, from each that
    is not known to its rows, examples),
    ``amount_repeats`` ("amount" of the line, or "order_total"; fields: column, orders,
    lines, and the sum over these either way), ``currency`` (ISO codes, any other may be
    the answer; fields: named, and the sign that several share), ``encoding`` (names
    of encodings; fields: examples, from each to cells as they would read),
    ``giant_key`` ("guest", "customer"; fields: key, orders, share), ``stores``
    ("shops", "one"; fields: files, from each to the name of its shop as proposed,
    shared and differing order numbers, examples), ``role`` (roles of sheets; fields:
    why).
    """

    code: str
    fields: dict[str, Any]
    choices: list[Any]


@dataclass(frozen=True)
class Detection:
    """What was recognised in one sheet of one file.

    ``file`` is the name that the user gave; ``sheet`` that of the sheet, ``None`` in a
    text. ``role`` says what its rows are; ``system`` is the key of the known system
    that wrote it. ``encoding`` and ``delimiter`` are those of a text. ``currency`` is
    the one that the sheet or its system names, the most frequent of several, ``None``
    where there is none. ``questions`` are those that are open.

    ``columns`` are the header's names, made unique; ``mapping`` goes from field to
    column; ``examples`` holds up to three different values of each column; ``rows``
    counts the rows below the header. ``decimal`` is "." or ",", ``decimals`` the sign
    of the columns that are written otherwise; ``day_first`` is
    ``None`` where the dates need no order (ISO); ``year_first``: years of two digits
    stand in front. ``header_row`` is ``None`` for a
    file without one; ``first_row`` is the first row of data. ``currencies`` are those
    that the sheet names, the most frequent first. ``cut_off`` is the number of a last
    row that ends in the middle. ``preview`` holds the first rows of data, cell by cell
    as they were decoded. ``passed_over`` is the code of the error for which a file in
    an archive was not read.

    ``per_cent`` goes from the fields that are shares of the price of their line to what
    a cell is multiplied with to be one. ``width`` is the number of cells in the
    header's record where rows have more: of a row that fills these nobody knows which
    cell stands under which name.

    ``groups`` says in which column (from 1) rows of their own name the rows below them,
    the field that this is, and by which words totals go. ``cents`` are the fields whose
    money is in hundredths.

    ``together`` has the fields that several columns make up, with all of these.
    ``of_order`` are the fields that hold for the whole order, on whichever of its rows
    they stand; ``includes`` those that the money contains and that are taken out of it.
    ``orders_in`` names (by :attr:`key`) the sheets that say of each order what this
    one, of its items, does not. ``no_customer``: the export never names who bought;
    ``instead`` names the systems whose export does. ``utc``: times without an offset
    are UTC. ``ruined`` has the columns of keys in which a spreadsheet has ruined cells
    (``1.03E+19``), with their share; what is mostly ruined is no key. ``confidence``
    says how sure each field is, between 0 and 1. ``words`` adds to what cells say
    (``cancelled``, …) what the user said of this sheet's. ``store`` is the shop that
    all rows are of. ``orders_missing``: these are items, and no file says whose or when
    they were; ``sums``: the rows only add up what another sheet lists; ``same_orders``
    names the sheets that hold some of the same orders in another layout.
    """

    file: str
    sheet: str | None
    role: Role
    system: str | None
    encoding: str | None
    delimiter: str | None
    header_row: int | None
    columns: list[str]
    rows: int
    mapping: dict[str, str]
    examples: dict[str, list[str]]
    day_first: bool | None
    decimal: str
    currency: str | None
    questions: list[Question] = field(default_factory=list)
    first_row: int = 1
    currencies: list[str] = field(default_factory=list)
    cut_off: int | None = None
    preview: list[list[str | None]] = field(default_factory=list)
    together: dict[str, list[str]] = field(default_factory=dict)
    of_order: list[str] = field(default_factory=list)
    includes: list[str] = field(default_factory=list)
    orders_in: list[str] = field(default_factory=list)
    no_customer: bool = False
    instead: list[str] = field(default_factory=list)
    utc: bool = False
    year_first: bool = False
    decimals: dict[str, str] = field(default_factory=dict)
    ruined: dict[str, float] = field(default_factory=dict)
    confidence: dict[str, float] = field(default_factory=dict)
    words: dict[str, list[str]] = field(default_factory=dict)
    store: str | None = None
    passed_over: str | None = None
    width: int | None = None
    per_cent: dict[str, float] = field(default_factory=dict)
    orders_missing: bool = False
    sums: bool = False
    same_orders: list[str] = field(default_factory=list)
    groups: dict[str, Any] = field(default_factory=dict)
    cents: list[str] = field(default_factory=list)

    def decimal_of(self, field: str) -> str:
        """The decimal sign of the column of a field."""
        return self.decimals.get(self.mapping.get(field, ""), self.decimal)

    @property
    def key(self) -> str:
        """What answers for this sheet go by."""
        return self.file if self.sheet is None else f"{self.file}#{self.sheet}"

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Detection:
        """Read what ``asdict`` wrote, by an older program too."""
        known = {each.name for each in fields(cls)} & set(value)
        questions = [Question(**each) for each in value["questions"]]
        return cls(**{name: value[name] for name in known} | {"questions": questions})


@dataclass(frozen=True)
class SheetAnswers:
    """What the user says of one sheet; ``None`` means: as recognised.

    ``role`` is what its rows are. ``mapping`` goes from field to column, in place of
    all that was recognised: a field that is not in it is in no column. ``day_first``,
    ``decimal`` (the sign) and ``encoding`` say how it is read.
    ``status`` is what rows count as whose state was asked about; ``includes`` whether
    the money contains the shipping and tax that were asked about; ``store`` names the
    shop that the whole file is of; an empty one says of several files that they are of
    one shop, in which a number is one order whatever its day.
    """

    role: Role | None = None
    mapping: dict[str, str] | None = None
    day_first: bool | None = None
    decimal: str | None = None
    encoding: str | None = None
    status: Literal["sale", "refund", "cancelled"] | None = None
    includes: bool | None = None
    store: str | None = None


@dataclass(frozen=True)
class Answers:
    """What the user says of the whole upload; ``None`` means: as recognised.

    ``sheets`` goes by :attr:`Detection.key`. ``keys`` says of giant customer keys
    whether each is a ``"guest"`` or one ``"customer"``. ``rates`` says what one of
    another currency is worth in ours; without a rate its money is set aside.
    """

    sheets: dict[str, SheetAnswers] = field(default_factory=dict)
    as_of: dt.date | None = None
    time_zone: str | None = None
    currency: str | None = None
    refunds: Refunds = "net"
    keys: dict[str, str] = field(default_factory=dict)
    merge_duplicates: bool = False
    rates: dict[str, float] = field(default_factory=dict)

    def to_json(self) -> str:
        """Write as JSON text."""
        value = asdict(self)
        value["as_of"] = self.as_of.isoformat() if self.as_of else None
        return json.dumps(value, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Answers:
        """Read what :meth:`to_json` wrote."""
        value = json.loads(text)
        value["sheets"] = {
            key: SheetAnswers(**each) for key, each in value["sheets"].items()
        }
        if value["as_of"]:
            value["as_of"] = dt.date.fromisoformat(value["as_of"])
        return cls(**value)


def _no_frame() -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame()


@dataclass(frozen=True)
class Ledger:
    """Where every row of every file went.

    Attributes
    ----------
    files
        ``file, sheet, role, rows_in``, a column for each of ``OUTCOMES``, and
        ``amount_in, amount_used`` in the dataset's currency. Every row has
        ``rows_in = used + repaired + merged + set_aside + rejected``.
    reasons
        ``outcome, code, rows, amount, files`` for all but plain ``used``.
    rows
        Ibis table of every row not used: ``file, sheet, row, outcome, code, raw``.
    currencies
        ``currency, rows, amount`` (in its own), ``rate`` of the money in other
        currencies: converted, or (without a rate) set aside and in no sum.
    lists
        ``file, sheet, role, listed, found``: how many customers or products of each
        list or campaign file stand in the orders.
    """

    files: pd.DataFrame
    reasons: pd.DataFrame
    rows: ir.Table
    currencies: pd.DataFrame = field(default_factory=_no_frame)
    lists: pd.DataFrame = field(default_factory=_no_frame)

    def __getattr__(self, name: str) -> int:
        """``rows_in`` and each outcome as a total over all files."""
        if name == "rows_in" or name in OUTCOMES:
            return int(self.files[name].sum())
        raise AttributeError(name)

    def save(self, folder: Path) -> None:
        """Write ``ledger.json`` and ``ledger.parquet``."""
        from retention_core import engine

        engine.write_parquet(self.rows, folder / "ledger.parquet")
        self.save_frames(folder)

    def save_frames(self, folder: Path) -> None:
        """Write ``ledger.json`` only: all but the rows."""
        tables = {
            "files": self.files,
            "reasons": self.reasons,
            "currencies": self.currencies,
            "lists": self.lists,
        }
        content = {name: table.to_dict("list") for name, table in tables.items()}
        (folder / "ledger.json").write_text(
            json.dumps(content, ensure_ascii=False), encoding="utf-8"
        )

    @classmethod
    def open(cls, folder: Path) -> Ledger:
        """Read what :meth:`save` wrote."""
        import pandas as pd

        from retention_core import engine

        text = (folder / "ledger.json").read_text(encoding="utf-8")
        content = json.loads(text)
        backend, _ = engine.open_parquet({"ledger": folder / "ledger.parquet"})
        return cls(
            files=pd.DataFrame(content["files"]),
            reasons=pd.DataFrame(content["reasons"]),
            rows=backend.table("ledger"),
            currencies=pd.DataFrame(content.get("currencies", {})),
            lists=pd.DataFrame(content.get("lists", {})),
        )


@dataclass(frozen=True)
class Result:
    """What :func:`retention_core.ingest` returns."""

    orders: Orders
    ledger: Ledger
    detection: list[Detection]
