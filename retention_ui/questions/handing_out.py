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
    agreed
        Of those, how many said yes.
    base_rate
        Share of them who would order within ``DAYS`` anyway; NaN where nobody can say.
    """

    listed: int
    out: dict[str, int]
    customers: int
    stake: float
    agreed: int
    base_rate: float


@dataclass(frozen=True)
class Noted:
    """A campaign as it was noted; ``control`` were held back."""

    contacted: int
    control: int
    contacted_on: dt.date


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


def plan(orders: Orders, *, of: str, asked: Mapping[str, Any], **terms: Any) -> Plan:  # noqa: ANN401
    """Count who of a list is written to, and who is not; arguments as of ``rows``."""
    listed = _judged(orders, of, asked, **terms)
    left = listed[listed["left_out"].isna()]
    counts = listed["left_out"].value_counts()
    return Plan(
        listed=len(listed),
        out={each: int(counts.get(each, 0)) for each in REASONS},
        customers=len(left),
        stake=float(left["stake"].sum()) if "stake" in left else 0.0,
        agreed=int((left["agreed"] == consent.YES).sum()),
        base_rate=_base_rate(orders, left),
    )


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
        ``form``: one of ``mailing.FORMATS``; ``first``: only whom this list comes
        first for (``first`` of the rows); ``unknown``: also those of whom nobody knows
        whether they agreed; ``silent_days``: not those who were written to or held
        back so many days ago or less, 0 for whoever it was.
    share, seed
        As of :func:`retention_core.campaigns.split`: who is held back.

    Returns
    -------
    pandas.DataFrame
        The rows of the list in their order, with the customer's own data, ``agreed``
        ("yes", "unknown") and ``control``.
    """
    listed = _judged(orders, of, asked, **terms)
    left = listed[listed["left_out"].isna()].drop(columns="left_out")
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
    held = of.control.ifelse(1, 0)
    found = orders.run(
        of.agg(n=of.count(), control=held.sum(), on=of.contacted_on.min())
    )
    n, control, day = found.iloc[0]
    if not n:
        return None
    return Noted(int(n - control), int(control), pd.Timestamp(day).date())


def noted_rows(
    orders: Orders, *, campaign: str, of: str, asked: Mapping[str, Any]
) -> pd.DataFrame:
    """List whom a campaign is noted of, with what the list still says of them."""
    if orders.contacts is None:
        return pd.DataFrame(columns=["customer_id", "control"])
    kept = orders.contacts.filter(orders.contacts.campaign == campaign)
    found = orders.run(kept.select("customer_id", "control", "offer"))
    listed = _listed(orders, of, asked)
    joined = found.merge(listed, on="customer_id", how="left", suffixes=("", "_now"))
    return _with_known(orders, joined)


def _judged(  # noqa: PLR0913 what decides
    orders: Orders,
    of: str,
    asked: Mapping[str, Any],
    *,
    form: str,
    first: bool,
    unknown: bool,
    silent_days: int,
) -> pd.DataFrame:
    """Everybody on the list, with ``left_out``: the first of ``REASONS`` that holds."""
    listed = _with_known(orders, _listed(orders, of, asked))
    out = pd.Series(None, index=listed.index, dtype="object")
    nobody = pd.Series(False, index=listed.index)
    elsewhere = nobody
    if first and "first" in listed:
        elsewhere = ~listed["first"].astype(bool)
    lately = listed["customer_id"].isin(_lately(orders, silent_days))
    judged = {
        "elsewhere": elsewhere,
        "refused": listed["agreed"] == consent.NO,
        "unknown": (listed["agreed"] == consent.UNKNOWN) & (not unknown),
        "lately": lately,
    }
    for reason, holds in judged.items():
        out = out.mask(out.isna() & holds, reason)
    # Last: of several with one address the first of those who are left gets the letter.
    open_still = out.isna()
    reached = mailing.reachable(listed[open_still], form)
    out.loc[reached.index[~reached]] = "unreachable"
    return listed.assign(left_out=out)


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


def _lately(orders: Orders, days: int) -> pd.Series:
    """Who was written to or held back in the last ``days``, today included.

    The held back count too: another letter would tell in what their group is compared
    with.
    """
    if orders.contacts is None or not days:
        return pd.Series(dtype="object")
    now = orders.as_of + dt.timedelta(days=1)
    since = ibis.literal(now - dt.timedelta(days=days))
    kept = orders.contacts.filter(orders.contacts.contacted_on >= since)
    return orders.run(kept.select("customer_id").distinct())["customer_id"]


def _base_rate(orders: Orders, left: pd.DataFrame) -> float:
    if left.empty:
        return float("nan")
    ids = ibis.memtable(left[["customer_id"]])
    return campaigns.base_rate(orders, ids, days=DAYS)


QUESTIONS: dict[str, Callable[..., Any]] = {
    "ways": ways,
    "hand_out_plan": plan,
    "hand_out_rows": rows,
    "noted": noted,
    "noted_rows": noted_rows,
}
