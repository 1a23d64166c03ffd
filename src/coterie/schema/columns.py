"""What a customer table is: its columns, their kinds, roles, units and bounds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, get_args

Kind = Literal["number", "category", "date", "flag", "id", "text"]
Role = Literal["feature", "response", "id", "date", "ignore"]
DateOrder = Literal["dmy", "mdy", "ymd"]

KINDS: tuple[str, ...] = get_args(Kind)
ROLES: tuple[str, ...] = get_args(Role)

_OPTIONAL = (
    "source", "meaning", "label", "unit", "lower", "upper", "typical", "date_order", "why",
)  # fmt: skip

ROW = "__row__"
"""Name of the row-number column (int64, from 0, in the order of the source) that every opened
table carries. No other column of a user's table may begin with two underscores."""


@dataclass(frozen=True)
class Column:
    """One column of a customer table, or one derived from it.

    Attributes
    ----------
    name : str
        As in the table, once its header is cleaned (stripped, made unique).
    kind : {"number", "category", "date", "flag", "id", "text"}
        What its values are. A flag is 0/1 (or yes/no, true/false).
    role : {"feature", "response", "id", "date", "ignore"}
        What it may be used for. Only features take part in a fit; responses are answers to
        campaigns; what is ignored (constants, free text, personal data) is carried along.
    meaning : str
        What it is known to be by sight, such as ``"income"``, ``"birth_year"`` or
        ``"spend_wines"``; empty where it is not known.
    label : str
        How a person reads it: ``"Annual income"``. Never empty.
    unit : str
        ``"k$"``, ``"$"``, ``"years"``, ``"days"``, ``"purchases"``, ``"%"``; empty if none.
    lower, upper : float or None
        Values outside are impossible (an age of 180), not merely rare. Inclusive.
    choices : tuple of str
        Values of a category or flag, most frequent first.
    typical : float, str or None
        The median, or the commonest choice: the default of a form.
    date_order : {"dmy", "mdy", "ymd"} or None
        How dates written as text are read.
    personal : bool
        Personal data (a name, an e-mail address, a phone or card number).
    why : str
        A sentence: why this kind and role.
    source : str
        Its name in the table's header, where the user gave the column another one; else empty.
    """

    name: str
    kind: Kind
    role: Role
    meaning: str = ""
    label: str = ""
    unit: str = ""
    lower: float | None = None
    upper: float | None = None
    choices: tuple[str, ...] = ()
    typical: float | str | None = None
    date_order: DateOrder | None = None
    personal: bool = False
    why: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        if not self.label:
            object.__setattr__(self, "label", self.name)

    @property
    def numeric(self) -> bool:
        """True for numbers and flags: what arithmetic can be done on."""
        return self.kind in ("number", "flag")

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values; what is at its default is left out."""
        plain: dict[str, Any] = {"name": self.name, "kind": self.kind, "role": self.role}
        for key in _OPTIONAL:
            value = getattr(self, key)
            if value not in (None, ""):
                plain[key] = value
        if self.choices:
            plain["choices"] = list(self.choices)
        if self.personal:
            plain["personal"] = True
        return plain

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Column:
        """Build from `to_dict`'s result, which is trusted to be well formed."""
        return cls(**{**plain, "choices": tuple(plain.get("choices", ()))})


@dataclass(frozen=True)
class Schema:
    """The columns of a customer table, in the table's order."""

    columns: tuple[Column, ...]
    _by_name: dict[str, Column] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_name", {column.name: column for column in self.columns})

    def __iter__(self) -> Iterator[Column]:
        return iter(self.columns)

    def __len__(self) -> int:
        return len(self.columns)

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    def __getitem__(self, name: str) -> Column:
        return self._by_name[name]

    @property
    def names(self) -> tuple[str, ...]:
        """Column names in the table's order."""
        return tuple(self._by_name)

    def with_role(self, *roles: Role) -> tuple[Column, ...]:
        """Return the columns that have one of `roles`."""
        return tuple(column for column in self.columns if column.role in roles)

    def meaning(self, meaning: str) -> Column | None:
        """Return the first column known by sight to be `meaning`, or None."""
        return next((column for column in self.columns if column.meaning == meaning), None)

    def extended(self, more: tuple[Column, ...]) -> Schema:
        """Return a Schema with `more` columns behind; one of the same name is replaced."""
        names = {column.name for column in more}
        return Schema(tuple(c for c in self.columns if c.name not in names) + more)

    def changed(self, name: str, **changes: Any) -> Schema:
        """Return a Schema in which the column `name` has the given fields changed."""
        return Schema(tuple(replace(c, **changes) if c.name == name else c for c in self.columns))

    def to_dict(self) -> list[dict[str, Any]]:
        """Return plain JSON values."""
        return [column.to_dict() for column in self.columns]

    @classmethod
    def from_dict(cls, plain: list[Mapping[str, Any]]) -> Schema:
        """Build from `to_dict`'s result."""
        return cls(tuple(Column.from_dict(column) for column in plain))
