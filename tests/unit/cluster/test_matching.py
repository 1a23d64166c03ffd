"""Matching against SciPy's."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from coterie.cluster.matching import match_rows


@pytest.mark.parametrize("k", [1, 2, 3, 5, 12, 40])
def test_the_match_costs_as_little_as_scipys(k):
    for seed in range(20):
        cost = np.random.default_rng(seed).normal(size=(k, k)) ** 2
        matched = match_rows(cost)
        assert sorted(matched) == list(range(k))
        rows, columns = linear_sum_assignment(cost)
        assert cost[np.arange(k), matched].sum() == pytest.approx(cost[rows, columns].sum())
