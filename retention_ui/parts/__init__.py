"""The sections of each page: one query, one finding, one figure each."""
