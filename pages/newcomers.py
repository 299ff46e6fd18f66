"""New customers page: what one is worth, what one may cost, whom to buy more of."""

from retention_ui.forecasts import TooLittle
from retention_ui.page import open_page
from retention_ui.parts import common, forecast, newcomers

page = open_page("newcomers")
if common.customers_over_time(page):
    forecast.begin(page)
    asked, cost = newcomers.terms(page)
    fits = forecast.fitted(page, asked)
    if isinstance(fits, TooLittle):
        newcomers.too_little(page, fits)
    else:
        newcomers.worth(page, fits, asked, cost)
        newcomers.groups(page, fits, asked, cost)
        newcomers.cohorts(page, fits, asked)
    common.guests(page)
    page.explained()
