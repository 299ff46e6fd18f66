"""How far the reading of a text file has come is said as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from retention_core.ingest import survey
from retention_core.ingest.model import Answers
from retention_core.ingest.pipeline import recognise

if TYPE_CHECKING:
    from retention_core.ingest.progress import Progress

HEAD = "Order,Date,Customer,Product,Total\n"


@pytest.mark.parametrize(("encoding", "quote"), [("utf-8", '"'), ("cp1251", "")])
def test_bytes_then_rows_rise_to_what_the_file_holds(
    tmp_path, monkeypatch, encoding, quote
):
    monkeypatch.setattr(survey, "EVERY_BYTES", 1 << 20)
    # A quoted line end keeps the file off the fast way, which may be too fast to tell.
    rows = f"1,2024-01-05,{quote}Иван\n\nПетров{quote},Чай,5.00\n" if quote else ""
    rows += "2,2024-01-05,Иван Петров,Чай,5.00\n" * 90_000
    path = tmp_path / "shop.csv"
    path.write_bytes((HEAD + rows).encode(encoding))
    reports: list[Progress] = []
    recognise([(path, path.name)], Answers(), reports.append)
    steps = {each.step for each in reports if each.rows}
    assert "survey" in steps
    assert ("decode" in steps) == (encoding != "utf-8")
    for step in ("survey", "decode"):
        told = [each.rows for each in reports if each.step == step]
        assert told == sorted(told)
        assert all(each <= path.stat().st_size for each in told)
    parsed = [each for each in reports if each.step == "parse"]
    assert {each.rows_total for each in parsed} <= {90_001, 90_004}
    if quote:
        assert [each.rows for each in parsed] == [20_000, 40_000, 60_000, 80_000]
    shares = [each.share for each in reports if each.rows]
    assert shares == sorted(shares)
    assert shares[-1] > 0.1
