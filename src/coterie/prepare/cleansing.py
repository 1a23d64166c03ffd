"""Cleaning as it is replayed: what becomes missing, which rows are dropped and why."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import narwhals as nw

from coterie.prepare.derived import Derived
from coterie.schema import ROW
from coterie.schema.notes import Note

REASON = "__reason__"
SAME_ROW = "The whole row occurs before."
SAME_ID = "The id occurs before, with other values."
NO_VALUE = "It has no usable value."
MISSING_FEATURE = "A value that the fit needs is missing."


@dataclass(frozen=True)
class Bound:
    """Values that a column cannot have: outside of `lower` to `upper`, both possible."""

    column: str
    lower: float | None = None
    upper: float | None = None

    def impossible(self) -> nw.Expr:
        """Return whether a row's value is impossible; not so where it is missing."""
        column = nw.col(self.column)
        if self.lower is None:
            return column > self.upper
        if self.upper is None:
            return column < self.lower
        return (column < self.lower) | (column > self.upper)

    def forbids(self, value: object) -> bool:
        """Return whether one value is impossible."""
        if not isinstance(value, int | float) or isinstance(value, bool) or value != value:
            return False
        low = -math.inf if self.lower is None else self.lower
        high = math.inf if self.upper is None else self.upper
        return not low <= value <= high


@dataclass(frozen=True)
class Cleaning:
    """What is done to a table before anything is computed from it.

    Attributes
    ----------
    bounds : tuple of Bound
        Numbers outside become missing, in training and in scoring.
    latest : mapping of str to str
        Date columns and the last day (ISO) that they may hold; later ones become missing in
        training. Not in scoring: customers who come later are the point of scoring.
    id_column : str or None
        Of rows with the same id the first is kept.
    compared : tuple of str
        Of rows equal in all these columns the first is kept; empty where equal rows may be
        different customers, or do not occur.
    nameless : bool
        Whether rows without an id are compared as well.
    usable : tuple of str
        A row without a value in any of these is dropped.
    required : tuple of str
        A row without a value in one of these is dropped: empty where missing values are filled.
    missing : mapping of str to int
        Missing values of each column, impossible ones included.
    notes : tuple of Note
        Not part of what is saved.
    """

    bounds: tuple[Bound, ...] = ()
    latest: Mapping[str, str] = field(default_factory=dict)
    id_column: str | None = None
    compared: tuple[str, ...] = ()
    nameless: bool = True
    usable: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    missing: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[Note, ...] = field(default=(), compare=False)

    def apply(self, frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        """Return the rows that are kept, impossible values blanked: same columns."""
        if not self._drops:
            return self.blanked(frame)
        return self._judged(frame).filter(nw.col(REASON).is_null()).drop(REASON)

    def quarantined(self, frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        """Return the rows that are dropped, values as they came: columns and ``__reason__``."""
        if not self._drops:
            nothing = frame.with_columns(nw.lit(None).cast(nw.String).alias(REASON))
            return nothing.filter(nw.col(ROW) < 0)
        names = frame.collect_schema().names()
        marked = self._judged(frame).select(ROW, REASON).filter(~nw.col(REASON).is_null())
        return frame.join(marked, on=ROW, how="inner").select(*names, REASON)

    def for_scoring(self, frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        """Return every row, with impossible numbers blanked: nothing is dropped."""
        names = set(frame.collect_schema().names())
        blanked = [_blank(bound) for bound in self.bounds if bound.column in names]
        return frame.with_columns(*blanked) if blanked else frame

    def clean_record(
        self, record: Mapping[str, object]
    ) -> tuple[dict[str, object], dict[str, object]]:
        """Return a record with impossible values as None, and those values by column."""
        impossible = {
            bound.column: record[bound.column]
            for bound in self.bounds
            if bound.column in record and bound.forbids(record[bound.column])
        }
        return {k: None if k in impossible else v for k, v in record.items()}, impossible

    def requiring(self, features: Iterable[str], derived: Sequence[Derived] = ()) -> Cleaning:
        """Return a Cleaning that drops the rows in which a feature, or its input, is missing."""
        behind = {d.column.name: d.inputs for d in derived}
        needed = dict.fromkeys(name for f in features for name in behind.get(f, (f,)))
        gaps = [(name, self.missing.get(name, 0)) for name in needed if self.missing.get(name)]
        notes = self.notes
        if gaps:
            told = ", ".join(f"{name} ({count:,})" for name, count in gaps)
            text = f"Rows in which a feature is missing are set aside instead of filled: {told}."
            notes = (*notes, Note("missing", text, None, max(count for _, count in gaps)))
        return replace(self, required=tuple(needed), notes=notes)

    def report(self) -> tuple[Note, ...]:
        """Return what was decided, with counts."""
        return self.notes

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "bounds": [[b.column, b.lower, b.upper] for b in self.bounds],
            "latest": dict(self.latest),
            "id_column": self.id_column,
            "compared": list(self.compared),
            "nameless": self.nameless,
            "usable": list(self.usable),
            "required": list(self.required),
            "missing": dict(self.missing),
        }

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Cleaning:
        """Build from `to_dict`'s result; the notes are not part of it."""
        return cls(
            bounds=tuple(Bound(*bound) for bound in plain["bounds"]),
            latest=dict(plain["latest"]),
            id_column=plain["id_column"],
            compared=tuple(plain["compared"]),
            nameless=plain["nameless"],
            usable=tuple(plain["usable"]),
            required=tuple(plain["required"]),
            missing=dict(plain["missing"]),
        )

    @property
    def _drops(self) -> bool:
        """Whether any row could be dropped."""
        return bool(self.id_column or self.compared or self.usable or self.required)

    def blanked(self, frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        """Return the table with impossible numbers and dates to come missing."""
        blanked = [_blank(bound) for bound in self.bounds]
        for name, day in self.latest.items():
            late = nw.col(name).cast(nw.Date) > nw.lit(date.fromisoformat(day))
            blanked.append(nw.when(~late).then(nw.col(name)).alias(name))
        return frame.with_columns(*blanked) if blanked else frame

    def _judged(self, frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        """Return the table blanked, with ``__reason__``: null where a row is kept.

        Equal rows and ids are compared as they came, before anything is blanked.
        """
        marked = frame
        reasons: list[tuple[nw.Expr, str]] = []
        if self.compared:
            first = nw.col(ROW).min().over(*self.compared)
            same = nw.col(ROW) > first
            if self.id_column is not None and not self.nameless:
                same = same & ~nw.col(self.id_column).is_null()
            marked = marked.with_columns(same.alias("__same__"))
            reasons.append((nw.col("__same__"), SAME_ROW))
        if self.id_column is not None:
            first = nw.col(ROW).min().over(self.id_column)
            again = (nw.col(ROW) > first) & ~nw.col(self.id_column).is_null()
            marked = marked.with_columns(again.alias("__again__"))
            reasons.append((nw.col("__again__"), SAME_ID))
        if self.usable:
            reasons.append((all_of([nw.col(n).is_null() for n in self.usable]), NO_VALUE))
        if self.required:
            full = all_of([~nw.col(n).is_null() for n in self.required])
            reasons.append((~full, MISSING_FEATURE))
        reason = nw.lit(None).cast(nw.String)
        for condition, text in reversed(reasons):
            reason = nw.when(condition).then(nw.lit(text)).otherwise(reason)
        judged = self.blanked(marked).with_columns(reason.alias(REASON))
        return judged.drop("__same__", "__again__", strict=False)


def _blank(bound: Bound) -> nw.Expr:
    """Return a column with its impossible values missing."""
    return nw.when(~bound.impossible()).then(nw.col(bound.column)).alias(bound.column)


def all_of(conditions: Sequence[nw.Expr]) -> nw.Expr:
    """Return whether all conditions hold."""
    together = conditions[0]
    for condition in conditions[1:]:
        together = together & condition
    return together
