"""Effect sizes, intervals of differences, and the correction for many looks."""

from __future__ import annotations

import math

import pytest
from scipy.stats import false_discovery_control, fisher_exact

from coterie.insight.effects import wilson_interval
from coterie.insight.looks import chance_of, correct_for_looks, newcombe_interval


def test_newcombes_published_example():
    # Newcombe 1998, method 10: 56/70 against 48/80, difference 0.2, 0.0524 to 0.3339.
    low, high = newcombe_interval(56, 70, 48, 80)
    assert (low, high) == (pytest.approx(0.0524, abs=5e-5), pytest.approx(0.3339, abs=5e-5))


@pytest.mark.parametrize(
    ("counts", "ends"),
    [((9, 10, 3, 10), (0.1705, 0.8090)), ((10, 10, 0, 10), (0.6075, 1.0)),
     ((10, 10, 0, 20), (0.6791, 1.0))],
)  # fmt: skip
def test_newcombes_further_published_examples(counts, ends):
    assert newcombe_interval(*counts) == pytest.approx(ends, abs=5e-5)


def test_without_customers_a_difference_may_be_anything():
    assert newcombe_interval(0, 0, 1, 3) == (-1.0, 1.0)


def test_wilsons_interval_worked_by_hand():
    # 30 of 40: centre (0.75 + 0.048018) / 1.096036, half-width 0.130666.
    assert wilson_interval(30, 40) == pytest.approx((0.5981, 0.8581), abs=1e-4)


@pytest.mark.parametrize("counts", [(1, 20, 4, 15), (0, 30, 3, 200), (2, 8, 0, 300)])
def test_few_answers_get_fishers_exact_chance(counts):
    yes, n, other_yes, other_n = counts
    table = [[yes, n - yes], [other_yes, other_n - other_yes]]
    assert chance_of(*counts) == pytest.approx(fisher_exact(table).pvalue, rel=1e-9)


def test_many_answers_get_the_pooled_normal_chance_worked_by_hand():
    # 60 of 200 against 40 of 200: pooled 0.25, z = 0.1 / sqrt(0.25 * 0.75 / 100) = 2.3094.
    assert chance_of(60, 200, 40, 200) == pytest.approx(math.erfc(2.309401 / math.sqrt(2)))


def test_where_nobody_or_everybody_said_yes_nothing_differs():
    assert chance_of(0, 50, 0, 70) == chance_of(50, 50, 70, 70) == chance_of(1, 5, 0, 0) == 1.0


def test_holms_correction_worked_by_hand():
    # Sorted 0.01, 0.02, 0.03, 0.04 by 4, 3, 2, 1: 0.04, 0.06, 0.06, 0.04 -> never falling.
    assert correct_for_looks([0.04, 0.01, 0.03, 0.02]) == pytest.approx([0.06, 0.04, 0.06, 0.06])


def test_holm_never_claims_more_than_benjamini_hochberg():
    chances = [0.0001, 0.004, 0.012, 0.03, 0.2, 0.9]
    found = zip(correct_for_looks(chances), false_discovery_control(chances), strict=True)
    assert all(holm >= bh - 1e-12 for holm, bh in found)
