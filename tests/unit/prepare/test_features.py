"""Computed columns: what they are, and that a record and a table agree."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import narwhals as nw
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coterie.prepare import Derived, derive, newest_date
from coterie.schema import ROW, Column, Schema

DAY = dt.date(2014, 6, 30)


def number(name: str, meaning: str, **more: Any) -> Column:
    return Column(name, "number", "feature", meaning, **more)


CAMPAIGN = Schema(
    (
        number("Year_Birth", "birth_year"),
        number("Kidhome", "kids"),
        number("Teenhome", "teens"),
        Column("Dt_Customer", "date", "date", "join_date"),
        number("MntWines", "spend_wines", unit="$"),
        number("MntFishProducts", "spend_fish", unit="$"),
        number("NumWebPurchases", "web_purchases"),
        number("NumStorePurchases", "store_purchases"),
        number("NumDealsPurchases", "deals_purchases"),
        Column("Cmp1", "flag", "response", "response", choices=("0", "1")),
        Column("Cmp2", "flag", "response", "response", choices=("no", "yes")),
    )
)
RECORD = {
    "Year_Birth": 1970,
    "Kidhome": 1,
    "Teenhome": 2,
    "Dt_Customer": dt.date(2014, 6, 1),
    "MntWines": 30,
    "MntFishProducts": 12.5,
    "NumWebPurchases": 1,
    "NumStorePurchases": 3,
    "NumDealsPurchases": 2,
    "Cmp1": 1,
    "Cmp2": "yes",
}
BY_HAND = {
    "age": 44,
    "tenure_days": 29,
    "children": 3,
    "total_spend": 42.5,
    "total_purchases": 4,
    "web_share": 25,
    "store_share": 75,
    "deal_share": 50,
    "spend_per_purchase": 10.625,
    "campaigns_accepted": 2,
}


def test_each_column_worked_by_hand() -> None:
    derived = derive(CAMPAIGN, DAY)
    assert {d.column.name: d.value(RECORD) for d in derived} == BY_HAND


def test_roles_units_and_labels_are_for_people() -> None:
    columns = {d.column.name: d.column for d in derive(CAMPAIGN, DAY)}
    assert columns["campaigns_accepted"].role == "response"
    assert columns["age"].role == "feature"
    assert (columns["total_spend"].label, columns["total_spend"].unit) == ("Total spend", "$")
    assert columns["web_share"].unit == "%"
    assert all(c.why.endswith(".") for c in columns.values())


def test_without_a_day_nothing_that_needs_one_is_derived() -> None:
    names = {d.column.name for d in derive(CAMPAIGN, None)}
    assert names == set(BY_HAND) - {"age", "tenure_days"}


def test_what_the_table_has_is_not_derived_again() -> None:
    schema = CAMPAIGN.extended((number("Alter", "age"), number("Spent", "total_spend")))
    names = {d.column.name for d in derive(schema, DAY)}
    assert not names & {"age", "total_spend"}


def test_a_name_that_the_table_has_is_not_taken_twice() -> None:
    schema = CAMPAIGN.extended((Column("Children", "text", "ignore"),))
    names = {d.column.name for d in derive(schema, DAY)}
    assert "children_2" in names
    assert "children" not in names


def test_a_date_of_birth_gives_an_age_in_full_years() -> None:
    schema = Schema((Column("dob", "date", "date", "birth_date", personal=True),))
    (age,) = derive(schema, DAY)
    assert age.value({"dob": dt.date(1970, 6, 30)}) == 44
    assert age.value({"dob": dt.date(1970, 7, 1)}) == 43


def test_shares_of_nothing_are_missing() -> None:
    share = next(d for d in derive(CAMPAIGN, DAY) if d.column.name == "web_share")
    assert share.value(RECORD | {"NumWebPurchases": 0, "NumStorePurchases": 0}) is None


def test_who_joins_after_the_day_is_a_customer_for_no_time() -> None:
    tenure = next(d for d in derive(CAMPAIGN, DAY) if d.column.name == "tenure_days")
    assert tenure.value({"Dt_Customer": dt.date(2020, 1, 1)}) == 0


def test_a_definition_survives_json() -> None:
    for derived in derive(CAMPAIGN, DAY):
        assert Derived.from_dict(json.loads(json.dumps(derived.to_dict()))) == derived


def test_an_unknown_operation_is_refused() -> None:
    plain = derive(CAMPAIGN, DAY)[0].to_dict() | {"op": "exec"}
    with pytest.raises(ValueError, match="exec"):
        Derived.from_dict(plain)


counts = st.none() | st.integers(0, 40)
money = st.none() | st.floats(0, 1e6)
days = st.none() | st.dates(dt.date(1900, 1, 1), dt.date(2099, 12, 31))
records = st.fixed_dictionaries(
    {
        "Year_Birth": st.none() | st.integers(1900, 2014),
        "Kidhome": counts,
        "Teenhome": counts,
        "Dt_Customer": days,
        "MntWines": money,
        "MntFishProducts": money,
        "NumWebPurchases": counts,
        "NumStorePurchases": counts,
        "NumDealsPurchases": counts,
        "Cmp1": st.none() | st.integers(0, 1),
        "Cmp2": st.none() | st.sampled_from(["no", "yes"]),
        "dob": days,
    }
)
TYPES = {
    **dict.fromkeys(RECORD, pl.Int64),
    "Dt_Customer": pl.Date, "dob": pl.Date, "MntWines": pl.Float64, "MntFishProducts": pl.Float64,
    "Cmp2": pl.String,
}  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(
    st.lists(records, min_size=1, max_size=8), st.dates(dt.date(1950, 1, 1), dt.date(2090, 1, 1))
)
def test_a_record_and_a_table_agree(table: list[dict[str, Any]], day: dt.date) -> None:
    derived = (
        *derive(CAMPAIGN, day),
        Derived(
            Column("dob_age", "number", "feature"),
            "age_of_date",
            ("dob",),
            {"date": day.isoformat()},
        ),
    )
    frame = nw.from_native(pl.DataFrame(table, schema=TYPES).lazy())
    found = frame.select(*(d.expression() for d in derived)).collect()
    for d in derived:
        for record, cell in zip(table, found.get_column(d.column.name).to_list(), strict=True):
            assert d.value(record) == (None if cell is None else pytest.approx(cell, rel=1e-12))


def dated(**columns: list[dt.date | None]) -> tuple[nw.LazyFrame[Any], Schema]:
    frame = nw.from_native(pl.LazyFrame({ROW: [0, 1], **columns}))
    known = {"joined": "join_date", "dob": "birth_date"}
    return frame, Schema(tuple(Column(n, "date", "date", known.get(n, "")) for n in columns))


def test_the_newest_date_is_a_day_on_which_something_happened() -> None:
    frame, schema = dated(
        joined=[dt.date(2014, 1, 2), dt.date(9999, 12, 31)],
        dob=[dt.date(2016, 1, 1), None],
        renewal_date=[dt.date(2030, 1, 1), None],
    )
    assert newest_date(frame, schema) == dt.date(2014, 1, 2)


def test_a_slip_of_the_pen_is_not_the_newest_date() -> None:
    days = [dt.date(2014, 1, 2), dt.date(2013, 1, 2), dt.date(2084, 1, 2)]
    frame = nw.from_native(pl.LazyFrame({ROW: [0, 1, 2], "joined": days}))
    schema = Schema((Column("joined", "date", "date", "join_date"),))
    assert newest_date(frame, schema) == dt.date(2014, 1, 2)


def test_without_dates_there_is_no_newest_one() -> None:
    frame, schema = dated()
    assert newest_date(frame, schema) is None


def test_a_yes_or_no_written_as_text_can_be_a_feature():
    import polars as pl

    import coterie as ct

    table = pl.DataFrame(
        {
            "age": [20 + i % 40 for i in range(120)],
            "member": ["yes" if i % 3 else "no" for i in range(120)],
        }
    )
    study = ct.segment(table, k=2, features=["age", "member"])
    assert study.segmentation.features == ("age", "member_yes")
    assert set(study.labelled.collect()["member"]) == {"yes", "no"}
    placed = study.segmentation.score(table)
    for row, record in zip(placed.iter_rows(named=True), table.iter_rows(named=True), strict=True):
        assert study.segmentation.place(record).segment_id == row["segment_id"]
