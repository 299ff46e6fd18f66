"""The sample shop holds the stories that its README tells."""

from __future__ import annotations

import csv
import itertools
import json
import zipfile
from collections import Counter

import numpy as np
import pandas as pd
import pytest
from scipy.stats import false_discovery_control, hypergeom

from retention_core.samples import sample_files
from sample_data import campaigns as planted
from sample_data.catalogue import (
    BEANS,
    GIFT_TIN,
    GRINDER,
    MATCHA,
    MONTHLY_TEAS,
    PRODUCTS,
    STARTER_KIT,
    TOTE_BAG,
    WHISK,
)
from sample_data.draw import draw
from tests.conftest import SHARED, needs_shared

MAY_2026 = 2026 * 12 + 5
HEAD = ["Financial Status", "Source", "Tags"]


@pytest.fixture(scope="module")
def exports() -> tuple[pd.DataFrame, pd.DataFrame]:
    """The two order files, every cell as text."""
    older, newer = sample_files()[:2]
    return tuple(
        pd.read_csv(path, dtype=str, keep_default_na=False) for path in (older, newer)
    )


@pytest.fixture(scope="module")
def lines(exports) -> pd.DataFrame:
    """Every real order line once, as the newer file has it, blanks filled down."""
    older, newer = exports
    both = pd.concat([older[~older["Name"].isin(set(newer["Name"]))], newer])
    head = both[HEAD].replace("", None).groupby(both["Name"]).transform("first")
    found = both.assign(
        **head,
        email=both["Email"].str.lower(),
        product=both["Lineitem name"],
        day=pd.to_datetime(both["Created at"].str[:10]),
    )
    return found[found["Tags"].isna()]


@pytest.fixture(scope="module")
def orders(lines) -> pd.DataFrame:
    """One row a purchase of a known customer, with its cohort and age in months."""
    bought = lines[(lines["Financial Status"] != "refunded") & (lines["email"] != "")]
    one = bought.drop_duplicates("Name").sort_values("Created at")
    month = one["day"].dt.year * 12 + one["day"].dt.month
    by_customer = one.assign(month=month).groupby("email")
    return one.assign(
        month=month,
        cohort=by_customer["month"].transform("min"),
        channel=by_customer["Source"].transform("first"),
        first=by_customer["Name"].transform("first"),
    )


def retention(orders: pd.DataFrame, age: int) -> float:
    seen = orders[orders["cohort"] + age <= MAY_2026]
    active = seen[seen["month"] - seen["cohort"] == age]
    return active["email"].nunique() / seen["email"].nunique()


def baskets(lines: pd.DataFrame) -> list[frozenset[str]]:
    return list(lines.groupby("Name")["product"].agg(frozenset))


def test_the_files_stand_in_the_repository():
    assert [path.suffix for path in sample_files()] == [
        ".csv",
        ".csv",
        ".xlsx",
        ".xlsx",
        ".csv",
    ]
    assert sum(path.stat().st_size for path in sample_files()) < 12_000_000


def test_drawing_again_gives_the_same_files(tmp_path):
    draw(tmp_path)
    for path in sample_files():
        again = tmp_path / path.name
        if path.suffix == ".csv":
            assert again.read_bytes() == path.read_bytes()
        else:  # another zlib may pack the same sheets into other bytes
            assert _members(again) == _members(path)


def _members(path):
    with zipfile.ZipFile(path) as book:
        return {
            each.filename: (each.date_time, book.read(each)) for each in book.filelist
        }


@needs_shared
def test_the_header_is_shopifys():
    known = json.loads((SHARED / "ingest" / "headers.json").read_text("utf-8"))
    for path in sample_files()[:2]:
        with path.open(encoding="utf-8", newline="") as file:
            assert next(csv.reader(file)) == known["shopify_orders"]["columns"]


def test_size_of_the_shop(lines, orders):
    assert lines["Name"].nunique() == pytest.approx(15_000, rel=0.02)
    assert len(lines) == pytest.approx(32_000, rel=0.03)
    assert orders["email"].nunique() == pytest.approx(3_800, rel=0.01)
    assert lines["product"].nunique() == len(PRODUCTS) == 60
    assert len({product.category for product in PRODUCTS}) == 6
    assert lines["day"].min() == pd.Timestamp("2024-01-01")
    assert lines["day"].max() == pd.Timestamp("2026-06-18")


def test_continuation_rows_are_blank_as_shopifys_are(exports):
    for export in exports:
        later = export["Name"].duplicated()
        assert later.any()
        for column in ("Financial Status", "Currency", "Subtotal", "Source", "Id"):
            assert (export.loc[later, column] == "").all()
            assert (export.loc[~later, column] != "").all()
        assert (export["Created at"] != "").all()


def test_money_adds_up(exports):
    for export in exports:
        worth = export["Lineitem price"].astype(float) * export[
            "Lineitem quantity"
        ].astype(float)
        head = export[~export["Name"].duplicated()].set_index("Name")
        money = head[["Subtotal", "Discount Amount", "Shipping", "Total"]].astype(float)
        gross = worth.groupby(export["Name"]).sum().loc[head.index]
        paid = money["Subtotal"] + money["Discount Amount"]
        np.testing.assert_allclose(gross, paid, atol=0.001)
        np.testing.assert_allclose(
            money["Subtotal"] + money["Shipping"], money["Total"], atol=0.001
        )
        back = head["Refunded Amount"].astype(float)
        assert (back <= money["Total"] + 0.001).all()
        whole = head["Financial Status"] == "refunded"
        np.testing.assert_allclose(back[whole], money["Total"][whole], atol=0.001)


def test_files_overlap_in_june_2025_where_some_orders_were_refunded_later(exports):
    older, newer = exports
    common = set(older["Name"]) & set(newer["Name"])
    old, new = (
        each[each["Name"].isin(common)].reset_index(drop=True) for each in exports
    )
    assert set(old["Created at"].str[:7]) == {"2025-06"}
    differs = (old != new).any(axis=1)
    assert 5 <= differs.sum() <= 20
    assert set(old.columns[(old != new).any()]) == {
        "Financial Status",
        "Refunded Amount",
    }
    assert set(old.loc[differs, "Financial Status"]) == {"paid"}


def test_refunds_guests_tests_and_equal_lines(exports, lines):
    one = lines.drop_duplicates("Name")
    refunded = one["Financial Status"].isin(["refunded", "partially_refunded"])
    assert refunded.mean() == pytest.approx(0.02, abs=0.004)
    assert (one["email"] == "").mean() == pytest.approx(0.05, abs=0.005)
    tests = [export[export["Tags"] == "test"] for export in exports]
    assert len(set(pd.concat(tests)["Name"])) == 6
    again = lines.duplicated(["Name", "product", "Lineitem quantity"])
    assert again.sum() == 30


def test_shape_of_retention(orders):
    assert retention(orders, 1) == pytest.approx(0.40, abs=0.02)
    assert 0.13 <= retention(orders, 6) <= 0.18
    assert 0.08 <= retention(orders, 12) <= 0.11


@pytest.mark.parametrize("age", [1, 2, 3, 6])
def test_deal_site_customers_retain_half_as_well(orders, age):
    deal = orders["channel"] == "Deal site"
    ratio = retention(orders[deal], age) / retention(orders[~deal], age)
    assert 0.4 < ratio < 0.6


def test_starter_kit_customers_come_back_more(orders, lines):
    with_kit = set(lines.loc[lines["product"] == STARTER_KIT, "Name"])
    kit = orders["first"].isin(with_kit)
    assert retention(orders[kit], 1) > 1.3 * retention(orders[~kit], 1)


def test_whoever_ordered_in_the_delivery_crisis_came_back_less(orders):
    active = orders.groupby("month")["email"].agg(set)
    back = {
        month: len(active[month] & active[month + 1]) / len(active[month])
        for month in active.index[:-2]
    }
    crisis = 2025 * 12 + 3
    half_a_year_around = [
        share
        for month, share in back.items()
        if month != crisis and -2 <= month - crisis <= 6
    ]
    assert back[crisis] < 0.6 * min(half_a_year_around)


def test_december_2024_brought_buyers_of_one_gift(orders, lines):
    december = orders["cohort"] == 2024 * 12 + 12
    assert retention(orders[december], 6) < 0.5 * retention(orders[~december], 6)
    gifts = set(lines.loc[lines["product"] == GIFT_TIN, "Name"])
    first = orders[december].drop_duplicates("email")
    assert first["Name"].isin(gifts).mean() == pytest.approx(0.5, abs=0.1)
    givers = first.loc[first["Name"].isin(gifts), "email"]
    later = orders[orders["email"].isin(givers)].groupby("email")["Name"].nunique()
    assert (later == 1).mean() > 0.9


def test_monthly_teas_are_reordered_every_30_days(orders, lines):
    tea = lines[lines["product"].isin(MONTHLY_TEAS) & (lines["email"] != "")]
    days = tea.drop_duplicates(["Name", "product"]).sort_values("day")
    gaps = days.groupby(["email", "product"])["day"].diff().dt.days.dropna()
    assert gaps.median() == 30
    assert gaps.between(24, 36).mean() > 0.95
    assert days.groupby("email")["product"].nunique().max() == 1


def test_a_tote_bag_lies_in_every_second_basket(lines):
    with_tote = [TOTE_BAG in basket for basket in baskets(lines)]
    assert np.mean(with_tote) == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize("refunded", ["counted", "left out"])
def test_two_pairs_belong_together_and_no_other(lines, refunded):
    wanted = lines
    if refunded == "left out":
        wanted = lines[lines["Financial Status"] != "refunded"]
    sets = baskets(wanted)
    alone = Counter(itertools.chain.from_iterable(sets))
    both = Counter(
        pair for basket in sets for pair in itertools.combinations(sorted(basket), 2)
    )
    tested = [pair for pair, count in both.items() if count >= 5]
    p = [hypergeom.sf(both[a, b] - 1, len(sets), alone[a], alone[b]) for a, b in tested]
    q = dict(zip(tested, false_discovery_control(p), strict=True))
    real = {pair for pair, value in q.items() if value <= 0.05}
    assert real == {tuple(sorted((GRINDER, BEANS))), tuple(sorted((MATCHA, WHISK)))}
    assert min(value for pair, value in q.items() if pair not in real) > 0.1


def test_workbooks_join_to_the_orders(lines, orders):
    products, customers = (
        pd.read_excel(path, engine="calamine") for path in sample_files()[2:4]
    )
    assert set(products["Product"]) == set(lines["product"])
    assert set(products["SKU"]) == set(lines["Lineitem sku"])
    assert (products["Cost"] < products["Price"]).all()
    assert set(orders["email"]) <= set(customers["E-mail"])
    assert customers["E-mail"].str.fullmatch(r"[a-z.\d]+@example\.(com|org)").all()
    assert set(customers["Accepts marketing"]) == {"yes", "no"}


@pytest.fixture(scope="module")
def sent() -> pd.DataFrame:
    """Whom the shop wrote to, and whom not, as the file has it."""
    return pd.read_csv(sample_files()[4], dtype=str, keep_default_na=False)


def test_campaigns_reach_whom_they_are_for(sent, orders):
    assert [*sent.columns] == planted.HEADER
    assert not sent.duplicated(["Campaign", "Customer email"]).any()
    held_back = sent["Group"] == "Control"
    assert (held_back == (sent["Offer"] == "")).all()
    people = pd.read_excel(sample_files()[3], engine="calamine")
    agreed = people.loc[people["Accepts marketing"] == "yes", "E-mail"]
    assert set(sent["Customer email"]) <= set(agreed)
    missed = sent[sent["Campaign"] == planted.MISSED]
    earlier = orders[orders["day"] < planted.MISSED_ON].groupby("email")["day"].max()
    silent = (planted.MISSED_ON - earlier).dt.days
    least, most = planted.SILENT
    due = silent.index[(silent >= least) & (silent <= most)]
    assert set(missed["Customer email"]) == set(due) & set(agreed)


def test_the_voucher_works_and_the_newsletter_does_not(sent, orders):
    missed = sent[sent["Campaign"] == planted.MISSED]
    days = (orders["day"] - planted.MISSED_ON).dt.days
    inside = orders[(days >= 0) & (days < planted.WINDOW)]
    ordered = missed["Customer email"].isin(inside["email"])
    group = missed["Offer"].where(missed["Group"] != "Control", "Control")
    found = ordered.groupby(group).agg(["size", "sum"])
    assert found.loc[planted.VOUCHER].tolist() == [349, 54]
    assert found.loc[planted.NEWSLETTER].tolist() == [340, 16]
    assert found.loc[planted.CONTROL].tolist() == [243, 13]


def test_a_lot_drawn_after_the_orders_is_the_lot_planted():
    """Many draws: groups of the planted sizes, who answer as planted, alike before."""
    rng = np.random.default_rng(3)
    n, on = 3000, planted.MISSED_ON
    earlier = pd.DataFrame(
        {"customer": np.arange(n), "day": on - pd.Timedelta(days=40)}
    )
    often = earlier.iloc[: n // 2].assign(day=on - pd.Timedelta(days=60))
    # Half have ordered twice, and answer three times as often.
    answering = np.r_[0 : n * 3 // 20, n // 2 : n // 2 + n // 20]
    after = earlier.iloc[answering].assign(day=on + pd.Timedelta(days=29))
    bought = pd.concat([earlier, often, after], ignore_index=True)
    bought = bought.assign(status="paid", test=False)
    emails = [f"c{each}" for each in range(n)]
    known = pd.DataFrame({"email": emails, "consent": "yes"})
    parts = []
    for _ in range(40):
        found = planted.campaigns(rng, bought, known)
        parts.append(found[found["Campaign"] == planted.MISSED])
    drawn = pd.concat(parts)
    who = drawn["Customer email"].str[1:].astype(int)
    group = drawn["Offer"].where(drawn["Group"] != "Control", "Control")
    sizes = group.value_counts(normalize=True)
    assert sizes.to_dict() == pytest.approx(planted.GROUPS, abs=0.006)
    often_bought = (who < n // 2).groupby(group).mean()
    assert often_bought.to_numpy() == pytest.approx(0.5, abs=0.01)
    share = who.isin(answering).groupby(group).mean()
    # 20 % in all: 3/8 of the customers three times as often as the rest.
    plain = 0.2 / (0.625 + 3 * 0.375)
    assert share[planted.CONTROL] == pytest.approx(plain, abs=0.008)
    assert share[planted.NEWSLETTER] == pytest.approx(plain, abs=0.008)
    assert share[planted.VOUCHER] == pytest.approx(3 * plain, abs=0.01)
