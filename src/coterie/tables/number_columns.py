"""A column of text that says numbers -> a column of numbers; what does not read is counted."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from coterie.schema.notes import CurrencyNote, Note
from coterie.tables.parsing import (
    BLANKS,
    MISSING,
    NUMBER,
    STRIP,
    Decimal,
    body_pattern,
    parse_number,
    plain_currency,
    tidy,
)
from coterie.tables.wording import counted

if TYPE_CHECKING:
    import polars as pl

ENOUGH = 0.8
"""Share of the filled cells that must read as numbers (or dates) for the column to be one."""

_TEXT_NAME = re.compile(
    r"phone|mobile|(^|_| )(tel|fax|iban|ssn)($|_| )|(card|account)[ _.-]?(n|$)", re.I
)
_KILO_NAME = re.compile(r"(^|[^a-z])k ?[$€£]|[$€£] ?k|thousand|(^|[^a-z])k(usd|eur|gbp)", re.I)
_CODE = r"^[A-Za-z]{1,4}[-_]?[0-9]{3,}[A-Za-z]?$|^[0-9]{3,}[-_]?[A-Za-z]{1,4}$"
_LOOKED_AT = 1_000
_FIRST = 20_000
_REPEATS = 0.5
"""If the distinct cells are a smaller share of all, each is looked at once."""
_CELL = "__cell__"
_MISSING = sorted(MISSING)


@dataclass(frozen=True)
class TextColumn:
    """A column of text, its cells sorted out.

    Attributes
    ----------
    name : str
    text : polars.Series
        Stripped; null where the cell is empty, blank or a word for "no value".
    raw : polars.Series
        As it came.
    words : int
        How many cells are blanks or words for "no value".
    """

    name: str
    text: pl.Series
    raw: pl.Series
    words: int

    @property
    def filled(self) -> int:
        """Number of cells that say something."""
        return self.text.len() - self.text.null_count()

    def looked_at(self) -> pl.Series:
        """Return up to 1,000 filled cells from all over the column."""
        filled = self.text.drop_nulls()
        if filled.len() <= _LOOKED_AT:
            return filled
        return filled.gather(_spread(filled.len()))


def _spread(length: int) -> NDArray[np.int64]:
    """Return 1,000 places from all over a column, following no period in it."""
    return (np.arange(_LOOKED_AT, dtype=np.int64) * 2_654_435_761) % length


def sort_out(raw: pl.Series) -> TextColumn:
    """Strip the cells of a column and set apart what says that there is no value."""
    import polars as pl

    def tell(cells: pl.Series) -> pl.DataFrame:
        cell = pl.col(_CELL)
        text = cell.str.strip_chars(STRIP).str.replace_all("\u2212", "-", literal=True)
        no_value = (text == "") | text.str.to_lowercase().is_in(_MISSING)
        return cells.to_frame().select(
            pl.when(~no_value).then(text).alias("text"), word=(cell != "") & no_value
        )

    sorted_out = _once_each(raw, tell)
    words = int(sorted_out["word"].sum() or 0)
    return TextColumn(raw.name, sorted_out["text"].alias(raw.name), raw, words)


def _once_each(cells: pl.Series, tell: Callable[[pl.Series], pl.DataFrame]) -> pl.DataFrame:
    """Return what is told of each cell; of equal cells it is worked out once."""
    cells = cells.alias(_CELL)
    head = cells.head(_FIRST)
    if head.n_unique() > _REPEATS * head.len():
        return tell(cells)
    distinct = cells.unique(maintain_order=True)
    if distinct.len() > _REPEATS * cells.len():
        return tell(cells)
    told = tell(distinct).with_columns(distinct)
    # The joined rows keep the order of the cells.
    spread = cells.to_frame().join(
        told, on=_CELL, how="left", nulls_equal=True, maintain_order="left"
    )
    return spread.drop(_CELL)


def is_words(raw: pl.Series) -> bool:
    """Return whether a column is plainly words: hardly any cell has a digit in it."""
    filled = raw.drop_nulls()
    if filled.len() > _LOOKED_AT:
        filled = filled.gather(_spread(filled.len()))
    says = [text for cell in filled if (text := tidy(cell).lower()) and text not in MISSING]
    if len(says) < min(50, filled.len()) or {"true", "false"} & set(says):
        return False
    return sum(any(map(str.isdigit, text)) for text in says) < ENOUGH / 2 * len(says)


@dataclass(frozen=True)
class NumberStyle:
    """How the numbers of a column are written: counts of what decides it.

    Attributes
    ----------
    points, commas : int
        Values that only a decimal point, or only a decimal comma, can explain.
    lone_comma, lone_point : str or None
        A value such as ``1,234`` or ``1.234`` that both can explain.
    """

    points: int
    commas: int
    lone_comma: str | None
    lone_point: str | None

    def decide(self, hint: Decimal | None, semicolons: bool) -> tuple[Decimal, bool]:
        """Return the decimal sign, and whether that is a guess."""
        if self.points or self.commas:
            return ("," if self.commas > self.points else "."), False
        if hint == "," and (self.lone_comma or self.lone_point):
            return ",", True
        if self.lone_comma and semicolons and hint is None:
            return ",", True
        return ".", bool(self.lone_comma) or (bool(self.lone_point) and semicolons)


def number_parts(column: TextColumn) -> pl.DataFrame | None:
    """Split a column into the parts of its numbers; None if too few cells are numbers.

    Columns out: open, sign, inner, body, exponent, kilo, unit, close, behind (null where absent;
    `body` is null where the cell is no number).
    """
    import polars as pl

    sample = column.looked_at()
    if sum(parse_number(text) is not None for text in sample) < ENOUGH / 2 * sample.len():
        return None

    def split(cells: pl.Series) -> pl.DataFrame:
        body = pl.col("body")
        sound = body.str.contains(body_pattern(".")) | body.str.contains(body_pattern(","))
        return (
            cells.to_frame()
            .lazy()
            .select(pl.col(_CELL).str.extract_groups(NUMBER))
            .unnest(_CELL)
            .with_columns(pl.when(sound).then(body).alias("body"))
            .collect()
        )

    parts = _once_each(column.text, split)
    read = parts.height - parts["body"].null_count()
    return parts if read and read >= ENOUGH * column.filled else None


def style_of(parts: pl.DataFrame) -> NumberStyle:
    """Count what decides between decimal point and decimal comma."""
    import polars as pl

    body = pl.col("body")
    point, comma = body.str.contains(body_pattern(".")), body.str.contains(body_pattern(","))
    both = point & comma
    found = parts.select(
        points=(point & ~comma).sum(),
        commas=(comma & ~point).sum(),
        lone_comma=body.filter(both & body.str.contains(",", literal=True)).first(),
        lone_point=body.filter(both & body.str.contains(".", literal=True)).first(),
    ).row(0, named=True)
    return NumberStyle(**found)


def is_code(column: TextColumn, parts: pl.DataFrame) -> str | None:
    """Say why numerals are a code and no quantity (leading zeros, card numbers), or None."""
    import polars as pl

    body, text = pl.col("body"), pl.col("text")
    whole = body.str.contains(f"^[0-9{BLANKS}]+$")
    digits = body.filter(whole).str.replace_all(f"[{BLANKS}]", "").str.len_bytes()
    seen = (
        parts.select(body, text=column.text)
        .select(
            read=body.count(),
            whole=whole.sum(),
            zeros=(whole & body.str.contains("^0[0-9]")).sum(),
            usual=digits.median(),
            same=(digits == digits.mode().max()).mean(),
            unread=(body.is_null() & text.is_not_null()).sum(),
            coded=(body.is_null() & text.str.contains(_CODE)).sum(),
            example=text.filter(body.is_null() & text.str.contains(_CODE)).first(),
        )
        .row(0, named=True)
    )
    if seen["coded"] and seen["coded"] >= 0.5 * seen["unread"]:
        return f"values such as {seen['example']} make it a code"
    if not seen["whole"] or seen["whole"] < 0.9 * seen["read"]:
        return None
    often = seen["zeros"] >= 0.01 * seen["whole"] or seen["same"] == 1
    if seen["zeros"] and often and seen["whole"] == seen["read"]:
        return "its numbers begin with zeros, so they are codes"
    if seen["usual"] >= 16 or (seen["usual"] >= 10 and seen["same"] >= 0.9 and seen["whole"] > 1):
        return "its numbers are long and of one length, so they are codes"
    if _TEXT_NAME.search(column.name):
        return "its name says that its numbers are not quantities"
    return None


def to_numbers(
    column: TextColumn, parts: pl.DataFrame, decimal: Decimal
) -> tuple[pl.Series, tuple[Note, ...]]:
    """Turn the parts of numbers into Int64 or Float64; say what did not read."""
    import polars as pl

    kilo = 1.0 if _KILO_NAME.search(column.name) else 1000.0
    other = "," if decimal == "." else "."
    signs = pl.sum_horizontal(pl.col("open", "sign", "inner", "behind").is_not_null().cast(pl.Int8))
    good = (
        pl.col("body").str.contains(body_pattern(decimal))
        & (signs <= 1)
        & (pl.col("open").is_null() == pl.col("close").is_null())
    )
    below = (
        pl.col("open").is_not_null()
        | pl.col("behind").is_not_null()
        | (pl.coalesce("sign", "inner") == "-").fill_null(False)
    )
    digits = pl.col("body").str.replace_all(f"[{other}'’{BLANKS}]", "").str.replace(
        ",", ".", literal=True
    ) + pl.col("exponent").fill_null("")
    value = digits.cast(pl.Float64, strict=False) * (
        pl.when(pl.col("kilo").is_not_null()).then(kilo).otherwise(1.0)
    )
    value = pl.when(below).then(-value).otherwise(value)
    number = pl.when(good & value.is_finite()).then(value)
    written_whole = (
        ~pl.col("body").str.contains(decimal, literal=True) & pl.col("exponent").is_null()
    )
    read = parts.select(
        number.alias("number"), whole=written_whole.all() & (number.abs().max() < 2**53)
    )
    numbers = read["number"].alias(column.name)
    whole = bool(read["whole"][0])
    notes = (*_text_notes(column, numbers), *_dressing_notes(column, parts, kilo))
    return (numbers.cast(pl.Int64) if whole else numbers), notes


def _text_notes(column: TextColumn, numbers: pl.Series) -> tuple[Note, ...]:
    """Count the cells that hold text and no number."""
    if numbers.null_count() == column.raw.null_count():
        return ()
    lost = column.raw.filter(numbers.is_null() & column.raw.is_not_null() & (column.raw != ""))
    if not lost.len():
        return ()
    count, examples = lost.len(), lost.unique(maintain_order=True)
    shown = ", ".join(f"'{text[:24]}'" for text in examples.head(3))
    cells = counted(count, "cell") + (" holds" if count == 1 else " hold")
    more = " and others" if examples.len() > 3 else ""
    return (
        Note(
            "text in numbers",
            f"{cells} no number in {column.name} ({shown}{more}); counted as missing.",
            column.name,
            count,
            "warning" if lost.len() > column.words else "info",
        ),
    )


def _dressing_notes(column: TextColumn, parts: pl.DataFrame, kilo: float) -> tuple[Note, ...]:
    """Say what was taken off the numbers: currency signs, percent, brackets, a k."""
    import polars as pl

    if all(parts[part].null_count() == parts.height for part in ("unit", "front", "open", "kilo")):
        return ()
    signs = parts.filter(pl.col("body").is_not_null())
    units = sorted({*signs["unit"].drop_nulls().unique(), *signs["front"].drop_nulls().unique()})
    said = []
    if "%" in units:
        said.append("percent signs were taken off (12 % is 12)")
    if signs["open"].null_count() < signs.height:
        said.append("numbers in brackets are below zero")
    if signs["kilo"].null_count() < signs.height:
        said.append(f"a k behind a number counts as {'thousand' if kilo > 1 else 'its unit, k'}")
    notes = [Note("units", f"{column.name}: {text}.", column.name) for text in said]
    if len(units) > ("%" in units):
        notes.append(_currency_note(column.name, signs, kilo))
    return tuple(notes)


def _currency_note(name: str, signs: pl.DataFrame, kilo: float) -> Note:
    """Say which currency the cells of a column bear; of several, that they were not converted."""
    import polars as pl

    behind = pl.when(pl.col("unit") != "%").then(pl.col("unit"))
    written = signs.select(sign=pl.coalesce("front", behind)).drop_nulls()
    counts: dict[str, int] = {}
    for sign, count in written["sign"].value_counts().iter_rows():
        counts[plain_currency(sign)] = counts.get(plain_currency(sign), 0) + count
    if len(counts) > 1:
        usual = sorted(counts, key=lambda sign: (-counts[sign], sign))
        shown = ", ".join(f"{sign} in {counted(counts[sign], 'cell')}" for sign in usual[:4])
        more = " and others" if len(usual) > 4 else ""
        text = (
            f"{name} holds several currencies ({shown}{more}). The numbers were not converted, so "
            "they cannot be compared: convert them, or leave the column out."
        )
        return Note("currencies", text, name, min(counts.values()), "warning")
    (currency,) = counts
    spelt = ", ".join(sorted(set(written["sign"])))
    text = f"{name}: currency signs were taken off ({spelt})."
    if 2 * written.height < signs.height:
        return Note("units", text, name)  # Of the other cells nobody knows.
    thousands = kilo == 1.0 and signs["kilo"].null_count() < signs.height
    return CurrencyNote("units", text, name, unit=f"k{currency}" if thousands else currency)
