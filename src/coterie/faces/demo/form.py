"""The form for one customer, drawn from the schema of the study: no field is listed by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import gradio as gr

from coterie.figures.words import is_year, say_number, with_unit

if TYPE_CHECKING:
    from gradio.components import Component

    from coterie.schema import Column
    from coterie.segmentation import Segmentation
    from coterie.stores.shelf import StoredStudy

UNKNOWN = "not known"
YES, NO = "yes", "no"
MOST_CHOICES = 60


def fields(model: Segmentation, start: Mapping[str, Any]) -> list[Component]:
    """Make a field for each column that placing needs, in the table's order.

    Parameters
    ----------
    model : Segmentation
    start : mapping of str to object
        What stands in them at first, by column.
    """
    return [_field(column, model, start.get(column.name)) for column in model.inputs]


def record(model: Segmentation, values: Sequence[Any]) -> dict[str, Any]:
    """Return what was entered by column name; what was left empty is not known."""
    given = {}
    for column, value in zip(model.inputs, values, strict=True):
        if value in (None, "", UNKNOWN):
            continue
        given[column.name] = value
    return given


def typical(model: Segmentation) -> dict[str, Any]:
    """Return the typical customer: medians and commonest choices."""
    return {column.name: _shown(column, column.typical) for column in model.inputs}


def example(study: StoredStudy, segment_id: int) -> dict[str, Any]:
    """Return a real customer of a segment: one who is as surely in it as any."""
    import polars as pl

    names = [column.name for column in study.segmentation.inputs]
    rows = study.labelled.filter(pl.col("segment_id") == segment_id)
    best = rows.sort("confidence", descending=True).select(names).head(1).collect()
    row = best.row(0, named=True) if len(best) else {}
    return {c.name: _shown(c, row.get(c.name)) for c in study.segmentation.inputs}


def described(model: Segmentation) -> list[dict[str, Any]]:
    """Return the fields as plain values, for programs."""
    plain = []
    for column in model.inputs:
        low, high = model.ranges.get(column.name, (None, None))
        plain.append({**column.to_dict(), "seen_lowest": low, "seen_highest": high})
    return plain


def _field(column: Column, model: Segmentation, value: Any) -> Component:
    """Make one field; its label holds the unit, the line below what training saw."""
    about: dict[str, Any] = {"label": with_unit(column) if column.kind != "flag" else column.label,
             "elem_id": f"field-{column.name}", "info": _info(column, model),
             "key": column.name, "interactive": True}  # fmt: skip
    if column.kind == "flag":
        choices = [(YES, YES), (NO, NO), (UNKNOWN, UNKNOWN)]
        return gr.Radio(choices, value=value or UNKNOWN, **about)
    if column.kind == "number":
        return gr.Number(value, precision=None, **about)
    if column.kind == "category" and 0 < len(column.choices) <= MOST_CHOICES:
        choices = [(choice, choice) for choice in (*column.choices, UNKNOWN)]
        return gr.Dropdown(choices, value=value or UNKNOWN, **about)
    return gr.Textbox(value or "", **about)


def _info(column: Column, model: Segmentation) -> str | None:
    """Say between which values the customers of the training lie."""
    if column.kind == "date":
        return "A day such as 2024-05-31"
    if column.kind != "number" or column.name not in model.ranges:
        return None
    low, high = model.ranges[column.name]
    said = (f"{low:.0f}", f"{high:.0f}") if is_year(column) else (say_number(low), say_number(high))
    return f"{said[0]} to {said[1]} in your data"


def _shown(column: Column, value: Any) -> Any:
    """Return a value as its field holds it."""
    if value is None:
        return None
    if column.kind == "flag":
        return YES if float(value) else NO
    if column.kind == "number":
        number = float(value)
        return int(number) if number.is_integer() else round(number, 6)
    return str(value)
