"""The dashboard: one small file a page over the shared pieces, run by Streamlit."""
