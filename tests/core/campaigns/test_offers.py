"""Offers beside each other, and for whom they worked, against plain pandas."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from retention_core import campaigns
from tests.conftest import orders_of
from tests.core.campaigns.by_hand import answers, day, random_campaigns, with_contacts

DAYS = 30


def shop_of(shares: dict[tuple[str, str, bool], float], size=300, *, apart=False):
    """A campaign: group of customer, offer, held back → share of buyers."""
    rows, contacts = [], []
    for number, ((kind, offer, control), share) in enumerate(shares.items()):
        for n in range(size):
            who = f"{kind}-{number}-{n}"
            first = 1 if kind == "once" else 2
            rows += [(f"{who}-{k}", who, f"{day(k)} 12:00", 20.0) for k in range(first)]
            if n < round(share * size):
                rows.append((f"{who}-x", who, f"{day(60 + n % 29)} 12:00", 40.0))
            at = day(60 + number) if apart else day(60)
            contacts.append(("spring", who, at, control, offer))
    return with_contacts(orders_of(rows, as_of=day(199)), contacts)


def test_offers_against_pandas():
    orders, contacts = random_campaigns(3)
    each = answers(orders, contacts, DAYS)
    known = each[(each["earlier"] > 0) & each["over"] & ~each["control"]]
    found = campaigns.offers(orders, days=DAYS).set_index("campaign")
    assert {*found.index} == {"spring", "summer", "late"}
    for campaign, row in found.iterrows():
        rows = known[known["campaign"] == campaign]
        one, other = (rows[rows["offer"] == name] for name in ("letter", "voucher"))
        assert (row["offer"], row["other"]) == ("letter", "voucher")
        assert (row["customers"], row["other_customers"]) == (len(one), len(other))
        assert (row["buyers"], row["other_buyers"]) == (
            one["bought"].sum(),
            other["bought"].sum(),
        )
        assert row["revenue"] == pytest.approx(one["money"].mean())
        assert row["difference"] == pytest.approx(row["share"] - row["other_share"])
        assert row["low"] < row["difference"] < row["high"]


def test_the_better_offer_is_called_so():
    shares = {("once", "voucher", False): 0.25, ("once", "letter", False): 0.1}
    row = campaigns.offers(shop_of(shares), days=DAYS).iloc[0]
    assert (row["offer"], row["other"], row["verdict"]) == ("letter", "voucher", "less")
    assert row["revenue_difference"] == pytest.approx(-6.0)
    assert row["revenue_verdict"] == "less"
    same = dict.fromkeys(shares, 0.2)
    assert campaigns.offers(shop_of(same), days=DAYS)["verdict"][0] == "too_few"
    row = campaigns.offers(shop_of(shares, apart=True), days=DAYS).iloc[0]
    assert row["verdict"] == "apart"
    assert np.isnan(row["difference"])
    early = shop_of(shares).until(day(61))
    assert campaigns.offers(early, days=DAYS)["verdict"][0] == "too_early"


def test_groups_against_pandas():
    orders, contacts = random_campaigns(4)
    each = answers(orders, contacts, DAYS)
    known = each[(each["earlier"] > 0) & each["over"] & (each["campaign"] == "summer")]
    edges = known["earlier_revenue"].quantile([0.25, 0.5, 0.75])
    group = sum((known["earlier_revenue"] > edge).astype(int) for edge in edges) + 1
    found = campaigns.for_whom(
        orders, campaign="summer", by="earlier_revenue", days=DAYS
    )
    assert set(found["group"]) == {"1", "2", "3", "4"}
    for row in found.itertuples():
        rows = known[group == int(row.group)]
        assert row.from_value == rows["earlier_revenue"].min()
        assert row.to_value == rows["earlier_revenue"].max()
        one = rows[~rows["control"] & (rows["offer"] == row.offer)]
        control = rows["control"] & (
            (rows["offer"] == row.offer) | rows["offer"].isna()
        )
        other = rows[control]
        days = {*one["contacted_on"]} & {*other["contacted_on"]}
        one, other = (side[side["contacted_on"].isin(days)] for side in (one, other))
        assert (row.contacted, row.control) == (len(one), len(other))
        assert (row.buyers, row.control_buyers) == (
            one["bought"].sum(),
            other["bought"].sum(),
        )


def test_for_whom_it_worked_is_said_and_for_whom_not():
    shares = {
        ("once", "voucher", False): 0.1,
        ("once", "voucher", True): 0.1,
        ("often", "voucher", False): 0.4,
        ("often", "voucher", True): 0.1,
    }
    found = campaigns.for_whom(
        shop_of(shares), campaign="spring", by=["earlier_orders", "silence"], days=DAYS
    )
    orders_made = found[found["by"] == "earlier_orders"].set_index("group")
    assert orders_made["verdict"].to_dict() == {"1": "less", "2": "more"}
    assert orders_made["uplift"].to_numpy() == pytest.approx([0.0, 0.3])
    assert orders_made["rest_uplift"].to_numpy() == pytest.approx([0.3, 0.0])
    assert (orders_made["against"] == "control").all()
    # Everybody gains the same: nothing to say, however large the gain.
    even = {key: 0.3 if not key[2] else 0.1 for key in shares}
    found = campaigns.for_whom(
        shop_of(even), campaign="spring", by="earlier_orders", days=DAYS
    )
    assert (found["verdict"] == "same").all()
    assert (found["interaction_p_value"] > 0.9).all()


def test_without_a_control_offers_are_held_beside_each_other():
    shares = {
        ("once", "voucher", False): 0.1,
        ("once", "letter", False): 0.1,
        ("often", "voucher", False): 0.4,
        ("often", "letter", False): 0.1,
    }
    found = campaigns.for_whom(
        shop_of(shares), campaign="spring", by="earlier_orders", days=DAYS
    )
    assert (found["against"] == "offers").all()
    of_voucher = found[found["offer"] == "voucher"].set_index("group")
    assert of_voucher["verdict"].to_dict() == {"1": "less", "2": "more"}
    one = {("once", "voucher", False): 0.1, ("often", "voucher", False): 0.4}
    found = campaigns.for_whom(
        shop_of(one), campaign="spring", by="earlier_orders", days=DAYS
    )
    assert (found["verdict"] == "no_control").all()
    assert found["uplift"].isna().all()


def test_small_groups_are_in_no_test():
    shares = {("once", "voucher", False): 0.5, ("once", "voucher", True): 0.1}
    found = campaigns.for_whom(
        shop_of(shares, size=29), campaign="spring", by="earlier_orders", days=DAYS
    )
    assert (found["verdict"] == "too_few").all()
    early = shop_of(shares).until(day(61))
    found = campaigns.for_whom(early, campaign="spring", by="silence", days=DAYS)
    assert found.empty or (found["verdict"] == "too_early").all()


def test_a_dimension_of_the_orders_parts_customers_too():
    orders = shop_of({("once", "a", False): 0.2, ("once", "a", True): 0.1})
    lines = orders.run(orders.table)[
        ["order_id", "customer_id", "ordered_at", "amount"]
    ]
    lines["channel"] = np.where(lines["customer_id"].str[-1] < "5", "web", "shop")
    contacts = orders.run(orders.contacts)
    told = contacts[["campaign", "customer_id", "contacted_on", "control", "offer"]]
    both = with_contacts(orders_of(lines, as_of=day(199)), told)
    found = campaigns.for_whom(both, campaign="spring", by="channel", days=DAYS)
    assert found["group"].tolist() == ["shop", "web"]
    assert found["from_value"].isna().all()
    assert found["contacted"].sum() == found["control"].sum() == 300
    assert isinstance(found, pd.DataFrame)
