"""How one customer buys, in a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retention_ui.figures.customer import LONG
from retention_ui.findings.finding import Finding, named

if TYPE_CHECKING:
    from retention_core.customer import Customer
    from retention_ui.formats import Formats

LONGEST_PRODUCT = 40


def rhythm(found: Customer, formats: Formats) -> Finding:
    """How regularly somebody orders, and how long it has been since the last time."""
    silence, gap = found.days_since_last_order, found.usual_gap_days
    fields: dict[str, str | Finding] = {"silence": formats.days(silence)}
    if gap is None:
        return Finding("customer.once" if silence else "customer.once_today", fields)
    fields["gap"] = formats.days(max(gap, 1))
    if not silence:
        return Finding("customer.today", fields)
    late = silence > LONG * gap
    return Finding("customer.late" if late else "customer.in_habit", fields)


def bought(found: Customer, formats: Formats) -> Finding:
    """What somebody buys most often."""
    if found.products.empty:
        return Finding("customer.no_product")
    first = found.products.iloc[0]
    name = named(first["product"], LONGEST_PRODUCT, formats)
    n, of = int(first["orders"]), len(found.orders)
    if n == 1:
        return Finding("customer.bought_once", count=len(found.products))
    fields: dict[str, str | Finding] = {
        "product": name,
        "n": formats.count(n),
        "of": formats.count(of),
    }
    return Finding("customer.bought", fields)
