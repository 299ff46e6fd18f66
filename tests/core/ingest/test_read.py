from __future__ import annotations

import csv
import datetime as dt
import gzip
import io

import duckdb
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retention_core.ingest import errors
from retention_core.ingest.read import read
from retention_core.ingest.survey import BLANKS
from tests.conftest import SHARED, needs_shared
from tests.core.ingest import workbooks

ORDERS = "order,customer,amount\n1,ann,2.50\n2,bén,3.00\n"


class Table:
    """One sheet, read, with all its rows at hand."""

    def __init__(self, path, **options):
        con = duckdb.connect()
        (self.sheet,) = read(path, path.name, con, **options)
        rows = con.execute(f"FROM {self.sheet.relation}").fetchall()
        self.rows = [list(cells) for _, *cells in rows]
        self.numbers = [number for number, *_ in rows]
        con.close()


@pytest.fixture
def table(tmp_path):
    """Read these bytes as a file."""

    def from_bytes(content, name="orders.csv", **options):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return Table(path, **options)

    return from_bytes


def test_a_clean_file_is_read_as_it_stands(table):
    read_table = table(ORDERS)
    assert read_table.rows == [
        ["order", "customer", "amount"],
        ["1", "ann", "2.50"],
        ["2", "bén", "3.00"],
    ]
    assert read_table.numbers == [1, 2, 3]
    sheet = read_table.sheet
    assert (sheet.encoding, sheet.delimiter, sheet.cut_off) == ("utf-8", ",", None)
    assert sheet.head == (
        (1, ("order", "customer", "amount")),
        (2, ("1", "ann", "2.50")),
        (3, ("2", "bén", "3.00")),
    )


def test_a_header_alone_is_one_row(table):
    assert table("order,amount\n").rows == [["order", "amount"]]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(table, delimiter):
    lines = ["order,amount,note", "1,2,a b", "2,3,c d"]
    text = "\n".join(lines).replace(",", delimiter)
    read_table = table(text)
    assert read_table.sheet.delimiter == delimiter
    assert read_table.rows[1] == ["1", "2", "a b"]


def test_a_comma_inside_numbers_is_no_delimiter(table):
    read_table = table("date;price;tax\n5.1.2024;1,50;0,30\n6.1.2024;2,50;0,50\n")
    assert read_table.rows[1] == ["5.1.2024", "1,50", "0,30"]


def test_runs_of_spaces_separate_columns(table):
    read_table = table(" id  date  amount\n 01 19970101  1.77\n 02 19970112 12.00\n")
    assert read_table.rows[1] == ["01", "19970101", "1.77"]


def test_the_delimiter_hint_of_excel_is_no_row(table):
    read_table = table("sep=;\norder;amount\n1;2\n")
    assert read_table.rows == [["order", "amount"], ["1", "2"]]
    assert read_table.numbers == [1, 2]


@pytest.mark.parametrize(
    ("encoding", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("cp1252", "cp1252"),
    ],
)
def test_the_encoding_is_found(table, encoding, found):
    text = "Käufer,Straße,Größe\n" + "Jürgen Müller,Hauptstraße 5,groß\n" * 20
    read_table = table(text.encode(encoding))
    assert read_table.sheet.encoding == found
    assert read_table.rows[:2] == [
        ["Käufer", "Straße", "Größe"],
        ["Jürgen Müller", "Hauptstraße 5", "groß"],
    ]


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1252", "Geschenkkarte £5,€3 “Größe”\n"),
        ("cp1250", "Zażółć gęślą jaźń,5\nŁódź,3\nKsiążka,2\n"),
        ("cp1251", "Заказ,Клиент\n1,Анна Иванова\n"),
        ("cp932", "注文番号,顧客名,金額\n1,山田 花子,1\n"),
        ("gb18030", "订单编号,买家会员名,金额\n1,张三,5\n"),
        ("cp949", "주문번호,고객,금액\n1,김철수,5\n"),
        ("big5", "訂單編號,買家,金額\n1,張三,5\n"),
    ],
)
def test_the_script_tells_the_encoding(table, encoding, text):
    read_table = table(text.encode(encoding))
    assert read_table.sheet.encoding == encoding
    assert read_table.rows[0] == text.split("\n")[0].split(",")


def test_a_given_encoding_holds(table):
    text = "имя,сумма\nАнна,1\n"
    assert table(text.encode("cp1251"), encoding="cp1251").rows[1] == ["Анна", "1"]


@pytest.mark.parametrize("encoding", ["klingon", "shift_jis"])
def test_an_encoding_that_does_not_fit_is_refused(table, encoding):
    content = bytes(range(128, 256)) * 20 + b",x\n"
    with pytest.raises(errors.UnreadableEncodingError, match=encoding):
        table(content, encoding=encoding)


def test_a_few_broken_bytes_do_not_change_the_encoding(table):
    content = ("Ünïcödé,1\n" * 200).encode() + b"caf\xe9,2\n"
    read_table = table(content)
    assert read_table.rows[0] == ["Ünïcödé", "1"]
    assert read_table.rows[-1] == ["caf\ufffd", "2"]


def test_blank_lines_keep_their_numbers(table):
    read_table = table("Report\n\norder,amount\n1,2\n\n2,3\n\n\n,\n")
    assert read_table.numbers == [1, 2, 3, 4, 5, 6]
    assert read_table.rows[1] == [None, None]
    assert read_table.rows[5] == ["2", "3"]


def test_a_quoted_line_end_is_within_one_row(table):
    read_table = table('order,note\n1,"one\ntwo, ""three"""\n2,x\n')
    assert read_table.rows == [
        ["order", "note"],
        ["1", 'one\ntwo, "three"'],
        ["2", "x"],
    ]
    assert read_table.numbers == [1, 2, 3]


def test_blanks_of_all_kinds_are_trimmed_and_nothing_is_null(table):
    read_table = table("a,b,c\n 1\xa0,\u3000 x y\t, \xa0\n,,\n\ufeff2,\u200b3,4\n")
    assert read_table.rows[1:] == [
        ["1", "x y", None],
        [None, None, None],
        ["2", "3", "4"],
    ]


def test_backslashes_escape_quotes_where_they_do(table):
    lines = ["id,note,n", *(f'{n},"a \\"b\\", c",5' for n in range(9))]
    assert table("\n".join(lines)).rows[3] == ["2", 'a "b", c', "5"]


@pytest.mark.parametrize("end", ['8,"unfinished, 4\n', "8,ann", '8,"x\ny'])
def test_half_a_file_is_noticed(table, end):
    whole = "".join(f"{n},ann,{n}\n" for n in range(1, 30))
    assert table("order,customer,amount\n" + whole + end).sheet.cut_off == 31


@pytest.mark.parametrize("end", ["", "8,ann,5", "8,ann,5\n", "8,ann\n"])
def test_a_whole_file_is_not_taken_for_half(table, end):
    whole = "".join(f"{n},ann,{n}\n" for n in range(1, 30))
    assert table("order,customer,amount\n" + whole + end).sheet.cut_off is None


def test_a_character_cut_in_two_at_the_end_is_half_a_file(table):
    content = ("order,customer\n" + "1,bén\n" * 30 + "2,b").encode() + b"\xc3"
    read_table = table(content)
    assert read_table.sheet.encoding == "utf-8"
    assert len(read_table.rows) == 32


def test_compressed_text_is_read_as_text(table):
    content = gzip.compress(ORDERS.encode())
    assert table(content, "orders.csv.gz").rows[2] == ["2", "bén", "3.00"]
    half = gzip.compress(b"order,amount\n" + b"1,2\n" * 9_000)[:-12]
    assert len(table(half, "half.csv.gz").rows) > 1
    with pytest.raises(errors.EmptyFileError):
        table(gzip.compress(b""), "none.csv.gz")


def test_too_many_columns_are_refused(table):
    line = ",".join(f"c{n}" for n in range(5_000))
    for text in (line + "\n", "report\n\n" + line, line + "\n" + line + "\n"):
        with pytest.raises(errors.TooManyColumnsError, match="5000 columns"):
            table(text)


def test_one_endless_line_is_refused(table):
    with pytest.raises(errors.LineTooLongError, match="Row 2 of"):
        table(b"order,amount\n" + b"x" * 10_000_000)
    with pytest.raises(errors.TooManyColumnsError):
        table(b"order,amount\n" + b"x," * 2_000_000)


def test_a_quote_that_never_closes_is_named(table):
    text = 'order,note\n1,"12 inch\n' + "2,x\n" * 50_000
    with pytest.raises(errors.CellTooLargeError, match="begins in row 2"):
        table(text)


@pytest.mark.parametrize("ending", [".csv", ".txt", ".xls", ""])
def test_the_ending_means_nothing(tmp_path, ending):
    path = tmp_path / f"orders{ending}"
    workbooks.xlsx(path, '<row r="2"><c r="B2"><v>17850.0</v></c></row>')
    assert Table(path).rows == [[None, None], [None, "17850"]]


def test_cells_of_a_workbook_become_plain_text(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["  order ", "\xa0", 17850.0, 2.55, 1e-7, True])
    book.active.append([])
    moment = dt.datetime(2024, 1, 5, 10, 30, 5)
    times = [dt.date(2024, 1, 5), moment, dt.time(9, 5), dt.timedelta(hours=30)]
    big = "12345678901234"
    book.active.append([*times, -3, int(big)])
    book.save(tmp_path / "b.xlsx")
    read_table = Table(tmp_path / "b.xlsx")
    assert read_table.rows == [
        ["order", None, "17850", "2.55", "1e-07", "TRUE"],
        [None] * 6,
        ["2024-01-05", "2024-01-05 10:30:05", "09:05:00", "30:00:00", "-3", big],
    ]


def test_formulas_give_their_cached_value_and_merged_cells_their_first(tmp_path):
    path = workbooks.xlsx(
        tmp_path / "f.xlsx",
        '<row r="1"><c r="A1" t="str"><f>B1</f><v>sum</v></c></row>'
        '<row r="2"><c r="A2"><f>1+1</f><v>2</v></c></row>'
        '</sheetData><mergeCells count="1"><mergeCell ref="A1:B1"/></mergeCells>'
        "<sheetData>",
    )
    assert [row[0] for row in Table(path).rows] == ["sum", "2"]


def test_every_visible_sheet_with_cells_is_a_table(tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "Orders"
    book["Orders"]["A1"] = "a"
    book.create_sheet("Empty")
    book.create_sheet("Hidden")["A1"] = "b"
    book["Hidden"].sheet_state = "hidden"
    book.create_sheet("Produkte & mehr")["C4"] = "c"
    book.save(tmp_path / "b.xlsx")
    con = duckdb.connect()
    sheets = read(tmp_path / "b.xlsx", "b.xlsx", con)
    assert [each.sheet for each in sheets] == ["Orders", "Produkte & mehr"]
    assert sheets[1].head[3] == (4, (None, None, "c"))
    con.close()


def test_a_workbook_without_cells_is_empty(tmp_path):
    openpyxl.Workbook().save(tmp_path / "b.xlsx")
    with pytest.raises(errors.EmptyFileError):
        Table(tmp_path / "b.xlsx")


def test_blank_rows_at_the_end_of_a_sheet_are_left_out(tmp_path):
    rows = '<row r="1"><c r="A1"><v>1</v></c></row>'
    rows += '<row r="9"><c r="A9" t="inlineStr"><is><t> </t></is></c></row>'
    assert Table(workbooks.xlsx(tmp_path / "b.xlsx", rows)).numbers == [1]


def test_an_excel_97_workbook_is_read(tmp_path):
    path = workbooks.xls(tmp_path / "b.xls", [["order", "sum"], ["é", 17850.0]])
    assert Table(path).rows == [["order", "sum"], ["é", "17850"]]


def test_an_opendocument_spreadsheet_is_read(tmp_path):
    value = (
        "<table:table-cell office:value-type={}><text:p>x</text:p></table:table-cell>"
    )
    cells = [
        value.format('"string"'),
        value.format('"float" office:value="17850"'),
        value.format('"date" office:date-value="2024-01-05"'),
    ]
    gap = '<table:table-row table:number-rows-repeated="2"><table:table-cell/>'
    rows = f"<table:table-row>{cells[0]}</table:table-row>{gap}</table:table-row>"
    rows += f"<table:table-row>{''.join(cells)}</table:table-row>"
    read_table = Table(workbooks.ods(tmp_path / "b.ods", rows))
    assert read_table.rows[3] == ["x", "17850", "2024-01-05"]
    assert read_table.numbers == [1, 2, 3, 4]


def test_a_broken_sheet_is_said_to_be_broken(tmp_path):
    path = workbooks.xlsx(tmp_path / "b.xlsx", '<row r="1"><c r="A1"><v>1</c></row>')
    with pytest.raises(errors.BrokenWorkbookError, match="damaged"):
        Table(path)


CELLS = st.text(
    st.sampled_from("ab1é \xa0\u3000\t\n,;|\"'\\.中"), max_size=6
) | st.sampled_from(["", "2024-01-05", "1,50", "Ann B"])
WIDTHS = st.integers(3, 5)


@given(
    rows=WIDTHS.flatmap(
        lambda width: st.lists(
            st.lists(CELLS, min_size=width, max_size=width), min_size=1, max_size=8
        )
    ),
    delimiter=st.sampled_from(",;\t|"),
    line_end=st.sampled_from(["\n", "\r\n"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_what_a_writer_wrote_is_read(
    tmp_path_factory, rows, delimiter, line_end, quoting, encoding
):
    header = [f"column {n}" for n in range(len(rows[0]))]
    text = io.StringIO(newline="")
    writer = csv.writer(
        text, delimiter=delimiter, lineterminator=line_end, quoting=quoting
    )
    # Rows that say which delimiter it is, as real files have plenty of.
    writer.writerows([header] * 40 + rows)
    path = tmp_path_factory.mktemp("written") / "orders.csv"
    path.write_bytes(text.getvalue().encode(encoding))
    wanted = [[cell.strip(BLANKS) or None for cell in row] for row in rows]
    while wanted and not any(wanted[-1]):
        wanted.pop()
    read_table = Table(path)
    assert read_table.rows == [header] * 40 + wanted
    assert read_table.numbers == list(range(1, 41 + len(wanted)))


@given(
    lines=st.lists(st.text(st.sampled_from('ab ,"\t\xa0é'), max_size=8), max_size=6),
    line_end=st.sampled_from(["\n", "\r\n"]),
    last=st.booleans(),
)
def test_awkward_lines_are_read_as_python_reads_them(
    tmp_path_factory, lines, line_end, last
):
    lines = ["x,y"] * 40 + lines
    text = line_end.join(lines) + line_end * last
    records = csv.reader(io.StringIO(text, newline=""), skipinitialspace=True)
    wanted = [[cell.strip(BLANKS) or None for cell in record] for record in records]
    while not any(wanted[-1]):
        wanted.pop()
    path = tmp_path_factory.mktemp("awkward") / "orders.csv"
    path.write_bytes(text.encode())
    read_table = Table(path)
    width = read_table.sheet.columns
    # A delimiter too many at the end of a line makes no column.
    assert not any(cell for row in wanted for cell in row[width:])
    padded = [row[:width] + [None] * (width - len(row)) for row in wanted]
    assert read_table.rows == padded
    assert read_table.numbers == list(range(1, len(wanted) + 1))


def test_many_rows_keep_their_order_and_numbers(table):
    plain = "".join(f"{n},x\n" for n in range(300_000))
    for text in (plain, plain.replace("\n299998", "\n\n299998")):
        read_table = table(text)
        pairs = zip(read_table.numbers, read_table.rows, strict=True)
        shift = len(read_table.rows) - 300_000
        assert all(
            cells[0] is None or int(cells[0]) == number - 1 - shift * (number > 299_998)
            for number, cells in pairs
        )
        assert read_table.numbers == list(range(1, 300_001 + shift))


@needs_shared
@pytest.mark.parametrize(
    ("name", "columns", "rows", "delimiter"),
    [
        ("cdnow/CDNOW_master.txt", 4, 69_660, " "),
        ("cdnow/CDNOW_sample.txt", 5, 6_919, " "),
        ("groceries/groceries.csv", 32, 9_835, ","),
        ("online_retail/online_retail.csv.gz", 8, 541_910, ","),
        ("completejourney/products.csv.gz", 7, 92_332, ","),
        ("adventureworks/sales.csv.gz", 9, 32_719, ","),
    ],
)
def test_published_files_are_read_whole(name, columns, rows, delimiter):
    con = duckdb.connect()
    (sheet,) = read(SHARED / "data" / name, name, con)
    found = con.table(sheet.relation).aggregate("count(*), max(row)").fetchone()
    assert (sheet.columns, *found, sheet.delimiter) == (columns, rows, rows, delimiter)
    con.close()
