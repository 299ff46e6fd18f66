"""What each figure found: the sentence above it, from finished periods only.

A finding says which goes with which, never why. Names from the data are escaped for
Markdown: findings are headings.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import floor
from typing import TYPE_CHECKING, Any

import pandas as pd

from retention_core.baskets import REAL
from retention_core.intervals import wilson
from retention_core.survival import median_of_returned
from retention_ui.figures.baskets import strongest
from retention_ui.figures.frames import Row, finished, records
from retention_ui.figures.ledger import OUTCOMES

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from retention_core.churn import ChurnWindow
    from retention_core.periods import Grain
    from retention_ui.formats import Formats
    from retention_ui.texts import Texts

A_YEAR_LATER = {"week": 52, "month": 12, "quarter": 4, "year": None}
ENOUGH_COHORTS = 3
OLDEST_AT_LEAST = 3
CLOSE_SHARE = 0.015
LONGEST_SLICE, LONGEST_PRODUCT = 14, 18
WORDS_UP_TO = 10
REGULAR_ORDERS = 5
CLEARLY_BETTER = 0.03


@dataclass(frozen=True)
class Finding:
    """A text key and its fields, ready-made; a field may be a finding itself.

    ``subject`` is what the figure should point out: a cohort, or (best, worst).
    """

    key: str
    fields: dict[str, str | Finding] = field(default_factory=dict)
    count: float = 1
    subject: Any = None
    above: bool = False

    def words(self, texts: Texts) -> str:
        """Return the sentence in the user's language."""
        fields = {
            name: each.words(texts) if isinstance(each, Finding) else each
            for name, each in self.fields.items()
        }
        return texts(f"findings.{self.key}", count=self.count, **fields)


def heatmap(
    cells: pd.DataFrame, average: pd.DataFrame, formats: Formats, grain: Grain
) -> Finding:
    """How many order again in the next period, and a year later.

    Each share needs three finished cohorts.
    """
    cohorts = finished(cells)["period"].value_counts()
    shares = dict(zip(average["period"], average["retention"], strict=True))
    known = {age for age in shares if cohorts.get(age, 0) >= ENOUGH_COHORTS}
    if 1 not in known:
        return Finding(f"heatmap.none_{grain}")
    later = A_YEAR_LATER[grain]
    if later is None or later not in known:
        return Finding(f"heatmap.next_{grain}", {"next": formats.share(shares[1])})
    fields = {"next": formats.share(shares[1]), "later": formats.share(shares[later])}
    return Finding(f"heatmap.year_{grain}", {**fields})


def curves(
    cells: pd.DataFrame,
    average: pd.DataFrame,
    chosen: Sequence[dt.date],
    formats: Formats,
    grain: Grain,
) -> Finding:
    """The chosen cohort that differs most from all, at the oldest common age.

    It must be apart from all cohorts by both 95 % intervals, at age 3 or older.
    """
    known = average[average["retention"].notna()].set_index("period")
    found = []
    for cohort in chosen:
        own = finished(cells[cells["cohort"] == pd.Timestamp(cohort)])
        common = own[own["period"].isin(known.index)]
        age = int(common["period"].max()) if len(common) else 0
        if age < OLDEST_AT_LEAST:
            continue
        row = records(common[common["period"] == age])[0]
        everyone = records(known.loc[[age]])[0]
        low, high = wilson(row["active_customers"], row["cohort_size"])
        apart = low > everyone["high"] or high < everyone["low"]
        if apart and everyone["retention"] > 0:
            found.append((cohort, row["retention"] / everyone["retention"]))
    if not found:
        return Finding("curves.none")
    cohort, ratio = max(found, key=lambda each: abs(each[1] - 1))
    name = formats.period_in_sentence(cohort, grain)
    fields: dict[str, str | Finding] = {"cohort": name, "ratio": _times(ratio, formats)}
    return Finding("curves.differs", fields, subject=cohort, above=ratio > 1)


def age_over_time(
    cells: pd.DataFrame,
    overall: float | None,
    age: int,
    formats: Formats,
    grain: Grain,
) -> Finding:
    """What happened to one age: a dip and its end, a rise of three, or nothing.

    ``cells`` has ``low`` and ``high``, the 95 % interval of each cohort; ``overall``
    is ``None`` where no cohort has finished that age.
    """
    rows = finished(cells[cells["period"] == age]).sort_values("cohort")
    dots = records(rows[rows["retention"].notna()])
    title = Finding(f"age.name_{grain}", {"age": formats.count(age)})
    if overall is None or not dots:
        return Finding("age.none", {"age": title})
    run = _run_of_three(dots, overall)
    if run:
        return Finding(f"age.{run}", {"age": title})
    sides = [_side(dot, overall) for dot in dots]
    outside = [place for place, side in enumerate(sides) if side]
    if not outside:
        return Finding("age.stayed", {"age": title, "share": formats.share(overall)})
    place = max(outside, key=lambda i: abs(float(dots[i]["retention"]) - overall))
    cohort = formats.period_in_sentence(dots[place]["cohort"], grain)
    fields: dict[str, str | Finding] = {"age": title, "cohort": cohort}
    after = sides[place + 1 :]
    if len(after) >= ENOUGH_COHORTS and not any(after[-ENOUGH_COHORTS:]):
        key = "age.rose" if sides[place] > 0 else "age.fell"
        return Finding(key, fields, subject=dots[place]["cohort"])
    shares = {
        "share": formats.share(dots[place]["retention"]),
        "overall": formats.share(overall),
    }
    return Finding("age.outlier", {**fields, **shares}, subject=dots[place]["cohort"])


def slices(
    average: pd.DataFrame, by: str, dimension: str, formats: Formats, grain: Grain
) -> Finding:
    """The slices that order again most and least, if their intervals are apart.

    ``average`` is that of cells split ``by`` a dimension; ``dimension`` its name in
    the user's words. Customers without a value are not compared.
    """
    first = average[(average["period"] == 1) & average["retention"].notna()]
    rows = records(first[first[by].notna()])
    none = Finding("slices.none", {"dimension": dimension})
    if len(rows) < 2:
        return none
    rows.sort(key=lambda row: float(row["retention"]))
    worst, best = rows[0], rows[-1]
    if not best["low"] > worst["high"]:
        return none
    fields: dict[str, str | Finding] = {
        "best": _name(best[by], LONGEST_SLICE, formats),
        "high": formats.share(best["retention"]),
        "worst": _name(worst[by], LONGEST_SLICE, formats),
        "low": formats.share(worst["retention"]),
    }
    return Finding(f"slices.{grain}", fields, subject=(best[by], worst[by]))


def window(found: ChurnWindow, formats: Formats, days: int | None = None) -> Finding:
    """What the silence says after which a customer is lost; ``days``: if moved."""
    used = found.days if days is None else days
    fields: dict[str, str | Finding] = {"days": formats.count(used)}
    if found.source == "default":
        return Finding("window.default", fields, count=used)
    if found.source == "capped" and used == found.days:
        return Finding("window.capped", fields, count=used)
    known = found.curve.loc[found.curve["days"] <= used, "return_later"]
    share = float(known.iloc[-1]) if len(known) else 1.0
    if abs(share - 0.2) < CLOSE_SHARE:
        return Finding("window.fifth", fields, count=used)
    return Finding("window.share", fields | {"share": formats.share(share)}, count=used)


def gaps(percentile_80: int | None, days: int, formats: Formats) -> Finding:
    """What the finished waits alone would have said of the window."""
    if percentile_80 is None:
        return Finding("gaps.none")
    ratio = percentile_80 / days
    verdict = "early" if ratio < 0.8 else "same" if ratio <= 1.25 else "late"
    fields: dict[str, str | Finding] = {"days": formats.count(percentile_80)}
    return Finding(f"gaps.{verdict}", fields, count=percentile_80)


def movement(frame: pd.DataFrame, formats: Formats, grain: Grain) -> Finding:
    """What the last finished period won or lost, and the run it ends or goes on."""
    known = finished(frame).sort_values("period_start")
    known = known[known["full_start"].astype(bool)]
    if known.empty:
        return Finding(f"movement.none_{grain}")
    nets = [int(net) for net in known["new"] + known["reactivated"] - known["lost"]]
    start = known["period_start"].iloc[-1]
    fields: dict[str, str | Finding] = {
        "period": formats.period_in_sentence(start, grain),
        "n": formats.count(abs(nets[-1])),
    }
    if nets[-1] == 0:
        return Finding("movement.even", fields)
    side = "won" if nets[-1] > 0 else "lost"
    same = _run(nets, nets[-1])
    before = _run(nets[:-1], -nets[-1])
    if before:
        other = "loss" if nets[-1] > 0 else "gain"
        run = Finding(f"runs.{other}_{grain}", {"n": _number(before, formats)}, before)
        key = f"movement.{side}_after"
        return Finding(key, fields | {"run": run}, abs(nets[-1]))
    if 2 < same <= WORDS_UP_TO:
        own = "gain" if nets[-1] > 0 else "loss"
        run = Finding(f"runs.nth_{own}_{grain}", {"nth": Finding(f"ordinals.{same}")})
        key = f"movement.{side}_again"
        return Finding(key, fields | {"run": run}, abs(nets[-1]))
    return Finding(f"movement.{side}", fields, abs(nets[-1]))


def rate(frame: pd.DataFrame, formats: Formats, grain: Grain) -> Finding:
    """How many of the active customers the last finished period kept."""
    known = finished(frame).sort_values("period_start")
    known = known[known["strict_retention_rate"].notna()]
    known = known[known["full_start"].astype(bool)]
    if known.empty:
        return Finding("rate.none")
    last = records(known)[-1]
    share = float(last["strict_retention_rate"])
    fraction = _fraction(share)
    fields: dict[str, str | Finding] = {
        "period": formats.period_in_sentence(last["period_start"], grain),
        "share": fraction or formats.share(share),
    }
    return Finding("rate.kept" if fraction else "rate.kept_share", fields)


def next_order(curve: pd.DataFrame, formats: Formats) -> Finding:
    """Days within which half of those who order a second time do so."""
    days = median_of_returned(curve)
    if days is None:
        return Finding("next_order.none")
    return Finding("next_order.half", {"days": formats.count(days)}, days)


def risk(customers: int, formats: Formats) -> Finding:
    """Customers who are active by the rule, yet with a churn score above one half."""
    if not customers:
        return Finding("risk.none")
    return Finding("risk.some", {"n": _start(customers, formats)}, customers)


def forecast(
    total: float, months: int, formats: Formats, margin: float = 1.0
) -> Finding:
    """What today's customers should bring in the next ``months``, or leave of it."""
    fields: dict[str, str | Finding] = {
        "amount": formats.money(total, "about"),
        "months": _number(months, formats),
        "margin": formats.share(margin),
    }
    return Finding(f"forecast.{'total' if margin == 1 else 'left'}", fields, months)


def doubtful(miss: float, formats: Formats) -> Finding:
    """In place of the forecast, where its own test went wrong.

    ``miss``: forecast over actual less 1, as in the back-test's verdict.
    """
    fields: dict[str, str | Finding] = {"miss": formats.share(abs(miss))}
    return Finding(f"forecast.too_{'low' if miss < 0 else 'high'}", fields)


def tracking(weeks: pd.DataFrame | None, formats: Formats) -> Finding:
    """How far the model was off on the weeks that were held back from it."""
    if weeks is None or weeks.empty or weeks["actual"].iloc[-1] <= 0:
        return Finding("tracking.none")
    last = records(weeks)[-1]
    miss = last["forecast"] / last["actual"] - 1
    shown = formats.share(abs(miss), 1 if abs(miss) < 0.1 else 0)
    fields: dict[str, str | Finding] = {"n": formats.count(last["week"]), "miss": shown}
    if abs(miss) < 0.005:
        return Finding("tracking.right", fields, last["week"])
    return Finding(f"tracking.{'low' if miss < 0 else 'high'}", fields, last["week"])


def rules(model: float, past_spend: float) -> Finding:
    """How the model ranks customers, by the share of later spend in its top tenth."""
    ahead = model - past_spend
    if ahead >= CLEARLY_BETTER:
        return Finding("rules.clearly")
    return Finding("rules.slightly" if ahead > 0 else "rules.no")


def matrix(cells: pd.DataFrame, days: int, formats: Formats) -> Finding:
    """Who is expected back of those whose silence is just within the window."""
    band = cells[cells["days_to"] == days - 1]
    once = _chance(band[band["orders_from"] == 1])
    often = _chance(band[band["orders_from"] >= REGULAR_ORDERS])
    if once is None or often is None:
        return Finding("matrix.none")
    fields: dict[str, str | Finding] = {
        "start": formats.count(band["days_from"].iloc[0]),
        "end": formats.count(days - 1),
        "once": formats.share(once),
        "often": formats.share(often),
    }
    return Finding("matrix.silent", fields)


def tenths(shares: pd.DataFrame, formats: Formats) -> Finding:
    """Share of the value to come that the most valuable tenth holds."""
    first = shares.loc[shares["tenth"] == 1, "share"]
    if first.empty:
        return Finding("tenths.none")
    return Finding("tenths.first", {"share": formats.share(float(first.iloc[0]))})


def pairs(real: int, others: int, formats: Formats) -> Finding:
    """How many pairs are real (q ≤ 0.05), and how many may be chance."""
    if not real:
        return Finding("pairs.none")
    fields: dict[str, str | Finding] = {"n": _start(real, formats)}
    if not others:
        return Finding("pairs.only", fields, real)
    rest = Finding("pairs.rest", {"m": formats.count(others)}, others)
    return Finding("pairs.some", fields | {"rest": rest}, real)


def product_matrix(found: pd.DataFrame, formats: Formats) -> Finding:
    """The real pair that stands out most, by its lift."""
    real = records(strongest(found[found["q_value"] <= REAL]))
    if not real:
        return Finding("pairs.none")
    best = max(real, key=lambda row: float(row["lift"]))
    lift = float(best["lift"])
    near = abs(lift - round(lift)) <= 0.25 and round(lift) > 1
    fields: dict[str, str | Finding] = {
        "first": _name(best["antecedent"], LONGEST_PRODUCT, formats),
        "second": _name(best["consequent"], LONGEST_PRODUCT, formats),
        "lift": _number(round(lift), formats) if near else formats.ratio(lift),
    }
    return Finding("product_matrix.lift", fields)


def ledger(files: pd.DataFrame, formats: Formats) -> Finding:
    """How many rows are used as they stand, and whether any is unaccounted for."""
    rows = int(files["rows_in"].sum())
    missing = rows - int(files[[*OUTCOMES]].to_numpy().sum())
    if missing:
        fields: dict[str, str | Finding] = {"n": formats.count(missing)}
        return Finding("ledger.missing", fields, missing)
    if not rows:
        return Finding("ledger.empty")
    # Rounded down: 100 % is only said when it is all.
    share = floor(1000 * int(files["used"].sum()) / rows) / 1000
    written = formats.share(share, 0 if share == 1 else 1)
    return Finding("ledger.used", {"n": formats.count(rows), "share": written}, rows)


def _name(value: object, most: int, formats: Formats) -> str:
    """A name from the data, cut to ``most`` characters and safe in Markdown."""
    text = str(value)
    return formats.md(text if len(text) <= most else f"{text[: most - 1].rstrip()}…")


def _side(dot: Row, overall: float) -> int:
    """1 where a cohort's interval lies above all, −1 below, 0 where it holds them."""
    return int(dot["low"] > overall) - int(dot["high"] < overall)


def _run_of_three(dots: list[Row], overall: float) -> str | None:
    """Say "risen" or "fallen" if the last three finished cohorts each went on so.

    The last of them must lie outside.
    """
    last = [float(dot["retention"]) for dot in dots[-ENOUGH_COHORTS - 1 :]]
    if len(last) <= ENOUGH_COHORTS:
        return None
    if sorted(set(last)) == last and _side(dots[-1], overall) > 0:
        return "risen"
    if sorted(set(last), reverse=True) == last and _side(dots[-1], overall) < 0:
        return "fallen"
    return None


def _run(nets: Sequence[int], like: int) -> int:
    """Length of the run at the end of ``nets`` with the sign of ``like``."""
    length = 0
    for net in reversed(nets):
        if net * like <= 0:
            break
        length += 1
    return length


def _times(ratio: float, formats: Formats) -> Finding:
    """Say a ratio in words: half as often, a third more often."""
    named = {
        "quarter": 1 / 4,
        "third": 1 / 3,
        "half": 1 / 2,
        "two_thirds": 2 / 3,
        "quarter_more": 5 / 4,
        "third_more": 4 / 3,
        "half_more": 3 / 2,
        "twice": 2.0,
        "three_times": 3.0,
    }
    name, value = min(named.items(), key=lambda each: abs(each[1] - ratio))
    if abs(value - ratio) <= 0.08 * ratio:
        return Finding(f"times.{name}")
    key = "times.more" if ratio > 1 else "times.less"
    return Finding(key, {"share": formats.share(abs(ratio - 1))})


def _fraction(share: float) -> Finding | None:
    """The plainest fraction up to tenths within one point of ``share``."""
    for whole in range(2, WORDS_UP_TO + 1):
        part = round(share * whole)
        if 0 < part < whole and abs(part / whole - share) <= 0.01:
            return Finding(f"fractions.{part}_{whole}")
    return None


def _number(value: int, formats: Formats) -> str | Finding:
    """A number within a sentence: in words up to twelve."""
    if 0 < value <= 12:
        return Finding(f"numbers.{value}")
    return formats.count(value)


def _start(value: int, formats: Formats) -> str | Finding:
    """A number at the start of a sentence: in words up to ten."""
    if 0 < value <= WORDS_UP_TO:
        return Finding(f"numbers_at_start.{value}")
    return formats.count(value)


def _chance(rows: pd.DataFrame) -> float | None:
    """Mean chance of an order, each group weighted by its customers."""
    customers = float(rows["customers"].sum())
    if not customers:
        return None
    return float((rows["probability_active"] * rows["customers"]).sum() / customers)
