"""How honest the confidence is where values are missing: what is said, and what comes true.

    python benchmarks/missing.py [FILE ...]

Complete customers are placed, then placed again with some of their features taken away by chance.
`right` is the share who stay in the segment that all their values gave; `said` is the mean
confidence, `filled` what it would be if the typical value were taken as known. Brier's score (lower
is better; Brier 1950) is beside each.
"""

from __future__ import annotations

import sys

import numpy as np
import polars as pl

import coterie as ct
from coterie.cluster.confidence import memberships
from coterie.tables.synthetic import make_campaign, make_customers


def main() -> None:
    """Print a line for each table and number of missing features."""
    rng = np.random.default_rng(3)
    blob = rng.normal(50.0, 10.0, (1_200, 4))
    sources = {
        "customers, 4 groups": make_customers(1_500, segments=4, seed=3)[0],
        "campaign, 4 groups": make_campaign(1_200, 4, seed=6)[0],
        "one Gaussian": pl.DataFrame({name: blob[:, j] for j, name in enumerate("abcd")}),
        **{path.rsplit("/", 1)[-1]: path for path in sys.argv[1:]},
    }
    print(f"{'':24} missing   right    said   Brier  filled   Brier")
    for name, source in sources.items():
        study = ct.segment(source, track=False)
        raw = np.column_stack(list(study.sample.raw.values()))
        for line in lines(study.segmentation, raw[~np.isnan(raw).any(axis=1)], rng):
            print(f"{name:24} {line}", flush=True)


def lines(model: ct.Segmentation, raw: np.ndarray, rng: np.random.Generator) -> list[str]:
    """Take 1, 2, all but one and all features away."""
    n, p = raw.shape
    whole = model.clustering.costs(model.scaling.matrix(raw)).argmin(axis=1)
    found = []
    for count in sorted({1, 2, p - 1, p}):
        away = np.argsort(rng.random((n, p)), axis=1) < count
        holed = np.where(away, np.nan, raw)
        costs = model.clustering.costs(model.scaling.matrix(holed))
        best = costs.argmin(axis=1)
        right = best == whole
        shares = model.known_spreads.memberships(model.scaling.alone(holed))
        said = shares[np.arange(n), best]
        filled = memberships(costs, model.temperature).max(axis=1)
        values = (right.mean(), said.mean(), ((said - right) ** 2).mean(), filled.mean(),
                  ((filled - right) ** 2).mean())  # fmt: skip
        found.append(f"{count:>3} of {p}" + "".join(f"{value:8.3f}" for value in values))
    return found


if __name__ == "__main__":
    main()
