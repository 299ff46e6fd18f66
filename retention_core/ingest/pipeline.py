"""The straight line from files to an order table and its ledger."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import tempfile
import weakref
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import IO, TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import duckdb

from retention_core.errors import NoOrdersError
from retention_core.ingest import (
    archive,
    bridge,
    cells,
    contacts,
    currencies,
    detect,
    doubled,
    equals,
    facts,
    giants,
    layouts,
    ledger,
    lists,
    reconcile,
    refunds,
    relations,
    sources,
    staging,
    systems,
    values,
    versions,
    write,
)
from retention_core.ingest.build_errors import (
    MissingOrdersError,
    NoOrderSheetError,
    UnknownColumnError,
    UnknownTimeZoneError,
    UnmappedFieldError,
)
from retention_core.ingest.model import (
    Answers,
    Detection,
    Ledger,
    RawSheet,
    Refunds,
    Result,
    SheetAnswers,
)
from retention_core.ingest.progress import Progress
from retention_core.ingest.read import read

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import pandas as pd

    from retention_core.ingest.facts import Facts
    from retention_core.ingest.progress import OnRows

    Report = Callable[[Progress], None]
    Files = list[tuple[Path, str]]

PREVIEW = 5
_MONEY = ("amount", "unit_price", "order_total")


def ingest(  # noqa: PLR0913 the core's face, a contract
    files: Sequence[str | Path | IO[bytes]],
    mapping: dict[str, str] | None = None,
    *,
    as_of: dt.date | None = None,
    time_zone: str | None = None,
    currency: str | None = None,
    refunds: Refunds = "net",
    into: str | Path | None = None,
    answers: Answers | None = None,
) -> Result:
    """Read order exports into one order table with a ledger.

    Parameters
    ----------
    files
        Paths, folders (all tables below), URLs (:mod:`.sources`), or binary file
        objects (named by their ``name``).
    mapping
        From field to column, for every sheet of orders; ``None``: recognise. Where the
        data leaves a question open, its first choice is taken.
    as_of
        Day up to which the data is complete; ``None``: definitions.md §2.
    time_zone
        IANA name of the zone that offsets in the files are converted to.
    currency
        ISO 4217 code of the orders to use.
    refunds
        ``"net"``, or ``"ignore"`` as if they had not happened.
    into
        Folder for the Parquet files; without one, a temporary folder that lives as long
        as the orders do.
    answers
        What is said of single sheets; the other arguments go before it.

    Raises
    ------
    RetentionError
        A file cannot be read, no sheet holds orders, no order is left.
    """
    given = answers or Answers()
    said = replace(
        given,
        as_of=as_of or given.as_of,
        time_zone=time_zone or given.time_zone,
        currency=currency or given.currency,
        refunds=refunds if refunds != "net" else given.refunds,
    )
    folder = Path(into) if into else Path(tempfile.mkdtemp(prefix="kept-"))
    with tempfile.TemporaryDirectory(prefix="kept-in-") as received:
        try:
            named = [
                each
                for number, file in enumerate(files)
                for each in _named(file, Path(received), number)
            ]
            if mapping is not None:
                said = _with_mapping(named, said, mapping)
            result = build(named, said, folder)
        except BaseException:
            if into is None:
                shutil.rmtree(folder, ignore_errors=True)
            raise
    if into is None:
        weakref.finalize(
            result.orders.backend, shutil.rmtree, folder, ignore_errors=True
        )
    return result


def recognise(
    files: Files, answers: Answers, progress: Report | None = None
) -> list[Detection]:
    """Say what each sheet of each file holds, and ask what its data leaves open."""
    with _database() as con:
        sheets = _recognised(con, files, answers, progress)
        return [found for _, found in sheets]


def build(
    files: Files, answers: Answers, into: Path, progress: Report | None = None
) -> Result:
    """Build the dataset in the folder ``into``.

    Writes ``order_lines.parquet`` (with ``as_of``, ``first_day``, ``currency``,
    ``time_zone`` in its metadata), ``purchases.parquet``, ``firsts.parquet``,
    ``customers.parquet``, ``products.parquet`` (where a list of products is among the
    files), ``contacts.parquet`` (where a campaign file is), ``ledger.json``,
    ``ledger.parquet``, ``detection.json`` and ``answers.json``.
    """
    from retention_core.orders import open_orders  # recognising needs no engine

    _check_zone(answers.time_zone)
    currencies.check(answers.rates)
    into.mkdir(parents=True, exist_ok=True)
    with _database() as con:
        sheets = _recognised(con, files, answers, progress)
        detections = [found for _, found in sheets]
        _check(detections)
        built = _lines(con, sheets, answers, progress)
        if not built.days:
            raise NoOrdersError
        _tell(progress, "write", 0, 1)
        _write_orders(con, detections, answers, built.days, into)
        _write_lists(con, sheets, built.columns, answers, into)
        ledger.write_rows(con, sheets, into / "ledger.parquet")
        frames = _frames(con, sheets, built)
    found = json.dumps([asdict(each) for each in detections], ensure_ascii=False)
    (into / "detection.json").write_text(found, encoding="utf-8")
    (into / "answers.json").write_text(answers.to_json(), encoding="utf-8")
    orders = open_orders(into)
    path = values.literal(str(into / "ledger.parquet"))
    orders.backend.raw_sql(
        f"CREATE VIEW ledger AS SELECT * FROM read_parquet({path})"
    ).fetchall()
    kept = Ledger(**frames, rows=orders.backend.table("ledger"))
    kept.save_frames(into)
    _tell(progress, "write", 1, 1)
    return Result(orders, kept, detections)


@dataclass(frozen=True)
class _Built:
    """What stands in the database; ``plain``: every row is a sale that is used."""

    columns: list[str]
    seen: Facts
    plain: bool
    days: list[dt.date]


def _lines(
    con: duckdb.DuckDBPyConnection,
    sheets: list[tuple[RawSheet, Detection]],
    answers: Answers,
    progress: Report | None,
) -> _Built:
    """Stage, reconcile and settle refunds; leave ``lines``, ``kept``, ``final``."""
    detections = [found for _, found in sheets]
    ways = staging.Ways(
        time_zone=answers.time_zone,
        currency=_currency(detections, answers),
        guests=_guests(detections, answers),
        today=dt.date.today(),
        merge=answers.merge_duplicates,
        rates=answers.rates,
    )
    names: dict[int, str] = {}
    looks: list[Facts] = []
    for number, (sheet, found) in enumerate(sheets):
        if found.role == "orders":
            _tell(progress, "build", number, len(sheets), sheet.file, found.rows)
            name, seen = staging.stage(con, sheets, number, ways)
            names[number] = name
            looks.append(seen)
    staged = [*names.values()]
    groups = _groups(detections, answers)
    linked = bridge.link(con, names, detections, groups)
    columns = reconcile.unite(con, staged, linked=linked)
    seen = looks[0] if len(looks) == 1 else facts.look(con, "lines")
    reconcile.rule(con, columns, seen, len(staged), answers, groups)
    if _may_double(detections):
        doubled.rule(con)
    reconcile.cut_off(con, [sheet.cut_off for sheet, _ in sheets])
    whole = reconcile.keep(con, columns, seen)
    refunds.resolve(con, columns, seen, net=answers.refunds == "net")
    lists.products(con, [pair for pair in sheets if pair[1].role == "products"])
    ledger.rule_lists(con, sheets)
    plain = whole and seen.clean and len(staged) == 1
    _count_equals(
        con,
        sheets,
        columns,
        merge=ways.merge,
        cells=plain and staging.is_view(con, staged[0]),
    )
    days = seen.days if plain else write.days_of_orders(con)
    return _Built(columns, seen, plain, days)


def _count_equals(
    con: duckdb.DuckDBPyConnection,
    sheets: list[tuple[RawSheet, Detection]],
    columns: list[str],
    *,
    merge: bool,
    cells: bool,
) -> None:
    if merge:
        equals.none(con)
    elif cells:
        number = next(
            n for n, (_, found) in enumerate(sheets) if found.role == "orders"
        )
        equals.count_cells(con, *sheets[number], number)
    else:
        equals.count(con, columns)


def _frames(
    con: duckdb.DuckDBPyConnection,
    sheets: list[tuple[RawSheet, Detection]],
    built: _Built,
) -> dict[str, pd.DataFrame]:
    """What the ledger says, but for the rows."""
    seen, plain = built.seen, built.plain
    others = seen.aside or seen.repaired
    return {
        "files": ledger.files(con, sheets, seen.amount if plain else None),
        "reasons": ledger.reasons(con, sheets, quiet=plain and not seen.unnumbered),
        "currencies": currencies.found(con) if others else currencies.nothing(),
        "lists": lists.matched(con, sheets),
    }


def _write_lists(
    con: duckdb.DuckDBPyConnection,
    sheets: list[tuple[RawSheet, Detection]],
    columns: list[str],
    answers: Answers,
    into: Path,
) -> None:
    people = [pair for pair in sheets if pair[1].role == "customers"]
    lists.customers(con, columns, people, into / "customers.parquet")
    goods = [pair for pair in sheets if pair[1].role == "products"]
    lists.write_products(con, goods, into / "products.parquet")
    contacts.write(con, sheets, into, answers.time_zone)
    # Only now is it known which rows of campaign files are used.
    ledger.rule_rows(con)


def _write_orders(
    con: duckdb.DuckDBPyConnection,
    detections: list[Detection],
    answers: Answers,
    days: list[dt.date],
    into: Path,
) -> None:
    from retention_core.orders import complete_until

    as_of = answers.as_of or complete_until(days, dt.date.today())
    metadata: dict[str, object] = {
        "as_of": as_of.isoformat(),
        "first_day": days[0].isoformat(),
        "currency": _currency(detections, answers),
        "time_zone": answers.time_zone,
    }
    if answers.rates:
        metadata["rates"] = answers.rates
    write.order_lines(con, into / "order_lines.parquet", metadata)
    write.purchases(con, into / "purchases.parquet")
    write.firsts(con, into / "firsts.parquet")


def _recognised(
    con: duckdb.DuckDBPyConnection,
    files: Files,
    answers: Answers,
    progress: Report | None,
) -> list[tuple[RawSheet, Detection]]:
    sheets: list[RawSheet] = []
    inside = archive.unpack(files, cells.scratch(con))
    for place, (path, name) in enumerate(inside.files):
        _tell(progress, "read", place, len(inside.files), name)
        said = answers.sheets.get(name, SheetAnswers())
        on_rows = _on_rows(progress, place, len(inside.files), name)
        sheets += read(path, name, con, encoding=said.encoding, on_rows=on_rows)
    found = []
    for place, sheet in enumerate(sheets):
        _tell(progress, "recognise", place, len(sheets), sheet.file)
        each = detect.detect(con, sheet, answers)
        asked = giants.giant(con, sheet, each)
        more = [asked] if asked else []
        rows = [list(cells) for row, cells in sheet.head if row >= each.first_row]
        found.append(
            replace(each, questions=each.questions + more, preview=rows[:PREVIEW])
        )
    agreed = detect.agree(systems.joined(found))
    related = relations.relate(con, sheets, agreed, answers)
    agreed = currencies.agree(related)
    settled = [detect.without_answered(each, answers) for each in agreed]
    read_ones = list(zip(sheets, settled, strict=True))
    return read_ones + archive.nothing_of(con, inside.passed_over)


def _on_rows(
    progress: Report | None, done: int, total: int, file: str
) -> OnRows | None:
    """Pass on how far the rows of a file have been read."""
    if progress is None:
        return None

    def tell(step: str, rows: int, rows_total: int | None) -> None:
        progress(Progress(step, done, total, file, rows, rows_total))

    return tell


def _currency(detections: list[Detection], answers: Answers) -> str | None:
    """The one that the user picked, or that most rows are in."""
    if answers.currency:
        return answers.currency
    rows: dict[str, int] = {}
    for each in detections:
        if each.role == "orders" and each.currency:
            rows[each.currency] = rows.get(each.currency, 0) + each.rows
    return max(rows, key=lambda code: (rows[code], code), default=None)


def _groups(detections: list[Detection], answers: Answers) -> dict[int, int]:
    """Sheets with the same orders in different layouts, each with its group."""
    groups = versions.by_number(detections, answers)
    return {n: groups[d.key] for n, d in enumerate(detections) if d.key in groups}


def _guests(detections: list[Detection], answers: Answers) -> tuple[str, ...]:
    """Keys that stand for nobody: as answered, else as proposed."""
    keys = {key for key, what in answers.keys.items() if what == "guest"}
    for each in detections:
        said = each.words.get("nobody", [])
        keys |= {key for key in said if answers.keys.get(key) != "customer"}
        for question in each.questions:
            if question.code == "giant_key":
                keys.add(question.fields["key"])
    return tuple(sorted(keys))


def _may_double(detections: list[Detection]) -> bool:
    """Whether tables of different kinds stand side by side, none joined to another."""
    orders = [each for each in detections if each.role == "orders"]
    kinds = {tuple(each.columns) for each in orders}
    return len(kinds) > 1 and not any(each.orders_in for each in orders)


def _check(detections: list[Detection]) -> None:
    contacts.check(detections)
    orders = [each for each in detections if each.role == "orders"]
    joined = {key for each in orders for key in each.orders_in}
    for each in orders or detections:
        if each.orders_missing:
            wanted = systems.title(systems.of(each).get("orders_in"))
            raise MissingOrdersError(file=each.file, wanted=wanted)
    if not orders:
        names = sorted({each.file for each in detections})
        found = [each.columns[:20] for each in detections]
        raise NoOrderSheetError(files=", ".join(names), found=found)
    for each in orders:
        if each.orders_in:
            continue  # the day and the money may stand there
        have = layouts.fields(each)
        if "ordered_at" not in have:
            raise UnmappedFieldError(
                file=each.file, field="ordered_at", found=each.columns[:20]
            )
        if each.key not in joined and not any(field in have for field in _MONEY):
            raise UnmappedFieldError(
                file=each.file, field="amount", found=each.columns[:20]
            )


def _check_zone(time_zone: str | None) -> None:
    try:
        if time_zone is not None:
            ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise UnknownTimeZoneError(time_zone=time_zone) from error


def _with_mapping(files: Files, answers: Answers, mapping: dict[str, str]) -> Answers:
    """The mapping as an answer for every sheet that has its columns."""
    sheets, wanted = dict(answers.sheets), set(mapping.values())
    found = recognise(files, answers)
    fitting = [each for each in found if wanted <= set(each.columns)]
    if not fitting:
        nearest = max(found, key=lambda each: len(wanted & set(each.columns)))
        missing = [name for name in mapping.values() if name not in nearest.columns]
        raise UnknownColumnError(column=missing[0], found=nearest.columns[:50])
    for each in fitting:
        said = sheets.get(each.key, SheetAnswers())
        sheets[each.key] = replace(said, role="orders", mapping=dict(mapping))
    return replace(answers, sheets=sheets)


def _named(file: str | Path | IO[bytes], folder: Path, number: int) -> Files:
    """Paths and names; what is not of this machine is received into ``folder``."""
    if isinstance(file, str | Path):
        if sources.is_url(str(file)) or Path(file).is_dir():
            return sources.fetch(str(file), folder / f"{number}")
        return [(Path(file), Path(file).name)]
    name = Path(str(getattr(file, "name", f"file {number + 1}"))).name
    path = folder / f"{number}"
    with path.open("wb") as target:
        shutil.copyfileobj(file, target)
    return [(path, name)]


@contextmanager
def _database() -> Iterator[duckdb.DuckDBPyConnection]:
    """A database on disk: ten million lines need no more than 1 GB of memory."""
    with tempfile.TemporaryDirectory(prefix="kept-db-") as folder:
        con = duckdb.connect(
            str(Path(folder) / "work.duckdb"),
            config={"memory_limit": "1GB", "temp_directory": folder},
        )
        try:
            con.execute("SET TimeZone = 'UTC'")
            yield con
        finally:
            con.close()


def _tell(
    progress: Report | None,
    step: str,
    done: int,
    total: int,
    file: str | None = None,
    rows: int | None = None,
) -> None:
    if progress is not None:
        progress(Progress(step, done, total, file, rows))
