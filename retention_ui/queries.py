"""The only cache: what was asked of a dataset before is not worked out again.

A key is one SHA-256 over everything that changes the answer: the dataset and its
content, the question, its parameters and the slice. Two people with the same file do
not meet: an open engine reads the folder of the one who asked first. The underscored
arguments only carry that out; Streamlit does not look at them. Answers are small frames
and numbers, never rows.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import streamlit as st

from retention_ui import workers
from retention_ui.questions import FITTED, answer
from retention_ui.questions.chosen import Slice

if TYPE_CHECKING:
    from collections.abc import Mapping
    from concurrent.futures import Executor, Future

    import pandas as pd

    from retention_core.orders import Orders
    from retention_ui.datasets import Dataset
    from retention_ui.questions.shop import Facts

OPEN_DATASETS = 8
ANSWERS = 512


@dataclass(frozen=True)
class Shop:
    """A dataset, and which of its customers are looked at."""

    dataset: Dataset
    slice: Slice = field(default_factory=Slice)

    def everybody(self) -> Shop:
        """Return the same shop with all customers."""
        return Shop(self.dataset)


def ask(shop: Shop, question: str, **parameters: Any) -> Any:  # noqa: ANN401
    """Answer one of ``QUESTIONS``.

    Parameters must be JSON values. The answer is the caller's own copy.
    """
    return _answer(_key(shop, question, parameters), shop, question, parameters)


def begin(shop: Shop, question: str, **parameters: object) -> None:
    """Have a worker start on what will be asked: a question that fits models."""
    _begun(_key(shop, question, parameters), shop, question, parameters)


def begin_fits(shop: Shop, *more: str) -> None:
    """Have workers start on the fits of a forecast, and ``more`` of the model.

    BG/NBD is the one that most shops' past speaks for.
    """
    begin(shop, "choice")
    for question in ("fits", *more):
        begin(shop, question, model="bg/nbd")


def rows(shop: Shop, question: str, **parameters: Any) -> pd.DataFrame:  # noqa: ANN401
    """Answer a question with a row for each customer; too large to be kept."""
    orders = _orders(shop.dataset.id, shop.dataset.digest, shop.dataset)
    found: pd.DataFrame = answer(orders, question, shop.slice, parameters)
    return found


def facts(dataset: Dataset) -> Facts:
    """Return what stands in every page's title line."""
    found: Facts = ask(Shop(dataset), "facts")
    return found


def values(dataset: Dataset) -> dict[str, list[str]]:
    """Return the values of each dimension that customers can be chosen by."""
    found: dict[str, list[str]] = ask(Shop(dataset), "values")
    return found


def forget() -> None:
    """Drop every answer and close every dataset.

    Called when one is deleted: a key is a digest and cannot be picked out, and what
    the others lose is worked out again in a moment.
    """
    _answer.clear()
    _begun.clear()
    _orders.clear()


@st.cache_data(max_entries=ANSWERS, ttl="1h", show_spinner=False)
def _answer(
    key: str, _shop: Shop, _question: str, _parameters: Mapping[str, Any]
) -> Any:  # noqa: ANN401
    if _question in FITTED:
        return _fitted(key, _shop, _question, _parameters)
    orders = _orders(_shop.dataset.id, _shop.dataset.digest, _shop.dataset)
    return answer(orders, _question, _shop.slice, _parameters)


def _fitted(key: str, *asked: Any) -> Any:  # noqa: ANN401
    """Answer in a worker; once more in new ones where it died (out of memory, say)."""
    begun = _begun(key, *asked)
    failed = begun.exception()
    if failed is not None:  # not to be remembered
        _begun.clear()
    if isinstance(failed, workers.BrokenProcessPool):
        _workers.clear()
        begun = _begun(key, *asked)
    return begun.result()


@st.cache_resource(max_entries=ANSWERS, ttl="1h", show_spinner=False)
def _begun(
    key: str, _shop: Shop, _question: str, _parameters: Mapping[str, Any]
) -> Future[Any]:
    asked = (_question, _shop.slice, _parameters)
    return workers.begin(_workers(), _shop.dataset, asked)


@st.cache_resource(show_spinner=False)
def _workers() -> Executor:
    return workers.start()


def _key(shop: Shop, question: str, parameters: Mapping[str, Any]) -> str:
    dataset, chosen = shop.dataset, shop.slice
    asked = [dataset.id, dataset.digest, question, parameters, chosen.by, chosen.value]
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


# No closing on release: another thread may just be asking. The connection goes when the
# last one that holds it is done.
@st.cache_resource(max_entries=OPEN_DATASETS, ttl="1h", show_spinner=False)
def _orders(dataset_id: str, digest: str, _dataset: Dataset) -> Orders:
    return _dataset.open_orders()
