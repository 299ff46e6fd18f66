"""Baskets page: which products are bought together, beyond chance."""

from retention_ui.page import open_page
from retention_ui.parts import baskets

page = open_page("baskets")
if baskets.possible(page):
    found = baskets.find(page)
    baskets.pairs(page, found)
    baskets.table(page, found)
    page.explained()
