"""Discounts in per cent, with and without their sign."""

from __future__ import annotations

import pytest

from tests.core.ingest.files import lines, take

HEAD = "Order ID,Customer ID,Order Date,Product,Quantity,Unit Price"


def rows(off: str, more: str = "") -> str:
    return "".join(
        f"{n},c{n % 9},2024-02-{n % 28 + 1:02},P{n % 5},{n % 3 + 1},"
        f"{n % 5 * 10 + 10}.00,"
        f"{off if n % 2 else ''}{more.format(net=net(n)) if more else ''}\n"
        for n in range(1, 41)
    )


def net(n: int) -> float:
    return (n % 3 + 1) * (n % 5 * 10 + 10) * (0.9 if n % 2 else 1)


NET = sum(map(net, range(1, 41)))


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("Discount %", "10"),
        ("Discount", "10 %"),
        ("Discount percent", "0.1"),
        ("Rabatt in %", "10"),
        ("Discount %", "10%"),
    ],
)
def test_a_discount_in_per_cent_is_taken_off(tmp_path, name, cell):
    result = take(tmp_path, f"{HEAD},{name}\n" + rows(cell))
    assert lines(result)["amount"].sum() == pytest.approx(NET)


@pytest.mark.parametrize("cell", ["10", "0.1"])
def test_an_amount_after_it_stands(tmp_path, cell):
    text = f"{HEAD},Discount %,Line total\n" + rows(cell, ",{net:.2f}")
    result = take(tmp_path, text)
    assert lines(result)["amount"].sum() == pytest.approx(NET)
