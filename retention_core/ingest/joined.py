"""Two files of one export: the items in one, what is of their orders in the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from retention_core.ingest.amounts import Terms

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_WORDS = (
    *("email", "phone", "customer_name", "status", "cancelled_at", "currency"),
    *("refund_amount", "store", "country", "channel", "campaign", "tags"),
)
_OF_THE_LINE = ("status", "refund_amount")


@dataclass(frozen=True)
class Typed:
    """Rows with their text cells and what these mean: SQL, its fields, its money.

    ``kinds``: rows may be of other kinds than sales.
    """

    query: str
    fields: list[str]
    terms: Terms
    kinds: bool


def with_orders(
    con: DuckDBPyConnection, items: Typed, orders: list[Typed], number: int
) -> Typed:
    """Items with the customer, day, state and money of their orders.

    What an item says of itself (its state, what went back of it) goes before. A number
    may be written with a ``#`` in one of the files.
    """
    words = [w for w in _WORDS if any(w in each.fields for each in orders)]
    parts = (_order(each, place, words) for place, each in enumerate(orders))
    con.execute(
        f"CREATE OR REPLACE TABLE orders_of_{number} AS "
        f"SELECT * FROM ({' UNION ALL '.join(parts)}) "
        "QUALIFY row_number() OVER (PARTITION BY key ORDER BY place, row) = 1"
    )
    own = items.terms
    refund = "refund_amount" in items.fields
    replaced = {
        each: f"coalesce(o.{each}, t.{each})"
        for each in ("person", "mail", "digits", "moment")
    }
    replaced["back"] = "coalesce(t.back, o.back)"
    replaced["returned"] = "t.returned" if refund else "o.returned"
    added = {"inside_joined": _inside(own, "o.inside")}
    money = {"order_sum": "o.order_sum", "order_off": "o.order_off"}
    if own:
        replaced |= {
            name: f"coalesce({each}, t.{name})" for name, each in money.items()
        }
        replaced["unread"] = "t.unread OR coalesce(o.unread, false)"
    else:
        unread = "t.money IS NULL AND t.money_text IS NOT NULL"
        added |= money | {"unread": f"({unread}) OR coalesce(o.unread, false)"}
    for word in words:
        if word not in items.fields:
            added[word] = f"o.{word}"
        elif word in _OF_THE_LINE:
            replaced[word] = f"coalesce(t.{word}, o.{word})"
        else:
            replaced[word] = f"coalesce(o.{word}, t.{word})"
    told = ", ".join(f"{each} AS {name}" for name, each in replaced.items())
    more = ", ".join(f"{each} AS {name}" for name, each in added.items())
    query = (
        f"SELECT t.* REPLACE ({told}), {more} FROM ({items.query}) AS t "
        f"LEFT JOIN orders_of_{number} AS o ON ltrim(t.number, '#') = o.key"
    )
    terms = Terms(
        total=True,
        discount=own.discount or any(each.terms.discount for each in orders),
        refund=own.refund if refund else "refund_amount" in words,
        inside=("inside_joined",),
        weighed=own.weighed,
    )
    return Typed(query, list(dict.fromkeys([*items.fields, *words])), terms, True)


def without_itemised(
    con: DuckDBPyConnection, orders: Typed, items: list[Typed], number: int
) -> Typed:
    """Orders of which another file has the items: these rows are ``joined``."""
    readable = "money IS NOT NULL OR money_text IS NULL"
    parts = " UNION ".join(
        f"SELECT ltrim(number, '#') AS key FROM ({each.query}) "
        f"WHERE number IS NOT NULL AND ({readable}) "
        "AND (kind IS NULL OR kind = 'refund')"
        for each in items
    )
    con.execute(f"CREATE OR REPLACE TABLE itemised_{number} AS {parts}")
    joined = f"ltrim(number, '#') IN (SELECT key FROM itemised_{number})"
    query = (
        f"SELECT * REPLACE (CASE WHEN kind IS NULL AND {joined} THEN 'joined' "
        f"ELSE kind END AS kind) FROM ({orders.query})"
    )
    return Typed(query, orders.fields, orders.terms, True)


def _order(each: Typed, place: int, words: list[str]) -> str:
    """An order a row, as its own file says."""
    told = "".join(
        f", {word if word in each.fields else 'NULL::VARCHAR'} AS {word}"
        for word in words
    )
    of = each.terms
    money = {"order_sum": "money", "order_off": "NULL::DOUBLE", "unread": "false"}
    if of:
        money = {"order_sum": "coalesce(order_sum, money)", "order_off": "order_off"}
        money["unread"] = "unread"
    given = "".join(f", {value} AS {name}" for name, value in money.items())
    return (
        f"SELECT ltrim(number, '#') AS key, {place} AS place, row, person, mail, "
        f"digits, moment, back, returned, {_inside(of)} AS inside{given}{told} "
        f"FROM ({each.query}) WHERE number IS NOT NULL "
        "AND (kind IS NULL OR kind = 'refund')"
    )


def _inside(of: Terms, first: str | None = None) -> str:
    """What an order's total contains, as one sum."""
    names = [*of.inside, *(["inside_line"] if of.parts else [])]
    own = " + ".join(f"coalesce({name}, 0)" for name in names) or "0"
    return own if first is None else f"coalesce({first}, {own})"
