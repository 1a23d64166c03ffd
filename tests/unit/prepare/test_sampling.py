"""Samples by arithmetic on the row number."""

from __future__ import annotations

import narwhals as nw
import numpy as np
import polars as pl
import pytest

from coterie.prepare import draw_sample
from coterie.schema import ROW


def drawn(n: int, size: int, seed: int = 0, rows: list[int] | None = None) -> np.ndarray:
    table = pl.LazyFrame({ROW: rows if rows is not None else list(range(n))}).with_columns(
        x=pl.col(ROW) * 2
    )
    frame = draw_sample(nw.from_native(table), n, size, seed)
    return frame.collect().get_column(ROW).to_numpy()


def test_a_small_table_is_taken_whole_and_in_order() -> None:
    assert drawn(5, 10, rows=[4, 2, 0, 1, 3]).tolist() == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(("n", "size"), [(1000, 1), (1000, 100), (1000, 999), (50_000, 5_000)])
def test_a_sample_has_its_size_no_row_twice_and_is_in_order(n: int, size: int) -> None:
    rows = drawn(n, size)
    assert len(rows) == size
    assert (np.diff(rows) > 0).all()


def test_a_seed_gives_the_same_rows_and_another_gives_others() -> None:
    assert drawn(10_000, 100, 1).tolist() == drawn(10_000, 100, 1).tolist()
    common = set(drawn(10_000, 1000, 1)) & set(drawn(10_000, 1000, 2))
    assert 60 < len(common) < 140


def test_a_sample_is_drawn_evenly_from_the_whole_table() -> None:
    tenths = np.bincount(drawn(100_000, 10_000) // 10_000, minlength=10)
    # Each tenth holds 1,000 +- 28 (hypergeometric sd); six of them are 170.
    assert (np.abs(tenths - 1000) < 170).all()


@pytest.mark.parametrize("period", [2, 7, 12, 365])
def test_a_sample_does_not_follow_a_period_of_the_table(period: int) -> None:
    share = np.bincount(drawn(100_000, 10_000) % period, minlength=period) / 10_000
    assert (np.abs(share * period - 1) < 6 * np.sqrt(period / 10_000)).all()


def test_only_the_columns_asked_for_are_kept() -> None:
    table = nw.from_native(pl.LazyFrame({ROW: range(100), "x": range(100), "y": range(100)}))
    assert draw_sample(table, 100, 10, 0, ["y"]).collect_schema().names() == [ROW, "y"]
