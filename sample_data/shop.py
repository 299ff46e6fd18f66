"""Who buys, when they come back, and what lies in their baskets."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from sample_data.catalogue import (
    BEANS,
    GIFT_TIN,
    GRINDER,
    MATCHA,
    MONTHLY_TEAS,
    ONE_AT_A_TIME,
    PRODUCTS,
    STARTER_KIT,
    TOTE_BAG,
    TOTE_CHANCE,
    WHISK,
)

CENTURY = 36_525
LAST_DAY = np.datetime64("2026-06-18")
CRISIS = "2025-03"
GIFTS = "2024-12"
# New customers a month, January 2024 to June 2026: the first month has some who
# are old customers, the last one is not over.
NEW_CUSTOMERS = (
    *(182, 87, 101, 97, 97, 90, 87, 95, 113, 127, 158, 190),
    *(108, 108, 125, 121, 119, 111, 106, 114, 137, 153, 190, 229),
    *(130, 130, 149, 144, 140, 79),
)
CHANNELS = {
    "Search": 0.31,
    "Instagram": 0.22,
    "Market stall": 0.16,
    "Referral": 0.14,
    "Deal site": 0.17,
}
KIT_CHANCE = 0.2
GIFT_CHANCE = 0.5
# Customers buy much as the BG/NBD says (Fader, Hardie & Lee 2005), so that the models
# can forecast the shop: while they stay, by chance, each at a rate of their own, gamma
# over customers (shape, days), but not while the last order lasts; after every return
# they leave with a chance of their own, beta over customers. One order is enough for
# some, as in life, though not in the model.
RATE, LASTS = (3.0, 82.0), 7
ONE_IS_ENOUGH = 0.28
LEAVING = (0.72, 1.70)
# Loyalty divides the chance that one order is enough; it multiplies the shape of the
# rates, what keeps from leaving, and the chance of a tea habit.
WITH_KIT = 1.5
FROM_DEAL_SITE = 0.57
# The few with a habit: a tea by the calendar, left as the others leave.
TEA_CHANCE = 0.1
TEA_DAYS, TEA_SPREAD = 30, 2.0
TEA_LEAVING = (0.5, 2.2)
# Who orders in the crisis goes on with this chance; of the others some stay away for
# so many days, and some for good.
IN_CRISIS, WON_BACK, AWAY = 0.45, 0.3, (100, 170)
GUEST_ORDERS = 700
REPEAT_CHANNEL_STAYS = 0.65
PLANTED = {GRINDER: (BEANS, 0.60), MATCHA: (WHISK, 0.45)}


def customers(rng: np.random.Generator) -> pd.DataFrame:
    """One row a known customer, with the traits that decide what follows."""
    months = np.arange("2024-01", "2026-07", dtype="datetime64[M]")
    month = np.repeat(months, NEW_CUSTOMERS)
    start = month.astype("datetime64[D]")
    end = np.minimum((month + 1).astype("datetime64[D]"), LAST_DAY + 1)
    n = len(month)
    first = start + (rng.random(n) * (end - start).astype(int)).astype(int)
    gift = (month == np.datetime64(GIFTS)) & (rng.random(n) < GIFT_CHANCE)
    tea = rng.choice(MONTHLY_TEAS, n)
    channel = rng.choice(list(CHANNELS), n, p=list(CHANNELS.values()))
    kit = (rng.random(n) < KIT_CHANCE) & ~gift
    loyalty = np.where(kit, WITH_KIT, 1.0)
    loyalty *= np.where(channel == "Deal site", FROM_DEAL_SITE, 1.0)
    habit = (rng.random(n) < TEA_CHANCE * loyalty) & ~gift
    shape, days = RATE
    gone, kept = LEAVING
    once = gift | (rng.random(n) < ONE_IS_ENOUGH / loyalty)
    return pd.DataFrame(
        {
            "customer": np.arange(n),
            "first_day": first,
            "channel": channel,
            "gift": gift,
            "once": once,
            "kit": kit,
            "tea": np.where(habit, tea, ""),
            "mean_gap": days / rng.gamma(shape * loyalty),
            "leaving": np.where(
                habit, rng.beta(*TEA_LEAVING, n), rng.beta(gone, kept * loyalty)
            ),
        }
    )


def orders(rng: np.random.Generator, people: pd.DataFrame) -> pd.DataFrame:
    """One row an order, in the order of time; a guest's ``customer`` is -1."""
    rows = [row for person in people.itertuples() for row in _history(rng, person)]
    known = pd.DataFrame(rows, columns=["customer", "day", "first", "channel"])
    guests = pd.DataFrame(
        {
            "customer": -1,
            "day": rng.choice(known["day"], GUEST_ORDERS),
            "first": False,
            "channel": "Market stall",
        }
    )
    found = pd.concat([known, guests], ignore_index=True)
    seconds = rng.triangular(7 * 3600, 19 * 3600, 23 * 3600, len(found)).astype(int)
    found["ordered_at"] = found["day"].astype("datetime64[s]") + pd.to_timedelta(
        seconds, unit="s"
    )
    return found.sort_values(["ordered_at", "customer"], ignore_index=True)


def _history(
    rng: np.random.Generator,
    person: Any,  # noqa: ANN401 a row of `customers`
) -> list[tuple[int, np.datetime64, bool, str]]:
    """Every order of one customer."""
    day = np.datetime64(person.first_day, "D")
    found = [(person.customer, day, True, person.channel)]
    stays = not person.once
    while stays:
        stays, away = _after(rng, day)
        day = day + away + _gap(rng, person)
        if not stays or day > LAST_DAY:
            break
        moves = rng.random() > REPEAT_CHANNEL_STAYS
        channel = rng.choice(("Search", "Instagram")) if moves else person.channel
        found.append((person.customer, day, False, str(channel)))
        stays = rng.random() > person.leaving
    return found


def _after(rng: np.random.Generator, day: np.datetime64) -> tuple[bool, int]:
    """Whether an order of that day is followed by any, and the days lost to it."""
    late = day.astype("datetime64[M]") == np.datetime64(CRISIS)
    if not late or rng.random() < IN_CRISIS:
        return True, 0
    return rng.random() < WON_BACK, int(rng.integers(*AWAY))


def _gap(
    rng: np.random.Generator,
    person: Any,  # noqa: ANN401 a row of `customers`
) -> int:
    """Whole days to the next order, 1 or more, and finitely many."""
    if person.tea:
        return round(rng.normal(TEA_DAYS, TEA_SPREAD))
    return LASTS + math.ceil(min(rng.exponential(float(person.mean_gap)), CENTURY))


def lines(
    rng: np.random.Generator, bought: pd.DataFrame, people: pd.DataFrame
) -> pd.DataFrame:
    """One row an order line: ``order`` (its position), ``product``, ``quantity``.

    Products are drawn independently in every order, but for the two planted pairs,
    the customer's own monthly tea, the kit of a first order and the gift tin.
    """
    named = {product.name: number for number, product in enumerate(PRODUCTS)}
    owner = people.reindex(bought["customer"]).reset_index(drop=True)
    fixed = np.zeros((len(bought), len(PRODUCTS)), dtype=bool)
    first = bought["first"].to_numpy()
    for tea in MONTHLY_TEAS:  # found after a first order: whoever has it, came back
        fixed[:, named[tea]] = ~first & owner["tea"].eq(tea)
    fixed[:, named[STARTER_KIT]] = first & owner["kit"].eq(True)
    fixed[:, named[GIFT_TIN]] = first & owner["gift"].eq(True)
    basket = fixed | _drawn(rng, len(bought), named)
    while (empty := ~basket.any(axis=1)).any():
        basket[empty] = _drawn(rng, int(empty.sum()), named)
    basket[:, named[TOTE_BAG]] = rng.random(len(bought)) < TOTE_CHANCE
    order, product = np.nonzero(basket)
    quantity = 1 + rng.choice(3, len(order), p=(0.84, 0.13, 0.03))
    single = np.array(
        [p.category in ONE_AT_A_TIME or p.name in MONTHLY_TEAS for p in PRODUCTS]
    )
    quantity = np.where(single[product], 1, quantity)
    return pd.DataFrame({"order": order, "product": product, "quantity": quantity})


def _drawn(rng: np.random.Generator, n: int, named: dict[str, int]) -> np.ndarray:
    chance = np.array([product.chance for product in PRODUCTS])
    basket = rng.random((n, len(PRODUCTS))) < chance
    for one, (other, with_it) in PLANTED.items():
        together = basket[:, named[one]] & (rng.random(n) < with_it)
        basket[:, named[other]] |= together
    return basket
