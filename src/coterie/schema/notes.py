"""Notes: what was seen or decided about a table, with its count, in words fit to be shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Note:
    """One thing seen or decided.

    Attributes
    ----------
    topic : str
        A short fixed word to group by: ``"encoding"``, ``"separator"``, ``"header"``,
        ``"decimal"``, ``"dates"``, ``"missing"``, ``"impossible"``, ``"duplicate"``,
        ``"outlier"``, ``"constant"``, ``"text in numbers"``, ``"log scale"`` ...
    text : str
        A sentence for people, with the figures in it.
    column : str or None
        The column it is about; None for the whole table.
    count : int
        How many rows or cells are concerned; 0 where that makes no sense.
    level : {"info", "warning"}
        A warning is something the reader should decide on.
    """

    topic: str
    text: str
    column: str | None = None
    count: int = 0
    level: str = "info"

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "topic": self.topic,
            "text": self.text,
            "column": self.column,
            "count": self.count,
            "level": self.level,
        }


@dataclass(frozen=True)
class CurrencyNote(Note):
    """That the cells of a column bear the sign of one currency, which is the column's unit.

    Attributes
    ----------
    unit : str
        Such as ``"$"`` or ``"CHF"``.
    """

    unit: str = ""
