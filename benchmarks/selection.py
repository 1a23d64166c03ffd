"""How often is the number of groups right, and the verdict? Generated data, one command.

::

    python benchmarks/selection.py --cases 30

prints how often Coterie's number of groups is the planted one, beside what the elbow, the
silhouette, Davies-Bouldin, Calinski-Harabasz and the gap statistic alone would have chosen on
the same data; and how often the verdict is *natural*, with groups and without. A case takes
about a second on one core; every case follows from its number, so the run repeats exactly.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import NamedTuple

import narwhals as nw
import numpy as np
import polars as pl
from numpy.typing import NDArray

from coterie.cluster.selection import KChoice, choose_k
from coterie.prepare.scaling import fit_scaling
from coterie.schema.infer import infer_schema

Floats = NDArray[np.float64]
SEPARATIONS = (3.0, 4.0, 5.0, 6.0)
STYLES = (
    "equal spheres",
    "unequal shares",
    "shares 1, 1/2, 1/3 ...",
    "several sizes",
    "ellipsoids",
)
SIZES = (100, 250, 500, 1000, 2000, 5000)


class Case(NamedTuple):
    """One generated table: scaled points, how many groups were planted, and its families."""

    points: Floats
    n_groups: int
    families: tuple[str, ...]


def standardised(points: Floats) -> Floats:
    """Return the points with every column at mean 0 and standard deviation 1."""
    spread = points.std(axis=0)
    return (points - points.mean(axis=0)) / np.where(spread > 0, spread, 1.0)


def prepared(points: Floats) -> Floats:
    """Return the points as a run would fit them: logs and caps where Coterie chooses them."""
    names = [f"spend_{column}" for column in range(points.shape[1])]
    frame = pl.DataFrame(dict(zip(names, points.T, strict=True))).with_row_index("__row__")
    lazy = nw.from_native(frame.with_columns(pl.col("__row__").cast(pl.Int64)).lazy())
    return fit_scaling(lazy, infer_schema(lazy)[0], names).matrix(points)


def mixture(number: int, separation: float) -> Case:
    """Draw 2 to 8 Gaussian groups in 2 to 8 columns, 100 to 5,000 rows.

    All centres are at least `separation` within-group standard deviations apart, the wider of
    each two groups counting; in half of the cases each is hardly farther from its nearest.
    """
    rng = np.random.default_rng([number, round(10 * separation)])
    d, k, style = int(rng.integers(2, 9)), int(rng.integers(2, 9)), STYLES[number % len(STYLES)]
    n = int(np.exp(rng.uniform(np.log(max(100, 25 * k)), np.log(5000))))
    share = np.full(k, 1 / k)
    if style == "unequal shares":
        share = rng.dirichlet(np.full(k, 1.5))
    elif style.startswith("shares"):
        share = rng.permutation(1 / np.arange(1, k + 1))
    share = np.maximum(share / share.sum(), 0.04 if n < 1000 else 0.025)
    spread = rng.uniform(0.5, 1.0, k) if style == "several sizes" else np.ones(k)
    centres = _apart(rng, spread, d, separation, touching=bool(number // len(STYLES) % 2))
    groups = []
    for centre, sd, size in zip(centres, spread, share / share.sum() * n, strict=True):
        offset = rng.normal(size=(max(int(size), 8), d))
        if style == "ellipsoids":
            offset = (offset * rng.uniform(0.5, 1.0, d)) @ np.linalg.qr(rng.normal(size=(d, d)))[0]
        groups.append(centre + sd * offset)
    points = standardised(rng.permutation(np.vstack(groups)))
    families = [f"groups {separation:g} sd apart"]
    if separation >= 4:
        families.append(f"4 sd and more, {style}")
    return Case(points, k, tuple(families))


def _apart(
    rng: np.random.Generator, spread: Floats, d: int, separation: float, *, touching: bool
) -> list[Floats]:
    """Draw centres until each is far enough from all; the box grows when it is full."""
    centres: list[Floats] = []
    side, failed = separation, 0
    while len(centres) < len(spread):
        mine = spread[len(centres)]
        drawn = rng.uniform(-side, side, d)
        if touching and centres:
            other = int(rng.integers(len(centres)))
            step = rng.normal(size=d)
            step *= separation * max(mine, spread[other]) / np.linalg.norm(step)
            drawn = centres[other] + step * rng.uniform(1.0, 1.1)
        if all(
            np.linalg.norm(drawn - other) >= 0.9999 * separation * max(mine, sd)
            for other, sd in zip(centres, spread, strict=False)
        ):
            centres.append(drawn)
            continue
        failed += 1
        if failed % 200 == 0:
            side *= 1.15
    return centres


NullMaker = Callable[[np.random.Generator, Floats], Floats]
NULLS: dict[str, NullMaker] = {
    "correlated Gaussian": lambda _rng, z: z,
    "uniform": lambda rng, z: rng.uniform(size=z.shape),
    "lognormal": lambda rng, z: np.exp(z * rng.uniform(0.4, 1.1)),
    "lognormal, logged": lambda rng, z: np.log1p(1000 * np.exp(z * rng.uniform(0.4, 1.1))),
    "exponential": lambda rng, z: rng.exponential(size=z.shape),
    "scores 1-5": lambda rng, z: rng.integers(1, 6, z.shape).astype(float),
    "scores 1-10": lambda rng, z: rng.integers(1, 11, z.shape).astype(float),
    "correlated scores 1-5": lambda _rng, z: np.clip(np.round(3 + z), 1, 5),
    "heavy tails (t, 3 to 5)": lambda rng, z: (
        z / np.sqrt(rng.chisquare(df := rng.integers(3, 6), (len(z), 1)) / df)
    ),
    "counts with zeros": lambda rng, z: rng.poisson(np.exp(0.5 * z + 0.5)).astype(float),
}


def without_groups(kind: str, number: int) -> Case:
    """Draw a table of 2 to 8 columns without groups; every second one goes through preparing."""
    rng = np.random.default_rng([number, list(NULLS).index(kind)])
    d, n = int(rng.integers(2, 9)), SIZES[(number // 2) % len(SIZES)]
    mixing = rng.normal(size=(d, d)) * rng.uniform(0, 1) + np.eye(d)
    latent = rng.normal(size=(n, d)) @ mixing.T
    raw = NULLS[kind](rng, latent / latent.std(axis=0))
    points = prepared(raw) if number % 2 else standardised(raw)
    return Case(points, 1, (f"none: {kind}", f"none: {n} rows"))


def cases(wanted: int) -> Iterator[Case]:
    """Yield `wanted` mixtures of each separation and half as many tables of each null, in turn."""
    for number in range(wanted):
        for separation in SEPARATIONS:
            yield mixture(number, separation)
        for kind in list(NULLS)[number % 2 :: 2]:
            yield without_groups(kind, number // 2)


def criteria(choice: KChoice) -> dict[str, int | None]:
    """Return what Coterie chose, and what single criteria would have."""
    said = {vote.criterion: vote.k for vote in choice.votes}
    names = ("silhouette", "Davies-Bouldin", "Calinski-Harabasz", "gap")
    return {
        "Coterie": choice.recommended_k,
        "elbow": choice.elbow,
        **{name: said.get(name) for name in names},
    }


def main() -> None:
    """Run all cases and print one line a family."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=20, help="mixtures of each separation")
    parser.add_argument("--minutes", type=float, default=60, help="print what is done by then")
    options = parser.parse_args()
    right: dict[str, dict[str, list[bool]]] = defaultdict(lambda: defaultdict(list))
    natural: dict[str, list[bool]] = defaultdict(list)
    began = time.perf_counter()
    count = 0
    for case in cases(options.cases):
        if time.perf_counter() - began > 60 * options.minutes:
            break
        choice = choose_k(case.points)
        count += 1
        for family in case.families:
            natural[family].append(choice.verdict.kind == "natural")
            for name, k in criteria(choice).items():
                right[family][name].append(k == case.n_groups)
    names = ("Coterie", "elbow", "silhouette", "Davies-Bouldin", "Calinski-Harabasz", "gap")
    print("| family | cases | natural | " + " | ".join(f"right k: {name}" for name in names) + " |")
    print("| --- " * (3 + len(names)) + "|")
    for family in sorted(natural):
        cells = [family, str(len(natural[family])), f"{np.mean(natural[family]):.0%}"]
        none = family.startswith("none")
        cells += ["" if none else f"{np.mean(right[family][name]):.0%}" for name in names]
        print("| " + " | ".join(cells) + " |")
    print(f"\n{count} cases in {time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()
