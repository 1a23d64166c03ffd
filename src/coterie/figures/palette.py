"""One colour a segment, everywhere; safe for colour-blind eyes, and told apart in grey.

The twelve colours were searched for by hill climbing: the smallest distance between any two, as
seen with normal sight and with simulated protanopia, deuteranopia and tritanopia [1]_, is as large
as chroma fit for a printed page allows. Their lightness differs too: neighbours in the order are
far apart in grey, and the first few furthest.

References
----------
.. [1] G. Machado, M. Oliveira, L. Fernandes, "A Physiologically-based Model for Simulation of
   Color Vision Deficiency", IEEE TVCG 15(6), 2009.
"""

from __future__ import annotations

SEGMENTS: tuple[str, ...] = (
    "#38518D",
    "#13B39C",
    "#8E7924",
    "#B6A3F9",
    "#AA3F54",
    "#7B8DBB",
    "#772151",
    "#CBA063",
    "#C0705E",
    "#DBAFD8",
    "#4E5221",
    "#2C7E87",
)
"""Colours of segments 1 to 12."""

MARKERS: tuple[str, ...] = ("circle", "square", "diamond", "triangle-up")
"""Shapes, in Plotly's names; the next one with each turn through the colours."""

NONE = "#BEBEBE"
"""Grey: noise, no segment, look-alike data."""

UNUSUAL = "#A4552B"
"""Values beyond the usual range."""

STAR = "#E3A008"
"""The customer being placed."""

RIM = "#8A8A83"
"""Thin edge of points: darker than light colours on paper, lighter than dark ones at night."""

GROUND, INK, MUTED, HAIRLINE, ACCENT = "#FBFAF7", "#1F2328", "#6B6F76", "#E4E1DA", "#0B5D5E"

SEQUENTIAL: tuple[str, ...] = ("#F4F1EA", "#CBDAD6", "#96BCB9", "#56959A", "#0C5E61", "#063B40")
"""From nothing to much."""

DIVERGING: tuple[str, ...] = ("#8A4B10", "#CF9A5E", "#F4F1EA", "#7FB0B3", "#0C5E61")
"""From below (brown) over the average to above (teal); safe for colour-blind eyes."""


DIVERGING_DARK: tuple[str, ...] = ("#D08A45", "#7A5530", "#2A2B27", "#2C6466", "#55AFAF")
"""The same for a dark ground."""


def segment_colour(segment_id: int) -> str:
    """Return the colour of a segment, the same in every picture and on every page.

    Parameters
    ----------
    segment_id : int
        From 1. 0 and less (no segment) is grey. Beyond 12 the colours begin again, and
        `segment_marker` gives another shape, so that colour and shape together stay unique up
        to 48.

    Examples
    --------
    >>> segment_colour(1), segment_colour(13), segment_colour(0)
    ('#38518D', '#38518D', '#BEBEBE')
    """
    return SEGMENTS[(segment_id - 1) % len(SEGMENTS)] if segment_id > 0 else NONE


def segment_colours(k: int) -> tuple[str, ...]:
    """Return the colours of segments 1 to `k`.

    Examples
    --------
    >>> segment_colours(2)
    ('#38518D', '#13B39C')
    """
    return tuple(segment_colour(number) for number in range(1, k + 1))


def segment_marker(segment_id: int) -> str:
    """Return the shape of a segment's points: a circle for the first 12, then another.

    Examples
    --------
    >>> segment_marker(12), segment_marker(13)
    ('circle', 'square')
    """
    turn = (segment_id - 1) // len(SEGMENTS) if segment_id > 0 else 0
    return MARKERS[turn % len(MARKERS)]


def luminance(colour: str) -> float:
    """Return the relative luminance of a ``#RRGGBB`` colour, 0 to 1 (WCAG 2.2).

    Examples
    --------
    >>> luminance("#FFFFFF"), luminance("#000000")
    (1.0, 0.0)
    """
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, 1 to 21 (WCAG 2.2); text wants 4.5.

    Examples
    --------
    >>> contrast("#FFFFFF", "#000000")
    21.0
    """
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def text_on(colour: str) -> str:
    """Return white or black, whichever is read better: always at 4.5 or more on `colour`.

    Examples
    --------
    >>> text_on("#38518D"), text_on("#B6A3F9")
    ('#FFFFFF', '#000000')
    """
    dark = "#000000"
    return dark if contrast(dark, colour) >= contrast("#FFFFFF", colour) else "#FFFFFF"


def blend(colours: tuple[str, ...], position: float) -> str:
    """Return the colour at `position` (0 to 1) of a map such as `SEQUENTIAL`.

    Examples
    --------
    >>> blend(("#000000", "#FFFFFF"), 0.5)
    '#808080'
    """
    place = min(max(position, 0.0), 1.0) * (len(colours) - 1)
    left = min(int(place), len(colours) - 2)
    share = place - left
    pairs = zip(channels(colours[left]), channels(colours[left + 1]), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02X}" for a, b in pairs)


def diverging_colour(difference: float, limit: float) -> str:
    """Return the colour of a difference: teal above, brown below, strongest at `limit`."""
    return blend(DIVERGING, 0.5 + 0.5 * difference / limit)


def channels(colour: str) -> tuple[int, int, int]:
    """Return red, green and blue, 0 to 255."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
