"""Type, colours and lines of Matplotlib's pictures, set for a while and never for good."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import as_file, files
from typing import Any

from coterie.figures import palette

FONT = "Coterie Inter"


@contextmanager
def style() -> Iterator[None]:
    """Set type, colours and lines for the pictures painted within, and nothing beyond.

    A character that no font has is drawn as a box: that is no reason for a warning.
    """
    import matplotlib

    _know_fonts()
    settings: Any = _SETTINGS
    with matplotlib.rc_context(settings), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        warnings.filterwarnings("ignore", message="Matplotlib currently does not support")
        yield


def _know_fonts() -> None:
    """Tell Matplotlib of the fonts shipped, once."""
    from matplotlib.font_manager import fontManager

    if any(entry.name == FONT for entry in fontManager.ttflist):
        return
    folder = files("coterie.figures") / "fonts"
    for name in ("Inter-Regular.ttf", "Inter-SemiBold.ttf"):
        with as_file(folder / name) as path:
            fontManager.addfont(str(path))


_SETTINGS: dict[str, Any] = {
    "font.family": [FONT, "DejaVu Sans"],
    "font.size": 9,
    "text.parse_math": False,
    "text.color": palette.INK,
    "axes.facecolor": palette.GROUND,
    "axes.edgecolor": palette.HAIRLINE,
    "axes.labelcolor": palette.MUTED,
    "axes.labelsize": 9,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.unicode_minus": True,
    "axes.formatter.useoffset": False,
    "grid.color": palette.HAIRLINE,
    "grid.linewidth": 0.6,
    "xtick.color": palette.HAIRLINE,
    "ytick.color": palette.HAIRLINE,
    "xtick.labelcolor": palette.MUTED,
    "ytick.labelcolor": palette.MUTED,
    "xtick.labelsize": 8.5,
    "ytick.labelsize": 8.5,
    "xtick.major.size": 3,
    "ytick.major.size": 3,
    "lines.solid_capstyle": "round",
    "agg.path.chunksize": 0,
}
