"""Moments are kept in UTC; a day is one of whoever looks at it."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st


def zone() -> dt.tzinfo:
    """Return the time zone of the browser; UTC where it tells none."""
    try:
        return ZoneInfo(st.context.timezone or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return dt.UTC


def day(moment: dt.datetime) -> dt.date:
    """Return the day that a moment falls on where the browser is."""
    return moment.astimezone(zone()).date()


def today() -> dt.date:
    """Return the day that it is where the browser is."""
    return day(dt.datetime.now(dt.UTC))


def end_of(last: dt.date) -> dt.datetime:
    """Return the last moment of a day where the browser is."""
    midnight = dt.datetime.combine(last + dt.timedelta(days=1), dt.time(), zone())
    return midnight.astimezone(dt.UTC) - dt.timedelta(seconds=1)
