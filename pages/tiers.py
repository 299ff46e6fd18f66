"""Tiers page: loyalty tiers, who stands where, what rewards cost and must bring."""

from retention_ui.page import open_page

page = open_page("tiers")
