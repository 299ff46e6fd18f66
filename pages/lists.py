"""Lists page: whom to contact now, why, with what, and whom to hold back."""

from retention_ui.page import open_page
from retention_ui.parts import common, forecast, lists

page = open_page("lists")
if common.customers_over_time(page):
    forecast.begin(page)
    asked = lists.asked_for(page)
    found = lists.at_a_glance(page, asked)
    lists.one(page, asked, found)
    common.guests(page)
    page.explained(days=page.formats.days(common.window_days(page)))
