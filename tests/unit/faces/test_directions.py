"""A customer's place among all features is where the picture drew the same customer."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

import coterie as ct
from coterie.faces.dashboard.directions import place_along
from coterie.tables.synthetic import make_customers


@pytest.fixture(scope="module")
def study():
    table, _truth = make_customers(300, seed=4)
    return ct.segment(table, k=3)


def test_each_drawn_customer_is_placed_where_the_picture_drew_it(study):
    chart = study.figures["clusters_pca"]
    held = SimpleNamespace(id="s", sample=study.sample, segmentation=study.segmentation)
    assert len(chart) == len(study.sample.labels)
    names = study.segmentation.features
    for row in (0, 17, 111):
        values = {name: float(study.sample.raw[name][row]) for name in names}
        if not np.isfinite(list(values.values())).all():
            continue
        drawn = (chart.data["x"][row], chart.data["y"][row])
        assert place_along(held, values) == pytest.approx(drawn, abs=1e-6)
