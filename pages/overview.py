"""Overview page: what happened, whom to look after, what to do next."""

import streamlit as st

from retention_ui.page import open_page
from retention_ui.parts import common, forecast, overview

page = open_page("overview")
forecast.begin(page)
overview.year(page)
# Filled last: its forecast waits for the workers, and the rest need not.
month = st.container()
overview.account(page)
if page.facts.customers:
    grid = st.grid(3, min_column_width=300, gap=("medium", "medium"))
    with grid.cell(column_span=2):
        overview.movement(page)
        overview.revenue(page)
    with grid.cell():
        overview.next_steps(page)
else:
    overview.without_customers(page)
with month:
    overview.month(page)
common.guests(page)
page.explained(days=page.formats.days(common.window_days(page)))
