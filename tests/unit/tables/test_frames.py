"""Frames of several libraries, handed in as they are."""

from __future__ import annotations

import decimal
import subprocess
import sys
from datetime import date, timedelta

import duckdb
import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from coterie.errors import EmptyTableError, NoNumbersError, UnreadableTableError
from coterie.schema import ROW
from coterie.tables import open_table

SOURCE = pl.DataFrame(
    {"age": [31, 42, None], "spend": ["1,5", "n/a", "2,25"], "d": ["4-Sep-12", None, "5-Sep-12"]}
)
EXPECTED = [(0, 31, 1.5, date(2012, 9, 4)), (1, 42, None, None), (2, None, 2.25, date(2012, 9, 5))]


def frame_of(source):
    return open_table(source).frame.collect().to_native()


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        (SOURCE, "polars"),
        (SOURCE.lazy(), "polars-lazy"),
        (pa.table(SOURCE), "arrow"),
        (nw.from_native(SOURCE), "polars"),
        (
            pd.DataFrame(
                {
                    "age": pd.array([31, 42, None], dtype="Int64"),
                    "spend": SOURCE["spend"].to_list(),
                    "d": SOURCE["d"].to_list(),
                }
            ),
            "pandas",
        ),
    ],
    ids=["polars", "lazy", "arrow", "narwhals", "pandas"],
)
def test_the_same_content_is_the_same_table_whatever_holds_it(source, kind):
    table = open_table(source)
    assert table.kind == kind
    assert table.frame.collect().to_native().rows() == EXPECTED
    assert table.fingerprint == open_table(SOURCE).fingerprint


def test_a_duckdb_relation_is_read():
    source = SOURCE  # noqa: F841 - DuckDB finds it by its name
    with duckdb.connect() as connection:
        table = open_table(connection.sql("select * from source"))
    assert table.kind == "duckdb"
    assert table.frame.collect().to_native().rows() == EXPECTED


def test_another_content_has_another_fingerprint():
    one = open_table(pl.DataFrame({"a": [1, None], "b": ["x", "yz"]})).fingerprint
    for other in (
        {"a": [1, 0], "b": ["x", "yz"]},
        {"a": [1, None], "b": ["xy", "z"]},
        {"c": [1, None], "b": ["x", "yz"]},
    ):
        assert open_table(pl.DataFrame(other)).fingerprint != one


def test_every_type_of_pandas_column_is_read():
    frame = frame_of(
        pd.DataFrame(
            {
                "int": np.array([1, 2, 3], dtype="int8"),
                "float": [1.5, np.nan, np.inf],
                "flag": [True, False, True],
                "maybe": pd.array([True, None, False], dtype="boolean"),
                "word": pd.Categorical(["u", "v", None]),
                "day": pd.to_datetime(["2012-09-04", None, "2012-09-05"]),
                "zoned": pd.to_datetime(["2012-09-04T10:00+02:00"] * 3),
                "long": pd.to_timedelta(["1 days", None, "36 hours"]),
                "exact": [decimal.Decimal("1.5"), None, decimal.Decimal(2)],
                "huge": [2**70, 1, 2],
                "mixed": [1, "x", None],
                "lists": [[1], [2], None],
                3: [1, 2, 3],
            }
        )
    )
    assert frame.columns[-1] == "3"
    row = frame.drop(ROW).row(0, named=True)
    assert (row["int"], row["float"], row["flag"], row["word"], row["exact"]) == (
        1,
        1.5,
        True,
        "u",
        1.5,
    )
    assert row["day"].date() == date(2012, 9, 4)
    assert row["zoned"].hour == 8
    assert frame["float"].to_list() == [1.5, None, None]
    assert frame["huge"][0] == 2.0**70
    assert frame["mixed"].to_list() == ["1", "x", None]


def test_a_named_index_becomes_a_column_and_another_is_ignored():
    source = pd.DataFrame({"a": [1, 2]}, index=pd.Index([7, 8], name="customer"))
    assert frame_of(source).columns == [ROW, "customer", "a"]
    assert frame_of(source.rename_axis(None)).columns == [ROW, "a"]


def test_names_that_stand_twice_or_in_levels_are_made_plain():
    assert frame_of(pd.DataFrame([[1, 2]], columns=["a", "a"])).columns == [ROW, "a", "a_2"]
    levels = pd.MultiIndex.from_tuples([("x", "a"), ("x", "b")])
    assert frame_of(pd.DataFrame([[1, 2]], columns=levels)).columns == [ROW, "x_a", "x_b"]


def test_unusual_polars_types_are_brought_to_plain_ones():
    frame = frame_of(
        pl.DataFrame(
            {
                "big": pl.Series([2**63 + 1, 2], dtype=pl.UInt64),
                "small": pl.Series([1, None], dtype=pl.Float32),
                "length": [timedelta(days=1), None],
                "nothing": [None, None],
                "nested": [[1], [2]],
                "bytes": [b"a", b"\xff"],
            }
        )
    )
    kinds = [pl.Int64, pl.Float64, pl.Float64, pl.Float64, pl.String, pl.String, pl.String]
    assert frame.dtypes == kinds
    assert frame["length"][0] == 1.0


def test_a_column_with_the_name_of_the_row_number_is_renamed_and_said():
    table = open_table(pl.DataFrame({ROW: [5, 6]}))
    assert table.frame.collect().to_native().rows(named=True)[0] == {ROW: 0, "row__": 5}
    assert any("two underscores" in note.text for note in table.notes)


def test_whole_numbers_that_are_days_become_dates_in_frames_too():
    assert (
        frame_of(pl.DataFrame({"d": [20120904, 20120905, None, 20131231], "n": 1})).schema["d"]
        == pl.Date
    )


def test_frames_that_cannot_be_used_are_clear_errors():
    with pytest.raises(EmptyTableError, match="no rows"):
        open_table(pd.DataFrame({"a": []}))
    with pytest.raises(NoNumbersError, match="no column of numbers"):
        open_table(pl.DataFrame({"a": ["x"]}))
    with pytest.raises(UnreadableTableError, match="nope"):
        open_table(SOURCE.lazy().select("nope"))


def test_reading_a_file_imports_neither_pandas_nor_pyarrow(tmp_path):
    path = tmp_path / "c.csv"
    path.write_text("a,b\n1,x\n")
    code = (
        "import sys; from coterie.tables import open_table; "
        "heavy = {'polars', 'pandas', 'pyarrow'}; "
        "assert not heavy & set(sys.modules), heavy & set(sys.modules);"
        f"open_table({str(path)!r}); assert not {{'pandas', 'pyarrow'}} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
