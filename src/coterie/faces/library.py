"""The library for notebooks and programs: what `import coterie as ct` offers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Literal

from coterie.config import RunConfig, Scaler
from coterie.faces.tracking import check_tracking, track_study
from coterie.insight.rfm import RfmBreaks
from coterie.insight.rfm_grid import RfmGrid
from coterie.schema import Schema
from coterie.segmentation import Segmentation
from coterie.workflow import Progress, Study, train
from coterie.workflow import explore as explore
from coterie.workflow.exploring import Overview

__all__ = ["Overview", "explore", "load", "save", "segment", "write_report"]


def segment(
    source: Any,
    k: int | Literal["auto"] = "auto",
    *,
    method: str = "kmeans",
    rfm_scores: int = 5,
    rfm_grid: RfmGrid | RfmBreaks | Mapping[str, Any] | None = None,
    features: Sequence[str] = (),
    k_min: int = 2,
    k_max: int = 12,
    scaler: Scaler = "standard",
    pca: float | int | None = None,
    schema: Schema | None = None,
    as_of: date | None = None,
    dates: Literal["dmy", "mdy", "ymd"] | None = None,
    impute: bool = True,
    names: Mapping[int, str] | None = None,
    seed: int = 0,
    progress: Progress | None = None,
    track: bool | None = None,
) -> Study:
    """Find, judge, name and explain the groups in a customer table.

    Parameters
    ----------
    source : path, or pandas, Polars or Arrow frame
    k : int or "auto"
        Number of segments; "auto" lets the evidence choose.
    method : str
        One of `config.METHODS`: "kmeans", "minibatch", "bisecting", "mixture", "ward", "dbscan",
        "hdbscan", "kprototypes", "famd", "rfm"; or "auto": compare them and use the one
        recommended.
    rfm_scores : int
        Of the method "rfm": scores run from 1 to so many.
    rfm_grid : RfmGrid, RfmBreaks or mapping, optional
        Of the method "rfm": breaks (and cells) to use as they stand, as objects or as their
        `to_dict` gives them; by default the breaks are put at quantiles of the customers.
    features : sequence of str
        Columns to look for groups in, original or derived; empty for the default choice. Of the
        method "rfm" three: recency, frequency and monetary value.
    k_min, k_max : int
        Range of k that is tried, both ends included.
    scaler : {"standard", "minmax", "robust"}
    pca : float or int, optional
        Share of variance to keep, or number of components.
    schema : Schema, optional
        Inferred if None.
    as_of : date, optional
        The day ages and tenures are counted to; by default the day after the newest date.
    dates : {"dmy", "mdy", "ymd"}, optional
        Order of dates that no value decides.
    impute : bool
        Fill missing values (True), or set their rows aside (False).
    names : mapping of int to str, optional
        Your names for segments, by id.
    seed : int
    progress : callable, optional
        Called with the stage, words for it and the share of the run done.
    track : bool, optional
        Log the run to MLflow, in the background; by default if MLflow is installed and
        COTERIE_TRACK is not 0.

    Returns
    -------
    Study

    Raises
    ------
    CoterieError
        With a sentence fit to be shown.

    Examples
    --------
    >>> import coterie as ct
    >>> from coterie.tables.synthetic import make_customers
    >>> customers, _ = make_customers(500, segments=3, seed=1)
    >>> study = ct.segment(customers)
    >>> study.k, study.quality.verdict.kind
    (3, 'natural')
    """
    config = RunConfig(
        k=None if k == "auto" else k,
        method=method,
        rfm_scores=rfm_scores,
        rfm_grid=None if rfm_grid is None else _plain_grid(rfm_grid),
        k_min=k_min,
        k_max=k_max,
        features=tuple(features),
        scaler=scaler,
        pca=pca,
        as_of=as_of,
        dates=dates,
        impute=impute,
        names=dict(names or {}),
        seed=seed,
    )
    check_tracking(track)
    study = train(source, config, schema=schema, progress=progress)
    track_study(study, track=track, source=source)
    return study


def _plain_grid(grid: RfmGrid | RfmBreaks | Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a grid as plain values."""
    return grid if isinstance(grid, Mapping) else grid.to_dict()


def save(model: Study | Segmentation, path: str | Path) -> Path:
    """Write a Segmentation (or a Study's) as a bundle, whole or not at all; return the path."""
    from coterie.stores.bundle import save_bundle

    return save_bundle(model.segmentation if isinstance(model, Study) else model, path)


def load(path: str | Path) -> Segmentation:
    """Read a bundle; see `stores.bundle.load_bundle`."""
    from coterie.stores.bundle import load_bundle

    return load_bundle(path)


def write_report(study: Study, path: str | Path) -> Path:
    """Write the study's report as one self-contained HTML file; return the path."""
    from coterie.report.writing import write_report as write

    return write(study, Path(path))
