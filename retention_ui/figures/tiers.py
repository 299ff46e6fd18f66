"""Who stands on which tier, and how many more must be kept for the rewards."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from retention_ui.figures import axes
from retention_ui.figures.frames import Row, records
from retention_ui.figures.look import HOVER, base, describe, label, told
from retention_ui.figures.rows import dot, interval, name_rows, stack

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from retention_ui.figures.look import Look
    from retention_ui.formats import Formats
    from retention_ui.texts import Texts

ROW, ROOM = 54, 40
THICK = 0.28


def standing(
    tiers: pd.DataFrame, texts: Texts, look: Look, formats: Formats
) -> go.Figure:
    """Draw each tier's share of the customers (grey) and of the spend.

    ``tiers``: ``tier, customers, spend`` from 0 (none yet); drawn the highest first.
    """
    rows = records(tiers)[::-1]
    sums = {name: sum(row[name] for row in rows) for name in ("customers", "spend")}
    figure = base(look, ROOM + ROW * len(rows))
    stack(figure, len(rows), look)
    figure.update_layout(margin={"t": 4, "r": 40}, barmode="overlay")
    shares = [[_part(row[name], sums[name]) for row in rows] for name in sums]
    most = max([each for row in shares for each in row if each == each], default=0.0)
    figure.update_xaxes(range=[0, max(most, 0.01) * 1.12], showticklabels=False)
    figure.update_xaxes(showline=False)
    names = [_name(row["tier"], texts) for row in rows]
    name_rows(figure, names, [look.muted] * len(rows))
    for share, lift, colour in (
        (shares[0], 0.0, look.grey),
        (shares[1], THICK, look.fill),
    ):
        heights = [place + lift + 0.08 for place in range(len(rows))]
        figure.add_bar(
            x=share,
            y=heights,
            orientation="h",
            width=THICK - 0.04,
            marker={"color": colour, "line": {"width": 0}},
            customdata=[_stands(row, sums, texts, formats) for row in rows],
            hovertemplate=HOVER,
        )
        for each, height in zip(share, heights, strict=True):
            if each == each:
                words = formats.share(each, 1)
                place = {"xanchor": "left", "xshift": 4, "font": {"size": 12}}
                label(figure, (max(each, 0.0), height), words, look.muted, **place)
                figure.layout.annotations[-1].font.color = look.muted
    said = [_stands(row, sums, texts, formats, alt=True) for row in rows]
    return describe(figure, told(texts("figures.tiers.name"), said, texts))


def needed(
    tiers: pd.DataFrame, texts: Texts, look: Look, formats: Formats
) -> go.Figure:
    """Draw the share kept, with its interval, and the share that pays (open circle).

    ``tiers``: ``tier, kept_share, low, high, gain, possible``; drawn the highest
    first. Where even all are too few, the row says so.
    """
    rows = [row for row in records(tiers)[::-1] if not pd.isna(row["kept_share"])]
    figure = base(look, ROOM + ROW * max(len(rows), 1))
    stack(figure, len(rows), look)
    figure.update_xaxes(**axes.amounts(formats, 0, 1, "share"))
    names = [_name(row["tier"], texts) for row in rows]
    name_rows(figure, names, [look.muted] * len(rows))
    for place, row in enumerate(rows):
        interval(figure, place, (row["low"], row["high"]), look.accent)
        hover = _kept(row, texts, formats)
        goal = row["kept_share"] + row["gain"]
        if _possible(row):
            figure.add_scatter(
                x=[row["kept_share"], goal],
                y=[place, place],
                mode="lines",
                line={"color": look.lost, "width": 1.4, "dash": "dot"},
                hoverinfo="skip",
            )
            figure.add_scatter(
                x=[goal],
                y=[place],
                mode="markers",
                marker={
                    "size": 10,
                    "color": look.page,
                    "line": {"color": look.lost, "width": 2},
                },
                customdata=[hover],
                hovertemplate=HOVER,
                cliponaxis=False,
            )
        else:
            words = texts("figures.tiers.never")
            place_ = {"xref": "paper", "xanchor": "right", "yshift": 14}
            label(figure, (1, place), words, look.lost, **place_)
        dot(figure, (row["kept_share"], place), look.accent, hover)
    said = [_kept(row, texts, formats, alt=True) for row in rows]
    return describe(figure, told(texts("figures.tiers.needed"), said, texts))


def _name(tier: int, texts: Texts) -> str:
    return texts(f"tiers.names.{tier}")


def _part(of: float, whole: float) -> float:
    return of / whole if whole > 0 else float("nan")


def _possible(row: Row) -> bool:
    return bool(np.isfinite(row["gain"]) and row["possible"])


def _stands(
    row: Row,
    sums: dict[str, float],
    texts: Texts,
    formats: Formats,
    *,
    alt: bool = False,
) -> str:
    return texts(
        "figures.tiers.alt" if alt else "figures.tiers.hover",
        name=_name(row["tier"], texts),
        count=row["customers"],
        n=formats.count(row["customers"]),
        share=formats.share(_part(row["customers"], sums["customers"]), 1),
        amount=formats.money(row["spend"], "about"),
        spend=formats.share(_part(row["spend"], sums["spend"]), 1),
    )


def _kept(row: Row, texts: Texts, formats: Formats, *, alt: bool = False) -> str:
    key = "pays" if _possible(row) else "never_pays"
    return texts(
        f"figures.tiers.{key}_alt" if alt else f"figures.tiers.{key}",
        name=_name(row["tier"], texts),
        kept=formats.share(row["kept_share"], 1),
        interval=formats.interval(row["low"], row["high"]),
        goal=formats.share(row["kept_share"] + row["gain"], 1),
        points=formats.ratio(100 * row["gain"]),
    )
