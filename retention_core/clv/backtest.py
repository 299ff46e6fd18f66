"""What the forecast would have said, beside what happened."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import ibis
import numpy as np
import pandas as pd
from scipy.stats import rankdata

from retention_core import engine
from retention_core.clv import models
from retention_core.clv.enough import make_sure
from retention_core.clv.errors import NoHoldoutError
from retention_core.clv.groups import order_value
from retention_core.clv.histories import Histories
from retention_core.clv.spend import fit_spend
from retention_core.clv.summary import summary

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from retention_core.clv.fitting import Fit
    from retention_core.clv.special import Floats
    from retention_core.orders import Orders

Code = Literal["good", "fair", "poor", "worse_than_carried_on"]

HORIZON_DAYS = 365
GOOD, FAIR = 0.10, 0.25
SEVEN_OR_MORE = 7
TENTH = 0.1
NODES = 12


@dataclass(frozen=True)
class Verdict:
    """Whether the forecast can be believed, as a code and the facts for a sentence.

    ``code`` is ``"good"`` (total missed by at most 10 %); else
    ``"worse_than_carried_on"`` where each customer's own rate carried on would have
    come nearer; else ``"fair"`` (at most 25 %) or ``"poor"``.

    ``fields``: ``forecast``, ``actual``, ``miss`` (signed share of the actual),
    ``weeks``, ``top_tenth_share``, ``past_spend_top_tenth_share``.
    """

    code: Code
    fields: dict[str, float]


@dataclass(frozen=True)
class Backtest:
    """A forecast made at ``cutoff``, against the ``holdout_days`` after it.

    All of the customers known at ``cutoff``; purchases are purchase days.

    Attributes
    ----------
    actual, forecast
        Repeat purchases in the holdout, in all.
    baselines
        A row a ``rule``: ``model``; ``own_rate`` (each customer's rate carried on);
        ``past_spend``; ``recency`` (the later the last purchase, the better). ``total``
        purchases, ``mae`` and ``rmse`` per customer (NaN for rules that only rank),
        ``rank_correlation`` (Spearman, with the purchases), ``top_tenth_share`` (of the
        holdout's spend, by the tenth of the customers ranked first; the model ranks by
        expected spend).
    tracking
        ``week`` (0 …), cumulative ``actual`` and ``forecast`` purchases. The last week
        may be a part of one.
    by_frequency
        ``frequency`` at the cut-off (7 is 7 and more), ``customers``, mean ``actual``
        and ``forecast`` purchases.
    verdict
        Whether to believe it.
    fit
        The timing model, fitted up to ``cutoff``.
    """

    cutoff: dt.date
    holdout_days: int
    actual: float
    forecast: float
    baselines: pd.DataFrame
    tracking: pd.DataFrame
    by_frequency: pd.DataFrame
    verdict: Verdict
    fit: Fit


def backtest(
    orders: Orders, *, holdout_days: int | None = None, model: str = "bg/nbd"
) -> Backtest:
    """Hold out the end of the history, forecast it, compare.

    Parameters
    ----------
    holdout_days
        Default: the last quarter of the history; or a year, the forecast's horizon,
        where that is more, though never more than half; in whole weeks.
    model
        As for :func:`clv.forecast`.

    Raises
    ------
    TooLittleDataError
        Before the cut-off there is too little to fit a model on.
    NoHoldoutError
        ``holdout_days`` is not between 1 and the history less a day.
    """
    days = usual_holdout(orders.span_days) if holdout_days is None else holdout_days
    if not 1 <= days < orders.span_days:
        raise NoHoldoutError(holdout_days=days, history_days=orders.span_days)
    cutoff = orders.as_of - dt.timedelta(days=days)
    calibration = orders.until(cutoff)
    # What was known then is worked out from the lines: once.
    with engine.held(calibration.purchases, orders.backend) as bought:
        return _tested(orders, replace(calibration, stored=bought), days, model)


def _tested(orders: Orders, calibration: Orders, days: int, model: str) -> Backtest:
    with engine.held(summary(calibration), orders.backend) as table:
        histories = Histories.distinct(table)
        make_sure(calibration, histories)
        timing = models.fit_any(histories, model)
        customers = _customers(orders, calibration, table, fit_spend(table))
    history = [customers[c].to_numpy(np.float64) for c in ("frequency", "recency", "T")]
    customers["forecast"] = models.expected_purchases(timing, days, *history)
    baselines = _baselines(customers, days)
    return Backtest(
        cutoff=calibration.as_of,
        holdout_days=days,
        actual=float(customers["actual"].sum()),
        forecast=float(customers["forecast"].sum()),
        baselines=baselines,
        tracking=_tracking(orders, calibration, (timing, histories), days),
        by_frequency=_by_frequency(customers),
        verdict=_verdict(baselines, float(customers["actual"].sum()), days),
        fit=timing,
    )


def usual_holdout(span_days: int) -> int:
    """Days held out of a history of ``span_days``: whole weeks, if it has any."""
    days = max(span_days // 4, min(HORIZON_DAYS, span_days // 2))
    return days // 7 * 7 or days


def _later(orders: Orders, calibration: Orders) -> ibis.Table:
    """Purchase days after the cut-off."""
    days = orders.purchase_days
    return days.filter(days.day > ibis.literal(calibration.as_of))


def _customers(
    orders: Orders, calibration: Orders, table: ir.Table, spend: Fit
) -> pd.DataFrame:
    """History, past spend and what happened, a row a customer of the calibration."""
    past = calibration.purchase_days
    spent = past.group_by("customer_id").agg(past_spend=past.amount.sum())
    later = _later(orders, calibration)
    happened = later.group_by("customer_id").agg(
        actual=later.count(), spend=later.amount.sum()
    )
    valued = table.mutate(order_value=order_value(table, spend))
    joined = valued.join(spent, "customer_id").left_join(happened, "customer_id")
    return orders.run(
        joined.select(
            "frequency",
            "recency",
            "T",
            "order_value",
            "past_spend",
            actual=joined.actual.fill_null(0).cast("float64"),
            spend=joined.spend.fill_null(0.0),
        )
    )


def _baselines(customers: pd.DataFrame, days: int) -> pd.DataFrame:
    age = customers["T"].clip(lower=1)
    silent = customers["T"] - customers["recency"]
    rate = customers["frequency"] / age * days
    model = customers["forecast"]
    rules = [
        ("model", model, model * customers["order_value"], True),
        ("own_rate", rate, rate, True),
        ("past_spend", customers["past_spend"], customers["past_spend"], False),
        ("recency", -silent, -silent, False),
    ]
    return pd.DataFrame(
        {
            "rule": rule,
            **_errors(predicted, customers["actual"], counts),
            "rank_correlation": _rank_correlation(predicted, customers["actual"]),
            "top_tenth_share": _top_tenth_share(ranking, customers["spend"]),
        }
        for rule, predicted, ranking, counts in rules
    )


def _errors(predicted: pd.Series, actual: pd.Series, counts: bool) -> dict[str, float]:
    if not counts:
        return dict.fromkeys(("total", "mae", "rmse"), float("nan"))
    missed = (predicted - actual).to_numpy(np.float64)
    return {
        "total": float(predicted.sum()),
        "mae": float(np.abs(missed).mean()),
        "rmse": float(np.sqrt((missed**2).mean())),
    }


def _rank_correlation(predicted: pd.Series, actual: pd.Series) -> float:
    """Spearman's; NaN where one side is all alike."""
    ranks = [rankdata(column) for column in (predicted, actual)]
    if any(np.ptp(rank) == 0 for rank in ranks):
        return float("nan")
    one, other = ranks
    return float(np.corrcoef(one, other).flat[1])


def _top_tenth_share(ranking: pd.Series, spend: pd.Series) -> float:
    """Share of ``spend`` by the tenth ranked first; ties share their spend evenly."""
    total = float(spend.sum())
    size = max(1, round(TENTH * len(spend)))
    threshold = float(np.sort(ranking)[-size])
    above, ties = ranking > threshold, ranking == threshold
    share_of_ties = (size - int(above.sum())) / int(ties.sum())
    top = float(spend[above].sum()) + share_of_ties * float(spend[ties].sum())
    return top / total if total > 0 else float("nan")


def _tracking(
    orders: Orders, calibration: Orders, known: tuple[Fit, Histories], days: int
) -> pd.DataFrame:
    customers = calibration.purchases.select("customer_id")
    later = _later(orders, calibration).semi_join(customers, "customer_id")
    since = later.day.delta(ibis.literal(calibration.as_of), unit="day")
    daily = later.select(after=since).group_by("after")
    counted = orders.run(daily.agg(orders=ibis._.count()))
    ends = np.minimum(np.arange(0, days + 7, 7), days)
    after, bought = (counted[c].to_numpy(np.float64) for c in ("after", "orders"))
    return pd.DataFrame(
        {
            "week": np.arange(ends.size),
            "actual": [bought[after <= end].sum() for end in ends],
            "forecast": _totals(*known, ends),
        }
    )


def _totals(timing: Fit, h: Histories, ends: np.ndarray) -> Floats:
    """Expected purchases of all customers up to each end, in days.

    They are smooth in the logarithm of the time to come plus the time scale of the
    rates, so that a polynomial through a few ends is exact for all (better than 1e-8).
    """
    scale = float(timing.params["alpha"])
    domain = [np.log(scale), np.log(scale + float(ends[-1]))]

    def total(places: Floats) -> Floats:
        until = np.maximum(np.exp(places) - scale, 0)
        each = models.expected_until(timing, until, h.frequency, h.recency, h.T)
        return np.asarray(each @ h.customers)

    curve = np.polynomial.Chebyshev.interpolate(total, NODES - 1, domain)
    return np.where(ends > 0, curve(np.log(scale + ends)), 0.0)


def _by_frequency(customers: pd.DataFrame) -> pd.DataFrame:
    frequency = customers["frequency"].clip(upper=SEVEN_OR_MORE)
    return (
        customers.assign(frequency=frequency)
        .groupby("frequency", as_index=False)
        .agg(
            customers=("actual", "size"),
            actual=("actual", "mean"),
            forecast=("forecast", "mean"),
        )
    )


def _verdict(baselines: pd.DataFrame, actual: float, days: int) -> Verdict:
    rules = baselines.set_index("rule")
    forecast, own_rate = (float(rules["total"][r]) for r in ("model", "own_rate"))
    fields = {
        "forecast": forecast,
        "actual": actual,
        "miss": (forecast - actual) / actual if actual else float("nan"),
        "weeks": days / 7,
        "top_tenth_share": float(rules["top_tenth_share"]["model"]),
        "past_spend_top_tenth_share": float(rules["top_tenth_share"]["past_spend"]),
    }
    return Verdict(_code(forecast, actual, own_rate), fields)


def _code(forecast: float, actual: float, own_rate: float) -> Code:
    missed = abs(forecast - actual)
    if missed <= GOOD * actual:
        return "good"
    if missed > abs(own_rate - actual):
        return "worse_than_carried_on"
    return "fair" if missed <= FAIR * actual else "poor"
