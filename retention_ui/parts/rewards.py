"""What the rewards of the tiers would cost, and which gain pays for them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from retention_ui import blocks, inputs, queries
from retention_ui.figures import tiers as figures
from retention_ui.figures.frames import Row, records
from retention_ui.findings import tiers as findings
from retention_ui.parts import forecast
from retention_ui.parts.tiers import TIERS

if TYPE_CHECKING:
    from pandas.io.formats.style import Styler

    from retention_core.tiers import Cost
    from retention_ui.page import Page
    from retention_ui.parts.tiers import Asked

KINDS = ("percent", "amount")
PROPOSED = {"percent": (2.0, 4.0, 6.0), "amount": (5.0, 10.0, 20.0)}
MOST = {"percent": 100.0, "amount": 1e9}
COLUMNS = (
    *("tier", "customers", "kept", "value", "reward"),
    *("cost", "gain", "more_orders", "most"),
)
NEED_A_YEAR = ("kept", "gain", "most")


def rewards(page: Page, asked: Asked) -> None:
    """Let the user type rewards; say what they cost and what pays for them."""
    with blocks.controls():
        kind = inputs.choice(page.scope, "reward", KINDS)
        typed = [
            inputs.number(
                page.scope,
                f"{kind}_{tier}",
                PROPOSED[kind][tier - 1],
                (0.0, MOST[kind]),
                width=120,
            )
            for tier in TIERS
        ]
        shared = inputs.Scope("forecast", page.texts)
        margin = inputs.number(shared, "margin", 100, (1, 100), step=5)
    values = [each / 100 for each in typed] if kind == "percent" else typed
    found: Cost = queries.ask(
        page.shop,
        "tiers_cost",
        kind=kind,
        values=values,
        margin=margin / 100,
        **asked.everything,
    )
    title = findings.cost(found, margin / 100, page.formats).words(page.texts)
    drawn = found.tiers["kept_share"].notna().any()
    page.section(
        "rewards" if drawn else "cost",
        title,
        figures.needed(found.tiers, *page.drawing) if drawn else None,
        table=found.tiers,
        since=page.formats.date(found.since),
        date=page.formats.date(page.facts.as_of),
    )
    if margin == 100:
        blocks.note(page("margin.whole", known=forecast.known_margin(page)))
    st.table(_table(page, found), border="horizontal", hide_index=True)
    _said(page, found)


def _table(page: Page, found: Cost) -> Styler:
    """Each tier on a line, the highest first."""
    formats = page.formats
    table = found.tiers[::-1].reset_index(drop=True)
    rows = records(table)
    shown = table.assign(
        tier=[page(f"names.{row['tier']}") for row in rows],
        kept=[_kept(page, row) for row in rows],
        gain=[_gain(page, row) for row in rows],
    )
    names = [each for each in COLUMNS if found.compared or each not in NEED_A_YEAR]
    heads = {name: page(f"columns.{name}") for name in names}
    written: dict[str, Any] = {
        "customers": formats.count,
        "value": formats.money,
        "reward": formats.money,
        "cost": partial(formats.money, style="about"),
        "more_orders": partial(_more, page),
        "most": formats.money,
    }
    styled = shown[names].rename(columns=heads).style
    return styled.format({heads[n]: w for n, w in written.items() if n in heads})


def _kept(page: Page, row: Row) -> str:
    if np.isnan(row["kept_share"]):
        return page("nobody_then")
    return page(
        "kept",
        share=page.formats.share(row["kept_share"]),
        kept=page.formats.count(row["kept"]),
        before=page.formats.count(row["before"]),
    )


def _gain(page: Page, row: Row) -> str:
    if np.isnan(row["gain"]):
        return page.formats.points(None)
    if not np.isfinite(row["gain"]):
        return page("gain.never")
    points = page.formats.ratio(100 * row["gain"])
    if row["possible"]:
        goal = page.formats.share(row["kept_share"] + row["gain"])
        return page("gain.points", points=points, goal=goal)
    return page("gain.beyond", points=points)


def _more(page: Page, orders: float) -> str:
    if np.isinf(orders):
        return page("gain.never")
    return page.formats.ratio(orders, 2)


def _said(page: Page, found: Cost) -> None:
    """Say what the numbers rest on, and where no gain is possible."""
    formats = page.formats
    said = []
    if found.compared:
        since = formats.date(found.since)
        said.append(page("notes.compared", since=since))
    else:
        said.append(page("notes.too_young", days=formats.days(found.days)))
    beyond = [
        page(f"names.{row['tier']}")
        for row in records(found.tiers)
        if not np.isnan(row["gain"]) and not row["possible"]
    ]
    if beyond:
        names = page("and").join(beyond)
        st.warning(page("impossible", count=len(beyond), names=names))
    blocks.note(" ".join(said))
