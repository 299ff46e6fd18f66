"""Worth of a new customer by what is known at the first order: whom to buy more of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis
import numpy as np
import pandas as pd

from retention_core import engine
from retention_core.clv import models
from retention_core.clv.enough import REPEAT_CUSTOMERS
from retention_core.clv.fitting import Fit, maximise
from retention_core.clv.forecast import Terms
from retention_core.clv.histories import Histories
from retention_core.clv.newcomers import MONTHS, purchases_error, unfolding
from retention_core.clv.standing_out import held_against_others
from retention_core.clv.summary import summary
from retention_core.intervals import Z95
from retention_core.ranking import variance_of_mean
from retention_core.slices import first_value

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from retention_core.clv.fits import Fits
    from retention_core.clv.special import Floats
    from retention_core.orders import Orders

MOST = 8
LEANING = 1.0
"""How far, as a logarithm, a group's parameters lie from the shop's, a priori."""
TESTS = ("p_value", "adjusted_p_value")
COLUMNS = [
    "customers",
    "repeat_customers",
    "first_order",
    "value",
    "low",
    "high",
    "deviation",
]
KEYS = ["frequency", "recency", "T"]
TOGETHER = -1
"""Place of the small groups, taken together."""


@dataclass(frozen=True)
class Worths:
    """Groups of customers by the worth of a new one.

    Attributes
    ----------
    groups
        A row a group, the most valuable first: ``group``; ``customers``; ``share`` of
        all customers with a value; ``repeat_customers`` who paid for a second purchase
        day; ``first_order``, mean margin of the first; ``value``, discounted margin of
        a new customer over the months, with its 95 % interval ``low, high`` for the
        mean of many; ``rest_value`` of the others, but for those that stand out
        already; ``p_value`` (two-sided, against them); ``adjusted_p_value`` (clear at
        most 0.05: ``intervals.CLEAR``): all of ``standing_out.held_against_others``.
    others
        The same of all groups that are too small, together; ``None`` where even these
        are too few. They count in the rest, and are no group that could stand out:
        ``p_value`` and ``adjusted_p_value`` are NaN.
    small_groups, small_customers
        How many groups are too small, or not among the largest, and whom they hold.
    """

    groups: pd.DataFrame
    others: pd.Series | None
    small_groups: int
    small_customers: int


def by_dimension(
    orders: Orders,
    fits: Fits,
    *,
    by: str,
    months: int = MONTHS,
    annual_discount_rate: float = 0.10,
    margin: float = 1.0,
) -> Worths:
    """Worth of a new customer in each group, beside the others.

    Purchases: the timing model fitted on the group alone, its parameters held loosely
    to the shop's (a normal prior on their logarithms with standard deviation
    ``LEANING``, a factor of e), so that a small group has a proper maximum and none a
    penalty of its own that sets it apart. Spend: the mean over customers of their own
    mean after the first purchase day, which estimates what Gamma-Gamma calls E[M].
    The interval and the test take parameters, spend and first orders as uncertain.

    Parameters
    ----------
    fits
        What :func:`clv.fits` found for the shop.
    by
        A dimension (:func:`retention_core.slices.first_value`); the eight largest
        groups with 50 repeat customers or more are looked at.
    months, annual_discount_rate, margin
        As of :func:`clv.newcomer`.

    Raises
    ------
    InvalidTermsError, UnknownDimensionError
        Arguments out of range.
    """
    terms = Terms(months, annual_discount_rate, margin)
    terms.check()
    with engine.held(_begun(orders, by), orders.backend) as known:
        sums = orders.run(_sums(known))
        large = sums[sums["payers"] >= REPEAT_CUSTOMERS].head(MOST)
        large = large.reset_index(drop=True)
        histories = orders.run(_histories(known, list(large["group"])))
    small = sums[~sums["group"].isin(large["group"])]
    pooled = small.drop(columns="group").sum()
    enough = pooled["payers"] >= REPEAT_CUSTOMERS
    rows = [*large.iterrows(), *([(TOGETHER, pooled)] if enough else [])]
    places = {name: place for place, name in large["group"].items()}
    each = histories["group"].map(places).fillna(TOGETHER)
    parts = {place: Histories.counted(part) for place, part in histories.groupby(each)}
    found = pd.DataFrame(
        [_worth(row, parts[place], fits.timing, terms) for place, row in rows],
        columns=COLUMNS,
    )
    found["share"] = found["customers"] / sums["customers"].sum()
    found = _tested(found)
    return Worths(
        groups=_named(found.head(len(large)), large["group"]),
        others=_left_over(found.iloc[-1]) if enough else None,
        small_groups=len(small),
        small_customers=int(pooled["customers"]),
    )


def fit_near(histories: Histories, fit: Fit) -> Fit:
    """The model of ``fit`` fitted on other customers, held loosely to its parameters.

    The logarithms of the parameters have a normal prior around those of ``fit``, of
    standard deviation ``LEANING``; ``log_likelihood`` is that of the posterior.
    """
    model = models.model_of(fit.model)
    unit = float(histories.T.max()) or 1.0
    units = np.ones(len(model.parameters))
    units[list(model.in_time)] = unit
    scaled = histories.in_unit(unit)
    start = fit.params.to_numpy(np.float64) / units

    def posterior(parameters: Floats) -> tuple[float, Floats]:
        value, gradient = model.log_likelihood(parameters, scaled)
        away = np.log(parameters / start) / LEANING
        slope = away / (LEANING * parameters)
        return value - float(away @ away) / 2, gradient - slope

    optimum = maximise(posterior, histories.n_customers, [tuple(start)])
    params = np.exp(optimum.log_parameters)
    value, _ = posterior(params)
    fitted = pd.Series(params * units, index=list(model.parameters))
    return Fit.of(fit.model, fitted, value, histories.n_customers, optimum)


def _begun(orders: Orders, by: str) -> ir.Table:
    """A row a customer with a value: history, own mean spend, first purchase day."""
    days = orders.purchase_days
    first = days.group_by("customer_id").agg(first=days.amount.argmin(days.day))
    values = first_value(orders, by)
    named = values.filter(values.value.notnull())
    known = named.select("customer_id", group=named.value.cast("string"))
    return known.join(summary(orders), "customer_id").join(first, "customer_id")


def _sums(known: ir.Table) -> ir.Table:
    """What first orders and spend need of each group, the largest first."""
    payer = (known.frequency > 0) & (known.monetary_value > 0)
    money, first = known.monetary_value, known["first"]
    return (
        known.group_by("group")
        .agg(
            customers=known.count(),
            first=first.sum(),
            first_squared=(first * first).sum(),
            payers=payer.cast("int64").sum(),
            money=ibis.ifelse(payer, money, 0.0).sum(),
            money_squared=ibis.ifelse(payer, money * money, 0.0).sum(),
            first_of_payers=ibis.ifelse(payer, first, 0.0).sum(),
            product=ibis.ifelse(payer, money * first, 0.0).sum(),
        )
        .order_by(ibis.desc("customers"), "group")
    )


def _histories(known: ir.Table, large: list[str]) -> ir.Table:
    """Distinct histories of each large group; of all others together, group null."""
    group = ibis.ifelse(known.group.isin(large), known.group, ibis.null("string"))
    rows = known.select(*KEYS, group=group)
    return (
        rows.group_by("group", *KEYS)
        .agg(customers=rows.count())
        .order_by("group", *KEYS)
    )


def _left_over(row: pd.Series) -> pd.Series:
    return row.drop(list(TESTS)).reindex(row.index)


def _worth(
    row: pd.Series, histories: Histories, shop: Fit, terms: Terms
) -> dict[str, float]:
    """Worth of a group's newcomer, and its variance by the delta method.

    First order F, mean spend E and discounted purchases D make F + E · D; F and E are
    of the same customers in part, D is taken as independent of both.
    """
    n, payers = float(row["customers"]), float(row["payers"])
    first, money = row["first"] / n, row["money"] / payers
    spread_first = variance_of_mean(n, row["first"], row["first_squared"])
    spread_money = variance_of_mean(payers, row["money"], row["money_squared"])
    both = (row["product"] - money * row["first_of_payers"]) / (n * payers)
    fit = fit_near(histories, shop)
    later = unfolding(fit, terms)[1][-1]
    error = money * later * purchases_error(fit, terms.ends[-1:])[0]
    variance = spread_first + later**2 * spread_money + 2 * later * both + error**2
    value = terms.margin * (first + money * later)
    deviation = terms.margin * float(np.sqrt(max(variance, 0.0)))
    return {
        "customers": n,
        "repeat_customers": payers,
        "first_order": terms.margin * first,
        "value": value,
        "low": value - Z95 * deviation,
        "high": value + Z95 * deviation,
        "deviation": deviation,
    }


def _tested(found: pd.DataFrame) -> pd.DataFrame:
    """Add what each is held against, and whether chance alone parts them."""
    names = ("customers", "value", "deviation")
    numbers = (found[name].to_numpy(np.float64) for name in names)
    beside = held_against_others(*numbers)
    return pd.concat([found.drop(columns="deviation"), beside], axis=1)


def _named(found: pd.DataFrame, names: pd.Series) -> pd.DataFrame:
    named = found.assign(group=names)[["group", *found.columns]]
    return named.sort_values("value", ascending=False, ignore_index=True)
