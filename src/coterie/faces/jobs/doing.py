"""What a job does: train, look at an upload, make customers; its result comes to its place."""

from __future__ import annotations

import os
import shutil
import sys
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coterie.errors import CoterieError
from coterie.faces.jobs.request import config_from_dict
from coterie.faces.jobs.words import DISK_FULL, OUT_OF_MEMORY, our_fault
from coterie.stores.shelf.faults import StorageError, StorageFullError, is_full_disk
from coterie.stores.shelf.places import MARKS, PAINTED, move_in, read_json, remove, write_json

if TYPE_CHECKING:
    from coterie.schema import Schema
    from coterie.workflow import Progress

Request = Mapping[str, Any]


def do(request: Request, folder: Path, progress: Progress) -> None:
    """Do what is asked, and write how it ended to ``result.json``.

    What is meant for people is told in its own words. Anything else is our fault: its traceback
    goes to standard error, which is the job's log, and its text, which may quote a customer,
    nowhere else.
    """
    work = folder / "work"
    try:
        work.mkdir()
        KINDS[request["kind"]](request, work, progress)
        result = {"state": "done"}
    except Exception as fault:
        message = _told(fault, request["id"])
        result = {"state": "failed", "message": message}
    shutil.rmtree(work, ignore_errors=True)  # First: on a full disk this makes room for the rest.
    try:
        write_json(folder / "result.json", result)
    except StorageFullError:
        sys.exit(DISK_FULL)


def _told(fault: Exception, job_id: str) -> str:
    """Return what a person is told of a fault."""
    if is_full_disk(fault):
        return str(StorageFullError())
    if isinstance(fault, MemoryError):
        return OUT_OF_MEMORY
    if isinstance(fault, StorageError):
        traceback.print_exception(fault, file=sys.stderr)
    if isinstance(fault, CoterieError):
        return str(fault)
    traceback.print_exception(fault, file=sys.stderr)
    return our_fault(job_id)


def train(request: Request, work: Path, progress: Progress) -> None:
    """Train on a file, and put the study among the finished ones."""
    from coterie.faces.jobs.reporting import report_to_plain
    from coterie.faces.running import run_segment
    from coterie.faces.tracking import TRACKED, track_run
    from coterie.report.writing import report_view
    from coterie.stores.shelf.keeping import keep_study
    from coterie.stores.shelf.studies import Marks

    out = work / "study"
    study, files = run_segment(
        _source(request, work),
        config_from_dict(request["config"]),
        out=out,
        schema=_schema(request),
        table_format="parquet",
        progress=progress,
    )
    keep_study(
        study,
        out,
        study_id=request["study_id"],
        owner=request["owner"],
        name=request["name"],
        model=request["model"],
    )
    if request["shared"]:
        write_json(out / MARKS, Marks(shared=True).to_dict())
    write_json(out / "report.json", report_to_plain(report_view(study), study.figures))
    progress("write", "Putting it in its place", 0.99)
    target = Path(request["target"])
    move_in(out, target)
    moved = {what: str(target / Path(path).relative_to(out)) for what, path in files.items()}
    tracked = track_run(
        study,
        moved,
        source=Path(moved["customers"]),
        home=target.parents[1] / TRACKED,
        face="server",
        model=request["model"],
        study_id=request["study_id"],
    )
    if tracked.state == "failed":
        sys.stderr.write(f"{tracked.words}\n")


def look(request: Request, work: Path, progress: Progress) -> None:
    """Open an upload, describe it, and keep what was seen beside it."""
    from coterie.faces.jobs.ordering import keep_seen
    from coterie.prepare.sampling import draw_sample
    from coterie.stores.shelf.looks import SAMPLE_ROWS, keep_look
    from coterie.workflow.exploring import explore_opened
    from coterie.workflow.opening import open_source
    from coterie.workflow.progress import Clock

    out = work / "look"
    out.mkdir()
    clock = Clock(progress)
    with clock.stage("read"):
        opened = open_source(
            Path(request["source"]), schema=_schema(request), dates=request["dates"], as_of=None
        )
    overview, kept = explore_opened(opened, clock)
    with clock.stage("write"):
        keep_seen(opened, out)
        drawn = draw_sample(kept, overview.kept, SAMPLE_ROWS)
        keep_look(opened, overview, drawn.collect("polars").to_native(), out)
    target = Path(request["target"])
    target.parent.mkdir(exist_ok=True)
    if target.exists():  # Left half by nobody: another job looked at the same.
        remove(target)
    move_in(out, target)


def customers(request: Request, work: Path, progress: Progress) -> None:
    """Turn an upload of order lines into one of customers."""
    from coterie.faces.jobs.ordering import make_customers

    make_customers(request, work, progress)


def methods(request: Request, work: Path, progress: Progress) -> None:
    """Compare every method on an upload."""
    from coterie.faces.jobs.comparing import compare

    compare(request, work, progress)


def refresh(request: Request, _work: Path, progress: Progress) -> None:
    """Paint the pictures and write the report of a study again, under the names of now."""
    from coterie.faces.jobs.reporting import rewrite_report
    from coterie.stores.shelf import Shelf

    progress("write", "Writing pictures and the report again", 0.1)
    study = Shelf(Path(request["data_dir"])).study(request["study_id"], request["owner"])
    plain = read_json(study.folder / "report.json")
    rewrite_report(study, plain)
    write_json(study.folder / PAINTED, study.names_given)


KINDS: dict[str, Callable[[Request, Path, Progress], None]] = {
    "training": train,
    "look": look,
    "customers": customers,
    "methods": methods,
    "refresh": refresh,
}


def _source(request: Request, work: Path) -> Path:
    """Return the table to train on; a sample is generated."""
    sample = request.get("sample")
    if sample is None:
        return Path(request["source"])
    from coterie.tables.synthetic import write_sample

    path = work / f"sample-{sample['kind']}.csv"
    written, _truth = write_sample(
        sample["kind"], sample["rows"], sample["segments"], sample["seed"], path
    )
    return Path(os.fspath(written))


def _schema(request: Request) -> Schema | None:
    """Return the schema that was given, if one was."""
    if request.get("schema") is None:
        return None
    from coterie.schema.toml import schema_from_toml

    return schema_from_toml(request["schema"])
