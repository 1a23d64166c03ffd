"""Faults that were: overruling the evidence, groups of unequal size, near groups, bars."""

import numpy as np
import pytest

from coterie.cluster.counting import Components, count_by_mixture, ridge_ratio
from coterie.cluster.mixtures import best_blobs, fit_blobs
from coterie.cluster.selection import choose_k
from coterie.cluster.valleys import find_valleys


def standardised(points):
    return (points - points.mean(axis=0)) / points.std(axis=0)


def drawn(centres, sizes, seed=0, sd=1.0):
    rng = np.random.default_rng(seed)
    return np.vstack(
        [
            np.asarray(centre, float) + sd * rng.normal(size=(size, len(centre)))
            for centre, size in zip(centres, sizes, strict=True)
        ]
    )


FOUR = standardised(drawn([(0, 0), (8, 0), (0, 8), (8, 8)], [60] * 4))


def test_a_number_above_the_groups_is_not_natural_and_says_how_many_there_are():
    choice = choose_k(FOUR, k=7)
    assert (choice.k, choice.recommended_k) == (7, 4)
    assert choice.verdict.kind != "natural"
    assert "four separated groups" in choice.verdict.sentence
    assert "these seven cut some of them further" in choice.verdict.sentence
    assert "asked for 7" in choice.reason
    assert "recommends 4" in choice.reason
    assert len(choice.reason.split(". ")) == 2


def test_a_number_below_the_groups_is_not_natural_and_says_that_groups_are_joined():
    choice = choose_k(FOUR, k=2)
    assert choice.verdict.kind != "natural"
    assert "these two join some of them" in choice.verdict.sentence


def test_one_segment_for_four_groups_says_that_there_are_four():
    choice = choose_k(FOUR, k=1)
    assert choice.verdict.kind == "constructed"
    assert "four separated groups" in choice.verdict.sentence
    assert "join them all" in choice.reason


def test_the_number_that_the_evidence_finds_is_natural_when_asked_for_too():
    choice = choose_k(FOUR, k=4)
    assert choice.verdict.kind == "natural"
    assert "asked for" not in choice.reason


def test_a_range_that_ends_below_the_groups_is_not_natural():
    choice = choose_k(FOUR, k_max=3)
    assert choice.k <= 3
    assert choice.verdict.kind != "natural"


def test_a_number_for_data_without_groups_does_not_speak_of_groups():
    choice = choose_k(np.random.default_rng(0).normal(size=(200, 3)), k=5)
    assert choice.verdict.kind != "natural"
    assert "separated groups" not in choice.verdict.sentence


@pytest.mark.parametrize(
    ("centres", "sizes"),
    [
        ([(0, 0), (4, 0)], [400, 130]),
        ([(0, 0, 0), (4, 0, 0), (0, 4, 0)], [400, 120, 200]),
        ([(0,) * 5, (4, 0, 0, 0, 0), (4, 4, 0, 0, 0), (4, 4, 4, 0, 0)], [400, 250, 200, 110]),
    ],
)
def test_groups_of_unequal_size_four_sd_apart_are_counted_and_natural(centres, sizes):
    choice = choose_k(standardised(drawn(centres, sizes)))
    assert (choice.k, choice.verdict.kind) == (len(centres), "natural"), choice.votes


def test_few_rows_in_many_columns_are_counted():
    centres = 4.2 * np.eye(6)[:5] / np.sqrt(2)
    choice = choose_k(standardised(drawn(centres, [40] * 5, seed=2)))
    assert choice.k == 5, choice.votes


def test_iris_has_three_kinds():
    from sklearn.datasets import load_iris

    assert choose_k(standardised(load_iris().data)).k == 3


def test_wine_has_three_kinds():
    from sklearn.datasets import load_wine

    assert choose_k(standardised(load_wine().data)).k == 3


def test_bars_are_not_cut():
    rng = np.random.default_rng(0)
    bars = [
        np.column_stack([rng.uniform(0, 4, 150), rng.uniform(0, 0.7, 150)]),
        np.column_stack([rng.uniform(0, 0.7, 150), rng.uniform(1.5, 5, 150)]),
        drawn([(3.2, 3.6)], [120], sd=0.35),
    ]
    assert choose_k(standardised(np.vstack(bars))).k == 3


def test_points_on_a_sphere_are_a_constructed_cut():
    directions = np.random.default_rng(0).normal(size=(1500, 3))
    points = directions / np.linalg.norm(directions, axis=1, keepdims=True)
    assert choose_k(standardised(points)).verdict.kind == "constructed"


def test_a_mixture_of_one_group_is_its_mean_and_variance():
    points = drawn([(3.0, -1.0)], [200])
    found = fit_blobs(points, np.zeros((1, 2)), own_size=False)
    assert found.means[0] == pytest.approx(points.mean(axis=0))
    assert found.sizes[0] * found.shape == pytest.approx(points.var(axis=0) + 1e-3)
    density = -0.5 * (np.log(2 * np.pi * found.shape) + (points - found.means) ** 2 / found.shape)
    assert found.bic == pytest.approx(4 * np.log(200) - 2 * density.sum())


def test_the_search_mends_starts_that_cut_one_group_and_join_two():
    points = drawn([(0, 0), (9, 0), (9, 6)], [300, 60, 60])
    bad = np.array([[-1.0, 0.0], [1.0, 0.0], [9.0, 3.0]])
    found = best_blobs(points, {3: bad}, own_size=False)
    order = np.lexsort(np.round(found.means.T[::-1]))
    assert found.means[order] == pytest.approx(np.array([[0, 0], [9, 0], [9, 6]]), abs=0.5)


def test_halves_of_one_hump_lie_less_far_apart_than_two_groups_do():
    rng = np.random.default_rng(0)
    for points, least, most in (
        (rng.normal(size=(4000, 1)), 2.5, 2.8),
        (rng.uniform(size=(4000, 1)), 3.4, 3.55),
        (drawn([(-2.5,), (2.5,)], [3500, 500]), 4.6, 5.2),
    ):
        middle = 0.0 if points.min() < 0 else 0.5
        labels = (points[:, 0] > middle).astype(np.int32)
        centres = np.array([points[labels == side].mean(axis=0) for side in (0, 1)])
        assert least <= find_valleys(points, labels, centres, rng)[0, 1].depth <= most


def test_the_valley_between_equal_groups_four_sd_apart_worked_by_hand():
    # Density on the way: 2 phi(2) = 0.108 in the middle, phi(0) + phi(4) = 0.3991 at a centre.
    pair = Components(
        np.array([0.5, 0.5]),
        np.array([[0.0], [4.0]]),
        np.ones((2, 1, 1)),
        np.zeros(2, np.int32),
        0.0,
    )
    assert ridge_ratio(pair, 0, 1) == pytest.approx(0.108 / 0.3991, abs=0.002)


def test_humps_are_counted_at_three_levels_of_doubt():
    points = drawn([(0, 0), (12, 0)], [200, 200])
    starts = {1: points.mean(axis=0)[None], 2: np.array([[0.0, 0.0], [12.0, 0.0]])}
    humps = count_by_mixture(points, starts, np.random.default_rng(0))
    assert humps == (2, 2, 2)


@pytest.mark.slow
def test_groups_four_sd_apart_are_counted_right_and_natural():
    right, natural = [], []
    for seed in range(24):
        rng = np.random.default_rng(seed)
        d, k = int(rng.integers(2, 7)), int(rng.integers(2, 7))
        centres = [np.zeros(d)]
        while len(centres) < k:
            step = rng.normal(size=d)
            new = centres[int(rng.integers(len(centres)))] + 4.05 * step / np.linalg.norm(step)
            if min(np.linalg.norm(new - other) for other in centres) >= 4:
                centres.append(new)
        choice = choose_k(standardised(drawn(centres, rng.integers(40, 300, k), seed)))
        right.append(choice.k == k)
        natural.append(choice.verdict.kind == "natural")
    assert np.mean(right) >= 0.95
    assert np.mean(natural) >= 0.9
