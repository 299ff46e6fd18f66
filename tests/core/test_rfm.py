"""Scores, segments and movement against the same worked out in pandas."""

from __future__ import annotations

import datetime as dt
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retention_core import rfm
from tests.conftest import orders_of
from tests.core.shops import cdnow, shops

EVERY = list(product(rfm.SCORES, repeat=3))


def counted(rows: list[tuple[str, str | None, str, float]]) -> pd.DataFrame:
    """Days of silence, orders and revenue of each customer, by hand."""
    frame = pd.DataFrame(rows, columns=["order_id", "customer_id", "day", "amount"])
    frame = frame.dropna(subset="customer_id").assign(day=pd.to_datetime(frame["day"]))
    return frame.groupby("customer_id").agg(
        last=("day", "max"), orders=("order_id", "nunique"), revenue=("amount", "sum")
    )


def fifths(values: pd.Series, parts: int = 5) -> list[float]:
    """The least value that each k of the parts do not exceed, found by looking."""
    distinct = sorted(values.unique())
    return [
        next(v for v in distinct if parts * (values <= v).sum() >= k * len(values))
        for k in range(1, parts)
    ]


def breaks_by_hand(known: pd.DataFrame, as_of: dt.date) -> rfm.Breaks:
    once = known["orders"] == 1
    if once.mean() <= 0.2:
        frequency = fifths(known["orders"])
    elif once.all():
        frequency = [1, 1, 1, 1]
    else:
        frequency = [1, *fifths(known["orders"][~once], 4)]
    days = (pd.Timestamp(as_of) - known["last"]).dt.days
    money = fifths(known["revenue"].round(2))
    return rfm.Breaks(tuple(fifths(days)), tuple(frequency), tuple(money))


def segments_by_hand(
    known: pd.DataFrame, as_of: dt.date, given_: rfm.Breaks
) -> pd.Series:
    def score(values: pd.Series, steps: tuple[float, ...]) -> np.ndarray:
        return 1 + np.searchsorted(np.array(steps), values.to_numpy(), side="left")

    days = (pd.Timestamp(as_of) - known["last"]).dt.days
    scores = zip(
        6 - score(days, given_.recency),
        score(known["orders"], given_.frequency),
        score(known["revenue"].round(2), given_.monetary),
        strict=True,
    )
    return pd.Series([rfm.segment_of(*each) for each in scores], index=known.index)


def test_every_three_scores_are_of_exactly_one_segment():
    for scores in EVERY:
        holding = [
            name
            for name, rules in rfm.SEGMENTS.items()
            for rule in rules
            if rule.holds(*scores)
        ]
        assert len(holding) == 1, scores


def test_the_names_are_the_eleven_usual_ones_and_none_is_empty():
    assert len(rfm.SEGMENTS) == 11
    assert {rfm.segment_of(*scores) for scores in EVERY} == set(rfm.SEGMENTS)


@pytest.mark.parametrize(
    ("scores", "segment"),
    [
        ((5, 5, 5), "champions"),
        ((4, 5, 2), "loyal"),
        ((3, 4, 5), "loyal"),
        ((5, 2, 1), "potential_loyalists"),
        ((5, 1, 5), "new"),
        ((4, 1, 1), "promising"),
        ((3, 3, 3), "need_attention"),
        ((3, 1, 2), "about_to_sleep"),
        ((2, 5, 1), "at_risk"),
        ((2, 3, 5), "at_risk"),
        ((1, 5, 5), "cannot_lose"),
        ((1, 3, 4), "hibernating"),
        ((2, 1, 1), "hibernating"),
        ((1, 1, 1), "lost"),
    ],
)
def test_rules_as_they_are_written_on_the_page(scores, segment):
    assert rfm.segment_of(*scores) == segment


@settings(max_examples=10)
@given(shops(most=40))
def test_breaks_and_segments_are_what_looking_at_each_customer_gives(rows):
    orders = orders_of(rows)
    known = counted(rows)
    found = rfm.breaks(orders)
    assert found == breaks_by_hand(known, orders.as_of)
    scored = orders.run(rfm.scored(orders)).set_index("customer_id")
    by_hand = segments_by_hand(known, orders.as_of, found)
    assert scored["segment"].to_dict() == by_hand.to_dict()
    assert scored["orders"].to_dict() == known["orders"].to_dict()


@settings(max_examples=10)
@given(shops(), st.lists(st.integers(0, 400), min_size=4, max_size=4))
def test_any_breaks_score_everybody_and_segments_add_up(rows, days):
    orders = orders_of(rows)
    given_ = rfm.Breaks(tuple(sorted(days)), (1, 1, 2, 3), (0.0, 10.0, 10.0, 60.0))
    known = counted(rows)
    by_hand = segments_by_hand(known, orders.as_of, given_)
    table = rfm.segments(orders, given_).set_index("segment")
    assert table.index.tolist() == list(rfm.SEGMENTS)
    for name, row in table.iterrows():
        inside = known[by_hand == name]
        assert row["customers"] == len(inside)
        assert row["orders"] == inside["orders"].sum()
        assert row["revenue"] == pytest.approx(inside["revenue"].sum())
    cells = rfm.grid(orders, given_)
    assert cells["customers"].sum() == len(known)
    assert cells["revenue"].sum() == pytest.approx(known["revenue"].sum())


@settings(max_examples=10)
@given(shops(most=40), st.sampled_from(["month", "quarter", "year"]))
def test_who_moved_is_who_stands_elsewhere(rows, grain):
    orders = orders_of(rows)
    found = rfm.moved(orders, grain=grain)
    day = rfm.before(orders.as_of, grain)
    if day < orders.first_day:
        assert found.empty
        return
    given_ = rfm.breaks(orders)
    earlier = [row for row in rows if row[2][:10] <= str(day)]
    sides = [
        segments_by_hand(counted(each), when, given_)
        for each, when in ((earlier, day), (rows, orders.as_of))
    ]
    both = pd.concat(sides, axis="columns", keys=["then", "now"]).astype(object)
    expected = both.fillna("nothing").value_counts().to_dict()
    pairs = found.fillna({"from_segment": "nothing", "to_segment": "nothing"})
    assert {(a, b): n for a, b, n in pairs.itertuples(index=False)} == expected


def test_the_period_before_ends_before_the_one_of_today():
    assert rfm.before(dt.date(2024, 11, 30), "month") == dt.date(2024, 10, 31)
    assert rfm.before(dt.date(2024, 11, 1), "quarter") == dt.date(2024, 9, 30)


def test_without_ties_each_score_of_cdnow_money_holds_a_fifth():
    orders = cdnow()
    cells = rfm.grid(orders)
    money = cells.groupby("monetary_score")["customers"].sum()
    assert money.to_numpy() == pytest.approx(2357 / 5, abs=15)


def test_where_most_ordered_once_one_order_is_the_lowest_score_and_no_other():
    orders = cdnow()
    assert rfm.breaks(orders).frequency == (1, 2, 3, 5)
    cells = rfm.grid(orders)
    once = cells.loc[cells["frequency_score"] == 1, "customers"].sum()
    scored = orders.run(rfm.scored(orders))
    assert once == (scored["orders"] == 1).sum()


@pytest.mark.parametrize(
    "rows",
    [
        [("1", "ann", "2024-01-05", 20.0)],
        [(str(n), f"c{n}", "2024-01-05", 20.0) for n in range(9)],
        [("1", None, "2024-01-05", 20.0)],
    ],
    ids=["one customer", "one day", "guests only"],
)
def test_shops_with_next_to_nothing_are_scored_all_the_same(rows):
    orders = orders_of(rows)
    table = rfm.segments(orders)
    named = sum(row[1] is not None for row in rows)
    assert table["customers"].sum() == named
    assert table.loc[table["segment"] == "new", "customers"].item() == named
    assert rfm.moved(orders)["customers"].sum() == 0


def test_a_customer_of_whom_all_is_refunded_has_moved_away():
    rows = pd.DataFrame(
        [
            ("1", "ann", "2024-01-05", 20.0, None),
            ("2", "ben", "2024-01-06", 30.0, None),
            ("2", "ben", "2024-01-06", -30.0, "2024-02-10"),
            ("3", "cat", "2024-02-20", 10.0, None),
        ],
        columns=["order_id", "customer_id", "ordered_at", "amount", "refunded_at"],
    )
    rows["refunded_at"] = pd.to_datetime(rows["refunded_at"])
    found = rfm.moved(orders_of(rows, as_of=dt.date(2024, 2, 29)))
    ends = {
        (row.from_segment is None or pd.isna(row.from_segment)): row.to_segment
        for row in found.itertuples()
        if pd.isna(row.from_segment) or pd.isna(row.to_segment)
    }
    assert found["customers"].sum() == 3
    assert ends[True] == "new"
    assert pd.isna(ends[False])


def test_stakes_are_added_up_where_they_are_known():
    orders = orders_of(
        [("1", "ann", "2024-01-05", 20.0), ("2", "ben", "2024-01-06", 30.0)]
    )
    people = rfm.standing(orders).mutate(stake=2 * rfm.standing(orders).revenue)
    found = rfm.segments(orders, people=people)
    assert found["stake"].tolist() == pytest.approx(2 * found["revenue"])


@pytest.mark.parametrize("steps", [(1, 2, 3), (4, 3, 5, 6)])
def test_breaks_that_fall_or_are_not_four_are_refused(steps):
    with pytest.raises(rfm.BreaksError, match="recency"):
        rfm.Breaks(steps, (1, 2, 3, 4), (1.0, 2.0, 3.0, 4.0))


def test_members_are_the_customers_of_the_segment():
    orders = cdnow()
    sizes = rfm.segments(orders).set_index("segment")["customers"]
    found = orders.run(rfm.members(orders, "at_risk"))
    assert len(found) == sizes["at_risk"] > 0
    assert set(found["segment"]) == {"at_risk"}


def test_boxes_hold_everybody_once_and_add_up_to_the_segments():
    orders = cdnow()
    boxes = rfm.boxes(rfm.grid(orders))
    sums = boxes.groupby("segment")[["customers", "revenue"]].sum()
    table = rfm.segments(orders).set_index("segment").loc[sums.index]
    assert sums["customers"].tolist() == table["customers"].tolist()
    assert sums["revenue"].tolist() == pytest.approx(table["revenue"].tolist())
