"""A column of text or numbers that says dates -> a column of dates; the order is decided once."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, get_args

from coterie.errors import DateOrderError, UnreadableTableError
from coterie.schema import DateOrder
from coterie.schema.notes import Note
from coterie.tables.number_columns import ENOUGH, TextColumn
from coterie.tables.parsing import (
    SERIAL_RANGE,
    from_serial,
    parse_date,
    parse_moment,
    shape_of,
)
from coterie.tables.wording import counted

if TYPE_CHECKING:
    import polars as pl

DATE_NAME = re.compile(
    r"(?:^|[^A-Za-z])(?i:date|dt|datum|fecha|dob|birthday|joined|signup|registered|created)"
    r"(?:$|[^a-z])|[a-z](?:Date|Dt)(?:$|[^a-z])|(?<!up)(?<!man)(?<!candi)date$"
)
"""Names whose numbers may be dates; not those of an update, a mandate or a candidate."""

_BIRTH_NAME = re.compile(r"birth|dob|born|geburt|naissance|nacimiento", re.IGNORECASE)
_ORDER_WORDS = {"dmy": "day first", "mdy": "month first", "ymd": "year first"}
_SERIAL = re.compile(r"^[2-5][0-9]{4}(?:\.[0-9]+)?$")


@dataclass(frozen=True)
class DateColumn:
    """A column of dates, read.

    Attributes
    ----------
    values : polars.Series
        Date; Datetime where a time of day was written.
    order : {"dmy", "mdy", "ymd"} or None
        How it was read; None where dates did not come as text.
    notes : tuple of Note
    """

    values: pl.Series
    order: DateOrder | None
    notes: tuple[Note, ...]


def read_dates(
    column: TextColumn, asked: DateOrder | None, known: DateOrder | None
) -> DateColumn | None:
    """Read a column of text as dates, or return None if it is none.

    Parameters
    ----------
    column : TextColumn
    asked : {"dmy", "mdy", "ymd"} or None
        Order to use where no value decides.
    known : {"dmy", "mdy", "ymd"} or None
        Order known beforehand; it is not questioned.

    Raises
    ------
    DateOrderError
        If no value decides the order, and neither `asked` nor `known` does.
    UnreadableTableError
        If the values contradict each other about the order.
    """
    sample = column.looked_at()
    shapes = sum(shape_of(text) is not None for text in sample)
    if not sample.len() or shapes < ENOUGH / 2 * sample.len():
        return None
    plain = _iso(column)
    if plain is not None:
        return DateColumn(plain, "ymd", (_note(column.name, "year first (ISO)"),))
    filled = column.text.drop_nulls().alias("text").to_frame()
    counts = filled.group_by("text", maintain_order=True).len()
    cells = dict(counts.iter_rows())
    dated = {text: n for text, n in cells.items() if shape_of(text) or _is_serial(text)}
    if sum(dated.values()) < ENOUGH * column.filled:
        return None
    birth = bool(_BIRTH_NAME.search(column.name))
    order, how = _decide(column.name, dated, asked, known, birth)
    return _finish(column, cells, order, how, birth)


def _iso(column: TextColumn) -> pl.Series | None:
    """Read a column that is all ISO dates, with or without a time, at the engine's speed."""
    import polars as pl

    for pattern, form in (
        (r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "%Y-%m-%d"),
        (r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}:[0-9]{2}$", "%Y-%m-%d %H:%M:%S"),
    ):
        if not column.text.str.contains(pattern).all():
            continue
        text = column.text.str.replace("T", " ", literal=True)
        if form == "%Y-%m-%d":
            values = text.str.to_date(form, strict=False)
        else:
            values = text.str.to_datetime(form, strict=False, time_unit="us")
        if values.null_count() > column.text.null_count():
            return None
        return _without_midnights(values) if values.dtype != pl.Date else values
    return None


def _without_midnights(values: pl.Series) -> pl.Series:
    """Return dates where no value has a time of day."""
    import polars as pl

    midnight = (values == values.dt.truncate("1d")).all()
    return values.cast(pl.Date) if midnight else values


def _is_serial(text: str) -> bool:
    """Return whether a text is a number that Excel may have written for a date."""
    return bool(_SERIAL.match(text)) and SERIAL_RANGE[0] <= float(text) <= SERIAL_RANGE[1]


def _decide(
    name: str,
    dated: dict[str, int],
    asked: DateOrder | None,
    known: DateOrder | None,
    birth: bool,
) -> tuple[DateOrder, str]:
    """Choose the order that reads most values; return it and how it was decided."""
    numbers = {
        t: n for t, n in dated.items() if (found := shape_of(t)) and "a" in found.groupdict()
    }
    if known:
        return known, "as the schema says"
    if not numbers:
        spelt = next((t for t in dated if shape_of(t)), "")
        return ("ymd", "") if spelt[:4].isdigit() else ("dmy", "with spelt months")
    read: dict[DateOrder, dict[str, object]] = {
        order: {text: parse_date(text, order, birth=birth) for text in numbers}
        for order in get_args(DateOrder)
    }
    score = {
        order: sum(n for text, n in numbers.items() if days[text]) for order, days in read.items()
    }
    if asked and score[asked] >= ENOUGH * sum(numbers.values()):
        best: DateOrder = asked
    else:
        best = max(score, key=lambda order: (score[order], order != "ymd"))
    rivals = [
        order
        for order in score
        if order != best and score[order] == score[best] and read[order] != read[best]
    ]
    if best != "ymd" and "ymd" in rivals and len(rivals) == 1:
        rivals = []
    if not asked:
        if score[best] < ENOUGH * sum(numbers.values()):
            raise _contradiction(name, read)
        if rivals:
            raise DateOrderError(name, next(t for t in numbers if _two_ways(t)))
    others = [order for order in read if order not in (best, "ymd")]
    deciding = (t for t in numbers if read[best][t] and not any(read[o][t] for o in others))
    witness = next(deciding, "")
    if rivals or (asked and not witness):
        return best, "as you said"
    return best, f"decided by values such as {witness}" if witness else "all ways of reading agree"


def _two_ways(text: str) -> bool:
    """Return whether a date can be read day first and month first, with different results."""
    days = {parse_date(text, order) for order in get_args(DateOrder)} - {None}
    return len(days) > 1


def _contradiction(name: str, read: dict[DateOrder, dict[str, object]]) -> UnreadableTableError:
    """Say that some dates of a column are day first and others month first."""
    day = next((t for t, v in read["dmy"].items() if v and not read["mdy"][t]), None)
    month = next((t for t, v in read["mdy"].items() if v and not read["dmy"][t]), None)
    if day and month:
        found = f"{day} can only be day first, {month} only month first"
    else:
        found = f"{next(t for t, v in read['dmy'].items() if not v)} is no day of the calendar"
    return UnreadableTableError(
        f"The dates in {name} contradict each other: {found}. Write them all one way, or say "
        "with --dates dmy, --dates mdy or --dates ymd which to keep; the others become missing."
    )


def _finish(
    column: TextColumn, cells: dict[str, int], order: DateOrder, how: str, birth: bool
) -> DateColumn:
    """Read each distinct text once and lay the results out over the column."""
    import polars as pl

    moments: dict[str, datetime | None] = {}
    serials = 0
    for text, count in cells.items():
        moment = parse_moment(text, order, birth=birth)
        if moment is None and _is_serial(text):
            day = from_serial(float(text))
            moment, serials = datetime(day.year, day.month, day.day), serials + count
        moments[text] = moment
    table = pl.DataFrame(
        {"text": list(moments), "moment": list(moments.values())},
        schema={"text": pl.String, "moment": pl.Datetime("us")},
    )
    values = pl.DataFrame({"text": column.text}).join(
        table, on="text", how="left", maintain_order="left"
    )["moment"]
    told = how if how.startswith("with") else ", ".join(filter(None, (_ORDER_WORDS[order], how)))
    notes = [_note(column.name, told)]
    notes += _unread_notes(column, moments, cells)
    if serials:
        notes.append(_note(column.name, f"{serials:,} of them from Excel serial numbers", serials))
    return DateColumn(_without_midnights(values).alias(column.name), order, tuple(notes))


def _unread_notes(
    column: TextColumn, moments: dict[str, datetime | None], cells: dict[str, int]
) -> list[Note]:
    """Count the cells that are no date."""
    lost = {text: cells[text] for text, moment in moments.items() if moment is None}
    notes = []
    if lost:
        count = sum(lost.values())
        shown = ", ".join(f"'{text[:24]}'" for text in sorted(lost)[:3])
        more = " and others" if len(lost) > 3 else ""
        values = counted(count, "value")
        text = f"{values} of {column.name} cannot be read as dates ({shown}{more}); now missing."
        notes.append(Note("unreadable dates", text, column.name, count, "warning"))
    if column.words:
        text = f"{counted(column.words, 'cell')} of {column.name} said that there is no value."
        notes.append(Note("missing", text, column.name, column.words))
    return notes


def _note(column: str, how: str, count: int = 0, level: str = "info") -> Note:
    return Note("dates", f"{column} holds dates: {how}.", column, count, level)


def dates_in_numbers(values: pl.Series) -> DateColumn | None:
    """Read a column of numbers that are days written as yyyymmdd or as Excel serial numbers."""
    filled = values.drop_nulls()
    if not filled.len():
        return None
    named = bool(DATE_NAME.search(values.name))
    low, high = filled.min(), filled.max()
    if not isinstance(low, int | float) or not isinstance(high, int | float):
        return None
    if low >= 18_000_101 and high <= 21_001_231 and (named or filled.len() >= 3):
        return _accept(values, _eight_digits, 1.0 if not named else 0.95, "written as yyyymmdd")
    if named and SERIAL_RANGE[0] <= low and high <= SERIAL_RANGE[1]:
        return _accept(values, _serials, 1.0, "Excel serial numbers")
    return None


def _accept(
    values: pl.Series, read: Callable[[pl.Series], pl.Series], share: float, how: str
) -> DateColumn | None:
    """Return the dates if `share` of the numbers are days; count the others."""
    days = read(values)
    filled = values.len() - values.null_count()
    lost = days.null_count() - values.null_count()
    if filled - lost < share * filled:
        return None
    notes = [_note(values.name, how)]
    if lost:
        text = f"{counted(lost, 'value')} of {values.name} cannot be read as dates; now missing."
        notes.append(Note("unreadable dates", text, values.name, lost, "warning"))
    return DateColumn(days.alias(values.name), None, tuple(notes))


def _eight_digits(values: pl.Series) -> pl.Series:
    import polars as pl

    return values.cast(pl.Int64, strict=False).cast(pl.String).str.to_date("%Y%m%d", strict=False)


def _serials(values: pl.Series) -> pl.Series:
    import polars as pl

    start = pl.lit(-25_569, dtype=pl.Int64)
    days = values.cast(pl.Float64).floor().cast(pl.Int64)
    return pl.select((days + start).cast(pl.Int32).cast(pl.Date)).to_series()
