"""Glossary: every figure in plain words, its formula, worked out for this shop."""

from retention_ui.page import open_glossary
from retention_ui.parts import glossary

page, texts = open_glossary()
term = glossary.asked_for()
chosen = glossary.subject(texts, term)
glossary.lines(page, texts, chosen, term)
