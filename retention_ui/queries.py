"""The only cache: what was asked of a dataset before is not worked out again.

A key is one SHA-256 over everything that changes the answer: the dataset and its
content, the question, its parameters and the slice. Two people with the same file do
not meet: an open engine reads the folder of the one who asked first. The underscored
arguments only carry that out; Streamlit does not look at them. Answers are small frames
and numbers, never rows. Whoever may not see single customers is refused before.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import streamlit as st

from retention_ui import workers
from retention_ui.datasets import GoneError
from retention_ui.keeping.model import NotSharedError
from retention_ui.questions import FITTED, answer, names_customers
from retention_ui.questions.chosen import Slice

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from concurrent.futures import Future

    import pandas as pd
    from loky.process_executor import ProcessPoolExecutor

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

    @property
    def lists(self) -> bool:
        """Whether single customers may be seen; else ``NotSharedError`` is raised."""
        return self.dataset.lists

    def everybody(self) -> Shop:
        """Return the same shop with all customers."""
        return Shop(self.dataset)


def ask(shop: Shop, question: str, **parameters: Any) -> Any:  # noqa: ANN401
    """Answer one of ``QUESTIONS``.

    Parameters must be JSON values. The answer is the caller's own copy.
    """
    _make_sure(shop, question, parameters)
    with _there(shop.dataset):
        return _answer(_key(shop, question, parameters), shop, question, parameters)


def begin(shop: Shop, question: str, **parameters: object) -> None:
    """Have a worker start on what will be asked: a question that fits models."""
    _make_sure(shop, question, parameters)
    with _there(shop.dataset):
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
    _make_sure(shop, question, parameters)
    with _there(shop.dataset):
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
    """Drop every answer, close every dataset, end the workers that opened some.

    Called when one is deleted, after its files are gone: a key is a digest and cannot
    be picked out, and what the others lose is worked out again in a moment.
    """
    _answer.clear()
    _begun.clear()
    _orders.clear()
    _workers.clear()


@st.cache_data(max_entries=ANSWERS, ttl="1h", show_spinner=False)
def _answer(
    key: str, _shop: Shop, _question: str, _parameters: Mapping[str, Any]
) -> Any:  # noqa: ANN401
    if _question in FITTED:
        found = _fitted(key, _shop, _question, _parameters)
    else:
        orders = _orders(_shop.dataset.id, _shop.dataset.digest, _shop.dataset)
        found = answer(orders, _question, _shop.slice, _parameters)
    if not _shop.dataset.built:  # deleted meanwhile: nothing of it is to be kept
        _orders.clear()
        raise GoneError
    return found


def _fitted(key: str, *asked: Any) -> Any:  # noqa: ANN401
    """Answer in a worker; once more in new ones where it died (out of memory, say)."""
    begun = _begun(key, *asked)
    failed = begun.exception()
    if failed is not None:  # not to be remembered
        _begun.clear()
    if isinstance(failed, workers.GONE):
        _workers.clear()
        begun = _begun(key, *asked)
    return begun.result()


@st.cache_resource(max_entries=ANSWERS, ttl="1h", show_spinner=False)
def _begun(
    key: str, _shop: Shop, _question: str, _parameters: Mapping[str, Any]
) -> Future[Any]:
    asked = (_question, _shop.slice, _parameters)
    return workers.begin(_workers(), _shop.dataset, asked)


@st.cache_resource(show_spinner=False, on_release=workers.end)
def _workers() -> ProcessPoolExecutor:
    return workers.start()


@contextmanager
def _there(dataset: Dataset) -> Iterator[None]:
    """Raise ``GoneError``, whatever else failed, where a dataset was deleted meanwhile.

    Files go one after the other: an answer may fail on any of them.
    """
    try:
        yield
    finally:
        if not dataset.built:
            raise GoneError


def _make_sure(shop: Shop, question: str, parameters: Mapping[str, Any]) -> None:
    """Raise ``NotSharedError`` where single customers are not to be seen."""
    if not shop.lists and names_customers(question, parameters):
        raise NotSharedError


def _key(shop: Shop, question: str, parameters: Mapping[str, Any]) -> str:
    dataset, chosen = shop.dataset, shop.slice
    asked = [dataset.id, dataset.digest, question, parameters, chosen.by, chosen.value]
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


# No closing on release: another thread may just be asking. The connection goes when the
# last one that holds it is done.
@st.cache_resource(max_entries=OPEN_DATASETS, ttl="1h", show_spinner=False)
def _orders(dataset_id: str, digest: str, _dataset: Dataset) -> Orders:
    return _dataset.open_orders()
