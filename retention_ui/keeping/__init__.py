"""What is kept: saved dashboards, their versions, and the links that lead to them.

No Streamlit here. ``model`` says what there is, ``store`` is the one door to it.
"""

from __future__ import annotations
