"""Categories beside numbers: each choice becomes a column of 1 and 0, weighed for its method."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import narwhals as nw
import numpy as np

from coterie.errors import ConfigError
from coterie.prepare.choosing import FeatureChoice
from coterie.prepare.derived import Derived
from coterie.prepare.sampling import draw_sample
from coterie.prepare.scaled import Floats, ScaledFeature, Scaling
from coterie.schema import Column, Schema
from coterie.schema.looking import floats
from coterie.schema.spelling import find_name, plain_name

Road = Literal["kprototypes", "famd"]

KNOWN = ("education", "marital_status", "gender")
"""Categories that take part by themselves where they are known by sight."""

MOST_CHOICES = 10
"""Choices of a category that count, the most frequent; rarer ones are like none of them."""

_MOST_CATEGORIES = 5
_SAMPLE_ROWS = 10_000
# Components of FAMD are kept up to this share of the inertia.
_KEPT = 0.8


@dataclass(frozen=True, eq=False)
class Mixed:
    """Numbers and categories, made ready together.

    Attributes
    ----------
    categories : tuple of str
    flags : tuple of Derived
        A column of 1 and 0 for each choice, category by category.
    sizes : tuple of int
        How many flags each category has.
    scaling : Scaling
        Of the numbers and the flags, in this order.
    """

    categories: tuple[str, ...]
    flags: tuple[Derived, ...]
    sizes: tuple[int, ...]
    scaling: Scaling


def part_asked(asked: Sequence[str], schema: Schema) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Part the features asked for into other columns and categories."""
    categories = [c.name for c in schema if c.kind == "category"]
    found = {wanted: find_name(wanted.strip(), schema.names) for wanted in asked}
    chosen = tuple(dict.fromkeys(name for name in found.values() if name in categories))
    return tuple(w for w in asked if found[w] not in categories), tuple(map(str, chosen))


def choose_categories(schema: Schema, asked: Sequence[str]) -> tuple[Column, ...]:
    """Return the categories that take part: those asked for, else known ones, else the first few.

    Raises
    ------
    ConfigError
        If one asked for is personal or an id, or there is none.
    """
    able = [c for c in schema if c.kind == "category" and not c.personal and len(c.choices) > 1]
    if asked:
        unfit = [name for name in asked if schema[name] not in able]
        if unfit:
            raise ConfigError(
                [
                    f"{', '.join(unfit)} cannot take part: it is personal, or has a single value. "
                    "Leave it out."
                ]
            )
        return tuple(schema[name] for name in asked)
    useful = [c for c in able if c.role == "feature" and len(c.choices) <= 2 * MOST_CHOICES]
    known = [c for c in useful if c.meaning in KNOWN]
    chosen = (known or useful)[:_MOST_CATEGORIES]
    if not chosen:
        raise ConfigError(
            [
                "The table has no category such as education, marital status or gender, so there "
                "is nothing to mix with its numbers. Choose kmeans."
            ]
        )
    return tuple(chosen)


def flags_of(columns: Sequence[Column], taken: Sequence[str]) -> tuple[tuple[Derived, ...], ...]:
    """Return for each category a column of 1 and 0 for each choice, the most frequent first."""
    used = {plain_name(name) for name in taken}
    groups = []
    for column in columns:
        flags = []
        for choice in column.choices[:MOST_CHOICES]:
            name = f"{column.name}_is_{choice}"
            while plain_name(name) in used:
                name += "_"
            used.add(plain_name(name))
            flag = Column(name, "flag", "feature", "", f"{column.label} is {choice}",
                          why=f"From {column.name}.")  # fmt: skip
            flags.append(Derived(flag, "is", (column.name,), {"choice": choice}))
        groups.append(tuple(flags))
    return tuple(groups)


def mix_scaling(
    scaling: Scaling, frame: nw.LazyFrame[Any], groups: Sequence[Sequence[Derived]], road: Road,
    *, pca: float | int | None = None,
) -> Scaling:  # fmt: skip
    """Return the scaling of numbers extended by the flags, weighed for the method.

    k-prototypes [1]_: two customers who differ in a category are gamma apart in squares, half the
    mean standard deviation of the scaled numbers. FAMD [2]_: a flag is centred and divided by the
    root of its share, so that a category weighs as a number does, and factors are taken of all.

    Parameters
    ----------
    scaling : Scaling
        Of the numbers, without PCA.
    frame : nw.LazyFrame
        With the numbers, the flags and ROW.
    groups : sequence of sequences of Derived
    road : {"kprototypes", "famd"}
    pca : float or int, optional
        Of FAMD: share of inertia, or number of factors, to keep; 0.8 if None.

    References
    ----------
    .. [1] Z. Huang, Data Mining and Knowledge Discovery 2:283-304, 1998.
    .. [2] J. Pagès, "Multiple Factor Analysis by Example Using R", 2014, chapter 3.
    """
    names = [flag.name for group in groups for flag in group]
    rows = int(frame.select(nw.len()).collect().item())
    drawn = draw_sample(frame, rows, _SAMPLE_ROWS, 0, [*scaling.features, *names])
    table = drawn.select(*(nw.col(n).cast(nw.Float64) for n in drawn.collect_schema().names()))
    held = table.collect()
    numbers = scaling.matrix(np.column_stack([floats(held, n) for n in scaling.features]))
    gamma = 0.5 * float(numbers.std(axis=0).mean())
    parts = list(scaling.parts)
    for group in groups:
        for index, flag in enumerate(group):
            share = max(float(np.nanmean(floats(held, flag.name))), 1e-6)
            centre, scale = (0.0, (gamma / 2) ** -0.5) if road == "kprototypes" else (
                share, share**0.5
            )  # fmt: skip
            # Choices come by frequency: a missing one is filled with the first, the commonest.
            typical = 1.0 if index == 0 else 0.0
            parts.append(ScaledFeature(flag.name, typical, "none", 0.0, 1.0, centre, scale))
    mixed = replace(scaling, parts=tuple(parts))
    if road == "kprototypes":
        return mixed
    points = mixed.matrix(np.column_stack([floats(held, part.name) for part in parts]))
    return replace(mixed, components=_factors(points, pca), mean=points.mean(axis=0))


def _factors(points: Floats, pca: float | int | None) -> Floats:
    """Return the directions of FAMD, shape (n_factors, n_columns), signs fixed."""
    values, vectors = np.linalg.eigh(np.cov(points, rowvar=False))
    order = np.argsort(-values, kind="stable")
    values, directions = np.maximum(values[order], 0.0), vectors[:, order].T
    if isinstance(pca, int):
        count = pca
    else:
        reached = np.cumsum(values) / values.sum()
        count = int(np.searchsorted(reached, (_KEPT if pca is None else pca) - 1e-12)) + 1
    kept = directions[: max(1, min(count, len(directions)))]
    largest = np.abs(kept).argmax(axis=1)
    return np.asarray(kept * np.sign(kept[np.arange(len(kept)), largest])[:, None])


def mixed_choice(choice: FeatureChoice, columns: Sequence[Column], flags: Sequence[Derived]) -> (
    FeatureChoice
):  # fmt: skip
    """Return the choice of features with the categories in it."""
    names = {column.name for column in columns}
    said = ", ".join(column.label for column in columns)
    return replace(
        choice,
        chosen=(*choice.chosen, *(flag.name for flag in flags)),
        left_out={name: why for name, why in choice.left_out.items() if name not in names},
        why=f"{choice.why} Categories that take part: {said}.",
    )


def told_features(features: Sequence[str], derived: Sequence[Derived]) -> tuple[str, ...]:
    """Return the features as people know them: a category for the flags of its choices."""
    behind = {d.name: d.inputs[0] for d in derived if d.op == "is"}
    return tuple(dict.fromkeys(behind.get(name, name) for name in features))
