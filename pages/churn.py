"""Churn page: who leaves, how fast, and when a customer is gone."""

import streamlit as st

from retention_ui import queries
from retention_ui.page import open_page
from retention_ui.parts import churn, common, movement, timing

page = open_page("churn")
if common.customers_over_time(page):
    found = queries.ask(page.shop.everybody(), "window")
    days, grain, by = churn.asked(page, found)
    movement.rates(page, days, grain)
    movement.movement(page, days, grain)
    upper = st.grid(2, min_column_width=330, gap=("medium", "medium"))
    with upper.cell():
        movement.account(page, days, grain)
    with upper.cell():
        movement.kept(page, days, grain)
    if by:
        movement.losses(page, by, days, grain)
    after = timing.after(page)
    middle = st.grid(2 if by else 1, min_column_width=330, gap=("medium", "medium"))
    with middle.cell():
        timing.next_order(page, after)
    if by:
        with middle.cell():
            timing.waits(page, by, after)
    lower = st.grid(2, min_column_width=330, gap=("medium", "medium"))
    with lower.cell():
        churn.window(page, found, days)
    with lower.cell():
        churn.gaps(page, days)
    with lower.cell():
        churn.sensitivity(page, days, grain)
    with lower.cell():
        timing.usual(page, days)
    churn.calculator(page)
    common.guests(page)
    page.explained()
