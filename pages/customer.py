"""Customer page: one customer on one screen."""

from retention_ui.page import open_page

page = open_page("customer")
