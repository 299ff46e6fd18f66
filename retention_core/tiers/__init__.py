"""Loyalty tiers: who stands where, who is one order short, what rewards cost."""

from __future__ import annotations

from retention_core.tiers.rewards import Cost, Reward, RewardError, cost
from retention_core.tiers.standing import (
    SHARES,
    By,
    ThresholdsError,
    make_sure,
    one_short,
    proposed,
    standing,
    year_before,
)

__all__ = [
    "SHARES",
    "By",
    "Cost",
    "Reward",
    "RewardError",
    "ThresholdsError",
    "cost",
    "make_sure",
    "one_short",
    "proposed",
    "standing",
    "year_before",
]
