"""From a list to whom is written: who is left out and why, who is held back."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import ibis
import pandas as pd

from retention_core import campaigns, consent
from retention_core.lists import birthdays
from retention_ui import mailing

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import ibis.expr.types as ir

    from retention_core.orders import Orders

# What of a customer's own a letter can use, in the list of customers.
KNOWN = ("customer_name", "first_name", "last_name", "email", "phone", "birthday")
# Why somebody is left out, in this order: who is left out twice counts for the first.
REASONS = ("elsewhere", "refused", "unknown", "lately", "unreachable")
# Programs that know people by an address.
WAYS = ("mailchimp", "klaviyo")
DECIDING = ("first", "agreed", "rested", *WAYS, "stake")
DAYS = 30  # within which an order counts as an answer


@dataclass(frozen=True)
class Ways:
    """What the data says of how to reach customers: whether it has any.

    ``consent``: a column of who agreed; ``contacts``: whom the shop wrote to before.
    """

    email: bool
    phone: bool
    consent: bool
    contacts: bool


@dataclass(frozen=True)
class Base:
    """What decides of everybody on a list, and names nobody.

    Attributes
    ----------
    rows
        A row a customer, in the order of the list: ``first``, whether it comes first
        for them; ``agreed``, of ``consent.ANSWERS``; ``rested``, days since they were
        written to or held back, NaN for never; ``mailchimp, klaviyo``: the same number
        for those with one address there, -1 without any; ``stake``.
    base_rate
        Share of them who would order within ``DAYS`` anyway; NaN where nobody can say.
    """

    rows: pd.DataFrame
    base_rate: float


@dataclass(frozen=True)
class Plan:
    """Who is written to.

    Attributes
    ----------
    listed
        Customers on the list.
    out
        From each of ``REASONS`` to how many are left out for it.
    customers, stake
        Who is left, and what is at stake with them.
    base_rate
        As of :class:`Base`.
    """

    listed: int
    out: dict[str, int]
    customers: int
    stake: float
    base_rate: float


@dataclass(frozen=True)
class Noted:
    """A campaign as noted.

    Attributes
    ----------
    contacted, control
        How many were written to, how many held back.
    contacted_on, offer
        The first day; the offer may be empty.
    reached
        From each of ``mailing.FORMATS`` to how many of the contacted a file of it
        holds now: nobody who has said no since.
    """

    contacted: int
    control: int
    contacted_on: dt.date
    offer: str
    reached: dict[str, int]


def ways(orders: Orders) -> Ways:
    """Answer which ways to customers the data has."""
    known = orders.customers
    found = dict.fromkeys(("email", "phone"), False)
    there = [] if known is None else [name for name in found if name in known.columns]
    if known is not None and there:
        counts = known.agg(**{name: known[name].count() for name in there})
        row = orders.run(counts).iloc[0]
        found |= {name: bool(row[name]) for name in there}
    contacts = orders.contacts is not None
    return Ways(**found, consent=consent.asked(orders), contacts=contacts)


def base(orders: Orders, *, of: str, asked: Mapping[str, Any]) -> Base:
    """Answer what decides who of a list is written to; arguments as of :func:`rows`.

    Kept, so that every choice of terms is answered at once: :func:`plan`.
    """
    listed = _known(orders, of, asked)
    return Base(listed[[*DECIDING]].reset_index(drop=True), _base_rate(orders, listed))


def plan(found: Base, **terms: Any) -> Plan:  # noqa: ANN401 as of left_out
    """Count who is written to, and who is not; terms as of :func:`left_out`."""
    out = left_out(found.rows, **terms)
    counts = out.value_counts()
    left = found.rows[out.isna()]
    return Plan(
        listed=len(found.rows),
        out={each: int(counts.get(each, 0)) for each in REASONS},
        customers=len(left),
        stake=float(left["stake"].sum()),
        base_rate=found.base_rate,
    )


def left_out(
    listed: pd.DataFrame, *, form: str, first: bool, unknown: bool, silent_days: int
) -> pd.Series:
    """Why each customer is left out: the first of ``REASONS`` that holds, or None.

    Parameters
    ----------
    listed
        With the columns of :attr:`Base.rows`.
    form
        One of ``mailing.FORMATS``. Of several with one address there the first of
        those who are not left out for another reason gets the letter.
    first
        Only whom the list comes first for.
    unknown
        Also those of whom nobody knows whether they agreed. Who said no never.
    silent_days
        Not those who were written to or held back so many days ago or less; 0: as if
        nobody had been.
    """
    judged = {
        "elsewhere": ~listed["first"] & first,
        "refused": listed["agreed"] == consent.NO,
        "unknown": (listed["agreed"] == consent.UNKNOWN) & (not unknown),
        "lately": (listed["rested"] <= silent_days) & (silent_days > 0),
    }
    out = pd.Series(None, index=listed.index, dtype="object")
    for reason, holds in judged.items():
        out = out.mask(out.isna() & holds, reason)
    if form in WAYS:
        way = listed.loc[out.isna(), form]
        out.loc[way.index[(way < 0) | way.duplicated()]] = "unreachable"
    return out


def rows(
    orders: Orders,
    *,
    of: str,
    asked: Mapping[str, Any],
    share: float,
    seed: str,
    **terms: Any,  # noqa: ANN401
) -> pd.DataFrame:
    """List who is written to.

    Parameters
    ----------
    of, asked
        The question that answers the list, a row a customer with ``customer_id``,
        perhaps ``stake, act_on, product, first``, and what it is asked.
    terms
        As of :func:`left_out`.
    share, seed
        As of :func:`retention_core.campaigns.split`: who is held back.

    Returns
    -------
    pandas.DataFrame
        The rows of the list in their order, with the customer's own data, ``agreed``
        ("yes", "unknown") and ``control``.
    """
    listed = _known(orders, of, asked)
    kept = left_out(listed, **terms).isna()
    left = listed[kept].drop(columns=["rested", *WAYS])
    if left.empty:
        return left.assign(control=pd.Series(dtype="bool"))
    ids = ibis.memtable(left[["customer_id"]])
    drawn = orders.run(campaigns.split(orders, ids, share=share, seed=seed))
    control = drawn.set_index("customer_id")["control"].astype(bool)
    return left.assign(control=left["customer_id"].map(control)).reset_index(drop=True)


def noted(orders: Orders, *, campaign: str) -> Noted | None:
    """Answer how many of a campaign are noted; ``None`` where it is not."""
    if orders.contacts is None:
        return None
    of = orders.contacts.filter(orders.contacts.campaign == campaign)
    found = orders.run(
        of.agg(
            customers=of.count(),
            control=of.control.cast("int64").sum(),
            on=of.contacted_on.min(),
            offer=of.offer.max(),
        )
    ).iloc[0]
    if not found["customers"]:
        return None
    control = int(found["control"])
    offer = "" if pd.isna(found["offer"]) else str(found["offer"])
    day = pd.Timestamp(found["on"]).date()
    rows = _noted_of(orders, of)
    reached = {
        form: len(to_be_written(rows, held=False, form=form))
        for form in mailing.FORMATS
    }
    return Noted(int(found["customers"]) - control, control, day, offer, reached)


def to_be_written(rows: pd.DataFrame, *, held: bool, form: str) -> pd.DataFrame:
    """Of the rows of a noted campaign those that a file of ``form`` holds.

    The held back, all; of the contacted whom the form can reach, and nobody who has
    said no since it was noted.
    """
    found = rows[rows["control"].astype(bool) == held]
    if held:
        return found
    found = found[found["agreed"] != consent.NO]
    return found[mailing.reachable(found, form)]


def noted_rows(
    orders: Orders, *, campaign: str, of: str, asked: Mapping[str, Any]
) -> pd.DataFrame:
    """List whom a campaign is noted of, with what the list still says of them.

    ``listed``: whether they are still on it.
    """
    if orders.contacts is None:
        return pd.DataFrame(columns=["customer_id", "control", "listed"])
    kept = orders.contacts.filter(orders.contacts.campaign == campaign)
    found = _noted_of(orders, kept)
    listed = _listed(orders, of, asked).assign(listed=True)
    # Whole numbers stay whole where some have none.
    whole = listed.select_dtypes("int").columns
    listed = listed.astype(dict.fromkeys(whole, "Int64"))
    again = [name for name in listed if name in found and name != "customer_id"]
    joined = found.merge(listed.drop(columns=again), on="customer_id", how="left")
    return joined.assign(listed=joined["listed"].notna())


def _noted_of(orders: Orders, contacts: ir.Table) -> pd.DataFrame:
    """Contacts of one campaign, each customer once, with what is known of them."""
    each = contacts.group_by("customer_id").agg(
        control=contacts.control.cast("int8").min(), offer=contacts.offer.max()
    )
    found = orders.run(each.order_by("customer_id"))
    found = found.assign(control=found["control"].astype(bool))
    return _with_known(orders, found)


def _known(orders: Orders, of: str, asked: Mapping[str, Any]) -> pd.DataFrame:
    """Everybody on the list, with what decides (:attr:`Base.rows`)."""
    listed = _with_known(orders, _listed(orders, of, asked))
    given = {"first": True, "stake": 0.0}
    listed = listed.assign(**{k: v for k, v in given.items() if k not in listed})
    listed["first"] = listed["first"].astype(bool)
    listed["rested"] = listed["customer_id"].map(_rested(orders)).astype("float64")
    for form in WAYS:
        listed[form] = pd.factorize(mailing.way(listed, form))[0]
    return listed


def _listed(orders: Orders, of: str, asked: Mapping[str, Any]) -> pd.DataFrame:
    """The list, each customer once."""
    # The registry of questions holds this module's too.
    from retention_ui.questions import QUESTIONS

    found: pd.DataFrame = QUESTIONS[of](orders, **asked)
    return found.drop_duplicates("customer_id").reset_index(drop=True)


def _with_known(orders: Orders, listed: pd.DataFrame) -> pd.DataFrame:
    """Add what is known of each customer, and whether they ``agreed``."""
    if listed.empty:
        return listed.assign(agreed=consent.UNKNOWN)
    ids = ibis.memtable(listed[["customer_id"]])
    found = orders.run(_of_customers(orders, consent.agreed(ids, orders)))
    again = [c for c in found if c in listed and c != "customer_id"]
    return listed.drop(columns=again).merge(found, on="customer_id", how="left")


def _of_customers(orders: Orders, ids: ir.Table) -> ir.Table:
    """Each customer once, with what a letter can use."""
    known = orders.customers
    columns = [] if known is None else [c for c in KNOWN if c in known.columns]
    if known is None or not columns:
        return ids
    own = known.group_by("customer_id").agg(**{c: known[c].max() for c in columns})
    found = ids.left_join(own, "customer_id").select(*ids.columns, *columns)
    if birthdays.COLUMN not in columns:
        return found
    return _with_birthdays(found, known, orders.as_of.year)


def _with_birthdays(found: ir.Table, known: ir.Table, last_year: int) -> ir.Table:
    """Add month and day of each birthday: ``born``, as ``--03-14``.

    What a cell means is told by the whole column, not by those on the list.
    """
    cells = known.select("customer_id", birthdays.COLUMN)
    read = birthdays.day_of_year(cells, last_year=last_year)
    month, day = (read[name].cast("string").lpad(2, "0") for name in ("month", "day"))
    each = read.mutate(born=ibis.literal("--") + month + "-" + day)
    born = each.group_by("customer_id").agg(born=each.born.min())
    return found.left_join(born, "customer_id").select(*found.columns, "born")


def _rested(orders: Orders) -> pd.Series:
    """Days since each was last written to or held back; of a day to come below 1.

    The held back count too: another letter would tell in what their group is compared
    with. Who has the address of somebody else was written to with them.
    """
    if orders.contacts is None:
        return pd.Series(dtype="float64")
    kept = orders.contacts
    last = kept.group_by("customer_id").agg(on=kept.contacted_on.max())
    known = orders.customers
    if known is not None and "email" in known.columns:
        last = _of_one_box(last, known)
    found = orders.run(last)
    now = pd.Timestamp(orders.as_of + dt.timedelta(days=1))
    days = (now - pd.to_datetime(found["on"])).dt.days
    return days.set_axis(found["customer_id"]).astype("float64")


def _of_one_box(last: ir.Table, known: ir.Table) -> ir.Table:
    """The last day of each customer, or of another with the same e-mail address."""
    box = known.email.cast("string").strip().lower().nullif("")
    boxes = known.select("customer_id", box=box).filter(ibis._.box.notnull())
    told = boxes.join(last, "customer_id")
    told = told.group_by("box").agg(on=told.on.max())
    both = last.union(boxes.join(told, "box").select("customer_id", "on"))
    return both.group_by("customer_id").agg(on=both.on.max())


def _base_rate(orders: Orders, left: pd.DataFrame) -> float:
    if left.empty:
        return float("nan")
    ids = ibis.memtable(left[["customer_id"]])
    return campaigns.base_rate(orders, ids, days=DAYS)


QUESTIONS: dict[str, Callable[..., Any]] = {
    "ways": ways,
    "hand_out_base": base,
    "hand_out_rows": rows,
    "noted": noted,
    "noted_rows": noted_rows,
}
