"""One recipe, any engine: every step over the whole table gives the same on Polars and DuckDB."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import duckdb
import narwhals as nw
import numpy as np
import polars as pl
import pytest

from coterie.insight.exploration import summarise
from coterie.insight.profiles import profile_segments
from coterie.prepare import (
    Scaling,
    choose_features,
    derive,
    draw_sample,
    fit_scaling,
    newest_date,
    plan_cleaning,
)
from coterie.schema import ROW, Schema
from coterie.schema.infer import infer_schema
from coterie.segmentation import assign_rows

ROWS = 600


def customers() -> pl.DataFrame:
    """Generated customers with every trouble that cleaning knows."""
    rng = np.random.default_rng(7)
    n = ROWS
    income = np.round(rng.lognormal(10.5, 0.6, n), 2)
    joined = [dt.date(2012, 7, 30) + dt.timedelta(days=int(d)) for d in rng.integers(0, 690, n)]
    columns: dict[str, Any] = {
        "CustomerID": np.arange(1000, 1000 + n),
        "Year_Birth": rng.integers(1940, 1996, n),
        "Education": rng.choice(["Basic", "Master", "PhD"], n),
        "Income": income,
        "Kidhome": rng.integers(0, 3, n),
        "Teenhome": rng.integers(0, 3, n),
        "Dt_Customer": joined,
        "Recency": rng.integers(0, 100, n),
        "MntWines": rng.poisson(40, n),
        "MntMeatProducts": rng.poisson(20, n),
        "NumWebPurchases": rng.poisson(4, n),
        "NumStorePurchases": rng.poisson(5, n),
        "NumCatalogPurchases": rng.poisson(2, n),
        "NumDealsPurchases": rng.poisson(1, n),
        "AcceptedCmp1": rng.integers(0, 2, n),
        "AcceptedCmp2": rng.integers(0, 2, n),
        "Member": rng.integers(0, 2, n).astype(bool),
        "Nothing": np.ones(n, dtype=np.int64),
    }
    frame = pl.DataFrame(columns)
    place = pl.int_range(pl.len())
    trouble = frame.with_columns(
        Income=pl.when(place % 37 != 5).then("Income"),
        Year_Birth=pl.when(place == 3).then(1893).otherwise("Year_Birth"),
        CustomerID=pl.when(place != 11).then("CustomerID"),
    )
    again = trouble.slice(20, 4)
    other = trouble.slice(30, 2).with_columns(pl.lit(1).cast(pl.Int64).alias("Recency"))
    whole = pl.concat([trouble, again, other])
    return whole.with_row_index(ROW).with_columns(pl.col(ROW).cast(pl.Int64))


@pytest.fixture(params=["polars", "duckdb"])
def engine(request: pytest.FixtureRequest) -> Iterator[Callable[[pl.DataFrame], nw.LazyFrame[Any]]]:
    if request.param == "polars":
        yield lambda frame: nw.from_native(frame.lazy())
        return
    connection = duckdb.connect()

    def load(frame: pl.DataFrame) -> nw.LazyFrame[Any]:
        connection.register("customers", frame.to_arrow())
        return nw.from_native(connection.sql("select * from customers"))

    yield load
    connection.close()


def as_polars(frame: nw.LazyFrame[Any]) -> pl.DataFrame:
    return frame.sort(ROW).collect("polars").to_native()


def prepared(frame: nw.LazyFrame[Any]) -> dict[str, Any]:
    """Every result of preparing a table, in plain values."""
    schema, notes = infer_schema(frame)
    newest = newest_date(frame, schema)
    assert newest is not None
    as_of = newest + dt.timedelta(days=1)
    derived = derive(schema, as_of)
    cleaning = plan_cleaning(frame, schema, as_of=as_of)
    kept = cleaning.apply(frame).with_columns(*(d.expression() for d in derived))
    described = schema.extended(tuple(d.column for d in derived))
    choice = choose_features(kept, described, derived)
    scaling = fit_scaling(kept, described, choice.chosen)
    condensed = fit_scaling(kept, described, choice.chosen, scaler="robust", pca=3)
    scaled = as_polars(kept.select(ROW, *scaling.expressions()))
    return {
        "schema": schema,
        "notes": notes,
        "as_of": as_of,
        "cleaning": cleaning,
        "report": cleaning.report(),
        "kept": as_polars(kept),
        "quarantined": as_polars(cleaning.quarantined(frame)),
        "scoring": as_polars(cleaning.for_scoring(frame)),
        "choice": choice,
        "scaling": scaling,
        "scaled": scaled,
        "condensed": as_polars(kept.select(ROW, *condensed.expressions())),
        "matrix": scaling.matrix(
            as_polars(kept).select(scaling.features).cast(pl.Float64).to_numpy()
        ),
        "sample": as_polars(draw_sample(kept, ROWS, 100, seed=3)),
        **placed(kept, described, scaling),
    }


def placed(kept: nw.LazyFrame[Any], described: Schema, scaling: Scaling) -> dict[str, Any]:
    """Assignment, profiles and statistics, for three centres that are given."""
    centres = np.random.default_rng(5).normal(size=(3, len(scaling.names)))
    assigned = assign_rows(kept, scaling, centres, 1.5)
    return {
        "assigned": as_polars(assigned.select(ROW, "segment_id", "confidence")),
        "profiles": profile_segments(assigned, described, features=scaling.features).to_dict(),
        "statistics": statistics(kept, described),
    }


def statistics(kept: nw.LazyFrame[Any], described: Schema) -> dict[str, Any]:
    """What `summarise` finds; of histograms the edges and totals.

    A value on an edge may fall on either side: Polars divides by multiplying with the inverse.
    """
    plain = summarise(kept, described).to_dict()
    for bars in plain["histograms"].values():
        bars["counts"] = sum(bars["counts"])
    return plain


@pytest.fixture(scope="module")
def on_polars() -> dict[str, Any]:
    return prepared(nw.from_native(customers().lazy()))


def same_frame(one: pl.DataFrame, two: pl.DataFrame) -> None:
    assert one.columns == two.columns
    for name in one.columns:
        left, right = one[name], two[name]
        assert left.is_null().to_list() == right.is_null().to_list(), name
        if left.dtype.is_numeric():
            np.testing.assert_allclose(
                left.cast(pl.Float64).to_numpy(), right.cast(pl.Float64).to_numpy(),
                rtol=1e-9, atol=1e-9, err_msg=name,
            )  # fmt: skip
        else:
            assert left.cast(pl.String).to_list() == right.cast(pl.String).to_list(), name


def same_values(one: Any, two: Any, where: str) -> None:
    """Compare plain values; numbers to nine digits."""
    if isinstance(one, dict):
        assert list(one) == list(two), where
        for key, value in one.items():
            same_values(value, two[key], f"{where}.{key}")
    elif isinstance(one, list | tuple):
        assert len(one) == len(two), where
        for i, (left, right) in enumerate(zip(one, two, strict=True)):
            same_values(left, right, f"{where}.{i}")
    elif isinstance(one, float) and isinstance(two, float):
        assert one == pytest.approx(two, rel=1e-9, abs=1e-9, nan_ok=True), where
    else:
        assert one == two, where


def test_every_step_gives_the_same_on_every_engine(
    engine: Callable[[pl.DataFrame], nw.LazyFrame[Any]], on_polars: dict[str, Any]
) -> None:
    found = prepared(engine(customers()))
    for key in ("schema", "notes", "as_of", "cleaning", "report", "choice"):
        assert found[key] == on_polars[key], key
    for key in ("kept", "quarantined", "scoring", "scaled", "condensed", "sample", "assigned"):
        same_frame(found[key], on_polars[key])
    np.testing.assert_allclose(found["matrix"], on_polars["matrix"], rtol=1e-9, atol=1e-9)
    for key in ("profiles", "statistics"):
        same_values(found[key], on_polars[key], key)
    assert found["scaling"].notes == on_polars["scaling"].notes


def test_the_numpy_road_of_scaling_equals_the_engines(
    engine: Callable[[pl.DataFrame], nw.LazyFrame[Any]],
) -> None:
    found = prepared(engine(customers()))
    scaled = found["scaled"].drop(ROW).to_numpy()
    np.testing.assert_allclose(scaled, found["matrix"], rtol=1e-9, atol=1e-9)


def test_the_generated_table_holds_every_trouble(on_polars: dict[str, Any]) -> None:
    assert on_polars["quarantined"].height == 6
    topics = {note.topic for note in on_polars["report"]}
    assert {"impossible", "missing", "duplicate"} <= topics
    assert on_polars["kept"].height + on_polars["quarantined"].height == customers().height
