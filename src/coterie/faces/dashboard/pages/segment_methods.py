"""The ways to find groups that the page offers: the one place where a new one is added."""

from __future__ import annotations

from typing import NamedTuple


class Method(NamedTuple):
    """A way to find groups.

    Attributes
    ----------
    key : str
        As the settings of a training call it.
    name, tells : str
        For people.
    """

    key: str
    name: str
    tells: str


METHODS: tuple[Method, ...] = (
    Method(
        "kmeans",
        "k-means",
        "Each customer belongs to the nearest centre: compact groups, and a placement that can "
        "be explained and repeated anywhere.",
    ),
)

SCALERS: dict[str, tuple[str, str]] = {
    "standard": ("Standard", "every feature spreads alike; right for most tables"),
    "robust": ("Robust", "by the middle half; for features with a few far values"),
    "minmax": ("Min-max", "from the smallest to the largest; keeps the shape of scores"),
}
"""Key in the settings -> its name, and what it does."""
