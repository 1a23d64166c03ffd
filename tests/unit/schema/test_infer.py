"""What columns are inferred to be."""

from __future__ import annotations

import datetime as dt
from typing import Any

import narwhals as nw
import numpy as np
import polars as pl
import pytest

from coterie.schema import ROW, Column, Schema
from coterie.schema.infer import infer_schema

N = 60
RNG = np.random.default_rng(0)


def lazy(columns: dict[str, Any]) -> nw.LazyFrame[Any]:
    frame = pl.DataFrame(columns, strict=False)
    return nw.from_native(frame.with_row_index(ROW).with_columns(pl.col(ROW).cast(pl.Int64)).lazy())


def only(name: str, values: Any, **options: Any) -> Column:
    schema, _ = infer_schema(lazy({name: values}), **options)
    return schema[name]


def kind_and_role(name: str, values: Any, **options: Any) -> tuple[str, str]:
    column = only(name, values, **options)
    assert column.why.endswith(".")
    return column.kind, column.role


def test_ids_are_known_by_name_or_by_counting_the_rows() -> None:
    assert kind_and_role("CustomerID", RNG.integers(0, 9999, N)) == ("id", "id")
    assert kind_and_role("order_id", RNG.permutation(N * 7)[:N]) == ("id", "id")
    assert kind_and_role("Customer", [f"U{i % 55}" for i in range(N)]) == ("id", "id")
    assert kind_and_role("Customer", RNG.integers(10_000, 99_999, N)) == ("id", "id")
    assert kind_and_role("whatever", RNG.permutation(N) + 1) == ("id", "id")
    assert kind_and_role("ref", [f"A-{i:04d}" for i in range(N)]) == ("id", "id")
    assert kind_and_role("CustomerID", (np.arange(N) + 17850).astype(float)) == ("id", "id")


def test_unique_numbers_that_are_amounts_are_not_ids() -> None:
    assert kind_and_role("amount", np.arange(N) * 13 + 5) == ("number", "feature")
    assert kind_and_role("x", RNG.normal(size=N)) == ("number", "feature")
    assert kind_and_role("x", np.arange(N).astype(float) / 2) == ("number", "feature")


def test_a_run_of_numbers_that_is_asked_for_stays_a_number() -> None:
    assert kind_and_role("rank", np.arange(N), asked=("Rank",)) == ("number", "feature")


def test_two_answers_make_a_flag() -> None:
    for values in ([0, 1] * 30, ["yes", "no"] * 30, ["True", "False"] * 30, [True, False] * 30):
        assert kind_and_role("member", values) == ("flag", "feature")
    assert only("member", [0, 1, 1] * 20).choices == ("1", "0")
    assert only("member", [0, 1, 1] * 20).typical == 1.0


def test_scores_and_children_are_numbers() -> None:
    assert kind_and_role("satisfaction", RNG.integers(1, 6, N)) == ("number", "feature")
    assert kind_and_role("Kidhome", RNG.integers(0, 2, N)) == ("number", "feature")
    assert only("Kidhome", RNG.integers(0, 3, N)).meaning == "kids"


def test_codes_are_categories_by_their_name() -> None:
    assert kind_and_role("Region", RNG.integers(1, 4, N)) == ("category", "feature")
    assert kind_and_role("Channel", [1, 2] * 30) == ("category", "feature")
    assert only("Channel", [2, 1, 2] * 20).choices == ("2", "1")


def test_text_is_a_category_or_free_text() -> None:
    assert kind_and_role("plan", ["basic", "pro", "team"] * 20) == ("category", "feature")
    assert only("plan", ["a", "b", "b"] * 20).choices == ("b", "a")
    remarks = [f"I called on day {i} and was told to wait, which I did." for i in range(N)]
    assert kind_and_role("remarks", remarks) == ("text", "ignore")


def test_constants_and_empty_columns_are_ignored() -> None:
    assert kind_and_role("Z", [3] * N)[1] == "ignore"
    assert kind_and_role("Z", ["a"] * N)[1] == "ignore"
    assert kind_and_role("Z", pl.Series([None] * N, dtype=pl.Float64))[1] == "ignore"
    assert kind_and_role("Z", [1.5] * 5 + [None] * 55)[1] == "ignore"


def test_mostly_missing_columns_are_ignored_with_their_share() -> None:
    values = [float(i) for i in range(15)] + [None] * 45
    column = only("rating", values)
    assert column.role == "ignore"
    assert "75 %" in column.why
    assert only("rating", values, asked=("rating",)).role == "feature"


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("name", ["Ann Lee", "Bo Ek", "Cy Doe"] * 20),
        ("contact", [f"user{i}@example.com" for i in range(N)]),
        ("reach", [f"+49 151 {i:07d}" for i in range(N)]),
        ("pay", ["4111 1111 1111 1111", "5500 0000 0000 0004", "4012888888881881"] * 20),
        ("pay", [4111111111111111, 5500000000000004, 4012888888881881] * 20),
        ("Customer", [f"Ann Lee {i % 50}" for i in range(N)]),
        ("phone", RNG.integers(10**9, 10**10, N)),
        ("Email", ["a@b.org", None, "c@d.net"] * 20),
    ],
)
def test_personal_data_is_never_a_feature(name: str, values: Any) -> None:
    column = only(name, values)
    assert column.personal
    assert column.role == "ignore"
    assert not column.choices


def test_a_flag_about_e_mail_is_no_personal_data() -> None:
    assert not only("email", [0, 1] * 30).personal
    assert only("Phone", ["yes", "no"] * 30).kind == "flag"


def test_long_numbers_that_fail_the_check_digit_are_no_cards() -> None:
    codes = [f"{4111111111111112 + 10 * i}" for i in range(N)]
    assert only("pay", codes).meaning != "card"


def test_responses_are_responses() -> None:
    assert kind_and_role("AcceptedCmp1", [0, 1] * 30) == ("flag", "response")
    assert kind_and_role("Response", ["yes", "no"] * 30) == ("flag", "response")
    assert kind_and_role("response_time", RNG.normal(size=N)) == ("number", "feature")


def test_bounds_are_taken_only_where_the_data_agrees() -> None:
    score = only("spending_score", RNG.integers(1, 101, N))
    assert (score.lower, score.upper, score.unit) == (0, 100, "points")
    wide = only("spending_score", RNG.integers(1, 800, N))
    assert (wide.lower, wide.upper, wide.unit) == (None, None, "")
    age = only("age", [*range(20, 20 + N - 2), -3, 180])
    assert (age.lower, age.upper) == (0, 120)


def test_years_of_birth_are_bounded_by_the_newest_date() -> None:
    frame = lazy(
        {
            "Year_Birth": [1893, 1900, *([1970, 1980] * 29)],
            "joined": [dt.date(2014, 6, 1)] * 30 + [dt.date(2013, 1, 1)] * 30,
        }
    )
    schema, _ = infer_schema(frame)
    assert (schema["Year_Birth"].lower, schema["Year_Birth"].upper) == (1904, 2014)


def test_the_date_order_that_was_read_is_kept() -> None:
    frame = lazy({"joined": [dt.date(2014, 6, 1), dt.date(2013, 1, 1)] * 30})
    schema, _ = infer_schema(frame, orders={"joined": "dmy"})
    assert schema["joined"].date_order == "dmy"
    assert (schema["joined"].kind, schema["joined"].role) == ("date", "date")


def test_labels_units_and_typical_values_are_for_people() -> None:
    frame = lazy({"Annual Income (k$)": range(20, 20 + N), "num_web_purchases_x": [1.5, 2, 3] * 20})
    schema, _ = infer_schema(frame)
    assert (schema["Annual Income (k$)"].label, schema["Annual Income (k$)"].unit) == (
        "Annual income",
        "k$",
    )
    assert schema["Annual Income (k$)"].typical == 49.5
    assert schema["num_web_purchases_x"].label == "Num web purchases x"


def test_what_is_left_aside_is_said() -> None:
    _, notes = infer_schema(
        lazy({"Z": [1] * N, "x": RNG.normal(size=N), "name": ["A", "B", "C"] * 20})
    )
    assert {(note.topic, note.column) for note in notes} == {
        ("constant", "Z"),
        ("personal", "name"),
    }


def test_thousands_of_columns_are_no_trouble() -> None:
    frame = lazy({f"x{i}": RNG.normal(size=20) for i in range(3000)})
    schema, _ = infer_schema(frame)
    assert len(schema) == 3000
    assert {c.role for c in schema} == {"feature"}


def test_an_empty_table_has_a_schema_too() -> None:
    schema, _ = infer_schema(lazy({"a": pl.Series([], dtype=pl.Float64)}))
    assert isinstance(schema, Schema)


def test_the_currency_of_the_cells_is_the_unit_where_the_name_says_none() -> None:
    from coterie.tables import open_table

    rows = range(40)
    table = open_table(
        pl.DataFrame(
            {
                "Income": [f"${1200 + 7 * i:,}" for i in rows],
                "Spend": [f"€ {45 + i}" for i in rows],
                "Wealth": [f"{72 + i}k$" for i in rows],
                "Both spellings": [("USD 5" if i % 2 else f"${i}") for i in rows],
                "Mixed": [(f"${i}" if i % 3 else f"{i} EUR") for i in rows],
                "Rare": [("$5" if i == 3 else f"{i}.5") for i in rows],
                "Annual Income (k$)": [f"{10 + i}k USD" for i in rows],
                "Budget (€)": [f"{i}.25 GBP" for i in rows],
            }
        )
    )
    schema, notes = infer_schema(table.frame, units=table.units)
    assert {column.name: column.unit for column in schema} == {
        "Income": "$", "Spend": "€", "Wealth": "$", "Both spellings": "$", "Mixed": "", "Rare": "",
        "Annual Income (k$)": "k$", "Budget (€)": "€",
    }  # fmt: skip
    assert schema["Wealth"].typical == 91_500
    (mixed,) = [note for note in table.notes if note.topic == "currencies"]
    assert (mixed.column, mixed.count, mixed.level) == ("Mixed", 14, "warning")
    assert "$ in 26 cells, € in 14 cells" in mixed.text
    (torn,) = [note for note in notes if note.topic == "currencies"]
    assert torn.text.startswith("Budget (€): its name says €, its cells say £")
