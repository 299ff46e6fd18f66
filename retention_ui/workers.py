"""Questions that fit models, answered in processes of their own.

A fit is a loop in Python: in the server's own process it would hold up everybody whose
page is being drawn meanwhile. Here a few worker processes, started with the server,
open the dataset themselves and send back the small answer.
"""

from __future__ import annotations

import os
from concurrent.futures import Future
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from loky.process_executor import BrokenProcessPool as BrokenProcessPool
from loky.process_executor import ProcessPoolExecutor, ShutdownExecutorError

from retention_ui.questions import answer

if TYPE_CHECKING:
    from collections.abc import Mapping
    from concurrent.futures import Executor

    from retention_core.orders import Orders
    from retention_ui.datasets import Dataset
    from retention_ui.questions.chosen import Slice

MOST_WORKERS = 4
OPEN_DATASETS = 2
# What a question ends in that its worker had no part in: it is asked again, of others.
GONE = (BrokenProcessPool, ShutdownExecutorError)


def start() -> ProcessPoolExecutor:
    """Return processes that answer; they stay until :func:`end`."""
    count = min(MOST_WORKERS, os.cpu_count() or 1)
    return ProcessPoolExecutor(max_workers=count, timeout=None)


def end(pool: ProcessPoolExecutor) -> None:
    """Let processes finish what they were asked, and end: they hold opened data."""
    pool.shutdown(wait=False)


def begin(
    pool: Executor, dataset: Dataset, asked: tuple[str, Slice, Mapping[str, Any]]
) -> Future[Any]:
    """Have a worker answer a question; the future raises what the answer raises."""
    try:
        return pool.submit(_answered, dataset, dataset.digest, asked)
    except GONE as error:
        dead: Future[Any] = Future()
        dead.set_exception(error)
        return dead


def _answered(
    dataset: Dataset, digest: str, asked: tuple[str, Slice, Mapping[str, Any]]
) -> Any:  # noqa: ANN401
    question, chosen, parameters = asked
    return answer(_orders(dataset, digest), question, chosen, parameters)


@lru_cache(maxsize=OPEN_DATASETS)
def _orders(dataset: Dataset, digest: str) -> Orders:
    """Open a dataset in a worker; its digest tells that it was built anew."""
    return dataset.open_orders()
