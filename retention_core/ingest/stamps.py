"""Dates and times as people write them, read by SQL.

What begins like ISO is cast; what consists of digits is a compact date, a
spreadsheet's day or seconds since 1970; all else goes through one grammar, which takes
the time of day out, then the zone, and wants three numbers, or two and the name of a
month, in what is left. A cell with anything over is not read.
"""

from __future__ import annotations

from retention_core.ingest import clocks
from retention_core.ingest.months import month
from retention_core.ingest.respelt import tidy
from retention_core.ingest.sql import let, literal

_OFFSET = r"\s*(?:Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)$"
_BY = r"[./ 年년-]"

# Letters that are no words of any weekday here: "evening" would change the time.
_UNKNOWN = "[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]"
_SHORT = (
    r"^\d{1,2}[./-]\d{1,2}[./-](?:19|20)\d\d(?: \d{1,2}:\d\d(?::\d\d)?(?: [AP]M)?)?$"
)
_KANJI = r"^(?:19|20)\d\d年\d{1,2}月\d{1,2}日(?: \d{1,2}[:時]\d\d(?::\d\d|分)?)?$"


def timestamp(  # noqa: PLR0913 how a column is written, fact by fact
    bare: str,
    day_first: bool | None,
    time_zone: str | None = None,
    time: str | None = None,
    *,
    utc: bool = False,
    year_first: bool = False,
    short: bool = False,
) -> str:
    """SQL of a local timestamp; an offset is converted to ``time_zone``, then dropped.

    Parameters
    ----------
    bare
        A column of text without spreadsheet wrappers.
    day_first
        How ``03/04/2024`` is read; ``None``: only where there is one reading.
    time_zone
        IANA name of the shop's zone; ``None`` keeps the wall clock of any offset.
    time
        A second column, with the time of day.
    utc
        Times without an offset are UTC.
    year_first
        ``24/05/01`` begins with the year.
    short
        ``240501`` is a day, too: year, month, day.
    """
    reader = _Reader(day_first, time_zone, utc=utc, year_first=year_first)
    found = (
        f"coalesce({reader.iso(bare)}, {reader.digits(bare, short=short)}, "
        f"{reader.usual(bare)}, {reader.written(bare)})"
    )
    return found if time is None else reader.at(found, time)


class _Reader:
    """How the dates of a column are written, and the SQL that reads them."""

    def __init__(
        self,
        day_first: bool | None,
        time_zone: str | None,
        *,
        utc: bool,
        year_first: bool,
    ) -> None:
        self.day_first = day_first
        self.year_first = year_first
        self.zone = literal(time_zone) if time_zone else None
        self.utc = utc

    def local(self, moment: str) -> str:
        """A moment in UTC as the shop's clock shows it."""
        if self.zone is None:
            return moment
        return f"{moment} AT TIME ZONE 'UTC' AT TIME ZONE {self.zone}"

    def naive(self, moment: str) -> str:
        """A moment whose zone nothing says."""
        return self.local(moment) if self.utc else moment

    def iso(self, bare: str) -> str:
        """Years of four digits in front; beyond 2400 they may be Thai."""
        begins = f"({bare} LIKE '____-%' OR {bare} LIKE '____/%') AND {bare} < '24'"
        local = f"TRY_CAST({bare} AS TIMESTAMP)"
        stripped = f"TRY_CAST(regexp_replace({bare}, '{_OFFSET}', '') AS TIMESTAMP)"
        plain = f"coalesce({local}, {stripped})"
        if self.zone is None:
            return f"CASE WHEN {begins} THEN {plain} END"
        offset = r"'\s*([+-]\d{2}):?(\d{2})?$'"
        tidy = rf"regexp_replace({bare}, {offset}, '\1:\2')"
        tidy = f"regexp_replace(regexp_replace({tidy}, ':$', ''), '(UTC|GMT)$', 'Z')"
        aware = f"TRY_CAST({tidy} AS TIMESTAMPTZ) AT TIME ZONE {self.zone}"
        has_offset = (
            rf"length({bare}) > 16 AND regexp_matches({bare}, '\d:\d{{2}}.*{_OFFSET}')"
        )
        naive = local
        if self.utc:
            timed = f"length({bare}) > 10"
            naive = f"CASE WHEN {timed} THEN {self.local(local)} ELSE {local} END"
        return (
            f"CASE WHEN {begins} THEN "
            f"CASE WHEN {has_offset} THEN {aware} ELSE {naive} END END"
        )

    def digits(self, bare: str, *, short: bool) -> str:
        """Compact dates, a spreadsheet's serial day, seconds since 1970 and parts."""
        value = f"TRY_CAST(replace({bare}, ',', '.') AS DOUBLE)"
        whole = f"TRY_CAST(regexp_replace({bare}, '[.,]0+$', '') AS BIGINT)"
        since = {
            "BETWEEN 6e8 AND 5e9": f"make_timestamp(CAST({value} * 1e6 AS BIGINT))",
            "BETWEEN 6e11 AND 5e12": f"make_timestamp(CAST({value} * 1e3 AS BIGINT))",
            "BETWEEN 6e14 AND 5e15": f"make_timestamp({whole})",
            "BETWEEN 6e17 AND 5e18": f"make_timestamp({whole} // 1000)",
        }
        unix = " ".join(
            f"WHEN {value} {where} THEN {self.local(moment)}"
            for where, moment in since.items()
        )
        # Excel counts days from 1899-12-30, which is 25,569 days before 1970.
        seconds = f"CAST(round(({value} - 25569) * 86400) AS BIGINT)"
        serial = f"make_timestamp({seconds} * 1000000)"
        least = 5 if not short else 6
        return (
            rf"CASE WHEN NOT regexp_matches({bare}, "
            rf"'^\d{{{least},19}}([.,]\d+|T\d{{6}})?$') THEN NULL "
            f"WHEN {value} BETWEEN 20000 AND 80000 THEN {serial} {unix} "
            f"ELSE {self._compact(bare, short=short)} END"
        )

    def _compact(self, bare: str, *, short: bool) -> str:
        """Read yyyymmdd and longer; ddmmyyyy, which is never also the first."""
        plain = rf"regexp_replace({bare}, '[.,]0+$', '')"
        formats = ["%Y%m%d", "%Y%m%d%H%M%S", "%Y%m%d%H%M", "%Y%m%dT%H%M%S"]
        formats += ["%Y%m%d%H%M%S%g"]
        tries = [f"try_strptime({plain}, {formats})"]
        if self.day_first is not None:
            last = "%d%m%Y" if self.day_first else "%m%d%Y"
            tries.append(f"try_strptime({plain}, '{last}')")
        if short:
            tries.append(
                f"CASE WHEN length({plain}) = 6 "
                f"THEN try_strptime('20' || {plain}, '%Y%m%d') END"
            )
        good = "lambda _d: year(_d) BETWEEN 1900 AND 2399"
        return f"list_filter([{', '.join(tries)}], {good})[1]"

    def usual(self, bare: str) -> str:
        """The most usual ways, to the second: read without the grammar."""
        if self.utc:
            return "NULL::TIMESTAMP"
        cases = [
            f"WHEN regexp_matches({bare}, '{_KANJI}') THEN {_strptime(bare, '年')}"
        ]
        if self.day_first is not None:
            front = ("%d", "%m") if self.day_first else ("%m", "%d")
            tries = " ".join(
                f"WHEN contains({bare}, '{sign}') "
                f"THEN {_strptime(bare, sign.join((*front, '%Y')))}"
                for sign in "/.-"
            )
            cases.append(
                f"WHEN regexp_matches({bare}, '{_SHORT}') THEN CASE {tries} END"
            )
        return f"CASE {' '.join(cases)} END"

    def written(self, bare: str) -> str:
        """Everything else: the grammar."""
        parts = let(
            "_rest",
            clocks.rest("_all"),
            let("_day", self._day("_rest"), self._moment()),
        )
        return let("_all", clocks.marked(tidy(bare)), parts)

    def at(self, found: str, time: str) -> str:
        """A day with the time of day of another column, where that has one."""
        clock = clocks.marked(tidy(clocks.with_colons(time)))
        day = "date_trunc('day', _dated)"
        timed = let("_all", clock, let("_day", day, self._moment(empty="_dated")))
        return let("_dated", found, f"coalesce({timed}, _dated)")

    def _moment(self, empty: str = "_day") -> str:
        """The moment out of ``_day`` and the marked text ``_all``."""
        zone = clocks.zone("_all")
        seconds = clocks.seconds(f"split_part(_all, '{clocks.MARK}', 2)")
        moment = f"_day + to_microseconds(CAST({seconds} * 1e6 AS BIGINT))"
        if self.zone is not None:
            shifted = self.local(f"(({moment}) - (_minutes * INTERVAL 1 MINUTE))")
            cases = f"WHEN _minutes IS NULL THEN {self.naive(f'({moment})')}"
            moment = let(
                "_minutes",
                let("_zone", zone, clocks.minutes("_zone")),
                f"CASE {cases} ELSE {shifted} END",
            )
        return (
            f"CASE WHEN contains(_all, '{clocks.MARK}') THEN {moment} ELSE {empty} END"
        )

    def _day(self, rest: str) -> str:
        """The day in what is left when time and zone are gone."""
        bare = rf"regexp_replace({rest}, '[年月日號号년월일]', ' ', 'g')"
        strange = rf"regexp_matches({bare}, '{_UNKNOWN}')"
        three = rf"len(regexp_extract_all({rest}, '\d+')) = 3"
        two = rf"len(regexp_extract_all({rest}, '\d+')) = 2"
        return (
            f"CASE WHEN {strange} THEN NULL WHEN {three} THEN {self._numeric(rest)} "
            f"WHEN {two} THEN {let('_month', month(rest), _named(rest))} END"
        )

    def _numeric(self, rest: str) -> str:
        """Three numbers, the year first or last."""
        first = rf"^\D*(\d{{4}})\s?{_BY}\s?(\d{{1,2}})\s?[./ 月월-]\s?(\d{{1,2}})\D*$"
        last = r"^\D*(\d{1,2})[./ -]+(\d{1,2})[./ -]+(\d{4}|\d{2})\D*$"
        tries = [_built(rest, first, "ymd")]
        if self.year_first:
            tries.append(_built(rest, r"^\D*(\d{2})\D(\d{1,2})\D(\d{1,2})\D*$", "ymd"))
        if self.day_first is not None:
            tries.append(_built(rest, last, "dmy" if self.day_first else "mdy"))
        elif not self.year_first:
            last = last.replace(r"|\d{2}", "")
            # One of the two is no month, or both are the same day.
            day, month_ = (_built(rest, last, order) for order in ("dmy", "mdy"))
            tries.append(
                let(
                    "_pair",
                    f"[{day}, {month_}]",
                    "CASE WHEN _pair[1] IS NULL "
                    "THEN _pair[2] WHEN _pair[2] IS NULL OR _pair[1] = _pair[2] "
                    "THEN _pair[1] END",
                )
            )
        return f"coalesce({', '.join(tries)})"


def _strptime(bare: str, day: str) -> str:
    """Read what one of the two patterns above lets through."""
    times = ["", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p"]
    if day == "年":
        day, times = "%Y年%m月%d日", ["", " %H:%M", " %H:%M:%S", " %H時%M分"]
    return f"try_strptime({bare}, {[day + time for time in times]})"


def _named(rest: str) -> str:
    """A day and a year around the name of a month, which is ``_month``."""
    first = r"^\D*(\d{4})\D+(\d{1,2})\D*$"
    last = r"^\D*(\d{1,2})\D+(\d{4}|\d{2})\D*$"
    tries = [_built(rest, first, "yd"), _built(rest, last, "dy")]
    return f"CASE WHEN _month IS NOT NULL THEN coalesce({', '.join(tries)}) END"


def _built(rest: str, pattern: str, order: str) -> str:
    """A day out of the parts of a match; two-digit years from 70 are of the 1900s.

    Years beyond 2500 count from Buddha.
    """
    shift = (
        "CASE WHEN length(_p.y) = 4 THEN "
        "CASE WHEN _p.y BETWEEN '2500' AND '2599' THEN -543 ELSE 0 END "
        "WHEN _p.y >= '70' THEN 1900 ELSE 2000 END"
    )
    year = f"TRY_CAST(_p.y AS INTEGER) + {shift}"
    number = "_p.m" if "m" in order else "_month"
    day = f"TRY_CAST(({year}) || '-' || {number} || '-' || _p.d AS TIMESTAMP)"
    parts = f"regexp_extract({rest}, {literal(pattern)}, {list(order)})"
    return let("_p", parts, day)
