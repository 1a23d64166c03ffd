"""A chart kept as JSON is the chart that was drawn."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coterie.config import RunConfig
from coterie.figures.chart import Chart
from coterie.figures.plain import chart_from_plain, chart_to_plain
from coterie.workflow import explore, train
from coterie.workflow.pictures import exploration_charts


def through_json(chart: Chart) -> Chart:
    return chart_from_plain(json.loads(json.dumps(chart_to_plain(chart), allow_nan=False)))


def same(one: Any, other: Any) -> bool:
    """Equality that tells a tuple from a list and 1 from 1.0 and True, at every depth."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, min_value=-1e300, max_value=1e300)
    | st.text()
    | st.dates()
    | st.datetimes(),
    lambda inner: (
        st.lists(inner)
        | st.lists(inner).map(tuple)
        | st.dictionaries(st.text() | st.integers() | st.sampled_from(["$", "is"]), inner)
    ),
    max_leaves=12,
)


@settings(max_examples=40)
@given(st.dictionaries(st.text(), plain), st.lists(plain))
def test_a_chart_of_any_plain_values_comes_back_equal(
    encoding: dict[str, Any], values: list[Any]
) -> None:
    chart = Chart("kind", "Title", data={"a": tuple(values)}, encoding=encoding, units={"a": "$"})
    again = through_json(Chart("all", "All", panels=(chart,)))
    assert same(dict(again.panels[0].encoding), dict(chart.encoding))
    assert same(dict(again.panels[0].data), dict(chart.data))
    assert again.panels[0].units == {"a": "$"}


def test_every_chart_of_a_study_and_of_an_exploration_comes_back_equal(
    customers_csv: Path,
) -> None:
    study = train(customers_csv, RunConfig(k=3, k_min=2, k_max=4))
    charts = {**study.figures, **exploration_charts(explore(customers_csv))}
    assert len(charts) > 10
    for name, chart in charts.items():
        assert through_json(chart) == chart, name


def test_a_chart_that_comes_back_paints_the_same_picture() -> None:
    from coterie.figures import charts

    chart = charts.sizes({1: "Stars", 2: "Others"}, {1: 30, 2: 70})
    assert through_json(chart).picture == chart.picture


def test_infinity_days_and_whole_numbers_of_numpy_are_kept() -> None:
    encoding = {"far": float("inf"), "day": date(2024, 5, 31), "at": datetime(2024, 5, 31, 8)}
    chart = Chart("kind", "Title", encoding={**encoding, "n": np.int64(3)})
    again = through_json(chart)
    assert again.encoding["n"] == 3
    assert again.encoding["day"] == date(2024, 5, 31)
    assert again.encoding["at"] == datetime(2024, 5, 31, 8)
    assert again.encoding["far"] == chart.encoding["far"]


def test_what_is_no_plain_value_is_refused() -> None:
    with pytest.raises(TypeError, match="plain values only; got object"):
        chart_to_plain(Chart("kind", "Title", encoding={"a": object()}))
