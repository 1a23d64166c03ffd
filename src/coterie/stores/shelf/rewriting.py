"""Given names, carried into the files that people download."""

from __future__ import annotations

from coterie.stores.bundle import save_bundle
from coterie.stores.shelf.faults import storing
from coterie.stores.shelf.studies import StoredStudy
from coterie.tables.writing import write_frame


def rewrite_names(study: StoredStudy) -> None:
    """Write the bundle and the customers' files with the names that segments have now.

    Each file is replaced whole. The names at training stay in ``summary.json``, so that doing
    it again, or after a stop in between, comes to the same. The largest come first: where the
    disk is full, nothing has been changed yet.
    """
    with storing():
        rows = study.labelled.collect()
        write_frame(rows, study.folder / "customers.parquet")
        write_frame(rows, study.folder / "customers.csv")
        save_bundle(study.segmentation, study.folder / "segmentation.zip")
