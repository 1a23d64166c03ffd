"""Table: what every source becomes once it is opened."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import narwhals as nw

from coterie.schema import DateOrder
from coterie.schema.notes import CurrencyNote, Note


@dataclass(frozen=True)
class Table:
    """A customer table, opened, cleaned of spelling and typed.

    Attributes
    ----------
    frame : narwhals.LazyFrame
        `ROW` (Int64, from 0, in the order of the source), then the columns, each Int64, Float64,
        Boolean, Date, Datetime or String. No float is infinite or NaN; both became missing.
    name : str
        The file's name, or the kind of frame that was handed in.
    notes : tuple of Note
        All that was detected, repaired or decided on the way.
    orders : dict of str to {"dmy", "mdy", "ymd"}
        How the dates of a column were read, for each column of dates written as text.
    kind : str
        What came in: ``"csv"``, ``"xlsx"``, ``"parquet"``, ``"arrow"``, ``"pandas"``,
        ``"polars"``, ``"polars-lazy"``, ``"duckdb"`` ..., so that the same can go out.
    fingerprint : str
        SHA-256 (hexadecimal) of the file's bytes, or of the content of a frame. The name of
        the file has no part in it.
    """

    frame: nw.LazyFrame[Any]
    name: str
    notes: tuple[Note, ...] = ()
    orders: dict[str, DateOrder] = field(default_factory=dict)
    kind: str = "csv"
    fingerprint: str = ""

    @property
    def units(self) -> dict[str, str]:
        """The currency of each column whose cells say it, and say only one."""
        found = [note for note in self.notes if isinstance(note, CurrencyNote)]
        return {note.column: note.unit for note in found if note.column is not None}
