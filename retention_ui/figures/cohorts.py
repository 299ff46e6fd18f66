"""Every picture of the cohort page."""

from __future__ import annotations

from retention_ui.figures.curves import curves
from retention_ui.figures.heatmap import retention_heatmap
from retention_ui.figures.over_time import age_over_time
from retention_ui.figures.slices import slice_rows, slices_lines

__all__ = [
    "age_over_time",
    "curves",
    "retention_heatmap",
    "slice_rows",
    "slices_lines",
]
