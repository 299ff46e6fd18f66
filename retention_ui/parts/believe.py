"""Whether to believe the forecast: what the model said of the past, what happened."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from retention_core.clv.backtest import FAIR
from retention_ui import blocks, queries
from retention_ui.figures import backtest as figures
from retention_ui.figures.frames import records
from retention_ui.findings import backtest as findings
from retention_ui.forecasts import TooLittle
from retention_ui.parts import tables

if TYPE_CHECKING:
    from retention_core.clv import Backtest, Comparison, Fits
    from retention_ui.page import Page
    from retention_ui.parts.forecast import Terms

HUNDRED = 100
SHARES = ("auc", "auc_low", "auc_high", "top_tenth_share")


def tested(page: Page, fits: Fits, asked: Terms) -> None:
    """Draw how the model did on the part of the history held back from it."""
    found = _test(page, fits)
    if found is None:
        words = findings.tested(None, page.formats).words(page.texts)
        compared = queries.ask(page.shop, "choice").cutoffs
        blocks.note(
            f"{words}. {page('believe.shorter') if compared else _unseen(page)}"
        )
        return
    grid = st.grid(2, min_column_width=330, gap=("medium", "medium"))
    with grid.cell():
        page.section(
            "tested",
            findings.tested(found, page.formats).words(page.texts),
            figures.tracking(found.tracking, *page.drawing, before=found.before),
            table=pd.concat(
                [found.before.iloc[:-1], found.tracking],
                keys=("before", "after"),
                names=["since"],
            ).reset_index("since"),
            date=page.formats.date(found.cutoff),
            verdict=_verdict(page, fits, found),
        )
    with grid.cell():
        _rules(page, found)


def in_detail(page: Page, fits: Fits, asked: Terms) -> None:
    """Draw the test by customers' past orders and by tenths; compare the models."""
    found = _test(page, fits)
    if found is not None:
        _groups(page, found)
    _models(page, queries.ask(page.shop, "choice"))


def _test(page: Page, fits: Fits) -> Backtest | None:
    """Return the test of the model that forecasts; None where there is none."""
    found: Backtest | TooLittle = queries.ask(
        page.shop, "backtest", model=fits.timing.model
    )
    if isinstance(found, TooLittle) or not found.actual:
        return None
    return found


def uneven(page: Page, fits: Fits) -> tuple[float, float, float] | None:
    """Return the miss over all dates, and the extremes of one, where these tell more.

    Where it is large, or beyond what the model's own interval explains: a total may be
    met once by mistakes that cancel out. Misses are shares of what happened; the first
    has no sign.
    """
    found: Comparison = queries.ask(page.shop, "choice")
    own = found.scores[found.scores["model"] == fits.timing.model]
    if len(own) < 2:
        return None
    over_all = (own["forecast"] - own["actual"]).abs().sum() / own["actual"].sum()
    if over_all <= FAIR and not fits.unexplained.deviation:
        return None
    return float(over_all), float(own["miss"].min()), float(own["miss"].max())


def _verdict(page: Page, fits: Fits, found: Backtest) -> str:
    """Say what follows from the test, and from those of other dates."""
    spread = uneven(page, fits)
    if spread is None or found.verdict.code not in ("good", "fair"):
        return page(f"verdict.{found.verdict.code}")
    least, most = (page.formats.change(miss) for miss in spread[1:])
    return page("verdict.uneven", least=least, most=most)


def _unseen(page: Page) -> str:
    return page("believe.unseen")


def _rules(page: Page, found: Backtest) -> None:
    formats = page.formats
    title = findings.who(found.verdict).words(page.texts)
    note = page("notes.who", weeks=formats.count(round(found.verdict.fields["weeks"])))
    bought = found.verdict.fields["bought_share"]
    below = page(
        "believe.columns",
        buyers=formats.share(bought),
        guess=formats.ratio(bought * (1 - bought), 3),
    )
    download = (found.baselines, dict.fromkeys(SHARES, "share"))
    table = _written(page, found)
    tables.framed(page, ("who", title, note), table, download, below)


def _written(page: Page, found: Backtest) -> pd.DataFrame:
    """Write the rules as a small table, the model first."""
    formats, rows = page.formats, records(found.baselines)
    columns = {
        "rule": [page(f"believe.{row['rule']}") for row in rows],
        "total": [formats.ratio(row["total"] / found.actual, 2) for row in rows],
        "miss": [formats.ratio(row["mae"], 2) for row in rows],
        "pairs": [formats.ratio(HUNDRED * row["auc"], 0) for row in rows],
        "brier": [formats.ratio(row["brier"], 3) for row in rows],
        "top": [formats.share(row["top_tenth_share"], 1) for row in rows],
    }
    return pd.DataFrame(
        {page(f"believe.{name}"): each for name, each in columns.items()}
    )


def _groups(page: Page, found: Backtest) -> None:
    formats = page.formats
    grid = st.grid(2, min_column_width=330, gap=("medium", "medium"))
    with grid.cell():
        page.section(
            "by_frequency",
            findings.by_frequency(found.by_frequency, formats).words(page.texts),
            figures.by_frequency(found.by_frequency, *page.drawing),
            table=found.by_frequency,
            days=formats.days(found.holdout_days),
        )
    with grid.cell():
        page.section(
            "by_decile",
            findings.by_decile(found.by_decile, formats).words(page.texts),
            figures.by_decile(found.by_decile, *page.drawing),
            table=found.by_decile,
            customers=formats.count(round(found.by_decile["customers"].iloc[0])),
        )


def _models(page: Page, found: Comparison) -> None:
    """List the models' misses at each cut-off, the one that is taken in bold."""
    formats = page.formats
    title = findings.choice(found, _named(page, found.chosen), formats)
    if not found.cutoffs:
        with st.container(gap="xsmall"):
            st.header(title.words(page.texts), anchor=False)
            blocks.note(_unseen(page))
        return
    note = page(
        "notes.choice",
        days=formats.days(found.scores["holdout_days"].iloc[0]),
        customers=formats.count(found.customers),
        drawn=page("believe.drawn", count=found.one_in, n=formats.count(found.one_in)),
    )
    table, below = _compared(page, found), page(f"believe.{found.reason}")
    download = (found.scores, dict.fromkeys(("miss", "own_error", "auc"), "share"))
    section = ("choice", title.words(page.texts), note)
    tables.framed(page, section, table, download, below)


def _compared(page: Page, found: Comparison) -> pd.DataFrame:
    formats = page.formats
    written = []
    for row in records(found.pooled):
        own = found.scores[found.scores["model"] == row["model"]]
        each = {
            page("believe.model_head"): _named(page, row["model"]),
            **{
                page("believe.from", date=formats.date(trial["cutoff"])): (
                    formats.change(trial["miss"])
                )
                for trial in records(own.sort_values("cutoff"))
            },
            page("believe.all"): formats.share(row["miss"], 1),
            page("believe.unexplained"): formats.share(row["unexplained"], 1),
            page("believe.pairs"): formats.ratio(HUNDRED * own["auc"].mean(), 0),
            page("believe.brier"): formats.ratio(own["brier"].mean(), 3),
        }
        bold = row["model"] == found.chosen
        written.append({k: f"**{v}**" if bold else v for k, v in each.items()})
    return pd.DataFrame(written)


def _named(page: Page, model: str) -> str:
    return page(f"models.{model.replace('/', '_')}")
