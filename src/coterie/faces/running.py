"""What the commands do: run the workflow, then write what it found."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coterie.config import RunConfig
from coterie.faces.helping import Promised, second_process
from coterie.placement import NOWHERE
from coterie.schema import DateOrder, Schema

if TYPE_CHECKING:
    from coterie.workflow import Progress, Study
    from coterie.workflow.exploring import Overview


def run_segment(
    file: Path,
    config: RunConfig,
    *,
    out: Path,
    schema: Schema | None,
    table_format: str,
    progress: Progress | None,
) -> tuple[Study, dict[str, str]]:
    """Train on a file and write everything a run leaves; return the Study and the files."""
    from coterie.report.writing import write_report
    from coterie.stores.outputs import prepare_folder, write_pictures, write_study
    from coterie.workflow import train
    from coterie.workflow.progress import Clock

    prepare_folder(out)
    with second_process() as helper:
        study = train(file, config, schema=schema, progress=progress, helper=helper)
        clock = Clock(progress)
        with clock.stage("write"):
            pictures = Promised(helper, dict(study.figures))
            files = write_study(study, out, table_format=table_format)
            report = write_report(study, out / "report.html", pictures)
            files["figures"] = str(write_pictures(pictures, out / "figures"))
            files["report"] = str(report)
    study.seconds.update(clock.seconds)
    return study, files


def run_explore(
    file: Path,
    *,
    out: Path,
    schema: Schema | None,
    dates: DateOrder | None,
    as_of: date | None,
    progress: Progress | None,
) -> tuple[Overview, dict[str, str]]:
    """Explore a file and write its pictures, statistics and page."""
    from coterie.report.writing import write_exploration
    from coterie.stores.outputs import prepare_folder, write_pictures, write_statistics
    from coterie.workflow import explore
    from coterie.workflow.pictures import exploration_charts
    from coterie.workflow.progress import Clock

    prepare_folder(out)
    with second_process(fitting=False) as helper:
        overview = explore(file, schema=schema, dates=dates, as_of=as_of, progress=progress)
        with Clock(progress).stage("write"):
            charts = exploration_charts(overview)
            pictures = Promised(helper, charts)
            statistics = write_statistics(overview, out / "statistics.csv")
            page = write_exploration(overview, out / "exploration.html", charts, pictures)
            write_pictures(pictures, out)
    return overview, {"statistics": str(statistics), "figures": str(out), "page": str(page)}


def run_score(bundle: Path, file: Path, out: Path, *, dates: DateOrder | None) -> dict[str, Any]:
    """Score a file with a bundle and write it; say how many customers each segment got."""
    from coterie.stores.bundle import load_bundle
    from coterie.tables.writing import write_frame

    segmentation = load_bundle(find_bundle(bundle))
    scored = segmentation.score(file, dates=dates)
    write_frame(scored, out)
    counts = scored.get_column("segment_id").value_counts().rows()
    sizes: dict[int, int] = dict(counts)
    return {
        "rows": len(scored),
        "file": str(out),
        "segments": [
            {"id": s.id, "name": s.name, "size": sizes.get(s.id, 0)}
            for s in (*segmentation.segments, *([NOWHERE] if 0 in sizes else []))
        ],
    }


def find_bundle(bundle: Path) -> Path:
    """Return the file of a bundle: itself, or what a name such as models:/NAME@production means."""
    from coterie.stores.tracking import is_model_uri

    if not is_model_uri(bundle):
        return bundle
    from coterie.stores.tracking.registry import resolve_model

    return resolve_model(str(bundle))


def describe_columns(file: Path, *, dates: DateOrder | None) -> str:
    """Return the schema of a file as TOML."""
    from coterie.schema.toml import schema_to_toml
    from coterie.workflow.opening import open_source

    opened = open_source(file, schema=None, dates=dates, as_of=None)
    return schema_to_toml(opened.schema)
