"""Files cut, doubled, shuffled, flipped and spliced: a ledger that adds up, or a word.

Whatever arrives, ingest either answers with a dataset whose rows and money reconcile
or raises a ``RetentionError``; nothing else.
"""

from __future__ import annotations

import gzip
import io
import random
import zipfile

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import retention_core as rc
from retention_core.errors import RetentionError
from retention_core.ingest import worker
from retention_core.ingest.model import Answers
from tests.conftest import SHARED, needs_shared
from tests.core.ingest import workbooks
from tests.core.ingest.files import assert_reconciles

ROWS = [["Order ID", "Customer ID", "Order Date", "Product", "Qty", "Amount", "Note"]]
ROWS += [
    [
        f"A{n // 2}",
        f"c{n % 6}",
        f"2024-{1 + n % 9:02}-{13 + n % 15}",
        f"Tea, {n}",
        str(1 + n % 3),
        f"{n}.50",
        'said "yes"\nand left' if n % 11 == 0 else "",
    ]
    for n in range(60)
]


def _csv(encoding="utf-8", delimiter=","):
    import csv

    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(ROWS)
    return text.getvalue().encode(encoding)


def _xlsx():
    book, content = openpyxl.Workbook(), io.BytesIO()
    for row in ROWS:
        book.active.append(row)
    book.save(content)
    return content.getvalue()


def _ods(folder):
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p>{}'
    rows = "".join(
        "<table:table-row>"
        + "".join(cell.format(value, "</table:table-cell>") for value in row[:6])
        + "</table:table-row>"
        for row in ROWS
    )
    return workbooks.ods(folder / "x.ods", rows).read_bytes()


def _zip():
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("a/orders.csv", _csv())
        archive.writestr("orders.xlsx", _xlsx())
        archive.writestr("c.pdf", b"%PDF-1.4")
    return content.getvalue()


@pytest.fixture(scope="module")
def seeds(tmp_path_factory):
    """Sound files of every kind."""
    folder = tmp_path_factory.mktemp("seeds")
    return {
        "csv": _csv(),
        "semicolon": _csv("cp1252", ";"),
        "utf-16": _csv("utf-16", "\t"),
        "gzip": gzip.compress(_csv()),
        "xlsx": _xlsx(),
        "xlsb": workbooks.xlsb(folder / "x.xlsb", {"Orders": ROWS}).read_bytes(),
        "xls": workbooks.xls(folder / "x.xls", [row[:6] for row in ROWS]).read_bytes(),
        "ods": _ods(folder),
        "zip": _zip(),
    }


def cut(content, chance):
    return content[: chance.randrange(len(content))]


def beheaded(content, chance):
    return content[chance.randrange(len(content)) :]


def doubled(content, chance):
    return content + content[chance.randrange(len(content)) :]


def flipped(content, chance):
    changed = bytearray(content)
    for _ in range(chance.randint(1, 20)):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def shuffled(content, chance):
    lines = content.split(b"\n")
    chance.shuffle(lines)
    return b"\n".join(lines)


def moved(content, chance):
    first, last = sorted(chance.sample(range(len(content)), 2))
    return content[last:] + content[first:last] + content[:first]


def holed(content, chance):
    first, last = sorted(chance.sample(range(len(content)), 2))
    last = min(last, first + 200)
    return content[:first] + bytes(last - first) * chance.randint(0, 1) + content[last:]


MUTATIONS = [cut, beheaded, doubled, flipped, shuffled, moved, holed]


def answers_or_says_why(folder, content):
    """Ingest the bytes; whether it became a dataset."""
    path = folder / "orders.bin"
    path.write_bytes(content)
    try:
        result = rc.ingest([path])
    except RetentionError as error:
        assert str(error)
        return False
    assert_reconciles(result)
    return True


KINDS = ["csv", "semicolon", "utf-16", "gzip", "xlsx", "xlsb", "xls", "ods", "zip"]


def test_every_seed_is_sound(tmp_path, seeds):
    assert sorted(seeds) == sorted(KINDS)
    assert all(answers_or_says_why(tmp_path, content) for content in seeds.values())


@settings(max_examples=25)
@given(
    kind=st.sampled_from(KINDS),
    mutation=st.sampled_from(MUTATIONS),
    number=st.integers(0, 2**32),
)
def test_a_damaged_file_is_a_dataset_that_adds_up_or_an_error_that_says_why(
    tmp_path_factory, seeds, kind, mutation, number
):
    chance = random.Random(number)  # noqa: S311
    content = mutation(seeds[kind], chance)
    answers_or_says_why(tmp_path_factory.mktemp("mutant"), content)


@settings(max_examples=15)
@given(
    kinds=st.tuples(st.sampled_from(KINDS), st.sampled_from(KINDS)),
    number=st.integers(0, 2**32),
)
def test_two_files_spliced_are_no_other_exception(
    tmp_path_factory, seeds, kinds, number
):
    chance = random.Random(number)  # noqa: S311
    first, second = (seeds[kind] for kind in kinds)
    content = first[: chance.randrange(len(first))]
    content += second[chance.randrange(len(second)) :]
    answers_or_says_why(tmp_path_factory.mktemp("spliced"), content)


INSIDE = [
    ("xlsx", "xl/worksheets/sheet1.xml"),
    ("xlsx", "xl/workbook.xml"),
    ("xlsb", "xl/worksheets/sheet1.bin"),
    ("xlsb", "xl/workbook.bin"),
    ("ods", "content.xml"),
]


@settings(max_examples=25)
@given(
    place=st.sampled_from(INSIDE),
    mutation=st.sampled_from(MUTATIONS),
    number=st.integers(0, 2**32),
)
def test_a_workbook_whole_outside_and_damaged_inside(
    tmp_path_factory, seeds, place, mutation, number
):
    kind, part = place
    with zipfile.ZipFile(io.BytesIO(seeds[kind])) as archive:
        parts = {each: archive.read(each) for each in archive.namelist()}
    parts[part] = mutation(parts[part], random.Random(number))  # noqa: S311
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, each in parts.items():
            archive.writestr(name, each)
    answers_or_says_why(tmp_path_factory.mktemp("inside"), content.getvalue())


@needs_shared
@pytest.mark.parametrize(
    "name", ["cdnow/CDNOW_sample.txt", "adventureworks/sales.csv.gz"]
)
def test_a_published_file_damaged(tmp_path, name):
    content = (SHARED / "data" / name).read_bytes()
    if name.endswith(".gz"):
        content = gzip.decompress(content)
    content = content[:8_000]
    for number, mutation in enumerate(MUTATIONS):
        answers_or_says_why(tmp_path, mutation(content, random.Random(number)))  # noqa: S311


@pytest.mark.parametrize(("kind", "mutation"), [("xlsx", flipped), ("xls", moved)])
def test_the_child_says_no_more_than_the_errors_it_knows(
    tmp_path, seeds, kind, mutation
):
    (tmp_path / "incoming").mkdir()
    content = mutation(seeds[kind], random.Random(7))  # noqa: S311
    (tmp_path / "incoming" / "0").write_bytes(content)
    (tmp_path / "incoming" / "names.json").write_text('{"0": "orders"}')
    try:
        worker.run("build", tmp_path, Answers())
    except RetentionError as error:
        assert error.code != "worker_failed"
    else:
        assert (tmp_path / "order_lines.parquet").is_file()
