"""CSV and its relatives, as people ship them."""

from __future__ import annotations

import gzip

import polars as pl
import pytest

from coterie.errors import (
    EmptyTableError,
    MissingFileError,
    NoNumbersError,
    UnknownSeparatorError,
    UnreadableTableError,
)
from coterie.tables import open_table

THREE = [(1, 2, 3), (4, 5, 6)]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|", "   "])
def test_each_separator_is_found(read, separator):
    frame, _ = read("a,b,c\n1,2,3\n4,5,6\n".replace(",", separator))
    assert frame.columns == ["a", "b", "c"]
    assert frame.rows() == THREE


def test_runs_of_blanks_without_a_header_get_numbered_columns(read, told):
    lines = ["00004 0001 19970101  2   29.33", "00021 0002 19970118 13    8.76", "3 4 19970802 1 7"]
    frame, table = read("".join(f" {line}\r\n" for line in lines))
    assert frame.columns == ["c1", "c2", "c3", "c4", "c5"]
    assert frame["c5"].to_list() == [29.33, 8.76, 7.0]
    assert told(table, "header") == ["The file has no header; its columns are called c1 to c5."]


@pytest.mark.parametrize(
    ("codec", "bom", "word"),
    [
        ("utf-8", b"", "UTF-8"),
        ("utf-8", b"\xef\xbb\xbf", "UTF-8 with a byte order mark"),
        ("cp1252", b"", "Windows-1252"),
        ("utf-16-le", b"\xff\xfe", "UTF-16"),
        ("utf-16-be", b"\xfe\xff", "UTF-16"),
        ("utf-16-le", b"", "UTF-16 without"),
    ],
)
def test_encodings_are_told_apart(read, told, codec, bom, word):
    frame, table = read(bom + "name,n\nJosé,1\nZoë,2\n".encode(codec))
    assert frame.rows() == [("José", 1), ("Zoë", 2)]
    assert word in told(table, "encoding")[0]


def test_latin_1_signs_that_strayed_into_utf_8_are_kept_apart(read):
    frame, _ = read("name,n\n’Café’,1\n".encode() + b"Jos\xe9,2\n")
    assert frame["name"].to_list() == ["’Café’", "José"]


@pytest.mark.parametrize(
    "above",
    [
        "\n\n  \n",
        "Customer report\n2024-01-01\n\n",
        "Customer report,,\n",
        "# exported by x, y, z\n# and more\n",
        "Report, 2024\nmade, by me\n",
    ],
)
def test_what_stands_above_the_header_is_left_out(read, above):
    frame, _ = read(above + "a,b,c\n1,2,3\n4,5,6\n")
    assert frame.columns == ["a", "b", "c"]
    assert frame.rows() == THREE


def test_a_header_behind_a_hash_is_the_header(read):
    assert read("#id,age\n1,2\n3,4\n")[0].columns == ["#id", "age"]


def test_years_may_name_columns(read):
    frame, _ = read("name,2019,2020\nann,100,200\nbob,300,400\n")
    assert frame.columns == ["name", "2019", "2020"]


def test_a_first_row_like_the_others_is_no_header(read):
    frame, _ = read("Male,19,15\nFemale,20,16\nMale,21,17\n")
    assert frame.columns == ["c1", "c2", "c3"]
    assert frame.height == 3


def test_names_are_cleaned_and_made_unique(read, told):
    frame, table = read('" Age ",\u00a0Age\u00a0,,__row__, n ,"b c"\n1,2,3,4,5,6\n')
    assert frame.columns == ["Age", "Age_2", "c3", "row__", "n", "b c"]
    text = " ".join(told(table, "header"))
    assert "Age_2" in text
    assert "c3" in text
    assert "__row__" in text


def test_trailing_columns_without_name_and_value_are_dropped(read, told):
    frame, table = read("a,b,,\n1,2,,\n3,4,, \n")
    assert frame.columns == ["a", "b"]
    assert told(table, "empty columns") == [
        "2 columns without a name and without a value were dropped."
    ]


def test_empty_columns_that_have_a_name_stay(read):
    frame, _ = read("a,b\n1,\n2,\n")
    assert frame.rows() == [(1, None), (2, None)]


def test_a_row_that_is_too_long_is_an_error_that_names_its_line(read):
    with pytest.raises(UnreadableTableError, match=r"Line 4 of customers\.csv has 3 cells"):
        read("a,b\n1,2\n3,4\n5,6,7\n8,9\n")


def test_a_row_that_is_too_short_is_filled_and_said(read, told):
    frame, table = read("a,b,c\n1,2,3\n4,5\n")
    assert frame.rows() == [(1, 2, 3), (4, 5, None)]
    assert told(table, "ragged rows") == [
        "1 row had too few cells; the last ones count as missing (line 3)."
    ]


def test_separators_behind_the_last_cell_are_dropped(read):
    assert read("a,b,c\n1,2,3,\n4,5,6\n")[0].rows() == THREE


def test_row_names_without_a_name_get_one(read):
    frame, _ = read("a,b\nr1,1,2\nr2,3,4\n")
    assert frame.rows(named=True)[0] == {"c1": "r1", "a": 1, "b": 2}


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_line_ends_of_every_kind(read, ends):
    assert read(f"a,b,c{ends}1,2,3{ends}4,5,6")[0].rows() == THREE


def test_mixed_line_ends_and_blank_lines_lose_no_row(read):
    assert read("a,b,c\r\n1,2,3\n\n\r\n4,5,6\r\n\r\n")[0].rows() == THREE


def test_quoted_cells_hold_separators_marks_and_line_breaks(read):
    frame, _ = read('n,t\n1,"a, b"\n2,"say ""x"""\n3,"two\nlines"\n')
    assert frame["t"].to_list() == ["a, b", 'say "x"', "two\nlines"]


def test_a_stray_quotation_mark_swallows_no_row(read, told):
    frame, table = read('n,t\n1,5" wide\n2,"oops\n3,fine\n4,"also\n')
    assert frame["n"].to_list() == [1, 2, 3, 4]
    assert told(table, "quotes")


def test_two_stray_marks_that_look_like_a_pair_swallow_no_row(read):
    frame, _ = read('t,n\n"a,1\nb,2\nc",3\nd,4\n')
    assert frame["n"].to_list() == [1, 2, 3, 4]


def test_nul_and_control_characters_do_no_harm(read):
    assert read("a,b,c\n1\x00,2,3\x01\n4,5,6\n")[0].rows() == THREE


def test_the_separator_that_a_file_declares_is_used(read):
    assert read("sep=;\na;b;c\n1;2;3\n4;5;6\n")[0].rows() == THREE


def test_one_column_of_numbers_is_a_table(read):
    assert read("1\n2\n3\n")[0].rows() == [(1,), (2,), (3,)]
    assert read("age\n1,5\n2,5\n")[0].rows(named=True) == [{"age": 1.5}, {"age": 2.5}]


def test_a_packed_file_is_unpacked(read):
    frame, table = read(gzip.compress(b"a,b,c\n1,2,3\n4,5,6\n"), name="c.csv.gz")
    assert frame.rows() == THREE
    assert table.kind == "csv"


def test_a_packed_file_that_swells_is_refused(read):
    with pytest.raises(UnreadableTableError, match="unpacked"):
        read(gzip.compress(b"a,b\n" + b"1,2\n" * 20_000_000), name="c.csv.gz")


def test_the_fingerprint_is_of_the_content_and_not_of_the_name(read):
    first, second = read("a,b\n1,2\n")[1], read("a,b\n1,2\n", name="other.csv")[1]
    assert first.fingerprint == second.fingerprint != read("a,b\n1,3\n")[1].fingerprint


@pytest.mark.parametrize(
    ("content", "error", "words"),
    [
        ("", EmptyTableError, "is empty"),
        (" \n\n", EmptyTableError, "is empty"),
        ("a,b\n", EmptyTableError, "has a header and no rows"),
        (bytes(range(256)) * 8, UnreadableTableError, "not a table of text"),
        (b"%PDF-1.7 ...", UnreadableTableError, "PDF"),
        (b"\xd0\xcf\x11\xe0" + bytes(600), UnreadableTableError, "Excel"),
        (b"PAR1 is not enough", UnreadableTableError, "Parquet"),
        (b"ARROW1 nor is this", UnreadableTableError, "Arrow"),
        (b"PK\x03\x04 nor this", UnreadableTableError, "damaged"),
        (b"\x1f\x8b\x08 nor this", UnreadableTableError, "gzip"),
        ('[{"a": 1}, {"a": 2}]', UnreadableTableError, "is JSON"),
        ("<html><table></table></html>", UnreadableTableError, "a web page"),
        ("a~b~c\n1~2~3\n4~5~6\n", UnknownSeparatorError, "No separator"),
        ("Some prose.\nIt goes on, and on.\nNo table\n", UnknownSeparatorError, "No separator"),
        ("name,city\nann,rome\nbob,paris\n", NoNumbersError, "no column of numbers"),
        ("name,joined\nann,2012-01-02\nbob,2012-01-03\n", NoNumbersError, "no column of numbers"),
        ("a,b\n,\n,\n", NoNumbersError, "no column of numbers"),
    ],
)
def test_what_is_no_table_is_a_clear_error(read, content, error, words):
    with pytest.raises(error, match=words):
        read(content)


def test_a_missing_file_and_a_folder_are_told_apart(tmp_path):
    with pytest.raises(MissingFileError, match=r"There is no file .*nowhere\.csv"):
        open_table(tmp_path / "nowhere.csv")
    with pytest.raises(UnreadableTableError, match="is a folder"):
        open_table(tmp_path)
    with pytest.raises(MissingFileError, match="no path"):
        open_table("a\0b")


def test_something_else_than_a_path_or_a_frame_is_a_type_error():
    with pytest.raises(TypeError, match="given int"):
        open_table(3)


def wide_file(rows, odd=""):
    return "a,b,c\n" + "".join(f"{i},{i}.5,{i % 7}\n" for i in range(rows)) + odd


def test_a_large_plain_file_and_a_small_one_are_typed_alike(read):
    frame, _ = read(wide_file(40_000))
    assert frame.schema == {"a": pl.Int64, "b": pl.Float64, "c": pl.Int64}
    assert frame.row(-1) == (39_999, 39_999.5, 39_999 % 7)


@pytest.mark.parametrize(
    ("odd", "column", "kind", "last"),
    [
        ("x,1.5,2\n", "a", pl.Int64, None),
        ("7,n/a,2\n", "b", pl.Float64, None),
        ("7,nan,2\n", "b", pl.Float64, None),
        ("7,inf,2\n", "b", pl.Float64, None),
        ("7.5,1.5,2\n", "a", pl.Float64, 7.5),
        ('"7",1.5,2\n', "a", pl.Int64, 7),
        ("7,1.5\n", "c", pl.Int64, None),
        (" 7 ,1.5,2\n", "a", pl.Int64, 7),
        ("$7,1.5,2\n", "a", pl.Int64, 7),
    ],
)
def test_what_is_odd_far_down_a_large_file_is_seen(read, odd, column, kind, last):
    frame, _ = read(wide_file(40_000, odd))
    assert frame.height == 40_001
    assert frame.schema[column] == kind
    assert frame[column][-1] == last


def test_codes_far_down_a_large_file_make_their_column_text(read):
    frame, _ = read("a,b\n" + "10001,1\n" * 60_000 + "00123,1\n" * 1_000)
    assert frame.schema["a"] == pl.String
    assert frame["a"][-1] == "00123"


def test_ten_thousand_columns_are_read(read):
    names = ",".join(f"n{i}" for i in range(10_000))
    row = ",".join("1,5".replace(",", ".") for _ in range(10_000))
    frame, _ = read(f"{names}\n{row}\n{row}\n")
    assert frame.shape == (2, 10_000)
    assert set(frame.dtypes) == {pl.Float64}


def test_quoted_codes_in_a_large_file_stay_text(read):
    frame, _ = read("a,b,n\n" + '"10001","x, y",1\n' * 30_000 + '"00123","z",2\n' * 1_000)
    assert frame.shape == (31_000, 3)
    assert frame.row(-1) == ("00123", "z", 2)


def test_lines_longer_than_the_first_look_are_read(read):
    names = ",".join(f"a_rather_long_name_of_a_column_{i}" for i in range(10_000))
    frame, _ = read(f"{names}\n" + ",".join(["1"] * 10_000) + "\n")
    assert frame.shape == (1, 10_000)


def test_a_nearly_empty_first_row_of_a_file_without_a_header_is_kept(read):
    assert read("7,,\n1,2,3\n4,5,6\n")[0].rows() == [(7, None, None), *THREE]
    assert read(",,\n1,2,3\n4,5,6\n", dates="dmy")[0].height >= 2


def test_very_long_cells_are_read(read):
    frame, _ = read('n,t\n1,"' + "x" * 300_000 + '"\n2,y,\n')
    assert frame["t"].str.len_chars().to_list() == [300_000, 1]


def test_money_as_it_is_written_in_europe_is_read(read):
    text = "Kunde;Umsatz;Datum\nMüller;1.234,50 €;01.02.2013\nMeier;99,00 €;31.12.2012\n"
    frame, table = read(text.encode("cp1252"))
    assert frame["Umsatz"].to_list() == [1234.5, 99.0]
    assert table.orders == {"Datum": "dmy"}
