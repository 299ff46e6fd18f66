"""Products that meet in one basket: counted against chance, and by lift."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from retention_core.baskets import REAL
from retention_ui.figures import axes, rows
from retention_ui.figures.frames import Row, records
from retention_ui.figures.look import (
    HOVER,
    base,
    cell_text,
    colour_at,
    colourscale,
    describe,
    label,
    on,
)

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

    from retention_ui.figures.look import Look
    from retention_ui.formats import Formats
    from retention_ui.texts import Texts

LOWEST_LIFT, HIGHEST_LIFT = 1.0, 8.0
MOST_ROWS = 8
MOST_PRODUCTS = 9
LONGEST_NAME = 24


def pairs(found: pd.DataFrame, texts: Texts, look: Look, formats: Formats) -> go.Figure:
    """Draw the strongest pairs: a ring at chance, a dot at the count found.

    ``found`` is the frame of ``rc.baskets.pairs``. Real ones (q ≤ 0.05) come first,
    each group by leverage, eight in all.
    """
    shown = strongest(found).head(MOST_ROWS)
    figure = base(look, 48 + 44 * max(len(shown), 1))
    figure.update_layout(margin={"r": 40})
    rows.stack(figure, len(shown), look)
    top = 1.02 * max([1.0, *shown["count"], *(shown["count"] / shown["lift"])])
    figure.update_xaxes(**axes.amounts(formats, 0, top, "count"))
    figure.update_xaxes(title={"text": texts("figures.pairs.axis")})
    names, colours = [], []
    for place, each in enumerate(records(shown)):
        name = _pair(each, texts, formats)
        real = each["q_value"] <= REAL
        names.append(f"<b>{name}</b>" if real else name)
        colours.append(look.ink if real else look.muted)
        _pair_row(figure, place, each, (texts, look, formats))
    rows.name_rows(figure, names, colours)
    return describe(figure, _pairs_alt(shown, texts, formats))


def product_matrix(
    found: pd.DataFrame, texts: Texts, look: Look, formats: Formats
) -> go.Figure:
    """Draw the lift of the top nine products with each other, lower triangle.

    ``found`` is the frame of ``rc.baskets.pairs``. Only real pairs are filled; the
    members of real pairs come first.
    """
    products = _products(found)
    count = len(products)
    numbers = [formats.count(i + 1) for i in range(count)]
    names = [
        f"{axes.short(product, LONGEST_NAME, formats)}  {number}"
        for product, number in zip(products, numbers, strict=True)
    ]
    figure = base(look, 30 + 28 * max(count, 1))
    figure.update_layout(margin={"t": 24, "pad": 6})
    across = axes.category(numbers[:-1]) | {"side": "top"}
    across["range"] = [-0.5, max(count - 1, 1) - 0.5]
    figure.update_xaxes(**across, showline=False)
    down = axes.category(names) | {"range": [max(count, 1) - 0.5, -0.5]}
    figure.update_yaxes(**down, showgrid=False)
    cells = _triangle(found, products)
    _lifts(figure, cells, (numbers, names), (texts, look, formats))
    return describe(figure, _matrix_alt(cells, texts, formats))


def strongest(found: pd.DataFrame) -> pd.DataFrame:
    """Pairs in the order shown: real ones first, each group by leverage."""
    ranked = found.assign(real=found["q_value"] <= REAL)
    return ranked.sort_values(
        ["real", "leverage", "count"], ascending=False, kind="stable"
    )


def _pair(each: Row, texts: Texts, formats: Formats) -> str:
    first, second = formats.plain(each["antecedent"]), formats.plain(each["consequent"])
    return texts("figures.pairs.pair", first=first, second=second)


def _pair_row(
    figure: go.Figure,
    place: int,
    each: Row,
    words: tuple[Texts, Look, Formats],
) -> None:
    """Add ring, line, dot and count of one pair."""
    texts, look, formats = words
    real = each["q_value"] <= REAL
    colour = look.accent if real else look.grey
    count, chance = float(each["count"]), each["count"] / each["lift"]
    figure.add_scatter(
        x=[chance, count],
        y=[place, place],
        mode="lines",
        line={"color": colour, "width": 3 if real else 1.5},
        hoverinfo="skip",
    )
    hover = texts(
        "figures.pairs.hover",
        pair=_pair(each, texts, formats),
        n=formats.count(count),
        expected=formats.ratio(chance),
        lift=formats.ratio(each["lift"]),
        q=formats.p_value(each["q_value"]),
    )
    figure.add_scatter(
        x=[chance, count],
        y=[place, place],
        mode="markers",
        marker={
            "size": [8, 10],
            "opacity": 1,
            "color": [look.page, colour],
            "line": {"color": [look.muted, colour], "width": [1.4, 0]},
        },
        customdata=[hover, hover],
        hovertemplate=HOVER,
    )
    text = f"<b>{formats.count(count)}</b>" if real else formats.count(count)
    spoken = look.accent if real else look.muted
    label(figure, (max(count, chance), place), text, spoken, xanchor="left", xshift=9)


def _products(found: pd.DataFrame) -> list[Any]:
    """Top products: as they come in the strongest pairs, at most nine."""
    products: dict[Any, None] = {}
    for each in records(strongest(found)):
        for side in ("antecedent", "consequent"):
            products.setdefault(each[side])
    return list(products)[:MOST_PRODUCTS]


def _triangle(found: pd.DataFrame, products: list[Any]) -> list[Row]:
    """Pairs among ``products`` with ``row`` > ``column``, their places."""
    place = {product: index for index, product in enumerate(products)}
    both = found["antecedent"].isin(place) & found["consequent"].isin(place)
    cells = []
    for each in records(found[both]):
        ends = sorted((place[each["antecedent"]], place[each["consequent"]]))
        cells.append(each | {"column": ends[0], "row": ends[1]})
    return cells


def _lifts(
    figure: go.Figure,
    cells: list[Row],
    names: tuple[list[str], list[str]],
    words: tuple[Texts, Look, Formats],
) -> None:
    """Fill the real pairs, write every lift, explain each on hover."""
    texts, look, formats = words
    columns, rows_ = names
    z: list[list[float | None]] = [[None] * max(len(columns) - 1, 0) for _ in rows_]
    written, colours = [], []
    for each in cells:
        real = each["q_value"] <= REAL
        text = formats.ratio(each["lift"])
        at = columns[each["column"]], rows_[each["row"]]
        written.append((*at, f"<b>{text}</b>" if real else text))
        share = (each["lift"] - LOWEST_LIFT) / (HIGHEST_LIFT - LOWEST_LIFT)
        ground = colour_at(look.scale, share)
        colours.append(on(look, ground) if real else look.muted)
        if real:
            z[each["row"]][each["column"]] = each["lift"]
    figure.add_heatmap(
        x=columns[:-1],
        y=rows_,
        z=z,
        colorscale=colourscale(look),
        zmin=LOWEST_LIFT,
        zmax=HIGHEST_LIFT,
        xgap=1.5,
        ygap=1.5,
        showscale=False,
        hoverongaps=False,
        hoverinfo="skip",
    )
    cell_text(figure, written, colours)
    figure.add_scatter(
        x=[columns[each["column"]] for each in cells],
        y=[rows_[each["row"]] for each in cells],
        mode="markers",
        marker={"size": 24, "opacity": 0},
        customdata=[
            texts(
                "figures.product_matrix.hover",
                pair=_pair(each, texts, formats),
                lift=formats.ratio(each["lift"]),
                n=formats.count(each["count"]),
                q=formats.p_value(each["q_value"]),
            )
            for each in cells
        ],
        hovertemplate=HOVER,
    )


def _pairs_alt(shown: pd.DataFrame, texts: Texts, formats: Formats) -> str:
    title = texts("figures.pairs.name")
    if not len(shown):
        return texts("figures.empty", figure=title)
    real = int((shown["q_value"] <= REAL).sum())
    first = records(shown)[0]
    return texts(
        "figures.pairs.alt",
        figure=title,
        count=real,
        real=formats.count(real),
        n=formats.count(len(shown)),
        pair=_pair(first, texts, formats),
        both=formats.count(first["count"]),
        expected=formats.ratio(first["count"] / first["lift"]),
    )


def _matrix_alt(cells: list[Row], texts: Texts, formats: Formats) -> str:
    title = texts("figures.product_matrix.name")
    if not cells:
        return texts("figures.empty", figure=title)
    highest = max(cells, key=lambda each: each["lift"])
    real = sum(each["q_value"] <= REAL for each in cells)
    return texts(
        "figures.product_matrix.alt",
        figure=title,
        count=real,
        real=formats.count(real),
        n=formats.count(len(cells)),
        pair=_pair(highest, texts, formats),
        lift=formats.ratio(highest["lift"]),
    )
