"""Risk page: who is about to leave, and how often such a score was right."""

from retention_ui.page import open_page
from retention_ui.parts import common, risk

page = open_page("risk")
if common.customers_over_time(page):
    risk.about_to_leave(page, common.window_days(page))
    common.guests(page)
    page.explained()
