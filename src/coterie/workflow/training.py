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
from coterie.cluster.threads import one_thread
from coterie.config import AUTO, RunConfig
from coterie.figures.painting import paint_all
from coterie.insight.naming import order_segments
from coterie.insight.profiles import profile_segments
from coterie.prepare.mixing import told_features
from coterie.prepare.scaling import Scaling
from coterie.schema import Schema
from coterie.schema.notes import Note
from coterie.segmentation import name_expression, place_rows
from coterie.workflow.explaining import Fitted, explain
from coterie.workflow.grouping import find_groups
from coterie.workflow.methods import compare_prepared
from coterie.workflow.opening import told_once
from coterie.workflow.pictures import choice_charts
from coterie.workflow.preparing import Prepared, prepare
from coterie.workflow.progress import Clock, Progress
from coterie.workflow.study import Sample, Study

CHUNK_ROWS = 200_000


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
    ready = prepare(source, config, schema, clock)
    comparison = None
    if config.method == AUTO:
        with clock.stage("choose"):
            comparison = compare_prepared(ready, config, clock.within)
        config = replace(config, method=comparison.recommended.method)
    with clock.stage("features"):
        ready = ready.suited(config)
    opened, kept, count, scaling = ready.opened, ready.kept, ready.count, ready.scaling
    with clock.stage("choose"), one_thread():
        if ready.cells is not None:
            found = ready.cells.look(ready.points, config, clock.within)
        else:
            found = find_groups(
                ready.points,
                config,
                sampled=count > config.sample,
                sizes=ready.sizes,
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
        # The cells of a grid have an order of their own.
        clustering = fitted if ready.cells else fitted.reordered(_order(ready, fitted))
        refits = found.refit(ready.points, clustering)
        placed = place_rows(kept, scaling, clustering, refits.temperature)
        placed = placed.collect("polars").lazy()
        if inertia is None:
            inertia = _spread_about(placed, scaling, clustering)
    with clock.stage("explain"):
        segmentation, profiles, rules, sample = explain(
            opened,
            config,
            ready.cleaning,
            Fitted(scaling, clustering, refits),
            quality,
            placed,
            ready.drawn,
            ready.cells,
        )
        names = {segment.id: segment.name for segment in segmentation.segments}
        segmentation = segmentation.with_spreads(
            np.column_stack(list(sample.raw.values())), sample.labels
        )
        labelled = segmentation.doubted(placed).with_columns(name_expression(names))
    return Study(
        name=opened.name,
        config=config,
        kind=opened.kind,
        rows=opened.rows,
        kept=count,
        as_of=opened.as_of,
        schema=opened.schema,
        notes=told_once(
            *opened.notes,
            *ready.cleaning.report(),
            *ready.choice.notes,
            *scaling.notes,
            *(comparison.notes if comparison else ()),
            *found.notes,
            *_cell_notes(ready, sample),
        ),
        choice=ready.choice,
        quality=quality,
        segmentation=segmentation,
        profiles=profiles,
        rules=rules,
        labelled=labelled,
        quarantine=ready.cleaning.quarantined(opened.frame),
        sample=sample,
        inertia=inertia,
        seconds=clock.seconds,
        comparison=comparison,
    )


def _on_all_rows(
    kept: nw.LazyFrame[Any],
    count: int,
    config: RunConfig,
    scaling: Scaling,
    clustering: Clustering,
) -> tuple[Clustering, float | None]:
    """Move the centres of k-means to where all rows want them; return the clusters and inertia.

    The inertia of clusters that are not placed by centres is None: it needs the rows placed.
    """
    if not isinstance(clustering, CentreClustering):
        return clustering, None
    columns = kept.select(*scaling.expressions()).collect("polars")
    held = np.empty((count, len(scaling.names)), dtype=np.float32 if count > 50_000 else np.float64)
    for j, name in enumerate(scaling.names):
        held[:, j] = columns.get_column(name).to_numpy()

    def chunks() -> Iterator[NDArray[np.floating[Any]]]:
        for begin in range(0, count, CHUNK_ROWS):
            yield held[begin : begin + CHUNK_ROWS]

    centres = clustering.centres
    if count > config.sample and clustering.method in ("kmeans", "famd"):
        polished, inertia = polish(chunks, centres)
        return replace(clustering, centres=polished), inertia
    if count > config.sample and clustering.method == "minibatch":
        centres = refine_in_batches(chunks(), centres, config.seed)
        clustering = replace(clustering, centres=centres)
    return clustering, sum(lloyd_step(chunk, centres).inertia for chunk in chunks())


def _spread_about(placed: nw.LazyFrame[Any], scaling: Scaling, clustering: Clustering) -> float:
    """Return the sum of squared distances of placed rows to the middle of their cluster."""
    columns = placed.select("segment_id", *scaling.expressions()).collect("polars")
    labels = columns.get_column("segment_id").to_numpy() - 1
    inside = labels >= 0
    return sum(
        float(((columns.get_column(name).to_numpy() - middle[labels])[inside] ** 2).sum())
        for name, middle in zip(scaling.names, clustering.centres.T, strict=True)
    )


def _cell_notes(ready: Prepared, sample: Sample) -> tuple[Note, ...]:
    """Say what a grid's scores mean."""
    if ready.cells is None:
        return ()
    raw = ready.scaling.filled(np.column_stack(list(sample.raw.values())))
    return ready.cells.notes(ready.described, raw)


def _order(ready: Prepared, clustering: Clustering) -> list[int]:
    """Return the indices of the clusters in the order of their segments."""
    labelled = place_rows(ready.drawn, ready.scaling, clustering, 1.0)
    features = told_features(ready.scaling.features, ready.opened.derived)
    profiles = profile_segments(labelled, ready.described, features=features)
    order = [number - 1 for number in order_segments(profiles, ready.described, features=features)]
    return order + [j for j in range(clustering.n_clusters) if j not in order]
