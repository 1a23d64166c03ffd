"""From placed customers to segments with names, facts and rules, bound into a Segmentation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
from numpy.typing import NDArray

from coterie.cluster.base import Clustering
from coterie.cluster.confidence import Refits
from coterie.cluster.density import DensityClustering
from coterie.cluster.selection import KChoice
from coterie.config import RunConfig
from coterie.insight.naming import SegmentText, name_segments
from coterie.insight.profiles import Profiles, profile_segments
from coterie.insight.rules import NO_RULE, Rules, grow_rules
from coterie.prepare.cleaning import Cleaning
from coterie.prepare.mixing import told_features
from coterie.prepare.scaling import Scaling
from coterie.schema import Schema
from coterie.segmentation import Segment, Segmentation
from coterie.workflow.opening import Opened
from coterie.workflow.rfm import Cells
from coterie.workflow.study import Sample

FACTS = 6
NOTHING_APART = "Near the average in everything"


@dataclass(frozen=True, eq=False)
class Fitted:
    """What the fit gave: how to scale, what the clusters are, how sure a placement is."""

    scaling: Scaling
    clustering: Clustering
    refits: Refits


def feature_values(frame: nw.LazyFrame[Any], names: tuple[str, ...]) -> NDArray[np.float64]:
    """Return columns as an array of shape (n_rows, n_names), NaN where a value is missing."""
    columns = frame.select(*(nw.col(name).cast(nw.Float64) for name in names)).collect("polars")
    return np.column_stack([columns.get_column(name).to_numpy() for name in names])


def explain(
    opened: Opened,
    config: RunConfig,
    cleaning: Cleaning,
    fitted: Fitted,
    quality: KChoice,
    placed: nw.LazyFrame[Any],
    drawn: nw.LazyFrame[Any],
    cells: Cells | None = None,
) -> tuple[Segmentation, Profiles, Rules, Sample]:
    """Describe, name and explain the segments, and bind all into a Segmentation.

    The cells of a grid have names, advice and rules of their own.
    """
    described = opened.schema.extended(tuple(d.column for d in opened.derived))
    features = fitted.scaling.features
    # Segments are described by a category, not by each of its choices as well.
    known = opened.schema.extended(tuple(d.column for d in opened.derived if d.op != "is"))
    told = told_features(features, opened.derived)
    profiles = profile_segments(placed, known, features=told)
    given = cells.names() if cells else config.names
    texts = name_segments(profiles, known, features=told, given=given)
    sample = _sample(drawn, fitted)
    if cells is None:
        rules = _rules(sample, fitted, described, config.seed)
    else:
        raw = fitted.scaling.filled(np.column_stack(list(sample.raw.values())))
        texts, rules = cells.told(texts), cells.rules(described, raw)
    segmentation = Segmentation(
        schema=opened.schema,
        cleaning=cleaning,
        derived=opened.derived,
        scaling=fitted.scaling,
        clustering=fitted.clustering,
        temperature=fitted.refits.temperature,
        segments=_segments(texts, profiles, rules, sample, fitted, cells),
        rules=rules,
        ranges=_ranges(placed, described, features, opened),
        k_reason=quality.reason,
        verdict={
            "kind": quality.verdict.kind,
            "sentence": quality.verdict.sentence,
            "meaning": quality.verdict.meaning,
        },
        provenance=_provenance(opened, config, cells),
    )
    return segmentation, profiles, rules, sample


def _sample(drawn: nw.LazyFrame[Any], fitted: Fitted) -> Sample:
    """Hold the drawn customers as arrays for rules and pictures."""
    raw = feature_values(drawn, fitted.scaling.features)
    points = fitted.scaling.matrix(raw)
    labels = fitted.clustering.assign(points).labels.astype(np.int64) + 1
    columns = {name: raw[:, j] for j, name in enumerate(fitted.scaling.features)}
    return Sample(raw=columns, points=points, labels=labels)


def _ranges(
    placed: nw.LazyFrame[Any], described: Schema, features: tuple[str, ...], opened: Opened
) -> dict[str, tuple[float, float]]:
    """Return the smallest and largest value of each feature and each number behind it."""
    behind = {d.column.name: d.inputs for d in opened.derived}
    types = placed.collect_schema()
    names = dict.fromkeys(
        name
        for feature in features
        for name in (feature, *behind.get(feature, ()))
        if described[name].numeric and types[name] != nw.String
    )
    bounds = placed.select(
        *(nw.col(n).min().cast(nw.Float64).alias(f"{n}__low") for n in names),
        *(nw.col(n).max().cast(nw.Float64).alias(f"{n}__high") for n in names),
    ).collect("polars")
    row = {name: bounds.get_column(name)[0] for name in bounds.columns}
    return {
        name: (float(row[f"{name}__low"]), float(row[f"{name}__high"]))
        for name in names
        if row[f"{name}__low"] is not None
    }


def _provenance(opened: Opened, config: RunConfig, cells: Cells | None) -> dict[str, Any]:
    """Say what the model was made from: no time in it, so that a repeat gives the same bytes."""
    libraries = ("coterie", "narwhals", "numpy", "polars", "scikit-learn", "scipy")
    return {
        "data": {"name": opened.name, "fingerprint": opened.fingerprint, "rows": opened.rows},
        "settings": config.to_dict(),
        "as_of": opened.as_of.isoformat() if opened.as_of else None,
        "versions": {library: _version(library) for library in libraries},
        **({"rfm_grid": cells.grid.to_dict()} if cells else {}),
    }


def _version(library: str) -> str:
    """Return an installed version; hosts may run the source as it is, which has none."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(library)
    except PackageNotFoundError:
        return "not installed"


def _rules(sample: Sample, fitted: Fitted, described: Schema, seed: int) -> Rules:
    """Grow the tree that tells the segments apart, over features in the customers' units."""
    raw = np.column_stack(list(sample.raw.values()))
    # Of dense groups of any shape a centre says nothing, so there is no price in inertia.
    centred = not fitted.clustering.leaves_out
    return grow_rules(
        fitted.scaling.filled(raw),
        sample.labels,
        schema=described,
        columns=fitted.scaling.features,
        seed=seed,
        points=sample.points if centred else None,
        centres=fitted.clustering.centres if centred else None,
    )


def _away(own: NDArray[np.float64], clustering: Clustering, index: int) -> NDArray[np.float64]:
    """Return how far a segment's customers are from it, as placing measures a new one."""
    if isinstance(clustering, DensityClustering):
        # A core customer of the training is no distance from itself: a new one is beside others.
        return clustering.gaps(index)
    return clustering.distances(own)[:, index]


def _segments(
    texts: tuple[SegmentText, ...],
    profiles: Profiles,
    rules: Rules,
    sample: Sample,
    fitted: Fitted,
    cells: Cells | None,
) -> tuple[Segment, ...]:
    """Bind what was found of each segment; empty cells come last."""
    raw = np.column_stack(list(sample.raw.values()))
    free = fitted.scaling.matrix(raw, capped=False)
    segments = []
    for text in texts:
        profile = profiles[text.id]
        rule = next((rule for rule in rules.rules if rule.segment == text.id), None)
        own = free[sample.labels == text.id]
        away = _away(own, fitted.clustering, text.id - 1)
        quantiles = np.quantile(away, [0.5, 0.9, 0.99]) if len(away) else np.zeros(3)
        facts = [fact.sentence for fact in profile.telling(FACTS)] or [NOTHING_APART]
        means = {
            name: profile.numbers[name].mean
            for name in profiles.features
            if name in profile.numbers
        }
        segments.append(
            Segment(
                id=text.id,
                name=text.name,
                description=text.description,
                advice=text.advice,
                archetype=text.archetype,
                size=profile.size,
                share=profile.share,
                stability=float(fitted.refits.stability[text.id - 1]),
                facts=tuple(facts),
                rule=rule.text if rule else NO_RULE,
                rule_precision=rule.precision if rule else None,
                rule_coverage=rule.coverage if rule else None,
                profile={name: mean for name, mean in means.items() if mean is not None},
                distances=(float(quantiles[0]), float(quantiles[1]), float(quantiles[2])),
            )
        )
    empty = cells.empty(rules, tuple(segments)) if cells else ()
    return (*segments, *empty)
