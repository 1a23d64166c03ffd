"""The classic grid of named cells over recency, frequency and monetary scores."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import narwhals as nw

from coterie.errors import ConfigError
from coterie.insight.rfm import COLUMNS, MEASURES, SCORES, RfmBreaks

Second = Literal["frequency and monetary", "frequency"]


@dataclass(frozen=True)
class RfmCell:
    """One named part of the grid.

    Attributes
    ----------
    name, advice : str
    recency, second : tuple of (int, int)
        Lowest and highest score, both included.
    """

    name: str
    recency: tuple[int, int]
    second: tuple[int, int]
    advice: str

    def holds(self, recency: int, second: int) -> bool:
        """Return whether a pair of scores lies in the cell."""
        return (
            self.recency[0] <= recency <= self.recency[1]
            and self.second[0] <= second <= self.second[1]
        )


CLASSIC = (
    RfmCell("Champions", (5, 5), (4, 5), "Thank them first: early access, and ask for reviews."),
    RfmCell("Loyal customers", (3, 4), (4, 5), "Offer what goes with what they buy; reward them."),
    RfmCell("Potential loyalists", (4, 5), (2, 3), "Invite them to the club; suggest a next buy."),
    RfmCell("New customers", (5, 5), (1, 1), "Help them start well, and bring the second order."),
    RfmCell("Promising", (4, 4), (1, 1), "Stay in mind: a small offer for a second order."),
    RfmCell("Need attention", (3, 3), (3, 3), "A limited offer on what they bought before."),
    RfmCell("About to sleep", (3, 3), (1, 2), "Remind them of what is popular, before they go."),
    RfmCell("At risk", (1, 2), (3, 4), "Write personally, and ask what was wrong."),
    RfmCell("Cannot lose them", (1, 2), (5, 5), "Call them: they were among the best."),
    RfmCell("Hibernating", (1, 2), (1, 2), "A rare and cheap reminder; do not spend much here."),
)
"""The ten named cells in wide use, by recency and by frequency (or frequency with monetary)."""


def classic_cells(scores: int = SCORES) -> tuple[RfmCell, ...]:
    """Return the classic cells for another number of scores than five.

    Each score stands for the one of five that is as far along: of three, 1 for 1, 2 for 3 and 3
    for 5. Cells that no score stands for are left out.

    Examples
    --------
    >>> [cell.name for cell in classic_cells(2)]
    ['Champions', 'New customers', 'Cannot lose them', 'Hibernating']
    """
    if scores == SCORES:
        return CLASSIC
    stands_for = {s: round(1 + (s - 1) * (SCORES - 1) / (scores - 1)) for s in range(1, scores + 1)}

    def kept(bounds: tuple[int, int]) -> list[int]:
        return [s for s, classic in stands_for.items() if bounds[0] <= classic <= bounds[1]]

    found = []
    for cell in CLASSIC:
        recency, second = kept(cell.recency), kept(cell.second)
        if recency and second:
            bounds = (recency[0], recency[-1]), (second[0], second[-1])
            found.append(RfmCell(cell.name, *bounds, cell.advice))
    return tuple(found)


@dataclass(frozen=True)
class RfmPlacement:
    """One customer's cell, and the scores that led there.

    Attributes
    ----------
    cell_id : int
        From 1, in the order of the grid's cells.
    name, advice : str
    r_score, f_score, m_score : int
    """

    cell_id: int
    name: str
    advice: str
    r_score: int
    f_score: int
    m_score: int

    @property
    def code(self) -> str:
        """The three scores in a row, as ``"545"``."""
        return f"{self.r_score}{self.f_score}{self.m_score}"


@dataclass(frozen=True)
class RfmGrid:
    """The classic grid: breaks, and named cells that cover every pair of scores once.

    Attributes
    ----------
    breaks : RfmBreaks
    cells : tuple of RfmCell
        The better customers first.
    by : {"frequency and monetary", "frequency"}
        What stands beside recency: the mean of both scores, a half rounded up, or frequency's.

    Raises
    ------
    ConfigError
        If the cells leave a pair of scores out or hold it twice.

    Examples
    --------
    >>> grid = RfmGrid(RfmBreaks((10, 30, 90, 180), (1, 2, 4, 8), (50, 100, 250, 900)))
    >>> placed = grid.place({"recency_days": 5, "frequency": 12, "monetary": 2000})
    >>> placed.name, placed.code
    ('Champions', '555')
    """

    breaks: RfmBreaks
    cells: tuple[RfmCell, ...] = CLASSIC
    by: Second = "frequency and monetary"

    def __post_init__(self) -> None:
        if self.by not in ("frequency and monetary", "frequency"):
            raise ConfigError([f"A grid is by frequency and monetary, or by frequency: {self.by}."])
        names = [cell.name for cell in self.cells]
        if len(set(names)) < len(names):
            raise ConfigError(["Two cells of the grid have the same name."])
        scores = range(1, self.breaks.highest + 1)
        for pair in ((r, s) for r in scores for s in scores):
            held = [cell.name for cell in self.cells if cell.holds(*pair)]
            if len(held) != 1:
                found = " and ".join(held) or "no cell"
                raise ConfigError([f"Scores {pair[0]} and {pair[1]} lie in {found} of the grid."])

    def place(self, record: Mapping[str, Any]) -> RfmPlacement:
        """Say which cell one customer is in; see `RfmBreaks.score` for the record.

        Raises
        ------
        RecordError
            If recency, frequency or monetary value is missing or no number.
        """
        r, f, m = self.breaks.score(record)
        second = self.second(f, m)
        place, cell = next((j, c) for j, c in enumerate(self.cells, 1) if c.holds(r, second))
        return RfmPlacement(place, cell.name, cell.advice, r, f, m)

    def second(self, f_score: int, m_score: int) -> int:
        """Return the score that stands beside recency's."""
        return f_score if self.by == "frequency" else (f_score + m_score + 1) // 2

    def apply(
        self, frame: nw.LazyFrame[Any], columns: Mapping[str, str] = COLUMNS
    ) -> nw.LazyFrame[Any]:
        """Add the scores and the cell to every customer: a lazy plan on any engine.

        Columns in -> the same, and ``r_score``, ``f_score``, ``m_score`` (from 1),
        ``rfm_cell_id`` (from 1) and ``rfm_cell`` (its name); missing where a value is.
        """
        scored = frame.with_columns(*self.breaks.expressions(columns))
        r, f, m = (nw.col(f"{name[0]}_score") for name in MEASURES)
        second = f if self.by == "frequency" else (f + m + 1) // 2
        known = ~(r.is_null() | f.is_null() | m.is_null())
        number, name = nw.lit(None).cast(nw.Int64), nw.lit(None).cast(nw.String)
        for place, cell in enumerate(self.cells, 1):
            inside = (
                known
                & (r >= cell.recency[0]) & (r <= cell.recency[1])
                & (second >= cell.second[0]) & (second <= cell.second[1])
            )  # fmt: skip
            number = nw.when(inside).then(nw.lit(place)).otherwise(number)
            name = nw.when(inside).then(nw.lit(cell.name)).otherwise(name)
        return scored.with_columns(number.alias("rfm_cell_id"), name.alias("rfm_cell"))

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "breaks": self.breaks.to_dict(),
            "by": self.by,
            "cells": [
                {
                    "name": cell.name,
                    "recency": list(cell.recency),
                    "second": list(cell.second),
                    "advice": cell.advice,
                }
                for cell in self.cells
            ],
        }

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> RfmGrid:
        """Build from `to_dict`'s result.

        Raises
        ------
        ConfigError
            If it is not that.
        """
        try:
            cells = tuple(_cells_of(plain["cells"]))
            return cls(RfmBreaks.from_dict(plain["breaks"]), cells, plain["by"])
        except (KeyError, TypeError, ValueError, IndexError):
            raise ConfigError(
                ["An RFM grid has breaks, by and cells, as RfmGrid.to_dict writes them."]
            ) from None


def _cells_of(plain: Iterable[Mapping[str, Any]]) -> Iterable[RfmCell]:
    """Build cells from plain values."""
    for cell in plain:
        (r_low, r_high), (s_low, s_high) = cell["recency"], cell["second"]
        yield RfmCell(
            str(cell["name"]),
            (int(r_low), int(r_high)),
            (int(s_low), int(s_high)),
            str(cell["advice"]),
        )
