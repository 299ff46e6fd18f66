"""The door: ``streamlit run app.py`` or ``uvicorn app:app`` serve Kept on port 8501."""

import streamlit as st

from retention_ui.server import MIDDLEWARE, ROUTES, lifespan

app = st.App(
    "retention_ui/main.py", routes=ROUTES, middleware=MIDDLEWARE, lifespan=lifespan
)
