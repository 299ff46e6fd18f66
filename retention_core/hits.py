"""How often score and rule were right about who would be lost: the shop's own past."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis
import numpy as np
import pandas as pd

from retention_core import clv, ranking
from retention_core.clv import models
from retention_core.clv.enough import make_sure
from retention_core.clv.histories import Histories
from retention_core.errors import TooSmallError
from retention_core.intervals import wilson

if TYPE_CHECKING:
    from retention_core.clv.fitting import Fit
    from retention_core.clv.special import Floats
    from retention_core.orders import Orders
    from retention_core.ranking import Estimate

HALF = 0.5
TENTHS = 10
NAMES = ("score", "silence", "rule")
UNKNOWN = ranking.Estimate(float("nan"), float("nan"), float("nan"))


@dataclass(frozen=True)
class HitRate:
    """Score and rule as they were ``window_days`` ago, against what happened since.

    Attributes
    ----------
    cutoff
        ``as_of`` less the window: the day that the score and the rule knew.
    customers, lost
        Known at the cut-off; of these without an order since, who by the window count
        as lost today.
    called_lost
        Whom the rule called lost at the cut-off: nobody, where the history before it
        was no longer than the window.
    measures
        A row a ``name``: ``score``; ``silence``, the days since the last order, which
        the rule goes by; ``rule``, its yes or no. ``auc``, the chance that a customer
        who was lost has the higher number than one who was not; ``brier``, the mean
        squared error, 0 to 1, the less the better; ``right``, the share of customers
        called right, the score above one half; each with its 95 % ``…_low, …_high``
        (DeLong; normal; Wilson). NaN where it has no meaning.
    differences
        Of the same customers, by ``measure``: ``auc`` of the score less that of the
        silence; ``brier`` and ``right`` of the score less those of the rule; ``value,
        low, high``.
    calibration
        A row a tenth of the customers by their score (fewer rows where many share
        one): ``customers, score`` (mean), ``lost`` (share), ``low, high`` (Wilson).
    fit
        The model, of what was known at the cut-off.
    """

    cutoff: dt.date
    window_days: int
    customers: int
    lost: int
    called_lost: int
    measures: pd.DataFrame
    differences: pd.DataFrame
    calibration: pd.DataFrame
    fit: Fit

    @property
    def base_rate(self) -> float:
        """Share of the customers who were lost."""
        return self.lost / self.customers


def hit_rate(orders: Orders, *, window_days: int) -> HitRate:
    """Score and rule of ``window_days`` ago against what happened since.

    The model is fitted on what was known at the cut-off, ``as_of`` less the window;
    nothing after it touches score or rule.

    Parameters
    ----------
    window_days
        The window ``w``, at least 1: how far the score looks ahead, the silence after
        which the rule calls a customer lost, and how much of the history is held out.

    Raises
    ------
    TooSmallError
        ``window_days`` is less than 1.
    TooLittleDataError
        Before the cut-off there is too little to fit a model on.
    """
    if window_days < 1:
        raise TooSmallError(name="window_days", value=window_days, least=1)
    cutoff = orders.as_of - dt.timedelta(days=window_days)
    calibration = orders.until(cutoff)
    frame = outcomes(orders, calibration)
    known = Histories.counted(frame)
    make_sure(calibration, known)
    fit = models.fit_histories(known, "bg/nbd")
    history = (known.frequency, known.recency, known.T)
    score = 1 - models.probability_active(fit, window_days, *history)
    silence = known.T - known.recency
    rule = (silence >= window_days).astype(np.float64)
    back = frame["back"].to_numpy(np.float64)
    lost = known.customers - back
    measures, differences = _measured(np.stack([score, silence, rule]), lost, back)
    return HitRate(
        cutoff=cutoff,
        window_days=window_days,
        customers=known.n_customers,
        lost=int(lost.sum()),
        called_lost=int(known.customers @ rule),
        measures=measures,
        differences=differences,
        calibration=_calibration(score, lost, back),
        fit=fit,
    )


def outcomes(orders: Orders, calibration: Orders) -> pd.DataFrame:
    """Distinct histories at the cut-off: ``customers``, and how many came ``back``."""
    days = orders.purchase_days
    later = days.filter(days.day > ibis.literal(calibration.as_of))
    returned = later.group_by("customer_id").agg(back=ibis.literal(1))
    known = clv.summary(calibration).left_join(returned, "customer_id")
    keys = ("frequency", "recency", "T")
    grouped = known.group_by(*keys).agg(
        customers=known.count(), back=known.back.fill_null(0).sum()
    )
    return orders.run(grouped.order_by(*keys))


def _measured(
    numbers: Floats, lost: Floats, back: Floats
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """``measures`` and ``differences`` of :class:`HitRate`; a column a history."""
    areas = ranking.areas(numbers, lost, back)
    score, _, rule = numbers
    # Everybody twice over: those of a history who were lost, and those who came back.
    weights = np.concatenate([lost, back])
    happened = np.concatenate([np.ones_like(lost), np.zeros_like(back)])
    both = {"score": np.tile(score, 2), "rule": np.tile(rule, 2)}
    error = {name: (each - happened) ** 2 for name, each in both.items()}
    hit = {name: (each > HALF) == (happened > HALF) for name, each in both.items()}
    rows = [
        _row(
            name,
            auc=areas.area(place),
            brier=ranking.mean(error[name], weights) if name in error else UNKNOWN,
            right=_share(weights @ hit[name], weights) if name in hit else UNKNOWN,
        )
        for place, name in enumerate(NAMES)
    ]
    right = hit["score"].astype(np.float64) - hit["rule"]
    gaps = {
        "auc": areas.difference(NAMES.index("score"), NAMES.index("silence")),
        "brier": ranking.mean(error["score"] - error["rule"], weights),
        "right": ranking.mean(right, weights),
    }
    found = [{"measure": name, **gap._asdict()} for name, gap in gaps.items()]
    return pd.DataFrame(rows), pd.DataFrame(found)


def _row(name: str, **estimates: Estimate) -> dict[str, str | float]:
    row: dict[str, str | float] = {"name": name}
    for measure, (value, low, high) in estimates.items():
        row |= {measure: value, f"{measure}_low": low, f"{measure}_high": high}
    return row


def _share(successes: float, weights: Floats) -> Estimate:
    n = float(weights.sum())
    low, high = wilson(successes, n)
    return ranking.Estimate(float(successes) / n, float(low), float(high))


def _calibration(score: Floats, lost: Floats, back: Floats) -> pd.DataFrame:
    """``calibration`` of :class:`HitRate`; who shares a score shares a tenth."""
    levels, rows = np.unique(score, return_inverse=True)
    customers = np.bincount(rows, lost + back)
    middle = (np.cumsum(customers) - customers / 2) / customers.sum()
    frame = pd.DataFrame(
        {
            "tenth": np.floor(middle * TENTHS).astype("int64"),
            "customers": customers,
            "score": levels * customers,
            "lost": np.bincount(rows, lost),
        }
    )
    summed = frame.groupby("tenth").sum().reset_index(drop=True)
    low, high = wilson(summed["lost"], summed["customers"])
    return pd.DataFrame(
        {
            "customers": summed["customers"].astype("int64"),
            "score": summed["score"] / summed["customers"],
            "lost": summed["lost"] / summed["customers"],
            "low": low,
            "high": high,
        }
    )
