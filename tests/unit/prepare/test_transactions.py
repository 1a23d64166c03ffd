"""Which column of a table of order lines is what."""

from __future__ import annotations

from datetime import date
from typing import Any

import narwhals as nw
import polars as pl
import pytest

from coterie.errors import ConfigError, InputError
from coterie.prepare.transactions import OrderColumns, find_order_columns
from coterie.schema.known_orders import recognise_role, recognise_roles, seem_orders

DAY = date(2024, 5, 1)


def lazy(**columns: Any) -> nw.LazyFrame[Any]:
    frame = pl.DataFrame(columns).with_row_index("__row__")
    return nw.from_native(frame.with_columns(pl.col("__row__").cast(pl.Int64)).lazy())


@pytest.mark.parametrize(
    ("spelling", "role"),
    [
        ("CustomerID", "customer"), ("Customer ID", "customer"), ("cust_id", "customer"),
        ("user_id", "customer"), ("InvoiceDate", "date"), ("order_purchase_timestamp", "date"),
        ("t_dat", "date"), ("Invoice", "order"), ("order_id", "order"), ("StockCode", "product"),
        ("Qty", "quantity"), ("Price", "price"), ("unit_price", "price"), ("Amount ($)", "amount"),
        ("Total Amount", "amount"), ("payment_value", "amount"), ("order_status", "status"),
        ("Sales Channel", "channel"), ("web_visits", "visits"),
    ],
)  # fmt: skip
def test_usual_spellings_are_known_by_sight(spelling, role):
    found = recognise_role(spelling)
    assert found is not None
    assert found[0] == role


def test_of_two_columns_that_fit_the_surer_spelling_is_taken():
    assert recognise_roles(["date", "InvoiceDate", "name"]) == {"date": "InvoiceDate"}


def test_order_lines_and_customers_are_told_apart_by_their_columns():
    assert seem_orders(["InvoiceNo", "StockCode", "Quantity", "InvoiceDate", "CustomerID"])
    assert not seem_orders(["CustomerID", "Age", "Annual Income (k$)"])
    assert not seem_orders(["customer_id", "date", "Age", "Income", "amount", "order_id"])


def test_what_is_given_wins_over_what_is_known():
    frame = lazy(customer_id=[1, 2], buyer=["a", "b"], date=[DAY, DAY], amount=[1.0, 2.0])
    columns, notes = find_order_columns(frame, {"customer": "Buyer"})
    assert columns == OrderColumns("buyer", "date", amount="amount")
    assert "buyer for the customer" in notes[0].text


def test_an_empty_name_says_that_there_is_no_such_column():
    frame = lazy(customer_id=[1, 2], date=[DAY, DAY], order_id=[1, 2], amount=[1.0, 2.0])
    assert find_order_columns(frame, {"order": ""})[0].order is None
    assert find_order_columns(frame)[0].order == "order_id"


def test_every_fault_of_what_was_given_is_told_at_once():
    frame = lazy(customer_id=[1, 2], date=[DAY, DAY], amount=[1.0, 2.0])
    with pytest.raises(ConfigError) as caught:
        find_order_columns(frame, {"customer": "custmer_id", "shop": "x", "amount": "date",
                                   "date": "date"})  # fmt: skip
    said = " ".join(caught.value.faults)
    assert "Did you mean customer_id?" in said
    assert "it was given shop" in said
    assert "gives the column date twice" in said


def test_the_columns_of_a_file_without_a_header_are_told_by_what_they_hold():
    frame = lazy(
        c1=["00004", "00004", "00021"], c2=["0001", "0001", "0002"], c3=[DAY] * 3,
        c4=[2, 1, 3], c5=[29.3, 14.9, 63.3],
    )  # fmt: skip
    columns, notes = find_order_columns(frame)
    assert columns == OrderColumns("c2", "c3", quantity="c4", amount="c5")
    assert notes[0].level == "warning"
    assert "--columns" in notes[0].text


@pytest.mark.parametrize(
    "columns",
    [
        {"c1": ["a", "a", "b"], "c2": ["x", "y", "y"], "c3": [DAY] * 3, "c4": [1.0, 2.0, 3.0]},
        {"c1": ["a", "a", "b"], "c2": [DAY] * 3, "c3": [1.5, 2.0, 3.0], "c4": [1.5, 2.0, 3.0]},
        {"c1": ["a", "b", "c"], "c2": [DAY] * 3, "c3": [1.5, 2.0, 3.0]},
    ],
    ids=["two kinds of codes", "two amounts", "no code comes again"],
)
def test_where_content_allows_two_readings_the_user_is_asked(columns):
    with pytest.raises(InputError, match=r"c1 \(a\).*--columns customer=") as caught:
        find_order_columns(lazy(**columns), name="orders.txt")
    assert "orders.txt" in str(caught.value)


def test_a_table_of_customers_is_refused_and_told_what_it_is():
    frame = lazy(ID=[1, 2], Income=[1.0, 2.0], Age=[30, 40], Dt_Customer=[DAY, DAY])
    with pytest.raises(InputError, match=r"looks like a table of customers.*coterie segment"):
        find_order_columns(frame)


def test_a_table_of_customers_is_refused_also_where_columns_are_named_for_it():
    frame = lazy(ID=list(range(30)), Income=[1.0] * 30, Age=[30] * 30, Dt_Customer=[DAY] * 30)
    with pytest.raises(InputError, match="each ID has one row"):
        find_order_columns(frame, {"customer": "ID", "date": "Dt_Customer"})


def test_order_lines_may_tell_of_their_customers_too():
    frame = lazy(
        **{"Transaction ID": list(range(30)), "Customer ID": list(range(30)), "Date": [DAY] * 30,
           "Age": [30] * 30, "Gender": ["F"] * 30, "Education": ["PhD"] * 30,
           "Total Amount": [5.0] * 30}
    )  # fmt: skip
    assert find_order_columns(frame)[0].order == "Transaction ID"


def test_dates_that_cannot_be_read_are_said_with_what_to_do():
    frame = lazy(customer_id=[1, 2], date=["soon", "later"], amount=[1.0, 2.0])
    with pytest.raises(ConfigError, match="The values of date cannot be read as dates"):
        find_order_columns(frame)


def test_text_that_is_given_as_an_amount_is_refused():
    frame = lazy(customer_id=[1, 2], date=[DAY, DAY], paid=["much", "little"])
    with pytest.raises(ConfigError, match="paid is taken for the amount and does not hold numbers"):
        find_order_columns(frame, {"amount": "paid"})


def test_what_cannot_be_told_for_want_of_a_column_is_said():
    _, notes = find_order_columns(lazy(customer_id=[1, 1], date=[DAY, DAY]))
    said = " ".join(note.text for note in notes)
    assert "No column says what was paid" in said
    assert "bought on one day is one order" in said
    _, notes = find_order_columns(lazy(customer_id=[1, 1], date=[DAY, DAY], price=[1.0, 2.0]))
    assert "each line counts as one piece" in notes[1].text
