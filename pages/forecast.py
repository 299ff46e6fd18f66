"""Forecast page: what the customers there are will be worth, and can it be trusted."""

from retention_ui.forecasts import TooLittle
from retention_ui.page import open_page
from retention_ui.parts import ahead, believe, bringers, common, forecast, patterns

page = open_page("forecast")
if common.customers_over_time(page):
    forecast.begin(page, "backtest")
    asked = forecast.terms(page)
    ahead.meanwhile(page, asked)
    fits = forecast.fitted(page, asked)
    if isinstance(fits, TooLittle):
        ahead.too_little(page, fits)
        ahead.simple(page, asked)
    else:
        ahead.in_short(page, fits, asked)
        ahead.by_month(page, fits, asked)
        believe.tested(page, fits, asked)
        bringers.brought(page, fits, asked)
        ahead.simple(page, asked)
        if forecast.detailed(page):
            believe.in_detail(page, fits, asked)
            patterns.in_detail(page, fits, asked)
            bringers.matrices(page, fits, asked)
            bringers.distribution(page, fits, asked)
            bringers.path(page, fits, asked)
            ahead.fit(page, fits)
    common.guests(page)
    page.explained()
