"""Exploration: the figures of pandas by another road, equal on both engines."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
import pytest

from coterie.insight.exploration import statistics_rows, summarise
from coterie.schema import Column, Schema

from .planted import mall_customers, mall_schema, near, on_duckdb, on_polars

Engine = Callable[[pl.DataFrame], Any]


def messy() -> pl.DataFrame:
    rng = np.random.default_rng(5)
    n = 400
    income = rng.lognormal(10, 0.6, n)
    income[0] = 5e7
    frame = pl.DataFrame(
        {
            "__row__": np.arange(n),
            "income": income,
            "score": rng.integers(1, 100, n),
            "debt": income * 0.1 + rng.normal(0, 500, n),
            "vip": rng.random(n) < 0.2,
            "city": rng.choice(["Bonn", "Kiel", "Ulm"], n),
        }
    )
    empty = pl.col("__row__") % 11 == 0
    return frame.with_columns(
        pl.when(empty).then(None).otherwise(pl.col("debt")).alias("debt"),
        pl.when(empty).then(None).otherwise(pl.col("city")).alias("city"),
        pl.when(pl.col("__row__") == 7)
        .then(float("nan"))
        .otherwise(pl.col("income"))
        .alias("income"),
    )


MESSY = Schema(
    (
        Column("income", "number", "feature", "income", "Income", "$"),
        Column("score", "number", "feature"),
        Column("debt", "number", "feature"),
        Column("vip", "flag", "feature"),
        Column("city", "category", "feature"),
    )
)


def test_statistics_are_those_of_pandas(engine: Engine) -> None:
    found = {row.column: row for row in summarise(engine(messy()), MESSY).statistics}
    table = messy().to_pandas()
    for name in ("income", "score", "debt"):
        expected = table[name].describe()
        row = found[name]
        assert row.count == expected["count"]
        assert row.missing == len(table) - row.count
        given = (row.mean, row.std, row.min, row.q25, row.median, row.q75, row.max)
        keys = ("mean", "std", "min", "25%", "50%", "75%", "max")
        assert given == pytest.approx([expected[key] for key in keys])
        assert row.skew == pytest.approx(table[name].skew())


def test_correlations_are_those_of_pandas_over_complete_pairs(engine: Engine) -> None:
    found = summarise(engine(messy()), MESSY).correlations
    table = messy().to_pandas()[list(found.names)].astype(float)
    assert np.array(found.matrix, dtype=float) == pytest.approx(table.corr().to_numpy())


def test_both_engines_give_the_same_exploration() -> None:
    first, second = (summarise(e(messy()), MESSY).to_dict() for e in (on_polars, on_duckdb))
    assert near(first, second)


def test_histograms_count_every_value_once(engine: Engine) -> None:
    found = summarise(engine(messy()), MESSY)
    for row in found.statistics:
        edges, counts = found.histograms[row.column]
        assert len(edges) == len(counts) + 1
        assert sum(counts) + found.beyond.get(row.column, 0) == row.count
    # The income of fifty million and the like are left to the outliers.
    assert found.beyond == {"income": found.outliers[0].extreme}
    assert found.outliers[0].values[-1] == 5e7


def test_a_histogram_is_that_of_numpy(engine: Engine) -> None:
    values = np.random.default_rng(0).normal(size=1_000)
    frame = pl.DataFrame({"x": values})
    found = summarise(engine(frame), Schema((Column("x", "number", "feature"),)), bins=20)
    assert list(found.histograms["x"].counts) == np.histogram(values, bins=20)[0].tolist()


def test_outliers_worked_by_hand(engine: Engine) -> None:
    # Quartiles 2 and 4, fences at -1 and 7, outer fences at -4 and 10.
    frame = pl.DataFrame({"x": [1.0, 2.0, 3.0, 4.0, 8.0, 2.0, 4.0, 3.0, 20.0]})
    (found,) = summarise(engine(frame), Schema((Column("x", "number", "feature"),))).outliers
    assert (found.lower, found.upper) == (-1.0, 7.0)
    assert (found.mild, found.extreme, found.values) == (2, 1, (8.0, 20.0))


def test_missing_values_are_mapped_where_they_are(engine: Engine) -> None:
    frame = pl.DataFrame({"__row__": range(100), "x": [None] * 10 + [1.0] * 90, "y": [1.0] * 100})
    schema = Schema((Column("x", "number", "feature"), Column("y", "number", "feature")))
    found = summarise(engine(frame), schema)
    assert found.missing == {"x": 0.1, "y": 0.0}
    assert found.missing_map.columns == ("x",)
    assert found.missing_map.first_rows == tuple(range(0, 100, 2))
    assert found.missing_map.shares == ((1.0,) * 5 + (0.0,) * 45,)


def test_categories_are_counted_commonest_first(engine: Engine) -> None:
    frame = pl.DataFrame({"city": ["b", "a", "a", None, "c", "b", "a"]})
    found = summarise(engine(frame), Schema((Column("city", "category", "feature"),)))
    assert found.categories == {"city": (("a", 3), ("b", 2), ("c", 1))}


def test_personal_data_is_counted_as_missing_and_never_shown() -> None:
    frame = pl.DataFrame({"phone": [491701.0, 491702.0]})
    schema = Schema((Column("phone", "number", "ignore", personal=True),))
    found = summarise(on_polars(frame), schema)
    assert found.statistics == ()
    assert found.missing == {"phone": 0.0}


def test_hostile_columns_give_figures_or_none(engine: Engine) -> None:
    frame = pl.DataFrame(
        {
            "nothing": pl.Series([None] * 4, dtype=pl.Float64),
            "constant": [3.0] * 4,
            "huge": [1e308, -1e308, 1e308, 1.0],
            "infinite": [float("inf"), 1.0, 2.0, float("-inf")],
        }
    )
    schema = Schema(tuple(Column(name, "number", "feature") for name in frame.columns))
    found = summarise(engine(frame), schema)
    json.dumps(found.to_dict(), allow_nan=False)
    rows = {row["column"]: row for row in statistics_rows(found)}
    assert rows["nothing"]["count"] == 0
    assert rows["nothing"]["mean"] is None
    assert rows["constant"]["std"] == 0.0
    assert rows["constant"]["skew"] is None
    assert rows["infinite"]["missing"] == 2


def test_an_empty_table_is_described_as_empty(engine: Engine) -> None:
    frame = mall_customers().clear()
    found = summarise(engine(frame), mall_schema())
    assert found.rows == 0
    assert all(row.count == 0 for row in found.statistics)


def test_bins_must_be_positive() -> None:
    with pytest.raises(ValueError, match="bins must be 1 or more"):
        summarise(on_polars(messy()), MESSY, bins=0)


def test_a_very_wide_table_is_measured_whole_and_drawn_in_part():
    import numpy as np

    from coterie.insight.measuring import LARGEST_DRAWN

    values = np.random.default_rng(0).normal(size=(12, 600))
    names = [f"v{j}" for j in range(600)]
    frame = pl.DataFrame(values, schema=names).with_row_index("__row__")
    schema = Schema(tuple(Column(name, "number", "feature") for name in names))
    found = summarise(on_polars(frame), schema)
    assert [row.column for row in found.statistics] == names
    assert found.statistics[599].mean == pytest.approx(values[:, 599].mean())
    assert list(found.histograms) == names[:LARGEST_DRAWN]
