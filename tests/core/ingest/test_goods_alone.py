"""The sum of an order's goods holds no shipping, whatever stands beside it."""

from __future__ import annotations

import pytest

from retention_core.ingest.model import Answers, SheetAnswers
from retention_core.ingest.pipeline import build, recognise
from tests.core.ingest.files import lines

ROWS = "".join(
    f"{n},c{n % 7}@example.com,2024-02-{n % 28 + 1:02},{n}0.00,"
    f"{n}.00,{'4.95' if n % 2 else '0.00'}\n"
    for n in range(1, 31)
)


@pytest.mark.parametrize("name", ["Subtotal", "Zwischensumme"])
@pytest.mark.parametrize(("includes", "share"), [(True, 9), (False, 10)])
def test_only_the_discount_is_asked_about(tmp_path, name, includes, share):
    path = tmp_path / "0"
    text = f"Order,Email,Date,{name},Discount,Shipping\n{ROWS}"
    path.write_text(text, encoding="utf-8")
    files = [(path, "o.csv")]
    (found,) = recognise(files, Answers())
    (asked,) = (each for each in found.questions if each.code == "includes")
    assert asked.fields["parts"] == {"discount": "Discount"}
    said = Answers(sheets={"o.csv": SheetAnswers(includes=includes)})
    result = build(files, said, tmp_path / "out")
    assert lines(result)["amount"].sum() == pytest.approx(share * sum(range(1, 31)))
