"""A grid of fixed breaks as clusters."""

from __future__ import annotations

import numpy as np
import pytest

from coterie.cluster.grid import GridClustering
from coterie.cluster.grid_choice import choose_grid, refit_grid

# Two scores each: recency up to 1 is score 2. Cells: good, gone, and new.
BREAKS = np.array([[1.0], [2.0], [3.0]])
CELLS = np.array([[2, 2, 2, 2], [1, 1, 1, 2], [2, 2, 1, 1]])
CENTRES = np.array([[0.0, 3.0, 4.0], [2.0, 1.0, 1.0], [0.0, 1.0, 1.0]])
GRID = GridClustering(BREAKS, BREAKS, CELLS, CENTRES)


def test_cells_worked_by_hand():
    points = [
        [1.0, 9.0, 9.0],  # scores 2, 2, 2
        [1.1, 9.0, 9.0],  # scores 1, 2, 2
        [0.0, 2.0, 3.0],  # scores 2, 1, 1: values on a break are not above it
        [0.0, 2.0, 9.0],  # scores 2, 1, 2: the mean of 1 and 2 is rounded up
    ]
    assert GRID.assign(points).labels.tolist() == [0, 1, 2, 0]


def test_by_frequency_alone_money_does_not_count():
    alone = GridClustering(BREAKS, BREAKS, CELLS, CENTRES, both=False)
    assert alone.assign([[0.0, 2.0, 9.0]]).labels.tolist() == [2]


def test_costs_are_squared_distances_to_the_nearest_edge():
    # Scores 2, 2, 2. To cell 1: recency must rise by 0.5. To cell 2: both others must fall, by 3
    # and by 4, for one alone leaves a mean of two.
    costs = GRID.costs([[0.5, 5.0, 7.0]])
    assert costs[0] == pytest.approx([0.0, 0.25, 9.0 + 16.0])
    placed = GRID.assign([[0.5, 5.0, 7.0]])
    assert (placed.labels[0], placed.runner_up[0]) == (0, 1)


def test_one_own_cell_is_the_cheapest_even_on_its_edge():
    costs = GRID.costs([[1.0, 2.0, 3.0], [1.0, 5.0, 5.0]])
    assert (
        costs.argmin(axis=1).tolist() == GRID.cell_of([[1.0, 2.0, 3.0], [1.0, 5.0, 5.0]]).tolist()
    )
    assert (np.sort(costs, axis=1)[:, 1] > 0).all()


def test_distances_are_measured_from_half_way_between_the_values_either_side():
    # Whole purchases: nobody is between 1 and 2, so one purchase is not on the edge of two.
    breaks, edges = np.array([[1.0], [1.0], [1.0]]), np.array([[1.5], [1.5], [1.5]])
    grid = GridClustering(breaks, edges, CELLS, CENTRES)
    assert grid.costs([[1.0, 9.0, 9.0]])[0, 1] == pytest.approx(0.25)


def test_equal_breaks_pass_a_score_over():
    breaks = np.array([[1.0, 2.0], [1.0, 1.0], [1.0, 2.0]])
    cells = np.array([[1, 3, 1, 1], [1, 3, 2, 2], [1, 3, 3, 3]])
    grid = GridClustering(breaks, breaks, cells, np.zeros((3, 3)), both=False)
    assert grid.assign([[0.0, 1.0, 0.0], [0.0, 1.5, 0.0]]).labels.tolist() == [0, 2]
    assert np.isinf(grid.costs([[0.0, 1.0, 0.0]])[0, 1])


def test_a_value_equal_to_a_break_but_for_its_last_digit_is_not_above_it():
    near = np.nextafter(1.0, 2.0)
    assert GRID.cell_of([[near, 9.0, 9.0]]).tolist() == [0]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"breaks": np.ones((2, 1))}, r"shape \(3, n_scores - 1\)"),
        ({"breaks": np.array([[2.0, 1.0]] * 3), "edges": np.ones((3, 2))}, "must ascend"),
        ({"edges": np.ones((3, 2))}, "do not fit"),
        ({"centres": np.zeros((2, 3))}, "do not fit centres"),
        ({"centres": np.full((3, 3), np.nan)}, "finite"),
        ({"cells": CELLS[:2], "centres": CENTRES[:2]}, "leave out scores"),
        ({"cells": np.array([[2, 2, 1, 2], [1, 1, 1, 2], [2, 2, 1, 1]])}, "twice"),
    ],
)
def test_what_is_no_grid_is_refused(changes, said):
    parts = {"breaks": BREAKS, "edges": BREAKS, "cells": CELLS, "centres": CENTRES} | changes
    with pytest.raises(ValueError, match=said):
        GridClustering(**parts)


def test_points_of_another_width_are_refused():
    with pytest.raises(ValueError, match="n_features=3"):
        GRID.assign([[1.0, 2.0]])


def test_another_order_is_the_same_grid():
    turned = GRID.reordered([2, 0, 1])
    points = np.random.default_rng(0).uniform(0, 5, (50, 3))
    assert (np.array([2, 0, 1])[turned.cell_of(points)] == GRID.cell_of(points)).all()


def drawn(n: int = 600) -> np.ndarray:
    return np.random.default_rng(1).standard_normal((n, 3))


def even_grid(points: np.ndarray) -> GridClustering:
    breaks = np.quantile(points, [0.5], axis=0).T
    return GridClustering(breaks, breaks, CELLS, np.zeros((3, 3)))


def test_the_verdict_on_a_rule_is_constructed_even_where_there_are_groups():
    points = np.concatenate([drawn() * 0.1 - 5, drawn() * 0.1 + 5])
    found = choose_grid(points, even_grid(points), moves=True)
    assert found.verdict.kind == "constructed"
    assert "rule" in found.verdict.sentence
    assert found.verdict.meaning.startswith("A grid is a rule")


def test_given_breaks_make_every_placement_sure_and_quantiles_do_not():
    points = drawn()
    grid = even_grid(points)
    given = refit_grid(points, grid, moves=False, seed=0)
    assert given.stability.tolist() == [1.0, 1.0, 1.0]
    put = refit_grid(points, grid, moves=True, seed=0)
    assert ((put.stability > 0.7) & (put.stability < 1.0)).all()
    assert put.temperature > given.temperature


def test_confidence_is_how_often_other_quantiles_place_the_same():
    from coterie.cluster.confidence import memberships

    points = drawn(1500)
    grid = even_grid(points)
    sure = memberships(
        grid.costs(points), refit_grid(points, grid, moves=True, seed=0).temperature
    ).max(axis=1)
    own, same = grid.cell_of(points), np.zeros(len(points))
    rng = np.random.default_rng(5)
    for _ in range(40):
        other = even_grid(points[rng.integers(0, len(points), len(points))])
        same += (other.cell_of(points) == own) / 40
    for low, high in ((0.4, 0.7), (0.7, 0.9), (0.9, 1.01)):
        band = (sure >= low) & (sure < high)
        assert same[band].mean() == pytest.approx(sure[band].mean(), abs=0.12)
