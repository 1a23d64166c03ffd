"""From a source to scaled points: what looking for groups by any method begins with."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import narwhals as nw
import numpy as np
from numpy.typing import NDArray

from coterie.cluster.methods import METHODS
from coterie.config import AUTO, RunConfig
from coterie.errors import TooFewCustomersError
from coterie.prepare.cleaning import Cleaning, plan_cleaning
from coterie.prepare.features import FeatureChoice, choose_features
from coterie.prepare.mixing import part_asked
from coterie.prepare.sampling import draw_sample
from coterie.prepare.scaling import Scaling, fit_scaling
from coterie.schema import Schema
from coterie.workflow.explaining import feature_values
from coterie.workflow.mixing import add_categories
from coterie.workflow.opening import Opened, open_source, with_derived
from coterie.workflow.progress import Clock
from coterie.workflow.rfm import Cells, known_by_sight, make_cells, rfm_columns

FEWEST_CUSTOMERS = 10
# Rows drawn from a table that is larger than the sample: its centres are refined on the rest.
LARGEST_DRAWN = 4_000


@dataclass(frozen=True, eq=False)
class Prepared:
    """Customers made ready.

    Attributes
    ----------
    opened : Opened
    cleaning : Cleaning
    kept : nw.LazyFrame
        Rows left after cleaning, with the derived columns, held in memory.
    count : int
        How many those are.
    choice : FeatureChoice
    scaling : Scaling
    categories : tuple of str
        Categories that were asked for: only some methods take them.
    sizes : tuple of int
        How many columns each category has, at the end of the points.
    drawn : nw.LazyFrame
        The sample that is thought on.
    points : ndarray of float, shape (n_drawn, n_scaled)
    cells : Cells or None
        Of the RFM grid, where that is the method.
    """

    opened: Opened
    cleaning: Cleaning
    kept: nw.LazyFrame[Any]
    count: int
    choice: FeatureChoice
    scaling: Scaling
    categories: tuple[str, ...]
    sizes: tuple[int, ...]
    drawn: nw.LazyFrame[Any]
    points: NDArray[np.float64]
    cells: Cells | None = None

    @property
    def described(self) -> Schema:
        """The table's columns and the derived ones, without those for single choices."""
        derived = self.opened.derived
        return self.opened.schema.extended(tuple(d.column for d in derived if d.op != "is"))

    def suited(self, config: RunConfig) -> Prepared:
        """Return the same customers as the method asked for takes them.

        With categories among the features, or under the RFM grid.

        Raises
        ------
        ConfigError
            If the table has no columns for the method.
        """
        if METHODS[config.method].ruled:
            return self._under_grid(config)
        if not METHODS[config.method].mixed:
            return self
        joined = add_categories(
            self.opened, self.kept, self.choice, self.scaling, config, self.categories
        )
        return replace(
            self,
            opened=joined.opened,
            kept=joined.kept,
            choice=joined.choice,
            scaling=joined.scaling,
            sizes=joined.sizes,
            **_drawn(joined.kept, self.count, joined.scaling, config),
        )

    def _under_grid(self, config: RunConfig) -> Prepared:
        """Put the RFM grid over the customers, by its own three columns."""
        derived = self.opened.derived
        described = self.opened.schema.extended(tuple(d.column for d in derived))
        choice, scaling = self.choice, self.scaling
        asked = rfm_columns(described, config.features)
        if choice.chosen != asked or scaling.components is not None:
            choice = choose_features(self.kept, described, derived, asked=asked)
            scaling = fit_scaling(self.kept, described, choice.chosen, scaler=config.scaler)
        cells, scaling = make_cells(self.kept, choice.chosen, scaling, config)
        # How values are capped or put on a log scale does not matter to a grid.
        told = tuple(note for note in scaling.notes if note.topic in ("constant", "imputed"))
        scaling = replace(scaling, notes=told)
        return replace(
            self,
            choice=choice if config.features else known_by_sight(choice),
            scaling=scaling,
            cells=cells,
            **_drawn(self.kept, self.count, scaling, config),
        )


def prepare(source: Any, config: RunConfig, schema: Schema | None, clock: Clock) -> Prepared:
    """Read, clean, choose and scale features, and draw the sample: numbers only.

    Raises
    ------
    InputError
        As `training.train`.
    """
    with clock.stage("read"):
        opened = open_source(
            source,
            schema=schema,
            dates=config.dates,
            as_of=config.as_of,
            asked=config.features,
        )
    with clock.stage("clean"):
        cleaning = plan_cleaning(opened.frame, opened.schema, as_of=opened.as_of)
        kept, count = with_derived(cleaning.apply(opened.frame), opened.derived)
        _enough(count, opened.rows)
    described = opened.schema.extended(tuple(d.column for d in opened.derived))
    with clock.stage("features"):
        takes = config.method == AUTO or METHODS[config.method].mixed
        asked, categories = (
            part_asked(config.features, described) if takes else (config.features, ())
        )
        if config.method != AUTO and METHODS[config.method].ruled:
            asked = rfm_columns(described, config.features)
        choice = choose_features(kept, described, opened.derived, asked=asked)
        if not config.impute:
            cleaning = cleaning.requiring(choice.chosen, opened.derived)
            kept, count = with_derived(cleaning.apply(opened.frame), opened.derived)
            _enough(count, opened.rows)
        # FAMD takes its factors of numbers and categories together.
        pca = None if config.method in ("famd", "kprototypes") else config.pca
        scaling = fit_scaling(kept, described, choice.chosen, scaler=config.scaler, pca=pca)
        return Prepared(
            opened=opened,
            cleaning=cleaning,
            kept=kept,
            count=count,
            choice=choice,
            scaling=scaling,
            categories=categories,
            sizes=(),
            **_drawn(kept, count, scaling, config),
        )


def _drawn(
    kept: nw.LazyFrame[Any], count: int, scaling: Scaling, config: RunConfig
) -> dict[str, Any]:
    """Draw the sample, and scale it."""
    size = config.sample if count <= config.sample else min(config.sample, LARGEST_DRAWN)
    drawn = draw_sample(kept, count, size, config.seed)
    return {"drawn": drawn, "points": scaling.matrix(feature_values(drawn, scaling.features))}


def _enough(kept: int, rows: int) -> None:
    """Raise if too few customers are left to look for groups."""
    if kept < FEWEST_CUSTOMERS:
        dropped = f", {rows - kept} of {rows} rows were set aside" if kept < rows else ""
        raise TooFewCustomersError(
            f"{kept} customers are too few to look for groups{dropped}. "
            f"Give a table of at least {FEWEST_CUSTOMERS} customers."
        )
