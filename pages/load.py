"""Data page: which files were read, what was used of them, and why the rest was not."""

from retention_ui import page

words = page.texts()
dataset = page.current(words)
with page.header(words, "data", dataset):
    pass
page.sample_button(words)
