"""Every sentence above a figure, in each of its forms."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from retention_core import groups, measures, trends
from retention_core.churn import ChurnWindow
from retention_core.intervals import wilson
from retention_ui.figures.measured import Measured
from retention_ui.findings import baskets as baskets_says
from retention_ui.findings import churn as churn_says
from retention_ui.findings import cohorts as cohorts_says
from retention_ui.findings import forecast as forecast_says
from retention_ui.findings import groups as groups_says
from retention_ui.findings import ledger as ledger_says
from retention_ui.findings import risk as risk_says
from retention_ui.formats import Formats
from retention_ui.texts import Texts

if TYPE_CHECKING:
    from retention_ui.findings.finding import Finding

TEXTS = Texts("en")
FORMATS = Formats("en", "EUR")
LONGEST = 80
RETENTION = Measured("retention", "month")


def said(finding: Finding) -> str:
    sentence = finding.words(TEXTS)
    assert len(sentence) <= LONGEST, sentence
    assert "{" not in sentence
    return sentence


def cells_of(shares: list[list[float]], size: int = 100, ages: int = 14):
    """Cohorts by month; each list is a cohort's retention from age 1 on.

    The last cell of each cohort is not finished, as in a month that is not over.
    """
    rows = []
    for month, known in enumerate(shares):
        cohort = pd.Timestamp("2024-01-01") + pd.DateOffset(months=month)
        for age, share in enumerate([1.0, *known][: ages + 1]):
            last = age == len(known)
            active = round(share * size)
            rows.append((cohort, age, size, active, active / size, not last))
    names = ["cohort", "period", "cohort_size", "active_customers"]
    names += ["retention", "complete"]
    frame = pd.DataFrame(rows, columns=names)
    low, high = wilson(frame["active_customers"], frame["cohort_size"])
    return frame.assign(low=low, high=high)


def heatmap(cells: pd.DataFrame, grain: str = "month") -> str:
    average = measures.average(measured_of(cells))
    return said(cohorts_says.heatmap(average, FORMATS, grain))


def test_the_heatmap_tells_the_next_month_and_a_year_later():
    cells = cells_of([[0.4, *[0.2] * 10, 0.09, 0.08, 0.07]] * 3)
    assert heatmap(cells) == (
        "40% of customers order again in the next month, 9% a year later"
    )


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        ([[0.4, 0.3]] * 3, "40% of customers order again in the next month"),
        ([[0.4, 0.3]] * 2, "Retention by month"),
        ([[0.4]] * 3, "Retention by month"),
    ],
    ids=["no year yet", "two cohorts", "none finished"],
)
def test_the_heatmap_says_less_where_less_is_known(cells, sentence):
    assert heatmap(cells_of(cells)) == sentence


@pytest.mark.parametrize("grain", ["week", "quarter", "year"])
def test_the_heatmap_names_its_period(grain):
    assert heatmap(cells_of([[0.4, 0.3]] * 3), grain) == (
        f"40% of customers order again in the next {grain}"
    )


def curves(own: list[float], others: int = 6) -> Finding:
    cells = cells_of([own, *[[0.4, 0.4, 0.4, 0.4, 0.4]] * others], size=1000)
    sums = {"top": cells["active_customers"], "bottom": cells["cohort_size"]}
    unused = dict.fromkeys(("top_squared", "bottom_squared", "top_times_bottom"), 0)
    cells = cells.assign(kind="share", value=cells["retention"], **sums, **unused)
    shown, chosen = Measured("retention", "month"), [dt.date(2024, 1, 1)]
    return cohorts_says.curves(cells, chosen, shown, TEXTS, FORMATS)


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0.20, "half as often"),
        (0.10, "a quarter as often"),
        (0.53, "a third more often"),
        (0.80, "twice as often"),
        (0.34, "15% less often"),
    ],
)
def test_a_cohort_that_is_apart_is_told_in_plain_ratios(share, words):
    found = curves([0.4, 0.4, share, share, 0.0])
    assert said(found) == (
        f"The January 2024 cohort comes back {words}, from month 3 on"
    )
    assert found.subject == dt.date(2024, 1, 1)
    assert found.above == (share > 0.4)


def test_a_cohort_that_was_apart_for_a_while_is_told_with_its_ages():
    assert said(curves([0.2, 0.2, 0.2, 0.4, 0.4])) == (
        "The January 2024 cohort comes back half as often, month 1 to month 3"
    )


@pytest.mark.parametrize(
    "own",
    [[0.4] * 5, [0.1, 0.1, 0.1], [0.4, 0.2, 0.2, 0.4, 0.4]],
    ids=["same", "young", "two in between"],
)
def test_no_cohort_is_named_within_the_interval_or_before_age_three(own):
    assert said(curves(own)) == "No chosen cohort stays clearly apart from the others"


def measured_of(cells: pd.DataFrame) -> pd.DataFrame:
    """The same cells as ``rc.measures.measured`` writes them."""
    top = dict.fromkeys(["top", "top_squared", "top_times_bottom"], "active_customers")
    bottom = dict.fromkeys(["bottom", "bottom_squared"], "cohort_size")
    parts = {**top, **bottom, "value": "retention"}
    return cells.assign(kind="share", **{new: cells[old] for new, old in parts.items()})


def one_age(shares: list[float], *, tested: bool = False, shown=RETENTION) -> str:
    cells = measured_of(cells_of([[share, 0.5] for share in shares], size=300))
    title = groups_says.age_named(shown, 1, "month 1", FORMATS)
    trend = trends.trend(cells, age=1) if tested else None
    at_age = cells[cells["period"] == 1]
    asked = (shown, title)
    return said(groups_says.age_over_time(at_age, 0.4, trend, asked, FORMATS))


@pytest.mark.parametrize(
    ("shares", "sentence"),
    [
        ([0.4] * 6, "Month 1 has stayed about 40%"),
        (
            [0.4, 0.2, 0.4, 0.41, 0.4],
            "Month 1 fell in February 2024 and is back to normal",
        ),
        (
            [0.4, 0.6, 0.4, 0.41, 0.4],
            "Month 1 rose in February 2024 and is back to normal",
        ),
        ([0.4, 0.4, 0.45, 0.5, 0.6], "Month 1 has risen for three cohorts"),
        ([0.4, 0.4, 0.35, 0.3, 0.2], "Month 1 has fallen for three cohorts"),
        (
            [0.4, 0.4, 0.4, 0.4, 0.2],
            "Month 1 was 20% in May 2024, 40% over all cohorts",
        ),
        ([], "Month 1: no cohort has finished it yet"),
    ],
)
def test_one_age_over_time(shares, sentence):
    assert one_age(shares) == sentence


@pytest.mark.parametrize(
    ("shares", "sentence"),
    [
        ([0.4, 0.41] * 4, "Month 1 shows no trend: about 40% throughout"),
        (
            [0.3, 0.32, 0.34, 0.36, 0.38, 0.4, 0.42, 0.44],
            "Month 1 is getting better: about 24 points a year",
        ),
        (
            [0.44, 0.42, 0.4, 0.38, 0.36, 0.34, 0.32, 0.3],
            "Month 1 is getting worse: about 24 points a year",
        ),
        # A month that fell and is back says more than the line through it.
        (
            [0.3, 0.34, 0.36, 0.1, 0.42, 0.44, 0.44, 0.44],
            "Month 1 fell in April 2024 and is back to normal",
        ),
        ([0.4, 0.4, 0.4], "Month 1 has stayed about 40%"),
    ],
)
def test_a_trend_is_told_unless_something_tells_more(shares, sentence):
    assert one_age(shares, tested=True) == sentence


def test_one_of_many_cohorts_just_outside_is_no_news():
    # 46 % of 300: outside its own 95 % interval, not outside that of thirty at once.
    assert one_age([0.4] * 15 + [0.46] + [0.4] * 14) == "Month 1 has stayed about 40%"
    assert one_age([0.4, 0.4, 0.46, 0.4, 0.4, 0.4]) == "Month 1 has stayed about 40%"
    assert one_age([0.46]) == "Month 1 was 46% in January 2024, 40% over all cohorts"


def test_other_measures_are_named_with_their_age():
    shown = Measured("repeat_by", "month")
    assert one_age([0.4] * 6, shown=shown) == (
        "Second order by month 1 has stayed about 40%"
    )


def pair_of(**changed) -> dict:
    return {
        "group": "web",
        "other": "Deal_site",
        "difference": 0.1,
        "low": 0.06,
        "high": 0.14,
        "adjusted_p_value": 0.01,
        **changed,
    }


def told(pair, measure="retention", names=("web", "Deal_site"), age="month 1"):
    shown = Measured(measure, "month")
    return said(groups_says.difference(pair, (shown, age), names, FORMATS))


def test_two_groups_that_differ_are_named_and_escaped():
    assert told(pair_of()) == (
        r"In month 1, 10 points more of web return than of Deal\_site (6 to 14)"
    )
    assert told(pair_of(difference=0.011, low=0.002, high=0.02), "repeat_by") == (
        r"By month 1, 1.1 points more of web reorder than of Deal\_site (0.2 to 2.0)"
    )
    money = pair_of(difference=12.34, low=9.87, high=15.0)
    assert told(money, "cumulative_revenue_per_customer") == (
        r"By month 1, web brings €12.30 more than Deal\_site (€9.87 to €15.00)"
    )


@pytest.mark.parametrize(
    ("group", "other", "word"),
    [("after", "before", "more"), ("before", "after", "fewer")],
)
def test_before_and_after_a_day(group, other, word):
    pair = pair_of(group=group, other=other)
    assert told(pair, names=("3 Mar 2025",) * 2) == (
        f"Since 3 Mar 2025, 10 points {word} return in month 1 than before (6 to 14)"
    )


def test_two_groups_within_chance_are_not_told_apart():
    pair = pair_of(adjusted_p_value=0.051)
    assert told(pair) == r"No clear difference between web and Deal\_site in month 1"
    assert told(pair, names=("3 Mar 2025",) * 2) == (
        "No clear difference in month 1 between before and after 3 Mar 2025"
    )
    assert told(None) == "Too few customers to compare groups in month 1"


@pytest.mark.parametrize("measure", groups.MEASURES)
@pytest.mark.parametrize("dated", [False, True])
def test_a_difference_is_told_in_eighty_characters(measure, dated):
    apart = {"difference": 0.203, "low": 0.154, "high": 0.252}
    if measure not in groups.SHARES:
        apart = {"difference": 50.52, "low": 43.89, "high": 57.15}
    names = (
        ("18 Sep 2025",) * 2 if dated else ("Ceremonial matcha", "Christmas gift tin")
    )
    group = "before" if dated else "Ceremonial matcha"
    assert len(told(pair_of(group=group, **apart), measure, names, "quarter 12")) <= 80


@pytest.mark.parametrize(
    ("p_values", "sentence"),
    [
        ([0.9, 0.2, 0.06], "None of 3 pairs of groups differs beyond chance"),
        ([0.9, 0.2, 0.05], "One of 3 pairs of groups differs beyond chance"),
        ([0.9, 0.0, 0.01], "2 of 3 pairs of groups differ beyond chance"),
    ],
)
def test_pairs_are_counted(p_values, sentence):
    pairs = pd.DataFrame({"adjusted_p_value": p_values})
    assert said(groups_says.told_apart(pairs, FORMATS)) == sentence


CURVE = pd.DataFrame({"days": [0, 60, 114, 200], "return_later": [0.8, 0.5, 0.2, 0.1]})


@pytest.mark.parametrize(
    ("source", "days", "moved", "sentence"),
    [
        (
            "data",
            114,
            None,
            "After 114 silent days only one customer in five still returns",
        ),
        ("data", 114, 60, "After 60 silent days 50% of customers still return"),
        (
            "capped",
            60,
            None,
            "A customer counts as lost after 60 silent days, half the span of the data",
        ),
        (
            "default",
            365,
            None,
            "Too few repeat orders for a window: 365 days are assumed",
        ),
    ],
)
def test_the_window(source, days, moved, sentence):
    found = ChurnWindow(days, source, CURVE if source != "default" else CURVE.iloc[:0])
    assert said(churn_says.window(found, FORMATS, moved)) == sentence


@pytest.mark.parametrize(
    ("days", "ending"),
    [(39, "39 days, far too early"), (110, "110 days, nearly the same")],
)
def test_finished_gaps_alone(days, ending):
    sentence = f"Counting only those who came back would have said {ending}"
    assert said(churn_says.gaps(days, 114, FORMATS)) == sentence
    assert said(churn_says.gaps(None, 114, FORMATS)) == "Nobody has come back yet"


def movement_of(nets: list[int], full: bool = True) -> pd.DataFrame:
    """Months from January 2026 with these nets, and one that is not over."""
    count = len(nets) + 1
    new = [max(net, 0) + 10 for net in nets] + [900]
    lost = [10 - min(net, 0) for net in nets] + [0]
    starts = pd.date_range("2026-01-01", periods=count, freq="MS")
    return pd.DataFrame(
        {
            "period_start": starts,
            "starting": 700,
            "new": new,
            "reactivated": 0,
            "lost": lost,
            "strict_retention_rate": 1 - np.array(lost) / 700,
            "retention_rate": 0.9,
            "full_start": full,
            "complete": [True] * len(nets) + [False],
        }
    )


@pytest.mark.parametrize(
    ("nets", "sentence"),
    [
        ([5, -8, -3, 19], "April 2026 won 19 customers net, after two months of loss"),
        ([-3, 19], "February 2026 won 19 customers net, after a month of loss"),
        ([4, 4, -1], "March 2026 lost one customer net, after two months of gain"),
        ([-1, 4, 4, 4, 4], "May 2026 won 4 customers net, the fourth month of gain"),
        ([-9, -9, -9], "March 2026 lost 9 customers net, the third month of loss"),
        ([7], "January 2026 won 7 customers net"),
        ([3, 0], "February 2026 won as many customers as it lost"),
        ([], "Customers won and lost by month"),
    ],
)
def test_movement_tells_the_last_finished_period_and_its_run(nets, sentence):
    assert said(churn_says.movement(movement_of(nets), FORMATS, "month")) == sentence


def test_movement_waits_for_a_full_window():
    frame = movement_of([5, 5], full=False)
    sentence = said(churn_says.movement(frame, FORMATS, "month"))
    assert sentence == "Customers won and lost by month"


@pytest.mark.parametrize(
    ("lost", "sentence"),
    [
        (100, "Six in seven active customers were kept in January 2026"),
        (350, "Half of the active customers were kept in January 2026"),
        (14, "98% of active customers were kept in January 2026"),
    ],
)
def test_the_rate_is_the_plainest_fraction_near_it(lost, sentence):
    frame = movement_of([0])
    frame.loc[0, "strict_retention_rate"] = 1 - lost / 700
    assert said(churn_says.rate(frame, FORMATS, "month")) == sentence


def test_the_rate_without_a_finished_period():
    frame = movement_of([])
    assert said(churn_says.rate(frame, FORMATS, "month")) == "Active customers kept"


def test_a_handful_of_active_customers_is_counted_and_not_made_a_rate():
    frame = movement_of([0]).assign(starting=12, lost=2)
    found = churn_says.rate(frame, FORMATS, "month")
    assert said(found).startswith("10 of 12 active customers were kept in ")


def test_half_of_those_who_come_back():
    curve = pd.DataFrame(
        {"days": range(5), "at_risk": 100, "returned": [0, 0.1, 0.2, 0.3, 0.4]}
    )
    assert said(churn_says.next_order(curve, FORMATS)) == (
        "Half of those who order a second time within 4 days do so within 2 days"
    )
    few = churn_says.next_order(curve.assign(at_risk=29), FORMATS)
    assert said(few) == "Too few customers to tell when the next order comes"
    nobody = curve.assign(returned=0.0)
    for none in (nobody, curve.iloc[:0]):
        sentence = said(churn_says.next_order(none, FORMATS))
        assert sentence == "Nobody has ordered a second time yet"


@pytest.mark.parametrize(
    ("finding", "sentence"),
    [
        (
            risk_says.risk(652, FORMATS),
            "652 customers count as active by the rule, "
            "yet are more likely gone than not",
        ),
        (
            risk_says.risk(1, FORMATS),
            "One customer counts as active by the rule, "
            "yet is more likely gone than not",
        ),
        (
            risk_says.risk(0, FORMATS),
            "No active customer is more likely gone than not",
        ),
        (
            forecast_says.forecast(146_123, 12, FORMATS),
            "The customers you have now should bring about €146,000 in the next "
            "twelve months",
        ),
        (
            forecast_says.forecast(146_123, 24, FORMATS),
            "The customers you have now should bring about €146,000 in the next "
            "24 months",
        ),
        (
            forecast_says.forecast(54_211, 12, FORMATS, 0.4),
            "The customers you have now should leave about €54,200 in twelve months, "
            "at 40%",
        ),
        (
            forecast_says.doubtful(-0.31, FORMATS),
            "Not to be relied on: tested on your own past, the forecast was 31% too "
            "low",
        ),
        (
            forecast_says.doubtful(0.4, FORMATS),
            "Not to be relied on: tested on your own past, the forecast was 40% too "
            "high",
        ),
    ],
)
def test_sentences_of_one_number(finding, sentence):
    assert said(finding) == sentence


def pairs_of(q_values: list[float]) -> pd.DataFrame:
    count = len(q_values)
    return pd.DataFrame(
        {
            "antecedent": ["Ceremonial matcha 30 g", "A"][:1] * count,
            "consequent": ["Bamboo whisk"] * count,
            "count": 10,
            "leverage": np.linspace(0.1, 0.01, count),
            "lift": 8.2,
            "q_value": q_values,
        }
    )


@pytest.mark.parametrize(
    ("real", "others", "sentence"),
    [
        (2, 323, "Two pairs go together beyond chance; 323 others may be chance"),
        (1, 1, "One pair goes together beyond chance; one other may be chance"),
        (12, 0, "12 pairs go together beyond chance"),
        (0, 1, "No pair goes together beyond chance"),
        (0, 0, "No pair goes together beyond chance"),
    ],
)
def test_pairs_counts_the_real_ones(real, others, sentence):
    assert said(baskets_says.pairs(real, others, FORMATS)) == sentence


def test_the_product_matrix_names_the_pair_that_stands_out():
    sentence = said(baskets_says.product_matrix(pairs_of([0.01]), FORMATS))
    assert sentence == (
        "Ceremonial matcha… and Bamboo whisk meet eight times as often as by chance"
    )
    near_two = baskets_says.product_matrix(pairs_of([0.01]).assign(lift=1.4), FORMATS)
    assert "1.4 times" in said(near_two).replace("\\", "")
    nothing = said(baskets_says.product_matrix(pairs_of([0.5]), FORMATS))
    assert nothing == "No pair goes together beyond chance"


def files_of(used: int, **others: int) -> pd.DataFrame:
    counts = dict.fromkeys(("repaired", "merged", "set_aside", "rejected"), 0) | others
    rows_in = counts.pop("rows_in", used + sum(counts.values()))
    return pd.DataFrame([{"rows_in": rows_in, "used": used, **counts}])


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        (
            files_of(38_211, merged=4_526),
            "Of 42,737 rows 89.4% are used as they stand, "
            "and no row is unaccounted for",
        ),
        (
            files_of(99_999, rejected=1),
            "Of 100,000 rows 99.9% are used as they stand, "
            "and no row is unaccounted for",
        ),
        (
            files_of(50),
            "Of 50 rows 100% are used as they stand, and no row is unaccounted for",
        ),
        (files_of(3, rows_in=5), "2 rows are unaccounted for"),
        (files_of(0), "The files hold no rows"),
    ],
)
def test_the_ledger_never_rounds_up_to_all(files, sentence):
    assert said(ledger_says.ledger(files, FORMATS)) == sentence


def test_what_is_not_finished_changes_no_sentence():
    cells = cells_of([[0.4, 0.3, 0.2, 0.2, 0.1]] * 5, size=300)
    done = cells[cells["complete"]]
    assert heatmap(cells) == heatmap(done)
    for frame in (cells, done):
        asked = (RETENTION, groups_says.age_named(RETENTION, 1, "month 1", FORMATS))
        at_age = measured_of(frame)
        at_age = at_age[at_age["period"] == 1]
        found = groups_says.age_over_time(at_age, 0.4, None, asked, FORMATS)
        assert said(found) == "Month 1 has stayed about 40%"
    frame = movement_of([5, -8, 19])
    short = frame[frame["complete"]]
    for finding in (churn_says.movement, churn_says.rate):
        assert said(finding(frame, FORMATS, "month")) == said(
            finding(short, FORMATS, "month")
        )
