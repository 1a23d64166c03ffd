"""Cleaning: what becomes missing, what is set aside, and that no row is lost."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import narwhals as nw
import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coterie.prepare import Cleaning, derive, plan_cleaning
from coterie.prepare.cleansing import MISSING_FEATURE, NO_VALUE, REASON, SAME_ID, SAME_ROW
from coterie.prepare.coincidence import poisson_tail
from coterie.schema import ROW, Schema
from coterie.schema.infer import infer_schema

DAY = dt.date(2014, 6, 30)


def lazy(columns: dict[str, Any]) -> nw.LazyFrame[Any]:
    frame = pl.DataFrame(columns, strict=False)
    return nw.from_native(frame.with_row_index(ROW).with_columns(pl.col(ROW).cast(pl.Int64)).lazy())


def plan(columns: dict[str, Any], **options: Any) -> tuple[nw.LazyFrame[Any], Cleaning]:
    frame = lazy(columns)
    schema, _ = infer_schema(frame)
    return frame, plan_cleaning(frame, schema, as_of=DAY, **options)


def rows(frame: nw.LazyFrame[Any]) -> pl.DataFrame:
    return frame.sort(ROW).collect("polars").to_native()


def people(n: int = 40) -> dict[str, Any]:
    rng = np.random.default_rng(1)
    return {
        "CustomerID": list(range(100, 100 + n)),
        "Age": rng.integers(20, 70, n).tolist(),
        "Income": np.round(rng.normal(50_000, 9_000, n), 2).tolist(),
    }


def test_a_clean_table_stays_as_it_is() -> None:
    frame, cleaning = plan(people())
    assert rows(cleaning.apply(frame)).equals(rows(frame))
    assert rows(cleaning.quarantined(frame)).height == 0
    assert cleaning.report() == ()


def test_impossible_values_become_missing_and_are_told() -> None:
    table = people()
    table["Age"][3], table["Age"][7] = -4, 180
    frame, cleaning = plan(table)
    kept = rows(cleaning.apply(frame))
    assert kept["Age"].is_null().arg_true().to_list() == [3, 7]
    assert kept.height == 40
    (note,) = [n for n in cleaning.report() if n.topic == "impossible"]
    assert (note.column, note.count) == ("Age", 2)
    assert "-4, 180" in note.text


def test_years_of_birth_are_judged_as_of_the_day() -> None:
    table = people() | {
        "Year_Birth": [1893, 1899, 1900, 2015, 1940] + [1970, 1980, 1990, 1960, 1950] * 7
    }
    del table["Age"]
    frame, cleaning = plan(table)
    gone = rows(cleaning.apply(frame))["Year_Birth"].is_null().arg_true().to_list()
    assert gone == [0, 1, 2, 3]


def test_dates_after_the_day_become_missing_in_training_only() -> None:
    table = people() | {
        "joined": [dt.date(2014, 7, 1)] + [dt.date(2013, 1, d % 28 + 1) for d in range(39)]
    }
    frame, cleaning = plan(table)
    assert rows(cleaning.apply(frame))["joined"].null_count() == 1
    assert rows(cleaning.for_scoring(frame))["joined"].null_count() == 0
    assert any("2014-07-01" in n.text for n in cleaning.report())


def test_a_repeated_row_and_a_repeated_id_are_told_apart() -> None:
    table = people()
    for name in table:
        table[name] = [*table[name], table[name][5], table[name][6]]
    table["Income"][41] = 1.0
    frame, cleaning = plan(table)
    dropped = rows(cleaning.quarantined(frame))
    assert dropped[ROW].to_list() == [40, 41]
    assert dropped[REASON].to_list() == [SAME_ROW, SAME_ID]
    assert rows(cleaning.apply(frame))[ROW].to_list() == list(range(40))


def test_missing_ids_are_not_duplicates_of_each_other() -> None:
    table = people()
    table["CustomerID"][10:20] = [None] * 10
    frame, cleaning = plan(table)
    assert rows(cleaning.quarantined(frame)).height == 0


def test_equal_rows_without_an_id_that_are_no_coincidence_are_set_aside() -> None:
    rng = np.random.default_rng(0)
    table = {f"x{j}": np.round(rng.normal(size=300), 4).tolist() for j in range(4)}
    for name in table:
        table[name] += table[name][:3]
    frame, cleaning = plan(table)
    assert rows(cleaning.quarantined(frame))[ROW].to_list() == [300, 301, 302]


@pytest.mark.parametrize("groups", [1, 4])
def test_equal_rows_of_a_table_of_few_values_are_kept_with_a_note(groups: int) -> None:
    rng = np.random.default_rng(0)
    group = rng.integers(0, groups, 600)
    answers = np.clip(group[:, None] + rng.integers(1, 4, (600, 5)), 1, 5)
    frame, cleaning = plan({f"q{j}": answers[:, j].tolist() for j in range(5)})
    assert rows(cleaning.quarantined(frame)).height == 0
    assert [n.topic for n in cleaning.report()] == ["duplicate"]


def test_a_table_of_orders_is_not_emptied() -> None:
    table = people()
    table["CustomerID"] = [i % 4 for i in range(40)]
    frame, cleaning = plan(table)
    assert rows(cleaning.quarantined(frame)).height == 0
    (note,) = cleaning.report()
    assert note.level == "warning"


def test_rows_without_any_value_are_set_aside() -> None:
    table = people()
    table["Age"][4] = table["Income"][4] = None
    table["Age"][5] = None
    frame, cleaning = plan(table)
    dropped = rows(cleaning.quarantined(frame))
    assert dropped[ROW].to_list() == [4]
    assert dropped[REASON].to_list() == [NO_VALUE]


def test_without_imputing_rows_that_lack_a_feature_are_set_aside() -> None:
    table = people() | {"Year_Birth": [*range(1950, 1989), None]}
    table["Income"][2] = None
    del table["Age"]
    frame = lazy(table)
    schema, _ = infer_schema(frame)
    derived = derive(schema, DAY)
    cleaning = plan_cleaning(
        frame, schema, as_of=DAY, impute=False, features=("Income",), derived=derived
    )
    assert rows(cleaning.quarantined(frame))[REASON].to_list() == [MISSING_FEATURE]
    wider = cleaning.requiring(("Income", "age"), derived)
    assert rows(wider.quarantined(frame))[ROW].to_list() == [2, 39]


def test_missing_values_are_counted() -> None:
    table = people()
    table["Income"][2] = None
    _, cleaning = plan(table)
    (note,) = cleaning.report()
    assert (note.topic, note.column, note.count) == ("missing", "Income", 1)


def test_values_far_from_all_others_are_reported_and_kept() -> None:
    table = people(200)
    table["Income"][9] = 666_666.0
    frame, cleaning = plan(table)
    (note,) = cleaning.report()
    assert (note.topic, note.count) == ("outlier", 1)
    assert "666,666" in note.text
    assert rows(cleaning.apply(frame))["Income"][9] == 666_666.0


def test_a_long_tail_is_no_outlier() -> None:
    rng = np.random.default_rng(0)
    _, cleaning = plan({"spend": rng.lognormal(5, 1, 1000), "x": rng.normal(size=1000)})
    assert cleaning.report() == ()


def test_numbers_too_large_to_compute_with_become_missing() -> None:
    table = people()
    table["Income"][0] = 1e308
    frame, cleaning = plan(table)
    assert rows(cleaning.apply(frame))["Income"][0] is None


def test_numbers_too_large_are_missing_in_scoring_too() -> None:
    _, cleaning = plan(people() | {"Spent": [1.5 * i for i in range(40)]})
    assert cleaning.clean_record({"Spent": 1e308})[1] == {"Spent": 1e308}
    assert cleaning.clean_record({"Spent": 1e9})[1] == {}


def test_scoring_keeps_every_row() -> None:
    table = people()
    for name in table:
        table[name] += [table[name][0]] * 3
    table["Age"][1] = 300
    frame, cleaning = plan(table)
    scored = rows(cleaning.for_scoring(frame))
    assert scored[ROW].to_list() == list(range(43))
    assert scored["Age"][1] is None


def test_a_record_is_cleaned_as_the_table_is() -> None:
    _, cleaning = plan(people())
    possible, impossible = cleaning.clean_record({"Age": 180.0, "Income": None, "more": "x"})
    assert possible == {"Age": None, "Income": None, "more": "x"}
    assert impossible == {"Age": 180.0}


def test_a_cleaning_survives_json() -> None:
    table = people()
    table["Age"][3] = -4
    table["Income"][2] = None
    for name in table:
        table[name] += [table[name][0]]
    _, cleaning = plan(table)
    assert Cleaning.from_dict(json.loads(json.dumps(cleaning.to_dict()))) == cleaning


cells = st.none() | st.integers(-3, 3)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.none() | st.integers(0, 8), cells, st.none() | st.floats(-2, 200), cells),
        min_size=1, max_size=25,
    ),
    st.booleans(),
)  # fmt: skip
def test_rows_in_are_rows_kept_and_rows_set_aside(
    table: list[tuple[Any, ...]], impute: bool
) -> None:
    names = ("CustomerID", "x", "Age", "Kidhome")
    types = (pl.Int64, pl.Int64, pl.Float64, pl.Int64)
    columns = {
        name: pl.Series([row[j] for row in table], dtype=types[j]) for j, name in enumerate(names)
    }
    frame, cleaning = plan(columns, impute=impute, features=("Age",))
    kept, dropped = rows(cleaning.apply(frame)), rows(cleaning.quarantined(frame))
    assert sorted(kept[ROW].to_list() + dropped[ROW].to_list()) == list(range(len(table)))
    assert dropped[REASON].null_count() == 0
    assert dropped.drop(REASON).equals(
        rows(frame).filter(pl.col(ROW).is_in(dropped[ROW].to_list()))
    )


def test_the_poisson_tail_by_hand() -> None:
    # P(X >= 2) at mean 1 is 1 - 2/e.
    assert poisson_tail(2, 1.0) == pytest.approx(1 - 2 / np.e)
    assert poisson_tail(0, 1.0) == 1.0
    assert poisson_tail(3, 0.0) == 0.0


def test_an_empty_schema_cleans_nothing() -> None:
    frame = lazy({"a": ["x", "y"]})
    cleaning = plan_cleaning(frame, Schema(()), as_of=None)
    assert rows(cleaning.apply(frame)).height == 2
