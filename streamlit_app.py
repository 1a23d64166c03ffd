"""The dashboard alone, with the login inside its page: streamlit run streamlit_app.py."""

from coterie.faces.dashboard.app import run

run(login_inside=True)
