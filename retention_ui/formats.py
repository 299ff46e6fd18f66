"""Numbers, money, shares and dates as the language writes them."""

from __future__ import annotations

import datetime as dt
import math
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, cast

import numpy as np
import pandas as pd
from babel import Locale, dates, numbers, units

Day = dt.date | pd.Timestamp | np.datetime64
Style = Literal["plain", "about", "cell", "cents"]
Unit = Literal["count", "share", "money", "number"]

ABSENT = "—"
MINUS = "\u2212"
DAY = "duration-day"
LONGEST_NAME = 40
LONGEST_TEXT = 200
# English as spoken outside America; the other languages take Babel's own patterns.
DATE_PATTERNS = {
    "en": {"date": "d MMM y", "day": "d MMMM", "month": "MMM y", "month_long": "MMMM y"}
}
SKELETONS = {"date": "yMMMd", "day": "MMMMd", "month": "yMMM", "month_long": "yMMMM"}
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~$:&^=\"'@/])")
# Control characters, and the marks that turn the direction of writing.
_UNSEEN = re.compile("[\\x00-\\x1f\\x7f-\\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]+")


@dataclass(frozen=True)
class Formats:
    """How one language writes numbers, and one dataset its money.

    An absent number (``None``, NaN, infinity) is an em dash everywhere.
    """

    lang: str
    currency: str | None = None

    @property
    def locale(self) -> Locale:
        """Babel's locale."""
        return _locale(self.lang)

    def count(self, value: float | None) -> str:
        """Write a whole number: ``8,235``."""
        return self.ratio(value, 0)

    def ratio(self, value: float | None, digits: int = 1) -> str:
        """Write a number with ``digits`` decimals: ``8.4``."""
        if _absent(value):
            return ABSENT
        return _minus(self._decimal(value, digits))

    def money(self, value: float | None, style: Style = "plain") -> str:
        """Write an amount: ``€244,235``, ``€29.66``.

        ``about`` rounds to three digits, ``cents`` always shows the smallest coin,
        ``cell`` leaves the sign out (``48``, ``29.7``).
        """
        if value is None or _absent(value):
            return ABSENT
        if style == "cell":
            return self.ratio(value, 0 if abs(value) >= 30 else 1)
        if style == "about" and value:
            value = round(value, 2 - math.floor(math.log10(abs(value))))
        coins = numbers.get_currency_precision(self.currency) if self.currency else 2
        digits = coins if style == "cents" or abs(value) < 100 else 0
        if self.currency is None:
            return self.ratio(value, digits)
        return _minus(self._currency(value, digits))

    @property
    def money_pattern(self) -> str:
        """Printf pattern of an amount in a table, which formats in the browser."""
        coins = numbers.get_currency_precision(self.currency) if self.currency else 2
        one = self._currency(1, 0) if self.currency else "1"
        return one.replace("%", "%%").replace("1", f"%,.{coins}f")

    def share(self, value: float | None, digits: int = 0) -> str:
        """Write a share 0–1: ``40%``, ``85.7%``."""
        if _absent(value):
            return ABSENT
        return _minus(self._percent(value, digits))

    def points(self, value: float | None) -> str:
        """Write the change of a share in points, with its sign: ``+1.8``."""
        if value is None or _absent(value):
            return ABSENT
        return self._signed(self.ratio(100 * value), value)

    def change(self, value: float | None) -> str:
        """Write the relative change of an amount, with its sign: ``+9.4%``."""
        if value is None or _absent(value):
            return ABSENT
        return self._signed(self.share(value, 1), value)

    def signed_ratio(self, value: float | None, digits: int = 1) -> str:
        """Write the change of a ratio, with its sign: ``+0.2``."""
        if value is None or _absent(value):
            return ABSENT
        return self._signed(self.ratio(value, digits), value)

    def difference(self, value: float | None) -> str:
        """Write the change of a count, with its sign: ``−26``."""
        if value is None or _absent(value):
            return ABSENT
        return self._signed(self.count(value), value)

    def days(self, value: float | None) -> str:
        """Write a number of days with its unit: ``114 days``."""
        if value is None or _absent(value):
            return ABSENT
        text = units.format_unit(round(value), DAY, "long", locale=self.locale)
        if DAY in text:  # no long form in this language, as in Japanese
            text = units.format_unit(round(value), DAY, "short", locale=self.locale)
        return _minus(str(text))

    def p_value(self, value: float | None) -> str:
        """Write a p or q value: ``< 0.001``, else three decimals."""
        if value is None or _absent(value):
            return ABSENT
        return f"< {self.ratio(0.001, 3)}" if value < 0.001 else self.ratio(value, 3)

    def date(self, day: Day | None) -> str:
        """Write a date: ``18 Jun 2026``."""
        return self._date(day, "date")

    def moment(self, when: dt.datetime) -> str:
        """Write a moment as the clocks of its zone show it: ``18 Jun 2026, 15:45``."""
        clock = dates.format_skeleton("Hm", when, locale=self.locale)
        return f"{self.date(when.date())}, {clock}"

    def date_in_sentence(self, day: Day | None) -> str:
        """Write a date of this year within a sentence: ``18 June``."""
        return self._date(day, "day")

    def month(self, start: Day | None) -> str:
        """Write a month's short name: ``Jul``."""
        if _no_day(start):
            return ABSENT
        return str(dates.format_date(_date(start), "LLL", locale=self.locale))

    def period(self, start: Day | None, grain: str = "month") -> str:
        """Name a period: ``May 2026``, ``Q2 2026``, ``2026``, ``18 May 2026``."""
        return self._period(start, grain, "month")

    def period_in_sentence(self, start: Day | None, grain: str = "month") -> str:
        """Name a period within a sentence: ``December 2024``."""
        return self._period(start, grain, "month_long")

    def interval(self, low: float | None, high: float | None, digits: int = 0) -> str:
        """Write an interval of shares: ``39–42%``."""
        if _absent(low) or _absent(high):
            return ABSENT
        return self.span(self.share(low, digits), self.share(high, digits))

    def span(self, low: str, high: str) -> str:
        """Join two written numbers: ``39–42%`` from ``39%`` and ``42%``."""
        sign = next((s for s in ("\u00a0%", "%") if low.endswith(s)), "")
        if sign and high.endswith(sign):
            low = low.removesuffix(sign)
        return f"{low}–{high}"

    def ticks(
        self, low: float, high: float, unit: Unit = "count"
    ) -> tuple[list[float], list[str]]:
        """Return about five round values from ``low`` to ``high``, and their words."""
        step = _round_step(high - low, whole=unit == "count")
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
        values = [round(step * each, 10) for each in range(first, last + 1)]
        return values, [self._tick(value, step, unit) for value in values]

    def plain(self, name: object) -> str:
        """Make a name from the data safe as text of a figure."""
        return plain(name)

    def md(self, name: object) -> str:
        """Make a name from the data safe within Markdown."""
        return md(name)

    def _tick(self, value: float, step: float, unit: Unit) -> str:
        if unit == "share":
            whole = math.isclose(100 * step, round(100 * step)) and step >= 0.01
            return self.share(value, 0 if whole else 1)
        if unit != "money":
            return self.ratio(value, _digits(step))
        if abs(value) < 1000:
            return self._money_tick(value, 0 if step >= 1 else 2)
        short = self._compact(value)
        return short.replace("K", "k") if self.lang == "en" else short

    def _money_tick(self, value: float, digits: int) -> str:
        if self.currency is None:
            return self.ratio(value, digits)
        return _minus(self._currency(value, digits))

    def _compact(self, value: float) -> str:
        if self.currency is None:
            return _minus(
                numbers.format_compact_decimal(
                    value, fraction_digits=1, locale=self.locale
                )
            )
        return _minus(
            numbers.format_compact_currency(
                value, self.currency, fraction_digits=1, locale=self.locale
            )
        )

    def _decimal(self, value: float | None, digits: int) -> str:
        pattern = _pattern("#,##0", digits)
        return str(numbers.format_decimal(value, pattern, locale=self.locale))

    def _percent(self, value: float | None, digits: int) -> str:
        pattern = _pattern(str(self.locale.percent_formats[None].pattern), digits)
        return str(numbers.format_percent(value, pattern, locale=self.locale))

    def _currency(self, value: float, digits: int) -> str:
        pattern = str(self.locale.currency_formats["standard"].pattern)
        wanted = pattern.replace(".00", "." + "0" * digits if digits else "")
        return str(
            numbers.format_currency(
                value,
                self.currency,
                wanted,
                locale=self.locale,
                currency_digits=False,
            )
        )

    def _signed(self, text: str, value: float) -> str:
        return f"+{text}" if value > 0 and re.search("[1-9]", text) else text

    def _date(self, day: Day | None, kind: str) -> str:
        if _no_day(day):
            return ABSENT
        own = DATE_PATTERNS.get(self.lang)
        if own:
            return str(dates.format_date(_date(day), own[kind], locale=self.locale))
        return str(
            dates.format_skeleton(SKELETONS[kind], _date(day), locale=self.locale)
        )

    def _period(self, start: Day | None, grain: str, month: str) -> str:
        if _no_day(start):
            return ABSENT
        if grain == "week":
            return self.date(start)
        if grain == "month":
            return self._date(start, month)
        skeleton = {"quarter": "yQQQ", "year": "y"}[grain]
        return str(dates.format_skeleton(skeleton, _date(start), locale=self.locale))


@lru_cache
def _locale(lang: str) -> Locale:
    return Locale.parse(lang)


# A figure writes thousands of numbers, and reading a pattern takes as long as using it.
@lru_cache
def _pattern(whole: str, digits: int) -> Any:  # noqa: ANN401 Babel does not name it
    decimals = "." + "0" * digits if digits else ""
    return numbers.parse_pattern(whole.replace("#,##0", f"#,##0{decimals}"))


def short(name: object) -> str:
    """Cut a name from the data to one line of at most 40 characters."""
    text = _UNSEEN.sub(" ", str(name)).strip()
    if len(text) > LONGEST_NAME:
        text = text[: LONGEST_NAME - 1].rstrip() + "…"
    return text


def plain(name: object) -> str:
    """Make a name safe as text of a figure: short, no tags.

    Plotly reads ``<b>``, ``<a href>`` and entities in its labels.
    """
    return short(name).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def md(name: object) -> str:
    """Make a name safe within Markdown: it shows as the characters it is.

    Streamlit links bare addresses by itself; an invisible joiner parts them.
    """
    text = _UNSEEN.sub(" ", str(name)).strip()
    if len(text) > LONGEST_TEXT:
        text = text[: LONGEST_TEXT - 1].rstrip() + "…"
    text = re.sub(r"(?i)(://|www|@)", "\\1\u2060", text)
    return _MARKDOWN.sub(r"\\\1", text)


def _absent(value: float | None) -> bool:
    return value is None or not math.isfinite(value)


def _no_day(day: Day | None) -> bool:
    return bool(pd.isna(day))


def _date(day: Day | None) -> dt.date:
    return pd.Timestamp(cast("dt.date", day)).date()


def _minus(text: str) -> str:
    """Set the real minus, and none before a zero."""
    if "-" not in text:
        return text
    bare = text.replace("-", "")
    return MINUS + bare if re.search("[1-9]", bare) else bare


def _digits(step: float) -> int:
    return max(0, -math.floor(math.log10(step))) if step else 0


def _round_step(width: float, *, whole: bool) -> float:
    if width <= 0:
        return 1.0
    rough = width / 5
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * f for f in (1, 2, 2.5, 5, 10) if power * f >= rough * 0.999)
    return max(1.0, step) if whole else float(step)
