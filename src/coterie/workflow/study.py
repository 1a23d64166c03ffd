"""Study: all that one training found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np
from numpy.typing import NDArray

from coterie.cluster.selection import KChoice
from coterie.config import RunConfig
from coterie.insight.profiles import Profiles
from coterie.insight.rules import Rules
from coterie.prepare.features import FeatureChoice
from coterie.prepare.mixing import told_features
from coterie.schema import Schema
from coterie.schema.notes import Note
from coterie.segmentation import Segment, Segmentation

if TYPE_CHECKING:
    from coterie.workflow.methods import Comparison
    from coterie.workflow.other_numbers import OtherNumber
    from coterie.workflow.pictures import Figures


@dataclass(frozen=True)
class Sample:
    """The customers that pictures draw: at most a few thousand, the same for every picture.

    Attributes
    ----------
    raw : dict of str to ndarray, each of shape (n,)
        Features in the customers' own units; NaN where missing.
    points : ndarray of float, shape (n, n_scaled)
        The same customers, scaled.
    labels : ndarray of int, shape (n,)
        Segment ids.
    """

    raw: Mapping[str, NDArray[np.float64]]
    points: NDArray[np.float64]
    labels: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Study:
    """All that one training found.

    Attributes
    ----------
    name : str
        Of the data.
    config : RunConfig
    kind : str
        What came in ("csv", "parquet", "pandas", "polars", "arrow" ...).
    rows, kept : int
        Rows read, and rows left after cleaning; the others are in `quarantine`.
    as_of : date or None
        The day ages and tenures are counted to.
    schema : Schema
        Of the table; `segmentation.described` adds the derived columns.
    notes : tuple of Note
        What was detected and decided, from reading to scaling.
    choice : FeatureChoice
        The features, and why each other column was left out.
    quality : KChoice
        Every k tried with its figures, the chosen one with its reason, the verdict.
    segmentation : Segmentation
    profiles : Profiles
    rules : Rules
    labelled : nw.LazyFrame
        Every kept row: cleaned and derived columns, ``segment_id``, ``segment``, ``confidence``.
    quarantine : nw.LazyFrame
        Every row that was dropped, with ``__reason__``.
    sample : Sample
    inertia : float
        Of all kept rows at the chosen centres, in squared scaled units.
    seconds : dict of str to float
        By stage.
    comparison : Comparison or None
        Of all methods, where the settings left the choice of one to it.
    """

    name: str
    config: RunConfig
    kind: str
    rows: int
    kept: int
    as_of: date | None
    schema: Schema
    notes: tuple[Note, ...]
    choice: FeatureChoice
    quality: KChoice
    segmentation: Segmentation
    profiles: Profiles
    rules: Rules
    labelled: nw.LazyFrame[Any]
    quarantine: nw.LazyFrame[Any]
    sample: Sample
    inertia: float
    seconds: dict[str, float] = field(default_factory=dict)
    comparison: Comparison | None = None

    @property
    def segments(self) -> tuple[Segment, ...]:
        """The segments that hold customers, in their canonical order.

        The cells of a grid that nobody is in yet come behind them, in the segmentation alone.
        """
        return tuple(s for s in self.segmentation.segments if s.size) or self.segmentation.segments

    @property
    def k(self) -> int:
        """How many segments there are."""
        return len(self.segments)

    @property
    def left_out(self) -> int:
        """Customers whom no segment reaches: their id is 0, and their segment "None"."""
        return self.kept - sum(segment.size for segment in self.segments)

    @cached_property
    def others(self) -> tuple[OtherNumber, ...]:
        """What changes with one segment fewer and with one more; empty where neither was tried."""
        from coterie.workflow.other_numbers import other_numbers

        return other_numbers(self)

    @cached_property
    def figures(self) -> Figures:
        """Every picture of the study, by name; each has `.frame()`, `.plot()` and `.png()`."""
        from coterie.workflow.pictures import Figures

        return Figures(self)

    def to_dict(self) -> dict[str, Any]:
        """Return the answer as plain JSON values, without rows of customers."""
        return {
            "customers": self.rows,
            "quarantined": self.rows - self.kept,
            "features": list(told_features(self.segmentation.features, self.segmentation.derived)),
            "method": self.segmentation.clustering.method,
            "k": self.k,
            "k_reason": self.quality.reason,
            "verdict": self.quality.verdict.kind,
            "verdict_reason": self.quality.verdict.sentence,
            "other_numbers": [{"k": one.k, "sentence": one.sentence} for one in self.others],
            "quality_on": self.quality.n_used,
            "quality": self.quality_rows(),
            "segments": [self._segment_row(segment) for segment in self.segments],
            "no_segment": {"size": self.left_out, "share": self.left_out / max(self.kept, 1)},
            "rules_fidelity": self.rules.fidelity,
            "rules_price": self.rules.price,
        }

    def quality_rows(self) -> list[dict[str, Any]]:
        """Return a row for each k tried, with every figure; None where one cannot be told.

        One segment, at which most figures are not defined, is told only if it is in use.
        """
        return quality_rows(self.quality, with_one=self.k == 1)

    def _segment_row(self, segment: Segment) -> dict[str, Any]:
        """Return one segment as plain JSON values."""
        keys = ("id", "name", "size", "share", "description", "advice")
        more = ("stability", "rule", "rule_precision", "rule_coverage", "facts", "archetype")
        plain = segment.to_dict()
        return {
            **{key: plain[key] for key in keys},
            "profile": dict(segment.profile),
            **{key: plain[key] for key in more},
        }


def quality_rows(quality: KChoice, *, with_one: bool) -> list[dict[str, Any]]:
    """Return a row for each k tried, from two segments on, or from one."""
    return [
        {key: _finite(value) for key, value in row._asdict().items()}
        for row in quality.table
        if row.k > 1 or with_one
    ]


def _finite(value: Any) -> Any:
    """Return a number fit for JSON, or None where it is not finite."""
    if value is None:
        return None
    number = value.item() if hasattr(value, "item") else value
    if isinstance(number, float) and not np.isfinite(number):
        return None
    return number
