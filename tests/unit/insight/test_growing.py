"""Grown trees, by hand and against scikit-learn's."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.tree import DecisionTreeClassifier

from coterie.insight.growing import grow


def test_a_tree_worked_by_hand():
    # Two splits part three classes on a line: first 5.5 (two classes against one), then 2.5.
    values = np.array([1.0, 2.0, 3.0, 5.0, 6.0, 8.0, 9.0])[:, None]
    classes = np.array([0, 0, 1, 1, 2, 2, 2])
    tree = grow(values, classes, 3, 1)
    assert tree.feature.tolist() == [0, 0, -1, -1, -1]
    assert tree.threshold.tolist()[:2] == [5.5, 2.5]
    assert tree.winner.tolist() == [2, 0, 2, 0, 1]


@pytest.mark.parametrize("seed", range(5))
def test_every_size_answers_as_scikit_learns_tree_of_that_size(seed):
    rng = np.random.default_rng(seed)
    raw = rng.normal(size=(400, 5)).astype(np.float32).astype(np.float64)
    classes = (raw[:, 0] > 0).astype(int) + 2 * (raw[:, 1] + 0.3 * raw[:, 2] > 0.2).astype(int)
    new = rng.normal(size=(200, 5)).astype(np.float32).astype(np.float64)
    tree = grow(raw, classes, 12, 5)
    for size, answer in tree.answers(new, {2, 3, 4, 7, 12}):
        model = DecisionTreeClassifier(max_leaf_nodes=size, min_samples_leaf=5, random_state=0)
        assert (model.fit(raw, classes).predict(new) == answer).mean() >= 0.99


def test_leaves_have_the_rows_they_must_have_and_pure_nodes_stay():
    rng = np.random.default_rng(0)
    raw, classes = rng.normal(size=(60, 2)), rng.integers(0, 3, 60)
    tree = grow(raw, classes, 20, 10)
    last = dict(tree.answers(raw, {20}))
    assert last[20].shape == (60,)
    assert (len(tree.feature) + 1) // 2 <= 6
    assert len(grow(raw, np.zeros(60, dtype=int), 5, 1).feature) == 1


def test_numbers_without_a_middle_and_of_any_size_are_split():
    values = np.array([1.0, np.nextafter(1.0, 2.0), -1e308, 1e308])[:, None]
    tree = grow(values, np.array([0, 1, 2, 3]), 4, 1)
    assert np.isfinite(tree.threshold).all()
    assert next(tree.answers(values, {4}))[1].tolist() == [0, 1, 2, 3]
