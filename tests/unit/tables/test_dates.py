"""Dates, and the order of their parts."""

from __future__ import annotations

from datetime import date, datetime

import polars as pl
import pytest

from coterie.errors import ConfigError, DateOrderError, UnreadableTableError
from coterie.tables.parsing import from_serial, parse_date, parse_moment

DAY = date(2012, 9, 4)


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("2012-09-04", None),
        ("2012/9/4", None),
        ("2012-09-04T23:59:59", None),
        ("20120904", None),
        ("4-Sep-12", None),
        ("4 September 2012", None),
        ("September 4, 2012", None),
        ("Sep. 4th, 2012", None),
        ("Tue, 4 Sep 2012 10:00", None),
        ("4. September 2012", None),
        ("4 août 2012", None),
        ("04/09/2012", "dmy"),
        ("4.9.12", "dmy"),
        ("4. 9. 2012", "dmy"),
        ("09/04/2012", "mdy"),
        ("9-4-12 3:45 PM", "mdy"),
        ("12-09-04", "ymd"),
    ],
)
def test_a_date_is_read_however_it_is_written(text, order):
    assert parse_date(text, order) == (date(2012, 8, 4) if "août" in text else DAY)


@pytest.mark.parametrize(
    "text", ["", "x", "2012-02-30", "31/04/2012", "4/9/2012", "12", "1.5", "25:00"]
)
def test_what_is_no_date_or_could_be_two_is_none(text):
    assert parse_date(text) is None


def test_years_of_two_digits_lie_where_people_mean_them():
    assert parse_date("4-Sep-68").year == 2068
    assert parse_date("4-Sep-69").year == 1969
    assert parse_date("4-Sep-45", birth=True).year == 1945


def test_times_with_an_offset_are_turned_into_utc():
    assert parse_moment("2012-09-04T11:30:00+02:00") == datetime(2012, 9, 4, 9, 30)


def test_an_excel_serial_number_is_a_day():
    # Excel shows 41156 as 4 September 2012.
    assert from_serial(41156) == DAY


def test_one_decisive_value_decides_for_the_column(read, told):
    frame, table = read("d,n\n04/09/2012,1\n21/09/2012,2\n")
    assert frame["d"].to_list() == [DAY, date(2012, 9, 21)]
    assert table.orders == {"d": "dmy"}
    assert told(table, "dates") == [
        "d holds dates: day first, decided by values such as 21/09/2012."
    ]


def test_month_first_is_decided_likewise(read):
    frame, table = read("d,n\n09/04/2012,1\n09/21/2012,2\n")
    assert frame["d"].to_list() == [DAY, date(2012, 9, 21)]
    assert table.orders == {"d": "mdy"}


def test_several_spellings_in_one_column_are_decided_together(read):
    frame, _ = read("d,n\n4/9/2012,1\n21-08-2013,2\n5.9.2012,3\n")
    assert frame["d"].to_list() == [DAY, date(2013, 8, 21), date(2012, 9, 5)]


def test_an_order_that_nothing_decides_is_asked_for(read):
    with pytest.raises(DateOrderError, match=r"joined .*01/02/2012.*--dates dmy"):
        read("joined,n\n01/02/2012,1\n03/04/2012,2\n")


def test_the_answer_is_used(read):
    text = "joined,n\n01/02/2012,1\n03/04/2012,2\n"
    assert read(text, dates="dmy")[0]["joined"].to_list() == [date(2012, 2, 1), date(2012, 4, 3)]
    assert read(text, dates="mdy")[0]["joined"].to_list() == [date(2012, 1, 2), date(2012, 3, 4)]


def test_an_answer_does_not_overrule_the_values(read):
    frame, table = read("d,n\n21/09/2012,1\n04/09/2012,2\n", dates="mdy")
    assert table.orders == {"d": "dmy"}
    assert frame["d"][1] == DAY


def test_an_order_known_from_a_schema_is_not_questioned(read):
    frame, table = read("d,n\n04/09/2012,1\n", orders={"d": "dmy"}, dates="mdy")
    assert frame["d"].to_list() == [DAY]
    assert table.orders == {"d": "dmy"}


def test_dates_that_read_the_same_in_any_order_need_no_answer(read):
    assert read("d,n\n05/05/2012,1\n")[0]["d"].to_list() == [date(2012, 5, 5)]


def test_dates_that_contradict_each_other_are_an_error(read):
    with pytest.raises(UnreadableTableError, match=r"21/02/2012 can only be day first, 03/24/2012"):
        read("d,n\n21/02/2012,1\n03/24/2012,2\n")


def test_a_few_that_contradict_the_rest_are_counted(read, told):
    frame, table = read("d,n\n" + "21/02/2012,1\n" * 9 + "03/24/2012,2\n")
    assert frame["d"].null_count() == 1
    assert told(table, "unreadable dates") == [
        "1 value of d cannot be read as dates ('03/24/2012'); now missing."
    ]


def test_yyyymmdd_is_a_date_and_other_long_numbers_are_not(read):
    frame, _ = read("x,id\n20120904,20129904\n20120905,20120905\n20131231,20120906\n")
    assert frame.schema == {"x": pl.Date, "id": pl.Int64}


def test_excel_serial_numbers_are_dates_only_where_the_name_says_so(read):
    frame, _ = read("Dt_Customer,income\n41156,41156\n41200,41200\n")
    assert frame.rows()[0] == (DAY, 41156)


@pytest.mark.parametrize(
    "name", ["update", "candidate", "mandate", "spend_since", "income", "data"]
)
def test_numbers_under_names_that_only_resemble_a_date_stay_numbers(read, name):
    assert read(f"{name},n\n41156,1\n41200,2\n")[0].schema[name] == pl.Int64


@pytest.mark.parametrize(
    "name", ["date", "Dt_Customer", "JoinDate", "orderdate", "date_joined", "Joined"]
)
def test_numbers_under_the_names_of_dates_are_serial_numbers(read, name):
    assert read(f"{name},n\n41156,1\n41200,2\n")[0].schema[name] == pl.Date


def test_excel_serial_numbers_among_dates_are_dates(read):
    frame, _ = read("d,n\n4-Sep-12,1\n41156,2\n5-Sep-12,3\n")
    assert frame["d"].to_list() == [DAY, DAY, date(2012, 9, 5)]


def test_a_time_of_day_makes_datetimes_and_midnights_make_dates(read):
    frame, _ = read("t,d,n\n2012-09-04 10:00:00,2012-09-04 00:00:00,1\n")
    assert frame.schema == {"t": pl.Datetime("us"), "d": pl.Date, "n": pl.Int64}


def test_blanks_and_words_for_no_value_are_missing_dates(read):
    frame, _ = read("d,n\n2012-09-04,1\nunknown,2\n ,3\n,4\n")
    assert frame["d"].to_list() == [DAY, None, None, None]


def test_a_birthday_is_not_in_the_future(read):
    assert read("birthdate,n\n13/05/45,1\n")[0]["birthdate"].to_list() == [date(1945, 5, 13)]


def test_what_is_no_order_is_a_config_error(read):
    with pytest.raises(ConfigError, match="dmy, mdy or ymd; it is dym"):
        read("a,b\n1,2\n", dates="dym")
