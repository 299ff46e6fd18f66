"""The model's ranking and forecast beside those of simpler rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from retention_core import ranking
from retention_core.clv import accuracy

if TYPE_CHECKING:
    from retention_core.clv.backtest import Predicted
    from retention_core.clv.holdout import Outcomes
    from retention_core.clv.money_ranks import Money
    from retention_core.clv.special import Floats
    from retention_core.ranking import Estimate

TENTH = 0.1
RULES = ("model", "own_rate", "past_spend", "recency")
COLUMNS = [
    "rule",
    "total",
    "mae",
    "rmse",
    "rank_correlation",
    "auc",
    "auc_low",
    "auc_high",
    "brier",
    "top_tenth_share",
]


def compared(
    predicted: Predicted, money: Money, found: Outcomes, days: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """``baselines`` and ``differences`` of :class:`clv.Backtest`."""
    h = found.histories
    own_rate = h.frequency / np.maximum(h.T, 1) * days
    recency = h.recency - h.T
    numbers = np.stack([predicted.chance, own_rate, recency])
    areas = ranking.areas(numbers, found.bought, found.spared)
    size = tenth(found)
    rows = [
        {
            **_row("model", areas.area(0), money.model_top),
            **_of_purchases(predicted.expected, predicted.chance, found),
        },
        {
            **_row(
                "own_rate", areas.area(1), accuracy.top_share(own_rate, found, size)
            ),
            **_of_purchases(own_rate, -np.expm1(-own_rate), found),
        },
        {
            **_row("past_spend", money.past_auc, money.past_top),
            "rank_correlation": money.past_correlation,
        },
        {
            **_row("recency", areas.area(2), accuracy.top_share(recency, found, size)),
            "rank_correlation": accuracy.rank_correlation(recency, found),
        },
    ]
    ahead = (areas.difference(0, 1), money.ahead, areas.difference(0, 2))
    differences = [
        {"rule": rule, **each._asdict()}
        for rule, each in zip(RULES[1:], ahead, strict=True)
    ]
    return pd.DataFrame(rows, columns=COLUMNS), pd.DataFrame(differences)


def tenth(found: Outcomes) -> int:
    """A tenth of the customers, at least one."""
    return max(1, round(TENTH * found.histories.n_customers))


def _row(rule: str, area: Estimate, top: float) -> dict[str, str | float]:
    """What every rule has: an area, a share of the spend."""
    value, low, high = area
    auc = {"auc": value, "auc_low": low, "auc_high": high}
    return {"rule": rule, **auc, "top_tenth_share": top}


def _of_purchases(
    expected: Floats, chance: Floats, found: Outcomes
) -> dict[str, float]:
    """What only a rule has that says how many purchases to expect."""
    return {
        **accuracy.errors(expected, found)._asdict(),
        "rank_correlation": accuracy.rank_correlation(expected, found),
        "brier": accuracy.brier(chance, found),
    }
