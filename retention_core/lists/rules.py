"""The lists by name: who stands on each, and in which order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ibis

from retention_core.errors import RetentionError
from retention_core.lists import (
    birthdays,
    due,
    habit,
    regular,
    second,
    tier,
    value,
)
from retention_core.lists.asked import SHARED, Asked

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import ibis.expr.types as ir

    from retention_core.orders import Orders

# In order of priority: who stands on several is contacted for the first.
NAMES = (
    "valuable_leaving",
    "due_reorder",
    "declining",
    "second_order",
    "one_short",
    "birthday",
    "subscription",
    "top_tenth",
    "win_back",
)
RULES: Mapping[str, Callable[[Asked], ir.Table]] = {
    "valuable_leaving": value.valuable_leaving,
    "due_reorder": due.due_reorder,
    "declining": habit.declining,
    "second_order": second.second_order,
    "one_short": tier.one_short,
    "birthday": birthdays.birthday,
    "subscription": regular.subscription,
    "top_tenth": value.top_tenth,
    "win_back": value.win_back,
}
HEAD = ("customer_id", "list", "stake", "act_on", "product")
# By the day where the day is the point, else by what is at stake.
BY_DAY = ("due_reorder", "second_order", "birthday")


class UnknownListError(RetentionError, KeyError):
    """There is no list of that name."""

    code = "unknown_list"
    template = "There is no list {name!r}; choose one of {found}."

    def __str__(self) -> str:
        return self.template.format(**self.fields)


def members(
    orders: Orders,
    name: str,
    people: ir.Table,
    *,
    window_days: int,
    **asked: Any,  # noqa: ANN401 the arguments of other analyses
) -> ir.Table:
    """Who stands on a list; the table stays in the engine.

    Parameters
    ----------
    name
        One of ``NAMES``.
    people
        As of :func:`people`, by the same window.
    window_days
        The window ``w``, at least 1.
    asked
        ``min_repeat`` as of :func:`retention_core.reorder.due`; ``tiers``: a mapping
        of what :func:`retention_core.tiers.one_short` is given; ``learned``, as of
        :func:`learn` by the same terms, and ``levels`` of everybody, as of
        :func:`levels`: with both, ``people`` and ``orders`` may be of one customer.

    Returns
    -------
    Ibis table, each customer once: ``customer_id``; ``list``, the name; ``stake``, as
    of :func:`people`; ``act_on`` (date), when to contact: the day after ``as_of`` is
    now; ``product``, what it is about, null where nothing is; the columns of
    ``SHARED``, as of :func:`people`; then the list's own, which its function in
    ``RULES`` describes.

    Raises
    ------
    UnknownListError
        No such list.
    """
    if name not in RULES:
        raise UnknownListError(name=name, found=list(NAMES))
    return standing_on(name, Asked(orders, people, window_days, asked))


def standing_on(name: str, asked: Asked) -> ir.Table:
    """:func:`members` of a list, of what several lists share already."""
    found = RULES[name](asked)
    own = [c for c in found.columns if c not in (*HEAD, *SHARED)]
    return found.mutate(list=ibis.literal(name)).select(*HEAD, *SHARED, *own)


def ordered(table: ir.Table, name: str) -> ir.Table:
    """Members of a list in its order: whom to contact first comes first.

    By day, then by what is at stake; the lost by what is ``expected`` of them.
    """
    by: list[ir.Value] = [table.stake.desc(), table.revenue.desc()]
    if name in BY_DAY:
        by = [table.act_on.asc(), *by]
    elif name == "win_back":
        by = [table.expected.fill_null(0).desc(), *by]
    elif name == "top_tenth":
        by = [table.revenue.desc()]
    return table.order_by([*by, table.customer_id.asc()])
