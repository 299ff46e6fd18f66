"""What people see: Streamlit, pictures and words."""
