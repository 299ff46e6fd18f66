"""Overview page: what stands out, and what happened."""

import streamlit as st

from retention_ui.page import open_page
from retention_ui.parts import common, overview

page = open_page("overview")
overview.begin(page)
# Filled last, as the month: what stands out waits for the workers.
standing = overview.place(page)
overview.year(page)
month = st.container()
overview.account(page)
if page.facts.customers:
    grid = st.grid(2, min_column_width=330, gap=("medium", "medium"))
    with grid.cell():
        overview.movement(page)
    with grid.cell():
        overview.revenue(page)
else:
    overview.without_customers(page)
with month:
    overview.month(page)
if page.facts.customers:
    with standing.container():
        overview.standing(page)
common.guests(page)
page.explained(days=page.formats.days(common.window_days(page)))
