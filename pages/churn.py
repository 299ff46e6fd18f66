"""Churn page: who leaves, how fast, and when a customer is gone."""

import streamlit as st

from retention_ui import blocks, queries
from retention_ui.page import open_page
from retention_ui.parts import churn, common, movement, timing

page = open_page("churn")
if common.customers_over_time(page):
    found = queries.ask(page.shop.everybody(), "window")
    upper = st.grid(2, min_column_width=330, gap=("medium", "medium"))
    days = churn.move_window(page, found)
    with upper.cell():
        churn.window(page, found, days)
    with upper.cell():
        churn.gaps(page, days)
    with blocks.controls():
        grain, by = churn.grain(page), common.split(page)
    movement.rates(page, days, grain)
    movement.movement(page, days, grain)
    middle = st.grid(2, min_column_width=330, gap=("medium", "medium"))
    with middle.cell():
        movement.account(page, days, grain)
    with middle.cell():
        movement.kept(page, days, grain)
    with middle.cell():
        churn.sensitivity(page, days, grain)
    with middle.cell():
        timing.usual(page, days)
    if by:
        movement.losses(page, by, days, grain)
    after = timing.after(page)
    lower = st.grid(2 if by else 1, min_column_width=330, gap=("medium", "medium"))
    with lower.cell():
        timing.next_order(page, after)
    if by:
        with lower.cell():
            timing.waits(page, by, after)
    churn.calculator(page)
    common.guests(page)
    page.explained()
