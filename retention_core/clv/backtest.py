"""What the forecast would have said, beside what happened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from retention_core import engine
from retention_core.clv import accuracy, models
from retention_core.clv.enough import make_sure
from retention_core.clv.holdout import Holdout, Outcomes
from retention_core.clv.money_ranks import by_money
from retention_core.clv.rules import compared, tenth
from retention_core.clv.spend import fit_spend
from retention_core.clv.tracking import tracked

if TYPE_CHECKING:
    import datetime as dt

    import ibis.expr.types as ir
    import pandas as pd

    from retention_core.clv.fitting import Fit
    from retention_core.clv.special import Floats
    from retention_core.orders import Orders

Code = Literal["good", "fair", "poor", "worse_than_carried_on"]
Rank = Literal["better", "even", "worse"]

HORIZON_DAYS = 365
GOOD, FAIR = 0.10, 0.25
NAN = float("nan")


@dataclass(frozen=True)
class Verdict:
    """Whether the forecast can be believed, as codes and the facts for a sentence.

    ``code`` is about the total. ``"good"``: missed by at most 10 %; else
    ``"worse_than_carried_on"`` where each customer's own rate carried on would have
    come nearer; else ``"fair"`` (at most 25 %) or ``"poor"``.

    ``ranks`` is about who buys: beside each other rule (``own_rate``, ``past_spend``,
    ``recency``) the model's ranking is ``"better"`` or ``"worse"``, or ``"even"`` where
    the 95 % interval of the difference in area says neither.

    ``fields``: ``forecast``, ``actual``, ``miss`` (signed share of the actual),
    ``weeks``, ``top_tenth_share``, ``past_spend_top_tenth_share``, ``auc``,
    ``past_spend_auc``, ``recency_auc``, ``bought_share`` (of the customers).
    """

    code: Code
    fields: dict[str, float]
    ranks: dict[str, Rank]


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
        ``rank_correlation`` (Spearman, with the purchases), ``auc`` with its 95 %
        ``auc_low, auc_high`` (the chance that somebody who bought in the holdout
        stands above somebody who did not; the model ranks by P(active)), ``brier``
        (mean squared error of the chance to buy; NaN where a rule has none; a rate
        carried on is Poisson), ``top_tenth_share`` (of the holdout's spend, by the
        tenth of the customers ranked first; the model ranks by expected spend).
    differences
        By other ``rule``: by how much the model's ``auc`` is above, ``value, low,
        high`` (DeLong, of the same customers).
    tracking
        ``week`` (0 …), cumulative ``actual`` and ``forecast`` purchases since the
        cut-off. The last week may be a part of one.
    before
        The same of the weeks up to the cut-off (…, -1, 0), since the history began:
        what the model, once fitted, says of the past it has seen.
    by_frequency
        ``frequency`` at the cut-off (7 is 7 and more), ``customers``, mean ``actual``
        purchases with their 95 % ``low, high``, mean ``forecast``.
    by_decile
        The same by ``decile``, tenths of the customers, 1 those of whom the model
        expects most; who ties shares evenly, so that ``customers`` may be broken.
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
    differences: pd.DataFrame
    tracking: pd.DataFrame
    before: pd.DataFrame
    by_frequency: pd.DataFrame
    by_decile: pd.DataFrame
    verdict: Verdict
    fit: Fit


class Predicted(NamedTuple):
    """What the model says of each history: purchases, and the chance of any."""

    expected: Floats
    chance: Floats

    @classmethod
    def by(cls, timing: Fit, found: Outcomes, days: float) -> Predicted:
        """For the holdout's ``days``."""
        h = found.histories
        history = (h.frequency, h.recency, h.T)
        return cls(
            models.expected_purchases(timing, days, *history),
            models.probability_active(timing, days, *history),
        )


def backtest(
    orders: Orders, *, holdout_days: int | None = None, model: str = "bg/nbd"
) -> Backtest:
    """Hold out the end of the history, forecast it, compare.

    Customers are grouped and ranked in the engine: what comes back is a row a distinct
    history and number of purchases since.

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
    NoRepeatSpendError
        Before the cut-off repeat customers never paid anything.
    NoHoldoutError
        ``holdout_days`` is not between 1 and the history less a day.
    """
    models.model_of(model)
    days = usual_holdout(orders.span_days) if holdout_days is None else holdout_days
    holdout = Holdout.of(orders, days)
    # What was known then is worked out from the lines: once.
    with engine.held(holdout.purchase_days, orders.backend) as bought:
        return _tested(holdout, bought, model)


def _tested(holdout: Holdout, bought: ir.Table, model: str) -> Backtest:
    orders, days = holdout.orders, holdout.days
    with engine.held(holdout.customers(bought), orders.backend) as customers:
        found = Outcomes.of(orders.run(Outcomes.grouped(customers)))
        make_sure(holdout.calibration, found.histories)
        timing = models.fit_any(found.histories, model)
        predicted = Predicted.by(timing, found, days)
        money = by_money(
            orders, customers, fit_spend(customers), predicted, found, tenth(found)
        )
    before, after = tracked(holdout, bought, timing, found.histories)
    baselines, differences = compared(predicted, money, found, days)
    return Backtest(
        cutoff=holdout.cutoff,
        holdout_days=days,
        actual=found.total,
        forecast=float(found.histories.customers @ predicted.expected),
        baselines=baselines,
        differences=differences,
        tracking=after,
        before=before,
        by_frequency=accuracy.by_frequency(predicted.expected, found),
        by_decile=accuracy.by_decile(predicted.expected, found),
        verdict=_verdict(baselines, differences, found, days),
        fit=timing,
    )


def usual_holdout(span_days: int) -> int:
    """Days held out of a history of ``span_days``: whole weeks, if it has any."""
    days = max(span_days // 4, min(HORIZON_DAYS, span_days // 2))
    return days // 7 * 7 or days


def _verdict(
    baselines: pd.DataFrame, differences: pd.DataFrame, found: Outcomes, days: int
) -> Verdict:
    rules, actual = baselines.set_index("rule"), found.total
    forecast, own_rate = (float(rules["total"][r]) for r in ("model", "own_rate"))
    top, auc = rules["top_tenth_share"], rules["auc"]
    fields = {
        "forecast": forecast,
        "actual": actual,
        "miss": (forecast - actual) / actual if actual else NAN,
        "weeks": days / 7,
        "top_tenth_share": float(top["model"]),
        "past_spend_top_tenth_share": float(top["past_spend"]),
        "auc": float(auc["model"]),
        "past_spend_auc": float(auc["past_spend"]),
        "recency_auc": float(auc["recency"]),
        "bought_share": float(found.bought.sum() / found.customers.sum()),
    }
    ranks = {
        rule: _rank(low, high)
        for rule, low, high in zip(
            differences["rule"], differences["low"], differences["high"], strict=True
        )
    }
    return Verdict(_code(forecast, actual, own_rate), fields, ranks)


def _rank(low: float, high: float) -> Rank:
    if low > 0:
        return "better"
    return "worse" if high < 0 else "even"


def _code(forecast: float, actual: float, own_rate: float) -> Code:
    missed = abs(forecast - actual)
    if missed <= GOOD * actual:
        return "good"
    if missed > abs(own_rate - actual):
        return "worse_than_carried_on"
    return "fair" if missed <= FAIR * actual else "poor"
