"""What a new customer is worth, whom to buy more of, and what cohorts come to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retention_core.intervals import CLEAR
from retention_ui.figures.frames import Row, records
from retention_ui.findings.finding import Finding, named

if TYPE_CHECKING:
    import pandas as pd

    from retention_core.clv.maturing import Reached, Younger
    from retention_core.clv.newcomers import Newcomer, Payback
    from retention_ui.formats import Formats

FAR_OFF = 0.2
BOTH_NAMES = 27
MOST_NAMES = 4


def worth(
    found: Newcomer,
    paid: Payback | None,
    reached: Reached | None,
    formats: Formats,
) -> Finding:
    """What a new customer should be worth, and when what one cost is earned back.

    Where those who are old enough to have shown it brought something quite different,
    that is what is said.
    """
    months = found.terms.months
    fields: dict[str, str | Finding] = {
        "amount": formats.money(found.value, "about"),
        "span": span(months, formats),
    }
    if reached is not None and doubtful(found, reached):
        fields["paid"] = formats.money(reached.value, "about")
        return Finding("newcomers.doubt", fields)
    if paid is None:
        key = "worth" if found.terms.margin == 1 else "left"
        return Finding(f"newcomers.{key}", fields)
    fields["cost"] = formats.money(paid.cost)
    if paid.month is None:
        return Finding("newcomers.never", fields)
    if paid.month == 0:
        return Finding("newcomers.at_once", fields)
    fields["month"] = formats.count(paid.month)
    return Finding("newcomers.earned_back", fields)


def doubtful(found: Newcomer, reached: Reached) -> bool:
    """Whether what was really brought is far from what the model expects, and surely.

    Far: more than a fifth, and the intervals do not meet.
    """
    last = found.monthly.iloc[-1]
    apart = reached.high < last["low"] or reached.low > last["high"]
    return bool(apart and abs(reached.value / found.value - 1) > FAR_OFF)


def groups(frame: pd.DataFrame, dimension: str, formats: Formats) -> Finding:
    """What new customers of the groups that stand out are worth.

    ``frame`` has ``group`` (its name) and what ``Worths.groups`` has; ``dimension`` is
    the name of what parts the customers.
    """
    if frame.empty:
        return Finding("newcomers.groups_few")
    rows = records(frame)
    over, under = above(frame), below(frame)
    if over and under:
        pair = (over[0], under[-1])
        return _two(pair, formats)
    if over:
        return _one("groups_above", over[0], formats)
    if under:
        return _one("groups_below", under[-1], formats)
    if len(rows) == 1:
        only = named(rows[0]["group"], 30, formats)
        return Finding("newcomers.groups_one", {"group": only})
    return Finding("newcomers.groups_none", {"dimension": dimension})


def buy_more(frame: pd.DataFrame, cost: float | None, formats: Formats) -> Finding:
    """Which customers to buy more of, as far as the data say.

    The most valuable group that is clearly above the others, but for those that stand
    out already; with a known ``cost``, only one that surely earns it back. Without one,
    which groups are clearly below, and that nothing tells the others apart.
    """
    over = above(frame)
    if not over:
        return _nothing_to_buy(frame, formats)
    best = next((each for each in over if each["low"] > (cost or 0.0)), None)
    if best is None and cost:
        dear: dict[str, str | Finding] = {
            "group": named(over[0]["group"], 40, formats),
            "cost": formats.money(cost),
        }
        return Finding("newcomers.buy.dear", dear)
    best = best or over[0]
    fields: dict[str, str | Finding] = {
        "group": named(best["group"], 40, formats),
        **_interval(best, formats),
        "rest": formats.money(best["rest_value"], "about"),
    }
    if not cost:
        return Finding("newcomers.buy.more", fields)
    fields["cost"] = formats.money(cost)
    return Finding("newcomers.buy.costed", fields)


def alarms(frame: pd.DataFrame, cost: float | None, formats: Formats) -> list[Finding]:
    """Groups clearly worth less than the rest, and those that do not earn a cost back.

    ``cost``: of one new customer, if it is known.
    """
    worse = {each["group"] for each in below(frame)}
    found = []
    for each in records(frame):
        short = bool(cost) and each["value"] < cost
        if not short and each["group"] not in worse:
            continue
        fields: dict[str, str | Finding] = {
            "group": named(each["group"], 40, formats),
            **_interval(each, formats),
            "rest": formats.money(each["rest_value"], "about"),
            "cost": formats.money(cost),
        }
        key = "below"
        if short:
            key = "surely" if each["high"] < cost else "likely"
            key = f"both_{key}" if each["group"] in worse else key
        found.append(Finding(f"newcomers.alarm.{key}", fields))
    return found


def above(frame: pd.DataFrame) -> list[Row]:
    """Groups whose new customers are clearly worth more than the rest, best first."""
    return _clear(frame, up=True)


def below(frame: pd.DataFrame) -> list[Row]:
    """Groups whose new customers are clearly worth less than the rest, worst last."""
    return _clear(frame, up=False)


def cohorts(
    seen: Younger | None,
    younger: Younger | None,
    months: int,
    formats: Formats,
) -> Finding:
    """Whether the customers of the last year are worth what those a year before are.

    What has been ``seen`` of both comes first. Where nothing has, what is expected of
    them: ``younger``, None where the model has been far off with older ones.
    """
    if seen is not None:
        return _paid(seen, formats)
    fields: dict[str, str | Finding] = {"span": span(months, formats)}
    if younger is None:
        return Finding("newcomers.cohorts_shown", fields)
    change = younger.value / younger.before - 1
    fields["share"] = formats.share(abs(change))
    if younger.p_value > CLEAR:
        return Finding("newcomers.cohorts_same", fields)
    return Finding(f"newcomers.cohorts_{'more' if change > 0 else 'less'}", fields)


def span(months: int, formats: Formats) -> Finding:
    """Say how long: a year, two years."""
    if months % 12:
        return Finding("newcomers.span.months", {"n": formats.count(months)})
    return Finding(f"newcomers.span.{months // 12}")


def _paid(seen: Younger, formats: Formats) -> Finding:
    if seen.p_value > CLEAR or not seen.before:
        return Finding("newcomers.paid_same")
    change = seen.value / seen.before - 1
    fields: dict[str, str | Finding] = {"share": formats.share(abs(change))}
    return Finding(f"newcomers.paid_{'more' if change > 0 else 'less'}", fields)


def _nothing_to_buy(frame: pd.DataFrame, formats: Formats) -> Finding:
    under = [each["group"] for each in below(frame)]
    if not under:
        return Finding("newcomers.buy.none")
    rest = [each for each in frame["group"] if each not in under]
    fields: dict[str, str | Finding] = {
        "low": _listed(under, "many", formats),
        "rest": Finding("newcomers.buy.rest"),
    }
    if len(rest) > 1:
        names = _listed(rest, "all_others", formats)
        fields["rest"] = Finding("newcomers.buy.alike", {"rest": names})
    count = "one" if len(under) == 1 else "other"
    return Finding(f"newcomers.buy.less.{count}", fields)


def _listed(names: list[str], many: str, formats: Formats) -> Finding | str:
    """Name up to four groups, or say how many there are."""
    if len(names) > MOST_NAMES:
        count = formats.count(len(names))
        return Finding(f"newcomers.listed.{many}", {"n": count})
    if len(names) == 1:
        return named(names[0], 30, formats)
    *first, last = (named(each, 30, formats) for each in names)
    return Finding("newcomers.listed.few", {"first": ", ".join(first), "last": last})


def _clear(frame: pd.DataFrame, *, up: bool) -> list[Row]:
    if frame.empty:
        return []
    beyond = frame["value"] > frame["rest_value"]
    sure = frame["adjusted_p_value"] <= CLEAR
    kept = frame[sure & (beyond if up else ~beyond)]
    return records(kept.sort_values("value", ascending=False))


def _two(pair: tuple[Row, Row], formats: Formats) -> Finding:
    one, other = (len(str(each["group"])) for each in pair)
    half = BOTH_NAMES // 2
    first = max(half, BOTH_NAMES - other)
    last = max(half, BOTH_NAMES - min(one, first))
    best, worst = pair
    fields: dict[str, str | Finding] = {
        "best": named(best["group"], first, formats),
        "worst": named(worst["group"], last, formats),
        "high": formats.money(best["value"], "about"),
        "low": formats.money(worst["value"], "about"),
    }
    return Finding("newcomers.groups_two", fields, subject=(best, worst))


def _one(key: str, each: Row, formats: Formats) -> Finding:
    fields: dict[str, str | Finding] = {
        "group": named(each["group"], 20, formats),
        "amount": formats.money(each["value"], "about"),
        "rest": formats.money(each["rest_value"], "about"),
    }
    return Finding(f"newcomers.{key}", fields)


def _interval(each: Row, formats: Formats) -> dict[str, str]:
    return {
        "amount": formats.money(each["value"], "about"),
        "low": formats.money(each["low"], "about"),
        "high": formats.money(each["high"], "about"),
    }
