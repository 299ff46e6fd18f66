"""Equal lines stay, are counted, and count once where asked."""

from __future__ import annotations

import pytest

from retention_core.ingest import staging
from retention_core.ingest.model import Answers
from tests.core.ingest.files import assert_reconciles, lines, take

HEAD = "Order ID,Customer ID,Order Date,Product,Quantity,Amount,Note\n"
TWICE = HEAD + (
    "1,ann,2024-01-05,Tea,1,5.50,a\n"
    "1,ann,2024-01-05,Tea,1,5.50,b\n"
    "1,ann,2024-01-05,Tea,1,5.50,c\n"
    "1,ann,2024-01-05,Tea,2,5.50,d\n"
    "2,ann,2024-01-05,Tea,1,5.50,e\n"
    "2,ann,2024-01-05,Cup,1,7.00,f\n"
    "2,ann,2024-01-05,Cup,1,7.00,g\n"
)


def equal(result):
    reasons = result.ledger.reasons
    found = reasons[reasons["code"] == "equal_line"]
    columns = ["outcome", "rows", "amount", "files"]
    return list(found[columns].itertuples(index=False, name=None))


@pytest.fixture(params=["small", "large"])
def either_way(request, monkeypatch):
    """A large clean file is never written down, and its cells are compared."""
    if request.param == "large":
        monkeypatch.setattr(staging, "SMALL", 0)


@pytest.mark.usefixtures("either_way")
def test_rows_beyond_the_first_are_counted_and_used_all_the_same(tmp_path):
    result = take(tmp_path, TWICE)
    assert equal(result) == [("used", 3, 18.0, "0.csv")]
    assert result.ledger.used == 7
    assert result.ledger.files["amount_used"].tolist() == [41.5]
    assert_reconciles(result)


@pytest.mark.usefixtures("either_way")
def test_where_no_two_lines_are_equal_nothing_is_said(tmp_path):
    result = take(tmp_path, HEAD + "1,ann,2024-01-05,Tea,1,5.50,a\n")
    assert equal(result) == []
    assert result.ledger.reasons.empty


@pytest.mark.usefixtures("either_way")
def test_asked_to_they_count_once(tmp_path):
    result = take(tmp_path, TWICE, answers=Answers(merge_duplicates=True))
    assert equal(result) == [("merged", 3, 18.0, "0.csv")]
    assert len(lines(result)) == 4
    assert (result.ledger.used, result.ledger.merged) == (4, 3)
    assert_reconciles(result)


def test_what_is_set_aside_or_already_merged_is_not_counted(tmp_path):
    text = TWICE.replace("Note", "Status").replace(",g\n", ",cancelled\n")
    result = take(tmp_path, text, text)
    assert [found[:3] for found in equal(result)] == [("used", 2, 11.0)]
    assert_reconciles(result)


def test_a_repeated_total_takes_nothing_away(tmp_path):
    text = """
        Order,Date,Email,Product,Qty,Order Total
        1,2024-01-05,ann@x.org,Tea,2,25.00
        1,2024-01-05,ann@x.org,Cup,1,25.00
        1,2024-01-05,ann@x.org,Cup,1,25.00
        """
    assert equal(take(tmp_path, text)) == [("used", 1, 0.0, "0.csv")]
