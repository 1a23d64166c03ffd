"""The dashboard's look: Streamlit's settings, our style sheet, the colours of the dark."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from coterie.figures import palette

DARK: Mapping[str, str] = {
    palette.GROUND: "#171815",
    palette.INK: "#ECE9E2",
    palette.MUTED: "#A8A59C",
    palette.HAIRLINE: "#3A3A34",
    palette.ACCENT: "#6FC2BE",
}
"""What the colours of a picture, segments aside, become in the dark."""


def options() -> dict[str, Any]:
    """Return every setting of config.toml by its full name, such as ``"theme.dark.textColor"``."""
    text = (files("coterie.faces.dashboard") / "theme" / "config.toml").read_text(encoding="utf-8")
    return dict(_flat(tomllib.loads(text), ""))


def apply() -> None:
    """Give Streamlit the settings; call it before the application is made."""
    from streamlit import config
    from streamlit.runtime.pages_manager import PagesManager

    for name, value in options().items():
        config.set_option(name, value)
    # Else the first address opened after a start, such as /data, runs pages/data.py by itself.
    PagesManager.uses_pages_directory = False


@cache
def style() -> str:
    """Return our style sheet."""
    return (files("coterie.faces.dashboard") / "theme" / "style.css").read_text(encoding="utf-8")


def _flat(settings: Mapping[str, Any], before: str) -> Iterator[tuple[str, Any]]:
    """Yield the settings of nested tables by their full names."""
    for key, value in settings.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{before}{key}.")
        else:
            yield before + key, value
