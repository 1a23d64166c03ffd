"""Loads what pages draw with before anybody waits for it, out of the collector's way."""

from __future__ import annotations

import gc
import logging
import threading
from importlib import import_module

HEAVY = (
    "numpy",
    "polars",
    "plotly.graph_objects",
    "streamlit.elements.plotly_chart",
    "coterie.segmentation",
    "coterie.stores.shelf",
    "coterie.figures.interactive",
)
"""What the first page would load otherwise, with everything else standing still."""


def warm_up() -> threading.Thread:
    """Load in the background what pages need; return the thread that does it.

    The pages' modules themselves follow; then everything that is alive is frozen: a collection of
    garbage looks only at what came later. Without it each one walks over a million objects of
    libraries (a fifth of a second in which no page is answered).
    """
    thread = threading.Thread(target=_load, name="coterie-warm-up", daemon=True)
    thread.start()
    return thread


def _load() -> None:
    from coterie.faces.dashboard.app import ENTRIES

    pages = [f"coterie.faces.dashboard.pages.{entry.address}" for entry in ENTRIES]
    for name in (*HEAVY, *pages):
        try:
            import_module(name)
        except ImportError:  # The page itself will say so, to whoever opens it.
            logging.getLogger(__name__).exception("%s cannot be loaded", name)
    _paint_once()
    gc.collect()
    gc.freeze()


def _paint_once() -> None:
    """Paint an empty figure: Plotly loads the classes of its parts when they are first used."""
    import plotly.graph_objects as go

    marks = {"x": [0], "y": [0], "mode": "markers", "marker": {"size": 1}}
    space = {"type": "scatter3d", "x": [0], "y": [0], "z": [0], "mode": "markers"}
    words = {"annotations": [{"text": "", "x": 0, "y": 0}], "title": {"text": ""}}
    for trace in (marks, {**marks, "type": "scattergl"}, space, {"type": "bar", "x": [0]}):
        go.Figure(data=[trace], layout=words).to_json()
