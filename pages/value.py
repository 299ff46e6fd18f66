"""Value page: how a customer's value unfolds, and who brings the revenue."""

import streamlit as st

from retention_ui.page import open_page
from retention_ui.parts import common, value

page = open_page("value")
if common.customers_over_time(page):
    value.timeline(page)
    upper = st.grid(2, min_column_width=330, gap=("medium", "medium"))
    with upper.cell():
        value.unfold(page)
    with upper.cell():
        value.against(page)
    value.mix(page)
    lower = st.grid(2, min_column_width=330, gap=("medium", "medium"))
    with lower.cell():
        value.years(page)
    with lower.cell():
        value.paid(page)
    common.guests(page)
    page.explained()
