"""Campaigns page: what those contacted bought more than those held back."""

from retention_ui.page import open_page

page = open_page("campaigns")
