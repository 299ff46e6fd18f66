"""Forecast page: what the customers there are will be worth, and can it be trusted."""

from retention_ui.forecasts import TooLittle
from retention_ui.page import open_page
from retention_ui.parts import common, forecast

page = open_page("forecast")
if common.customers_over_time(page):
    asked = forecast.terms(page)
    found = forecast.outlook(page, asked)
    if isinstance(found, TooLittle):
        forecast.too_little(page, found)
        forecast.simple(page, asked)
    else:
        forecast.ahead(page, found, asked)
        forecast.tested(page, asked)
        forecast.groups(page, found)
        forecast.simple(page, asked)
        forecast.customers(page, found, asked)
        forecast.details(page, found)
    common.guests(page)
    page.explained()
