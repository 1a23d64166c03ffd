"""The gold star of a customer stands where its values are, above all points."""

from __future__ import annotations

import pytest

import coterie as ct
from coterie.figures import palette
from coterie.figures.star import add_star, star_place
from coterie.tables.synthetic import make_customers
from coterie.workflow import Study


@pytest.fixture(scope="module")
def study() -> Study:
    customers, _ = make_customers(300, segments=3, seed=1)
    return ct.segment(customers, k=3)


RECORD = {"age": 30, "annual_income": 60_000, "spending_score": 50, "savings": 20_000}


def test_the_star_stands_at_the_customers_own_values(study: Study):
    values = study.segmentation.values(RECORD)
    chart = study.figures["clusters_2d"]
    x, y = chart.encoding["columns"]
    figure = add_star(chart.plot(), chart, values)
    star = figure.data[-1]
    assert (star.x[0], star.y[0]) == (RECORD[x], RECORD[y])
    assert star.marker.symbol == "star"
    assert star.marker.color == palette.STAR


def test_the_star_is_drawn_by_the_engine_that_drew_the_points(study: Study):
    chart = study.figures["clusters_2d"]
    figure = add_star(chart.plot(), chart, study.segmentation.values(RECORD))
    assert {trace.type for trace in figure.data} == {figure.data[0].type}


def test_an_axis_is_widened_for_a_star_outside(study: Study):
    chart = study.figures["clusters_2d"]
    x, y = chart.encoding["columns"]
    far = {**study.segmentation.values(RECORD), x: 1e6, y: -1e6}
    figure = add_star(chart.plot(), chart, far)
    assert figure.layout.xaxis.range[1] > 1e6
    assert figure.layout.yaxis.range[0] < -1e6


def test_among_three_features_the_star_is_written_over_the_scene(study: Study):
    chart = study.figures["clusters_3d"]
    figure = add_star(chart.plot(), chart, study.segmentation.values(RECORD))
    *names, star = figure.layout.scene.annotations
    assert [name.text for name in names] == [
        painted.text for painted in chart.plot().layout.scene.annotations
    ]
    x, y, z = chart.encoding["columns"]
    assert (star.x, star.y, star.z) == (RECORD[x], RECORD[y], RECORD[z])
    assert (star.text, star.font.color) == ("★", palette.STAR)


def test_directions_of_pca_get_no_star(study: Study):
    chart = study.figures["clusters_pca"]
    assert star_place(chart, study.segmentation.values(RECORD)) is None
    before = len(chart.plot().data)
    assert len(add_star(chart.plot(), chart, study.segmentation.values(RECORD)).data) == before


def test_a_star_stands_where_it_is_put_among_all_features(study: Study):
    chart = study.figures["clusters_pca"]
    figure = add_star(chart.plot(), chart, {}, place=(99.0, 0.5))
    assert (figure.data[-1].x, figure.data[-1].y) == ((99.0,), (0.5,))
    assert figure.layout.xaxis.range[1] > 99


def test_a_scene_is_widened_for_a_star_outside(study: Study):
    chart = study.figures["clusters_3d"]
    x = chart.encoding["columns"][0]
    far = {**study.segmentation.values(RECORD), x: 1e6}
    assert add_star(chart.plot(), chart, far).layout.scene.xaxis.range[1] > 1e6


def test_values_fill_what_is_missing_and_blank_what_is_impossible(study: Study):
    model = study.segmentation
    typical = {part.name: part.impute for part in model.scaling.parts}
    values = model.values({"age": 31})
    assert values["age"] == 31
    assert values["savings"] == typical["savings"]
    assert set(values) == set(model.features)
