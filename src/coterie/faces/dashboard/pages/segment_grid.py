"""Settings of the RFM grid: how many scores, or breaks of one's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from coterie.config import FEWEST_SCORES, MOST_SCORES
from coterie.errors import ConfigError
from coterie.insight.rfm import MEASURES, RfmBreaks

if TYPE_CHECKING:
    from coterie.faces.dashboard.pages.segment_settings import Kept

LABELS = {
    "recency": "Breaks of recency (days)",
    "frequency": "Breaks of purchases",
    "monetary": "Breaks of spend",
}
EXAMPLES = {"recency": "30, 90, 180, 365", "frequency": "1, 2, 4, 8", "monetary": "50, 150, 400"}
"""Placeholders: how breaks are written."""


def draw_grid(kept: Kept) -> dict[str, Any]:
    """Draw the settings of the grid; return those of `RunConfig`, breaks as they were written."""
    scores = st.number_input(
        "Scores, from 1 to", FEWEST_SCORES, MOST_SCORES, value=kept.first("rfm_scores", 5),
        key=kept.key("rfm_scores"),
        help="Each score gets as equal a share of these customers as ties allow.",
    )  # fmt: skip
    kept.keep("rfm_scores", scores)
    written = {}
    for measure in MEASURES:
        text = st.text_input(
            LABELS[measure], kept.first(f"rfm_{measure}", ""), key=kept.key(f"rfm_{measure}"),
            placeholder=EXAMPLES[measure],
        )  # fmt: skip
        written[measure] = str(kept.keep(f"rfm_{measure}", text) or "")
    st.caption("Breaks of your own, from low to high; all three empty: they follow the customers.")
    return {"rfm_scores": int(scores), "written": written}


def read_breaks(written: dict[str, str]) -> dict[str, list[float]] | None:
    """Return the breaks that were written, or None if there are none.

    Raises
    ------
    ConfigError
        If one measure has none, or something is no number, or they do not go together.

    Examples
    --------
    >>> read_breaks({"recency": "30, 90", "frequency": "1; 3", "monetary": "50.5 400"})
    {'recency': [30.0, 90.0], 'frequency': [1.0, 3.0], 'monetary': [50.5, 400.0]}
    >>> read_breaks({"recency": "", "frequency": " ", "monetary": ""})
    """
    if not any(text.strip() for text in written.values()):
        return None
    breaks = {}
    for measure, text in written.items():
        words = text.replace(",", " ").replace(";", " ").split()
        try:
            breaks[measure] = [float(word) for word in words]
        except ValueError:
            raise ConfigError(
                [f"{LABELS[measure]} are numbers such as {EXAMPLES[measure]}; it says {text}."]
            ) from None
    return RfmBreaks.from_dict(breaks).to_dict()
