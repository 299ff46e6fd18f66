"""Worked examples of the test of the forecast."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retention_ui import queries
from retention_ui.figures.frames import records
from retention_ui.forecasts import TooLittle
from retention_ui.parts import forecast

if TYPE_CHECKING:
    from retention_core.clv import Backtest, Comparison
    from retention_ui.figures.frames import Row
    from retention_ui.page import Page
    from retention_ui.worked import Example

HUNDRED = 100


def backtest(page: Page) -> dict[str, str] | None:
    """Return what the held-back part of the history was forecast to bring."""
    found = _tested(page)
    if found is None:
        return None
    return {
        "date": page.formats.date(found.cutoff),
        "days": page.formats.days(found.holdout_days),
        "forecast": page.formats.count(round(found.forecast)),
        "actual": page.formats.count(round(found.actual)),
        "miss": page.formats.share(found.forecast / found.actual - 1, 1),
    }


def holdout(page: Page) -> dict[str, str] | None:
    """Return the cut-offs of the test and of the choice."""
    found = _tested(page)
    compared: Comparison = queries.ask(page.shop, "choice")
    if found is None or not compared.cutoffs:
        return None
    return {
        "date": page.formats.date(found.cutoff),
        "days": page.formats.days(found.holdout_days),
        "actual": page.formats.count(found.actual),
        "times": page.formats.count(compared.cutoffs),
        "each": page.formats.days(compared.scores["holdout_days"].iloc[0]),
    }


def mean_miss(page: Page) -> dict[str, str] | None:
    """Return by how much the forecast of a customer is off."""
    found = _tested(page)
    if found is None:
        return None
    model, own_rate = _rule(found, "model"), _rule(found, "own_rate")
    measures = {
        "mae": model["mae"],
        "rmse": model["rmse"],
        "rate": own_rate["mae"],
        "rate_rmse": own_rate["rmse"],
    }
    return {name: page.formats.ratio(each, 2) for name, each in measures.items()}


def auc(page: Page) -> dict[str, str] | None:
    """Return how many pairs of buyer and non-buyer each rule ranks right."""
    found = _tested(page)
    if found is None or found.verdict.fields["auc"] != found.verdict.fields["auc"]:
        return None
    model = _rule(found, "model")
    rules = {
        "model": model["auc"],
        "low": model["auc_low"],
        "high": model["auc_high"],
        "spend": _rule(found, "past_spend")["auc"],
        "order": _rule(found, "recency")["auc"],
    }
    words = {n: page.formats.ratio(HUNDRED * each, 0) for n, each in rules.items()}
    return words | {"interval": page.formats.span(words["low"], words["high"])}


def brier(page: Page) -> dict[str, str] | None:
    """Return the error of the model's chances, and that of one chance for all."""
    found = _tested(page)
    if found is None:
        return None
    bought = found.verdict.fields["bought_share"]
    return {
        "brier": page.formats.ratio(found.baselines["brier"].iloc[0], 3),
        "guess": page.formats.ratio(bought * (1 - bought), 3),
        "buyers": page.formats.share(bought),
    }


def decile(page: Page) -> dict[str, str] | None:
    """Return what the first and the last tenth bought, and what was expected."""
    found = _tested(page)
    if found is None:
        return None
    rows = records(found.by_decile)
    return {
        f"{end}_{column}": page.formats.ratio(rows[place][column], 2)
        for end, place in (("first", 0), ("last", -1))
        for column in ("actual", "forecast")
    }


def top_tenth(page: Page) -> dict[str, str] | None:
    """Return the share of later spend by those the model put first."""
    found = _tested(page)
    if found is None:
        return None
    shares = found.baselines.set_index("rule")["top_tenth_share"]
    return {
        "model": page.formats.share(float(shares["model"]), 1),
        "spend": page.formats.share(float(shares["past_spend"]), 1),
    }


def _rule(found: Backtest, rule: str) -> Row:
    return next(row for row in records(found.baselines) if row["rule"] == rule)


def _tested(page: Page) -> Backtest | None:
    """Return the test of the model that the pages take; None where there is none."""
    fits = forecast.fitted(page, forecast.USUAL)
    if isinstance(fits, TooLittle):
        return None
    found = queries.ask(page.shop, "backtest", model=fits.timing.model)
    return None if isinstance(found, TooLittle) or not found.actual else found


EXAMPLES: dict[str, Example] = {
    "backtest": backtest,
    "holdout": holdout,
    "mean_miss": mean_miss,
    "auc": auc,
    "brier": brier,
    "decile": decile,
    "top_tenth": top_tenth,
}
