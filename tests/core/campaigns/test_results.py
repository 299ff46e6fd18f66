"""What the contacted bought more than those held back, against plain pandas."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retention_core import campaigns
from tests.conftest import orders_of
from tests.core.campaigns.by_hand import answers, day, random_campaigns, with_contacts

DAYS = 30


@pytest.fixture(scope="module", params=[1, 2])
def shop(request):
    orders, contacts = random_campaigns(request.param)
    return orders, contacts, answers(orders, contacts, DAYS)


def sides(rows, offer):
    given_it = rows[~rows["control"] & (rows["offer"] == offer)]
    control = rows[rows["control"] & ((rows["offer"] == offer) | rows["offer"].isna())]
    return given_it, control


def test_every_row_against_pandas(shop):
    orders, contacts, each = shop
    found = campaigns.results(orders, days=DAYS).set_index(["campaign", "offer"])
    assert {*found.index} == {
        (campaign, offer)
        for campaign in ("spring", "summer", "late")
        for offer in ("voucher", "letter")
    }
    for (campaign, offer), row in found.iterrows():
        rows = each[each["campaign"] == campaign]
        both = sides(rows, offer)
        known = [side[(side["earlier"] > 0) & side["over"]] for side in both]
        days = {*known[0]["contacted_on"]} & {*known[1]["contacted_on"]}
        one, other = (side[side["contacted_on"].isin(days)] for side in known)
        assert (row["contacted"], row["control"]) == (len(one), len(other))
        assert row["buyers"] == one["bought"].sum()
        assert row["control_buyers"] == other["bought"].sum()
        assert row["share"] == pytest.approx(one["bought"].mean(), nan_ok=True)
        assert row["revenue"] == pytest.approx(one["money"].mean(), nan_ok=True)
        # Each day of the control counts as much as the day of the contacted.
        weights = one.groupby("contacted_on").size() / max(len(one), 1)
        for name, column in (("control_share", "bought"), ("control_revenue", "money")):
            by_day = other.groupby("contacted_on")[column].mean()
            expected = (by_day * weights).sum() if len(one) else np.nan
            assert row[name] == pytest.approx(expected, nan_ok=True)
        early = [side[(side["earlier"] > 0) & ~side["over"]] for side in both]
        assert (row["waiting"], row["control_waiting"]) == tuple(map(len, early))
        assert row["without_purchase"] == sum((s["earlier"] == 0).sum() for s in both)
        assert row["unmatched"] == len(known[0]) - len(one)
        assert row["control_unmatched"] == len(known[1]) - len(other)
        assert row["contacted_on"] == pd.concat(both)["contacted_on"].min()
        assert row["control_contacted"] == reached(contacts, both[1])


def reached(contacts, control):
    """Control customers with any real contact from the draw on, within the window."""
    real = contacts[~contacts["control"]]
    days = pd.to_datetime(real["contacted_on"])
    return sum(
        (
            (real["customer_id"] == row.customer_id)
            & (days >= row.contacted_on)
            & (days < row.contacted_on + pd.Timedelta(days=DAYS))
        ).any()
        for row in control.itertuples()
    )


def test_differences_lie_in_their_intervals_and_verdicts_follow(shop):
    found = campaigns.results(shop[0], days=DAYS)
    known = found[found["uplift"].notna()]
    assert len(known)
    np.testing.assert_allclose(known["uplift"], known["share"] - known["control_share"])
    assert (known["low"] < known["uplift"]).all()
    assert (known["uplift"] < known["high"]).all()
    assert (known["adjusted_p_value"] >= known["p_value"]).all()
    assert (known["detectable"].fillna(1) > 0).all()
    rest = found[found["uplift"].isna()]
    assert set(rest["verdict"]) <= {"too_early", "no_control"}


def campaign(uplift, size=400, control=200, base=0.1, *, at=100, as_of=199):
    """One campaign: all bought on day 0; some answer on the day of the contact."""
    rows, contacts = [], []
    for n in range(size + control):
        held_back = n >= size
        place = n - size if held_back else n
        answers_it = place < round(
            (base if held_back else base + uplift) * (control if held_back else size)
        )
        rows.append((f"{n}-0", f"c{n}", f"{day(0)} 12:00", 20.0))
        if answers_it:
            rows.append((f"{n}-1", f"c{n}", f"{day(at)} 12:00", 50.0))
        contacts.append(("spring", f"c{n}", day(at), held_back, "voucher"))
    return orders_of(rows, as_of=day(as_of)), contacts


@pytest.mark.parametrize(
    ("uplift", "verdict"), [(0.12, "more"), (-0.09, "less"), (0.0, "too_few")]
)
def test_an_answer_on_the_very_day_counts(uplift, verdict):
    orders, contacts = campaign(uplift)
    row = campaigns.results(with_contacts(orders, contacts), days=DAYS).iloc[0]
    assert row["verdict"] == row["revenue_verdict"] == verdict
    assert row["uplift"] == pytest.approx(uplift)
    assert row["revenue_uplift"] == pytest.approx(50 * uplift)
    assert row["alike"]
    assert row["list"] == "lost"


def test_a_window_that_is_not_over_is_in_no_figure():
    orders, contacts = campaign(0.12, at=100, as_of=100 + DAYS - 1)
    assert campaigns.results(with_contacts(orders, contacts))["verdict"][0] == "more"
    orders, contacts = campaign(0.12, at=100, as_of=100 + DAYS - 2)
    row = campaigns.results(with_contacts(orders, contacts), days=DAYS).iloc[0]
    assert row["verdict"] == row["revenue_verdict"] == "too_early"
    assert (row["contacted"], row["control"]) == (0, 0)
    assert (row["waiting"], row["control_waiting"]) == (400, 200)
    assert row["complete_on"] == pd.Timestamp(day(100 + DAYS - 1))
    assert row[["share", "uplift", "low", "revenue", "detectable"]].isna().all()


def test_without_a_control_group_nobody_can_tell():
    orders, contacts = campaign(0.12)
    contacts = [row for row in contacts if not row[3]]
    row = campaigns.results(with_contacts(orders, contacts), days=DAYS).iloc[0]
    assert row["verdict"] == "no_control"
    assert row["contacted"] == 400
    assert row["share"] == pytest.approx(0.22)
    assert row["revenue"] == pytest.approx(11.0)
    assert row[["uplift", "low", "high", "revenue_uplift"]].isna().all()


def test_a_control_of_another_day_is_no_control():
    orders, contacts = campaign(0.12)
    moved = [(*row[:2], day(101), *row[3:]) if row[3] else row for row in contacts]
    row = campaigns.results(with_contacts(orders, moved), days=DAYS).iloc[0]
    assert row["verdict"] == "no_control"
    assert row["contacted"] == 400


def test_waves_with_other_shares_held_back_make_no_effect():
    """Simpson: in wave two all buy more, and few are held back; nothing worked."""
    rows, contacts, n = [], [], 0
    for at, size, held_back, buying in ((50, 200, 200, 0.1), (90, 360, 40, 0.5)):
        for place in range(size + held_back):
            control = place >= size
            rank = (place - size) / held_back if control else place / size
            rows.append((f"{n}-0", f"c{n}", f"{day(0)} 12:00", 20.0))
            if rank < buying:
                rows.append((f"{n}-1", f"c{n}", f"{day(at + 3)} 12:00", 50.0))
            contacts.append(("spring", f"c{n}", day(at), control, None))
            n += 1
    orders = with_contacts(orders_of(rows, as_of=day(199)), contacts)
    row = campaigns.results(orders, days=DAYS).iloc[0]
    assert row["uplift"] == pytest.approx(0, abs=1e-12)
    assert row["verdict"] == "too_few"
    assert row["buyers"] / row["contacted"] > row["control_buyers"] / row["control"]


def test_groups_that_differed_before_were_not_drawn_by_lot():
    orders, contacts = campaign(0.0)
    better = [(f"x{n}", f"c{n}", f"{day(1)} 12:00", 500.0) for n in range(300)]
    lines = orders.run(orders.table)[
        ["order_id", "customer_id", "ordered_at", "amount"]
    ]
    more = pd.DataFrame(better, columns=lines.columns)
    both = orders_of(
        pd.concat([lines, more]).assign(
            ordered_at=lambda rows: pd.to_datetime(rows["ordered_at"], format="mixed")
        ),
        as_of=day(199),
    )
    row = campaigns.results(with_contacts(both, contacts), days=DAYS).iloc[0]
    assert not row["alike"]


def test_many_campaigns_make_no_effect_clear_that_one_alone_would_be():
    orders, contacts = campaign(0.065)
    alone = campaigns.results(with_contacts(orders, contacts), days=DAYS)
    assert alone["verdict"][0] == "more"
    copies = [(f"try {n}", *row[1:]) for n in range(5) for row in contacts]
    # The same campaign five times over: each as clear alone, none among five.
    found = campaigns.results(with_contacts(orders, copies), days=DAYS)
    assert (found["p_value"] == alone["p_value"][0]).all()
    assert (found["verdict"] == "too_few").all()


def test_the_first_contact_of_a_campaign_counts():
    orders, contacts = campaign(0.0, size=40, control=20)
    again = [("spring", f"c{n}", day(101), False, "voucher") for n in range(60)]
    found = campaigns.results(with_contacts(orders, contacts + again), days=DAYS)
    assert (found["contacted"][0], found["control"][0]) == (40, 20)
    assert found["control_contacted"][0] == 20


def test_a_shop_without_contacts_has_no_campaigns(eight):
    for asked in (campaigns.results, campaigns.offers, campaigns.pressure):
        assert asked(eight, days=DAYS).empty
        assert asked(with_contacts(eight, []), days=DAYS).empty
    found = campaigns.for_whom(eight, campaign="spring", by="silence", days=DAYS)
    assert found.empty


@settings(max_examples=4)
@given(seed=st.integers(0, 10**6))
def test_laws_of_any_mess(seed):
    orders, _ = random_campaigns(seed, customers=25)
    found = campaigns.results(orders, days=DAYS)
    assert (found["buyers"] <= found["contacted"]).all()
    assert (found["control_buyers"] <= found["control"]).all()
    assert found["verdict"].isin(campaigns.VERDICTS).all()
    known = found[found["uplift"].notna()]
    assert ((known["low"] >= -1) & (known["high"] <= 1)).all()
    pd.testing.assert_frame_equal(found, campaigns.results(orders, days=DAYS))
