"""Explore: look at a table before any group is looked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import narwhals as nw

from coterie.insight.exploration import Exploration, summarise
from coterie.prepare.cleaning import plan_cleaning
from coterie.schema import DateOrder, Schema
from coterie.schema.notes import Note
from coterie.workflow.opening import Opened, open_source, told_once, with_derived
from coterie.workflow.progress import Clock, Progress


@dataclass(frozen=True, eq=False)
class Overview:
    """A table as it was found: its schema, its notes and its statistics."""

    name: str
    rows: int
    kept: int
    as_of: date | None
    schema: Schema
    notes: tuple[Note, ...]
    exploration: Exploration


def explore(
    source: Any,
    *,
    schema: Schema | None = None,
    dates: DateOrder | None = None,
    as_of: date | None = None,
    progress: Progress | None = None,
) -> Overview:
    """Describe a customer table: statistics, distributions, correlations, what is missing.

    Parameters
    ----------
    source : path or frame
        What `tables.open_table` takes.
    schema : Schema, optional
        Inferred if None.
    dates : {"dmy", "mdy", "ymd"}, optional
        Order of dates that no value decides.
    as_of : date, optional
        The day ages are counted to.
    progress : callable, optional

    Returns
    -------
    Overview

    Raises
    ------
    InputError
        If the table cannot be read or does not fit the schema.
    """
    clock = Clock(progress)
    with clock.stage("read"):
        opened: Opened = open_source(source, schema=schema, dates=dates, as_of=as_of)
    return explore_opened(opened, clock)[0]


def explore_opened(opened: Opened, clock: Clock) -> tuple[Overview, nw.LazyFrame[Any]]:
    """Describe a table that is open; return also the rows that cleaning keeps, with ROW."""
    with clock.stage("clean"):
        cleaning = plan_cleaning(opened.frame, opened.schema, as_of=opened.as_of)
        kept, count = with_derived(cleaning.apply(opened.frame), opened.derived)
    with clock.stage("explain"):
        described = opened.schema.extended(tuple(d.column for d in opened.derived))
        exploration = summarise(kept, described)
    overview = Overview(
        name=opened.name,
        rows=opened.rows,
        kept=count,
        as_of=opened.as_of,
        schema=described,
        notes=told_once(*opened.notes, *cleaning.report()),
        exploration=exploration,
    )
    return overview, kept
