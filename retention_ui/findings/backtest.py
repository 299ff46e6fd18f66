"""What the test of the model on the shop's own past found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retention_ui.figures.frames import records
from retention_ui.findings.finding import Finding, number, rate_of

if TYPE_CHECKING:
    import pandas as pd

    from retention_core.clv import Backtest, Comparison, Verdict
    from retention_ui.formats import Formats

NOTHING = 0.005  # a miss that is written as none


def tested(found: Backtest | None, formats: Formats) -> Finding:
    """How far the total was off on the weeks that were held back from the model."""
    if found is None:
        return Finding("tested.none")
    weeks, miss = round(found.verdict.fields["weeks"]), found.verdict.fields["miss"]
    fields: dict[str, str | Finding] = {
        "n": formats.count(weeks),
        "miss": rate_of(abs(miss), formats),
    }
    if abs(miss) < NOTHING:
        return Finding("tested.right", fields, weeks)
    return Finding(f"tested.{'low' if miss < 0 else 'high'}", fields, weeks)


def who(verdict: Verdict) -> Finding:
    """Whether the model tells buyers from others better than two simple rules.

    Only a difference beyond chance is one.
    """
    auc, ranks = verdict.fields["auc"], verdict.ranks
    spend, order = ranks["past_spend"], ranks["recency"]
    if auc != auc:
        return Finding("who.none")
    if spend == order:
        return Finding(f"who.both_{spend}")
    fields: dict[str, str | Finding] = {
        "spend": Finding(f"who.spend_{spend}"),
        "order": Finding(f"who.order_{order}"),
    }
    return Finding("who.mixed", fields)


def by_frequency(groups: pd.DataFrame, formats: Formats) -> Finding:
    """How many customers are of a group whose forecast chance may have put there."""
    told = groups[groups["low"].notna()]
    if told.empty:
        return Finding("by_frequency.none")
    fits = told["forecast"].between(told["low"], told["high"])
    held = told.loc[fits, "customers"].sum() / told["customers"].sum()
    fields: dict[str, str | Finding] = {
        "share": formats.share(float(held)),
        "groups": number(len(told), formats),
    }
    if fits.all():
        return Finding("by_frequency.all", fields, len(told))
    return Finding("by_frequency.some" if fits.any() else "by_frequency.not", fields)


def by_decile(groups: pd.DataFrame, formats: Formats) -> Finding:
    """What those of whom most was expected bought, and what was expected."""
    first = records(groups)[0]
    fields: dict[str, str | Finding] = {
        name: formats.ratio(first[name], 1) for name in ("actual", "forecast")
    }
    return Finding("by_decile.first", fields)


def choice(found: Comparison, model: str, formats: Formats) -> Finding:
    """Which model is taken, and why; ``model`` is its name in words."""
    times = found.cutoffs
    fields: dict[str, str | Finding] = {
        "model": model,
        "times": number(times, formats),
    }
    return Finding(f"choice.{found.reason}", fields, times)
