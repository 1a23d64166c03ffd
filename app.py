"""The Gradio app on its own, as on a Hugging Face Space: ``python app.py``."""

from coterie.faces.demo import launch

if __name__ == "__main__":
    launch()
