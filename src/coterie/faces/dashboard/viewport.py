"""What the browser's window is like: a few lines of our own script tell it when it matters."""

from __future__ import annotations

from functools import cache
from typing import Any

import streamlit as st

NARROW = 820
"""Pixels below which pictures are drawn for a phone, or a small tablet."""

_KEY = "viewport"
_SCRIPT = """
export default function ({ setStateValue }) {
  const narrow = matchMedia("(max-width: %dpx)");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const first = narrow.matches;
  const tell = () => setStateValue("told", (narrow.matches ? "narrow" : "wide")
    + (dark.matches ? " dark" : " light"));
  if (first) tell();
  narrow.addEventListener("change", tell);
  dark.addEventListener("change", tell);
  return () => {
    narrow.removeEventListener("change", tell);
    dark.removeEventListener("change", tell);
  };
}
"""


def listen() -> None:
    """Let the window say that it is narrow, or that light has become dark.

    A wide window says nothing, so that it costs no rerun.
    """
    if st.runtime.exists():
        _component()(key=_KEY, default={"told": ""}, on_told_change=_heard)


def is_narrow() -> bool:
    """Tell whether the window is a phone's."""
    return _told().startswith("narrow")


def is_dark() -> bool:
    """Tell whether the page is drawn on a dark ground."""
    return st.context.theme.type == "dark"


def _told() -> str:
    held = st.session_state.get(_KEY)
    told = getattr(held, "told", None)
    return told if isinstance(told, str) else ""


def _heard() -> None:
    """Nothing to do: the rerun that follows draws all anew."""


@cache
def _component() -> Any:
    """Register the script, once a process."""
    return st.components.v2.component("coterie_viewport", js=_SCRIPT % NARROW)
