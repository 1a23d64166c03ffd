"""RFM scores and the classic grid."""

from __future__ import annotations

import json

import duckdb
import narwhals as nw
import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coterie.errors import ConfigError, RecordError
from coterie.insight.rfm import RfmBreaks, fit_breaks
from coterie.insight.rfm_grid import CLASSIC, RfmCell, RfmGrid

BREAKS = RfmBreaks((10, 30, 90, 180), (1, 2, 4, 8), (50, 100, 250, 900))
GRID = RfmGrid(BREAKS)


def customers(n: int = 500, seed: int = 0) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    frame = pl.DataFrame(
        {"recency_days": rng.integers(0, 400, n), "frequency": 1 + rng.geometric(0.5, n),
         "monetary": rng.lognormal(5, 1, n).round(2)}
    )  # fmt: skip
    return frame.with_columns(
        pl.when(pl.int_range(pl.len()) != 7).then("monetary").alias("monetary")
    )


def test_scores_worked_by_hand():
    assert BREAKS.score({"recency_days": 10, "frequency": 1, "monetary": 900}) == (5, 1, 4)
    assert BREAKS.score({"Recency Days": 10.5, "Frequency": 9, "Monetary": 901}) == (4, 5, 5)
    assert BREAKS.score({"recency_days": 9999, "frequency": 0, "monetary": -5}) == (1, 1, 1)


def test_quantile_breaks_share_customers_out_evenly():
    frame = nw.from_native(pl.LazyFrame({"recency_days": range(100), "frequency": range(100),
                                         "monetary": [float(v) for v in range(100)]}))  # fmt: skip
    scored = frame.with_columns(*fit_breaks(frame).expressions()).collect("polars").to_native()
    for name in ("r_score", "f_score", "m_score"):
        assert scored[name].value_counts().sort(name)["count"].to_list() == [20] * 5
    assert scored["r_score"].to_list() == sorted(scored["r_score"], reverse=True)


def test_equal_customers_get_equal_scores_however_many_there_are():
    frame = nw.from_native(pl.LazyFrame({"recency_days": range(10), "frequency": [1] * 7 + [2] * 3,
                                         "monetary": [1.0] * 10}))  # fmt: skip
    scored = frame.with_columns(*fit_breaks(frame).expressions()).collect("polars").to_native()
    assert scored["f_score"].to_list() == [1] * 7 + [4] * 3
    assert set(scored["m_score"]) == {1}


def test_a_score_does_not_move_because_others_did():
    before = nw.from_native(customers(seed=1).lazy())
    breaks = fit_breaks(before)
    richer = customers(seed=2).with_columns(pl.col("monetary") * 100)
    joined = nw.from_native(pl.concat([customers(seed=1), richer]).lazy())
    old = before.with_columns(*breaks.expressions()).collect("polars")
    new = joined.with_columns(*breaks.expressions()).collect("polars")
    assert new.get_column("m_score").to_list()[:500] == old.get_column("m_score").to_list()
    assert fit_breaks(joined).monetary != breaks.monetary


@settings(max_examples=40, deadline=None)
@given(
    st.floats(0, 500), st.integers(0, 20), st.floats(-100, 2000),
    st.sampled_from(["frequency", "frequency and monetary"]),
)  # fmt: skip
def test_a_record_is_placed_as_a_table_is(recency, frequency, monetary, by):
    record = {"recency_days": recency, "frequency": frequency, "monetary": monetary}
    grid = RfmGrid(BREAKS, by=by)
    placed = grid.place(record)
    frame = nw.from_native(pl.LazyFrame({name: [value] for name, value in record.items()}))
    row = grid.apply(frame).collect("polars").to_native().row(0, named=True)
    assert (row["rfm_cell_id"], row["rfm_cell"]) == (placed.cell_id, placed.name)
    assert (row["r_score"], row["f_score"], row["m_score"]) == (
        placed.r_score, placed.f_score, placed.m_score,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("record", "name"),
    [
        ((5, 12, 2000), "Champions"), ((60, 6, 500), "Loyal customers"),
        ((5, 2, 80), "Potential loyalists"), ((5, 1, 20), "New customers"),
        ((20, 1, 20), "Promising"), ((60, 3, 200), "Need attention"),
        ((60, 1, 60), "About to sleep"), ((200, 5, 300), "At risk"),
        ((300, 20, 5000), "Cannot lose them"), ((300, 1, 20), "Hibernating"),
    ],
)  # fmt: skip
def test_the_classic_cells_hold_whom_they_are_named_for(record, name):
    placed = GRID.place(dict(zip(("recency_days", "frequency", "monetary"), record, strict=True)))
    assert placed.name == name
    assert placed.advice == next(cell.advice for cell in CLASSIC if cell.name == name)


def test_polars_and_duckdb_agree_and_missing_stays_missing():
    frame = customers()
    connection = duckdb.connect()
    connection.register("customers", frame.to_arrow())
    duck = nw.from_native(connection.sql("select * from customers"))
    polars = nw.from_native(frame.lazy())
    breaks = fit_breaks(polars)
    assert fit_breaks(duck) == breaks
    grid = RfmGrid(breaks)
    keys = ["recency_days", "frequency", "monetary", "rfm_cell"]
    one, two = (
        grid.apply(each).collect("polars").to_native().sort(keys) for each in (polars, duck)
    )
    assert one.to_dicts() == two.to_dicts()
    assert one.filter(pl.col("monetary").is_null())["rfm_cell"].to_list() == [None]
    connection.close()


def test_a_grid_is_plain_json_and_back():
    plain = json.loads(json.dumps(GRID.to_dict()))
    assert RfmGrid.from_dict(plain) == GRID


@pytest.mark.parametrize(
    "plain",
    [{}, {"breaks": {}, "by": "frequency", "cells": []}, [], {"breaks": 3, "by": 1, "cells": 2},
     {**GRID.to_dict(), "cells": [{"name": "x"}]}],
)  # fmt: skip
def test_what_is_no_grid_is_refused(plain):
    with pytest.raises(ConfigError):
        RfmGrid.from_dict(plain)


def test_cells_must_cover_every_pair_of_scores_once():
    with pytest.raises(ConfigError, match="Scores 1 and 1 lie in no cell"):
        RfmGrid(BREAKS, CLASSIC[:-1])
    with pytest.raises(ConfigError, match="lie in Champions and All"):
        RfmGrid(BREAKS, (*CLASSIC, RfmCell("All", (5, 5), (5, 5), "")))
    with pytest.raises(ConfigError, match="same name"):
        RfmGrid(BREAKS, (*CLASSIC, CLASSIC[0]))


@pytest.mark.parametrize(
    ("breaks", "said"),
    [
        (((3, 1), (1, 2), (1, 2)), "must ascend"),
        (((), (1,), (1,)), "one number or more"),
        (((1, float("nan")), (1, 2), (1, 2)), "one number or more"),
        (((1,), (1, 2), (1, 2)), "as many breaks"),
    ],
)
def test_breaks_that_cannot_be_are_refused(breaks, said):
    with pytest.raises(ConfigError, match=said):
        RfmBreaks(*breaks)


@pytest.mark.parametrize("value", [None, "many", float("nan")])
def test_a_record_without_a_number_is_refused(value):
    with pytest.raises(RecordError, match="frequency must be a number"):
        GRID.place({"recency_days": 3, "frequency": value, "monetary": 4})


def test_a_table_without_the_columns_is_told_where_they_come_from():
    with pytest.raises(ConfigError, match="coterie customers"):
        fit_breaks(nw.from_native(pl.LazyFrame({"age": [1, 2]})))
