"""What new and returning customers pay: prices, baskets, discounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
import numpy as np
import pandas as pd
from scipy.special import stdtrit

from retention_core import mix, periods
from retention_core.contrasts import newcombe
from retention_core.intervals import ROUNDING, UPPER, wilson
from retention_core.mix import KINDS

if TYPE_CHECKING:
    import datetime as dt

    import ibis.expr.types as ir
    from numpy.typing import NDArray

    from retention_core.orders import Orders

MEASURES = {
    "average_order_value": ("amount", "orders"),
    "units_per_order": ("quantity", "orders"),
    "price_per_unit": ("sold", "quantity"),
    "price_index": ("paid", "expected"),
    "discount_share": ("discount", "full"),
    "discounted_orders": ("discounted", "orders"),
}
"""Each measure of :func:`paid` as what per what."""
LEAST_LINES = 8
NEEDS = {
    "units_per_order": "quantities",
    "price_per_unit": "quantities",
    "price_index": "quantities",
    "discount_share": "discounts",
    "discounted_orders": "discounts",
}
"""What the file must hold for a measure."""
PAID = (
    *("measure", "new", "new_low", "new_high"),
    *("returning", "returning_low", "returning_high"),
    *("difference", "low", "high", "new_customers", "returning_customers"),
)


def paid(orders: Orders) -> pd.DataFrame:
    """What new and returning customers pay, over the last twelve complete months.

    From the sale lines of purchases, before later refunds; only the average order
    value is net of its order's refunds. Guests are left out. Customers are the units
    of the intervals: one who is new and comes back in these months counts in both
    groups, which the interval of the difference allows for.

    Returns
    -------
    DataFrame
        A row a measure: ``measure, new, new_low, new_high, returning, returning_low,
        returning_high, difference`` (new less returning) with ``low, high``; all 95 %;
        ``new_customers, returning_customers``. The measures: ``average_order_value``;
        ``units_per_order`` (Σ quantity / orders); ``price_per_unit`` (Σ amount / Σ
        quantity, after discounts); ``price_index``: what new customers paid over what
        the same quantities of the same products cost at the price that returning
        customers paid in that month on average, only where new ones bought a product
        in a month and at least eight lines of returning ones hold it (fewer make no
        average), so that no difference comes from other products or months (returning:
        1 by definition; 0.9: a tenth less);
        ``discount_share`` (discount / (amount + discount)); ``discounted_orders``
        (share of orders with a discount). Units and prices are absent where every
        quantity is 1 (the file then has none, or says nothing by them), discounts
        where the file has none. Empty without a complete month or without orders of
        both kinds.
    """
    since, until = mix.last_months(orders)
    if since >= until:
        return pd.DataFrame(columns=[*PAID])
    sums = orders.run(_moments(_sold(orders, since, until))).fillna(0.0).iloc[0]
    if not sums["new_orders"] or not sums["returning_orders"]:
        return pd.DataFrame(columns=[*PAID])
    rows = [
        _measure(sums, measure)
        for measure, (_, whole) in MEASURES.items()
        if sums[NEEDS.get(measure, "new_orders")]
        and min(sums[f"{kind}_{whole}"] for kind in KINDS) > 0
    ]
    return pd.DataFrame(rows, columns=[*PAID])


def _sold(orders: Orders, since: dt.date, until: dt.date) -> ir.Table:
    """A row an order of known customers: what was sold in it, and at which price.

    ``expected`` is what its quantities cost at the price that returning customers paid
    in that month on average, ``paid`` what they did cost; both only for products that
    new and returning customers bought in that month, and weighted (:func:`_priced`).
    """
    bought = mix.kinds_of(orders)
    bought = bought.filter(
        (bought.kind != "guest") & (bought.day >= since) & (bought.day < until)
    )
    lines = orders.table
    # No line of an order lies before the order: fewer lines to be joined.
    sold = lines.filter(lines.refunded_at.isnull() & (lines.ordered_at >= since))
    sold = sold.select("order_id", "product", "quantity", "discount", sold=sold.amount)
    keys = bought.select(
        "order_id",
        "customer_id",
        "amount",
        new=bought.kind == "new",
        month=periods.start_of(bought.day, "month"),
    )
    priced = _priced(sold.join(keys, "order_id"))
    return priced.group_by("order_id").agg(
        customer_id=priced.customer_id.max(),
        new=priced.new.max(),
        amount=priced.amount.max(),
        quantity=priced.quantity.sum(),
        odd=(priced.quantity - 1).abs().sum(),
        sold=priced.sold.sum(),
        discount=priced.discount.sum(),
        paid=(priced.weight * priced.sold).sum(where=priced.price.notnull()),
        expected=(priced.weight * priced.price * priced.quantity).sum(),
    )


def _priced(sold: ir.Table) -> ir.Table:
    """Sale lines with their product's ``price`` of the month, or null, and a weight.

    The price is that of returning customers; their lines are weighted to the
    quantities that new ones bought, so that both stand for the same basket.
    """
    named = sold.filter(sold["product"].notnull() & (sold.quantity > 0))
    cells = named.group_by(article=named["product"], then=named.month).agg(
        money=named.sold.sum(where=~named.new),
        bought=named.quantity.sum(where=~named.new),
        wanted=named.quantity.sum(where=named.new),
        lines=named.count(where=~named.new),
    )
    enough = cells.lines >= LEAST_LINES
    cells = cells.filter(enough & (cells.money > 0) & (cells.wanted > 0))
    cells = cells.select(
        "article",
        "then",
        cell_price=cells.money / cells.bought,
        share=cells.wanted / cells.bought,
    )
    same = [sold["product"] == cells.article, sold.month == cells.then]
    joined = sold.left_join(cells, same).drop("article", "then")
    return joined.mutate(
        price=ibis.ifelse(joined.quantity > 0, joined.cell_price, ibis.null("float64")),
        weight=ibis.ifelse(joined.new, 1.0, joined["share"]),
    )


def _moments(each: ir.Table) -> ir.Table:
    """One row: sums over customers that values and intervals are made of."""
    per_order = each.mutate(
        orders=ibis.literal(1.0),
        full=each.sold + each.discount.fill_null(0.0),
        discounted=(each.discount > 0).fill_null(False).cast("float64"),
    )
    names = sorted({name for pair in MEASURES.values() for name in pair})
    columns = {
        f"{kind}_{name}": per_order[name]
        .sum(where=per_order.new if kind == "new" else ~per_order.new)
        .fill_null(0.0)
        for kind in KINDS
        for name in names
    }
    extra = {
        "quantities": (per_order.odd > 0).cast("int64").sum(),
        "discounts": per_order.discount.count(),
    }
    people = per_order.group_by("customer_id").agg(**columns, **extra)
    sums = {name: people[name].sum() for name in (*columns, *extra)}
    for kind in KINDS:
        sums[f"{kind}_customers"] = (people[f"{kind}_orders"] > 0).cast("int64").sum()
    for a, b in _pairs():
        sums[f"{a}__{b}"] = (people[a] * people[b]).sum()
    return people.agg(**sums)


def _pairs() -> list[tuple[str, str]]:
    """Every pair of sums whose products a variance needs, each once."""
    found = set()
    for pair in MEASURES.values():
        four = _four(pair)
        found |= {(a, b) for a in four for b in four if a <= b}
    return sorted(found)


def _four(pair: tuple[str, str]) -> list[str]:
    return [f"{kind}_{name}" for kind in KINDS for name in pair]


def _measure(sums: pd.Series, measure: str) -> dict[str, float | str]:
    """Both groups' value of one measure and their difference, with intervals.

    The ratio estimators' variance by linearisation (Cochran 1977, section 2.11), over
    customers; for a share Wilson's interval with as many trials as give that variance,
    and Newcombe's (1998, method 10) for the difference.
    """
    four = _four(MEASURES[measure])
    second = np.array([[sums["__".join(sorted((a, b)))] for b in four] for a in four])
    tops, bottoms = sums[four[0::2]].to_numpy(float), sums[four[1::2]].to_numpy(float)
    values = tops / np.where(bottoms > 0, bottoms, np.nan)
    difference = values[0] - values[1]
    if abs(difference) <= ROUNDING * abs(values).max():
        difference = 0.0  # list prices: adding up leaves a little over
    values = np.array([*values, difference])
    people = np.array([float(sums[f"{kind}_customers"]) for kind in KINDS])
    slopes = np.zeros((3, 4))
    for side in (0, 1):
        own = np.array([1.0, -values[side]]) / bottoms[side]
        slopes[side, 2 * side : 2 * side + 2] = own
    slopes[2] = slopes[0] - slopes[1]
    variances = np.einsum("ij,jk,ik->i", slopes, second, slopes)
    spread = np.sqrt(np.maximum(variances, 0))
    if measure == "discounted_orders":
        ends = _shares(values, spread, people)
    else:
        ends = _means(values, spread, people)
    found: dict[str, float | str] = {"measure": measure}
    names = [("new", "new_"), ("returning", "returning_"), ("difference", "")]
    for index, (name, start) in enumerate(names):
        found[name] = float(values[index])
        found[f"{start}low"], found[f"{start}high"] = map(float, ends[index])
    counts = {f"{kind}_customers": int(sums[f"{kind}_customers"]) for kind in KINDS}
    return found | counts


def _means(
    values: NDArray[np.float64],
    spread: NDArray[np.float64],
    people: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Low and high of new, returning and their difference, by Student's t."""
    n = np.array([*people, people.min()])
    n = np.where(n > 1, n, np.nan)
    half = stdtrit(n - 1, UPPER) * np.sqrt(n / (n - 1)) * spread
    return np.column_stack([values - half, values + half])


def _shares(
    values: NDArray[np.float64],
    spread: NDArray[np.float64],
    people: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Low and high of two shares and of their difference."""
    known, shares = spread[:2] > 0, values[:2]
    alike = shares * (1 - shares) / np.where(known, spread[:2], 1) ** 2
    trials = np.where(known, alike, people)
    counts = shares * trials
    apart = newcombe(counts[0], trials[0], counts[1], trials[1])
    return np.vstack([np.column_stack(wilson(counts, trials)), apart])
