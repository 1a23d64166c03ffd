"""Customers with planted groups, and the two engines they are read on."""

from __future__ import annotations

from typing import Any

import duckdb
import narwhals as nw
import numpy as np
import polars as pl

from coterie.schema import Column, Schema

INCOME, SCORE = "Annual Income (k$)", "Spending Score (1-100)"
FIVE = ((87.0, 82.0, 39), (26.0, 79.0, 22), (55.0, 50.0, 80), (88.0, 17.0, 36), (26.0, 21.0, 23))


def mall_schema() -> Schema:
    return Schema(
        (
            Column("__row__", "id", "id"),
            Column("Gender", "category", "feature", "gender", choices=("Female", "Male")),
            Column("Age", "number", "feature", "age", unit="years"),
            Column(INCOME, "number", "feature", "income", "Annual income", "k$"),
            Column(SCORE, "number", "feature", "spending_score", "Spending score", "points"),
            Column("Accepted", "flag", "response", "response", "Accepted campaign 1"),
        )
    )


def mall_customers(seed: int = 0) -> pl.DataFrame:
    """Five groups on income and score, as in the well-known mall data."""
    rng = np.random.default_rng(seed)
    label = np.repeat(np.arange(1, 6), [n for *_, n in FIVE])
    n = len(label)
    middle = np.array([(income, score) for income, score, _ in FIVE])[label - 1]
    return pl.DataFrame(
        {
            "__row__": np.arange(n),
            "Gender": rng.choice(["Female", "Male"], n, p=[0.55, 0.45]),
            "Age": rng.integers(18, 70, n),
            INCOME: (middle[:, 0] + rng.normal(0, 6, n)).round(),
            SCORE: (middle[:, 1] + rng.normal(0, 6, n)).round(),
            "Accepted": (rng.random(n) < np.where(label == 1, 0.6, 0.1)).astype(np.int64),
            "segment_id": label,
        }
    )


def on_polars(frame: pl.DataFrame) -> nw.LazyFrame[Any]:
    return nw.from_native(frame.lazy())


def on_duckdb(frame: pl.DataFrame) -> nw.LazyFrame[Any]:
    connection = duckdb.connect()
    connection.register("customers", frame.to_arrow())
    return nw.from_native(connection.table("customers"))


def near(first: Any, second: Any) -> bool:
    """Say whether two nested values agree to nine digits."""
    if isinstance(first, dict):
        return first.keys() == second.keys() and all(near(first[k], second[k]) for k in first)
    if isinstance(first, list | tuple):
        return len(first) == len(second) and all(map(near, first, second))
    if isinstance(first, float) and second is not None:
        return abs(first - second) <= 1e-9 * max(1.0, abs(first))
    return first == second
