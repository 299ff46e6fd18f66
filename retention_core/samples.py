"""The sample shop: files to try everything with."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parents[1] / "sample_data"
FILES = (
    "orders-2024-01-to-2025-06.csv",
    "orders-2025-06-to-2026-06.csv",
    "products.xlsx",
    "customers.xlsx",
    "campaigns.csv",
)


def sample_files() -> list[Path]:
    """The files of the made-up tea and coffee shop, orders first.

    Two overlapping Shopify exports, a products and a customers workbook, a list of
    whom it wrote to. What is planted in them stands in ``sample_data/README.md``.

    Raises
    ------
    FileNotFoundError
        The package was installed without its ``sample_data`` folder.
    """
    found = [FOLDER / name for name in FILES]
    for path in found:
        if not path.is_file():
            message = f"{path} is missing: run python -m sample_data.draw to draw it."
            raise FileNotFoundError(message)
    return found


def sample_marks() -> str:
    """What happened in the made-up shop: JSON, a list of [day, words]."""
    return (FOLDER / "marks.json").read_text(encoding="utf-8")
