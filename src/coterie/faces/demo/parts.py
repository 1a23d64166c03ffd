"""The parts of the page that handlers read and write."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

BY_EVIDENCE, BY_HAND = "The evidence decides", "I decide"
QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
"""What every event of the page says of itself: programs have endpoints of their own."""


@dataclass(frozen=True)
class Parts:
    """Components by what they are for."""

    upload: gr.State
    job: gr.State
    study: gr.State
    window: gr.JSON
    file: gr.File
    sample: gr.Radio
    decides: gr.Radio
    k: gr.Slider
    dates: gr.Radio
    opened: gr.Dropdown
    find: gr.Button
    cancel: gr.Button
    status: gr.HTML
    results: gr.Column
    answer: gr.HTML
    map_2d: gr.Plot
    map_2d_words: gr.HTML
    map_3d: gr.Plot
    map_3d_words: gr.HTML
    profiles: gr.HTML
    download: gr.DownloadButton
    placed: gr.HTML
    star_2d: gr.Plot
    star_3d: gr.Plot
    elbow: gr.Plot
    elbow_words: gr.HTML
    silhouettes: gr.Plot
    silhouettes_words: gr.HTML


SHOWN = (
    "results", "answer", "map_2d", "map_2d_words", "map_3d", "map_3d_words", "profiles",
    "download", "placed", "star_2d", "star_3d", "elbow", "elbow_words", "silhouettes",
    "silhouettes_words",
)  # fmt: skip
"""The parts that show a study."""
