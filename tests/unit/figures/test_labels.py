from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from coterie.figures.labels import place_labels

SPOT = st.tuples(st.floats(0, 800), st.floats(0, 400))


def covered(a, b):
    across = min(a[2], b[2]) - max(a[0], b[0])
    return max(0.0, across) * max(0.0, min(a[3], b[3]) - max(a[1], b[1]))


def boxes(found, sizes):
    return [
        (x - w / 2, y - h / 2, x + w / 2, y + h / 2)
        for (x, y), (w, h) in zip(found, sizes, strict=True)
    ]


@given(st.lists(SPOT, max_size=12))
def test_labels_stay_inside_the_picture(spots):
    sizes = [(120.0, 18.0)] * len(spots)
    for left, top, right, bottom in boxes(place_labels(spots, sizes, (800, 400)), sizes):
        assert left >= -1e-9
        assert top >= -1e-9
        assert right <= 800 + 1e-9
        assert bottom <= 400 + 1e-9


def test_names_of_neighbours_do_not_cover_each_other():
    spots = [(400.0, 200.0), (410.0, 205.0), (395.0, 190.0), (405.0, 215.0)]
    sizes = [(100.0, 16.0)] * 4
    placed = boxes(place_labels(spots, sizes, (800, 400)), sizes)
    assert all(covered(a, b) == 0 for a, b in combinations(placed, 2))
