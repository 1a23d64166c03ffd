"""Train: from a table to a Study, stage by stage."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from dataclasses import replace
from typing import Any

import narwhals as nw
import numpy as np
from numpy.typing import NDArray

from coterie.cluster.base import CentreClustering, Clustering
from coterie.cluster.halving import refine_in_batches
from coterie.cluster.kmeans import lloyd_step, polish
from coterie.cluster.methods import METHODS
from coterie.cluster.threads import one_thread
from coterie.config import RunConfig
from coterie.errors import TooFewCustomersError
from coterie.figures.painting import paint_all
from coterie.insight.naming import order_segments
from coterie.insight.profiles import profile_segments
from coterie.prepare.cleaning import plan_cleaning
from coterie.prepare.features import choose_features
from coterie.prepare.mixing import part_asked, told_features
from coterie.prepare.sampling import draw_sample
from coterie.prepare.scaling import Scaling, fit_scaling
from coterie.schema import Schema
from coterie.segmentation import name_expression, place_rows
from coterie.workflow.explaining import Fitted, explain, feature_values
from coterie.workflow.grouping import find_groups
from coterie.workflow.mixing import add_categories
from coterie.workflow.opening import open_source, told_once, with_derived
from coterie.workflow.pictures import choice_charts
from coterie.workflow.progress import Clock, Progress
from coterie.workflow.study import Study

FEWEST_CUSTOMERS = 10
CHUNK_ROWS = 200_000
# Rows drawn from a table that is larger than the sample: its centres are refined on the rest.
LARGEST_DRAWN = 4_000


def train(
    source: Any,
    config: RunConfig | None = None,
    *,
    schema: Schema | None = None,
    progress: Progress | None = None,
    helper: Executor | None = None,
) -> Study:
    """Find, judge, name and explain the groups in a customer table.

    Parameters
    ----------
    source : path or frame
        What `tables.open_table` takes.
    config : RunConfig, optional
    schema : Schema, optional
        Inferred if None.
    progress : callable, optional
        Called with the stage, words for it and the share of the run that is done.
    helper : concurrent.futures.Executor, optional
        A second process for what can be done beside the main work; the answer is the same.

    Returns
    -------
    Study

    Raises
    ------
    InputError
        If the table cannot be read, does not fit the schema, lacks a feature asked for, or has
        too few customers.
    """
    config = config or RunConfig()
    clock = Clock(progress)
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
        mixed = METHODS[config.method].mixed
        asked, categories = (
            part_asked(config.features, described) if mixed else (config.features, ())
        )
        choice = choose_features(kept, described, opened.derived, asked=asked)
        if not config.impute:
            cleaning = cleaning.requiring(choice.chosen, opened.derived)
            kept, count = with_derived(cleaning.apply(opened.frame), opened.derived)
            _enough(count, opened.rows)
        scaling = fit_scaling(
            kept, described, choice.chosen, scaler=config.scaler, pca=None if mixed else config.pca
        )
        sizes: tuple[int, ...] = ()
        if mixed:
            joined = add_categories(opened, kept, choice, scaling, config, categories)
            opened, kept, choice, scaling, sizes = joined
        size = config.sample if count <= config.sample else min(config.sample, LARGEST_DRAWN)
        drawn = draw_sample(kept, count, size, config.seed)
        points = scaling.matrix(feature_values(drawn, scaling.features))
    with clock.stage("choose"), one_thread():
        found = find_groups(
            points,
            config,
            sampled=count > config.sample,
            sizes=sizes,
            helper=helper,
            progress=clock.within,
        )
        quality = found.quality
    if (
        helper is not None and len(quality.table) > 1
    ):  # Painted now, and only handed over when all pictures are asked for.
        helper.submit(paint_all, choice_charts(quality))
    with clock.stage("place"), one_thread():
        fitted, inertia = _on_all_rows(kept, count, config, scaling, found.clustering)
        told = told_features(scaling.features, opened.derived)
        clustering = fitted.reordered(_order(drawn, described, told, scaling, fitted))
        refits = found.refit(points, clustering)
        placed = place_rows(kept, scaling, clustering, refits.temperature)
        placed = placed.collect("polars").lazy()
    with clock.stage("explain"):
        segmentation, profiles, rules, sample = explain(
            opened, config, cleaning, Fitted(scaling, clustering, refits), quality, placed, drawn
        )
        names = {segment.id: segment.name for segment in segmentation.segments}
        labelled = placed.with_columns(name_expression(names))
    return Study(
        name=opened.name,
        config=config,
        kind=opened.kind,
        rows=opened.rows,
        kept=count,
        as_of=opened.as_of,
        schema=opened.schema,
        notes=told_once(
            *opened.notes, *cleaning.report(), *choice.notes, *scaling.notes, *found.notes
        ),
        choice=choice,
        quality=quality,
        segmentation=segmentation,
        profiles=profiles,
        rules=rules,
        labelled=labelled,
        quarantine=cleaning.quarantined(opened.frame),
        sample=sample,
        inertia=inertia,
        seconds=clock.seconds,
    )


def _enough(kept: int, rows: int) -> None:
    """Raise if too few customers are left to look for groups."""
    if kept < FEWEST_CUSTOMERS:
        dropped = f", {rows - kept} of {rows} rows were set aside" if kept < rows else ""
        raise TooFewCustomersError(
            f"{kept} customers are too few to look for groups{dropped}. "
            f"Give a table of at least {FEWEST_CUSTOMERS} customers."
        )


def _on_all_rows(
    kept: nw.LazyFrame[Any],
    count: int,
    config: RunConfig,
    scaling: Scaling,
    clustering: Clustering,
) -> tuple[Clustering, float]:
    """Move the centres of k-means to where all rows want them; return the clusters and inertia."""
    columns = kept.select(*scaling.expressions()).collect("polars")
    held = np.empty((count, len(scaling.names)), dtype=np.float32 if count > 50_000 else np.float64)
    for j, name in enumerate(scaling.names):
        held[:, j] = columns.get_column(name).to_numpy()

    def chunks() -> Iterator[NDArray[np.floating[Any]]]:
        for begin in range(0, count, CHUNK_ROWS):
            yield held[begin : begin + CHUNK_ROWS]

    if not isinstance(clustering, CentreClustering):
        return clustering, sum(_spread_about(chunk, clustering) for chunk in chunks())
    centres = clustering.centres
    if count > config.sample and clustering.method in ("kmeans", "famd"):
        polished, inertia = polish(chunks, centres)
        return replace(clustering, centres=polished), inertia
    if count > config.sample and clustering.method == "minibatch":
        centres = refine_in_batches(chunks(), centres, config.seed)
        clustering = replace(clustering, centres=centres)
    return clustering, sum(lloyd_step(chunk, centres).inertia for chunk in chunks())


def _spread_about(chunk: NDArray[np.floating[Any]], clustering: Clustering) -> float:
    """Return the sum of squared distances of the placed rows to the middle of their cluster."""
    points = chunk.astype(np.float64, copy=False)
    labels = clustering.assign(points).labels
    away = (points - clustering.centres[labels])[labels >= 0]
    return float(np.einsum("ij,ij->", away, away))


def _order(
    drawn: nw.LazyFrame[Any],
    described: Schema,
    features: tuple[str, ...],
    scaling: Scaling,
    clustering: Clustering,
) -> list[int]:
    """Return the indices of the clusters in the order of their segments."""
    labelled = place_rows(drawn, scaling, clustering, 1.0)
    profiles = profile_segments(labelled, described, features=features)
    order = [number - 1 for number in order_segments(profiles, described, features=features)]
    return order + [j for j in range(clustering.n_clusters) if j not in order]
