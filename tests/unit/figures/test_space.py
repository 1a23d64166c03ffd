"""Names among three features: over the points, and none over another."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from coterie.figures import charts
from coterie.figures.plotly_segments import named
from coterie.figures.plotly_space import CENTRE, VIEW, seen_at
from coterie.schema import Column

AXES = tuple(Column(name, "number", "feature", label=name) for name in ("width", "height", "depth"))


def twelve():
    rng = np.random.default_rng(3)
    centres = rng.normal(0, 6, (12, 3))
    ids = np.repeat(np.arange(1, 13), 20)
    x, y, z = (centres[ids - 1] + rng.normal(0, 0.5, (240, 3))).T
    names = {i: f"Customers of the long {i}. name, forty marks" for i in range(1, 13)}
    return charts.scatter_3d(x, y, z, ids, axes=AXES, names=names)


def test_what_the_camera_looks_at_is_seen_in_the_middle():
    spots = seen_at({1: [part + 0.5 for part in CENTRE.values()]}, [(0.0, 1.0)] * 3)
    assert spots[1] == pytest.approx((VIEW[0] / 2, VIEW[1] / 2))


def test_higher_is_seen_higher_and_the_second_axis_leads_away_to_the_right():
    spots = seen_at({1: (0.5, 0.5, 0.4), 2: (0.5, 0.5, 0.6), 3: (0.5, 0.9, 0.4)}, [(0.0, 1.0)] * 3)
    assert spots[2][1] < spots[1][1]
    assert spots[3][0] > spots[1][0]


def test_the_names_of_twelve_segments_do_not_cover_each_other():
    chart = twelve()
    scene = chart.plot().layout.scene
    spots = seen_at(chart.encoding["centres"], [scene[f"{key}axis"].range for key in "xyz"])
    boxes = []
    for spot, mark in zip(spots.values(), scene.annotations, strict=True):
        parts = mark.text.split("<br>")
        half = (7.0 * max(map(len, parts)) / 2, 15.0 * len(parts) / 2)
        boxes.append((spot[0] + mark.ax, spot[1] + mark.ay, *half))
    assert len(boxes) == 12
    for one, other in combinations(boxes, 2):
        apart = abs(one[0] - other[0]) >= one[2] + other[2] - 1
        assert apart or abs(one[1] - other[1]) >= one[3] + other[3] - 1


def test_names_laid_over_each_other_would_be_found():
    marks = named({1: "Alike", 2: "Alike"}, {1: (50.0, 50.0), 2: (51.0, 50.0)}, (200.0, 100.0))
    assert (marks[0]["ax"], marks[0]["ay"]) != (marks[1]["ax"], marks[1]["ay"])


def test_no_name_is_a_point_of_the_scene_that_others_hide():
    assert all("text" not in (trace.mode or "") for trace in twelve().plot().data)
    assert twelve().plot().layout.meta["narrow"] == [str(i) for i in range(1, 13)]
