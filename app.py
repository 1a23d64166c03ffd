"""The Gradio app on its own, as on a Hugging Face Space: ``python app.py``."""

import sys
from pathlib import Path

# Hosts install requirements.txt alone and never the project itself: it is found here.
sys.path.insert(0, str(Path(__file__).parent / "src"))

from coterie.faces.demo import launch

if __name__ == "__main__":
    launch()
