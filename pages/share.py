"""Share page: keep a dataset as a dashboard, and let others see what is chosen."""

from retention_ui.page import open_data
from retention_ui.share import front

front.show(open_data("share"))
