"""Rules in words: bounds on columns as a person reads them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from coterie.insight.wording import CALENDAR_YEAR, CURRENCIES, own_unit, plain_label
from coterie.schema import Column

Box = Mapping[int, tuple[float, float]]
EVERYONE = "every customer"


@dataclass(frozen=True)
class Voice:
    """How bounds on one column are said.

    Attributes
    ----------
    label, unit : str
    whole : bool
        Whether its values are whole numbers.
    flag : bool
    times : float
        What a value is multiplied by before it is said: 100 for a share in per cent.
    """

    label: str
    unit: str
    whole: bool = False
    flag: bool = False
    times: float = 1.0

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "label": self.label,
            "unit": self.unit,
            "whole": self.whole,
            "flag": self.flag,
            "times": self.times,
        }


def voice_of(column: Column, *, whole: bool, largest: float) -> Voice:
    """Return how bounds on `column` are said; `largest` tells shares (0 to 1) from per cents."""
    unit = own_unit(column)
    share = unit == "%" and largest <= 1.0
    return Voice(plain_label(column), unit, whole, column.kind == "flag", 100.0 if share else 1.0)


def say_box(box: Box, voices: Sequence[Voice]) -> str:
    """Say all bounds of a box, joined by "and".

    Examples
    --------
    >>> voices = [Voice("annual income", "k$", whole=True), Voice("spending score", "")]
    >>> say_box({0: (70.0, math.inf), 1: (60.0, math.inf)}, voices)
    'annual income above 70 k$ and spending score above 60'
    >>> say_box({0: (40.0, 70.0)}, voices)
    'annual income between 40 and 70 k$'
    """
    parts = [_say_bounds(voices[column], *box[column]) for column in sorted(box)]
    return " and ".join(part for part in parts if part) or EVERYONE


def say_boxes(boxes: Sequence[Box], voices: Sequence[Voice]) -> str:
    """Say several boxes, joined by "or"; what adjoins along one column is said as one."""
    return ", or ".join(say_box(box, voices) for box in join_boxes(boxes))


def join_boxes(boxes: Sequence[Box]) -> list[Box]:
    """Join boxes that differ in one column only, and touch there.

    Examples
    --------
    >>> join_boxes([{0: (1.0, 2.0), 1: (0.0, 5.0)}, {0: (2.0, 4.0), 1: (0.0, 5.0)}])
    [{0: (1.0, 4.0), 1: (0.0, 5.0)}]
    """
    joined = [dict(box) for box in boxes]
    changed = True
    while changed:
        changed = False
        for i in range(len(joined)):
            for j in range(i + 1, len(joined)):
                both = _union(joined[i], joined[j])
                if both is not None:
                    joined[i] = both
                    del joined[j]
                    changed = True
                    break
            if changed:
                break
    return [dict(box) for box in joined]


def _union(
    first: Mapping[int, tuple[float, float]], second: Mapping[int, tuple[float, float]]
) -> dict[int, tuple[float, float]] | None:
    """Return the one box that two boxes make, or None."""
    everywhere = (-math.inf, math.inf)
    columns = sorted({*first, *second})
    apart = [c for c in columns if first.get(c, everywhere) != second.get(c, everywhere)]
    if len(apart) != 1:
        return None
    low, high = first.get(apart[0], everywhere)
    other_low, other_high = second.get(apart[0], everywhere)
    if max(low, other_low) > min(high, other_high):
        return None
    bounds = {c: first.get(c, everywhere) for c in columns}
    bounds[apart[0]] = (min(low, other_low), max(high, other_high))
    return {c: pair for c, pair in bounds.items() if pair != everywhere}


def _say_bounds(voice: Voice, low: float, high: float) -> str:
    """Say that a column lies above `low` and at most at `high`."""
    if voice.flag:
        return f"{voice.label}: {'yes' if low >= 0 else 'no'}"
    if voice.whole and _small(low) and _small(high):
        return _say_small(voice, low, high)
    if math.isinf(low) and math.isinf(high):
        return ""
    if math.isinf(high):
        return f"{voice.label} above {_exactly(low, voice)}"
    if math.isinf(low):
        return f"{voice.label} up to {_exactly(high, voice)}"
    first = _exactly(low, voice)
    unit = f" {voice.unit}"
    if voice.unit and voice.unit not in CURRENCIES:
        first = first.removesuffix(unit)
    return f"{voice.label} between {first} and {_exactly(high, voice)}"


def _say_small(voice: Voice, low: float, high: float) -> str:
    """Say bounds on small whole numbers: "at least 2" rather than "above 1"."""
    unit = f" {voice.unit}" if voice.unit else ""
    least = math.floor(low) + 1 if math.isfinite(low) else None
    most = math.floor(high) if math.isfinite(high) else None
    if least is None and most is None:
        return ""
    if least is None:
        return (
            f"no {voice.label}"
            if most == 0 and voice.label[:1].islower()
            else (f"{voice.label} at most {most}{unit}")
        )
    if most is None:
        return f"{voice.label} at least {least}{unit}"
    if least == most:
        return f"{voice.label} exactly {least}{unit}"
    return f"{voice.label} {least} to {most}{unit}"


def _small(bound: float) -> bool:
    return math.isinf(bound) or 0 <= bound < 10


def _exactly(bound: float, voice: Voice) -> str:
    """Say a bound with all its digits: it is the rule."""
    value = float(f"{bound * voice.times:.12g}")
    if voice.unit == CALENDAR_YEAR:
        return f"{value:g}"
    if abs(value) >= 1e15 or 0 < abs(value) < 1e-6:
        text = f"{abs(value):g}"
    else:
        text = f"{abs(value):,.6f}".rstrip("0").rstrip(".")
    sign = "-" if value < 0 else ""
    if voice.unit in CURRENCIES:
        return f"{sign}{voice.unit}{text}"
    return f"{sign}{text} {voice.unit}" if voice.unit else f"{sign}{text}"
