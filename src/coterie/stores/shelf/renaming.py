"""Names that people give to segments, in what was written before they were given."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from coterie.figures.chart import Chart


def renamed_summary(summary: dict[str, Any], names: Mapping[int, str]) -> dict[str, Any]:
    """Return a study's summary with other names for some segments."""
    segments = [
        {**segment, "name": names.get(segment["id"], segment["name"])}
        for segment in summary["segments"]
    ]
    return {**summary, "segments": segments}


def renamed_words(text: str, names: Mapping[str, str]) -> str:
    """Return a text in which segments called so, as whole words, are called otherwise.

    Examples
    --------
    >>> renamed_words("Stars say yes; starships do not.", {"Stars": "VIPs"})
    'VIPs say yes; starships do not.'
    """
    if not names:
        return text
    longest_first = sorted(names, key=len, reverse=True)
    pattern = r"(?<!\w)(" + "|".join(map(re.escape, longest_first)) + r")(?!\w)"
    return re.sub(pattern, lambda found: names[found[1]], text)


def renamed_chart(chart: Chart, names: Mapping[str, str]) -> Chart:
    """Return a chart in which segments called so are called otherwise.

    Cells and marks change where they are exactly a name; in the words around the picture, names
    are found as whole words.

    Examples
    --------
    >>> chart = Chart("sizes", "Sizes", data={"segment": ("Stars",)}, alt="Stars: 40 %.")
    >>> renamed_chart(chart, {"Stars": "VIPs"}).alt
    'VIPs: 40 %.'
    """
    if not names:
        return chart
    if chart.kind == "flow":
        return _renamed_flow(chart, names)
    return replace(
        chart,
        title=names.get(chart.title, chart.title),
        alt=renamed_words(chart.alt, names),
        data={key: _swap(values, names) for key, values in chart.data.items()},
        encoding={key: _swap(value, names) for key, value in chart.encoding.items()},
        panels=tuple(renamed_chart(panel, names) for panel in chart.panels),
    )


def _renamed_flow(chart: Chart, names: Mapping[str, str]) -> Chart:
    """Return a flow under other names: beside its bands they stand among other words."""
    texts = {
        side: tuple(renamed_words(text, names) for text in chart.data[side])
        for side in ("left", "right")
    }
    ids = chart.encoding.get("left_ids", {})
    return replace(
        chart,
        subtitle=renamed_words(chart.subtitle, names),
        alt=renamed_words(chart.alt, names),
        data={**chart.data, **texts},
        encoding={
            **chart.encoding,
            "left_ids": {renamed_words(text, names): number for text, number in ids.items()},
        },
    )


def _swap(value: Any, names: Mapping[str, str]) -> Any:
    """Replace what is exactly a name, however deep; keys stay."""
    if isinstance(value, str):
        return names.get(value, value)
    if isinstance(value, tuple):
        return tuple(_swap(one, names) for one in value)
    if isinstance(value, list):
        return [_swap(one, names) for one in value]
    if isinstance(value, Mapping):
        return {key: _swap(one, names) for key, one in value.items()}
    return value
