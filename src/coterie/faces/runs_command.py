"""`coterie runs`: the trainings on record, and which one is in production."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from mlflow import MlflowClient

    from coterie.stores.tracking import Store
    from coterie.workflow.comparison import Comparison

app = typer.Typer(
    name="runs",
    help="The trainings on record: list, show, compare, promote.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

RunArgument = Annotated[
    str,
    typer.Argument(metavar="RUN", help="Its id (or how it begins), its name, or latest."),
]
SideArgument = Annotated[
    str,
    typer.Argument(
        help="A run, a folder that 'segment' wrote, a bundle, or models:/NAME@production.",
    ),
]
FolderOption = Annotated[
    Path | None,
    typer.Option(
        "--store",
        help="Folder of the runs, such as DATA/mlflow of a server "
        "[default: COTERIE_TRACKING_DIR, or the user's data folder].",
    ),
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="Print one JSON object to standard output.")
]


@app.command("list")
def list_(
    most: Annotated[int, typer.Option("--most", help="How many, newest first.", min=1)] = 20,
    folder: FolderOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the runs on record, newest first."""
    from coterie.faces import runs_showing
    from coterie.stores.tracking.runs import list_runs

    with _logged(folder) as (store, client):
        runs = list_runs(client, store, most)
        left = _left(store)
    if as_json:
        plain = {"store": store.where, "runs": [run.to_dict() for run in runs], "waiting": left}
        typer.echo(json.dumps(plain, ensure_ascii=False))
    else:
        runs_showing.runs(store.where, runs, left)


@app.command()
def show(run: RunArgument, folder: FolderOption = None, as_json: JsonOption = False) -> None:
    """Show a run: its settings, its figures, every k that was tried."""
    from coterie.faces import runs_showing
    from coterie.stores.tracking.runs import find_run

    with _logged(folder) as (store, client):
        found = find_run(client, store, run)
    if as_json:
        typer.echo(json.dumps(found.to_dict(), ensure_ascii=False))
    else:
        runs_showing.run(found)


@app.command()
def compare(
    left: SideArgument,
    right: SideArgument,
    on: Annotated[
        Path | None,
        typer.Option(
            "--on",
            metavar="FILE",
            help="Customers to place by both [default: those of the first, or of the second].",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Folder for flow.png, flow.csv and comparison.json."),
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option("--report", metavar="FILE", help="Write it as one HTML page as well."),
    ] = None,
    folder: FolderOption = None,
    as_json: JsonOption = False,
) -> None:
    """Compare two studies: settings, figures, who went where, which segment became which."""
    from coterie.faces import runs_showing
    from coterie.faces.sides import open_side
    from coterie.stores.outputs import prepare_folder
    from coterie.stores.tracking import Store
    from coterie.workflow.comparing import compare as compare_sides

    store = Store.find(folder)
    if out is not None:
        prepare_folder(out)
    found = compare_sides(open_side(left, store), open_side(right, store), on=on)
    files = {} if out is None else _write(found, out)
    if report is not None:
        from coterie.report.comparing import write_comparison

        files["report"] = str(write_comparison(found, report))
    if as_json:
        typer.echo(json.dumps({**found.to_dict(), "files": files}, ensure_ascii=False))
    else:
        runs_showing.comparison(found)
        for path in files.values():
            typer.echo(f"Wrote {path}")


def _write(found: Comparison, out: Path) -> dict[str, str]:
    """Write a comparison: its values, and the flow as picture and table where there is one."""
    from coterie.tables.writing import write_content, write_frame

    files = {"comparison": out / "comparison.json"}
    text = json.dumps(found.to_dict(), ensure_ascii=False, indent=1)
    write_content(text.encode(), files["comparison"])
    if found.chart is not None:
        files |= {"flow": out / "flow.png", "flow_table": out / "flow.csv"}
        write_content(found.chart.picture, files["flow"])
        write_frame(found.chart.frame(), files["flow_table"])
    return {what: str(path) for what, path in files.items()}


@app.command()
def promote(
    run: RunArgument,
    name: Annotated[
        str | None,
        typer.Option("--name", help="Name of the model [default: follows from the data's name]."),
    ] = None,
    folder: FolderOption = None,
) -> None:
    """Put a run's model into production: its alias 'production' then means this run."""
    from coterie.stores.shelf.places import alone
    from coterie.stores.tracking.following import follow_registry
    from coterie.stores.tracking.registry import promote as promote_run
    from coterie.stores.tracking.runs import find_run

    with _logged(folder) as (store, client):
        found = find_run(client, store, run)
        called, version = promote_run(client, found, name or "")
        with alone(store.home):
            answers = called in follow_registry(client, store)
    if answers:
        typer.echo(f"The server answers with it as {called} from now on.")
    typer.echo(f"{called} version {version} (run {found.short_id}) is in production.")
    typer.echo(f"Next: coterie score models:/{called}@production FILE -o scored.csv")


@app.command()
def ui(
    port: Annotated[int, typer.Option("--port", help="Port to listen on; 0: any free.")] = 5000,
    folder: FolderOption = None,
) -> None:
    """Open MLflow's own page on this machine only (127.0.0.1); Ctrl-C ends it."""
    from coterie.faces.runs_page import serve_page

    with _logged(folder) as (store, _client):
        pass
    sys.exit(serve_page(store, port, typer.echo))


@contextmanager
def _logged(folder: Path | None) -> Iterator[tuple[Store, MlflowClient]]:
    """Log what still waits, then give the store and a client of it.

    Raises
    ------
    MissingExtraError, TrackingError
    """
    from coterie.faces.tracking import send_now
    from coterie.stores.tracking import Store
    from coterie.stores.tracking.opening import import_mlflow, opened
    from coterie.stores.tracking.outbox import waiting

    store = Store.find(folder)
    if left := len(waiting(store)):
        typer.echo(f"Logging {left} {'run' if left == 1 else 'runs'} ...", err=True)
    import_mlflow()
    send_now(store)
    with opened(store) as client:
        yield store, client


def _left(store: Store) -> list[dict[str, Any]]:
    """Return what is not logged, with the reason, and for which store."""
    from coterie.stores.tracking.outbox import every_entry

    return [
        {
            "name": entry.record["name"],
            "store": entry.record["where"],
            "reason": entry.fault,
            "folder": str(entry.folder),
        }
        for entry in every_entry(store)
    ]
