"""Customer page: one customer on one screen."""

import streamlit as st

from retention_ui.page import open_page
from retention_ui.parts import common, customer, forecast

page = open_page("customer")
if common.customers_named(page):
    customer.begin(page)
    one = customer.found(page)
    if one:
        customer.who(page, one)
        # Filled last: the forecast may wait for the workers, and the rest need not.
        figures = st.container()
        upper = st.grid(2, min_column_width=330, gap=("medium", "medium"))
        with upper.cell():
            customer.time(page, one)
        alive = upper.cell()
        lower = st.grid(2, min_column_width=330, gap=("medium", "medium"))
        with lower.cell():
            customer.products(page, one)
        with lower.cell():
            offers, lists = st.container(), st.container()
            customer.contacts(page, one)
        fits = forecast.fitted(page, forecast.USUAL)
        with figures:
            customer.figures(page, one, fits)
        with alive:
            customer.alive(page, one, fits)
        with lists:
            customer.standing(page, one, fits)
        with offers:
            customer.offers(page, one)
    common.guests(page)
    page.explained()
