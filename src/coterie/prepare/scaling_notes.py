"""Notes on scaling: what was filled, log-scaled and capped, in words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from coterie.prepare.scaled import LARGEST, Transform
from coterie.schema import Column
from coterie.schema.notes import Note


@dataclass
class Fit:
    """What is learnt of one feature on the way to a ScaledFeature."""

    column: Column
    count: int = 0
    q25: float = 0.0
    median: float = 0.0
    q75: float = 0.0
    low_tail: float = 0.0
    high_tail: float = 0.0
    least: float = 0.0
    most: float = 0.0
    raw_std: float = 0.0
    transform: Transform = "none"
    low: float = -LARGEST
    high: float = LARGEST
    capped: int = 0
    mean: float = 0.0
    std: float = 0.0


def scaling_notes(fits: Sequence[Fit], varied: Sequence[Fit], rows: int) -> tuple[Note, ...]:
    """Say what was filled, log-scaled, capped and dropped."""
    notes = []
    for fit in fits:
        name, label = fit.column.name, fit.column.label
        if fit not in varied:
            text = f"{label} has the same value for nearly every customer and takes no part."
            notes.append(Note("constant", text, name, rows))
            continue
        missing = rows - fit.count
        if missing:
            text = (
                f"{label}: {_plural(missing, 'missing value')} filled with the median, "
                f"{_rounded(fit.median)}."
            )
            notes.append(Note("imputed", text, name, missing))
        if fit.transform == "log1p":
            text = (
                f"{label} is log-scaled for the fit, because a few large values would otherwise "
                "outweigh all others."
            )
            notes.append(Note("log scale", text, name, fit.count))
        if fit.capped:
            notes.append(Note("capped", _capped_text(fit), name, fit.capped))
    return tuple(notes)


def _capped_text(fit: Fit) -> str:
    """Say how many values are capped for the fit, and where."""
    raw = (lambda v: math.expm1(v)) if fit.transform == "log1p" else (lambda v: v)
    ends = []
    if fit.least < fit.low:
        ends.append(f"below {_rounded(raw(fit.low))}")
    if fit.most > fit.high:
        ends.append(f"above {_rounded(raw(fit.high))}")
    return (
        f"{fit.column.label}: {_plural(fit.capped, 'value')} {' and '.join(ends)} "
        f"{'is' if fit.capped == 1 else 'are'} capped for the fit; the table keeps "
        f"{'it' if fit.capped == 1 else 'them'}."
    )


def _plural(count: int, noun: str) -> str:
    """Return a count with its noun."""
    return f"{count:,} {noun}" + ("" if count == 1 else "s")


def _rounded(value: float) -> str:
    """Return a number as a person would say it."""
    if abs(value) >= 1e15 or (value and abs(value) < 1e-4):
        return f"{value:.3g}"
    digits = 0 if abs(value) >= 100 or value == int(value) else 2
    return f"{value:,.{digits}f}"
