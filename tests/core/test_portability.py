"""Every question of the core can be put to DuckDB, PostgreSQL and Spark."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING

import ibis
import pandas as pd
import pytest
from ibis.config import Config

import retention_core as rc
from retention_core import groups, hits, measures, risk, slices
from retention_core.campaigns import discounts, exposure, responses
from retention_core.lists import everybody
from retention_core.orders import Orders
from retention_core.periods import GRAINS
from tests.conftest import EIGHT, orders_of

if TYPE_CHECKING:
    from collections.abc import Callable

    import ibis.expr.types as ir

STEPS = rc.rfm.Breaks((9, 30, 60, 90), (1, 2, 3, 4), (5.0, 10.0, 20.0, 40.0))
BG_NBD = (0.5, 60.0, 0.8, 2.4)
DIALECTS = ("duckdb", "postgres", "pyspark")


@dataclass(frozen=True)
class Overheard(Orders):
    """Orders that note down what is asked of them, and answer as ever."""

    asked: list[ir.Table] = field(default_factory=list)

    def run(self, expression: ir.Table) -> pd.DataFrame:
        self.asked.append(expression)
        return super().run(expression)


class Spark(Config):
    """What Ibis' Spark compiler reads from its backend, which is not installed."""

    treat_nan_as_null: bool = False


@pytest.fixture
def dialects():
    ibis.options.pyspark = Spark()
    yield DIALECTS
    ibis.options.pyspark = None


@pytest.fixture
def overheard() -> Overheard:
    rows = pd.DataFrame(
        EIGHT, columns=["order_id", "customer_id", "ordered_at", "amount"]
    )
    orders = orders_of(rows.assign(product="tea", channel="web"))
    people = pd.DataFrame(
        {
            "customer_id": ["ann", "ben"],
            "city": ["Ghent", "Lyon"],
            "birthday": ["1980-04-05", "5.4."],
            "consent": ["yes", "no"],
        }
    )
    orders = replace(orders, customers=ibis.memtable(people))
    return Overheard(
        **{each.name: getattr(orders, each.name) for each in fields(Orders)}
    )


def everybody_of(orders: Orders) -> ir.Table:
    """What the lists choose from, with a forecast, not worked out."""
    known = rc.clv.summary(orders)
    fits = rc.clv.Fits(rc.clv.fit(known), rc.clv.fit_spend(known), 0.0)
    standing = everybody._standing(orders)
    return everybody._whole(everybody._forecast(standing, fits, 30))


def written_to(orders: Orders) -> Orders:
    """The same shop, which wrote to two of its customers."""
    rows = pd.DataFrame({"customer_id": ["ann", "ben"], "control": [False, True]})
    told = ibis.memtable(rows).mutate(
        campaign=ibis.literal("May"),
        list=ibis.null("string"),
        contacted_on=ibis.literal(dt.date(2024, 2, 15)),
        offer=ibis.null("string"),
        seed=ibis.null("string"),
    )
    return replace(orders, contacts=told)


def answered(orders: Orders) -> ir.Table:
    """What customers did after the first contact of each campaign."""
    contacts = responses.contacts_of(written_to(orders))
    first = responses.first_of_campaign(contacts)
    late = responses.contaminated(contacts, first, days=30)
    return responses.responses(orders, first, days=30).anti_join(late, "customer_id")


def pressed(orders: Orders) -> ir.Table:
    """What customers did after each contact, and how many went before."""
    contacts = responses.contacts_of(written_to(orders))
    return exposure.moments(exposure.answers(orders, contacts, days=30))


QUESTIONS: list[Callable[[Orders], object]] = [
    lambda orders: rc.lifecycle.timeline(orders),
    lambda orders: rc.tenure.years(replace(orders, as_of=dt.date(2026, 1, 1))),
    lambda orders: rc.unfolding.by_day(orders),
    lambda orders: rc.mix.returning(orders),
    lambda orders: rc.lists.summary(orders, everybody_of(orders), window_days=30),
    lambda orders: rc.campaigns.results(written_to(orders)),
    lambda orders: rc.campaigns.offers(written_to(orders)),
    lambda orders: rc.campaigns.pressure(written_to(orders)),
    lambda orders: rc.campaigns.dependence(orders),
    lambda orders: rc.campaigns.base_rate(orders, orders.customers, days=30),
    *(
        lambda orders, by=by: rc.campaigns.for_whom(
            written_to(orders), campaign="May", by=by
        )
        for by in ("silence", "earlier_orders", "channel")
    ),
    lambda orders: rc.prices.paid(orders),
    *(
        lambda orders, grain=grain: rc.mix.new_and_returning(orders, grain=grain)
        for grain in GRAINS
    ),
    lambda orders: rc.churn.window(orders),
    lambda orders: rc.findings.of_customers(orders, window_days=30),
    lambda orders: rc.findings.of_products(orders),
    lambda orders: rc.findings.of_leaving(orders, fits=None, window_days=30),
    lambda orders: rc.rfm.segments(
        orders, people=rc.rfm.standing(orders).mutate(stake=1.0)
    ),
    lambda orders: rc.rfm.grid(orders),
    lambda orders: rc.rfm.moved(orders),
    *(
        lambda orders, by=by: rc.tiers.cost(
            orders,
            rewards=[rc.tiers.Reward("percent", 0.1)] * 3,
            margin=0.5,
            thresholds=rc.tiers.proposed(orders, by=by),
            by=by,
        )
        for by in ("orders", "spend")
    ),
    lambda orders: rc.survival.gaps(orders),
    lambda orders: risk.quadrants(orders, window_days=30, params=BG_NBD),
    lambda orders: hits.outcomes(orders, orders.until(dt.date(2024, 2, 15))),
    lambda orders: rc.survival.next_purchase(orders, after=2),
    *(
        lambda orders, ask=ask, grain=grain, by=by: ask(orders, grain=grain, by=by)
        for ask in (rc.cohorts.retention, rc.cohorts.value, rc.cohorts.returned)
        for grain, by in [*((grain, None) for grain in GRAINS), ("month", "channel")]
    ),
    lambda orders: rc.survival.waiting_times(orders),
    lambda orders: rc.reorder.products(orders, min_repeat=1),
    lambda orders: rc.next_product.hit_rate(orders),
    lambda orders: rc.survival.by_slice(orders, by="channel", after=2),
    lambda orders: rc.timing.usual_gap(orders, window_days=30),
    lambda orders: rc.churn.by_slice(orders, by="channel", window_days=30),
    *(
        lambda orders, measure=measure, to=to, windows=windows: measures.measured(
            orders, measure, windows=windows, relative_to=to
        )
        for measure, to, windows in [
            *((each, None, None) for each in measures.MEASURES),
            ("retention", "before", (30, 60)),
            ("on_or_after", None, (30, 60)),
            ("revenue", "first", None),
            ("cumulative_revenue_per_customer", "before", (30, 60)),
        ]
    ),
    *(
        lambda orders, by=by, measure=measure: groups.difference(
            orders, by=by, measure=measure
        )
        for by in ("channel", "customer.city", "since:2024-02-10")
        for measure in groups.MEASURES
    ),
    *(
        lambda orders, ask=ask, grain=grain: ask(orders, grain=grain, window_days=30)
        for ask in (rc.churn.movement, rc.overview.figures, rc.overview.trend)
        for grain in GRAINS
    ),
]


@pytest.mark.parametrize("question", QUESTIONS)
def test_what_is_asked_compiles_for_every_engine(question, overheard, dialects):
    question(overheard)
    assert overheard.asked
    for expression in overheard.asked:
        for dialect in dialects:
            assert "SELECT" in ibis.to_sql(expression, dialect=dialect)


@pytest.mark.parametrize(
    "view",
    [
        lambda orders: orders.purchases,
        lambda orders: orders.purchase_days,
        lambda orders: slices.only(orders, "product", "tea").purchases,
        lambda orders: slices.only(orders, "since:2024-02-10", "after").purchases,
        lambda orders: slices.first_value(orders, "customer.city"),
        lambda orders: rc.churn.risk(orders, window_days=30),
        lambda orders: rc.reorder.due(orders, min_repeat=1),
        lambda orders: rc.next_product.recommend(orders),
        lambda orders: risk.with_usual_gap(
            risk.placed(risk.scored_by(orders, window_days=30, params=BG_NBD)), orders
        ),
        *(
            lambda orders, name=name: rc.lists.members(
                orders, name, everybody_of(orders), window_days=30
            )
            for name in rc.lists.NAMES
        ),
        lambda orders: rc.consent.agreed(everybody_of(orders), orders),
        answered,
        pressed,
        discounts.marked,
        lambda orders: rc.rfm.members(orders, "lost", STEPS),
        *(
            lambda orders, by=by: rc.tiers.one_short(
                orders, by=by, thresholds=(2, 3), window_days=30
            )
            for by in ("orders", "spend")
        ),
        lambda orders: rc.cohorts.customers(
            orders, cohort=dt.date(2024, 1, 1), period=1, windows=(30, 60)
        ),
    ],
)
def test_tables_that_stay_in_the_engine_compile_for_every_engine(
    view, overheard, dialects
):
    for dialect in dialects:
        assert "SELECT" in ibis.to_sql(view(overheard), dialect=dialect)
