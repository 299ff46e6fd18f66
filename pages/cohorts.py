"""Cohorts page: of the customers who first ordered together, how many come back."""

import streamlit as st

from retention_ui.page import open_page
from retention_ui.parts import cohorts, common, groups, members, over_time

page = open_page("cohorts")
if common.customers_over_time(page):
    chosen = cohorts.choices(page)
    if chosen.by:
        groups.compare(page, chosen)
    elif cohorts.table(page, chosen):
        members.members(page, chosen)
        grid = st.grid(2, min_column_width=330, gap=("medium", "medium"))
        with grid.cell():
            cohorts.curves(page, chosen)
        with grid.cell():
            over_time.age_over_time(page, chosen)
    common.guests(page)
    page.explained(grain=page.texts(f"grains.{chosen.grain}"))
