"""Frame and texts in, Plotly figure out; no Streamlit, no statistics."""
