"""Archives as shops mail them."""

from __future__ import annotations

import gzip
import io
import stat
import struct
import zipfile

import pytest

import retention_core as rc
from retention_core.ingest import errors
from retention_core.ingest.archive import unpack
from tests.core.ingest import workbooks
from tests.core.ingest.files import assert_reconciles

JANUARY = "Order ID,Customer ID,Order Date,Amount,Currency\n" + "".join(
    f"J{n},c{n % 5},2024-01-{n + 1:02},{n}.50,EUR\n" for n in range(30)
)
FEBRUARY = JANUARY.replace("J", "F").replace("2024-01-", "2024-03-")


def packed(path, members, method=zipfile.ZIP_DEFLATED):
    """A zip of names and contents."""
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def in_bytes(members):
    return packed(io.BytesIO(), members).getvalue()


def files_of(result):
    ledger = result.ledger.files
    return dict(zip(ledger["file"], ledger["rows_in"], strict=True))


def test_each_table_in_an_archive_is_a_file_of_the_ledger(tmp_path):
    path = packed(
        tmp_path / "year.zip",
        {
            "2024/": "",
            "2024/january.csv": JANUARY,
            "2024/more/february.csv": FEBRUARY,
            "2024/.DS_Store": b"\0\0\0\1Bud1",
            "__MACOSX/2024/._january.csv": b"\0\5\x16\7",
            "2024/invoice.pdf": b"%PDF-1.7 text",
            "2024/photo.jpg": bytes(range(256)) * 40,
        },
    )
    result = rc.ingest([path])
    assert files_of(result) == {
        "year.zip/2024/january.csv": 30,
        "year.zip/2024/more/february.csv": 30,
        "year.zip/2024/invoice.pdf": 0,
        "year.zip/2024/photo.jpg": 0,
    }
    said = {each.file: each.passed_over for each in result.detection}
    assert said["year.zip/2024/photo.jpg"] == "unknown_file"
    assert said["year.zip/2024/january.csv"] is None
    assert len(result.orders.run(result.orders.purchases)) == 60
    assert_reconciles(result)


def test_a_letter_beside_the_tables_is_a_sheet_that_is_not_used(tmp_path):
    letter = "Dear Ann,\n\nhere are our orders, as you asked.\n\nYours\nBen\n"
    path = packed(tmp_path / "a.zip", {"readme.txt": letter, "orders.csv": JANUARY})
    result = rc.ingest([path])
    roles = {each.file: each.role for each in result.detection}
    assert roles == {"a.zip/readme.txt": "ignore", "a.zip/orders.csv": "orders"}
    assert_reconciles(result)


def test_the_same_file_packed_or_not_is_the_same_orders(tmp_path):
    path = packed(tmp_path / "a.zip", {"orders.csv": JANUARY})
    (tmp_path / "orders.csv").write_text(JANUARY)
    result = rc.ingest([path, tmp_path / "orders.csv"])
    assert len(result.orders.run(result.orders.purchases)) == 30
    assert result.ledger.merged == 30
    assert_reconciles(result)


def test_one_archive_may_lie_in_another_and_no_deeper(tmp_path):
    inner = in_bytes({"orders.csv": JANUARY, "more.csv.gz": gzip.compress(b"a,b\n1,2")})
    path = packed(tmp_path / "a.zip", {"mail/inner.zip": inner, "f.csv": FEBRUARY})
    result = rc.ingest([path])
    assert list(files_of(result)) == [
        "a.zip/mail/inner.zip/orders.csv",
        "a.zip/mail/inner.zip/more.csv.gz",
        "a.zip/f.csv",
    ]
    deep = packed(tmp_path / "b.zip", {"a.zip": in_bytes({"inner.zip": inner})})
    with pytest.raises(errors.ZipArchiveError, match="archive inside an archive"):
        rc.ingest([deep])


def test_names_are_unique_and_always_the_same(tmp_path):
    with pytest.warns(UserWarning, match="Duplicate"):
        path = tmp_path / "a.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("orders.csv", JANUARY)
            archive.writestr("orders.csv", FEBRUARY)
    names = [name for _, name in unpack([(path, "a.zip")], _folder(tmp_path)).files]
    assert names == ["a.zip/orders.csv", "a.zip/orders.csv (2)"]


@pytest.mark.parametrize(
    ("name", "encoding"),
    [
        ("注文一覧.csv", "cp932"),
        ("Bestellungen_März.csv", "cp437"),
        ("Заказы.csv", "cp866"),
        ("Bestellungen_März.csv", "utf-8"),
        ("注文一覧.csv", "utf-8"),
        ("订单列表.csv", "gb18030"),
    ],
)
def test_names_are_read_in_the_encoding_of_their_country(tmp_path, name, encoding):
    raw = name.encode(encoding)
    path = packed(tmp_path / "a.zip", {"x" * len(raw): JANUARY}, zipfile.ZIP_STORED)
    path.write_bytes(path.read_bytes().replace(b"x" * len(raw), raw))
    ((_, found),) = unpack([(path, "a.zip")], _folder(tmp_path)).files
    assert found == f"a.zip/{name}"


def _folder(tmp_path):
    folder = tmp_path / "unpacked"
    folder.mkdir()
    return folder


def test_a_locked_archive_asks_for_its_files(tmp_path):
    path = packed(tmp_path / "a.zip", {"orders.csv": JANUARY})
    content = bytearray(path.read_bytes())
    for signature, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + place] |= 1
    path.write_bytes(content)
    with pytest.raises(
        errors.ArchivePasswordError, match="Unpack it with the password"
    ):
        rc.ingest([path])


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "/etc/passwd",
        "C:/orders.csv",
        "..\\orders.csv",
        "a/../../b.csv",
    ],
)
def test_a_name_that_leads_out_is_refused(tmp_path, name):
    path = packed(tmp_path / "a.zip", {"orders.csv": JANUARY, name: "a,b\n1,2\n"})
    with pytest.raises(errors.UnsafeArchiveError) as caught:
        rc.ingest([path])
    assert caught.value.fields["part"] == name
    assert {each.name for each in tmp_path.iterdir()} == {"a.zip"}


def test_a_name_with_an_end_in_the_middle_is_refused(tmp_path):
    path = packed(tmp_path / "a.zip", {"orders.csvX.exe": JANUARY})
    path.write_bytes(path.read_bytes().replace(b"csvX", b"csv\0"))
    with pytest.raises(errors.UnsafeArchiveError):
        rc.ingest([path])


def test_a_link_is_refused(tmp_path):
    path = packed(tmp_path / "a.zip", {"orders.csv": JANUARY})
    link = zipfile.ZipInfo("passwords.csv")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(errors.UnsafeArchiveError, match=r"passwords\.csv"):
        rc.ingest([path])


def test_an_archive_without_a_table_says_what_it_holds(tmp_path):
    path = packed(tmp_path / "a.zip", {"a.pdf": b"%PDF-", "b.html": "<html>"})
    with pytest.raises(errors.NoTableInArchiveError) as caught:
        rc.ingest([path])
    assert caught.value.fields == {"file": "a.zip", "found": "a.pdf, b.html"}
    with pytest.raises(errors.NoTableInArchiveError, match="holds nothing"):
        rc.ingest([packed(tmp_path / "b.zip", {})])


def test_half_an_archive_is_said_to_be_damaged(tmp_path):
    path = packed(tmp_path / "a.zip", {"orders.csv": JANUARY * 20})
    path.write_bytes(path.read_bytes()[:-150])
    with pytest.raises(errors.RetentionError, match="damaged"):
        rc.ingest([path])


def test_a_method_that_cannot_be_unpacked_is_said(tmp_path):
    path = packed(tmp_path / "a.zip", {"orders.csv": JANUARY})
    content = bytearray(path.read_bytes())
    for signature, place in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        struct.pack_into("<H", content, content.index(signature) + place, 9)
    path.write_bytes(content)
    with pytest.raises(errors.BrokenArchiveError, match="plain zip"):
        rc.ingest([path])


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_common_methods_are_unpacked(tmp_path, method):
    path = packed(tmp_path / "a.zip", {"orders.csv": JANUARY}, method)
    assert files_of(rc.ingest([path])) == {"a.zip/orders.csv": 30}


def test_a_locked_workbook_in_an_archive_is_named(tmp_path):
    book = workbooks.ole2(tmp_path / "b.xlsx", "EncryptedPackage", b"secret")
    path = packed(tmp_path / "a.zip", {"b.xlsx": book.read_bytes(), "o.csv": JANUARY})
    with pytest.raises(errors.PasswordProtectedError, match=r"^a\.zip/b\.xlsx is"):
        rc.ingest([path])


def test_more_tables_than_the_host_allows_are_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("KEPT_LIMIT_TABLES", "2")
    path = packed(tmp_path / "a.zip", {f"{n}.csv": JANUARY for n in range(3)})
    with pytest.raises(errors.TooManyPartsError, match="at most 2"):
        rc.ingest([path])
