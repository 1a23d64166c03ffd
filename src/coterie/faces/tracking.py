"""What a face does to have a training on record: an entry put aside, and a process that sends it.

The answer of a run does not wait for MLflow, which takes seconds to import: the entry is written
in milliseconds, and `faces.tracking_process` logs it when the run has ended.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from coterie.errors import OutputError
from coterie.stores.tracking import Store, installed, is_wanted
from coterie.stores.tracking.faults import MissingMlflowError

if TYPE_CHECKING:
    from coterie.stores.tracking.outbox import Entry
    from coterie.workflow import Study

ASK = "coterie runs list"
_LOGGED = ("report", "profiles", "quality")
TRACKED = "mlflow"
"""In a server's data directory: its folder of runs."""
LOG = "log.txt"
LARGEST_LOG = 2**20
_PROCESS = (sys.executable, "-P", "-m", "coterie.faces.tracking_process")


@dataclass(frozen=True)
class Tracked:
    """What became of a training's record.

    Attributes
    ----------
    state : {"logging", "off", "missing", "failed"}
        Being logged in the background; not wanted; MLflow is not installed; not put aside.
    words : str
        A sentence for people; empty where nothing is worth saying.
    where : str
        The store; empty unless being logged.
    """

    state: str
    words: str
    where: str = ""

    def to_dict(self) -> dict[str, str]:
        """Return plain JSON values."""
        return {"state": self.state, "words": self.words, "where": self.where}


def check_tracking(track: bool | None) -> None:
    """Raise before any work is done if tracking is asked for and cannot be.

    Raises
    ------
    MissingExtraError
    """
    if track and not installed():
        raise MissingMlflowError


def track_run(
    study: Study,
    files: Mapping[str, str],
    *,
    track: bool | None = None,
    source: Path | None = None,
    home: Path | None = None,
    face: str = "segment",
    model: str = "",
    study_id: str = "",
) -> Tracked:
    """Put a training whose files are written on record; it is logged in the background.

    Parameters
    ----------
    study : Study
    files : mapping of str to str
        Of `run_segment`: where bundle, report, profiles, quality and figures are.
    track : bool, optional
        None: yes, if MLflow is installed and COTERIE_TRACK does not say no.
    source : Path, optional
        The table, where it stays: comparing two runs reads it again.
    home : Path, optional
        A server's own folder for runs.
    face, model, study_id : str
        See `stores.tracking.record.describe_study`.

    Returns
    -------
    Tracked
        Never an exception: a run that could not be put on record is a run all the same.
    """

    def put(store: Store) -> Entry:
        from coterie.stores.tracking import outbox
        from coterie.stores.tracking.record import describe_study

        logged = {Path(files[what]).name: Path(files[what]) for what in _LOGGED if what in files}
        for path in sorted(Path(files["figures"]).glob("*.png")):
            logged[f"figures/{path.name}"] = path
        kept = str(source.absolute()) if source is not None else ""
        record = describe_study(study, face=face, source=kept, model=model, study_id=study_id)
        return outbox.put(store, record, bundle=Path(files["bundle"]), files=logged)

    return _tracked(put, track, home)


def track_study(study: Study, *, track: bool | None = None, source: Any = None) -> Tracked:
    """Put a training of the library on record; pictures and report are made in the background."""

    def put(store: Store) -> Entry:
        from coterie.figures.plain import chart_to_plain
        from coterie.report.plain import view_to_plain
        from coterie.report.writing import report_view
        from coterie.stores.bundle import bundle_bytes
        from coterie.stores.tracking import outbox
        from coterie.stores.tracking.record import describe_study

        kept = str(Path(source).absolute()) if isinstance(source, str | os.PathLike) else ""
        view = report_view(study)
        return outbox.put(
            store,
            describe_study(study, face="library", source=kept),
            bundle=bundle_bytes(study.segmentation),
            making={
                "charts.json": {name: chart_to_plain(c) for name, c in view.charts.items()},
                "report.json": view_to_plain(view),
            },
        )

    return _tracked(put, track, None)


def _tracked(put: Any, track: bool | None, home: Path | None) -> Tracked:
    """Put an entry aside where that is wanted and can be, and start what sends it."""
    if track is False or (track is None and not is_wanted()):
        return Tracked("off", "")
    if not installed():
        return Tracked(
            "missing",
            "None kept: MLflow is not installed. To keep a record: pip install 'coterie[track]'",
        )
    store = Store.find(home)
    try:
        put(store)
        start_sending(store)
    except (OSError, OutputError) as fault:
        why = fault.strerror if isinstance(fault, OSError) and fault.strerror else str(fault)
        return Tracked("failed", f"Not tracked: {store.home} cannot be written to ({why}).")
    return Tracked("logging", f"Being logged to {store.where}; see it with: {ASK}", store.where)


def follow_promotion(data_dir: Path) -> None:
    """Let the registry follow a server's promotion, in the background; never an exception."""
    store = Store.find(Path(data_dir) / TRACKED)
    if not installed() or not is_wanted() or not store.home.is_dir():
        return
    with suppress(OSError):
        start_sending(store)


def start_watching(store: Store) -> subprocess.Popen[bytes]:
    """Start a process that keeps a server and the registry in step until its input closes."""
    store.make_home()
    # A page shall hear soon that a tracking server is away.
    soon = {"MLFLOW_HTTP_REQUEST_TIMEOUT": "10", "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1"}
    with _log(store) as out:
        return subprocess.Popen(  # noqa: S603 - our own module
            [*_PROCESS, str(store.home), "--watch"],
            env={**soon, **_environment(store)},
            stdin=subprocess.PIPE,
            stdout=out,
            stderr=out,
        )


def _log(store: Store) -> IO[bytes]:
    """Open the log of the processes in the background; one that has grown large begins anew."""
    log = store.home / LOG
    if log.exists() and log.stat().st_size > LARGEST_LOG:
        log.unlink(missing_ok=True)
    return log.open("ab")


def start_sending(store: Store) -> None:
    """Start a process that logs what waits, and outlives this one; its words go to log.txt."""
    apart: dict[str, Any] = (
        {"creationflags": 0x00000008 | 0x00000200}
        if os.name == "nt"
        else {"start_new_session": True}
    )
    with _log(store) as out:
        child = subprocess.Popen(  # noqa: S603 - our own module
            [*_PROCESS, str(store.home)],
            env=_environment(store),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            **apart,
        )
    # A notebook lives on: somebody has to take note of the child's end.
    threading.Thread(target=child.wait, daemon=True).start()


def _environment(store: Store) -> dict[str, str]:
    """Return the environment of the process that sends: where the code is, and where to."""
    import coterie

    code = str(Path(coterie.__file__).parents[1])
    paths = [code, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    address = {} if store.local else {"MLFLOW_TRACKING_URI": store.uri}
    threads = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    joined = os.pathsep.join(dict.fromkeys(paths))
    return {**os.environ, **threads, **address, "PYTHONPATH": joined}


def finish_entry(entry: Entry) -> None:
    """Make the pictures and the report of an entry that came without them."""
    from dataclasses import replace

    from coterie.figures.painting import paint_all
    from coterie.figures.plain import chart_from_plain
    from coterie.report.plain import view_from_plain
    from coterie.report.render import render_report
    from coterie.stores.outputs import write_pictures
    from coterie.stores.shelf.places import read_json
    from coterie.tables.writing import write_content

    plain = read_json(entry.folder / "making" / "charts.json")
    if plain is None:
        return
    charts = {name: chart_from_plain(one) for name, one in plain.items()}
    pictures = paint_all(charts)
    view = view_from_plain(read_json(entry.folder / "making" / "report.json"))
    page = render_report(replace(view, charts=charts, stills=pictures))
    write_pictures(pictures, entry.artifacts / "figures")
    write_content(page.encode(), entry.artifacts / "report.html")


def send_now(store: Store) -> int:
    """Log what waits, in this process; return how many runs were logged.

    Raises
    ------
    MissingExtraError, TrackingError
    """
    from coterie.stores.tracking.sending import send_waiting

    return send_waiting(store, finish_entry)
