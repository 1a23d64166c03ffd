"""Categories beside numbers, for the methods that take both."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import narwhals as nw

from coterie.config import RunConfig
from coterie.prepare.features import FeatureChoice
from coterie.prepare.mixing import choose_categories, flags_of, mix_scaling, mixed_choice
from coterie.prepare.scaling import Scaling
from coterie.workflow.opening import Opened


class Joined(NamedTuple):
    """What training goes on with: see its variables of the same names."""

    opened: Opened
    kept: nw.LazyFrame[Any]
    choice: FeatureChoice
    scaling: Scaling
    sizes: tuple[int, ...]


def add_categories(
    opened: Opened,
    kept: nw.LazyFrame[Any],
    choice: FeatureChoice,
    scaling: Scaling,
    config: RunConfig,
    categories: tuple[str, ...],
) -> Joined:
    """Add a column of 1 and 0 for each choice of each category, scaled for the method.

    Raises
    ------
    ConfigError
        If a category cannot take part, or there is none.
    """
    columns = choose_categories(opened.schema, categories)
    groups = flags_of(columns, kept.collect_schema().names())
    flags = tuple(flag for group in groups for flag in group)
    held = kept.with_columns(*(flag.expression() for flag in flags)).collect("polars").lazy()
    return Joined(
        replace(opened, derived=(*opened.derived, *flags)),
        held,
        mixed_choice(choice, columns, flags),
        mix_scaling(
            scaling,
            held,
            groups,
            "famd" if config.method == "famd" else "kprototypes",
            pca=config.pca,
        ),
        tuple(len(group) for group in groups),
    )
