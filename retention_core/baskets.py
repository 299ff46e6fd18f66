"""Products bought together: which pairs belong together, and which only seem to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis
import numpy as np
from scipy.special import gammaln
from scipy.stats import false_discovery_control

from retention_core.intervals import CLEAR

if TYPE_CHECKING:
    from collections.abc import Collection

    import ibis.expr.types as ir
    import pandas as pd
    from numpy.typing import NDArray

    from retention_core.orders import Orders

    Floats = NDArray[np.float64]

# A pair with a q-value up to this goes together beyond chance (definitions.md §6).
REAL = CLEAR
# A product in so many of all baskets goes with everything.
EVERYWHERE = 0.2
# What is left of a tail once a term has become this small a part of it is less than
# the rounding of the tail itself.
NEGLIGIBLE = 1e-18


@dataclass(frozen=True)
class Size:
    """How much there is to find pairs in.

    Attributes
    ----------
    n_baskets
        Baskets, those with one product included: the ``N`` of every share.
    n_one_product_baskets
        Baskets with one product: they count, but can hold no pair.
    n_products
        Distinct products.
    """

    n_baskets: int
    n_one_product_baskets: int
    n_products: int


def pairs(
    orders: Orders,
    *,
    min_count: int = 5,
    leave_out: Collection[str] = (),
    within_days: int | None = None,
) -> pd.DataFrame:
    """Pairs of products in one basket, each with its chance of being an accident.

    A basket is the set of distinct products of one order, a guest's too. A line
    refunded later stays in it; an order refunded to zero is none. Hiding pairs is
    the reader's: every pair tested is returned.

    Parameters
    ----------
    orders
        An order table; lines without a product are in no basket.
    min_count
        Baskets that a pair must be seen in to be tested, at least 1.
    leave_out
        Products to find no pairs with (bags, shipping); baskets stay baskets.
    within_days
        Make one basket of what a customer bought in each stretch of so many days,
        counted from the first purchase; a guest's order stays its own. Who buys
        much then makes everything look connected: p is for orders.

    Returns
    -------
    pandas.DataFrame
        One row a pair, ``antecedent < consequent``, the least accidental first:
        ``count, antecedent_count, consequent_count`` (baskets), ``support`` (0–1),
        ``confidence`` and ``reverse_confidence`` (0–1, from the antecedent and from
        the consequent), ``lift`` (1: independent), ``leverage`` (−0.25–0.25),
        ``p_value`` (one-sided Fisher exact) and ``q_value`` (Benjamini & Hochberg
        1995, over the pairs returned). Empty where no pair is seen often enough.
    """
    items = _items(orders, within_days)
    found = orders.run(_pair_counts(items, min_count, leave_out))
    a, b = found["antecedent"], found["consequent"]
    # The engine compares product codes; the promise is about their names.
    swapped = (a > b).to_numpy()
    n_a, n_b = found["antecedent_count"], found["consequent_count"]
    found = found.assign(
        antecedent=a.mask(swapped, b),
        consequent=b.mask(swapped, a),
        antecedent_count=n_a.mask(swapped, n_b),
        consequent_count=n_b.mask(swapped, n_a),
    )
    return _measured(found)


def size(orders: Orders, *, within_days: int | None = None) -> Size:
    """Count baskets and products (as :func:`pairs` sees them)."""
    items = _items(orders, within_days)
    per_basket = items.group_by("basket").agg(n=items.count())
    one = per_basket.agg(
        n_baskets=per_basket.count(), n_one=(per_basket.n == 1).sum().fill_null(0)
    )
    products = items.agg(n_products=items["product"].nunique())
    found = orders.run(one.cross_join(products)).iloc[0]
    return Size(int(found["n_baskets"]), int(found["n_one"]), int(found["n_products"]))


def ubiquitous(orders: Orders, *, share: float = EVERYWHERE) -> pd.DataFrame:
    """Products in so many baskets that pairs with them say little.

    Parameters
    ----------
    orders
        An order table.
    share
        Share of all baskets (0–1) from which a product counts as ubiquitous.

    Returns
    -------
    pandas.DataFrame
        ``product, baskets, share``, the most frequent first.
    """
    items = _items(orders, None)
    counts = items.group_by("product").agg(baskets=items.count())
    shares = counts.mutate(share=counts.baskets / _n_baskets(items))
    found = orders.run(shares.filter(shares["share"] >= share))
    return found.sort_values(
        ["baskets", "product"], ascending=[False, True]
    ).reset_index(drop=True)


def _items(orders: Orders, within_days: int | None) -> ir.Table:
    """Distinct ``basket, product``; baskets are dense integers, narrow to join."""
    lines = orders.table
    sold = lines.filter(lines.refunded_at.isnull() & lines["product"].notnull())
    bought = orders.purchases
    keyed = bought.select("order_id", basket=_number("order_id"))
    if within_days is not None:
        keyed = _customer_baskets(bought, within_days)
    joined = sold.select("order_id", "product").join(keyed, "order_id")
    return joined.select("basket", "product").distinct()


def _customer_baskets(bought: ir.Table, within_days: int) -> ir.Table:
    """``order_id, basket``: orders of one customer and stretch of days share one."""
    day = bought.ordered_at.date()
    first = day.min().over(ibis.window(group_by=bought.customer_id))
    stretch = (day.delta(first, unit="day") / within_days).floor().cast("int64")
    # Guests share a null: their own order sets each of them apart.
    alone = ibis.ifelse(bought.customer_id.isnull(), bought.order_id, "")
    keyed = bought.select("order_id", "customer_id", stretch=stretch, alone=alone)
    order_by = [keyed.customer_id, keyed.stretch, keyed.alone]
    basket = ibis.dense_rank().over(ibis.window(order_by=order_by))
    return keyed.select("order_id", basket=basket)


def _pair_counts(
    items: ir.Table, min_count: int, leave_out: Collection[str]
) -> ir.Table:
    """Names and counts of the pairs seen in ``min_count`` baskets, and ``N``."""
    counts = items.group_by("product").agg(n=items.count())
    if leave_out:
        counts = counts.filter(counts["product"].notin(list(leave_out)))
    named = counts.select("product", "n", code=_number("product"))
    coded = items.join(named, "product").select("basket", "code", "n")
    # Filtered after the join, not before: so the engine joins two small tables of
    # integers with each other, instead of one long chain with strings in it.
    coded = coded.filter(coded.n >= min_count).select("basket", "code")
    other = coded.view()
    together = coded.join(
        other, [coded.basket == other.basket, coded.code < other.code]
    ).select(a=coded.code, b=other.code)
    seen = together.group_by("a", "b").agg(count=together.count())
    left = named.select(a="code", antecedent="product", antecedent_count="n")
    right = named.select(b="code", consequent="product", consequent_count="n")
    often = seen.filter(seen["count"] >= min_count).join(left, "a").join(right, "b")
    return often.mutate(n_baskets=_n_baskets(items)).drop("a", "b")


def _number(column: str) -> ir.IntegerColumn:
    """Dense integers in the order of ``column``, the same on every evaluation."""
    return ibis.row_number().over(ibis.window(order_by=column)).cast("int64")


def _n_baskets(items: ir.Table) -> ir.IntegerScalar:
    return items.agg(n=items.basket.nunique()).as_scalar()


def _measured(found: pd.DataFrame) -> pd.DataFrame:
    """The measures of definitions.md §6 from the counts."""
    names, counts = (
        ["antecedent", "consequent"],
        ["antecedent_count", "consequent_count"],
    )
    count, n = (found[name].to_numpy("float64") for name in ("count", "n_baskets"))
    n_a, n_b = (found[name].to_numpy("float64") for name in counts)
    p_value = fisher(count, n_a, n_b, n)
    measured = found[[*names, "count", *counts]].assign(
        support=count / n,
        confidence=count / n_a,
        reverse_confidence=count / n_b,
        lift=n * count / (n_a * n_b),
        leverage=count / n - n_a * n_b / n**2,
        p_value=p_value,
        q_value=false_discovery_control(p_value) if len(p_value) else p_value,
    )
    by = ["p_value", "lift", *names]
    ascending = [True, False, True, True]
    return measured.sort_values(by, ascending=ascending, ignore_index=True)


def fisher(count: Floats, n_a: Floats, n_b: Floats, n: Floats) -> Floats:
    """One-sided Fisher exact p: the chance of ``count`` or more baskets with both.

    ``n_a`` of ``n`` baskets hold one product, ``n_b`` the other; under independence
    the number with both is hypergeometric (Fisher 1935). The shorter tail is summed,
    outwards from its largest term in logarithms, so that p is good to about nine
    digits down to 1e-300.
    """
    mode = np.floor((n_a + 1) * (n_b + 1) / (n + 2))
    upper = count > mode
    p = np.empty(len(count))
    p[upper] = _tail(count[upper], n_a[upper], n_b[upper], n[upper])
    # Fewer than count with both is as many more of A without B: the same tail.
    lower = ~upper
    less = n_a[lower] - count[lower] + 1
    p[lower] = 1 - _tail(less, n_a[lower], (n - n_b)[lower], n[lower])
    return np.clip(p, 0.0, 1.0)


def _tail(k: Floats, n_a: Floats, n_b: Floats, n: Floats) -> Floats:
    """P(X ≥ k) of the hypergeometric law, for ``k`` above its mode."""
    log_first = (
        _log_choose(n_b, k) + _log_choose(n - n_b, n_a - k) - _log_choose(n, n_a)
    )
    total, term, active = np.ones(len(k)), np.ones(len(k)), np.arange(len(k))
    step = 0.0
    while active.size:
        at = k[active] + step
        ratio = (n_a[active] - at) * (n_b[active] - at)
        ratio /= (at + 1) * (n[active] - n_a[active] - n_b[active] + at + 1)
        term = term * np.maximum(ratio, 0)  # nothing lies beyond n_a or n_b
        total[active] += term
        going = term > NEGLIGIBLE * total[active]
        active, term = active[going], term[going]
        step += 1
    return np.exp(log_first + np.log(total))


def _log_choose(n: Floats, k: Floats) -> Floats:
    return gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)
