"""What a campaign of a given size can find."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr

from retention_core.intervals import Z95

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

POWER = 0.8
"""How likely a difference is found that counts as one that could be."""
STEPS = 50


def chance_to_see(
    effect: ArrayLike, contacted: ArrayLike, control: ArrayLike, base_rate: ArrayLike
) -> NDArray[np.float64]:
    """Chance that a test finds a difference of shares: power, 5 % on both sides.

    The normal approximation with the continuity correction of Casagrande, Pike & Smith
    (1978), Biometrics 34, 483–486, for groups of any two sizes: it follows Fisher's
    exact test, which our verdicts take.

    Parameters
    ----------
    effect
        Difference of the shares of buyers: contacted less control.
    contacted, control
        Customers, 1 or more.
    base_rate
        Share of buyers in the control group.

    Returns
    -------
    array
        0–1; NaN where base rate and effect together are no share.
    """
    effect, one, other, base = (
        np.asarray(each, dtype=np.float64)
        for each in (effect, contacted, control, base_rate)
    )
    raised = base + effect
    raised = np.where((raised >= 0) & (raised <= 1), raised, np.nan)
    pooled = (one * raised + other * base) / (one + other)
    per_head = 1 / one + 1 / other
    under_none = np.sqrt(pooled * (1 - pooled) * per_head)
    spread = np.sqrt(raised * (1 - raised) / one + base * (1 - base) / other)
    beyond = np.abs(effect) - per_head / 2 - Z95 * under_none
    with np.errstate(divide="ignore", invalid="ignore"):
        chance: NDArray[np.float64] = ndtr(beyond / spread)
    return chance


def detectable(
    contacted: float, control: float, base_rate: float, *, power: float = POWER
) -> float:
    """Smallest rise of the share of buyers that is found with a given power.

    Returns
    -------
    float
        A difference of shares, above 0; NaN where even everybody's buying would go
        unseen, or a group is empty.
    """
    most = 1 - base_rate
    if min(contacted, control) < 1 or not most > 0:
        return float("nan")
    low, high = 0.0, most
    if not chance_to_see(high * (1 - 1e-9), contacted, control, base_rate) >= power:
        return float("nan")
    for _ in range(STEPS):
        middle = (low + high) / 2
        if chance_to_see(middle, contacted, control, base_rate) >= power:
            high = middle
        else:
            low = middle
    return high
