"""Churn page: who leaves, how fast, and when a customer is gone."""

import streamlit as st

from retention_ui import queries
from retention_ui.page import open_page
from retention_ui.parts import churn, common, risk

page = open_page("churn")
if common.customers_over_time(page):
    found = queries.ask(page.shop.everybody(), "window")
    upper = st.grid(2, min_column_width=330, gap=("medium", "medium"))
    days = churn.move_window(page, found)
    with upper.cell():
        churn.window(page, found, days)
    with upper.cell():
        churn.gaps(page, days)
    grain = churn.grain(page)
    churn.rates(page, days, grain)
    churn.movement(page, days, grain)
    lower = st.grid(2, min_column_width=330, gap=("medium", "medium"))
    with lower.cell():
        churn.kept(page, days, grain)
    with lower.cell():
        churn.next_order(page)
    risk.about_to_leave(page, days)
    churn.calculator(page)
    common.guests(page)
    page.explained()
