"""Data page: which files were read, what was used of them, and why the rest was not."""

from retention_ui import account, recognised, state, upload
from retention_ui.page import open_data

page = open_data()
if page.access is None:
    upload.show(page.texts)
elif page.facts is None or state.answering():
    recognised.show(page.texts, page.access.dataset)
else:
    account.show(page.texts, page.formats, page.access)
