"""Segments page: recency, frequency and money, and who moved where."""

from retention_ui.page import open_page

page = open_page("segments")
