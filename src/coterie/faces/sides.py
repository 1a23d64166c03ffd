"""What `coterie runs compare` is given -> the side it means: a folder, a bundle, a run, a model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from coterie.stores.bundle import load_bundle
from coterie.stores.tracking import Store, TrackingError, installed, is_model_uri
from coterie.workflow.comparing import Side

if TYPE_CHECKING:
    from coterie.stores.tracking.runs import Run

BUNDLE = "segmentation.zip"
TABLES = ("customers.parquet", "customers.csv")


def open_side(reference: str, store: Store) -> Side:
    """Return what is to be compared.

    Parameters
    ----------
    reference : str
        A folder that a run left, a bundle, ``models:/NAME@production``, or a tracked run by id,
        name or ``latest``.
    store : Store

    Raises
    ------
    TrackingError
        If it is none of these.
    BundleError
        If its bundle cannot be opened.
    """
    path = Path(reference)
    if is_model_uri(reference):
        from coterie.stores.tracking.registry import resolve_model

        return Side(reference, load_bundle(resolve_model(reference, store)))
    if path.is_dir():
        return _side_of_folder(path)
    if path.is_file():
        return Side(path.name, load_bundle(path), rows=_table_in(path.parent, path.name))
    if not installed():
        raise TrackingError(
            f"There is no folder and no bundle {reference}, and MLflow, which would know a run "
            "of that name, is not installed. Check the path, or install it with: "
            "pip install 'coterie[track]'"
        )
    return _side_of_run(reference, store)


def _side_of_folder(folder: Path) -> Side:
    """Return the side of what a run left in its folder."""
    if not (folder / BUNDLE).is_file():
        raise TrackingError(
            f"{folder} holds no {BUNDLE}. Give a folder that 'coterie segment' wrote, or a bundle."
        )
    model = load_bundle(folder / BUNDLE)
    figures = _quality(folder / "quality.csv", len(model.segments))
    return Side(str(folder), model, figures, _table_in(folder, BUNDLE))


def _table_in(folder: Path, bundle: str) -> Path | None:
    """Return the labelled customers beside a bundle that still has its own name."""
    if bundle != BUNDLE:
        return None
    return next((folder / name for name in TABLES if (folder / name).is_file()), None)


def _quality(path: Path, k: int) -> dict[str, float | None]:
    """Return the figures of the number of segments in use."""
    import polars as pl

    if not path.is_file():
        return {}
    rows: list[dict[str, Any]] = pl.read_csv(path, infer_schema_length=None).to_dicts()
    return next(
        (
            {key: value for key, value in row.items() if key != "k"}
            for row in rows
            if row.get("k") == k
        ),
        {},
    )


def _side_of_run(reference: str, store: Store) -> Side:
    """Return the side of a tracked run; its customers where their table still is."""
    from coterie.faces.tracking import send_now
    from coterie.stores.tracking.opening import opened
    from coterie.stores.tracking.registry import resolve_model
    from coterie.stores.tracking.runs import find_run

    send_now(store)
    with opened(store) as client:
        run = find_run(client, store, reference)
    model = load_bundle(resolve_model(f"runs:/{run.id}", store))
    figures: dict[str, float | None] = {
        name: run.figures[name] for name in run.curves if name in run.figures
    }
    return Side(f"{run.name} ({run.short_id})", model, figures, _source(run))


def _source(run: Run) -> Path | None:
    """Return the table a run was trained on, if it is still there."""
    path = Path(run.source)
    try:
        return path if run.source and path.is_file() else None
    except OSError:
        return None
