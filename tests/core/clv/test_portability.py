"""What lifetime value asks can be asked of DuckDB, PostgreSQL and Spark."""

from __future__ import annotations

import ibis
import pytest

import retention_core as rc
from retention_core.clv import matrix, maturing, newcomers, scores, worth
from retention_core.clv.concentration import lorenz
from retention_core.clv.distribution import distribution
from retention_core.clv.paths import alive_path
from retention_core.clv.regularity import pairs
from tests.core.shops import cdnow
from tests.core.test_portability import DIALECTS, Spark


@pytest.fixture(scope="module")
def orders() -> rc.Orders:
    return cdnow()


@pytest.fixture
def dialects():
    ibis.options.pyspark = Spark()
    yield DIALECTS
    ibis.options.pyspark = None


def bringers(orders: rc.Orders) -> None:
    """Who brings it."""
    terms = rc.clv.Terms(12, 0.1, 1.0)
    known = rc.clv.fits(orders)
    with scores.held(orders, known, terms, window_days=90) as customers:
        lorenz(orders, customers.clv)
        distribution(orders, customers)
        orders.run(matrix.frequency_recency(customers, window_days=90))
    alive_path(orders, known.timing, "00004")


def new_customers(orders: rc.Orders) -> None:
    """What new ones are worth."""
    known = rc.clv.fits(orders)
    newcomers.newcomer(orders, known)
    maturing.by_day(orders, known)
    worth.by_dimension(orders, known, by="since:1997-02-15")


@pytest.mark.parametrize(
    "question",
    [
        rc.clv.forecast,
        lambda orders: rc.clv.brought_before(orders, rc.clv.Terms(6, 0.1, 1.0)),
        rc.clv.backtest,
        rc.clv.compare,
        rc.clv.simple,
        rc.clv.concentration,
        rc.clv.regularity,
        rc.clv.seasonality,
        bringers,
        new_customers,
        lambda orders: rc.clv.fit(rc.clv.summary(orders)),
        lambda orders: rc.clv.fit_spend(rc.clv.summary(orders)),
    ],
)
def test_what_is_asked_compiles_for_every_engine(question, orders, heard, dialects):
    question(orders)
    assert heard.asked
    for expression in heard.asked:
        for dialect in dialects:
            assert "SELECT" in ibis.to_sql(expression, dialect=dialect)


@pytest.mark.parametrize(
    "table",
    [rc.clv.summary, pairs, lambda orders: rc.clv.forecast(orders).customers],
)
def test_tables_that_stay_in_the_engine_compile(table, orders, dialects):
    for dialect in dialects:
        assert "SELECT" in ibis.to_sql(table(orders), dialect=dialect)
