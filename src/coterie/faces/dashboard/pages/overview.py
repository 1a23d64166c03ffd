"""The first screen: how many segments, how real, who they are."""

from __future__ import annotations

from coterie.faces.dashboard import pieces


def page() -> None:
    """Draw the overview of the chosen study."""
    pieces.page_title("Overview")
