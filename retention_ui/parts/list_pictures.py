"""What stands above a list: a picture, and a part of it to choose."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import streamlit as st

from retention_ui import blocks, inputs, queries, state
from retention_ui.figures import lists as figures
from retention_ui.figures.look import CONFIG

if TYPE_CHECKING:
    import pandas as pd

    from retention_core.lists.chart import Chart
    from retention_ui.page import Page
    from retention_ui.questions.list_choice import Waiting

BOX, BOXES = "lists.box", "lists.boxes"
PICTURE = "lists.value_at_risk"
EVERYTHING = ""
MOST_PRODUCTS = 10
# Risk and stake from least to most: everything, the likelier lost.
NO_LIMIT = 1e12
LIKELIER = (0.5, 1.0, 0.0, NO_LIMIT)


class Chosen(NamedTuple):
    """A part of a list: of one product, or of a box in the picture."""

    product: str | None = None
    box: list[float] | None = None

    @property
    def whole(self) -> bool:
        """Whether it is all of the list."""
        return self == Chosen()

    def asked(self) -> dict[str, Any]:
        """What questions are given for it."""
        return self._asdict()


def choose(page: Page, name: str, asked: dict[str, Any]) -> Chosen:
    """Draw what belongs to a list, and let the user choose a part of it."""
    if name == "valuable_leaving" and asked["fits"] is not None:
        return Chosen(box=_value_at_risk(page, asked))
    if name == "due_reorder":
        return Chosen(product=_products(page, asked))
    if name == "second_order":
        _second_orders(page)
    return Chosen()


def _value_at_risk(page: Page, asked: dict[str, Any]) -> list[float] | None:
    """Draw value against risk; a box drawn over it narrows the list.

    With a finger one scrolls: on phones, and for the keyboard, there is a choice.
    """
    if not page.shop.lists:
        return None
    given = {name: asked[name] for name in ("fits", "window_days")}
    found: Chart = queries.ask(page.shop, "list_map", **given)
    if found.points.empty:
        return None
    text = inputs.begin(page.scope, "box", EVERYTHING, _checked)
    box = _box(inputs.end(text, "box", state.widget(text), EVERYTHING))
    boxed = not on_phone()
    figure = figures.value_at_risk(found.points, *page.drawing, boxed=boxed)
    blocks.note(page("notes.value_at_risk", box=page("notes.box") if boxed else ""))
    _show(page, figure, boxed)
    if box is not None:
        _back(page)
        return box
    return _part(page, found)


def _show(page: Page, figure: Any, boxed: bool) -> None:  # noqa: ANN401 a figure
    """Draw the picture anew for every box that was given up: it keeps none then."""
    key = f"{PICTURE}.{state.widget(BOXES) or 0}"
    if not boxed:
        blocks.show(figure, key)
        return
    st.plotly_chart(
        figure,
        theme=None,
        key=key,
        config=CONFIG,
        alt=figure.layout.meta["alt"],
        on_select=partial(_take, key),
        selection_mode="box",
    )


def _take(key: str) -> None:
    """Take the box that was drawn; the callback of the picture."""
    event = state.widget(key) or {}
    boxes = event.get("selection", {}).get("box", [])
    if not boxes:
        state.set_widget(BOX, EVERYTHING)
        return
    across, upward = (sorted(boxes[-1][side]) for side in ("x", "y"))
    stakes = [figures.stake_at(each) for each in upward]
    state.set_widget(BOX, ",".join(f"{each:.4f}" for each in (*across, *stakes)))


def _back(page: Page) -> None:
    st.button(
        page("all_again"),
        on_click=_give_up,
        type="tertiary",
        icon=":material/undo:",
        key="lists.all_again",
    )


def _give_up() -> None:
    state.set_widget(BOX, EVERYTHING)
    state.set_widget(BOXES, (state.widget(BOXES) or 0) + 1)


def _part(page: Page, found: Chart) -> list[float] | None:
    """Let the user choose a part without a mouse."""
    leaving = found.points[found.points["leaving"].astype(bool)]
    part = inputs.choice(page.scope, "part", ("all", "value", "risk"))
    if part == "value" and not leaving.empty:
        return [0.0, 1.0, float(leaving["stake"].median()), NO_LIMIT]
    return [*LIKELIER] if part == "risk" else None


def _products(page: Page, asked: dict[str, Any]) -> str | None:
    """Draw how long products last, and let the user choose one."""
    known: pd.DataFrame = queries.ask(page.shop, "list_products", **asked)
    known = known[known["customers"] > 0]
    if known.empty:
        return None
    counts = known.set_index("product")["customers"]
    names = {EVERYTHING: page("product.all")}
    for product, n in counts.items():
        name = str(product)
        fields = {"name": name, "n": page.formats.count(n)}
        names[name] = page("product.one", **fields)
    key = page.scope.key("product")
    if state.widget(key) is not None and state.widget(key) not in names:
        state.set_widget(key, EVERYTHING)
    chosen = inputs.choice(
        page.scope, "product", list(names), EVERYTHING, names=names, width=320
    )
    first = known["product"] == chosen
    shown = known if not first.any() else known[first]
    blocks.note(page("notes.intervals"))
    figure = figures.intervals(shown.head(MOST_PRODUCTS), *page.drawing)
    blocks.show(figure, "lists.intervals")
    return chosen or None


def _second_orders(page: Page) -> None:
    """Draw when second orders come, with the day by which most have."""
    found: Waiting = queries.ask(page.shop, "list_waiting")
    if found.most is None:
        return
    blocks.note(page("notes.second_orders"))
    figure = figures.second_orders(
        found.curve, *page.drawing, half=found.half, most=found.most
    )
    blocks.show(figure, "lists.second_orders")


def _checked(text: str) -> str | None:
    """Read a box from the URL; ``None`` for what is none."""
    return text if not text or _box(text) is not None else None


def _box(text: str) -> list[float] | None:
    try:
        found = [float(each) for each in text.split(",")]
    except ValueError:
        return None
    finite = all(abs(each) <= NO_LIMIT for each in found)
    return found if len(found) == 4 and finite else None


def on_phone() -> bool:
    """Whether the page is looked at with a finger, and narrow."""
    return "Mobi" in str(st.context.headers.get("User-Agent") or "")
