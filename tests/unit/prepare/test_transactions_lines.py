"""Every order line has one fate, and the fates add up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any

import duckdb
import narwhals as nw
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coterie.prepare.transactions import OrderColumns
from coterie.prepare.transactions_lines import (
    FATE,
    Reading,
    are_prefixed,
    count_fates,
    count_flags,
    newest_day,
    tell_fates,
)
from coterie.prepare.transactions_notes import tell_treatments, treatment_notes
from coterie.schema import ROW

TODAY = date(2026, 1, 1)
COLUMNS = OrderColumns(
    "customer", "at", order="order", product="code", quantity="pieces", price="price"
)
# One line for each thing that can be said of a line: (what becomes of it, the line).
LINES: list[tuple[str, tuple[Any, ...]]] = [
    ("purchase", (1, datetime(2024, 5, 1, 9), "101", "A1", 2, 3.0)),
    ("duplicate", (1, datetime(2024, 5, 1, 9), "101", "A1", 2, 3.0)),
    ("purchase", (1, datetime(2024, 5, 1, 9), "101", "A2", 2, 3.0)),
    ("guest", (None, datetime(2024, 5, 1, 9), "102", "A1", 2, 3.0)),
    ("undated", (1, None, "103", "A1", 2, 3.0)),
    ("future", (1, datetime(2031, 5, 1, 9), "104", "A1", 2, 3.0)),
    ("later", (1, datetime(2024, 7, 1, 9), "105", "A1", 2, 3.0)),
    ("test", (1, datetime(2024, 5, 2, 9), "106", "TEST001", 2, 3.0)),
    ("bookkeeping", (1, datetime(2024, 5, 2, 9), "A107", "A1", 1, 30.0)),
    ("bookkeeping", (1, datetime(2024, 5, 2, 9), "108", "B", 1, 30.0)),
    ("cancelled", (1, datetime(2024, 5, 3, 9), "C109", "A1", -1, 3.0)),
    ("returned", (1, datetime(2024, 5, 3, 9), "110", "A1", -1, 3.0)),
    ("free", (1, datetime(2024, 5, 3, 9), "111", "A1", 1, 0.0)),
    ("free", (1, datetime(2024, 5, 3, 9), "111", "A1", 0, 2.0)),
    ("unpriced", (1, datetime(2024, 5, 3, 9), "112", "A1", 1, None)),
    ("purchase", (1, datetime(2024, 5, 3, 9), "113", "POST", 1, 8.0)),
    ("guest", (None, datetime(2024, 5, 3, 9), "C114", "A1", -1, 0.0)),
    ("purchase", (2, datetime(2024, 6, 30, 23, 59), "115", "A1", 1, 1.0)),
]


def order_lines() -> pl.DataFrame:
    schema = {"customer": pl.Int64, "at": pl.Datetime("us"), "order": pl.String,
              "code": pl.String, "pieces": pl.Int64, "price": pl.Float64}  # fmt: skip
    frame = pl.DataFrame([row for _, row in LINES], schema=schema, orient="row")
    return frame.with_row_index(ROW).with_columns(pl.col(ROW).cast(pl.Int64))


@pytest.fixture(params=["polars", "duckdb"])
def engine(request: pytest.FixtureRequest) -> Iterator[Callable[[pl.DataFrame], Any]]:
    if request.param == "polars":
        yield lambda frame: nw.from_native(frame.lazy())
        return
    connection = duckdb.connect()

    def load(frame: pl.DataFrame) -> Any:
        connection.register("lines", frame.to_arrow())
        return nw.from_native(connection.sql("select * from lines"))

    yield load
    connection.close()


def read(frame: Any, as_of: date | None = date(2024, 6, 30)) -> Any:
    return tell_fates(frame, Reading(COLUMNS, as_of, TODAY, are_prefixed(frame, COLUMNS)))


def test_each_kind_of_line_has_its_fate_on_every_engine(engine):
    told = read(engine(order_lines())).sort(ROW).collect("polars").to_native()
    assert told[FATE].to_list() == [fate for fate, _ in LINES]


def test_the_fates_add_up_and_each_treatment_counts_all_that_are_so(engine):
    lines = read(engine(order_lines()))
    fates, flags = count_fates(lines), count_flags(lines)
    assert sum(fates.values()) == len(LINES)
    assert (fates["guest"], flags["guest"]) == (2, 2)
    assert (fates["cancelled"], flags["cancelled"]) == (1, 2)
    assert (flags["free"], flags["service"], flags["later"]) == (3, 1, 2)
    said = {note.topic: note for note in treatment_notes(fates, flags)}
    assert said["lines"].text == "18 lines: 4 purchases, 2 cancelled or returned, 12 set aside."
    assert said["cancelled"].count == 2
    assert "of 1 of them was decided by a treatment before" in said["cancelled"].text
    assert said["future"].level == "warning"
    assert {each.name for each in tell_treatments(fates, flags)} >= set(flags)


def test_postage_is_paid_for_and_no_goods():
    told = read(nw.from_native(order_lines().lazy())).collect("polars").to_native()
    row = told.row(15, named=True)
    assert (row["amount"], row["goods"]) == (8.0, 0)


def test_an_order_on_the_day_itself_counts_and_the_next_one_does_not():
    frame = nw.from_native(order_lines().lazy())
    counts = [count_fates(read(frame, day))["later"] for day in
              (date(2024, 6, 29), date(2024, 6, 30), None)]  # fmt: skip
    assert counts == [2, 1, 0]


def test_the_newest_day_is_never_in_the_future(engine):
    assert newest_day(engine(order_lines()), COLUMNS.date, TODAY) == date(2024, 7, 1)


def test_letters_mean_something_only_where_order_numbers_are_plain():
    frame = order_lines().with_columns(("C" + pl.col("order").str.strip_prefix("C")).alias("order"))
    lazy = nw.from_native(frame.lazy())
    assert not are_prefixed(lazy, COLUMNS)
    flags = count_flags(read(lazy))
    assert "cancelled" not in flags
    assert flags["bookkeeping"] == flags["service"] - 1 == 0


def small(**columns: Any) -> nw.LazyFrame[Any]:
    frame = pl.DataFrame(columns).with_row_index(ROW)
    return nw.from_native(frame.with_columns(pl.col(ROW).cast(pl.Int64)).lazy())


def fates_of(frame: Any, columns: OrderColumns) -> list[str]:
    told = tell_fates(frame, Reading(columns, None, TODAY)).sort(ROW)
    return list(told.collect("polars").get_column(FATE).to_list())


def test_words_that_mean_guest_are_no_customer():
    names = ["ann", " Guest ", "", "ANONYMOUS", "bob", "n/a", None]
    frame = small(who=names, day=[date(2024, 1, 1)] * 7)
    assert fates_of(frame, OrderColumns("who", "day")) == [
        "purchase", "guest", "guest", "guest", "purchase", "guest", "guest",
    ]  # fmt: skip


def test_a_status_says_that_an_order_was_cancelled_or_returned():
    frame = small(
        who=["a"] * 5, day=[date(2024, 1, 1)] * 5, paid=[1.0] * 5,
        state=["delivered", "Canceled", "refunded", "storniert", None],
    )  # fmt: skip
    columns = OrderColumns("who", "day", amount="paid", status="state")
    assert fates_of(frame, columns) == [
        "purchase", "cancelled", "returned", "cancelled", "purchase",
    ]  # fmt: skip


def test_equal_lines_without_an_order_number_may_be_two_purchases():
    frame = small(who=["a", "a"], day=[date(2024, 1, 1)] * 2, paid=[1.0, 1.0])
    assert fates_of(frame, OrderColumns("who", "day", amount="paid")) == ["purchase"] * 2


def test_an_order_with_nothing_to_pay_counts_where_no_price_calls_it_a_gift():
    frame = small(who=["a", "a"], day=[date(2024, 1, 1)] * 2, paid=[1.0, 0.0])
    columns = OrderColumns("who", "day", amount="paid")
    assert fates_of(frame, columns) == ["purchase"] * 2
    lines = tell_fates(frame, Reading(columns, None, TODAY))
    assert count_flags(lines)["unpaid"] == 1


def test_whole_ids_that_came_as_floats_are_whole_again():
    frame = small(who=[17850.0, None, 12346.0], day=[date(2024, 1, 1)] * 3)
    told = tell_fates(frame, Reading(OrderColumns("who", "day"), None, TODAY))
    found = told.sort(ROW).collect("polars").get_column("customer").to_list()
    assert found == [17850, None, 12346]
    assert all(isinstance(each, int) for each in found if each is not None)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.one_of(st.none(), st.integers(0, 3)),
            st.one_of(st.none(), st.dates(date(2020, 1, 1), date(2030, 1, 1))),
            st.sampled_from(["1", "2", "C3", "A4", ""]),
            st.sampled_from(["A1", "POST", "TEST1", "", None]),
            st.one_of(st.none(), st.integers(-3, 3)),
            st.one_of(st.none(), st.floats(-5, 5)),
        ),
        min_size=1,
        max_size=30,
    )
)
def test_whatever_the_lines_hold_each_has_exactly_one_fate(rows):
    schema = {"customer": pl.Int64, "at": pl.Date, "order": pl.String, "code": pl.String,
              "pieces": pl.Int64, "price": pl.Float64}  # fmt: skip
    frame = pl.DataFrame(rows, schema=schema, orient="row").with_row_index(ROW)
    lazy = nw.from_native(frame.with_columns(pl.col(ROW).cast(pl.Int64)).lazy())
    lines = read(lazy)
    fates = count_fates(lines)
    assert sum(fates.values()) == len(rows)
    bought = lines.filter(nw.col(FATE) == "purchase").collect("polars").to_native()
    assert (bought["amount"] > 0).all()
    assert bought["customer"].null_count() == bought["moment"].null_count() == 0
