"""Place every row of a file, and hand the file back labelled."""

from __future__ import annotations

import io
from functools import partial
from typing import TYPE_CHECKING, Any

import streamlit as st

from coterie.errors import CoterieError
from coterie.faces.dashboard import pieces, registry, who
from coterie.placement import NO_SEGMENT

if TYPE_CHECKING:
    import polars as pl

    from coterie.faces.registered import RegisteredModel
    from coterie.stores.shelf import StoredStudy, Upload

KINDS = ["csv", "tsv", "txt", "xlsx", "xls", "parquet", "arrow", "feather"]
SHOWN = 200


@who.fragment
def place_file() -> None:
    """Draw the upload, the counts by segment, the first rows and the downloads."""
    person = who.person()
    study = registry.required("Place a customer")
    services = who.services()
    given = st.file_uploader(
        "CSV, Excel or Parquet",
        type=KINDS,
        max_upload_size=int(services.settings.upload_mb),
        key=f"bulk-{study.id}",
        label_visibility="collapsed",
    )
    if given is None:
        return
    try:
        with st.spinner("Placing every row"):
            upload = services.shelf.accept_upload(
                person.id, given.name, given, limit_mb=services.settings.upload_mb
            )
            frame = _scored(study.id, upload.id, study, upload)
    except CoterieError as error:
        pieces.fault(error)
        return
    _show(study, frame, given.name)


@st.cache_resource(show_spinner=False, max_entries=8, ttl=1800)
def _scored(
    study_id: str,  # noqa: ARG001 - the key
    upload_id: str,  # noqa: ARG001 - the key
    _study: StoredStudy | RegisteredModel,
    _upload: Upload,
) -> pl.DataFrame:
    """Return the file's rows with ``segment_id``, ``segment`` and ``confidence`` behind."""
    frame: pl.DataFrame = _study.segmentation.score(_upload.path)
    return frame


def _show(study: StoredStudy | RegisteredModel, scored: pl.DataFrame, name: str) -> None:
    """Show how many went where, the first rows, and the way to take them."""
    import polars as pl

    names = {one["id"]: one["name"] for one in study.summary["segments"]}
    frame = scored.with_columns(
        pl.col("segment_id").replace_strict(names, default=None, return_dtype=pl.String)
        .fill_null(pl.col("segment")).alias("segment")
    )  # fmt: skip
    counts = dict(frame.group_by("segment_id").len().iter_rows())
    # Customers may be in a cell of a grid that nobody of the study was in.
    names |= dict(frame.select("segment_id", "segment").unique().sort("segment_id").iter_rows())
    total = max(frame.height, 1)
    rows: list[dict[str, Any]] = [
        {"id": number, "name": said, "size": counts.get(number, 0),
         "share": counts.get(number, 0) / total}
        for number, said in (names | {0: NO_SEGMENT}).items()
    ]  # fmt: skip
    st.markdown(f"**{frame.height:,} customers placed.**")
    pieces.segment_bar([row for row in rows if row["size"]])
    stem = name.rsplit(".", 1)[0]
    with st.container(horizontal=True):
        for ending, word in (("csv", "CSV"), ("parquet", "Parquet")):
            pieces.take_out(
                f"Download as {word}",
                partial(_written, frame, ending),
                f"{stem}-placed.{ending}",
                subject=study.card.name,
                key=f"bulk-{ending}",
            )
    answer = ["segment", "confidence", "segment_id"]
    own = [column for column in frame.columns if column not in answer]
    st.dataframe(
        frame.head(SHOWN).select(*answer[:2], *own),
        hide_index=True,
        column_config={
            "segment": st.column_config.TextColumn("Segment", pinned=True),
            "confidence": st.column_config.ProgressColumn(
                "Confidence", min_value=0.0, max_value=1.0, format="percent"
            ),
        },
    )
    if frame.height > SHOWN:
        st.caption(f"The first {SHOWN} of {frame.height:,} rows; the downloads hold all.")


def _written(frame: pl.DataFrame, ending: str) -> bytes:
    """Return the frame as a file; cells that a spreadsheet would run are made text."""
    from pathlib import Path
    from tempfile import TemporaryDirectory

    from coterie.tables.writing import write_frame

    if ending == "parquet":
        out = io.BytesIO()
        frame.write_parquet(out)
        return out.getvalue()
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"placed.{ending}"
        write_frame(frame, path)
        return path.read_bytes()
