"""Tables that nobody would send: a result or a clear error, and no row lost."""

from __future__ import annotations

import datetime as dt
from typing import Any

import duckdb
import narwhals as nw
import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coterie.errors import CoterieError
from coterie.prepare import choose_features, derive, fit_scaling, newest_date, plan_cleaning
from coterie.schema import ROW
from coterie.schema.infer import infer_schema
from coterie.schema.toml import apply_schema, schema_from_toml, schema_to_toml


def numbered(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_row_index(ROW).with_columns(pl.col(ROW).cast(pl.Int64))


def prepare(frame: nw.LazyFrame[Any], rows: int) -> np.ndarray | None:
    """Prepare a table; None where that is refused in clear words."""
    try:
        schema, _ = infer_schema(frame)
        assert schema_from_toml(schema_to_toml(schema)) == schema
        frame, _ = apply_schema(schema, frame)
        newest = newest_date(frame, schema)
        derived = derive(schema, newest + dt.timedelta(days=1) if newest else None)
        cleaning = plan_cleaning(frame, schema, as_of=newest)
        kept = cleaning.apply(frame)
        gone = cleaning.quarantined(frame).select(ROW).collect()
        assert len(kept.select(ROW).collect()) + len(gone) == rows
        assert len(cleaning.for_scoring(frame).select(ROW).collect()) == rows
        if derived:
            kept = kept.with_columns(*(d.expression() for d in derived))
        described = schema.extended(tuple(d.column for d in derived))
        choice = choose_features(kept, described, derived)
        scaling = fit_scaling(kept, described, choice.chosen, pca=0.9)
        points = kept.select(*scaling.expressions()).collect()
    except CoterieError:
        return None
    scaled = np.column_stack([points.get_column(n).to_numpy() for n in scaling.names])
    assert np.isfinite(scaled).all()
    return scaled


NAMES = st.sampled_from(
    ["Age", "Year_Birth", "Income", "CustomerID", "select", "order by", 'quo"te', "it's", "😀",
     "Dt_Customer", "Kidhome", "Teenhome", "MntWines", "MntFishProducts", "NumWebPurchases",
     "NumStorePurchases", "AcceptedCmp1", "Response", "Email", "%", "a.b", "a\nb", "__x", "Ж"]
)  # fmt: skip
COLUMNS = st.sampled_from(
    [
        (pl.Float64, st.none() | st.floats(allow_nan=False, allow_infinity=False)),
        (pl.Float64, st.none()),
        (pl.Int64, st.none() | st.integers(-(2**62), 2**62)),
        (pl.Int64, st.integers(0, 1)),
        (pl.Int64, st.none() | st.integers(1880, 2030)),
        (pl.Boolean, st.none() | st.booleans()),
        (pl.Date, st.none() | st.dates()),
        (pl.Datetime("us"), st.none() | st.datetimes()),
        (pl.String, st.none() | st.text(st.characters(blacklist_categories=["Cs"]), max_size=5)),
        (pl.String, st.sampled_from(["yes", "no", "a@b.org", "4111111111111111", ""])),
    ]
)


@st.composite
def tables(draw: st.DrawFn) -> pl.DataFrame:
    rows = draw(st.sampled_from([1, 2, 3, 15]))
    series = []
    for name in draw(st.lists(NAMES, min_size=1, max_size=6, unique=True)):
        dtype, cells = draw(COLUMNS)
        values = draw(st.lists(cells, min_size=rows, max_size=rows))
        series.append(pl.Series(name.replace("__", "_"), values, dtype=dtype))
    return numbered(pl.DataFrame(series))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(tables())
def test_any_table_is_prepared_or_refused_in_clear_words(frame: pl.DataFrame) -> None:
    prepare(nw.from_native(frame.lazy()), frame.height)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(tables())
def test_the_same_holds_on_duckdb(frame: pl.DataFrame) -> None:
    with duckdb.connect() as connection:
        connection.register("t", frame.to_arrow())
        prepare(nw.from_native(connection.sql("select * from t")), frame.height)


@pytest.mark.parametrize("rows", [1, 2])
def test_one_row_or_two_equal_ones_are_refused(rows: int) -> None:
    frame = numbered(pl.DataFrame({"a": [1.0] * rows, "b": [2.0] * rows}))
    assert prepare(nw.from_native(frame.lazy()), rows) is None
