"""The door: ``streamlit run app.py`` or ``uvicorn app:app`` serve Kept on port 8501."""

import streamlit as st

from retention_ui.serving.rates import Rates
from retention_ui.serving.server import lifespan, middleware, routes

rates = Rates()
app = st.App(
    "retention_ui/main.py",
    routes=routes(rates),
    middleware=middleware(rates),
    lifespan=lifespan,
)
