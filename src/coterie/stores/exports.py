"""A Segmentation for scikit-learn users: the k-means pipeline and the tree, pickled or skops."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np
from numpy.typing import NDArray

from coterie.cluster.base import CentreClustering
from coterie.cluster.kinds import clustering_to_dict
from coterie.errors import ConfigError, MissingColumnsError, MissingExtraError, OutputError
from coterie.insight.rules import rebuild_tree
from coterie.prepare.cleaning import Cleaning
from coterie.prepare.features import Derived
from coterie.prepare.scaling import ScaledFeature
from coterie.segmentation import Segmentation
from coterie.tables import open_table
from coterie.tables.writing import write_content

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

TARGETS = ("sklearn", "skops")


def export_segmentation(segmentation: Segmentation, to: str, folder: Path) -> list[Path]:
    """Write the pipeline and the decision tree for scikit-learn users.

    Parameters
    ----------
    segmentation : Segmentation
    to : {"sklearn", "skops"}
        ``sklearn``: ``kmeans_model.pkl`` and ``final_model.sav`` (pickles: open them only where
        you trust who wrote them). ``skops``: ``kmeans_model.skops`` and ``final_model.skops``.
        A model that does not place by centres is called by its method, as
        ``mixture_model.pkl``.
    folder : Path

    Returns
    -------
    list of Path
        The pipeline takes a table with the raw columns and predicts the segment's id minus 1;
        the tree takes the columns of its ``feature_names_in_`` and predicts the id.

    Raises
    ------
    ConfigError, MissingExtraError, OutputError
    """
    if to not in TARGETS:
        raise ConfigError([f"--to takes sklearn or skops; it is {to}."])
    write = _pickled if to == "sklearn" else _skops()
    endings = (".pkl", ".sav") if to == "sklearn" else (".skops", ".skops")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise OutputError(f"The folder {folder} cannot be made: {fault.strerror}.") from fault
    centred = isinstance(segmentation.clustering, CentreClustering)
    stem = "kmeans" if centred else segmentation.clustering.method
    models = {
        folder / f"{stem}_model{endings[0]}": build_pipeline(segmentation),
        folder / f"final_model{endings[1]}": build_tree(segmentation),
    }
    for path, model in models.items():
        write_content(write(model), path)
    return list(models)


def build_pipeline(segmentation: Segmentation) -> Pipeline:
    """Return raw columns -> StandardScaler -> (PCA) -> KMeans, fitted, as one Pipeline.

    Methods that do not place by centres end in a step of Coterie's own, whose `predict` gives -1
    for customers in no segment.
    """
    from sklearn.pipeline import Pipeline

    from coterie.stores.steps import PlacedClusters, RawColumns

    scaling = segmentation.scaling
    plan = {
        "schema": segmentation.schema.to_dict(),
        "cleaning": segmentation.cleaning.to_dict(),
        "derived": [derived.to_dict() for derived in segmentation.derived],
        "parts": scaling.to_dict()["parts"],
        "inputs": [column.name for column in segmentation.inputs],
    }
    steps: list[tuple[str, Any]] = [("columns", RawColumns(plan)), ("scaler", _scaler(scaling))]
    if scaling.components is not None:
        steps.append(("pca", _pca(scaling)))
    clustering = segmentation.clustering
    if isinstance(clustering, CentreClustering):
        return Pipeline([*steps, ("kmeans", _kmeans(clustering.centres))])
    return Pipeline([*steps, (clustering.method, PlacedClusters(clustering_to_dict(clustering)))])


def build_tree(segmentation: Segmentation) -> Any:
    """Return the rules as a fitted DecisionTreeClassifier over the features in raw units."""
    tree = rebuild_tree(segmentation.rules)
    tree.feature_names_in_ = np.array(segmentation.rules.columns, dtype=object)
    return tree


def raw_features(plan: Mapping[str, Any], table: Any) -> NDArray[np.float64]:
    """Return the features of a raw table as placing sees them, before centring and scaling."""
    inputs = list(plan["inputs"])
    frame = open_table(_framed(table, inputs)).frame
    names = set(frame.collect_schema().names())
    missing = [name for name in inputs if name not in names]
    if missing:
        raise MissingColumnsError(missing, names)
    cleaned = Cleaning.from_dict(plan["cleaning"]).for_scoring(frame)
    derived = [Derived.from_dict(one) for one in plan["derived"]]
    usable = [d.expression() for d in derived if set(d.inputs) <= names]
    added = cleaned.with_columns(*usable) if usable else cleaned
    parts = [ScaledFeature(**part) for part in plan["parts"]]
    columns = added.select(*(nw.col(p.name).cast(nw.Float64) for p in parts)).collect("polars")
    scaled = [part.scaled(columns.get_column(part.name).to_numpy()) for part in parts]
    return np.column_stack(
        [values * part.scale + part.centre for values, part in zip(scaled, parts, strict=True)]
    )


def _framed(table: Any, inputs: list[str]) -> Any:
    """Return an array as a frame with the columns' names; a frame as it is."""
    if not isinstance(table, np.ndarray):
        return table
    import polars as pl

    if table.ndim != 2 or table.shape[1] != len(inputs):
        raise MissingColumnsError(inputs, [f"{table.shape[-1]} unnamed columns"])
    return pl.DataFrame({name: table[:, j] for j, name in enumerate(inputs)}, strict=False)


def _scaler(scaling: Any) -> Any:
    """Return a StandardScaler that subtracts and divides as the Scaling does."""
    from sklearn.preprocessing import StandardScaler

    centre = np.array([part.centre for part in scaling.parts])
    scale = np.array([part.scale for part in scaling.parts])
    model = StandardScaler().fit(np.stack([centre - scale, centre + scale]))
    model.mean_, model.scale_, model.var_ = centre, scale, scale**2
    return model


def _pca(scaling: Any) -> Any:
    """Return a PCA with the Scaling's directions."""
    from sklearn.decomposition import PCA

    components = np.asarray(scaling.components)
    count, width = components.shape
    spread = np.vstack([np.eye(width), -np.eye(width)])
    model = PCA(n_components=count, svd_solver="full").fit(spread)
    model.components_, model.mean_ = components, np.asarray(scaling.mean)
    return model


def _kmeans(centres: NDArray[np.float64]) -> Any:
    """Return a fitted KMeans with exactly these centres, in this order."""
    from sklearn.cluster import KMeans

    model = KMeans(len(centres), init=centres, n_init=1, max_iter=1).fit(centres)
    model.cluster_centers_ = np.ascontiguousarray(centres)
    return model


def _pickled(model: Any) -> bytes:
    """Return a pickle."""
    return pickle.dumps(model, protocol=5)


def _skops() -> Callable[[Any], bytes]:
    """Return skops' writer, if it is installed."""
    try:
        from skops.io import dumps
    except ImportError:
        raise MissingExtraError("skops", "skops", "The export without pickle") from None
    return dumps  # type: ignore[no-any-return]
