"""What every contacted customer did: a row a contact, worked out in the engine."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import ibis

from retention_core import contacts

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from retention_core.orders import Orders

COLUMNS = {
    "campaign": "string",
    "list": "string",
    "customer_id": "string",
    "contacted_on": "date",
    "control": "boolean",
    "offer": "string",
}


def contacts_of(orders: Orders) -> ir.Table | None:
    """Contacts with ``COLUMNS``; ``None`` where nobody knows of any.

    Those after ``as_of`` too: whoever was noted today, and waits for the next export.
    Of customers chosen by their first order only those after it: of whoever was written
    to before, nobody but buyers would be seen.
    A contact without a campaign's name, a customer or a day is none; of whom it is not
    known that they were held back, they were contacted.
    """
    told = orders.contacts
    if told is None:
        return None
    if orders.sliced:
        bought = orders.purchases
        first = bought.group_by("customer_id").agg(first_at=bought.ordered_at.min())
        told = contacts.before(told, first)
    known = told.select(**{name: told[name].cast(COLUMNS[name]) for name in COLUMNS})
    known = known.mutate(control=known.control.fill_null(False))
    return known.filter(
        known.campaign.notnull()
        & known.customer_id.notnull()
        & known.contacted_on.notnull()
    )


def first_of_campaign(contacts: ir.Table) -> ir.Table:
    """Each customer once a campaign, as first contacted in it.

    Later contacts of a campaign follow from what was drawn first and are part of it.
    Of one day whoever was contacted at all was not held back; then the first offer by
    name counts.
    """
    order = [
        contacts.contacted_on,
        contacts.control,
        contacts.offer.isnull(),
        contacts.offer,
        contacts["list"],
    ]
    groups = ibis.window(group_by=["campaign", "customer_id"], order_by=order)
    placed = contacts.mutate(place=ibis.row_number().over(groups))
    return placed.filter(placed.place == 0).drop("place")


def responses(orders: Orders, contacts: ir.Table, *, days: int) -> ir.Table:
    """What the customers did before and after each contact.

    Parameters
    ----------
    contacts
        With ``campaign, customer_id, contacted_on``, each such row once.
    days
        Length of the window: from the day of the contact, that one included.

    Returns
    -------
    Ibis table
        The rows of ``contacts`` and ``complete`` (the window is over by ``as_of``);
        ``bought`` (1 if there is a purchase in the window, else 0), ``revenue`` (net,
        of the window's purchases; 0 without any); ``earlier_orders,
        earlier_revenue`` (before the contact's day), ``silence`` (days from the last
        purchase before it, null without one).
    """
    bought = orders.purchases.semi_join(contacts, "customer_id")
    bought = bought.select(
        buyer=bought.customer_id, day=bought.ordered_at.date(), amount=bought.amount
    )
    keys = contacts.select("campaign", "customer_id", "contacted_on")
    rows = keys.left_join(bought, keys.customer_id == bought.buyer)
    age = rows.day.delta(rows.contacted_on, unit="day")
    after, before = (age >= 0) & (age < days), age < 0
    each = rows.group_by("campaign", "customer_id", "contacted_on").agg(
        in_window=rows.count(where=after),
        revenue=rows.amount.sum(where=after).fill_null(0.0),
        earlier_orders=rows.count(where=before),
        earlier_revenue=rows.amount.sum(where=before).fill_null(0.0),
        silence=(-age).min(where=before),
    )
    found = contacts.join(each, ["campaign", "customer_id", "contacted_on"])
    last = ibis.literal(orders.as_of - dt.timedelta(days=days - 1))
    return found.mutate(
        complete=found.contacted_on <= last,
        bought=(found.in_window > 0).cast("int64"),
    ).drop("in_window")


def contaminated(contacts: ir.Table, drawn: ir.Table, *, days: int) -> ir.Table:
    """Who was held back, but written to all the same within the window.

    Parameters
    ----------
    contacts
        All contacts: whoever was held back from one campaign may be in another.
    drawn
        Those of :func:`first_of_campaign`.

    Returns
    -------
    Ibis table
        ``campaign, customer_id``: a row a customer held back of whom that is so.
    """
    held_back = drawn.filter(drawn.control).select(
        "campaign", "customer_id", since=drawn.contacted_on
    )
    given = contacts.filter(~contacts.control)
    given = given.select(who=given.customer_id, on=given.contacted_on)
    both = held_back.join(given, held_back.customer_id == given.who)
    late = both.on.delta(both.since, unit="day")
    within = both.filter((late >= 0) & (late < days))
    return within.select("campaign", "customer_id").distinct()
