"""What lifetime value asks can be asked of DuckDB, PostgreSQL and Spark."""

from __future__ import annotations

import ibis
import pytest

import retention_core as rc
from retention_core import engine
from tests.core.shops import cdnow
from tests.core.test_portability import DIALECTS, Spark


@pytest.fixture(scope="module")
def orders() -> rc.Orders:
    return cdnow()


@pytest.fixture
def asked(monkeypatch) -> list[ibis.Table]:
    """Every expression that reaches an engine, which answers as ever."""
    heard = []
    answer = engine.run

    def listen(expression, backend=None):
        heard.append(expression)
        return answer(expression, backend)

    monkeypatch.setattr(engine, "run", listen)
    return heard


@pytest.fixture
def dialects():
    ibis.options.pyspark = Spark()
    yield DIALECTS
    ibis.options.pyspark = None


@pytest.mark.parametrize(
    "question",
    [
        rc.clv.forecast,
        rc.clv.backtest,
        rc.clv.simple,
        rc.clv.concentration,
        lambda orders: rc.clv.fit(rc.clv.summary(orders)),
        lambda orders: rc.clv.fit_spend(rc.clv.summary(orders)),
    ],
)
def test_what_is_asked_compiles_for_every_engine(question, orders, asked, dialects):
    question(orders)
    assert asked
    for expression in asked:
        for dialect in dialects:
            assert "SELECT" in ibis.to_sql(expression, dialect=dialect)


@pytest.mark.parametrize(
    "table", [rc.clv.summary, lambda orders: rc.clv.forecast(orders).customers]
)
def test_tables_that_stay_in_the_engine_compile(table, orders, dialects):
    for dialect in dialects:
        assert "SELECT" in ibis.to_sql(table(orders), dialect=dialect)
