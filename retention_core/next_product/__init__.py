"""What each customer is likeliest to buy next, and why.

Three reasons are put on one scale, the chance that a product is in the next order: the
customer's own habit; what others bought next after the products of the last order; what
is popular lately. How much each is worth is counted on the shop's own last orders
(:func:`fit`), so that a bag in every second order or a machine that nobody buys twice
are dealt with by what was seen, and noise is worth nothing.
"""

from __future__ import annotations

from retention_core.next_product.holdout import HitRate as HitRate
from retention_core.next_product.holdout import hit_rate as hit_rate
from retention_core.next_product.suggested import REASONS as REASONS
from retention_core.next_product.suggested import fit as fit
from retention_core.next_product.suggested import recommend as recommend
