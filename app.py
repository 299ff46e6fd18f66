"""The door: ``streamlit run app.py`` or ``uvicorn app:app`` serve Kept on port 8501."""

import streamlit as st

from retention_ui.server import MIDDLEWARE, lifespan

app = st.App("retention_ui/main.py", middleware=MIDDLEWARE, lifespan=lifespan)
