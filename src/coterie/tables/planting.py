"""What all generated tables share: the source of chance, and who belongs to which group."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from coterie.errors import ConfigError

MOST_SEGMENTS = 12
"""Planted groups that there are centres for."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def checked_rng(rows: int, segments: int, seed: int) -> np.random.Generator:
    """Return the source of chance, or tell every fault of the request."""
    faults = []
    if rows < 1:
        faults.append(f"A sample has 1 row or more; {rows} were asked for.")
    if not 1 <= segments <= MOST_SEGMENTS:
        faults.append(f"A sample has 1 to {MOST_SEGMENTS} segments; {segments} were asked for.")
    elif 1 <= rows < segments:
        faults.append(f"{segments} segments need at least {segments} rows; there are {rows}.")
    if seed < 0:
        faults.append(f"The seed must be 0 or more; it is {seed}.")
    if faults:
        raise ConfigError(faults)
    return np.random.default_rng(seed)


def plant_groups(rng: np.random.Generator, rows: int, segments: int) -> Ints:
    """Return a group (from 0) for each row; sizes differ, and none is empty. Shape (rows,)."""
    weights = 1.0 + rng.random(segments)
    spare = rows - segments
    shares = np.floor(weights / weights.sum() * spare).astype(np.int64) + 1
    shares[: rows - shares.sum()] += 1
    return rng.permutation(np.repeat(np.arange(segments), shares))
