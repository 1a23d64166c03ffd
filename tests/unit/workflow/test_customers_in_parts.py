"""Customers in parts, from the disk, are those of the table as a whole, to the last bit."""

from __future__ import annotations

from datetime import date, datetime

import narwhals as nw
import polars as pl
import pytest

from coterie.prepare import transactions_parts
from coterie.prepare.transactions import OrderColumns
from coterie.prepare.transactions_notes import oldest_notes
from coterie.prepare.transactions_parts import in_parts
from coterie.schema import ROW
from coterie.tables import batches
from coterie.tables.synthetic import make_transactions
from coterie.workflow import customers as module
from coterie.workflow.customers import customers_from_orders


def orders(rows=3_000, **more):
    frame, _truth = make_transactions(rows, segments=3, seed=4)
    channel = pl.int_range(pl.len()) % 7 // 2
    named = channel.replace_strict({0: "web", 1: "Store", 2: "phone", 3: "Online"})
    # Copies far from their originals, and guests among them.
    return pl.concat([frame, frame.head(40)]).with_columns(named.alias("channel"), **more)


@pytest.fixture
def small(monkeypatch):
    """Let parts and batches be small."""
    steps = {"PART_ROWS": 300, "STEP_ROWS": 170}
    for name, value in steps.items():
        monkeypatch.setattr(transactions_parts, name, value)
    monkeypatch.setattr(transactions_parts.in_parts, "__defaults__", (300,))
    monkeypatch.setattr(batches, "LARGE", 1_000)
    monkeypatch.setattr(batches.open_in_batches.__wrapped__, "__kwdefaults__", {
        "dates": None, "folder": None, "batch": 20_000})  # fmt: skip


def test_a_file_read_in_batches_and_parts_gives_the_same_customers(tmp_path, request):
    path = tmp_path / "orders.csv"
    orders().write_csv(path)
    whole = customers_from_orders(path, expect="90d", rfm=True)
    request.getfixturevalue("small")
    parted = customers_from_orders(path, expect="90d", rfm=True, folder=tmp_path)
    assert parted.frame.equals(whole.frame)
    assert parted.to_dict() == whole.to_dict()
    assert sorted(found.name for found in tmp_path.iterdir()) == ["orders.csv"]


@pytest.mark.parametrize("kind", [pl.Float64, pl.String])
def test_ids_of_any_kind_are_the_same_in_every_part(small, kind, monkeypatch):
    lines = orders().with_columns(pl.col("CustomerID").cast(kind))
    parted = customers_from_orders(lines)
    monkeypatch.setattr(transactions_parts.in_parts, "__defaults__", (10**9,))
    whole = customers_from_orders(lines)
    assert parted.frame.equals(whole.frame)
    assert parted.notes == whole.notes


def test_one_broken_id_makes_text_of_the_ids_of_all_parts(small):
    broken = pl.when(pl.int_range(pl.len()) == 5).then(pl.lit(12346.5)).otherwise("CustomerID")
    made = customers_from_orders(orders(CustomerID=broken))
    assert made.frame.schema["customer_id"] == pl.String


def test_parts_share_no_customer_and_lose_no_line(tmp_path):
    frame = orders().with_row_index(ROW).with_columns(pl.col(ROW).cast(pl.Int64))
    columns = OrderColumns("CustomerID", "InvoiceDate", order="InvoiceNo")
    parts = in_parts(nw.from_native(frame.lazy()), columns, frame.height, tmp_path, 500)
    held = [part.collect().to_native() for part in parts]
    assert len(held) > 3
    assert sorted(row for part in held for row in part[ROW]) == list(range(frame.height))
    assert all(part[ROW].is_sorted() for part in held)
    named = [set(part["CustomerID"].drop_nulls()) for part in held]
    assert sum(map(len, named)) == len(set().union(*named))
    # Those without a customer are spread, and equal ones are together.
    assert sum(part["CustomerID"].null_count() > 0 for part in held) > 1


def test_lines_of_which_none_is_a_purchase_are_an_error_in_parts_too(small):
    from coterie.errors import InputError

    lines = orders().with_columns(Quantity=-pl.col("Quantity").abs())
    with pytest.raises(InputError, match="No line of polars frame is"):
        customers_from_orders(lines)


def days(*counted):
    moments = [day for day, many in counted for _ in range(many)]
    frame = pl.LazyFrame({"day": moments}, schema={"day": pl.Date})
    return nw.from_native(frame)


def test_a_lone_date_years_before_all_others_is_told():
    far = days((date(1970, 1, 1), 1), (date(2010, 12, 1), 500), (date(2011, 6, 1), 500))
    (note,) = oldest_notes(far, "day", date(2011, 12, 9))
    assert note.level == "warning"
    assert note.text.startswith("1 line is dated 1970-01-01 or earlier, 40 years before all others")
    assert "2010-12-01" in note.text


def test_old_customers_of_an_old_shop_are_not_told():
    many = days((date(2001, 1, 1), 30), (date(2010, 12, 1), 500), (date(2011, 6, 1), 500))
    assert oldest_notes(many, "day", date(2011, 12, 9)) == ()
    near = days((date(2010, 1, 1), 1), (date(2010, 12, 1), 500))
    assert oldest_notes(near, "day", date(2011, 12, 9)) == ()


def test_a_mistyped_date_is_told_with_the_customers():
    lines = orders()
    early = pl.when(pl.int_range(pl.len()) == 0).then(pl.lit(datetime(1911, 3, 1)))
    made = customers_from_orders(lines.with_columns(InvoiceDate=early.otherwise("InvoiceDate")))
    assert [note.topic for note in made.notes if note.topic == "early"] == ["early"]
    assert module.CUSTOMER == "customer_id"
