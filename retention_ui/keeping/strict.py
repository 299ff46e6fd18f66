"""JSON from elsewhere, taken for what it should be or for nothing.

What it should be is said by annotations: of dataclasses, and of what they hold.
"""

from __future__ import annotations

import datetime as dt
import json
import math
from dataclasses import MISSING, fields, is_dataclass
from functools import lru_cache
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Literal, NoReturn, Union, get_args, get_origin

if TYPE_CHECKING:
    from collections.abc import Callable

# What SQLite and a float both hold to the digit.
LARGEST = 2**53


class MismatchError(ValueError):
    """A value is not what it should be; the message says where."""


def load(content: bytes, *, odd_numbers: bool = False) -> Any:  # noqa: ANN401 any JSON
    """Read JSON; no key may stand twice, no text may be unfit for UTF-8.

    ``odd_numbers``: NaN may stand for what is absent.

    Raises
    ------
    MismatchError
    """
    try:
        return json.loads(
            content.decode("utf-8"),
            object_pairs_hook=_unique,
            parse_constant=float if odd_numbers else _refused,
        )
    except RecursionError as error:
        raise MismatchError("nested too deep") from error
    except MismatchError:
        raise
    except ValueError as error:
        raise MismatchError("no JSON") from error


def read(kind: Any, value: Any, where: str = "", *, longest: int = LARGEST) -> Any:  # noqa: ANN401 as wide as annotations
    """Return ``value`` as ``kind``: an annotation, or a dataclass.

    Parameters
    ----------
    kind
        ``str int float bool None dt.date dt.datetime Any``, dataclasses, and literals,
        unions, lists, tuples and dicts with texts for keys made of these. A moment must
        know its zone.
    value
        What :func:`load` gave.
    where
        What it is called in messages.
    longest
        Characters of one text.

    Raises
    ------
    MismatchError
        It is not that: another type, a missing or an unknown key, too long a text, a
        number beyond ``LARGEST``.
    """
    if is_dataclass(kind):
        return _of_class(kind, value, where, longest)
    origin = get_origin(kind) or kind
    if origin in (Union, UnionType):
        return _of_union(kind, value, where, longest)
    if origin is Literal:
        return value if value in get_args(kind) else _not(where)
    if origin in _MADE_OF:
        return _MADE_OF[origin](kind, value, where, longest)
    return _PLAIN[origin](value, where, longest)


def _of_class(kind: Any, value: Any, where: str, longest: int) -> Any:  # noqa: ANN401 see read
    if not isinstance(value, dict):
        _not(where)
    known = {each.name: each for each in fields(kind)}
    needed = {
        name
        for name, each in known.items()
        if each.default is MISSING and each.default_factory is MISSING
    }
    if not needed <= value.keys() <= known.keys():
        _not(f"{where}: {sorted(value.keys() ^ needed)[:5]}")
    hints = _hints(kind)
    return kind(
        **{
            name: read(hints[name], each, f"{where}.{name}", longest=longest)
            for name, each in value.items()
        }
    )


@lru_cache
def _hints(kind: Any) -> dict[str, Any]:  # noqa: ANN401 see read
    # Modules import ``datetime`` for checking only: annotations are not run.
    from typing import get_type_hints

    return get_type_hints(kind, localns={"dt": dt})


def _of_union(kind: Any, value: Any, where: str, longest: int) -> Any:  # noqa: ANN401 see read
    for each in get_args(kind):
        try:
            return read(each, value, where, longest=longest)
        except MismatchError:
            continue
    return _not(where)


def _of_list(kind: Any, value: Any, where: str, longest: int) -> Any:  # noqa: ANN401 see read
    if not isinstance(value, list):
        _not(where)
    (inner,) = get_args(kind)
    return [read(inner, each, f"{where}[]", longest=longest) for each in value]


def _of_tuple(kind: Any, value: Any, where: str, longest: int) -> Any:  # noqa: ANN401 see read
    inner = get_args(kind)
    if not isinstance(value, list):
        _not(where)
    if inner[-1] is Ellipsis:
        inner = inner[:1] * len(value)
    if len(inner) != len(value):
        _not(where)
    pairs = zip(inner, value, strict=True)
    return tuple(read(each, own, f"{where}[]", longest=longest) for each, own in pairs)


def _of_dict(kind: Any, value: Any, where: str, longest: int) -> Any:  # noqa: ANN401 see read
    if not isinstance(value, dict):
        _not(where)
    _, inner = get_args(kind)
    return {
        _text(key, where, longest): read(
            inner, each, f"{where}.{key[:40]}", longest=longest
        )
        for key, each in value.items()
    }


def _text(value: Any, where: str, longest: int) -> str:  # noqa: ANN401 see read
    if not isinstance(value, str) or len(value) > longest:
        _not(where)
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:  # half of a character
        _not(where)
    return str(value)


def _whole(value: Any, where: str, longest: int) -> int:  # noqa: ANN401 see read
    if type(value) is not int or abs(value) > LARGEST:
        _not(where)
    return int(value)


def _number(value: Any, where: str, longest: int) -> float:  # noqa: ANN401 see read
    if type(value) is float and not math.isinf(value):  # 1e999 is
        return value
    return float(_whole(value, where, longest))


def _day(value: Any, where: str, longest: int) -> dt.date:  # noqa: ANN401 see read
    try:
        return dt.date.fromisoformat(_text(value, where, longest))
    except ValueError:
        return _not(where)


def _moment(value: Any, where: str, longest: int) -> dt.datetime:  # noqa: ANN401 see read
    try:
        found = dt.datetime.fromisoformat(_text(value, where, longest))
        if found.utcoffset() is None:
            _not(where)
        return found.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        return _not(where)


def _truth(value: Any, where: str, longest: int) -> bool:  # noqa: ANN401 see read
    return value if isinstance(value, bool) else _not(where)


def _nothing(value: Any, where: str, longest: int) -> None:  # noqa: ANN401 see read
    if value is not None:
        _not(where)


def _anything(value: Any, where: str, longest: int) -> Any:  # noqa: ANN401 see read
    """Any JSON, as far as it is as flat as ours is."""
    if isinstance(value, dict):
        return _of_dict(dict[str, Any], value, where, longest)
    if isinstance(value, list):
        return _of_list(list[Any], value, where, longest)
    if isinstance(value, str):
        return _text(value, where, longest)
    if isinstance(value, float) and math.isfinite(value):
        return value
    return read(bool | int | None, value, where, longest=longest)


def _not(where: str) -> NoReturn:
    raise MismatchError(where)


def _refused(constant: str) -> NoReturn:
    raise MismatchError(constant)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise MismatchError("a key stands twice")
    return found


_MADE_OF: dict[Any, Callable[[Any, Any, str, int], Any]] = {
    list: _of_list,
    tuple: _of_tuple,
    dict: _of_dict,
}
_PLAIN: dict[Any, Callable[[Any, str, int], Any]] = {
    str: _text,
    int: _whole,
    float: _number,
    bool: _truth,
    NoneType: _nothing,
    None: _nothing,
    dt.date: _day,
    dt.datetime: _moment,
    Any: _anything,
}
