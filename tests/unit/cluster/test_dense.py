"""Dense regions against scikit-learn's HDBSCAN, and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.cluster import HDBSCAN
from sklearn.datasets import make_circles, make_moons

from coterie.cluster.dense import dense_regions, distance_table

RNG = np.random.default_rng(3)
SHAPES = {
    "one cloud": RNG.normal(size=(300, 3)),
    "two clouds": RNG.normal(size=(400, 2)) + 6 * RNG.integers(0, 2, (400, 1)),
    "unequal clouds": np.concatenate([RNG.normal(0, 1, (400, 2)), RNG.normal(9, 0.3, (40, 2))]),
    "rings": make_circles(400, factor=0.4, noise=0.03, random_state=0)[0],
    "moons": make_moons(400, noise=0.05, random_state=0)[0],
    "uniform": RNG.uniform(size=(500, 2)),
    "heavy tails": RNG.standard_cauchy((300, 2)),
}


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize(("smallest", "neighbours"), [(10, 10), (8, 5), (25, 10), (5, 1)])
def test_regions_are_those_of_scikit_learns_hdbscan(name, smallest, neighbours):
    points = SHAPES[name]
    labels = HDBSCAN(
        min_cluster_size=smallest, min_samples=neighbours, copy=True, algorithm="brute"
    ).fit_predict(points)
    found = dense_regions(distance_table(points), smallest, neighbours)
    # In noise many steps are equally long, and which of them is cut first is anybody's choice.
    ties = 2 if name == "uniform" else 0
    assert abs(found.regions - (labels.max() + 1)) <= ties
    assert found.left_out == pytest.approx((labels < 0).mean(), abs=0.05 * ties + 1e-12)


def test_two_runs_on_a_line_are_two_regions():
    line = np.concatenate([np.arange(6.0), 100 + np.arange(6.0)])[:, None]
    assert dense_regions(distance_table(line), 3, 2) == (2, 0.0)
