"""How a measure of cohorts is written, and what its ages are called."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from retention_core.measures import Measure, Relative
    from retention_core.periods import Grain
    from retention_ui.formats import Formats, Unit
    from retention_ui.texts import Texts

SHARES = ("retention", "repeat_by", "on_or_after")
COUNTS = ("active_customers", "orders")
TOTALS = ("active_customers", "orders", "revenue")
UNTIL = ("repeat_by", "cumulative_revenue_per_customer")
FROM = ("on_or_after",)


@dataclass(frozen=True)
class Measured:
    """A measure as it is looked at: itself or a share, by periods or by days."""

    measure: Measure
    grain: Grain
    relative: Relative | None = None
    windows: tuple[int, ...] | None = None

    @property
    def unit(self) -> Unit:
        """What it counts in."""
        if self.relative or self.measure in SHARES:
            return "share"
        return "count" if self.measure in COUNTS else "money"

    @property
    def is_total(self) -> bool:
        """Whether it counts up a whole cohort, so that a large one has more of it."""
        return self.relative is None and self.measure in TOTALS

    def cell(self, value: float, formats: Formats) -> str:
        """Write a number on a cell: no sign, no unit."""
        if self.unit == "share":
            return formats.count(100 * value)
        if self.unit == "count":
            return formats.count(value)
        return formats.money(value, "cell")

    def value(self, value: float, formats: Formats, digits: int = 1) -> str:
        """Write a number in a sentence; ``digits`` are those of a share."""
        if self.unit == "share":
            return formats.share(value, digits)
        if self.unit == "count":
            few = value < 10 and value != round(value)
            return formats.ratio(value, 1) if few else formats.count(value)
        return formats.money(value)

    def name(self, texts: Texts) -> str:
        """Name the measure: "Revenue, share of the month before"."""
        if self.relative is None:
            return texts(f"figures.heatmap.name_{self.measure}")
        name = texts(f"figures.heatmap.short_{self.measure}")
        return texts(
            f"figures.relative.{self._other}", name=name, **self._period(texts)
        )

    def sentence(self, value: float, age: int, texts: Texts, formats: Formats) -> str:
        """Say what a cell is: "21.9% came back"."""
        written = self.value(value, formats)
        if self.relative is None:
            return texts(f"figures.heatmap.{self.measure}", value=written, age=age)
        key = f"figures.relative.value_{self._other}"
        return texts(key, value=written, **self._period(texts))

    def ages(self, ages: Sequence[int], texts: Texts) -> list[str]:
        """Name ages in the user's language: "month 1", "days 31–60"."""
        if self.windows is None:
            return [texts(f"figures.ages.{self.grain}", age=age) for age in ages]
        kind, edges = self._span, (0, *self.windows)
        return [
            texts(f"figures.ages.{kind}", first=edges[age - 1] + 1, last=edges[age])
            for age in ages
        ]

    def ticks(self, ages: Sequence[int]) -> list[str]:
        """Write ages on an axis: "1", "31–60"."""
        if self.windows is None:
            return [str(age) for age in ages]
        edges = (0, *self.windows)
        written = {
            "until": [str(edges[age]) for age in ages],
            "from": [f"{edges[age - 1] + 1}+" for age in ages],
            "span": [f"{edges[age - 1] + 1}–{edges[age]}" for age in ages],
        }
        return written[self._span]

    def axis(self, texts: Texts) -> str:
        """Title an axis of ages."""
        return texts(f"figures.ages.axis_{'days' if self.windows else self.grain}")

    @property
    def _span(self) -> str:
        if self.measure in UNTIL:
            return "until"
        return "from" if self.measure in FROM else "span"

    @property
    def _other(self) -> str:
        return f"{self.relative}_window" if self.windows else str(self.relative)

    def _period(self, texts: Texts) -> dict[str, str]:
        return {"grain": texts(f"grains.{self.grain}")}
