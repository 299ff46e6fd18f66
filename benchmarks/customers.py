"""Forecast many customers, ours and lifetimes: ``python -m benchmarks.customers``.

Every side of every step runs in a process of its own, whose peak memory is printed.
What both worked out is compared, customer by customer where there are any.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.draw_customers import ALPHA, AS_OF, A, B, P, Q, R, V, draw, path_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    import numpy.typing as npt
    import pandas as pd

Fitter = Any  # of one package or the other
Answer = dict[str, np.ndarray]
RSS_UNIT = 1 if sys.platform == "darwin" else 1024
MONTHS = 365.25 / 12 * np.arange(1, 13)
MONTHLY = 1.1 ** (1 / 12) - 1  # discount
COMPARED = 97  # one customer in so many
PEER_UP_TO = 1_000_000  # customers: with more it takes the better part of an hour
SCORES = ("alive", "purchases", "clv")
HISTORY = ["frequency", "recency", "T"]


@dataclass(frozen=True)
class Step:
    """One row of the table: both sides prepare untimed, then answer."""

    name: str
    prepare: dict[str, Callable[[int], Any]]
    ours: Callable[[Any], Answer]
    peer: Callable[[Any], Answer]
    tolerance: float
    faster: float = 10.0


def _frame_for_us(customers: int) -> pd.DataFrame:
    import_module("retention_core.clv.companion")
    return _frame(customers)


def _frame(customers: int) -> pd.DataFrame:
    import pandas as pd

    return pd.read_parquet(path_of(customers) / "summary.parquet")


def _limits(customers: int) -> dict[str, str | int]:
    """What the app gives a shop's engine."""
    spill = str(path_of(customers) / "spill")
    return {"memory_limit": "1GB", "threads": 2, "temp_directory": spill}


def _fit(customers: int) -> Answer:
    import retention_core as rc
    from retention_core import engine

    path = path_of(customers) / "summary.parquet"
    backend, _ = engine.open_parquet({"known": path}, **_limits(customers))
    return {"params": rc.clv.fit(backend.table("known")).params.to_numpy()}


def _fit_of_lifetimes(frame: pd.DataFrame) -> Answer:
    import lifetimes

    fitter = lifetimes.BetaGeoFitter()
    return {"params": fitter.fit(*_past(frame)).params_.to_numpy()}


def _past(frame: pd.DataFrame) -> list[pd.Series]:
    return [frame[name] for name in HISTORY]


def _score(frame: pd.DataFrame) -> Answer:
    from retention_core.clv import companion

    timing, spend = _known(companion)
    alive = timing.conditional_probability_alive(*_past(frame))
    purchases = timing.predict(MONTHS[-1], *_past(frame))
    clv = spend.customer_lifetime_value(
        timing, *_past(frame), frame["monetary_value"], discount_rate=MONTHLY
    )
    return _compared(alive, purchases, clv)


def _score_of_lifetimes(frame: pd.DataFrame) -> Answer:
    import lifetimes

    return _compared(*_scored_there(*_known(lifetimes), frame))


def _scored_there(
    timing: Fitter, spend: Fitter, frame: pd.DataFrame
) -> list[npt.ArrayLike]:
    """By its own functions; its own months would be of 30 days, so the sum is ours."""
    past = _past(frame)
    money = spend.conditional_expected_average_profit(
        frame["frequency"], frame["monetary_value"]
    )
    clv = np.zeros(len(frame))
    before = np.zeros(len(frame))
    for month, end in enumerate(MONTHS, 1):
        until = timing.predict(end, *past)
        clv = clv + money * (until - before) / (1 + MONTHLY) ** month
        before = until
    return [timing.conditional_probability_alive(*past), before, clv]


def _known(package: ModuleType) -> tuple[Fitter, Fitter]:
    """Both fitters of a package, with the parameters that the shop was drawn with."""
    import pandas as pd

    timing, spend = package.BetaGeoFitter(), package.GammaGammaFitter()
    timing.params_ = pd.Series({"r": R, "alpha": ALPHA, "a": A, "b": B})
    spend.params_ = pd.Series({"p": P, "q": Q, "v": V})
    if not hasattr(timing, "predict"):
        timing.predict = timing.conditional_expected_number_of_purchases_up_to_time
    return timing, spend


def _compared(*columns: npt.ArrayLike) -> Answer:
    named = zip(SCORES, columns, strict=True)
    return {name: np.asarray(each)[::COMPARED] for name, each in named}


def _whole(customers: int) -> Answer:
    import retention_core as rc
    from retention_core.clv.forecast import Terms, forecast_held

    orders = rc.open_orders(path_of(customers), **_limits(customers))
    with forecast_held(orders, Terms(12, 0.1, 1.0)) as found:
        # Everybody's row is there, in the engine, where the app asks it.
        table = found.customers
        sums = table.agg(
            alive=table.probability_alive.sum(),
            purchases=table.expected_purchases.sum(),
            clv=table.clv.sum(),
        )
        return {name: each.to_numpy() for name, each in orders.run(sums).items()}


def _whole_of_lifetimes(customers: int) -> Answer:
    import lifetimes
    import pandas as pd
    from lifetimes.utils import summary_data_from_transaction_data

    names = ["customer_id", "ordered_at", "amount"]
    path = path_of(customers) / "order_lines.parquet"
    frame = summary_data_from_transaction_data(
        pd.read_parquet(path, columns=names),
        *names[:2],
        monetary_value_col=names[2],
        observation_period_end=str(AS_OF),
    )
    timing = lifetimes.BetaGeoFitter().fit(*_past(frame))
    repeats = frame[(frame["frequency"] > 0) & (frame["monetary_value"] > 0)]
    spend = lifetimes.GammaGammaFitter()
    spend.fit(repeats["frequency"], repeats["monetary_value"])
    columns = _scored_there(timing, spend, frame)
    sums = zip(SCORES, columns, strict=True)
    return {name: np.atleast_1d(np.sum(each)) for name, each in sums}


FROM_FILE = {"ours": int, "peer": _frame}  # reading it counts as ours
FROM_FRAME = {"ours": _frame_for_us, "peer": _frame}
FROM_ORDERS = {"ours": int, "peer": int}
LOADED = {
    "ours": ("retention_core.clv", "ibis.backends.duckdb"),
    "peer": ("lifetimes",),
}
STEPS = (
    Step("fit BG/NBD", FROM_FILE, _fit, _fit_of_lifetimes, 1e-4),
    Step("score all customers", FROM_FRAME, _score, _score_of_lifetimes, 1e-6),
    Step("whole forecast", FROM_ORDERS, _whole, _whole_of_lifetimes, 1e-4),
)


def main() -> None:
    """Draw what is missing, measure every step at every size, print the table."""
    options = _options()
    if options.draw:
        _drawn(*options.customers)
        return
    if options.step is not None:
        warnings.simplefilter("ignore")
        _here(options)
        return
    print("step | customers | ours s | MB | lifetimes s | MB | times | differs by |")
    for number, step in enumerate(STEPS):
        last: tuple[int, float] | None = None
        for customers in options.customers:
            # Apart: a process begins with the peak memory of the one it came from.
            _run(["--draw", "--customers", str(customers)])
            ours = _apart(number, "ours", customers)
            peer = None
            if customers <= options.peer_up_to:
                peer = _apart(number, "peer", customers)
            print(_row(step, customers, ours, peer), _growth(last, customers, ours[0]))
            last = (customers, ours[0])
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    print(f"\nours below 2,000 MB at any size; load of the machine now: {load}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    sizes = [100_000, 1_000_000, 10_000_000]
    parser.add_argument("--customers", type=int, nargs="+", default=sizes)
    parser.add_argument("--peer-up-to", type=int, default=PEER_UP_TO)
    parser.add_argument("--draw", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--step", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--side", choices=("ours", "peer"), help=argparse.SUPPRESS)
    parser.add_argument("--into", help=argparse.SUPPRESS)
    return parser.parse_args()


def _drawn(customers: int) -> None:
    """The dataset, and every customer's summary beside it."""
    import retention_core as rc
    from retention_core import engine

    shop = draw(customers)
    path = shop / "summary.parquet"
    if not path.is_file():
        orders = rc.open_orders(shop, **_limits(customers))
        table = rc.clv.summary(orders).drop("customer_id")
        engine.write_parquet(table, path, backend=orders.backend)


def _here(options: argparse.Namespace) -> None:
    """Run one side of a step in this process."""
    step, (customers,) = STEPS[options.step], options.customers
    for package in LOADED[options.side]:
        import_module(package)  # once, by who has a server or a notebook
    prepared = step.prepare[options.side](customers)
    started = time.perf_counter()
    answer = (step.ours if options.side == "ours" else step.peer)(prepared)
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * RSS_UNIT
    np.savez(options.into, **answer)
    print(json.dumps([seconds, peak / 1e6]))


def _run(arguments: list[str]) -> str:
    command = [sys.executable, "-m", "benchmarks.customers", *arguments]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def _apart(number: int, side: str, customers: int) -> tuple[float, float, Answer]:
    """Seconds, peak MB and what one side answered, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        into = Path(folder) / "answer.npz"
        asked = ["--side", side, "--step", str(number), "--into", str(into)]
        said = _run([*asked, "--customers", str(customers)])
        seconds, peak = json.loads(said.splitlines()[-1])
        with np.load(into) as answer:
            return seconds, peak, dict(answer)


def _row(
    step: Step,
    customers: int,
    ours: tuple[float, float, Answer],
    peer: tuple[float, float, Answer] | None,
) -> str:
    cells = [step.name, f"{customers:,}", f"{ours[0]:.2f}", f"{ours[1]:,.0f}"]
    if peer is None:
        return " | ".join([*cells, "left out", "", "", "", ""])
    times, apart = peer[0] / ours[0], _apart_by(ours[2], peer[2])
    met = times >= step.faster and apart <= step.tolerance
    cells += [f"{peer[0]:.2f}", f"{peer[1]:,.0f}", f"{times:.1f}", f"{apart:.1e}"]
    return " | ".join([*cells, "met" if met else "MISSED"])


def _apart_by(ours: Answer, peer: Answer) -> float:
    """Largest relative difference where the peer has a number (its series overflow)."""
    worst = 0.0
    for name, known in peer.items():
        finite = np.isfinite(known)
        away = np.abs(ours[name][finite] / known[finite] - 1)
        worst = max(worst, float(away.max()))
    return worst


def _growth(last: tuple[int, float] | None, customers: int, seconds: float) -> str:
    if last is None:
        return ""
    more, longer = customers / last[0], seconds / last[1]
    return f"| {longer:.1f} times as long for {more:.0f} times as many"


if __name__ == "__main__":
    main()
