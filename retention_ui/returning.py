"""Going on after the server was away: a restart, a laptop that slept."""

from __future__ import annotations

import datetime as dt

import streamlit as st

# A browser that finds its server again runs the page it shows only where a piece of it
# is due again some day. Else the next click, in a session that knows nothing, would
# leave the address and with it the data. (setInterval ends at 24 days.)
SOME_DAY = dt.timedelta(days=7)


@st.fragment(run_every=SOME_DAY)
def keep() -> None:
    """Have the page run as it stands in the address when the server is there again."""
