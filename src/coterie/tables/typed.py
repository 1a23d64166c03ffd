"""Columns of text -> typed columns, whole columns at a time; every decision leaves a note."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from coterie.schema import DateOrder
from coterie.schema.notes import Note
from coterie.tables.date_columns import DateColumn, dates_in_numbers, read_dates
from coterie.tables.number_columns import (
    NumberStyle,
    TextColumn,
    is_code,
    is_words,
    number_parts,
    sort_out,
    style_of,
    to_numbers,
)
from coterie.tables.parsing import STRIP, Decimal
from coterie.tables.wording import counted

if TYPE_CHECKING:
    import polars as pl

MANY_COLUMNS = 40
"""From so many columns on, what is missing is told in one note for all of them."""

LONG = 1_000_000_000
"""Whole numbers from here on may be codes, such as card numbers."""

PLAIN_WHOLE = r"^-?(?:0|[1-9][0-9]{0,8})$"
PLAIN = r"^-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,2})?$"
_PLAIN_COMMA = r"^-?(?:0|[1-9][0-9]{0,14})(?:,[0-9]+)?$"
_SURE_COMMA = r",[0-9]{1,2}$|,[0-9]{4,}$|^-?0,|^-?[0-9]{4,},"
_LONE_POINTS = r"^-?[1-9][0-9]{0,2}\.[0-9]{3}$|^-?[0-9]+$"
# Only in text columns: "none" and "unknown" are answers there, these never are.
_NO_TEXT = ("", "n/a", "N/A", "#N/A", "<NA>", "NaN", "nan", "NULL", "null", "#REF!", "#VALUE!")


@dataclass(frozen=True)
class Asked:
    """What is known about a table before it is read.

    Attributes
    ----------
    dates : {"dmy", "mdy", "ymd"} or None
        Order of dates that no value decides.
    orders : mapping of str to {"dmy", "mdy", "ymd"}
        Column -> order known beforehand.
    semicolons : bool
        True if semicolons part the columns, which people use who write decimal commas.
    """

    dates: DateOrder | None = None
    orders: Mapping[str, DateOrder] = field(default_factory=dict)
    semicolons: bool = False


@dataclass
class _Work:
    """Columns as they become typed."""

    typed: dict[str, pl.Series] = field(default_factory=dict)
    orders: dict[str, DateOrder] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    commas: bool = False

    def take_dates(self, name: str, found: DateColumn) -> None:
        self.typed[name] = found.values
        self.notes += found.notes
        if found.order:
            self.orders[name] = found.order


def type_columns(
    frame: pl.DataFrame, asked: Asked
) -> tuple[pl.DataFrame, tuple[Note, ...], dict[str, DateOrder]]:
    """Turn columns of text into numbers, dates and flags where they are that.

    Columns in -> the same columns, in order: String ones as Int64, Float64, Date, Datetime or
    Boolean where nearly all their filled cells read so; numbers that are dates as Date; floats
    that are NaN or infinite as missing.

    Raises
    ------
    DateOrderError
        If no value decides the order of a date column, and `asked` does not.
    UnreadableTableError
        If the dates of a column contradict each other.
    """
    work = _Work()
    _plain_numbers(frame, work)
    _plain_commas(frame, work)
    _careful(frame, asked, work)
    whole = frame.with_columns(work.typed.values()) if work.typed else frame
    whole = _dates_among_numbers(whole, work)
    whole = _finite(whole, work)
    if whole.height and whole.width:
        work.notes += missing_notes(whole.null_count().row(0, named=True), whole.height)
    return whole, tuple(work.notes), work.orders


def _plain_numbers(frame: pl.DataFrame, work: _Work) -> None:
    """Type the columns whose every filled cell is a plain number, all in one pass."""
    import polars as pl

    names = _whose_cells_match(frame, _filled_text(frame), PLAIN)
    if not names:
        return
    wholes = frame.select(pl.col(names).str.contains(PLAIN_WHOLE).all()).row(0, named=True)
    kinds = {name: pl.Int64 if whole else pl.Float64 for name, whole in wholes.items()}
    cast = frame.select(pl.col(name).cast(kind, strict=False) for name, kind in kinds.items())
    lost = (cast.null_count() - frame.select(names).null_count()).row(0, named=True)
    for name in names:
        series = cast[name]
        # 1e999 reads as infinity, and long whole numbers may be codes: both need care.
        odd = kinds[name] == pl.Float64 and _needs_care(series)
        if not lost[name] and not odd:
            work.typed[name] = series


def _plain_commas(frame: pl.DataFrame, work: _Work) -> None:
    """Type the columns of plain numbers with a decimal comma that is beyond doubt."""
    import polars as pl

    names = [name for name in _filled_text(frame) if name not in work.typed]
    names = _whose_cells_match(frame, names, _PLAIN_COMMA)
    if not names:
        return
    sure = frame.select(pl.col(names).str.contains(_SURE_COMMA).any()).row(0, named=True)
    names = [name for name, decided in sure.items() if decided]
    point = pl.col(names).str.replace(",", ".", literal=True).cast(pl.Float64)
    work.typed |= {series.name: series for series in frame.select(point).get_columns()}
    work.commas = bool(names)
    for name in names:
        text = f"{name} is written with a decimal comma."
        work.notes.append(Note("decimal", text, name))


def _filled_text(frame: pl.DataFrame) -> list[str]:
    """Return the columns of text that have any cell filled."""
    import polars.selectors as cs

    text = frame.select(cs.string())
    if not text.width or not frame.height:
        return []
    return [series.name for series in text.get_columns() if series.null_count() < frame.height]


def _whose_cells_match(frame: pl.DataFrame, names: list[str], pattern: str) -> list[str]:
    """Return the columns of `names` whose filled cells all match; the first 50 are tried first."""
    import polars as pl

    for rows in (50, frame.height):
        if names:
            matches = frame.head(rows).select(pl.col(names).str.contains(pattern).all())
            names = [name for name, match in matches.row(0, named=True).items() if match]
    return names


def _needs_care(series: pl.Series) -> bool:
    """Return whether a column of floats holds infinities or long whole numbers only."""
    largest = series.abs().max()
    if not isinstance(largest, float) or largest == float("inf"):
        return True
    return largest >= LONG and bool((series == series.floor()).all())


def _careful(frame: pl.DataFrame, asked: Asked, work: _Work) -> None:
    """Type the columns of text that are not plain: first look at all, then decide."""
    import polars as pl

    pending: dict[str, tuple[TextColumn, pl.DataFrame, NumberStyle]] = {}
    for name, kind in frame.schema.items():
        if kind != pl.String or name in work.typed or not frame.height:
            continue
        if is_words(frame[name]):
            _keep_text(frame[name], work)
            continue
        column = sort_out(frame[name])
        parts = number_parts(column) if column.filled else None
        if parts is None:
            _dates_or_text(column, asked, work)
            continue
        code = is_code(column, parts)
        if code:
            _keep_text(column.raw, work)
            work.notes.append(Note("codes", f"{name} stays text: {code}.", name))
            continue
        pending[name] = (column, parts, style_of(parts))
    hint = _decimal_hint([style for _, _, style in pending.values()], work.commas)
    if asked.semicolons:
        _reconsider(frame, work, pending, hint)
    for name, (column, parts, style) in pending.items():
        decimal, guessed = style.decide(hint, asked.semicolons)
        values, notes = to_numbers(column, parts, decimal)
        work.typed[name] = values
        work.notes += [*_decimal_notes(name, style, decimal, guessed), *notes]


def _decimal_hint(styles: list[NumberStyle], sure: bool) -> Decimal | None:
    """Return the decimal sign of the columns that are decided, if they agree."""
    points = any(style.points > style.commas for style in styles)
    commas = sure or any(style.commas > style.points for style in styles)
    return None if points == commas else ("," if commas else ".")


def _reconsider(
    frame: pl.DataFrame,
    work: _Work,
    pending: dict[str, tuple[TextColumn, pl.DataFrame, NumberStyle]],
    hint: Decimal | None,
) -> None:
    """Take another look at 1.234 where semicolons part the columns: thousands, perhaps."""
    import polars as pl

    for name in [name for name, series in work.typed.items() if series.dtype == pl.Float64]:
        if frame[name].str.contains(_LONE_POINTS).all() and hint != ".":
            column = sort_out(frame[name])
            parts = number_parts(column)
            if parts is not None:
                pending[name] = (column, parts, style_of(parts))


def _decimal_notes(
    name: str, style: NumberStyle, decimal: Decimal, guessed: bool
) -> tuple[Note, ...]:
    """Say how the numbers of a column are written where that is not plain."""
    word = "a decimal comma" if decimal == "," else "a decimal point"
    if guessed:
        example = style.lone_comma or style.lone_point or ""
        meant = "thousands" if (decimal == ",") == ("." in example) else "decimals"
        text = (
            f"{name}: values such as {example} can be read as decimals or as thousands; "
            f"they were read as {meant}."
        )
        return (Note("decimal", text, name, level="warning"),)
    notes = []
    if decimal == ",":
        notes.append(Note("decimal", f"{name} is written with {word}.", name))
    elif style.lone_comma:
        notes.append(Note("decimal", f"{name} is written with commas for thousands.", name))
    if style.points and style.commas:
        lost = min(style.points, style.commas)
        text = f"{name} mixes decimal points and commas; {counted(lost, 'value')} unlike the rest."
        notes.append(Note("decimal", text, name, lost, "warning"))
    return tuple(notes)


def _dates_or_text(column: TextColumn, asked: Asked, work: _Work) -> None:
    """Type a column that is no number: dates, flags written true/false, or text."""
    known = asked.orders.get(column.name)
    found = read_dates(column, asked.dates, known) if column.filled else None
    if found:
        work.take_dates(column.name, found)
        return
    sample = column.looked_at().str.to_lowercase()
    if sample.len() and sample.is_in(["true", "false"]).all():
        lower = column.text.str.to_lowercase()
        if lower.is_in(["true", "false"]).all():
            work.typed[column.name] = lower == "true"
            return
    _keep_text(column.raw, work)


def _keep_text(raw: pl.Series, work: _Work) -> None:
    """Keep text, stripped; cells that hold nothing but a sign for no value become missing."""
    import polars as pl

    words = raw.unique()
    text = words.str.strip_chars(STRIP)
    if not (text != words).any() and not text.is_in(_NO_TEXT).any() and not (text == "NA").any():
        work.typed[raw.name] = raw
        return
    text = raw.str.strip_chars(STRIP)
    nothing = text.is_in(_NO_TEXT)
    if bool((text == "NA").any()) and not _two_letters(text):
        nothing = nothing | (text == "NA")
    kept = pl.select(pl.when(nothing).then(None).otherwise(text)).to_series().alias(raw.name)
    work.typed[raw.name] = kept
    lost = kept.null_count() - raw.null_count() - int((raw == "").sum() or 0)
    if lost:
        note = f"{counted(lost, 'cell')} of {raw.name} said that there is no value."
        work.notes.append(Note("missing", note, raw.name, lost))


def _two_letters(text: pl.Series) -> bool:
    """Return whether a column holds codes of two letters, among which NA may be Namibia."""
    return bool((text.drop_nulls().str.len_chars() <= 2).mean() == 1)


def _dates_among_numbers(frame: pl.DataFrame, work: _Work) -> pl.DataFrame:
    """Turn columns of numbers that are days into dates."""
    import polars.selectors as cs

    numbers = frame.select(cs.numeric())
    if not numbers.width or not numbers.height:
        return frame
    lows = numbers.min().row(0, named=True)
    found = {}
    for name, low in lows.items():
        if low is None or low < 20_000:
            continue
        dates = dates_in_numbers(numbers[name])
        if dates:
            found[name] = dates
    for name, dates in found.items():
        work.take_dates(name, dates)
    return frame.with_columns(dates.values for dates in found.values()) if found else frame


def _finite(frame: pl.DataFrame, work: _Work) -> pl.DataFrame:
    """Turn NaN and infinity into missing, and count them."""
    import polars as pl
    import polars.selectors as cs

    floats = frame.select(cs.float())
    if not floats.width or not floats.height:
        return frame
    odd = floats.select((~pl.all().is_finite()).sum()).row(0, named=True)
    infinite = floats.select(pl.all().is_infinite().sum()).row(0, named=True)
    names = [name for name, count in odd.items() if count]
    for name in names:
        if infinite[name]:
            count = infinite[name]
            text = f"{counted(count, 'value')} of {name} became missing, being infinite."
            work.notes.append(Note("infinite", text, name, count, "warning"))
    if not names:
        return frame
    return frame.with_columns(
        pl.when(pl.col(name).is_finite()).then(pl.col(name)).alias(name) for name in names
    )


def missing_notes(nulls: Mapping[str, int], rows: int) -> list[Note]:
    """Count the missing cells of each column of `rows` rows, or of all where there are many."""
    counts = {n: c for n, c in nulls.items() if c}
    if len(counts) > MANY_COLUMNS:
        total = sum(counts.values())
        text = f"{total:,} cells are missing, in {len(counts):,} of {len(nulls):,} columns."
        return [Note("missing", text, None, total)]
    notes = []
    for name, count in counts.items():
        share = count / rows
        told = "All values" if count == rows else f"{count:,} of {rows:,} values"
        verb = "is" if count == 1 < rows else "are"
        level = "warning" if share > 0.5 else "info"
        notes.append(Note("missing", f"{told} of {name} {verb} missing.", name, count, level))
    return notes
