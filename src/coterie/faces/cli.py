"""The command line: ask, show, and nothing else."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from coterie.errors import CoterieError
from coterie.faces import (
    campaigns_command,
    customers_command,
    methods_command,
    people,
    runs_command,
    serve_command,
)

if TYPE_CHECKING:
    from coterie.schema import Schema

INTERRUPTED = 130

app = typer.Typer(
    name="coterie",
    help="Find the groups in a customer table, say honestly how real they are, name them, and "
    "place the next customer.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    rich_markup_mode=None,
)

FileArgument = Annotated[
    Path, typer.Argument(metavar="FILE", help="CSV, TSV, Excel, Parquet or Arrow file.")
]
BundleArgument = Annotated[
    Path,
    typer.Argument(
        metavar="BUNDLE",
        help="A segmentation.zip that 'segment' wrote, or models:/NAME@production.",
    ),
]
DatesOption = Annotated[
    str | None,
    typer.Option("--dates", help="Order of dates that no value decides: dmy, mdy or ymd."),
]
AsOfOption = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        help="Day that ages and tenures are counted to, as 2024-05-31 "
        "[default: the day after the newest date in the data].",
    ),
]
SchemaOption = Annotated[
    Path | None,
    typer.Option("--schema", help="Columns as described in this TOML (see 'coterie schema')."),
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="Print one JSON object to standard output.")
]


@app.callback(invoke_without_command=True)
def root(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """Find the groups in a customer table and say how real they are."""
    if version:
        from importlib.metadata import version as installed

        typer.echo(f"coterie {installed('coterie')}")
        raise typer.Exit


@app.command()
def segment(
    file: FileArgument,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for what the run leaves.")] = (
        Path("out")
    ),
    k: Annotated[
        str, typer.Option("--k", help="Number of segments, or auto: the evidence decides.")
    ] = "auto",
    method: Annotated[
        str,
        typer.Option(
            "--method",
            help="kmeans, minibatch, bisecting, mixture, ward, dbscan, hdbscan, kprototypes, famd, "
            "rfm, or auto: compare them and use the one recommended (see 'coterie methods').",
        ),
    ] = "kmeans",
    rfm_scores: Annotated[
        int, typer.Option("--rfm-scores", help="With --method rfm: scores from 1 to so many.")
    ] = 5,
    rfm_breaks: Annotated[
        Path | None,
        typer.Option(
            "--rfm-breaks",
            help="With --method rfm: breaks to use as they stand, in the file that "
            "'coterie customers --rfm' writes; by default at quantiles of the customers.",
        ),
    ] = None,
    k_min: Annotated[int, typer.Option("--k-min", help="Smallest k tried.")] = 2,
    k_max: Annotated[int, typer.Option("--k-max", help="Largest k tried.")] = 12,
    features: Annotated[
        str | None,
        typer.Option(
            "--features",
            "-f",
            help="Columns to look for groups in, separated by commas; original or derived.",
        ),
    ] = None,
    scaler: Annotated[
        str, typer.Option("--scaler", help="standard, minmax or robust.")
    ] = "standard",
    pca: Annotated[
        str | None,
        typer.Option("--pca", help="Share of variance to keep (0.9) or number of components (3)."),
    ] = None,
    schema: SchemaOption = None,
    dates: DatesOption = None,
    as_of: AsOfOption = None,
    missing: Annotated[
        str,
        typer.Option("--missing", help="impute: fill with the median; drop: set the rows aside."),
    ] = "impute",
    name: Annotated[
        list[str] | None,
        typer.Option("--name", help='Your name for a segment, as 3="VIPs"; may be repeated.'),
    ] = None,
    names: Annotated[
        Path | None, typer.Option("--names", help="TOML file with your names for the segments.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="The same seed, the same result.")] = 0,
    table_format: Annotated[
        str, typer.Option("--format", help="Labelled customers as csv or parquet.")
    ] = "csv",
    as_json: JsonOption = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")] = False,
    track: Annotated[
        bool | None,
        typer.Option(
            "--track/--no-track",
            help="Log the run to MLflow, in the background [default: if MLflow is installed].",
        ),
    ] = None,
) -> None:
    """Find, judge, name and explain the segments in FILE."""
    from coterie.faces import showing
    from coterie.faces.settings import run_config
    from coterie.faces.tracking import check_tracking, track_run

    check_tracking(track)
    config = run_config(
        k=k,
        method=method,
        rfm_scores=rfm_scores,
        rfm_breaks=rfm_breaks,
        k_min=k_min,
        k_max=k_max,
        features=features,
        scaler=scaler,
        pca=pca,
        dates=dates,
        as_of=as_of,
        missing=missing,
        names=name or [],
        names_file=names,
        seed=seed,
        table_format=table_format,
    )
    with showing.progress(quiet=quiet) as listener:
        from coterie.faces.running import run_segment

        study, files = run_segment(
            file,
            config,
            out=out,
            schema=_read_schema(schema),
            table_format=table_format,
            progress=listener,
        )
    tracked = track_run(study, files, track=track, source=file)
    if as_json:
        answer = {**study.to_dict(), "files": files, "seconds": _rounded(study.seconds)}
        answer["tracking"] = tracked.to_dict()
        typer.echo(json.dumps(answer, ensure_ascii=False, allow_nan=False))
    else:
        showing.study(study, files)
        showing.tracked(tracked)


@app.command()
def explore(
    file: FileArgument,
    out: Annotated[
        Path, typer.Option("--out", "-o", help="Folder for pictures, statistics and the page.")
    ] = Path("exploration"),
    schema: SchemaOption = None,
    dates: DatesOption = None,
    as_of: AsOfOption = None,
    as_json: JsonOption = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")] = False,
) -> None:
    """Describe FILE: statistics, distributions, correlations, outliers, what is missing."""
    from coterie.faces import showing
    from coterie.faces.settings import read_day, read_order

    with showing.progress(quiet=quiet) as listener:
        from coterie.faces.running import run_explore

        overview, files = run_explore(
            file,
            out=out,
            schema=_read_schema(schema),
            dates=read_order(dates),
            as_of=read_day(as_of),
            progress=listener,
        )
    if as_json:
        typer.echo(json.dumps(showing.overview_dict(overview, files), ensure_ascii=False))
    else:
        showing.overview(overview, files)


@app.command()
def schema(file: FileArgument, dates: DatesOption = None) -> None:
    """Print what FILE's columns are taken for, as TOML to edit and give back with --schema."""
    from coterie.faces.running import describe_columns
    from coterie.faces.settings import read_order

    typer.echo(describe_columns(file, dates=read_order(dates)), nl=False)


@app.command()
def place(
    bundle: BundleArgument,
    values: Annotated[
        list[str] | None,
        typer.Option("--set", help="A value of the customer, as Age=30; once for each column."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Say which segment one customer belongs to, how surely, and why."""
    from coterie.faces import showing
    from coterie.faces.running import find_bundle
    from coterie.faces.settings import read_pairs
    from coterie.stores.bundle import load_bundle

    segmentation = load_bundle(find_bundle(bundle))
    placement = segmentation.place(read_pairs(values or [], "--set", "Age=30"))
    if as_json:
        typer.echo(json.dumps(placement.to_dict(), ensure_ascii=False))
    else:
        showing.placement(placement, segmentation)


@app.command()
def score(
    bundle: BundleArgument,
    file: FileArgument,
    out: Annotated[
        Path, typer.Option("--out", "-o", help="Where to write: .csv or .parquet.")
    ] = Path("scored.csv"),
    dates: DatesOption = None,
    as_json: JsonOption = False,
) -> None:
    """Add segment_id, segment and confidence to every row of FILE, in order."""
    from coterie.faces import showing
    from coterie.faces.running import run_score
    from coterie.faces.settings import read_order

    answer = run_score(bundle, file, out, dates=read_order(dates))
    if as_json:
        typer.echo(json.dumps(answer, ensure_ascii=False))
    else:
        showing.scored(answer)


@app.command()
def rename(
    bundle: BundleArgument,
    name: Annotated[
        list[str] | None,
        typer.Option("--name", help='Your name for a segment, as 3="VIPs"; may be repeated.'),
    ] = None,
    names: Annotated[
        Path | None, typer.Option("--names", help="TOML file with your names for the segments.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Another file [default: BUNDLE itself].")
    ] = None,
) -> None:
    """Give segments of a BUNDLE your own names; later scores and placements use them."""
    from coterie.faces.settings import given_names
    from coterie.stores.bundle import load_bundle, save_bundle

    renamed = load_bundle(bundle).renamed(given_names(name or [], names))
    typer.echo(f"Wrote {save_bundle(renamed, out or bundle)}")


@app.command()
def export(
    bundle: BundleArgument,
    to: Annotated[str, typer.Option("--to", help="sklearn or skops.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder to write to.")] = Path(),
) -> None:
    """Write a BUNDLE for scikit-learn users: the k-means pipeline and the decision tree."""
    from coterie.stores.bundle import load_bundle
    from coterie.stores.exports import export_segmentation

    for path in export_segmentation(load_bundle(bundle), to, out):
        typer.echo(f"Wrote {path}")


@app.command()
def sample(
    kind: Annotated[
        str, typer.Argument(metavar="KIND", help="customers, campaign or transactions.")
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="Where to write: .csv or .parquet.")],
    rows: Annotated[int, typer.Option("--rows", help="How many rows.")] = 2_000,
    segments: Annotated[
        int, typer.Option("--segments", help="How many groups are planted; 1: none at all.")
    ] = 5,
    seed: Annotated[int, typer.Option("--seed", help="The same seed, the same table.")] = 0,
) -> None:
    """Generate a sample table with planted groups, and the truth in a file beside it."""
    from coterie.tables.synthetic import write_sample

    path, truth = write_sample(kind, rows, segments, seed, out)
    typer.echo(f"Wrote {path} ({rows:,} rows) and the truth, {truth}")


def _read_schema(path: Path | None) -> Schema | None:
    """Read a schema file, if one was given."""
    if path is None:
        return None
    from coterie.faces.settings import read_text
    from coterie.schema.toml import schema_from_toml

    return schema_from_toml(read_text(path, "schema file"))


app.command()(customers_command.customers)
app.command()(methods_command.methods)
app.command()(methods_command.outliers)
app.command()(campaigns_command.campaigns)
app.command()(campaigns_command.plan)
app.command()(serve_command.serve)
app.add_typer(people.app)
app.add_typer(runs_command.app)


def _rounded(seconds: dict[str, float]) -> dict[str, Any]:
    """Return seconds as a person would note them."""
    return {stage: round(spent, 3) for stage, spent in seconds.items()}


@contextmanager
def _said_clearly() -> Iterator[None]:
    """Turn what is meant for the user into a sentence and exit code 2; Ctrl-C into 130."""
    try:
        yield
    except CoterieError as fault:
        typer.echo(f"coterie: {fault}", err=True)
        sys.exit(2)
    except SystemExit as ending:
        if ending.code == INTERRUPTED:
            typer.echo("Stopped. No file is half-written.", err=True)
        raise
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(141)


def main() -> None:
    """Run the command line."""
    try:
        with _said_clearly():
            app(standalone_mode=True)
    except SystemExit as ending:
        if ending.code:
            raise
    # All is written and closed: taking the interpreter apart would only be waited for.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)
