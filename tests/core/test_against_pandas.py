"""200 random shops: the core against a second computation, and the laws.

No shop meets every question: what it is asked goes round by its number, so that every
measure meets every grain and slice, once or twice. ``KEPT_DEPTH=4`` asks four times as
much, and then every window and relative meets each of these too.
"""

from __future__ import annotations

import datetime as dt
import itertools
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis
import numpy as np
import pandas as pd
import pytest

import retention_core as rc
from retention_core import churn, cohorts, measures, sliced, slices, survival
from retention_core.periods import GRAINS
from tests.conftest import orders_of
from tests.core import reference, reference_churn
from tests.core.random_shops import random_shop

if TYPE_CHECKING:
    from ibis.backends import BaseBackend

SHOPS = range(200)
A_BATCH = 10
DEPTH = float(os.environ.get("KEPT_DEPTH", "1"))
BY = (None, "channel", "product")
DAYS = (None, 7, 30, 90, 200)
WINDOWS = (None, (30, 60, 90, 180, 365))
# 28 years hold whole weeks and seven leap days: every calendar date, leap day and
# weekday comes again.
AS_LONG = dt.timedelta(days=10_227)
COHORTS = list(itertools.product(("retention", "value", "returned"), GRAINS, BY))
MOVEMENTS = list(itertools.product(GRAINS, DAYS))
SLICED = list(itertools.product(GRAINS, BY[1:], DAYS[1:]))
CUT = list(itertools.product(GRAINS, BY))
PARTS = list(itertools.product(GRAINS, BY[1:]))


def measures_in_turn() -> list[tuple]:
    """Each measure, grain and slice with its first variant, then with its second …"""
    rng = np.random.default_rng(11)
    turns = []
    for measure, grain, by in itertools.product(measures.MEASURES, GRAINS, BY):
        relatives = reference.relatives(measure)
        variants = list(itertools.product(WINDOWS, relatives))
        mixed = [variants[n] for n in rng.permutation(len(variants))]
        turns.append([(measure, grain, by, *each) for each in mixed])
    most = max(map(len, turns))
    return [each[n % len(each)] for n in range(most) for each in turns]


@dataclass(frozen=True)
class Case:
    """One shop, for the core and for the reference."""

    seed: int
    lines: pd.DataFrame
    orders: rc.Orders
    shop: reference.Shop


@pytest.fixture(scope="module", params=range(len(SHOPS) // A_BATCH))
def ten(request) -> list[Case]:
    backend = rc.connect()
    # So few lines are read sooner by one thread than shared out.
    backend.raw_sql("SET threads = 1")
    first = request.param * A_BATCH
    return [case_of(seed, backend) for seed in range(first, first + A_BATCH)]


def case_of(seed: int, backend: BaseBackend) -> Case:
    lines, as_of = random_shop(seed)
    orders = opened(lines, as_of, backend, f"shop_{seed}")
    return Case(seed, lines, orders, reference.read(lines, as_of))


def opened(
    lines: pd.DataFrame, as_of: dt.date, backend: BaseBackend, name: str
) -> rc.Orders:
    backend.create_table(name, ibis.memtable(lines))
    return rc.open_orders(backend.table(name), as_of=as_of)


def asked(ten: list[Case], questions: list, per_shop: float):
    """Each case with its questions: all are asked equally often over the shops."""
    for case in ten:
        first, end = (int(n * per_shop * DEPTH) for n in (case.seed, case.seed + 1))
        for turn in range(first, end):
            yield case, questions[turn % len(questions)]


def hold(found: pd.DataFrame, expected: pd.DataFrame, keys: list[str], *told: object):
    """The same rows; counts equal, shares and money to 1e-9."""
    assert len(found) == len(expected), (told, len(found), len(expected))
    if not len(expected):
        return
    assert set(found.columns) <= set(expected.columns), (told, list(found.columns))
    one, other = sorted_by(found, keys), sorted_by(expected, keys)
    for name in found.columns:
        same = equal(one[name], other[name])
        if not same.all():
            row = int(np.argmin(same))
            cell = one.loc[row, keys].to_dict(), name
            pytest.fail(f"{told} {cell}: {one[name][row]} != {other[name][row]}")


def sorted_by(frame: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    texts = {name: text_of(frame[name]) for name in keys if name in ("slice", *BY)}
    frame = frame.assign(**texts)
    return frame.sort_values(keys).reset_index(drop=True)


def text_of(values: pd.Series) -> pd.Series:
    return values.astype("object").where(values.notna(), "").astype(str)


def equal(one: pd.Series, other: pd.Series) -> np.ndarray:
    if one.dtype.kind in "fiu" or str(one.dtype) in {"Int64", "Float64"}:
        found, expected = (each.astype(float).to_numpy() for each in (one, other))
        return np.isclose(found, expected, rtol=1e-9, atol=1e-9, equal_nan=True)
    if one.dtype.kind == "M":
        other = pd.to_datetime(other)
    return ((one == other) | (one.isna() & other.isna())).to_numpy(dtype=bool)


def values_of(case: Case, by: str) -> set[str | None]:
    return {reference.first_value(each, by) for each in case.shop.customers}


def keys_of(by: str | None, *names: str) -> list[str]:
    return [by, *names] if by else [*names]


# Cohorts ------------------------------------------------------------------------------


def test_cohorts(ten):
    for case, (name, grain, by) in asked(ten, COHORTS, 0.18):
        told = (case.seed, name, grain, by)
        found = getattr(cohorts, name)(case.orders, grain=grain, by=by)
        expected = getattr(reference, name)(case.shop, grain, by)
        hold(found, expected, keys_of(by, "cohort", "period"), *told)
        found = cohorts.average(found)
        expected = reference.average(expected, by)
        hold(found, expected, keys_of(by, "period"), *told, "average")


def test_measures(ten):
    sums = ["kind", "top", "bottom", "top_squared", "bottom_squared"]
    for case, told in asked(ten, measures_in_turn(), 1):
        measure, grain, by, windows, relative = told
        options = {"by": by, "windows": windows, "relative_to": relative}
        cells = measures.measured(case.orders, measure, grain=grain, **options)
        expected = reference.measured(case.shop, measure, grain, **options)
        found = cells.drop(columns=[*sums, "top_times_bottom"])
        hold(found, expected, keys_of(by, "cohort", "period"), case.seed, *told)
        found = measures.average(cells)
        expected = reference.measured_average(case.shop, measure, grain, **options)
        hold(found, expected, keys_of(by, "period"), case.seed, *told, "average")


# Churn --------------------------------------------------------------------------------


def test_movement(ten):
    for case, (grain, days) in asked(ten, MOVEMENTS, 0.2):
        found = churn.movement(case.orders, grain=grain, window_days=days)
        days = days or reference_churn.window(case.shop)[0]
        expected = reference_churn.movement(case.shop, grain, days)
        hold(found, expected, ["period_start"], case.seed, grain, days)


def test_movement_of_a_slice(ten):
    for case, (grain, by, days) in asked(ten, SLICED, 0.06):
        values = sorted(values_of(case, by), key=str)
        value = values[case.seed % len(values)]
        part = slices.only(case.orders, by, value)
        found = churn.movement(part, grain=grain, window_days=days)
        expected = reference_churn.movement(
            reference.only(case.shop, by, value), grain, days
        )
        hold(found, expected, ["period_start"], case.seed, grain, by, value, days)


def test_churn_by_slice(ten):
    for case, (grain, by, days) in asked(ten, SLICED, 0.08):
        found = sliced.by_slice(
            case.orders, by=by, grain=grain, window_days=days, periods=6
        )
        expected = reference_churn.churn_by_slice(case.shop, grain, by, days, 6)
        hold(found, expected, ["slice"], case.seed, grain, by, days)


def test_window(ten):
    for case, _ in asked(ten, [None], 0.15):
        found = churn.window(case.orders)
        assert (found.days, found.source) == reference_churn.window(case.shop), (
            case.seed
        )


def test_time_to_the_next_purchase(ten):
    for case, after in asked(ten, [1, 2, 3], 0.12):
        found = survival.next_purchase(case.orders, after=after)
        expected = reference_churn.kaplan_meier(reference_churn.waits(case.shop, after))
        hold(found, expected, ["days"], case.seed, after)


def test_habits_and_the_recency_rule(ten):
    modelled = ["probability_active", "churn_score"]
    for case, days in asked(ten, DAYS[1:], 0.06):
        table = churn.risk(case.orders, window_days=days)
        found = case.orders.run(table).drop(columns=modelled)
        hold(
            found,
            reference_churn.habits(case.shop, days),
            ["customer_id"],
            case.seed,
            days,
        )


def test_first_value(ten):
    for case, by in asked(ten, BY[1:], 0.1):
        found = case.orders.run(slices.first_value(case.orders, by))
        expected = pd.DataFrame(
            {"customer_id": each.name, "value": reference.first_value(each, by)}
            for each in case.shop.customers
        )
        hold(found, expected, ["customer_id"], case.seed, by)


# The laws -----------------------------------------------------------------------------


def test_who_comes_back_by_then_grows_and_who_comes_back_later_shrinks(ten):
    for case, (grain, by) in asked(ten, CUT, 0.06):
        frame = cohorts.returned(case.orders, grain=grain, by=by)
        keys = keys_of(by, "cohort")
        ages = frame.groupby(keys, dropna=False)
        assert (ages["repeat_by"].diff().dropna() >= 0).all(), case.seed
        assert (ages["on_or_after"].diff().dropna() <= 0).all(), case.seed
        assert (ages["on_or_after"].first() == 1).all(), case.seed


def test_all_money_is_in_a_cell_or_known_to_be_in_none(ten):
    for case, (grain, by) in asked(ten, CUT, 0.06):
        frame = cohorts.value(case.orders, grain=grain, by=by)
        lines = case.orders.run(case.orders.table.select("amount"))["amount"].sum()
        whole = frame["revenue"].sum() + case.shop.in_no_cohort
        assert whole == pytest.approx(lines, abs=1e-6), case.seed


COUNTS = ["starting", "new", "reactivated", "lost", "ending", "new_and_lapsed"]


def test_the_parts_of_a_slice_are_the_whole(ten):
    counts = ["active_customers", "orders", "revenue", "cohort_size"]
    for case, (grain, by) in asked(ten, PARTS, 0.04):
        whole = cohorts.value(case.orders, grain=grain)
        parts = cohorts.value(case.orders, grain=grain, by=by)
        added = parts.groupby(["cohort", "period"], as_index=False)[counts].sum()
        hold(added, whole, ["cohort", "period"], case.seed, grain, by)


def test_the_movements_of_all_slices_are_the_whole(ten):
    for case, (grain, by) in asked(ten, PARTS, 0.02):
        parts = [slices.only(case.orders, by, value) for value in values_of(case, by)]
        frames = [churn.movement(part, grain=grain, window_days=30) for part in parts]
        added = pd.concat(frames).groupby("period_start")[COUNTS].sum().reset_index()
        whole = churn.movement(case.orders, grain=grain, window_days=30)
        hold(added, whole, ["period_start"], case.seed, grain, by)
        balance = whole["starting"] + whole["new"] + whole["reactivated"]
        assert (whole["ending"] == balance - whole["lost"]).all(), case.seed


def answers(orders: rc.Orders, grain: str, by: str | None) -> list[pd.DataFrame]:
    return [
        cohorts.value(orders, grain=grain, by=by),
        measures.measured(orders, "on_or_after", grain=grain, windows=(30, 90)),
        churn.movement(orders, grain=grain),
        survival.next_purchase(orders),
    ]


def test_28_years_later_nothing_but_the_dates_is_different(ten):
    for case, (grain, by) in asked(ten, CUT, 0.03):
        moved = case.lines.assign(
            ordered_at=case.lines["ordered_at"] + AS_LONG,
            refunded_at=case.lines["refunded_at"] + AS_LONG,
        )
        as_of, name = case.shop.as_of + AS_LONG, f"later_{case.seed}"
        later = answers(opened(moved, as_of, case.orders.backend, name), grain, by)
        for now, then in zip(answers(case.orders, grain, by), later, strict=True):
            for name in now.columns.intersection(["cohort", "period_start"]):
                now[name] += AS_LONG
            pd.testing.assert_frame_equal(now, then, check_dtype=False)


# What the two once did not agree on


def lines_of(*rows: tuple) -> rc.Orders:
    names = ["order_id", "customer_id", "ordered_at", "refunded_at", "amount"]
    lines = pd.DataFrame(list(rows), columns=names)
    lines["refunded_at"] = pd.to_datetime(lines["refunded_at"])
    return orders_of(lines, as_of=dt.date(2024, 3, 31))


def test_money_of_a_period_without_an_order_is_averaged_too():
    orders = lines_of(
        ("1", "ann", "2024-01-05", None, 20.0),
        ("r", "ann", "2024-02-05", "2024-02-05", -4.0),
        ("2", "ben", "2024-02-06", None, 10.0),
        ("3", "ben", "2024-03-06", None, 10.0),
    )
    second = cohorts.average(cohorts.value(orders)).iloc[1]
    assert (second["revenue"], second["orders"]) == (6.0, 1)
    assert second["average_order_value"] == 6.0


def test_money_sent_back_whole_is_no_base():
    orders = lines_of(
        ("1", "ann", "2024-01-05", None, 10.0),
        ("2", "ann", "2024-02-05", None, 0.1),
        ("2", "ann", "2024-02-05", None, 0.2),
        ("2", "ann", "2024-02-05", "2024-02-09", -0.3),
        ("3", "ann", "2024-03-05", None, 10.0),
        ("4", "ben", "2024-01-06", None, 10.0),
    )
    cells = measures.measured(orders, "revenue")
    assert cells[["low", "high"]].iloc[1].isna().all()
    cells = measures.measured(orders, "revenue", relative_to="before")
    assert np.isnan(cells["value"].iloc[2])
