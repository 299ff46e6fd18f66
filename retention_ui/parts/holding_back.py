"""How many to hold back, so that one can tell afterwards whether it worked."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from retention_core import campaigns
from retention_core.campaigns.power import detectable
from retention_ui import blocks, inputs, state
from retention_ui.questions.handing_out import DAYS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from retention_core.campaigns import Suggestion
    from retention_ui.page import Page
    from retention_ui.questions.handing_out import Plan

NAME = "handing_out"
NOBODY, SUGGESTED = "none", "suggested"
SHARES = {"tenth": 0.1, "fifth": 0.2, "half": 0.5}
EFFECT = 5
# Of customers whose past says nothing of how many buy anyway: the least that is seen
# at one half is not seen at any other rate.
UNKNOWN_RATE = 0.5
LEAST = 2


def share(page: Page, plan: Plan) -> float:
    """Let the user choose which share of the customers is held back, 0-0.5.

    What so many can show is said below it.
    """
    if plan.customers < LEAST:
        return 0.0
    known = not math.isnan(plan.base_rate)
    rate = plan.base_rate if known else UNKNOWN_RATE
    scope = inputs.Scope(NAME, page.texts)
    with blocks.controls():
        effect = inputs.number(scope, "effect", EFFECT, (1, 50), width=240) / 100
        found = campaigns.suggest(plan.customers, rate, smallest_effect=effect)
        chosen = _chosen(page, scope, plan, found)
    blocks.note(_said(page, plan, rate if known else None, effect, found))
    held = SHARES.get(chosen, found.share if chosen == SUGGESTED else 0.0)
    blocks.note(_can_show(page, plan.customers, held, rate))
    return held


def size(customers: int, held: float) -> int:
    """Return how many a share is, as ``campaigns.split`` draws them."""
    return math.floor(customers * held + 0.5)


def _chosen(page: Page, scope: inputs.Scope, plan: Plan, found: Suggestion) -> str:
    """Let the user choose: as suggested where that is enough, else nobody."""
    shares: Mapping[str, float] = SHARES
    if found.enough:
        shares = {SUGGESTED: found.share, **SHARES}
    names = {NOBODY: scope.option("hold", NOBODY)}
    for name, part in shares.items():
        n = page.formats.count(size(plan.customers, part))
        names[name] = page.texts(f"{NAME}.hold.{name}", n=n)
    default = SUGGESTED if found.enough else NOBODY
    key = scope.key("hold")
    if state.widget(key) is not None and state.widget(key) not in names:
        state.set_widget(key, default)
    return inputs.choice(scope, "hold", list(names), default, names=names, width=240)


def _said(
    page: Page, plan: Plan, rate: float | None, effect: float, found: Suggestion
) -> str:
    """Say how many would buy anyway, and how many it takes to see the difference."""
    formats = page.formats
    fields = {
        "n": formats.count(plan.customers),
        "effect": formats.ratio(100 * effect, 0),
        "control": formats.count(found.control),
        "days": formats.days(DAYS),
    }
    anyway = page.texts(f"{NAME}.no_rate", **fields)
    if rate is not None:
        share = formats.share(rate, 1 if rate < SHARES["tenth"] else 0)
        anyway = page.texts(f"{NAME}.rate", share=share, **fields)
    enough = "enough" if found.enough else "too_few"
    return f"{anyway} {page.texts(f'{NAME}.{enough}', **fields)}"


def _can_show(page: Page, customers: int, held: float, rate: float) -> str:
    """Say which difference so many can show; or that nobody will know."""
    control = size(customers, held)
    if not control:
        return page.texts(f"{NAME}.nobody_held")
    least = detectable(customers - control, control, rate)
    key = "nothing_seen" if math.isnan(least) else "seen"
    return page.texts(
        f"{NAME}.{key}",
        n=page.formats.count(customers),
        control=page.formats.count(control),
        contacted=page.formats.count(customers - control),
        points=page.formats.ratio(100 * least, 1 if least < SHARES["tenth"] else 0),
    )
