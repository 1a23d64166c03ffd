"""Whatever comes in: a Table with every row in it, or an error that is fit to be shown."""

from __future__ import annotations

import csv
import io
import math
import tempfile
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coterie.errors import CoterieError
from coterie.schema import ROW
from coterie.tables import Table, open_table
from coterie.tables.parsing import parse_date, parse_number
from coterie.tables.typed import Asked, type_columns


def opened(data: bytes, **asked) -> tuple[Table, pl.DataFrame] | None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "customers.csv")
        path.write_bytes(data)
        try:
            table = open_table(path, **asked)
        except CoterieError:
            return None
    return table, table.frame.collect().to_native()


def holds(frame: pl.DataFrame) -> None:
    """What every opened table promises."""
    assert frame[ROW].to_list() == list(range(frame.height))
    assert frame.height > 0
    for column in frame.get_columns():
        assert column.dtype in (
            pl.Int64,
            pl.Float64,
            pl.Boolean,
            pl.Date,
            pl.Datetime("us"),
            pl.String,
        )
        if column.dtype == pl.Float64:
            assert column.is_finite().all()
    assert not any(name.startswith("__") for name in frame.columns[1:])


@given(st.binary(max_size=400))
@settings(max_examples=150, deadline=None)
def test_any_bytes_are_a_table_or_an_error_to_show(data):
    found = opened(data)
    if found:
        holds(found[1])


@given(
    st.lists(
        st.sampled_from(
            [
                "1",
                "2.5",
                "1,5",
                "x",
                '"',
                ",",
                ";",
                "\t",
                "\n",
                "\r",
                " ",
                "#",
                "é",
                "\x00",
                "n/a",
                "-",
            ]
        ),
        max_size=60,
    )
)
@settings(max_examples=200, deadline=None)
def test_any_soup_of_table_signs_is_a_table_or_an_error_to_show(signs):
    for codec in ("utf-8", "latin-1", "utf-16"):
        found = opened("".join(signs).encode(codec))
        if found:
            holds(found[1])


CELL = st.one_of(
    st.sampled_from(
        ["", "n/a", "unknown", "1,234.50", "$3", "5 %", "(2)", "1e308", "inf", "😀", "select"]
    ),
    st.integers(-(10**6), 10**6).map(str),
    st.floats(allow_nan=True, allow_infinity=True).map(repr),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=8),
    st.dates().map(str),
)


@st.composite
def tables(draw):
    width = draw(st.integers(2, 5))
    rows = draw(st.lists(st.lists(CELL, min_size=width, max_size=width), min_size=1, max_size=8))
    return [["n", *[f"c{i} x" for i in range(1, width)]], *[["7", *row[1:]] for row in rows]]


@given(tables(), st.sampled_from(",;\t|"))
@settings(max_examples=200, deadline=None)
def test_every_row_of_a_well_written_file_is_in_the_table(rows, separator):
    text = io.StringIO()
    csv.writer(text, delimiter=separator, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(
        rows
    )
    found = opened(text.getvalue().encode(), dates="dmy")
    assert found is not None
    frame = found[1]
    holds(frame)
    assert frame.height == len(rows) - 1
    assert frame["n"].to_list() == [7] * (len(rows) - 1)
    assert frame.columns[1:] == rows[0]


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=6),
    st.dates(),
    st.binary(max_size=3),
    st.lists(st.integers(), max_size=2),
)


@given(st.lists(VALUES, min_size=1, max_size=8))
@settings(max_examples=150, deadline=None)
def test_pandas_columns_of_any_objects_keep_every_row(values):
    pandas = pytest.importorskip("pandas")
    source = pandas.DataFrame({"n": range(len(values)), "o": pandas.Series(values, dtype=object)})
    try:
        table = open_table(source, dates="dmy")
    except CoterieError:
        return
    frame = table.frame.collect().to_native()
    holds(frame)
    assert frame["n"].to_list() == list(range(len(values)))


@given(
    st.one_of(
        st.from_regex(r"\A[-+(]?[$€]?[0-9]{1,4}([.,' ][0-9]{1,3}){0,3}[ ]?[%k)€-]?\Z"),
        st.from_regex(r"\A[0-9.,]{1,8}\Z"),
        st.floats().map(repr),
        st.text(max_size=6),
    )
)
@settings(max_examples=400, deadline=None)
def test_a_lone_number_reads_as_a_column_of_it_does(text):
    one = parse_number(text)
    typed, _, _ = type_columns(pl.DataFrame({"n": [text] * 3}), Asked(dates="dmy"))
    column = typed["n"]
    if column.dtype.is_numeric():
        assert column[0] == one
    elif column.dtype == pl.String and one is not None:
        # Codes: leading zeros, and long numbers of one length, stay text.
        digits = [sign for sign in text if sign.isdigit()]
        assert digits[0] == "0" or len(digits) >= 10
    assert one is None or math.isfinite(one)


@given(
    st.dates(date(1970, 1, 1), date(2060, 1, 1)),
    st.sampled_from(["dmy", "mdy"]),
    st.sampled_from("-/."),
)
@settings(max_examples=200, deadline=None)
def test_a_lone_date_reads_as_a_column_of_it_does(day, order, sign):
    first, second = ("%d", "%m") if order == "dmy" else ("%m", "%d")
    text = day.strftime(f"{first}{sign}{second}{sign}%Y")
    assert parse_date(text, order) == day
    typed, _, orders = type_columns(pl.DataFrame({"d": [text]}), Asked(orders={"d": order}))
    assert typed["d"].to_list() == [day]
    assert orders == {"d": order}


PLAIN_CELL = st.one_of(
    st.integers(-50, 2_000).map(str),
    st.floats(-1e6, 1e6).map(lambda value: f"{value:.3f}"),
    st.sampled_from(
        ["", "0", "007", "1e5", "nan", "inf", "x", " 3", "4 ", "+5", "12345678901", "-0.0", '"8"']
    ),
)


@given(
    st.lists(
        st.tuples(PLAIN_CELL, PLAIN_CELL, st.integers(0, 9).map(str)), min_size=4, max_size=12
    ),
    st.booleans(),
)
@settings(max_examples=200, deadline=None)
def test_the_fast_way_and_the_careful_way_read_the_same(rows, calm):
    first = [("1", "2.5", "3")] * 4 if calm else []
    text = "a,b,c\n" + "".join(",".join(row) + "\n" for row in [*first, *rows])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("coterie.tables.delimited.read_even", lambda *_: None)
        careful = opened(text.encode())
    fast = opened(text.encode())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("coterie.tables.even.LOOKED_AT", 20)
        fastest = opened(text.encode())
    assert careful is not None
    for found in (fast, fastest):
        assert found is not None
        assert found[1].schema == careful[1].schema
        assert found[1].equals(careful[1])
        assert found[0].notes == careful[0].notes
