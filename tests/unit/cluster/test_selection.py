"""The number of groups and the verdict: on planted groups, on none, and on hard tables."""

import numpy as np
import pytest

from coterie.cluster.selection import choose_k, find_elbow


def blobs(k, d, n, separation=6.0, seed=0):
    rng = np.random.default_rng(seed)
    corners = np.array(np.unravel_index(np.arange(k), (3,) * d)).T * separation
    return standardised(np.vstack([corner + rng.normal(size=(n, d)) for corner in corners]))


def standardised(points):
    return (points - points.mean(axis=0)) / points.std(axis=0)


NULLS = {
    "Gaussian": lambda rng: rng.normal(size=(400, 3)) @ rng.normal(size=(3, 3)),
    "uniform": lambda rng: rng.uniform(size=(400, 2)),
    "lognormal": lambda rng: np.exp(rng.normal(size=(400, 4))),
    "scores": lambda rng: rng.integers(1, 6, (400, 3)).astype(float),
}


def test_elbow_of_a_curve_worked_by_hand():
    # Scaled drops 0, 60/91, 88/91, 90/91, 1 against the line 0, 1/4, 1/2, 3/4, 1:
    # the widest gap is 88/91 - 1/2, at k = 3.
    assert find_elbow([1, 2, 3, 4, 5], [100, 40, 12, 10, 9]) == 3


def test_a_straight_or_rising_curve_has_no_elbow():
    assert find_elbow([1, 2, 3], [30, 20, 10]) is None
    assert find_elbow([1, 2, 3], [1, 2, 3]) is None


@pytest.mark.parametrize("ks", [[1, 2], [1, 3, 2], [1, 1, 2]])
def test_an_elbow_needs_three_increasing_numbers(ks):
    with pytest.raises(ValueError, match="3 strictly increasing"):
        find_elbow(ks, [3.0] * len(ks))


@pytest.mark.parametrize(("k", "d"), [(2, 2), (4, 2), (5, 3)])
def test_separated_groups_are_counted_and_natural(k, d):
    choice = choose_k(blobs(k, d, 60))
    assert (choice.k, choice.verdict.kind) == (k, "natural"), choice.votes


def test_a_grid_of_blobs_is_natural_although_shuffled_columns_look_like_it():
    choice = choose_k(blobs(9, 2, 50))
    assert (choice.k, choice.verdict.kind) == (9, "natural")


@pytest.mark.parametrize("name", NULLS)
def test_no_groups_are_not_natural(name):
    choice = choose_k(standardised(NULLS[name](np.random.default_rng(5))))
    assert choice.verdict.kind != "natural", choice.verdict
    assert choice.recommended_k >= 2


def test_two_moons_are_two_by_density():
    rng = np.random.default_rng(0)
    t = rng.uniform(0, np.pi, 250)
    upper = np.stack([np.cos(t), np.sin(t)], axis=1)
    lower = np.stack([1 - np.cos(t), 0.4 - np.sin(t)], axis=1)
    points = np.concatenate([upper, lower]) + rng.normal(0, 0.06, (500, 2))
    assert choose_k(standardised(points)).k == 2


def test_row_order_changes_nothing():
    points = blobs(3, 2, 30)
    one, other = choose_k(points), choose_k(np.random.default_rng(9).permutation(points))
    assert one.k == other.k
    assert one.table == other.table
    assert one.verdict == other.verdict


def test_a_far_row_gets_no_group_of_its_own():
    points = np.concatenate([blobs(4, 2, 60), [[60.0, -50.0], [80.0, 80.0]]])
    choice = choose_k(points)
    assert choice.k == 4
    assert choice.n_used == 240
    labels = choice.clusterings[4].assign(points).labels
    assert np.bincount(labels).min() >= 60


def test_k_overrules_and_the_verdict_still_speaks():
    choice = choose_k(blobs(4, 2, 40), k=14)
    assert (choice.k, choice.recommended_k) == (14, 4)
    assert choice.verdict.kind != "natural"
    assert "14" in choice.verdict.sentence
    assert choice.clusterings[14].n_clusters == 14


def test_one_group_can_be_asked_for():
    choice = choose_k(blobs(3, 2, 20), k=1)
    assert (choice.k, choice.verdict.kind) == (1, "constructed")


@pytest.mark.parametrize(
    "points",
    [
        np.ones((10, 2)),
        np.zeros((1, 3)),
        np.arange(3.0)[:, None],
        np.array([[0.0], [1.0]]),
        np.repeat([[0.0, 1.0], [2.0, 0.0], [5.0, 5.0]], 30, axis=0),
        np.column_stack([np.arange(50.0), np.zeros(50)]),
        np.random.default_rng(0).normal(size=(12, 5)),
    ],
)
def test_small_and_degenerate_tables_are_handled(points):
    choice = choose_k(points)
    assert 1 <= choice.k <= max(1, len(np.unique(points, axis=0)))
    assert choice.clusterings[choice.k].n_clusters == choice.k
    assert len(choice.reason.split(". ")) == 2


def test_a_shrunk_range_is_said():
    notes = [vote.note for vote in choose_k(np.arange(6.0)[:, None]).votes]
    assert any("too few" in note.lower() for note in notes)


@pytest.mark.parametrize(
    ("points", "options", "message"),
    [
        ([[1.0], [2.0]], {"k": 3}, "n_distinct_points=2 should be >= k=3"),
        ([[1.0], [2.0]], {"k": 0}, "k=0"),
        ([[1.0], [2.0]], {"k_min": 5, "k_max": 4}, "k_min=5"),
        ([[np.nan]], {}, "finite"),
        ([], {}, "shape"),
    ],
)
def test_misuse_is_refused(points, options, message):
    with pytest.raises(ValueError, match=message):
        choose_k(points, **options)


def test_progress_is_told_and_the_sample_is_bounded():
    told = []
    choice = choose_k(blobs(2, 2, 400), max_sample=300, progress=lambda *step: told.append(step))
    assert choice.n_used == len(choice.sample_index) <= 300
    assert {stage for stage, _ in told} >= {"trying numbers of groups", "resampling"}
    assert all(0 <= share <= 1 for _, share in told)


@pytest.mark.slow
@pytest.mark.parametrize("name", NULLS)
def test_many_tables_without_groups_are_hardly_ever_natural(name):
    kinds = [
        choose_k(standardised(NULLS[name](np.random.default_rng(seed)))).verdict.kind
        for seed in range(20)
    ]
    assert kinds.count("natural") <= 2
