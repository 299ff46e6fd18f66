"""Lists page: whom to contact now, why, with what, and whom to hold back."""

from retention_ui.page import open_page

page = open_page("lists")
