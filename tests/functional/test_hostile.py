"""Hostile tables: a result or a CoterieError, never another exception, and no row is lost."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import coterie as ct
from coterie.errors import CoterieError

NAMES = st.one_of(
    st.sampled_from(
        [
            "age",
            "income",
            "id",
            "select",
            "from",
            "class",
            "None",
            "🙂",
            "a b",
            "x;y",
            '"q"',
            "Ä",
            "__row__",
            "segment",
            "confidence",
            "segment_id",
            "=1+1",
            "index",
            "ROW",
            "date",
            "name",
            "*",
            "^a$",
        ]
    ),
    st.text(min_size=0, max_size=12),
)
CELLS = st.one_of(
    st.none(),
    st.integers(-3, 3),
    st.floats(allow_nan=True, allow_infinity=True),
    st.sampled_from([1e308, -1e308, 5e-324, 0.0, -0.0, math.inf]),
    st.sampled_from(["", " ", "n/a", "1,5", "1.234,50", "$3", "yes", "no", "12-05-2020", "🙂"]),
)


@st.composite
def tables(draw) -> pl.DataFrame:
    rows = draw(st.integers(0, 30))
    names = draw(st.lists(NAMES, min_size=0, max_size=5, unique=True))
    columns = {}
    for name in names:
        kind = draw(st.sampled_from(["constant", "mixed", "numbers", "text"]))
        if kind == "constant":
            values = [draw(CELLS)] * rows
        elif kind == "numbers":
            values = draw(st.lists(st.floats(-1e6, 1e6), min_size=rows, max_size=rows))
        elif kind == "text":
            values = [str(cell) for cell in draw(st.lists(CELLS, min_size=rows, max_size=rows))]
        else:
            values = draw(st.lists(CELLS, min_size=rows, max_size=rows))
        columns[name] = pl.Series(name, [None if v is None else v for v in values], strict=False)
    return pl.DataFrame(columns)


def check(source: object, rows: int | None = None) -> None:
    """Segment a source; every row must be kept or in quarantine, and every kept one placed."""
    try:
        study = ct.segment(source, k_max=4)
    except CoterieError:
        return
    quarantined = len(study.quarantine.collect())
    placed = study.labelled.collect().to_native()
    assert len(placed) + quarantined == study.rows
    if rows is not None:
        assert study.rows == rows
    assert placed.get_column("segment_id").is_between(1, study.k).all()


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(tables())
def test_any_frame_is_segmented_or_refused(frame):
    check(frame, len(frame))


@pytest.mark.slow
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(tables())
def test_many_more_frames_are_segmented_or_refused(frame):
    check(frame, len(frame))


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.binary(max_size=400), st.sampled_from([".csv", ".xlsx", ".parquet", ".txt", ".tsv"]))
def test_any_bytes_are_segmented_or_refused(tmp_path_factory, content, ending):
    path = tmp_path_factory.mktemp("bytes") / f"table{ending}"
    path.write_bytes(content)
    check(path)


RNG = np.random.default_rng(0)
SHAPES = {
    "all missing": pl.DataFrame({"a": [None] * 40, "b": [None] * 40}),
    "one row": pl.DataFrame({"a": [1.0], "b": [2.0]}),
    "two equal rows": pl.DataFrame({"a": [1.0, 1.0], "b": [2.0, 2.0]}),
    "all rows equal": pl.DataFrame({"a": [1.5] * 50, "b": [2.5] * 50}),
    "infinite values": pl.DataFrame(
        {"a": [math.inf, -math.inf, *RNG.normal(0, 1, 58)], "b": RNG.normal(0, 1, 60)}
    ),
    "1e308": pl.DataFrame(
        {"a": [1e308, -1e308, *RNG.normal(0, 1, 58)], "b": RNG.normal(0, 1e308, 60)}
    ),
    "names that are patterns": pl.DataFrame(
        {"*": RNG.normal(0, 1, 60), "^.*$": RNG.normal(0, 1, 60), "^a$": RNG.normal(0, 1, 60)}
    ),
    "tiny numbers": pl.DataFrame({"a": RNG.normal(0, 1e-300, 60), "b": RNG.normal(0, 1, 60)}),
    "huge offset": pl.DataFrame({"a": 1e15 + RNG.normal(0, 1, 60), "b": RNG.normal(0, 1, 60)}),
    "emoji names": pl.DataFrame({"🙂": RNG.normal(0, 1, 60), "💥 income": RNG.normal(0, 1, 60)}),
    "reserved words": pl.DataFrame(
        {name: RNG.normal(0, 1, 60) for name in ("select", "segment_id", "confidence", "segment")}
    ),
    "numbers as text": pl.DataFrame(
        {"a": [f"{v:.2f}" for v in RNG.normal(50, 9, 60)], "b": ["$1,200", "n/a", "3"] * 20}
    ),
    "one column": pl.DataFrame({"a": RNG.normal(0, 1, 60)}),
    "binary columns": pl.DataFrame({f"f{j}": RNG.integers(0, 2, 200) for j in range(4)}),
    "no columns": pl.DataFrame(),
    "no rows": pl.DataFrame({"a": [], "b": []}),
    "nested": pl.DataFrame({"a": [[1, 2]] * 20, "b": RNG.normal(0, 1, 20)}),
    "dates only": pl.DataFrame(
        {"d": pl.date_range(pl.date(2020, 1, 1), pl.date(2020, 3, 1), eager=True)}
    ),
}


@pytest.mark.parametrize("name", SHAPES)
def test_an_odd_table_is_segmented_or_refused(name):
    check(SHAPES[name], len(SHAPES[name]))


@pytest.mark.slow
def test_ten_thousand_columns_are_segmented_or_refused():
    frame = pl.DataFrame({f"c{j}": RNG.normal(0, 1, 40) for j in range(10_000)})
    check(frame, 40)


@pytest.mark.parametrize("name", ["segment_id", "segment", "confidence", "imputed"])
def test_a_users_column_named_like_an_answer_is_not_lost(name, tmp_path):
    from coterie.stores.outputs import labelled_frame

    frame = pl.DataFrame(
        {
            name: [f"old{i % 7}" for i in range(60)],
            "a": RNG.normal(0, 1, 60),
            "b": RNG.normal(0, 1, 60),
        }
    )
    study = ct.segment(frame, k=2)
    columns = labelled_frame(study).columns
    assert len(columns) == len(set(columns))
    assert f"{name}_before" in columns
    assert f"{name}_before" not in study.segmentation.features


def test_files_written_by_a_failed_run_are_none(tmp_path: Path):
    bad = tmp_path / "bad.csv"
    bad.write_text("name\nAnn\nBob\n")
    with pytest.raises(CoterieError):
        ct.segment(bad)
    assert [path.name for path in tmp_path.iterdir()] == ["bad.csv"]
