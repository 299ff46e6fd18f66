"""Whom the shop wrote to: three campaigns, drawn after the fact by Bayes' rule.

The orders are drawn before, and know of no campaign. A customer's group is then drawn
given whether they ordered in the window: P(group | ordered) is proportional to
P(group) · P(ordered | group). Groups and orders together are thus distributed exactly
as if the groups had been drawn first and the voucher had worked, in each part of the
customers who were alike before.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

WINDOW = 30
MISSED = "We miss you"
MISSED_ON = pd.Timestamp("2026-01-12")
SILENT = (30, 365)
VOUCHER, NEWSLETTER, CONTROL = "Voucher for a free tea", "Newsletter", "Control"
GROUPS = {VOUCHER: 0.375, NEWSLETTER: 0.375, CONTROL: 0.25}
WORKS = {VOUCHER: 3.0, NEWSLETTER: 1.0, CONTROL: 1.0}
"""How many times as likely as otherwise the customers of a group order."""
ALIKE = {"silent": (44, 89), "orders": (1, 4)}
"""Where parts of customers end who were alike before the campaign."""
SMALL, SMALL_ON, SMALL_SIZE, SMALL_CONTROL = "Easter", "2026-03-23", 80, 0.5
LATE, LATE_ON, LATE_SIZE, LATE_CONTROL = "Summer iced tea", "2026-06-08", 500, 0.2
HEADER = ["Campaign", "Customer email", "Sent on", "Offer", "Group"]


def campaigns(
    rng: np.random.Generator, bought: pd.DataFrame, known: pd.DataFrame
) -> pd.DataFrame:
    """A row a customer written to or held back, in the order of ``known``.

    ``bought`` has one row an order with ``customer, day, status, test``, ``known`` one
    a customer with ``email, consent``. Only who agreed is in a campaign.
    """
    real = bought[(bought["status"] != "refunded") & ~bought["test"]]
    real = real[real["customer"] >= 0]
    agreed = known.index[known["consent"] == "yes"]
    parts = [
        _missed(rng, real, agreed),
        _drawn_by_lot(rng, real, agreed, SMALL, SMALL_ON),
        _drawn_by_lot(rng, real, agreed, LATE, LATE_ON),
    ]
    found = pd.concat(parts, ignore_index=True)
    held_back = found["group"] == CONTROL
    return pd.DataFrame(
        {
            "Campaign": found["campaign"],
            "Customer email": known["email"].loc[found["customer"]].to_numpy(),
            "Sent on": pd.to_datetime(found["on"]).dt.strftime("%Y-%m-%d"),
            "Offer": found["group"].where(~held_back, ""),
            "Group": np.where(held_back, CONTROL, "Contacted"),
        }
    )[HEADER]


def before(real: pd.DataFrame, agreed: pd.Index, on: pd.Timestamp) -> pd.DataFrame:
    """Customers with an order before a day: ``silent`` (days) and ``orders``."""
    own = real[(real["day"] < on) & real["customer"].isin(agreed)]
    found = own.groupby("customer")["day"].agg(last="max", orders="size")
    return found.assign(silent=(on - found["last"]).dt.days)


def _missed(
    rng: np.random.Generator, real: pd.DataFrame, agreed: pd.Index
) -> pd.DataFrame:
    """Who was silent from a month to a year: a voucher, a newsletter, or nothing."""
    people = before(real, agreed, MISSED_ON)
    people = people[people["silent"].between(*SILENT)]
    until = MISSED_ON + pd.Timedelta(days=WINDOW)
    inside = real[(real["day"] >= MISSED_ON) & (real["day"] < until)]
    ordered = people.index.isin(inside["customer"])
    cells = [np.digitize(people[name], ends, True) for name, ends in ALIKE.items()]
    share = pd.Series(ordered).groupby(cells).transform("mean").to_numpy(float)
    lot, chance = np.array([*GROUPS.values()]), np.array([*WORKS.values()])
    # In each part the groups together order as often as that part did.
    if_drawn = np.minimum(share[:, None] * chance / (lot @ chance), 1.0)
    weight = lot * np.where(ordered[:, None], if_drawn, 1 - if_drawn)
    up_to = np.cumsum(weight / weight.sum(axis=1, keepdims=True), axis=1)
    drawn = (rng.random(len(people))[:, None] > up_to[:, :-1]).sum(axis=1)
    return pd.DataFrame(
        {
            "campaign": MISSED,
            "customer": people.index,
            "on": MISSED_ON,
            "group": np.array([*GROUPS])[drawn],
        }
    )


def _drawn_by_lot(
    rng: np.random.Generator,
    real: pd.DataFrame,
    agreed: pd.Index,
    campaign: str,
    on: str,
) -> pd.DataFrame:
    """A campaign that did nothing (yet): who got it has nothing to do with orders."""
    size, control, offer = {
        SMALL: (SMALL_SIZE, SMALL_CONTROL, NEWSLETTER),
        LATE: (LATE_SIZE, LATE_CONTROL, VOUCHER),
    }[campaign]
    people = before(real, agreed, pd.Timestamp(on))
    recent = people.index[people["silent"] <= SILENT[1]]
    chosen = np.sort(rng.choice(recent, size, replace=False))
    held_back = rng.permutation(size) < round(control * size)
    return pd.DataFrame(
        {
            "campaign": campaign,
            "customer": chosen,
            "on": pd.Timestamp(on),
            "group": np.where(held_back, CONTROL, offer),
        }
    )
