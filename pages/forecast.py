"""Forecast page: what the customers there are will be worth, and can it be trusted."""

from retention_ui.forecasts import TooLittle
from retention_ui.page import open_page
from retention_ui.parts import common, forecast

page = open_page("forecast")
if common.customers_over_time(page):
    asked = forecast.terms(page)
    fits = forecast.fitted(page, asked)
    if isinstance(fits, TooLittle):
        forecast.too_little(page, fits)
        forecast.simple(page, asked)
    else:
        forecast.in_short(page, fits, asked)
        forecast.ahead(page, fits, asked)
        forecast.tested(page, asked)
        forecast.groups(page, fits, asked)
        forecast.simple(page, asked)
        forecast.customers(page, fits, asked)
        forecast.details(page, fits)
    common.guests(page)
    page.explained()
