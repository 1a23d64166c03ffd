"""Scaling: fitted once, replayed the same by expressions and by arrays."""

from __future__ import annotations

import json
from typing import Any

import narwhals as nw
import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coterie.errors import ConfigError
from coterie.prepare import Scaling, fit_scaling
from coterie.schema import ROW, Column, Schema

SCALERS = ("standard", "minmax", "robust")


def lazy(columns: dict[str, Any]) -> nw.LazyFrame[Any]:
    frame = pl.DataFrame(columns, strict=False)
    return nw.from_native(frame.with_row_index(ROW).with_columns(pl.col(ROW).cast(pl.Int64)).lazy())


def fitted(columns: dict[str, Any], **options: Any) -> Scaling:
    schema = Schema(tuple(Column(name, "number", "feature") for name in columns))
    return fit_scaling(lazy(columns), schema, tuple(columns), **options)


def matrix(columns: dict[str, Any]) -> np.ndarray:
    return np.column_stack([np.array(v, dtype=float) for v in columns.values()])


def by_engine(scaling: Scaling, columns: dict[str, Any], **options: Any) -> np.ndarray:
    frame = lazy(columns).select(*scaling.expressions(**options)).collect()
    return np.column_stack([frame.get_column(name).to_numpy() for name in scaling.names])


def table(n: int = 500) -> dict[str, Any]:
    rng = np.random.default_rng(3)
    income = rng.normal(50_000, 9_000, n)
    spend = rng.lognormal(5, 0.9, n)
    age = rng.integers(18, 80, n).astype(float)
    age[rng.random(n) < 0.1] = np.nan
    return {"income": income, "spend": spend, "age": pl.Series(age).fill_nan(None)}


def test_standard_scaling_by_hand() -> None:
    # 1, 2, 3, 4, 5: mean 3, standard deviation of the population sqrt(2).
    scaling = fitted({"x": [1.0, 2, 3, 4, 5]})
    np.testing.assert_allclose(
        scaling.matrix(np.array([[1.0], [3], [5], [np.nan]])).ravel(),
        [-np.sqrt(2), 0, np.sqrt(2), 0],
    )


def test_minmax_and_robust_scaling_by_hand() -> None:
    raw = np.array([[1.0], [3], [5]])
    np.testing.assert_allclose(
        fitted({"x": [1.0, 2, 3, 4, 5]}, scaler="minmax").matrix(raw).ravel(), [0, 0.5, 1]
    )
    # Quartiles 2 and 4, median 3.
    np.testing.assert_allclose(
        fitted({"x": [1.0, 2, 3, 4, 5]}, scaler="robust").matrix(raw).ravel(), [-1, 0, 1]
    )


def test_robust_scaling_of_mostly_equal_values_falls_back_to_the_deviation() -> None:
    values = [0.0] * 80 + [1.0] * 20
    (part,) = fitted({"x": values}, scaler="robust").parts
    assert part.scale == pytest.approx(0.4)


@pytest.mark.parametrize("scaler", SCALERS)
@pytest.mark.parametrize("pca", [None, 2, 0.8])
@pytest.mark.parametrize("capped", [True, False])
def test_arrays_and_expressions_agree(scaler: str, pca: Any, capped: bool) -> None:
    columns = table()
    scaling = fitted(columns, scaler=scaler, pca=pca)
    np.testing.assert_allclose(
        scaling.matrix(matrix(columns), capped=capped),
        by_engine(scaling, columns, capped=capped),
        rtol=1e-10,
        atol=1e-10,
    )


@pytest.mark.parametrize("pca", [None, 2])
def test_a_scaling_survives_json_to_the_last_bit(pca: int | None) -> None:
    scaling = fitted(table(), pca=pca)
    again = Scaling.from_dict(json.loads(json.dumps(scaling.to_dict())))
    assert (again.matrix(matrix(table())) == scaling.matrix(matrix(table()))).all()
    assert again.to_dict() == scaling.to_dict()


@pytest.mark.parametrize("scaler", SCALERS)
def test_points_go_back_to_raw_units(scaler: str) -> None:
    columns = table()
    scaling = fitted(columns, scaler=scaler)
    raw = scaling.filled(matrix(columns))
    inside = (np.abs(scaling.matrix(raw) - scaling.matrix(raw, capped=False)) < 1e-12).all(axis=1)
    np.testing.assert_allclose(scaling.invert(scaling.matrix(raw))[inside], raw[inside], rtol=1e-9)


def test_all_components_of_pca_keep_all_distances() -> None:
    columns = table()
    plain, turned = fitted(columns), fitted(columns, pca=3)
    points, rotated = plain.matrix(matrix(columns)), turned.matrix(matrix(columns))
    np.testing.assert_allclose(
        np.linalg.norm(points[:100] - points[100:200], axis=1),
        np.linalg.norm(rotated[:100] - rotated[100:200], axis=1),
    )
    assert (np.diff(rotated.var(axis=0)) <= 0).all()


def test_pca_finds_the_direction_of_most_variance() -> None:
    x = np.random.default_rng(0).normal(size=300)
    scaling = fitted({"x": x, "y": 2 * x}, pca=0.9)
    assert scaling.components is not None
    np.testing.assert_allclose(scaling.components, [[2**-0.5, 2**-0.5]], rtol=1e-6)


def test_more_components_than_features_are_refused() -> None:
    with pytest.raises(ConfigError, match="needs at least 5 features; there are 3"):
        fitted(table(), pca=5)


def test_one_outlier_is_capped_where_the_others_end() -> None:
    rng = np.random.default_rng(0)
    values = np.r_[rng.normal(50, 10, 199), 1e6]
    points = fitted({"x": values}).matrix(values[:, None]).ravel()
    assert points[-1] < 7
    assert points[:-1].std() > 0.9
    assert fitted({"x": values}).matrix(values[:, None], capped=False)[-1, 0] > 1000


@pytest.mark.parametrize(("n", "share"), [(300, 0.01), (1000, 0.01), (1000, 0.05), (5000, 0.2)])
def test_a_far_group_keeps_its_place(n: int, share: float) -> None:
    rng = np.random.default_rng(0)
    far = int(n * share)
    values = np.r_[rng.normal(0, 1, n - far), rng.normal(100, 1, far)]
    points = fitted({"x": values}).matrix(values[:, None]).ravel()
    spread = points[: n - far].std()
    assert points[n - far :].min() > points[: n - far].max() + 50 * spread


def test_a_log_scaled_column_is_told() -> None:
    scaling = fitted({"spend": np.random.default_rng(0).lognormal(5, 1, 2000)})
    assert scaling.parts[0].transform == "log1p"
    assert "log scale" in [note.topic for note in scaling.notes]


def test_what_is_filled_and_capped_is_told_with_counts() -> None:
    values = [float(i) for i in range(100)] + [1e5, None]
    notes = {note.topic: note for note in fitted({"x": values}).notes}
    assert notes["imputed"].count == 1
    assert notes["capped"].count == 1


def test_a_column_that_does_not_vary_is_dropped_or_refused() -> None:
    columns = {"x": [1.0, 2, 3, 4], "y": [7.0] * 4}
    scaling = fitted(columns)
    assert scaling.features == ("x",)
    assert [note.topic for note in scaling.notes] == ["constant"]
    with pytest.raises(ConfigError, match="y has the same value"):
        fitted(columns, asked=True)
    with pytest.raises(ConfigError, match="the same value"):
        fitted({"y": [7.0] * 4})


def test_rare_values_beside_many_equal_ones_are_not_lost() -> None:
    values = [0.0] * 997 + [1.0] * 3
    points = fitted({"x": values}).matrix(np.array([[0.0], [1.0]]))
    assert points[1, 0] > points[0, 0]


def test_flags_are_scaled_uncapped() -> None:
    schema = Schema((Column("vip", "flag", "feature"),))
    values = [True] * 2 + [False] * 998
    scaling = fit_scaling(lazy({"vip": values}), schema, ("vip",))
    assert scaling.matrix(np.array([[1.0]]))[0, 0] > 20


numbers = st.none() | st.floats(-1e99, 1e99) | st.integers(-3, 3).map(float)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(numbers, numbers), min_size=2, max_size=30), st.sampled_from(SCALERS))
def test_any_table_gives_finite_points_or_a_clear_refusal(
    cells: list[tuple[float | None, float | None]], scaler: str
) -> None:
    columns = {
        name: pl.Series([row[j] for row in cells], dtype=pl.Float64) for j, name in enumerate("xy")
    }
    try:
        scaling = fitted(columns, scaler=scaler)
    except ConfigError:
        return
    raw = np.column_stack([columns[name].to_numpy() for name in scaling.features])
    points = scaling.matrix(raw)
    assert np.isfinite(points).all()
    np.testing.assert_allclose(points, by_engine(scaling, columns), rtol=1e-6, atol=1e-9)
