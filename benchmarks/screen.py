"""What a browser would show: the elements of a page, and what its inputs hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.WidgetStates_pb2 import WidgetState

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

Path = tuple[int, ...]


@dataclass(frozen=True)
class Shown:
    """One element: its kind, itself, and the script that drew it."""

    kind: str
    element: Any
    script: str

    @property
    def id(self) -> str:
        """The id of a widget, empty where it is none."""
        return str(getattr(self.element, "id", ""))


class Screen:
    """The elements by their place, as the messages of a run put them there."""

    def __init__(self) -> None:
        self._shown: dict[Path, Shown] = {}

    def __iter__(self) -> Iterator[Shown]:
        return iter([self._shown[path] for path in sorted(self._shown)])

    def clear(self) -> None:
        """Begin a run of the whole page."""
        self._shown.clear()

    def draw(self, message: ForwardMsg) -> None:
        """Put an element in its place, or empty the place for a block."""
        path = tuple(message.metadata.delta_path)
        for below in [each for each in self._shown if each[: len(path)] == path]:
            del self._shown[below]
        if message.delta.WhichOneof("type") != "new_element":
            return
        kind = str(message.delta.new_element.WhichOneof("type"))
        element = getattr(message.delta.new_element, kind)
        self._shown[path] = Shown(kind, element, message.metadata.active_script_hash)

    def find(self, key: str) -> Shown:
        """Return the widget that the page calls ``key``; ``LookupError``."""
        for shown in self:
            if shown.id.endswith(f"-{key}"):
                return shown
        raise LookupError(key)

    def of(self, kind: str) -> list[Any]:
        """Return all elements of a kind, from top to bottom."""
        return [shown.element for shown in self if shown.kind == kind]

    def errors(self) -> list[str]:
        """Return what went wrong, as the page says it."""
        alerts = [each for each in self.of("alert") if each.format == Alert.ERROR]
        exceptions = [f"{each.type}: {each.message}" for each in self.of("exception")]
        return [each.body for each in alerts] + exceptions

    def states(self, script: str | None = None) -> list[WidgetState]:
        """Return what the inputs hold, as a browser reports it with every run.

        After a change of page only the inputs of ``script``, the frame, are there.
        """
        found = [
            state_of(shown)
            for shown in self
            if shown.id and (script is None or shown.script == script)
        ]
        return [state for state in found if state is not None]


def options(shown: Shown) -> list[str]:
    """Return what can be chosen in a widget, as labels; nothing: it is no choice."""
    if shown.kind == "button_group":
        return [option.content for option in shown.element.options]
    if shown.kind in {"selectbox", "radio"}:
        return list(shown.element.options)
    return []


def state_of(shown: Shown) -> WidgetState | None:
    """Return what a widget holds when it is drawn; ``None`` where that is nothing."""
    each, state = shown.element, WidgetState(id=shown.id)
    if shown.kind == "checkbox":
        state.bool_value = each.value if each.set_value else each.default
    elif shown.kind in {"selectbox", "radio"}:
        if not each.options:
            return None
        first = each.options[each.default]
        state.string_value = each.raw_value if each.set_value else first
    elif shown.kind in {"button_group", "multiselect"}:
        labels = options(shown) or list(getattr(each, "options", ()))
        chosen = [labels[index] for index in each.default]
        held = list(each.raw_values) if each.set_value else chosen
        state.string_array_value.data.extend(held)
    elif shown.kind in {"number_input", "slider", "text_input", "date_input"}:
        _fill(state, shown.kind, each)
    else:
        return None
    return state


def _fill(state: WidgetState, kind: str, each: Any) -> None:  # noqa: ANN401
    held = each.value if each.set_value else each.default
    if kind == "number_input":
        state.double_value = held
    elif kind == "slider":
        state.double_array_value.data.extend(held)
    elif kind == "date_input":
        state.string_array_value.data.extend(held)
    else:
        state.string_value = held
