from __future__ import annotations

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retention_core.ingest.read import read
from retention_core.ingest.survey import BLANKS

ROWS = [
    ["Order", "Date", "Customer", "Total"],
    ["1001", "2024-03-01", "Ann Lee", "1,50"],
    ["1002", "2024-03-02", "Jürgen Groß", "12,00"],
    ["1003", "2024-03-05", "Tom Ford", "7,25"],
]


@pytest.fixture
def rows(tmp_path):
    """The rows of a file of this text, and its sheet."""

    def of(text, encoding="utf-8"):
        return read_rows(tmp_path / "orders.csv", text.encode(encoding))

    return of


def read_rows(path, content, encoding=None):
    path.write_bytes(content)
    with duckdb.connect() as con:
        (sheet,) = read(path, path.name, con, encoding=encoding)
        found = con.execute(f"FROM {sheet.relation} ORDER BY row").fetchall()
    return [list(cells) for _, *cells in found], sheet


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\r\r\n"])
def test_lines_end_in_every_way(rows, end):
    lines = [";".join(row) for row in ROWS] * 30
    found, _ = rows(end.join(lines) + end)
    assert [row for row in found if any(row)] == ROWS * 30


@pytest.mark.parametrize("delimiter", ["^", "~", "¦"])
def test_rare_delimiters_are_found(rows, delimiter):
    found, sheet = rows("\n".join(delimiter.join(row) for row in ROWS))
    assert (found, sheet.delimiter) == (ROWS, delimiter)


@pytest.mark.parametrize(
    "hint", ["sep=;\n", "sep=;\r\n", '"sep=;"\r\n', "\ufeffsep=;\r"]
)
def test_the_hint_of_excel_is_taken(rows, hint):
    end = hint[-1]
    lines = [";".join(row).replace("Ann", "Ann, Bo | Cy") for row in ROWS]
    found, _ = rows(hint + end.join(lines))
    assert found[1][2] == "Ann, Bo | Cy Lee"
    assert len(found) == 4


def test_a_tab_may_be_the_hint(rows):
    text = "sep=\t\n" + "\n".join("\t".join(row) for row in ROWS)
    assert rows(text)[0] == ROWS


def test_lines_quoted_as_a_whole_are_opened(rows):
    inner = ['"' + '","'.join(row) + '"' for row in ROWS]
    wrapped = ['"' + line.replace('"', '""') + '"' for line in inner]
    assert rows("\r\n".join(wrapped))[0] == ROWS
    assert rows("\r\n".join([",".join(ROWS[0]), *wrapped[1:]]))[0] == ROWS


def test_quotes_of_inches_are_signs(rows):
    lines = ["id\titem\tprice", '1\t12" plate\t5', '2\t"Best" mug\t6']
    lines += ['3\t"7 inch\t8', "4\tcup\t9"]
    found, _ = rows("\n".join(lines))
    assert found[2:] == [["2", '"Best" mug', "6"], ["3", '"7 inch', "8"], *found[4:]]
    assert len(found) == 5


@pytest.mark.parametrize(
    "later", ['5,a "small" cup,2024-01-09,3', "5,cup,2024-01-09,3"]
)
def test_one_stray_quote_swallows_no_rows(rows, later):
    head = "id,item,day,price\n"
    many = "".join(f"{n},cup,2024-01-05,{n % 9}\n" for n in range(9_000))
    rest = f'{later}\n6,"large, blue",2024-01-09,4\n'
    found, _ = rows(head + many + '1,"12 inch,2024-01-08,7\n' + rest + many)
    assert len(found) == 18_004
    assert found[9_001] == ["1", "12 inch", "2024-01-08", "7"]
    assert found[9_003] == ["6", "large, blue", "2024-01-09", "4"]


def test_a_quote_that_never_closes_swallows_no_rows(rows):
    many = "".join(f"{n},cup,2024-01-05,{n % 9}\n" for n in range(30_000))
    found, sheet = rows(
        "id,item,day,price\n" + many + '1,"12 inch,2024-01-08,7\n' + many
    )
    assert len(found) == 60_002
    assert found[30_001] == ["1", "12 inch", "2024-01-08", "7"]
    assert sheet.cut_off is None


def test_a_note_of_several_lines_is_one_cell(rows):
    note = '1,"Please ring,\ntwice, at, noon,\nnot later",2024-01-05,9\n'
    plain = "".join(f"{n},x,2024-01-05,9\n" for n in range(30))
    found, _ = rows("id,note,day,price\n" + plain + note + plain)
    assert found[31][1] == "Please ring,\ntwice, at, noon,\nnot later"
    assert len(found) == 62


def test_wide_gaps_separate_and_single_spaces_belong(rows):
    table = [["Order", "Customer", "Unit price"], ["1", "Ann Lee", "5.00"]]
    table += [["2", "Bo van Dyk", "12.50"], ["3", "Cy Oh", "7.00"]]
    text = "\n".join(f"{a:<8}{b:<14}{c:>12}" for a, b, c in table)
    found, sheet = rows(text)
    assert (found, sheet.delimiter) == (table, "  ")


@pytest.mark.parametrize("preamble", ["Report, all shops, 2024", "a|b|c", "x\ty\n\nz"])
def test_what_stands_above_and_below_has_other_signs(rows, preamble):
    lines = [";".join(row) for row in ROWS] * 3
    footer = ["", "Exported by J. Doe, Berlin, on 1 April", "Total;;;62,25"]
    found, sheet = rows("\n".join([preamble, *lines, *footer]))
    assert sheet.delimiter == ";"
    above = len(preamble.split("\n"))
    assert found[above : above + 4] == ROWS


def test_decimal_commas_in_quotes_stay_within_their_cells(rows):
    lines = [",".join([*row[:3], f'"{row[3]}"']) for row in ROWS]
    found, sheet = rows("\n".join(lines))
    assert (found, sheet.delimiter) == (ROWS, ",")


def test_header_words_tell_the_delimiter_where_cells_have_many_signs(rows):
    lines = ["Order;Customer;Products;Total"]
    lines += [f"{n};Ann;a,b,c,d,e;{n},50" for n in range(4)]
    assert rows("\n".join(lines))[1].delimiter == ";"


WORDS = ["Ann Lee", "Mug", "12.50", "2024-03-01", "1,50", "A-17", "0", "x;y", "Käse"]
CELLS = st.sampled_from(WORDS) | st.text(
    st.sampled_from("abcäß 019.-/@#&()'\"|;,\t\n"), max_size=8
)


@st.composite
def tables(draw):
    """Some forty regular rows, as exports have, with any cells among them."""
    width = draw(st.integers(3, 6))
    wild = draw(st.lists(st.lists(CELLS, min_size=width, max_size=width), max_size=6))
    header = [f"Column {n}" for n in range(width)]
    plain = [[f"{row}{n}" for n in range(width)] for row in range(40)]
    place = draw(st.integers(0, 40))
    return [header, *plain[:place], *wild, *plain[place:]]


def written(table, way):
    """A table as a program of this way writes it."""
    lines = []
    for row in table:
        cells = [cell_written(cell, way) for cell in row]
        line = way["delimiter"].join(cells) + way["delimiter"] * way["trailing"]
        if way["wrapped"]:
            line = '"' + line.replace('"', '""') + '"'
        lines.append(line)
    text = way["end"].join(lines) + way["end"] * way["closed"]
    return (way["hint"] and f"sep={way['delimiter']}{way['end']}") + text


def cell_written(cell, way):
    signs = (way["delimiter"], '"', "\n", "\r")
    needed = any(each in cell for each in signs) or cell != cell.strip()
    if not (needed or way["all"]):
        return cell
    quoted = cell.replace('"', '\\"' if way["backslash"] else '""')
    return f'"{quoted}"'


@given(
    table=tables(),
    way=st.fixed_dictionaries(
        {
            "delimiter": st.sampled_from(",;\t|"),
            "end": st.sampled_from(["\n", "\r\n", "\r"]),
            "all": st.booleans(),
            "closed": st.booleans(),
            "trailing": st.booleans(),
            "hint": st.sampled_from(["", "sep"]),
            "wrapped": st.sampled_from([False, False, False, True]),
            "backslash": st.just(False),
        }
    ),
    encoding=st.sampled_from(
        ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]
    ),
)
def test_what_any_program_wrote_is_read(tmp_path_factory, table, way, encoding):
    if way["wrapped"]:
        way |= {"hint": "", "trailing": False}
    path = tmp_path_factory.mktemp("dialect") / "orders.csv"
    # One letter alone does not tell its encoding; that it is asked is tested elsewhere.
    said = encoding if encoding == "cp1252" else None
    found, _ = read_rows(path, written(table, way).encode(encoding), said)
    width = len(table[0])
    assert all(cell is None for row in found for cell in row[width:])
    wanted = [[cell.strip(BLANKS) or None for cell in row] for row in table]
    while not any(wanted[-1]):
        wanted.pop()
    assert [row[:width] for row in found] == wanted


def test_a_cell_of_two_lines_is_one_where_every_quote_is_in_its_place(rows):
    many = "".join(f"{n};mug {n};5\n" for n in range(30))
    found, _ = rows(f'id;item;price\n{many}"x;y";"\n;";Ann\n{many}')
    assert found[31] == ["x;y", ";", "Ann"]
    assert len(found) == 62
