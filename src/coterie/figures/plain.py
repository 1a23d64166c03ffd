"""Chart <-> plain JSON values, exactly: a stored chart is drawn as on the day it was made."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

import numpy as np

from coterie.figures.chart import Chart

_WORDS = ("kind", "title", "subtitle", "note", "alt")
_TAG = "$"


def chart_to_plain(chart: Chart) -> dict[str, Any]:
    """Return a chart as values that `json.dumps` takes.

    A list stands for a tuple; what JSON has no word for (a list, a mapping whose keys are no
    text, a day, infinity) is tagged, so that `chart_from_plain` gives back an equal chart.

    Raises
    ------
    TypeError
        If the chart holds what is no plain value.

    Examples
    --------
    >>> chart = Chart("sizes", "Sizes", data={"n": (1, None)}, encoding={"names": {1: "Stars"}})
    >>> chart_from_plain(chart_to_plain(chart)) == chart
    True
    """
    return {
        **{word: getattr(chart, word) for word in _WORDS},
        "data": {name: [_pack(one) for one in values] for name, values in chart.data.items()},
        "encoding": _pack(dict(chart.encoding)),
        "units": dict(chart.units),
        "panels": [chart_to_plain(panel) for panel in chart.panels],
    }


def chart_from_plain(plain: Mapping[str, Any]) -> Chart:
    """Build the chart that `chart_to_plain` was given."""
    return Chart(
        **{word: plain[word] for word in _WORDS},
        data={
            name: tuple(_unpack(one) for one in values) for name, values in plain["data"].items()
        },
        encoding=_unpack(plain["encoding"]),
        units=dict(plain["units"]),
        panels=tuple(chart_from_plain(panel) for panel in plain["panels"]),
    )


def _pack(value: Any) -> Any:
    """Return a value as JSON can hold it."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else {_TAG: "float", "is": repr(value)}
    if isinstance(value, tuple):
        return [_pack(one) for one in value]
    if isinstance(value, list):
        return {_TAG: "list", "is": [_pack(one) for one in value]}
    if isinstance(value, Mapping):
        if _TAG not in value and all(isinstance(key, str) for key in value):
            return {key: _pack(one) for key, one in value.items()}
        return {_TAG: "map", "is": [[_pack(key), _pack(one)] for key, one in value.items()]}
    if isinstance(value, datetime):
        return {_TAG: "time", "is": value.isoformat()}
    if isinstance(value, date):
        return {_TAG: "day", "is": value.isoformat()}
    raise TypeError(f"a chart holds plain values only; got {type(value).__name__}.")


def _unpack(value: Any) -> Any:
    """Undo `_pack`."""
    if isinstance(value, list):
        return tuple(_unpack(one) for one in value)
    if not isinstance(value, dict):
        return value
    if _TAG not in value:
        return {key: _unpack(one) for key, one in value.items()}
    held = value["is"]
    readers: dict[str, Callable[[], Any]] = {
        "float": lambda: float(held),
        "list": lambda: [_unpack(one) for one in held],
        "map": lambda: {_unpack(key): _unpack(one) for key, one in held},
        "time": lambda: datetime.fromisoformat(held),
        "day": lambda: date.fromisoformat(held),
    }
    return readers[value[_TAG]]()
