"""Which columns groups are looked for in."""

from __future__ import annotations

import datetime as dt
from typing import Any

import narwhals as nw
import numpy as np
import polars as pl
import pytest

from coterie.errors import ConfigError, NoNumbersError
from coterie.prepare import FeatureChoice, choose_features, derive
from coterie.schema import ROW
from coterie.schema.infer import infer_schema

N = 200


def choose(columns: dict[str, Any], asked: tuple[str, ...] = ()) -> FeatureChoice:
    frame = pl.DataFrame(columns, strict=False).with_row_index(ROW)
    lazy = nw.from_native(frame.with_columns(pl.col(ROW).cast(pl.Int64)).lazy())
    schema, _ = infer_schema(lazy, asked=asked)
    derived = derive(schema, dt.date(2014, 6, 30))
    if derived:
        lazy = lazy.with_columns(*(d.expression() for d in derived))
    described = schema.extended(tuple(d.column for d in derived))
    choice = choose_features(lazy, described, derived, asked=asked)
    assert set(choice.chosen) | set(choice.left_out) == set(described.names)
    assert not set(choice.chosen) & set(choice.left_out)
    assert all(why.endswith(".") for why in choice.left_out.values())
    return choice


def numbers(count: int = 3, seed: int = 0) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    return {f"x{j}": rng.normal(size=N) for j in range(count)}


def campaign() -> dict[str, Any]:
    rng = np.random.default_rng(0)
    wealth = rng.normal(size=N)
    return {
        "ID": rng.permutation(9 * N)[:N],
        "Year_Birth": rng.integers(1950, 1995, N),
        "Education": rng.choice(["PhD", "Master"], N),
        "Income": 50_000 + 9_000 * wealth,
        "Kidhome": rng.integers(0, 3, N),
        "Teenhome": rng.integers(0, 3, N),
        "Recency": rng.integers(0, 100, N),
        "MntWines": np.round(200 + 80 * (wealth + rng.normal(size=N))),
        "MntFishProducts": np.round(60 + 20 * (wealth + rng.normal(size=N))),
        "NumDealsPurchases": rng.poisson(2, N),
        "NumWebPurchases": rng.poisson(4, N),
        "NumStorePurchases": rng.poisson(5, N),
        "NumWebVisitsMonth": rng.poisson(5, N),
        "Complain": rng.integers(0, 2, N),
        "AcceptedCmp1": rng.integers(0, 2, N),
        "AcceptedCmp2": rng.integers(0, 2, N),
        "Z_Revenue": [11] * N,
    }


def test_a_plain_table_gives_all_its_numbers() -> None:
    choice = choose(numbers(8))
    assert choice.chosen == tuple(f"x{j}" for j in range(8))
    assert "all 8 numbers" in choice.why


def test_the_mall_gives_age_income_and_score() -> None:
    rng = np.random.default_rng(0)
    choice = choose(
        {
            "CustomerID": np.arange(N),
            "Genre": rng.choice(["Male", "Female"], N),
            "Age": rng.integers(18, 70, N),
            "Annual Income (k$)": rng.integers(15, 137, N),
            "Spending Score (1-100)": rng.integers(1, 100, N),
        }
    )
    assert set(choice.chosen) == {"Age", "Annual Income (k$)", "Spending Score (1-100)"}


def test_a_campaign_table_gives_totals_instead_of_parts() -> None:
    choice = choose(campaign())
    assert set(choice.chosen) == {
        "Income", "age", "total_spend", "total_purchases", "Recency", "children",
        "NumWebVisitsMonth", "deal_share",
    }  # fmt: skip
    assert choice.left_out["MntWines"] == "Total spend says it already."
    assert "campaign" in choice.left_out["AcceptedCmp1"]
    assert "campaign" in choice.left_out["campaigns_accepted"]
    assert choice.why.count(".") == 2


def test_near_copies_are_left_out_with_their_twin() -> None:
    table = campaign()
    table["Savings"] = table["Income"] * 2 + np.random.default_rng(1).normal(size=N)
    assert "nearly repeats Income" in choose(table).left_out["Savings"]


def test_two_columns_on_a_line_are_both_kept() -> None:
    x = np.random.default_rng(0).normal(size=N)
    assert choose({"x": x, "y": x + 0.01}).chosen == ("x", "y")


def test_without_a_day_the_year_of_birth_stands_for_the_age() -> None:
    frame = pl.DataFrame({ROW: range(N), "Year_Birth": [1950 + i % 40 for i in range(N)],
                          "Income": [1000.5 * (i % 17) for i in range(N)]})  # fmt: skip
    lazy = nw.from_native(frame.lazy())
    schema, _ = infer_schema(lazy)
    choice = choose_features(lazy, schema)
    assert "Year_Birth" in choice.chosen
    assert [note.topic for note in choice.notes] == ["as of"]


def test_what_is_asked_for_is_taken_as_it_is() -> None:
    choice = choose(campaign(), asked=("income", "AGE", "web share"))
    assert choice.chosen == ("Income", "age", "web_share")


def test_every_fault_in_what_is_asked_for_is_told() -> None:
    table = campaign() | {"Email": [f"u{i}@x.org" for i in range(N)]}
    with pytest.raises(ConfigError) as caught:
        choose(table, asked=("Incme", "ID", "Education", "Z_Revenue", "Email", "Recency"))
    told = str(caught.value)
    assert len(caught.value.faults) == 5
    assert "There is no column Incme. Did you mean Income" in told
    assert "ID is an id" in told
    assert "Education is a category, and distances need numbers" in told
    assert "Z_Revenue has the same value for every customer" in told
    assert "Email is personal data" in told


def test_a_response_that_is_asked_for_comes_with_a_warning() -> None:
    (note,) = choose(campaign(), asked=("Income", "AcceptedCmp1")).notes
    assert note.level == "warning"
    assert "no finding about the campaign" in note.text


def test_flags_are_taken_only_where_there_is_nothing_else() -> None:
    rng = np.random.default_rng(0)
    flags = {f"has_{j}": rng.integers(0, 2, N) for j in range(3)}
    assert choose(flags).chosen == ("has_0", "has_1", "has_2")
    assert choose(flags | numbers(1)).chosen == ("x0",)


def test_a_table_without_numbers_is_refused() -> None:
    with pytest.raises(NoNumbersError, match="no column of numbers"):
        choose({"a": ["p", "q"] * 100, "b": [1] * N})


def test_thousands_of_numbers_give_a_bounded_choice() -> None:
    choice = choose({f"x{j}": np.random.default_rng(j).normal(size=N) for j in range(1500)})
    assert len(choice.chosen) == 20
