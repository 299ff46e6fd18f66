"""Which model to take: each forecasts parts of the shop's own past it has not seen."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import ibis
import numpy as np
import pandas as pd

from retention_core import engine, ranking
from retention_core.clv import accuracy, models
from retention_core.clv.backtest import HORIZON_DAYS, Predicted
from retention_core.clv.enough import make_sure
from retention_core.clv.errors import NoHoldoutError
from retention_core.clv.fitting import PROPER
from retention_core.clv.holdout import Holdout, Outcomes
from retention_core.clv.misses import own_error, unexplained
from retention_core.clv.uncertainty import Unexplained
from retention_core.errors import TooLittleDataError
from retention_core.intervals import Z95

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from retention_core.clv.fits import Fits
    from retention_core.clv.fitting import Fit
    from retention_core.clv.special import Floats
    from retention_core.orders import Orders

Reason = Literal["nothing_compared", "usual", "nearer"]

USUAL = "bg/nbd"
CUTOFFS = 3
MOST = 5_000
COLUMNS = (
    "model",
    "cutoff",
    "holdout_days",
    "actual",
    "forecast",
    "miss",
    "own_error",
    "mae",
    "auc",
    "brier",
    "rung",
)
POOLED = (
    "model",
    "miss",
    "nearer",
    "beyond_chance",
    "brier",
    "converged",
    "unexplained",
)


@dataclass(frozen=True)
class Comparison:
    """How near each model came, and the one to take.

    Attributes
    ----------
    chosen
        BG/NBD; or of the models that came nearer by more than chance explains, the one
        with the smallest miss of all cut-offs together: see :func:`compare`.
    reason
        ``"nothing_compared"``: there was too little before any cut-off, and BG/NBD is
        taken unseen; ``"usual"``: no other model was clearly nearer; ``"nearer"``.
    scores
        A row a ``cutoff`` (latest first) and ``model``: ``holdout_days``, ``actual``
        and ``forecast`` purchases in all, ``miss`` (signed share of the actual),
        ``own_error`` (:func:`clv.misses.own_error`, a share of the forecast),
        ``mae`` (per customer), ``auc`` and ``brier`` (of the chance to buy in the
        holdout), ``rung`` of the fit.
    pooled
        A row a ``model``: ``miss``, the sum over cut-offs of the absolute misses over
        the sum of the actual purchases; ``nearer``, at how many cut-offs it came
        nearer than BG/NBD; ``beyond_chance``, whether by more than chance explains;
        ``brier``, the mean; ``converged``, whether every fit found a proper maximum;
        ``unexplained``, the misses beyond the model's own errors
        (:func:`clv.misses.unexplained`).
    customers
        How many the models were compared on at the latest cut-off.
    one_in
        Of how many customers one was looked at: 1 is all; where there are more than
        5,000, some 5,000 are drawn by a hash of their name, the same every time.
    """

    chosen: str
    reason: Reason
    scores: pd.DataFrame
    pooled: pd.DataFrame
    customers: int
    one_in: int

    @property
    def cutoffs(self) -> int:
        """At how many cut-offs the models were compared."""
        return int(self.scores["cutoff"].nunique())

    def counted_in(self, fits: Fits) -> Fits:
        """The fits, knowing by how much their timing model missed beyond its interval.

        Where nothing was compared, nothing is known: as they are.
        """
        own = self.pooled.loc[self.pooled["model"] == fits.timing.model, "unexplained"]
        return replace(fits, unexplained=Unexplained(float(own.sum()), self.cutoffs))


@dataclass(frozen=True)
class Trial:
    """What every model said at one cut-off, in the order of ``MODELS``.

    ``expected``: purchases by history; ``rows``: theirs of ``Comparison.scores``.
    """

    found: Outcomes
    expected: list[Floats]
    rows: pd.DataFrame

    def lead(self, place: int) -> tuple[float, float]:
        """How much nearer than the usual model one came, and the standard error.

        The distance of the actual total from the middle between both forecasts, above
        0 on the model's own side; its error is that of a sum over customers.
        """
        usual = self.expected[list(models.MODELS).index(USUAL)]
        other = self.expected[place]
        side = float(np.sign(self.found.histories.customers @ (other - usual)))
        beyond = self.found.purchases - ((usual + other) / 2)[self.found.rows]
        n = self.found.customers
        total = float(n @ beyond)
        variance = ranking.variance_of_mean(n.sum(), total, float(n @ beyond**2))
        return side * total, float(n.sum() * np.sqrt(variance))


def compare(orders: Orders) -> Comparison:
    """Fit every model at up to three cut-offs and choose one.

    The history is cut into quarters (of at most a year): each of the last three is
    forecast from what was known before it, where that is enough for a model.

    BG/NBD stays unless another model came nearer in total at most of the cut-offs, over
    all of them beyond chance, and knew at least as well who would buy (Brier): its
    lead, the distance of the actual totals from the middle between both forecasts, is
    more than 1.96 standard errors, added up over the cut-offs as if they varied
    together. A model that found no proper maximum somewhere is not taken.
    """
    counted = orders.purchases.customer_id.nunique().name("customers").as_table()
    one_in = max(1, -(-int(orders.run(counted)["customers"].iloc[0]) // MOST))
    days = quarter(orders.span_days)
    with _one_in(orders, one_in) as fewer:
        tried = [_trial(fewer, days, step * days) for step in range(CUTOFFS)]
    return choose([trial for trial in tried if trial is not None], one_in)


def quarter(span_days: int) -> int:
    """Days of a quarter of the history, at most a year: whole weeks, if it has any."""
    days = max(min(span_days // 4, HORIZON_DAYS), 1)
    return days // 7 * 7 or days


@contextmanager
def _one_in(orders: Orders, step: int) -> Iterator[Orders]:
    """The same shop with one in so many of its customers, the same every time.

    In the order of their first purchases, the last of every ``step``. Ids decide only
    between customers who are alike: under pseudonyms the answer is the same.
    """
    if step == 1:
        yield orders
        return
    bought = orders.purchases.filter(orders.purchases.customer_id.notnull())
    each = bought.group_by("customer_id").agg(
        first=bought.ordered_at.min(),
        last=bought.ordered_at.max(),
        orders=bought.count(),
        amount=bought.amount.sum(),
    )
    order = ["first", "last", "orders", "amount", "customer_id"]
    placed = each.mutate(place=ibis.row_number().over(ibis.window(order_by=order)))
    drawn = placed.filter(placed.place % step == step - 1).select("customer_id")
    with engine.held(drawn, orders.backend) as kept:
        yield orders.cut(lambda rows: rows.semi_join(kept, "customer_id"))


def _trial(orders: Orders, days: int, ago: int) -> Trial | None:
    """Every model at one cut-off; None where there is nothing to tell them by."""
    try:
        holdout = Holdout.of(orders, days, ago)
        groups = Outcomes.grouped(holdout.histories())
        found = Outcomes.of(orders.run(groups))
        make_sure(holdout.calibration, found.histories)
    except (NoHoldoutError, TooLittleDataError):
        return None
    if not found.total:
        return None
    fits = [models.fit_histories(found.histories, name) for name in models.MODELS]
    said = [Predicted.by(fit, found, days) for fit in fits]
    rows = pd.DataFrame(
        _scores(fit, each, found, days) for fit, each in zip(fits, said, strict=True)
    )
    rows = rows.assign(cutoff=pd.Timestamp(holdout.cutoff), holdout_days=days)
    return Trial(found, [each.expected for each in said], rows)


def _scores(
    fit: Fit, said: Predicted, found: Outcomes, days: int
) -> dict[str, float | str]:
    errors = accuracy.errors(said.expected, found)
    areas = ranking.areas(said.chance[None], found.bought, found.spared)
    return {
        "model": fit.model,
        "actual": found.total,
        "forecast": errors.total,
        "miss": errors.total / found.total - 1,
        "own_error": own_error(fit, found.histories, said.expected, days),
        "mae": errors.mae,
        "auc": float(areas.areas[0]),
        "brier": accuracy.brier(said.chance, found),
        "rung": fit.rung,
    }


def choose(trials: Sequence[Trial], one_in: int = 1) -> Comparison:
    """Compare what was tried, and choose: see :func:`compare`."""
    if not trials:
        scores, pooled = (pd.DataFrame(columns=[*each]) for each in (COLUMNS, POOLED))
        return Comparison(USUAL, "nothing_compared", scores, pooled, 0, one_in)
    scores = pd.concat([trial.rows for trial in trials], ignore_index=True)
    pooled = pd.DataFrame(
        _pooled(trials, scores[scores["model"] == name], place)
        for place, name in enumerate(models.MODELS)
    )
    clear = pooled["converged"] & pooled["beyond_chance"]
    clear &= pooled["brier"] <= pooled["brier"].iloc[0]
    better = pooled[clear & (2 * pooled["nearer"] > len(trials))]
    best = better.sort_values("miss", kind="stable")["model"].head(1).tolist()
    return Comparison(
        chosen=best[0] if best else USUAL,
        reason="nearer" if best else "usual",
        scores=scores[list(COLUMNS)],
        pooled=pooled,
        customers=trials[0].found.histories.n_customers,
        one_in=one_in,
    )


def _pooled(
    trials: Sequence[Trial], own: pd.DataFrame, place: int
) -> dict[str, object]:
    """One model over all cut-offs, beside the usual one."""
    leads, deviations = zip(*(trial.lead(place) for trial in trials), strict=True)
    missed = (own["forecast"] - own["actual"]).abs().sum()
    return {
        "model": own["model"].iloc[0],
        "miss": float(missed / own["actual"].sum()),
        "nearer": sum(lead > 0 for lead in leads),
        "beyond_chance": sum(leads) > Z95 * sum(deviations),
        "brier": float(own["brier"].mean()),
        "converged": bool(own["rung"].isin(PROPER).all()),
        "unexplained": unexplained(
            own["actual"] / own["forecast"] - 1, own["own_error"]
        ),
    }
