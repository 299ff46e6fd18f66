"""What can be asked of an order table, by name. Called through ``queries`` only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from retention_core import slices
from retention_ui.questions import (
    backtests,
    baskets,
    bringers,
    campaigns,
    churn,
    cohorts,
    customer,
    forecast,
    groups,
    handing_out,
    held_back,
    list_choice,
    list_learned,
    lists,
    newcomers,
    overview,
    patterns,
    products,
    risk,
    segments,
    shop,
    tiers,
    value,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from retention_core.orders import Orders
    from retention_ui.questions.chosen import Slice

# These see every customer, whoever is looked at: one window serves the whole product.
WHOLE = ("facts", "values", "window")
# These fit models or look at millions of pairs, which would hold up everybody else's
# page.
FITTED = (
    *("fits", "backtest", "choice", "fitted", "hit_rate", "worth_by"),
    *("found_products", "next_product"),
)
# These tell of single customers; with a limit of 0 they list none.
NAMING = (
    "members",
    "risk",
    "brought",
    "brought_rows",
    "alive_path",
    "list_rows",
    "list_map",
    *customer.QUESTIONS,
    "hand_out_rows",
    "list_chosen",
    "noted_rows",
    "recommended",
    "segment_rows",
    "tiers_short",
)

QUESTIONS: dict[str, Callable[..., Any]] = {
    **shop.QUESTIONS,
    **overview.QUESTIONS,
    **cohorts.QUESTIONS,
    **groups.QUESTIONS,
    **churn.QUESTIONS,
    **risk.QUESTIONS,
    **forecast.QUESTIONS,
    **backtests.QUESTIONS,
    **newcomers.QUESTIONS,
    **patterns.QUESTIONS,
    **products.QUESTIONS,
    **bringers.QUESTIONS,
    **value.QUESTIONS,
    **customer.QUESTIONS,
    **baskets.QUESTIONS,
    **campaigns.QUESTIONS,
    **handing_out.QUESTIONS,
    **held_back.QUESTIONS,
    **list_choice.QUESTIONS,
    **list_learned.QUESTIONS,
    **lists.QUESTIONS,
    **segments.QUESTIONS,
    **tiers.QUESTIONS,
}


def answer(
    orders: Orders, question: str, chosen: Slice, parameters: Mapping[str, Any]
) -> Any:  # noqa: ANN401 each question has its own kind of answer
    """Answer a question about the customers that are looked at."""
    if chosen.by is not None and question not in WHOLE:
        orders = slices.only(orders, chosen.by, chosen.value)
    return QUESTIONS[question](orders, **parameters)


def names_customers(question: str, parameters: Mapping[str, Any]) -> bool:
    """Whether an answer tells of single customers."""
    return question in NAMING and parameters.get("limit") != 0
