"""Excel, Parquet and Arrow files."""

from __future__ import annotations

import zipfile
from datetime import date

import polars as pl
import pytest

from coterie.errors import EmptyTableError, UnreadableTableError
from coterie.schema import ROW
from coterie.tables import open_table

ROWS = [["id", "joined", "spend"], [1, date(2012, 9, 4), 12.5], [2, date(2013, 9, 4), 13]]


def frame_of(path, **asked):
    table = open_table(path, **asked)
    return table.frame.collect().to_native().drop(ROW), table


def test_a_sheet_is_read_with_its_dates(workbook):
    frame, table = frame_of(workbook({"Customers": ROWS}))
    assert table.kind == "xlsx"
    assert frame.rows() == [(1, date(2012, 9, 4), 12.5), (2, date(2013, 9, 4), 13.0)]


def test_titles_above_and_empty_rows_below_a_sheet_are_left_out(workbook, told):
    rows = [["Our customers"], [], *ROWS, [None, None, None], []]
    frame, table = frame_of(workbook({"Customers": rows}))
    assert frame.columns == ["id", "joined", "spend"]
    assert frame.height == 2
    assert told(table, "header") == ["2 rows left out above the header, being titles or empty."]


def test_the_first_sheet_with_cells_is_read_unless_another_is_named(workbook, told):
    book = workbook({"Cover": [], "One": ROWS, "Two": [["n"], [7]]})
    assert frame_of(book)[0].height == 2
    assert frame_of(book, sheet="Two")[0].rows() == [(7,)]
    assert frame_of(book, sheet=2)[0].rows() == [(7,)]
    assert told(frame_of(book)[1], "sheet") == ["Sheet read: One, of 3 (Cover, One, Two)."]


def test_a_sheet_that_is_not_there_is_an_error_that_lists_those_that_are(workbook):
    with pytest.raises(UnreadableTableError, match=r"no sheet Three\. It has: One\."):
        open_table(workbook({"One": ROWS}), sheet="Three")


def test_text_among_the_numbers_of_a_sheet_is_counted(workbook, told):
    rows = [["n", "m"], [1, 1], ["n/a", 2], [3, 3], [4, 4], [5, 5]]
    frame, table = frame_of(workbook({"One": rows}))
    assert frame["n"].to_list() == [1, None, 3, 4, 5]
    assert told(table, "text in numbers")


def test_an_empty_workbook_is_said_to_be_empty(workbook):
    with pytest.raises(EmptyTableError, match="no sheet with cells"):
        open_table(workbook({"One": [], "Two": []}))
    with pytest.raises(EmptyTableError, match="no rows"):
        open_table(workbook({"One": [["a", "b"]]}))


def test_a_workbook_that_swells_is_refused_before_it_is_unpacked(tmp_path):
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 30_000_000)
    with pytest.raises(UnreadableTableError, match="would become 30 MB"):
        open_table(path)


def test_a_zip_that_is_no_workbook_is_refused(tmp_path):
    path = tmp_path / "tables.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("customers.csv", "a,b\n1,2\n")
    with pytest.raises(UnreadableTableError, match="zip file and not an Excel workbook"):
        open_table(path)


def test_a_damaged_workbook_is_a_clear_error(workbook):
    path = workbook({"One": ROWS})
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(UnreadableTableError, match="damaged"):
        open_table(path)


@pytest.mark.parametrize("kind", ["parquet", "ipc", "ipc_stream"])
def test_parquet_and_arrow_files_are_read_and_their_text_typed(tmp_path, kind):
    source = pl.DataFrame(
        {"n": ["1", "n/a", "3"], "d": [date(2012, 9, 4)] * 3, "f": [1.5, float("inf"), None]}
    )
    path = tmp_path / "customers.any"
    getattr(source, f"write_{kind}")(path)
    frame, table = frame_of(path)
    assert table.kind == ("parquet" if kind == "parquet" else "arrow")
    assert frame["n"].to_list() == [1, None, 3]
    assert frame["f"].to_list() == [1.5, None, None]
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    with pytest.raises(UnreadableTableError, match="damaged"):
        open_table(path)
