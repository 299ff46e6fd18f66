"""Segments page: recency, frequency and money, and who moved where."""

from retention_ui.page import open_page
from retention_ui.parts import common, forecast, segment_one, segments

page = open_page("segments")
if common.customers_over_time(page):
    forecast.begin(page)
    asked = segments.asked_for(page)
    found = segments.at_a_glance(page, asked)
    segments.moves(page, asked)
    segment_one.one(page, asked, found)
    common.guests(page)
    page.explained()
