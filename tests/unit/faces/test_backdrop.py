"""The points behind the gold star: one image, in their places and colours."""

import re
from base64 import b64decode

import numpy as np
import pytest

from coterie.faces.dashboard.backdrop import GRID, behind
from coterie.figures import charts, palette
from coterie.figures.interactive import to_plotly
from coterie.figures.star import add_star
from coterie.schema import Column

AXES = (Column("a", "number", "feature"), Column("b", "number", "feature"))


@pytest.fixture
def chart():
    return charts.scatter(
        [0.0, 10.0, 5.0], [0.0, 10.0, 5.0], [1, 2, 0], axes=AXES, names={1: "Low", 2: "High"}
    )


def svg(figure):
    head, _, held = figure.layout.images[0].source.partition(",")
    assert head == "data:image/svg+xml;base64"
    return b64decode(held).decode()


def test_points_stand_in_the_image_where_plotly_would_draw_them(chart):
    painted = to_plotly(chart, titled=False)
    found = svg(behind(painted, chart))
    left, right = painted.layout.xaxis.range
    low, high = painted.layout.yaxis.range
    places = dict.fromkeys(re.findall(r"M(\d+) (\d+)h0", found))
    expected = [
        (round((v - left) / (right - left) * GRID), round((high - v) / (high - low) * GRID))
        for v in (5.0, 0.0, 10.0)
    ]
    assert [tuple(map(int, place)) for place in places] == expected
    for number in (0, 1, 2):
        assert f'stroke="{palette.segment_colour(number)}"' in found


def test_the_centres_and_the_star_stay_above_the_image(chart):
    painted = to_plotly(chart, titled=False)
    figure = behind(painted, chart)
    assert len(painted.data) == 4
    assert [trace.mode for trace in figure.data] == ["markers"]
    assert figure.layout.images[0].layer == "below"
    starred = add_star(figure, chart, {"a": 40.0, "b": 2.0})
    assert starred.data[-1].name == "This customer"
    assert starred.layout.xaxis.range[1] > 40
    assert starred.layout.images[0].sizex == pytest.approx(
        painted.layout.xaxis.range[1] - painted.layout.xaxis.range[0]
    ), "the image stays where its points are"


def test_a_picture_of_three_features_is_left_as_it_is():
    rng = np.random.default_rng(0)
    axes = (*AXES, Column("c", "number", "feature"))
    chart = charts.scatter_3d(*rng.normal(size=(3, 9)), np.ones(9, int), axes=axes, names={1: "A"})
    painted = to_plotly(chart)
    assert behind(painted, chart) is painted
