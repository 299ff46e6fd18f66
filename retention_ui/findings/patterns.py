"""What was found of regular buyers and of the months of the year."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retention_ui.findings.finding import Finding

if TYPE_CHECKING:
    from retention_core.clv import Regularity, Season
    from retention_core.clv.seasonality import Month
    from retention_ui.formats import Formats

WORTH_SAYING = 0.1
STRONG = 0.25


def regularity(found: Regularity, formats: Formats) -> Finding:
    """Whether the waits between a customer's orders are alike beyond chance."""
    if found.code == "unknown":
        return Finding("regularity.unknown")
    shares: dict[str, str | Finding] = {
        "even": formats.share(found.even),
        "chance": formats.share(found.even_by_chance),
    }
    return Finding(f"regularity.{found.code}", shares)


def season(found: Season, formats: Formats) -> Finding:
    """Which month stands out, or that none does beyond chance."""
    if found.code in ("too_short", "too_few"):
        return Finding(f"season.{found.code}")
    months: dict[str, str | Finding] = {"months": formats.count(found.months)}
    if found.code == "none":
        return Finding("season.none", months)
    if found.code == "one_year":
        return _last_year(found.beyond_chance, months, formats)
    high, low = found.highest, found.lowest
    fields: dict[str, str | Finding] = {
        "high": month(high),
        "above": apart(high, formats),
        "low": month(low),
        "below": apart(low, formats),
    }
    return Finding(f"season.{found.code}", fields | months, subject=high.month)


def regular_note(found: Regularity) -> Finding | None:
    """What a forecast does not know of regular buyers, where they are."""
    return Finding("regularity.note") if found.code == "regular" else None


def season_note(found: Season, formats: Formats) -> Finding | None:
    """What a forecast does not know of the months ahead, where it matters."""
    if found.code == "seasonal":
        high, low = found.highest, found.lowest
        far = max((high, low), key=lambda each: abs(each.value - 1))
        if abs(far.value - 1) < WORTH_SAYING:
            return None
        above = "above" if far.value > 1 else "below"
        return Finding(f"season.note_{above}", _named(far, formats))
    last = found.beyond_chance
    if last is not None and last.value - 1 >= STRONG:
        return Finding("season.note_one_year", _named(last, formats))
    return None


def month(of: Month) -> Finding:
    """Name a month of the year."""
    return Finding(f"months.{of.month}")


def apart(of: Month, formats: Formats) -> str:
    """Write how far a month is from the mean of the year."""
    return formats.share(abs(of.value - 1))


def _last_year(
    high: Month | None, months: dict[str, str | Finding], formats: Formats
) -> Finding:
    if high is None:
        return Finding("season.one_year_none", months)
    fields: dict[str, str | Finding] = {
        "high": month(high),
        "above": apart(high, formats),
    }
    return Finding("season.one_year", fields | months, subject=high.month)


def _named(of: Month, formats: Formats) -> dict[str, str | Finding]:
    return {"month": month(of), "apart": apart(of, formats)}
