"""One data folder with the sample shop in it, for every test that only reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from retention_ui import datasets, queries

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from retention_ui.datasets import Dataset


@pytest.fixture(scope="session")
def data_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("kept")
        patch.setenv("KEPT_DATA", str(folder))
        queries.forget()
        yield folder


@pytest.fixture(scope="session")
def sample(data_folder: Path) -> Dataset:
    return datasets.sample()
