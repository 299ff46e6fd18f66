"""Campaigns page: what those contacted bought more than those held back."""

from retention_ui.page import open_page
from retention_ui.parts import answers, audiences, campaign_list, campaigns, common

page = open_page("campaigns")
if common.customers_over_time(page):
    found, days = campaigns.begin(page)
    if found is not None:
        campaigns.worked(page, found, days)
        campaigns.beside(page, found)
        audiences.offers(page, days)
        audiences.for_whom(page, found, days)
        answers.pressure(page, days)
        campaign_list.listed(page, found, days)
    answers.dependence(page)
    page.explained()
