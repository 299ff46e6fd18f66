"""What scores mean in days, orders and money, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from retention_core.rfm import Breaks
    from retention_ui.formats import Formats
    from retention_ui.texts import Texts

BEST = 5
Ends = tuple[float | None, float | None]
"""Above the first, up to the second; None: no such end."""


@dataclass(frozen=True)
class Bounds:
    """Writes ranges of scores as what they stand for, by the shop's breaks."""

    breaks: Breaks
    texts: Texts
    formats: Formats

    def recency(self, low: int, high: int) -> str:
        """Days since the last order of whoever has a score of ``low`` to ``high``."""
        steps = self.breaks.recency
        above = None if high == BEST else steps[BEST - 1 - high]
        up_to = None if low == 1 else steps[BEST - low]
        return self._whole("days", (above, up_to))

    def frequency(self, low: int, high: int) -> str:
        """Orders of whoever has a score of ``low`` to ``high``."""
        return self._whole("orders", _ends(self.breaks.frequency, low, high))

    def monetary(self, low: int, high: int) -> str:
        """Revenue of whoever has a score of ``low`` to ``high``."""
        above, up_to = _ends(self.breaks.monetary, low, high)
        words = {
            "low": self.formats.money(above),
            "high": self.formats.money(up_to),
        }
        return self.texts(f"figures.rfm.money.{_shape(above, up_to, 0)}", **words)

    def _whole(self, unit: str, ends: Ends) -> str:
        above, up_to = ends
        first = None if above is None else int(above) + 1
        shape = _shape(above, up_to, 1)
        count = up_to if above is None else first
        return self.texts(
            f"figures.rfm.{unit}.{shape}",
            count=count or 0,
            above=self.formats.count(above),
            low=self.formats.count(first),
            high=self.formats.count(up_to),
        )


def _ends(steps: Sequence[float], low: int, high: int) -> Ends:
    above = None if low == 1 else steps[low - 2]
    return above, None if high == BEST else steps[high - 1]


def _shape(above: float | None, up_to: float | None, step: int) -> str:
    """Which words a range takes."""
    if above is None or up_to is None:
        if above is None and up_to is None:
            return "any"
        return "up_to" if above is None else "from"
    if above >= up_to:
        return "nobody"
    return "one" if step and above + step == up_to else "between"
