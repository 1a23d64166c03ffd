"""The ways to find groups that the page offers."""

from __future__ import annotations

from coterie.cluster.methods import METHODS as ENGINES
from coterie.cluster.methods import Method
from coterie.config import AUTO

METHODS: dict[str, Method] = {
    **ENGINES,
    AUTO: Method(
        AUTO,
        "Compare all of them",
        "Every method is tried on the same customers, and the one recommended is taken; this "
        "takes several times as long.",
    ),
}
"""Key in the settings -> method, the usual one first."""

SCALERS: dict[str, tuple[str, str]] = {
    "standard": ("Standard", "every feature spreads alike; right for most tables"),
    "robust": ("Robust", "by the middle half; for features with a few far values"),
    "minmax": ("Min-max", "from the smallest to the largest; keeps the shape of scores"),
}
"""Key in the settings -> its name, and what it does."""
