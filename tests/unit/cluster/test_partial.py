"""Whom a customer of whom not everything is known belongs to."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coterie.cluster.partial import LEAST_DEVIATION, Spreads

NAN = np.nan


def test_two_groups_worked_by_hand():
    two = Spreads(np.array([0.5, 0.5]), np.array([[0.0, 0.0], [2.0, 0.0]]), np.ones((2, 2)))
    # At 1 both are alike; at 2 the second is exp(2) times likelier; the other feature says nothing.
    found = two.memberships(np.array([[1.0, NAN], [2.0, NAN], [NAN, 5.0]]))
    odds = np.exp(2.0)
    assert found[:, 1] == pytest.approx([0.5, odds / (1 + odds), 0.5])


def test_where_nothing_is_known_the_shares_remain_and_an_empty_group_has_none():
    three = Spreads(np.array([0.7, 0.3, 0.0]), np.zeros((3, 2)), np.ones((3, 2)))
    assert three.memberships(np.full((1, 2), NAN))[0].tolist() == pytest.approx([0.7, 0.3, 0.0])


@given(st.integers(0, 10_000))
def test_averaging_a_feature_out_is_what_adding_over_its_values_gives(seed):
    rng = np.random.default_rng(seed)
    means, widths = rng.normal(0, 2, (3, 2)), rng.uniform(0.3, 1.5, (3, 2))
    spreads = Spreads(np.array([0.2, 0.3, 0.5]), means, widths)
    known = means[rng.integers(3), 0]
    grid = np.linspace(-20.0, 20.0, 8_001)
    logs = -np.log(widths) - 0.5 * ((known - means[:, :1]) / widths[:, :1]) ** 2
    heights = np.exp(-0.5 * ((grid - means[:, 1:]) / widths[:, 1:]) ** 2) / widths[:, 1:]
    joint = spreads.shares * np.exp(logs[:, 0]) * heights.sum(axis=1)
    found = spreads.memberships(np.array([[known, NAN]]))[0]
    assert found == pytest.approx(joint / joint.sum(), abs=1e-6)


def test_learnt_from_complete_rows_if_there_are_enough():
    rng = np.random.default_rng(1)
    labels = np.repeat([0, 1], 500)
    scaled = rng.normal(labels[:, None] * 4.0, 1.0, (1_000, 2))
    holed = scaled.copy()
    holed[::2, 0], odd = NAN, labels.copy()
    odd[::2] = 1 - odd[::2]  # Those with gaps are placed wrongly.
    found = Spreads.fit(holed, odd, 2)
    assert found.means == pytest.approx(np.array([[0.0, 0.0], [4.0, 4.0]]), abs=0.2)
    assert found.deviations == pytest.approx(np.ones((2, 2)), abs=0.1)


def test_a_feature_that_does_not_vary_rules_nobody_out():
    found = Spreads.fit(np.zeros((50, 1)), np.zeros(50, dtype=np.int64), 2)
    assert (found.deviations >= LEAST_DEVIATION).all()
    assert np.isfinite(found.memberships(np.array([[3.0], [NAN]]))).all()


def test_a_guess_from_centres_takes_the_usual_distance_apart_into_its_directions():
    rng = np.random.default_rng(2)
    away = np.median(np.linalg.norm(rng.normal(0, 0.5, (100_000, 4)), axis=1))
    found = Spreads.around(np.zeros((1, 4)), np.ones(1), np.array([away]))
    assert found.deviations == pytest.approx(np.full((1, 4), 0.5), rel=0.01)


def test_spreads_whose_shapes_do_not_fit_are_refused():
    plain = Spreads(np.ones(2) / 2, np.zeros((2, 3)), np.ones((2, 3))).to_dict()
    assert Spreads.from_dict(plain).means.shape == (2, 3)
    with pytest.raises(ValueError, match="one shape"):
        Spreads.from_dict({**plain, "means": np.zeros((3, 3))})
