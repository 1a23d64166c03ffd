"""Numbers written in many ways, and text among them."""

from __future__ import annotations

import polars as pl
import pytest

from coterie.tables.parsing import parse_number


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", 12),
        (" 12 ", 12),
        ("-3.5", -3.5),
        ("\u2212 5", -5),
        ("1,234.50", 1234.5),
        ("1.234,50", 1234.5),
        ("12,5", 12.5),
        ("1,234", 1234),
        ("1.234", 1.234),
        ("1.234.567", 1234567),
        ("1 234", 1234),
        ("1\u00a0234,5", 1234.5),
        ("1'234.5", 1234.5),
        ("1,23,456", 123456),
        ("$1,200", 1200),
        ("€ 12,50", 12.5),
        ("12 kr", 12),
        ("USD 5", 5),
        ("5 EUR", 5),
        ("-$5", -5),
        ("$-5", -5),
        ("(3.20)", -3.2),
        ("7-", -7),
        ("12 %", 12),
        ("15k$", 15000),
        ("15 k", 15000),
        (".5", 0.5),
        ("5.", 5),
        ("1e3", 1000),
        ("1e308", 1e308),
    ],
)
def test_numbers_are_read_however_they_are_written(text, value):
    assert parse_number(text) == value


NO_NUMBERS = "n/a nan inf 1e999 - ? unknown x 1,23,4 1.2.3 3-4 (5 --5 -(5) 2012-09-04 0x10 1_000 ٣"


@pytest.mark.parametrize("text", ["", " ", "12 kg", "1 2", *NO_NUMBERS.split()])
def test_what_is_no_number_is_none(text):
    assert parse_number(text) is None


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["1,5", "3,25", "1.234,50"], [1.5, 3.25, 1234.5]),
        (["1,234.50", "13,250", "999"], [1234.5, 13250, 999]),
        (["1 234", "13 250", "999"], [1234, 13250, 999]),
        (["$1.50", "($2)", "3"], [1.5, -2, 3]),
        (["5 %", "6%", "7"], [5, 6, 7]),
    ],
)
def test_the_whole_column_decides_how_its_numbers_are_written(read, cells, values):
    frame, _ = read("n;m\n" + "".join(f"{cell};1\n" for cell in cells))
    assert frame["n"].to_list() == values


def test_commas_that_nothing_decides_are_thousands_with_a_warning(read, told):
    frame, table = read('n,m\n"1,234",1\n"56,789",2\n')
    assert frame["n"].to_list() == [1234, 56789]
    assert told(table, "decimal", "n") == [
        "n: values such as 1,234 can be read as decimals or as thousands; "
        "they were read as thousands."
    ]


def test_another_column_with_decimal_commas_decides_what_a_point_means(read):
    frame, _ = read("income;score\n1.234;2,5\n30.250;4,1\n")
    assert frame["income"].to_list() == [1234, 30250]


def test_text_in_a_column_of_numbers_becomes_missing_and_is_counted(read, told):
    cells = ["1", " ", "n/a", "unknown", "-", "6", "7", "NULL", "?", "#N/A", "none", "12"]
    frame, table = read("n,m\n" + "".join(f"{cell},1\n" for cell in cells))
    assert frame["n"].to_list() == [1, None, None, None, None, 6, 7, None, None, None, None, 12]
    assert told(table, "text in numbers") == [
        "8 cells hold no number in n (' ', 'n/a', 'unknown' and others); counted as missing."
    ]
    (note,) = [note for note in table.notes if note.topic == "text in numbers"]
    assert note.count == 8


def test_a_column_is_a_number_from_four_fifths_on(read):
    few, _ = read("n,m\n" + "5,1\n" * 7 + "abc,1\n" * 3)
    many, _ = read("n,m\n" + "5,1\n" * 8 + "abc,1\n" * 2)
    assert few.schema["n"] == pl.String
    assert many.schema["n"] == pl.Int64


@pytest.mark.parametrize(
    "codes",
    [
        ["00123", "00456"],
        ["4111111111111111", "4111111111111112"],
        ["C536379", "536380", "536381", "536382", "536383", "536384"],
        ["4915112345678", "4915212345679"],
    ],
)
def test_codes_stay_text(read, told, codes):
    frame, table = read("code,m\n" + "".join(f"{code},1\n" for code in codes))
    assert frame["code"].to_list() == codes
    assert told(table, "codes", "code")


def test_infinity_becomes_missing_and_large_numbers_stay(read):
    frame, _ = read("n,m\n1e308,1\n1e309,2\ninf,3\n-1e308,4\n1,5\n2,6\n3,7\n4,8\n5,9\n")
    assert frame["n"].to_list()[:4] == [1e308, None, None, -1e308]


def test_a_k_is_only_the_unit_where_the_name_counts_in_thousands(read):
    frame, _ = read("Income (k$),Spend\n15 k$,15 k$\n16k$,16k$\n")
    assert frame.rows() == [(15, 15000), (16, 16000)]


def test_whole_numbers_and_decimals_keep_their_types(read):
    frame, _ = read("a,b,c\n1,1.0,1e2\n2,2.5,3\n")
    assert frame.schema == {"a": pl.Int64, "b": pl.Float64, "c": pl.Float64}


def test_true_and_false_are_flags_and_yes_and_no_stay_words(read):
    frame, _ = read("a,b,n\nTRUE,yes,1\nfalse,no,2\n,,3\n")
    assert frame.rows() == [(True, "yes", 1), (False, "no", 2), (None, None, 3)]


def test_answers_such_as_none_stay_in_columns_of_text(read, told):
    frame, table = read("t,n\nnone,1\nunknown,2\nred,3\nN/A,4\n#N/A,5\n")
    assert frame["t"].to_list() == ["none", "unknown", "red", None, None]
    assert told(table, "missing", "t")[0] == "2 cells of t said that there is no value."


def test_namibia_stays_on_the_map(read):
    assert read("country,n\nNA,1\nDE,2\n")[0]["country"].to_list() == ["NA", "DE"]
