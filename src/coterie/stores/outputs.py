"""What a run leaves in its folder: the bundle, tables and pictures, each whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from coterie.errors import OutputError
from coterie.figures.static import safe_name
from coterie.insight.exploration import statistics_rows
from coterie.insight.profiles import profile_rows
from coterie.schema import ROW
from coterie.scoring import ANSWER
from coterie.stores.bundle import save_bundle
from coterie.tables.writing import write_content, write_frame

if TYPE_CHECKING:
    import polars as pl

    from coterie.workflow import Study
    from coterie.workflow.exploring import Overview


def prepare_folder(out: Path) -> None:
    """Make the folder, before any work is done in vain.

    Raises
    ------
    OutputError
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise OutputError(
            f"The folder {out} cannot be made: {fault.strerror}. Choose another with --out."
        ) from fault
    if not os.access(out, os.W_OK):
        raise OutputError(
            f"The folder {out} may not be written to. Choose another with --out, or change its "
            "permissions."
        )


def write_study(study: Study, out: Path, *, table_format: str = "csv") -> dict[str, str]:
    """Write the bundle, labelled customers, profiles, quality and quarantine.

    Returns
    -------
    dict of str to str
        Path by what it is: bundle, customers, profiles, quality, quarantine.
    """
    import polars as pl

    files = {
        "bundle": out / "segmentation.zip",
        "customers": out / f"customers.{table_format}",
        "profiles": out / "profiles.csv",
        "quality": out / "quality.csv",
        "quarantine": out / "quarantine.csv",
    }
    save_bundle(study.segmentation, files["bundle"])
    write_frame(labelled_frame(study), files["customers"])
    write_frame(profiles_frame(study), files["profiles"])
    quality = pl.DataFrame(study.quality_rows(), infer_schema_length=None)
    write_frame(quality, files["quality"])
    write_frame(quarantine_frame(study), files["quarantine"])
    return {what: str(path) for what, path in files.items()}


def labelled_frame(study: Study) -> pl.DataFrame:
    """Return every kept row: its own columns, derived ones, the answer, and what was filled."""
    import polars as pl

    features = study.segmentation.features
    frame: pl.DataFrame = study.labelled.collect("polars").to_native()
    gaps = [name for name in features if frame.get_column(name).null_count()]
    if gaps:
        words = [
            pl.when(pl.col(name).is_null()).then(pl.lit(name)).otherwise(None) for name in gaps
        ]
        filled = pl.concat_str(words, separator="; ", ignore_nulls=True)
        frame = frame.with_columns(filled.alias("imputed"))
    own = [name for name in frame.columns if name not in (ROW, *ANSWER, "imputed")]
    return frame.select(*own, *ANSWER, *(["imputed"] if gaps else []))


def quarantine_frame(study: Study) -> pl.DataFrame:
    """Return every row set aside, with its row number in the table and the reason."""
    frame: pl.DataFrame = study.quarantine.sort(ROW).collect("polars").to_native()
    row, reason = frame.get_column(ROW) + 1, frame.get_column("__reason__")
    own = frame.drop(ROW, "__reason__")
    taken = {name: f"{name}_before" for name in ("row", "reason") if name in own.columns}
    for old, new in taken.items():
        while new in own.columns:
            new += "_"
        own = own.rename({old: new})
    return own.select(row.alias("row"), reason.alias("reason"), *own.columns)


def profiles_frame(study: Study) -> pl.DataFrame:
    """Return a row for each segment and column: the long table that profiles.csv holds."""
    import polars as pl

    names = {segment.id: segment.name for segment in study.segments}
    rows = [
        {"segment": names.get(row["segment_id"], "All customers"), **row}
        for row in profile_rows(study.profiles, study.segmentation.described)
    ]
    return pl.DataFrame(rows, infer_schema_length=None)


def write_pictures(pictures: Mapping[str, bytes], folder: Path) -> Path:
    """Write PNG files into a folder, by the names of their charts; return the folder."""
    prepare_folder(folder)
    taken: set[str] = set()
    for name, content in pictures.items():
        write_content(content, folder / f"{safe_name(name, taken)}.png")
    return folder


def write_statistics(overview: Overview, path: Path) -> Path:
    """Write the table of statistics of an exploration; return its path."""
    import polars as pl

    rows = statistics_rows(overview.exploration)
    write_frame(pl.DataFrame(rows, infer_schema_length=None), path)
    return path
