"""Paint many charts at once: a function that another process can run."""

from __future__ import annotations

import hashlib
import pickle

from coterie.figures.chart import Chart

MOST_KEPT = 64
_PAINTED: dict[str, bytes] = {}


def paint_all(charts: dict[str, Chart]) -> dict[str, bytes]:
    """Return a PNG file for each chart, by its name.

    A chart that was painted before is not painted again: what is ready early can be painted
    early, and the whole set asked for later.

    Examples
    --------
    >>> paint_all({})
    {}
    """
    return {name: paint_one(chart) for name, chart in charts.items()}


def paint_one(chart: Chart) -> bytes:
    """Return a chart's PNG file, from memory where it was painted before."""
    key = hashlib.sha256(pickle.dumps(chart)).hexdigest()
    if key not in _PAINTED:
        if len(_PAINTED) >= MOST_KEPT:
            _PAINTED.clear()
        _PAINTED[key] = chart.picture
    return _PAINTED[key]
