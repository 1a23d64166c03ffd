"""Names in a scatter give way to the star: nothing may lie over the customer being placed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

WIDE, PHONE = (500.0, 310.0), (270.0, 280.0)
"""Pixels of the picture's inside; about, since only the browser knows."""

STAR = 15.0
"""Half the star's width in pixels, with some air."""

LETTER, LINE = 7.6, 17.0
"""Pixels of a letter and of a line of a name."""


def give_way(layout: dict[str, Any], place: Sequence[float], *, narrow: bool = False) -> None:
    """Move each name that would cover the star to where it does not.

    Parameters
    ----------
    layout : dict
        A figure's, of two features; it is changed. With three features nothing is done.
    place : sequence of float
        Where the star stands on the axes.
    narrow : bool
        The picture is drawn for a phone.
    """
    if len(place) != 2 or "scene" in layout:
        return
    wide, tall = PHONE if narrow else WIDE
    across, up = (layout[f"{key}axis"]["range"] for key in "xy")
    for mark in layout.get("annotations", []):
        if not mark.get("showarrow"):
            continue
        right = (mark["x"] - place[0]) / (across[1] - across[0]) * wide
        down = (place[1] - mark["y"]) / (up[1] - up[0]) * tall
        lines = str(mark["text"]).split("<br>")
        half = (LETTER * max(map(len, lines)) / 2, LINE * len(lines) / 2)
        near, far = mark["ay"], 2.4 * mark["ay"]
        for side in (near, -near, far, -far):
            if abs(right + mark["ax"]) - half[0] > STAR or abs(down + side) - half[1] > STAR:
                mark["ay"] = side
                break
