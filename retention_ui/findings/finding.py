"""A finding: a text key and its fields, and what several findings say alike.

A finding says which goes with which, never why. Names from the data are escaped for
Markdown: findings are headings.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from retention_ui.formats import Formats
    from retention_ui.texts import Texts

ENOUGH_COHORTS = 3
WORDS_UP_TO = 10
LONGEST_GROUP = 14
SMALL = 0.1


@dataclass(frozen=True)
class Finding:
    """A text key and its fields, ready-made; a field may be a finding itself.

    ``subject`` is what the figure should point out: a cohort, or (best, worst).
    """

    key: str
    fields: dict[str, str | Finding] = field(default_factory=dict)
    count: float = 1
    subject: Any = None
    above: bool = False

    def words(self, texts: Texts) -> str:
        """Return the sentence in the user's language."""
        fields = {
            name: each.words(texts) if isinstance(each, Finding) else each
            for name, each in self.fields.items()
        }
        return texts(f"findings.{self.key}", count=self.count, **fields)


def named(value: object, most: int, formats: Formats) -> str:
    """A name from the data, cut to ``most`` characters and safe in Markdown."""
    text = str(value)
    return formats.md(text if len(text) <= most else f"{text[: most - 1].rstrip()}…")


def rate_of(share: float, formats: Formats) -> str:
    """Write a share in a sentence: a small one with a decimal."""
    return formats.share(share, 1 if round(share, 3) < SMALL else 0)


def times(ratio: float, formats: Formats) -> Finding:
    """Say a ratio in words: half as often, a third more often."""
    named = {
        "quarter": 1 / 4,
        "third": 1 / 3,
        "half": 1 / 2,
        "two_thirds": 2 / 3,
        "quarter_more": 5 / 4,
        "third_more": 4 / 3,
        "half_more": 3 / 2,
        "twice": 2.0,
        "three_times": 3.0,
    }
    name, value = min(named.items(), key=lambda each: abs(each[1] - ratio))
    if abs(value - ratio) <= 0.08 * ratio:
        return Finding(f"times.{name}")
    key = "times.more" if ratio > 1 else "times.less"
    return Finding(key, {"share": formats.share(abs(ratio - 1))})


def fraction(share: float) -> Finding | None:
    """The plainest fraction up to tenths within one point of ``share``."""
    for whole in range(2, WORDS_UP_TO + 1):
        part = round(share * whole)
        if 0 < part < whole and abs(part / whole - share) <= 0.01:
            return Finding(f"fractions.{part}_{whole}")
    return None


def number(value: int, formats: Formats) -> str | Finding:
    """A number within a sentence: in words up to twelve."""
    if 0 < value <= 12:
        return Finding(f"numbers.{value}")
    return formats.count(value)


def at_start(value: int, formats: Formats) -> str | Finding:
    """A number at the start of a sentence: in words up to ten."""
    if 0 < value <= WORDS_UP_TO:
        return Finding(f"numbers_at_start.{value}")
    return formats.count(value)
