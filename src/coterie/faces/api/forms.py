"""A model's record as a JSON Schema, drawn from the model's own, and checked by hand."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from coterie.faces.api.problems import Problem, pointer
from coterie.records import RecordReader

if TYPE_CHECKING:
    from coterie.schema import Column
    from coterie.segmentation import Segmentation

LARGEST = 10**300
"""Numbers may be so large: an integer, so that its neighbours can be told from it."""

FLAG_WORDS = ("yes", "no", "true", "false")
_ISO_LENGTH = 10
_WANTED = {
    "number": "must be a number or null",
    "flag": "must be true, false, 0, 1 or null",
    "date": "must be a date such as 2024-05-31, or null",
}


class RecordForm:
    """What may stand in a record for one model.

    Stricter than `Segmentation.place`, which also reads the text of files: a number is a number
    here, neither ``"31"`` nor ``false``. What it lets through is placed as it is.

    Parameters
    ----------
    model : Segmentation
    """

    def __init__(self, model: Segmentation) -> None:
        self._model = model
        self._reader = RecordReader(model.schema, model.inputs, model.derived)
        self._columns = {column.name: column for column in model.inputs}
        self._numbers = frozenset(c.name for c in model.inputs if c.kind == "number")

    def check(self, record: object, *where: object) -> dict[str, Any]:
        """Return the record, if it can be placed as far as types go.

        Parameters
        ----------
        record : object
            As JSON gave it.
        *where : object
            Where in the body it stands.

        Raises
        ------
        Problem
            422, naming each fault by its place and never by its value.
        """
        if type(record) is not dict:
            raise _invalid([(pointer(*where), "must be an object of values by column name")])
        faults: list[tuple[str, str]] = []
        plain = given = 0
        for key, value in record.items():
            if key in self._numbers:
                plain += 1
                if value is None:
                    continue
                given += 1
                if _is_number(value):
                    continue
                faults.append((pointer(*where, key), self._told(self._columns[key], value)))
        if plain < len(record):
            given += self._check_others(record, where, faults)
        if not faults and not given:
            needed = ", ".join(self._columns)
            faults.append((pointer(*where), f"needs a value of at least one of {needed}"))
        if faults:
            raise _invalid(faults)
        return record

    def _check_others(
        self, record: dict[str, Any], where: tuple[object, ...], faults: list[tuple[str, str]]
    ) -> int:
        """Check what is not simply a number; return how many values placing can use."""
        given = 0
        meant: dict[str, str] = {}
        for key, value in record.items():
            name = self._reader.find(key)
            if name is None:
                faults.append((pointer(*where, key), "is no column of this model"))
                continue
            if meant.setdefault(name, key) != key:
                faults.append((pointer(*where, key), f"means {name}, which is given already"))
            column = self._columns.get(name)
            if column is None or value is None:
                continue
            given += key not in self._numbers
            if key not in self._numbers and not _fits(column, value):
                faults.append((pointer(*where, key), self._told(column, value)))
        return given

    @staticmethod
    def _told(column: Column, value: object) -> str:
        """Say what a column takes."""
        if column.kind == "number" and type(value) in (int, float):
            return "must be a number between -1e300 and 1e300"
        return _WANTED.get(column.kind, "must be text or null")

    def to_json_schema(self) -> dict[str, Any]:
        """Return the JSON Schema (2020-12) of a record, with units, bounds and an example."""
        model = self._model
        seen = model.ranges
        properties = {c.name: _property(c, seen.get(c.name)) for c in model.inputs}
        ignored = {
            c.name: {"description": f"{c.label}: allowed, and not used by this model."}
            for c in model.schema
            if c.name not in properties
        }
        example = {
            c.name: c.typical if not isinstance(c.typical, float) else _short(c.typical)
            for c in model.inputs
            if c.typical is not None and _fits(c, c.typical)
        }
        schema: dict[str, Any] = {
            "type": "object",
            "title": "Customer",
            "description": "One customer. A column that is left out, or null, is filled with the "
            "typical value, and the answer says so. A value outside its possible range is treated "
            "as missing. At least one value must be given.",
            "properties": {**properties, **ignored},
            "additionalProperties": False,
            "anyOf": [
                {"required": [c.name], "properties": {c.name: {"not": {"type": "null"}}}}
                for c in model.inputs
            ],
        }
        return schema | ({"examples": [example]} if example else {})


def _invalid(faults: list[tuple[str, str]]) -> Problem:
    first = "; ".join(f"{where[2:] or 'it'} {what}" for where, what in faults[:3])
    more = f"; and {len(faults) - 3} more" if len(faults) > 3 else ""
    return Problem(
        422, "invalid-record", f"The record cannot be placed: {first}{more}.", faults=faults
    )


def _fits(column: Column, value: object) -> bool:
    """Return whether a value that is not null is of the column's kind."""
    if column.kind == "number":
        return _is_number(value)
    if column.kind == "flag":
        if isinstance(value, str):
            return value in FLAG_WORDS
        return value in (0, 1)  # True and 1.0 as well
    if column.kind == "date":
        return isinstance(value, str) and _is_date(value)
    return isinstance(value, str)


def _is_number(value: object) -> bool:
    """Return whether a value is a number that is not beyond all measure; True is none."""
    if type(value) is float:
        return -1e300 <= value <= 1e300
    return type(value) is int and -LARGEST <= value <= LARGEST


def _is_date(text: str) -> bool:
    """Return whether a text is a day as RFC 3339 writes it."""
    if len(text) != _ISO_LENGTH:
        return False
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _short(value: float) -> float | int:
    return int(value) if value.is_integer() else float(f"{value:.6g}")


def _property(column: Column, seen: tuple[float, float] | None) -> dict[str, Any]:
    """Return the schema of one column."""
    words = [column.label + (f" ({column.unit})" if column.unit else "")]
    drawn: dict[str, Any] = _TYPES.get(column.kind, {"type": ["string", "null"]}).copy()
    if column.unit:
        drawn["x-unit"] = column.unit
    if column.numeric and (column.lower is not None or column.upper is not None):
        drawn["x-possible"] = [column.lower, column.upper]
        words.append(f"possible: {_range(column.lower, column.upper)}")
    if seen is not None and column.kind == "number":
        drawn["x-seen-in-training"] = list(seen)
        words.append(f"seen in training: {_range(*seen)}")
    if column.choices and not column.numeric:
        drawn["x-seen-in-training"] = list(column.choices)
        words.append(f"seen in training: {', '.join(column.choices[:12])}")
    if column.typical is not None and _fits(column, column.typical):
        typical = column.typical
        drawn["examples"] = [_short(typical) if isinstance(typical, float) else typical]
    return {"title": column.label, "description": "; ".join(words) + ".", **drawn}


_TYPES: dict[str, dict[str, Any]] = {
    "number": {"type": ["number", "null"], "minimum": -1e300, "maximum": 1e300},
    "flag": {"enum": [True, False, 0, 1, *FLAG_WORDS, None]},
    "date": {"type": ["string", "null"], "format": "date"},
}


def _range(low: float | None, high: float | None) -> str:
    """Say a range, either end of which may be open."""
    if low is None:
        return "any" if high is None else f"up to {_said(high)}"
    return f"from {_said(low)}" if high is None else f"{_said(low)} to {_said(high)}"


def _said(value: float) -> str:
    """Return a number as a person would write it: years without a comma."""
    return f"{value:,.10g}" if abs(value) >= 10_000 else f"{value:.10g}"
