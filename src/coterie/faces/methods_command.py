"""`coterie methods` and `coterie outliers`: which method to use, and who is like no segment."""

from __future__ import annotations

import json
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from coterie.workflow.methods import Comparison, Row
    from coterie.workflow.outliers import Outliers


def methods(
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="[FILE]", help="CSV, TSV, Excel, Parquet or Arrow file; none: list the methods."
        ),
    ] = None,
    only: Annotated[
        str | None,
        typer.Option("--only", help="Methods to compare, separated by commas [default: all]."),
    ] = None,
    features: Annotated[
        str | None,
        typer.Option("--features", "-f", help="Columns to look for groups in, by commas."),
    ] = None,
    scaler: Annotated[
        str, typer.Option("--scaler", help="standard, minmax or robust.")
    ] = "standard",
    k_min: Annotated[int, typer.Option("--k-min", help="Smallest k tried.")] = 2,
    k_max: Annotated[int, typer.Option("--k-max", help="Largest k tried.")] = 12,
    seed: Annotated[int, typer.Option("--seed", help="The same seed, the same result.")] = 0,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Write the table: .csv or .parquet.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")] = False,
) -> None:
    """Compare every method on FILE's customers and recommend one, or list the methods."""
    if file is None:
        _list(as_json=as_json)
        return
    from coterie.faces import showing
    from coterie.faces.settings import run_config

    config = run_config(
        k="auto", k_min=k_min, k_max=k_max, features=features, scaler=scaler, pca=None, dates=None,
        as_of=None, missing="impute", names=[], names_file=None, seed=seed, table_format="csv",
    )  # fmt: skip
    chosen = tuple(part.strip() for part in (only or "").split(",") if part.strip())
    with showing.progress(quiet=quiet) as listener:
        from coterie.workflow.methods import compare_methods

        found = compare_methods(file, config, methods=chosen, progress=listener)
    if out is not None:
        _write(found.rows_plain(), out)
    if as_json:
        typer.echo(json.dumps(found.to_dict(), ensure_ascii=False, allow_nan=False))
    else:
        _show_comparison(found, file)


def outliers(
    bundle: Annotated[
        Path, typer.Argument(metavar="BUNDLE", help="A segmentation.zip that 'segment' wrote.")
    ],
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="CSV, TSV, Excel, Parquet or Arrow file.")
    ],
    most: Annotated[int, typer.Option("--most", help="How many customers to show.")] = 20,
    dates: Annotated[
        str | None,
        typer.Option("--dates", help="Order of dates that no value decides: dmy, mdy or ymd."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Write them: .csv or .parquet.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Show the customers of FILE who are least like any segment of BUNDLE, and in what."""
    from coterie.faces.settings import read_order
    from coterie.stores.bundle import load_bundle
    from coterie.workflow.outliers import find_outliers

    found = find_outliers(load_bundle(bundle), file, most=most, dates=read_order(dates))
    if out is not None:
        _write(found.rows(), out)
    if as_json:
        typer.echo(json.dumps(found.to_dict(), ensure_ascii=False, allow_nan=False))
    else:
        _show_outliers(found)


def _write(rows: list[dict[str, object]], out: Path) -> None:
    """Write a table and say so."""
    import polars as pl

    from coterie.tables.writing import write_frame

    write_frame(pl.DataFrame(rows, infer_schema_length=None), out)
    typer.echo(f"Wrote {out}", err=True)


def _list(*, as_json: bool) -> None:
    """Show every method with a sentence."""
    from coterie.cluster.methods import METHODS

    if as_json:
        typer.echo(json.dumps([vars(method) for method in METHODS.values()], ensure_ascii=False))
        return
    for method in METHODS.values():
        typer.echo(f"{method.key:<12} {method.name}: {method.tells}")
    typer.echo("auto         Compare them all on the table, and use the one recommended.")


def _show_comparison(found: Comparison, file: Path) -> None:
    """Show the table of methods and the recommendation."""
    from rich.markup import escape
    from rich.table import Table

    from coterie.faces.showing import MARKS, console

    screen = console()
    screen.print()
    screen.print(f"[bold]{escape(file.name)}[/bold]  {found.customers:,} customers compared")
    screen.print(f"Use [bold]{escape(found.recommended.name)}[/bold]", style="cyan")
    screen.print(escape(found.reason))
    screen.print()
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 1, 0, 0))
    table.add_column("Method", no_wrap=True)
    heads = ("", "k", "Fit", "Chance", "Held", "Least", "None", "Cut", "Agree", "s")
    for head in heads:
        table.add_column(head, justify="right", no_wrap=True)
    for row in found.rows:
        if row.fault:
            table.add_row(escape(row.name), "", "–")
        else:
            table.add_row(escape(row.name), MARKS[row.verdict], *_figures(row))
    screen.print(table)
    screen.print()
    screen.print(
        "[dim]● natural  ◐ reproducible  ○ constructed. Fit: silhouette; Chance: that of data "
        "without groups. Held: what resampling finds again of the least stable segment. Least: "
        "the smallest segment. None: customers in no segment. Cut: neighbours that the segments "
        "part. Agree: with k-means, adjusted for chance. s: seconds.[/dim]"
    )
    for row in found.rows:
        if row.fault:
            screen.print(f"[dim]{escape(row.name)}: {escape(row.fault)}[/dim]")
    command = f"coterie segment {quote(str(file))} --method {found.recommended.method}"
    screen.print(f"[dim]Next       {escape(command)}[/dim]", soft_wrap=True)


def _figures(row: Row) -> list[str]:
    """Return the figures of a row as a person reads them."""

    def two(value: float | None) -> str:
        return "–" if value is None else f"{value:.2f}"

    like = row.agreement.get("kmeans")
    return [
        str(row.k), two(row.silhouette), two(row.silhouette_null), two(row.weakest_stability),
        f"{row.smallest:.0%}", f"{row.left_out:.0%}" if row.left_out else "",
        f"{row.links_cut:.1%}", "" if like is None else f"{like:.2f}", f"{row.seconds:.1f}",
    ]  # fmt: skip


def _show_outliers(found: Outliers) -> None:
    """Show customers with their reasons."""
    from rich.markup import escape

    from coterie.faces.showing import console

    screen = console()
    if not found.found:
        screen.print("The table has no customers.")
        return
    screen.print(
        f"{found.unusual:,} of {found.customers:,} customers are farther from every segment than "
        "99 in 100 of those it was made from. The farthest first:"
    )
    for one in found.found:
        who = f"customer {one.customer}, row {one.row:,}" if one.customer else f"row {one.row:,}"
        placed = "in no segment; nearest: " if one.segment_id == 0 else "nearest: "
        screen.print(f"[bold]{escape(who)}[/bold]  {one.farness:.1f} times as far as usual, "
                     f"{placed}{escape(one.nearest)}")  # fmt: skip
        for reason in one.reasons:
            screen.print(f"    {escape(reason.sentence)}")
