"""A form drawn from a Segmentation's Schema: one field a column that placing needs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from typing import TYPE_CHECKING, Any

import streamlit as st

from coterie.figures.words import NARROW_SPACE, is_year, say_number

if TYPE_CHECKING:
    from coterie.schema import Column
    from coterie.segmentation import Segmentation

GROUPS = ("Who they are", "What they earn and spend", "How they behave")

_WHO = frozenset(
    ("age", "birth_year", "birth_date", "gender", "education", "marital_status", "kids", "teens",
     "children", "household_size")
)  # fmt: skip
_MONEY = frozenset(
    ("income", "savings", "monetary", "total_spend", "average_order", "spending_score")
)
_WORDS = (
    (0, ("age", "gender", "sex", "birth", "education", "marital", "married", "children", "kids",
         "household", "city", "country", "region", "job", "occupation")),
    (1, ("income", "salary", "spend", "spent", "amount", "revenue", "price", "value", "savings",
         "balance", "credit", "limit", "paid", "payment", "cost", "score", "mnt")),
)  # fmt: skip
NOT_KNOWN = "not known"
NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"
OLDEST, LATEST = date(1850, 1, 1), date(2150, 12, 31)


@dataclass(frozen=True)
class Field:
    """One field of the form.

    Attributes
    ----------
    column : Column
    group : int
        Which of `GROUPS`.
    seen : (float, float) or None
        Smallest and largest value that training saw.
    start : object
        What stands in it at first: the median, or the commonest choice.
    whole : bool
        Whether values are whole numbers.
    """

    column: Column
    group: int
    seen: tuple[float, float] | None
    start: Any
    whole: bool

    @property
    def label(self) -> str:
        """The column's label with its unit and the bounds of training."""
        column, seen = self.column, self.seen
        if column.kind != "number":
            return column.label
        unit = column.unit if column.unit.casefold() not in column.label.casefold() else ""
        if seen is None:
            return f"{column.label} ({unit})" if unit else column.label
        low, high = (_said(self, end) for end in seen)
        bounds = f"({low} to {high}{NARROW_SPACE + unit if unit else ''})"
        # The bounds stay on one line.
        return f"{column.label} {bounds.replace(' ', NO_BREAK_SPACE)}"


def unmarked(text: str) -> str:
    r"""Return a text as a label shows it sign by sign: a column's name is no Markdown, no formula.

    Examples
    --------
    >>> print(unmarked("Income (0 to 9 $)"), unmarked("$x$ **y**"))
    Income (0 to 9 $) \$x\$ \*\*y\*\*
    """
    signs = r"[\\`*\[\]~<>]|\b_|_\b|:(?=\w+[:\[])"
    return re.sub(signs + (r"|\$" if text.count("$") > 1 else ""), r"\\\g<0>", text)


def fields(model: Segmentation) -> tuple[Field, ...]:
    """Return the fields of the form, in the order of the groups and of the table."""
    made = [_field(column, model) for column in model.inputs]
    return tuple(sorted(made, key=lambda field: field.group))


def group_of(column: Column) -> int:
    """Return which group of the form a column belongs to.

    Examples
    --------
    >>> from coterie.schema import Column
    >>> [GROUPS[group_of(Column(name, "number", "feature", meaning=meaning))]
    ...  for name, meaning in (("Age", "age"), ("MntWines", "spend_wines"), ("Recency", "recency"))]
    ['Who they are', 'What they earn and spend', 'How they behave']
    """
    if column.meaning in _WHO:
        return 0
    if column.meaning in _MONEY or column.meaning.startswith("spend_"):
        return 1
    if column.meaning:
        return 2
    words = f"{column.name} {column.label}".casefold()
    return next((group for group, known in _WORDS if any(w in words for w in known)), 2)


def draw(
    made: Sequence[Field], before: str, outside: Mapping[str, str] | None = None
) -> Iterator[tuple[str, Any]]:
    """Draw the form; yield each column's name and value as it is drawn.

    Parameters
    ----------
    made : sequence of Field
    before : str
        What keys in the session's state begin with.
    outside : mapping of str to str, optional
        What is to be said below a field, by column.
    """
    for number, title in enumerate(GROUPS):
        own = [field for field in made if field.group == number]
        if not own:
            continue
        st.markdown(f"##### {title}", anchors=False)
        for first in range(0, len(own), 2):
            places = st.columns(2, vertical_alignment="bottom")
            for place, field in zip(places, own[first : first + 2], strict=False):
                with place:
                    yield field.column.name, _drawn(field, before + field.column.name)
                    if said := (outside or {}).get(field.column.name):
                        st.html(f'<p class="co-outside">{escape(said)}</p>')


def fill(made: Sequence[Field], before: str, values: Mapping[str, Any]) -> None:
    """Write values into the form, before it is drawn."""
    for field in made:
        key, value = before + field.column.name, values.get(field.column.name)
        if value is None or field.column.kind in ("category", "flag", "date", "text"):
            st.session_state[key] = _choice(field, value)
        else:
            st.session_state[key] = int(value) if field.whole else float(value)


def starts(made: Sequence[Field]) -> dict[str, Any]:
    """Return what stands in the form at first."""
    return {field.column.name: field.start for field in made}


def _field(column: Column, model: Segmentation) -> Field:
    """Return the field of one column."""
    seen = model.ranges.get(column.name)
    start: Any = column.typical
    whole = False
    if column.kind == "number":
        known = [v for v in (*(seen or ()), column.lower, column.upper) if v is not None]
        fine = isinstance(start, float) and (start * 2) % 1 != 0
        whole = all(float(v).is_integer() for v in known) and not fine and bool(known)
        start = None if start is None else round(float(start)) if whole else float(start)
    return Field(column, group_of(column), seen, start, whole)


def _drawn(field: Field, key: str) -> Any:
    """Draw one field and return its value; None where it is not known."""
    column, label = field.column, unmarked(field.label)
    if column.kind == "number":
        return st.number_input(
            label,
            value=None,
            step=1 if field.whole else _step(field),
            format="%d" if field.whole else "%.6g",
            key=key,
            placeholder=NOT_KNOWN,
        )
    if column.kind == "date":
        return st.date_input(
            label, value=None, min_value=OLDEST, max_value=LATEST, key=key,
            format="YYYY-MM-DD",
        )  # fmt: skip
    if column.kind == "flag":
        answer = st.selectbox(label, ("no", "yes"), index=None, key=key, placeholder=NOT_KNOWN)
        return None if answer is None else float(answer == "yes")
    if column.choices:
        return st.selectbox(label, column.choices, index=None, key=key, placeholder=NOT_KNOWN)
    return st.text_input(label, key=key, placeholder=NOT_KNOWN) or None


def _choice(field: Field, value: Any) -> Any:
    """Return a value as the field that is no number holds it."""
    column = field.column
    if value is None or value == "":
        return "" if column.kind == "text" and not column.choices else None
    if column.kind == "flag":
        yes = value if isinstance(value, bool) else str(value).casefold() in YES
        return "yes" if yes else "no"
    if column.kind == "date":
        return value if isinstance(value, date) else date.fromisoformat(str(value)[:10])
    if column.choices:
        return value if value in column.choices else None
    return value


YES = frozenset({"1", "1.0", "yes", "y", "true", "t"})


def _step(field: Field) -> float:
    """Return a step of about a hundredth of what training saw."""
    if field.seen is None or field.seen[0] == field.seen[1]:
        return 1.0
    from math import floor, log10

    return float(10 ** floor(log10((field.seen[1] - field.seen[0]) / 20)))


def _said(field: Field, value: float) -> str:
    """Say a bound as a person would."""
    return f"{value:.0f}" if is_year(field.column) else say_number(value)
