"""Share page: keep a dataset as a dashboard, and let others see what is chosen."""

from retention_ui import share
from retention_ui.page import open_data

share.show(open_data("share"))
