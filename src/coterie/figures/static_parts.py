"""Axes that write numbers as people do, for Matplotlib."""

from __future__ import annotations

from typing import Any

from coterie.figures.words import say_number


def number_axis(axis: Any, *, year: bool = False) -> None:
    """Write ticks as people write numbers."""
    from matplotlib.ticker import FuncFormatter

    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}" if year else tick(value)))


def tick(value: float) -> str:
    """Write the number at a tick.

    Examples
    --------
    >>> [tick(v) for v in (0.25, 40.0, 20000.0, -5.0, 2_000_000.0)]
    ['0.25', '40', '20,000', '−5', '2 million']
    """
    if abs(value) >= 1e6:
        return say_number(value)
    return f"{round(value, 10):,.10g}".replace("-", "\N{MINUS SIGN}")
