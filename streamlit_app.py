"""The dashboard alone, with the login inside its page: streamlit run streamlit_app.py."""

import sys
from pathlib import Path

# Hosts install requirements.txt alone and never the project itself: it is found here.
sys.path.insert(0, str(Path(__file__).parent / "src"))

from coterie.faces.dashboard.app import run

run(login_inside=True)
