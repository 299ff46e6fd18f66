"""Loyalty tiers page: who stands where, and what rewards must bring back."""

from retention_ui.page import open_page
from retention_ui.parts import common, forecast, rewards, tiers

page = open_page("tiers")
if common.customers_over_time(page):
    forecast.begin(page)
    asked = tiers.asked_for(page)
    found = tiers.standing(page, asked)
    rewards.rewards(page, asked)
    tiers.near(page, asked, found)
    common.guests(page)
    page.explained()
