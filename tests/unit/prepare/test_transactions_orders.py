"""From lines to customers: worked by hand, and the same on every engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

import duckdb
import narwhals as nw
import numpy as np
import polars as pl
import pytest

from coterie.prepare.orders import (
    count_channels,
    describe_customers,
    group_orders,
    name_channels,
)
from coterie.prepare.orders_repeats import summarise_repeats
from coterie.prepare.transactions import OrderColumns
from coterie.prepare.transactions_lines import Reading, tell_fates
from coterie.schema import ROW

TODAY = date(2026, 1, 1)
COLUMNS = OrderColumns(
    "who", "at", order="order", product="code", quantity="pieces", price="price",
    channel="channel", visits="visits",
)  # fmt: skip


def lines() -> pl.DataFrame:
    rows: list[tuple[Any, ...]] = [
        # Ann: a Saturday in May (two lines), a Monday in December, and a return.
        ("ann", datetime(2024, 5, 4, 10), "1", "A", 2, 10.0, "Online", 3),
        ("ann", datetime(2024, 5, 4, 10), "1", "POST", 1, 5.0, "Online", 3),
        ("ann", datetime(2024, 12, 2, 15, 30), "2", "A", 1, 10.0, "Store", 1),
        ("ann", datetime(2024, 12, 2, 15, 30), "2", "B", 4, 2.5, "Store", 1),
        ("ann", datetime(2024, 12, 9, 9), "3", "A", -1, 10.0, "Store", 1),
        # Bob: one order in January.
        ("bob", datetime(2024, 1, 10, 20), "4", "C", 1, 99.0, "Mobile App", 2),
        # Cyd only sends back.
        ("cyd", datetime(2024, 1, 10, 20), "5", "C", -1, 99.0, "Store", 2),
    ]
    names = ["who", "at", "order", "code", "pieces", "price", "channel", "visits"]
    frame = pl.DataFrame(rows, schema=names, orient="row").with_row_index(ROW)
    return frame.with_columns(pl.col(ROW).cast(pl.Int64))


def described(frame: Any, as_of: date = date(2024, 12, 31)) -> pl.DataFrame:
    told = tell_fates(frame, Reading(COLUMNS, as_of, TODAY))
    orders = group_orders(told)
    found = describe_customers(told, orders, as_of, channels=name_channels(count_channels(orders)))
    made: pl.DataFrame = found.sort("customer").collect("polars").to_native()
    return made


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


def test_a_customer_worked_by_hand(engine):
    found = described(engine(lines()))
    assert found["customer"].to_list() == ["ann", "bob"]
    ann = found.row(0, named=True)
    expected = {
        "recency_days": 29, "frequency": 2, "monetary": 45.0, "tenure_days": 241,
        "average_basket": 22.5, "items": 7.0, "distinct_products": 2, "days_between_orders": 212.0,
        "returned_amount": 10.0, "return_share": 25.0, "q1_share": 0.0, "q2_share": 50.0,
        "q3_share": 0.0, "q4_share": 50.0, "weekend_share": 50.0, "holiday_share": 50.0,
        "hour_of_day": 12.75, "visits": 4.0, "web_share": 50.0, "store_share": 50.0,
        "mobile_app_share": 0.0,
    }  # fmt: skip
    assert {name: ann[name] for name in expected} == pytest.approx(expected)
    bob = found.row(1, named=True)
    assert bob["days_between_orders"] is None
    assert (bob["return_share"], bob["q1_share"], bob["mobile_app_share"]) == (0.0, 100.0, 100.0)


def test_every_engine_gives_the_same_on_many_lines():
    rng = np.random.default_rng(4)
    n = 3_000
    start = datetime(1969, 11, 1)
    frame = pl.DataFrame(
        {
            "who": rng.integers(0, 120, n),
            "at": [start + timedelta(hours=int(h)) for h in rng.integers(0, 9_000, n)],
            "order": (rng.integers(0, 900, n)).astype(str),
            "code": rng.choice(["A", "B", "C", "POST", "TEST1"], n),
            "pieces": rng.integers(-1, 6, n),
            "price": np.round(rng.gamma(2.0, 5.0, n), 2),
            "channel": rng.choice(["Web", "Store", "Katalog"], n),
            "visits": rng.integers(0, 9, n),
        }
    ).with_row_index(ROW).with_columns(pl.col(ROW).cast(pl.Int64))  # fmt: skip
    end = date(1970, 12, 1)
    polars = nw.from_native(frame.lazy())
    connection = duckdb.connect()
    connection.register("lines", frame.to_arrow())
    duck = nw.from_native(connection.sql("select * from lines"))
    one, two = described(polars, end), described(duck, end)
    assert one.columns == two.columns
    assert len(one) > 100
    for name in one.columns:
        np.testing.assert_allclose(
            one[name].cast(pl.Float64).to_numpy(), two[name].cast(pl.Float64).to_numpy(),
            rtol=1e-9, atol=1e-9, err_msg=name,
        )  # fmt: skip
    for unit in ("day", "week", "calendar-week"):
        repeats = [
            summarise_repeats(group_orders(tell_fates(frame, Reading(COLUMNS, end, TODAY))), end,
                              unit).sort("customer").collect("polars").to_native()
            for frame in (polars, duck)
        ]  # fmt: skip
        for name in repeats[0].columns:
            np.testing.assert_allclose(
                *(each[name].cast(pl.Float64).to_numpy() for each in repeats), rtol=1e-9, atol=1e-9
            )
    connection.close()


def test_lines_without_an_order_number_are_one_order_a_moment():
    at = [datetime(2024, 5, 4, 10), datetime(2024, 5, 4, 10), datetime(2024, 5, 9, 11)]
    frame = pl.DataFrame(
        {"who": ["a"] * 6, "at": [*at, *at], "order": ["", None, " ", "7", "7", "7"],
         "code": ["A", "", "B", "A", None, "C"], "pieces": [1] * 6, "price": [1.0] * 6,
         "channel": ["Web"] * 6, "visits": [1] * 6}
    ).with_row_index(ROW).with_columns(pl.col(ROW).cast(pl.Int64))  # fmt: skip
    row = described(nw.from_native(frame.lazy()), date(2024, 5, 31)).row(0, named=True)
    # The 4th of May, the 9th, and order 7.
    assert (row["frequency"], row["monetary"], row["distinct_products"]) == (3, 6.0, 3)


def repeats_of(days: list[date], amounts: list[float], end: date, unit: Any) -> dict[str, Any]:
    frame = pl.DataFrame({"who": ["a"] * len(days), "day": days, "paid": amounts})
    frame = frame.with_row_index(ROW).with_columns(pl.col(ROW).cast(pl.Int64))
    told = tell_fates(
        nw.from_native(frame.lazy()),
        Reading(OrderColumns("who", "day", amount="paid"), end, TODAY),
    )
    made = summarise_repeats(group_orders(told), end, unit).collect("polars").to_native()
    return dict(made.row(0, named=True))


def test_repeat_purchases_worked_by_hand_in_days_and_weeks():
    # Monday, the same Monday, Wednesday of that week, and the Monday three weeks later.
    days = [date(2024, 1, 1), date(2024, 1, 1), date(2024, 1, 3), date(2024, 1, 22)]
    amounts, end = [10.0, 5.0, 20.0, 40.0], date(2024, 1, 31)
    assert repeats_of(days, amounts, end, "day") == {
        "customer": "a", "x": 2, "t_x": 21.0, "T": 30.0, "m_x": 30.0,
    }  # fmt: skip
    week = repeats_of(days, amounts, end, "week")
    assert (week["x"], week["t_x"], week["T"]) == (2, 3.0, pytest.approx(30 / 7))
    calendar = repeats_of(days, amounts, end, "calendar-week")
    assert (calendar["x"], calendar["t_x"], calendar["T"], calendar["m_x"]) == (1, 3.0, 4.0, 40.0)


def test_a_single_purchase_has_no_repeat_and_no_worth():
    once = repeats_of([date(2024, 1, 1)], [10.0], date(2024, 1, 31), "day")
    assert once == {"customer": "a", "x": 0, "t_x": 0.0, "T": 30.0, "m_x": None}


def test_channels_beyond_the_commonest_share_a_column():
    values = [f"Shop {letter}" for letter in "ABCDEFGHIJ" for _ in range(3)]
    orders = nw.from_native(pl.LazyFrame({"channel": [*values, "Online", "web", None, ""]}))
    found = name_channels(count_channels(orders))
    assert len(found) == 9
    assert found["other_channel_share"] == ["Shop I", "Shop J", "Online", "web"]


def test_two_spellings_of_one_channel_are_one_column():
    orders = nw.from_native(pl.LazyFrame({"channel": ["Online", "web", "Store"]}))
    assert name_channels(count_channels(orders)) == {
        "store_share": ["Store"],
        "web_share": ["Online", "web"],
    }


@pytest.mark.parametrize("season", [("13-01", "12-31"), ("11-24", "Christmas")])
def test_a_season_that_is_no_day_of_the_year_is_refused(season):
    told = tell_fates(nw.from_native(lines().lazy()), Reading(COLUMNS, None, TODAY))
    with pytest.raises(ValueError, match=r"month|isoformat"):
        describe_customers(told, group_orders(told), TODAY, holidays=(season,))
