"""`coterie customers`: order lines in, one row a customer out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from coterie.insight.rfm_grid import RfmGrid
    from coterie.workflow.customers import Customers

LONGEST_NOTES = 12


def customers(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="TRANSACTIONS", help="Order lines: CSV, TSV, Excel, Parquet or Arrow file."
        ),
    ],
    out: Annotated[
        Path, typer.Option("--out", "-o", help="Where to write: .csv or .parquet.")
    ] = Path("customers.parquet"),
    columns: Annotated[
        str | None,
        typer.Option(
            "--columns",
            help="Which column is what, as customer=c2,date=c3,amount=c5; also order, product, "
            "quantity, price, status, channel, visits. Those left out are known by sight.",
        ),
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option(
            "--as-of",
            help="Describe customers as of this day, as 2024-05-31: its orders count, later ones "
            "do not [default: the day after the newest order].",
        ),
    ] = None,
    dates: Annotated[
        str | None,
        typer.Option("--dates", help="Order of dates that no value decides: dmy, mdy or ymd."),
    ] = None,
    unit: Annotated[
        str,
        typer.Option(
            "--unit", help="Unit of t_x and T: day, week (7 days) or calendar-week (from Monday)."
        ),
    ] = "day",
    expect: Annotated[
        str | None,
        typer.Option(
            "--expect", help="Expect orders and spend over a time such as 90d, 12w, 6m or 1y."
        ),
    ] = None,
    rfm: Annotated[
        Path | None,
        typer.Option(
            "--rfm",
            help="Add RFM scores and cells. The breaks are read from this JSON file; if there is "
            "none yet, they are worked out and written there.",
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object to standard output.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")] = False,
) -> None:
    """Turn order lines into one row a customer: recency, frequency, monetary value and more."""
    from coterie.faces import showing
    from coterie.faces.settings import read_day, read_order

    settings: dict[str, Any] = {
        "columns": read_columns(columns),
        "as_of": read_day(as_of),
        "dates": read_order(dates),
        "unit": unit,
        "expect": expect,
    }
    _check_output(file, out, rfm)
    with showing.progress(quiet=quiet) as listener:
        from coterie.tables.writing import write_frame
        from coterie.workflow.customers import customers_from_orders

        kept = _read_grid(rfm)
        made = customers_from_orders(
            file, rfm=kept or rfm is not None, progress=listener, **settings
        )
        write_frame(made.frame, out)
    if rfm is not None and kept is None and made.grid is not None:
        _write_grid(made.grid, rfm)
    if as_json:
        answer = {**made.to_dict(), "file": str(out)}
        typer.echo(json.dumps(answer, ensure_ascii=False, allow_nan=False))
    else:
        _show(made, out, rfm)


def read_columns(text: str | None) -> dict[str, str]:
    """Read ``customer=c2,date=c3``; a part without an equals sign belongs to the name before it.

    Raises
    ------
    ConfigError
        If a part says nothing, or a role is given twice.

    Examples
    --------
    >>> read_columns("customer=c2, amount=Sales, net")
    {'customer': 'c2', 'amount': 'Sales, net'}
    """
    from coterie.errors import ConfigError

    found: dict[str, str] = {}
    last = ""
    for part in (text or "").split(","):
        role, equals, name = part.partition("=")
        role = role.strip().lower()
        if equals and role in found:
            raise ConfigError([f"--columns gives {role} twice."])
        if equals:
            found[role], last = name.strip(), role
        elif last:
            found[last] += f",{part}"
        elif part.strip():
            raise ConfigError(
                [f"--columns takes pairs such as customer=c2,date=c3; it is {text!r}."]
            )
    return found


def _check_output(file: Path, out: Path, rfm: Path | None) -> None:
    """Raise before the work is done if its result could not be written."""
    from coterie.errors import OutputError
    from coterie.tables.writing import check_ending

    check_ending(out)
    for path, what in ((out, "customers"), (rfm, "breaks")):
        if path is None:
            continue
        if path.resolve() in {file.resolve(), *([out.resolve()] if path is rfm else [])}:
            raise OutputError(f"The {what} would be written over {path}. Give another name.")
        if not path.parent.is_dir():
            raise OutputError(
                f"There is no folder {path.parent} to write {path.name} into. Make it first."
            )


def _read_grid(path: Path | None) -> RfmGrid | None:
    """Read the breaks of an earlier run, if there are any."""
    if path is None or not path.exists():
        return None
    from coterie.errors import ConfigError
    from coterie.faces.settings import read_text
    from coterie.insight.rfm_grid import RfmGrid

    try:
        return RfmGrid.from_dict(json.loads(read_text(path, "file of RFM breaks")))
    except (ConfigError, json.JSONDecodeError) as fault:
        reason = fault.faults[0] if isinstance(fault, ConfigError) else "It is no JSON."
        raise ConfigError(
            [f"{path} holds no RFM breaks. {reason} Give another name to have them worked out."]
        ) from None


def _write_grid(grid: RfmGrid, path: Path) -> None:
    """Write the breaks for later runs."""
    from coterie.tables.writing import write_content

    write_content(json.dumps(grid.to_dict(), indent=2, ensure_ascii=False).encode(), path)


def _show(made: Customers, out: Path, rfm: Path | None) -> None:
    """Show what was made of how many lines, in a screenful."""
    from rich.markup import escape
    from rich.table import Table

    from coterie.faces import showing

    screen = showing.console()
    screen.print()
    screen.print(
        f"[bold]{escape(made.name)}[/bold]  {len(made):,} customers as of {made.as_of}, "
        f"from {made.fates['purchase']:,} purchase lines of {made.lines:,}"
    )
    screen.print()
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    table.add_column("Lines", justify="right", no_wrap=True)
    table.add_column("What they are", ratio=3)
    table.add_column("What was done", ratio=3)
    for each in made.treatments:
        if each.lines:
            table.add_row(f"{each.lines:,}", escape(each.what), escape(each.treatment))
    if table.row_count:
        screen.print(table)
        screen.print("[dim]A line can be several of these; the first decides.[/dim]")
        screen.print()
    told = {each.name for each in made.treatments}
    warnings = [n for n in made.notes if n.level == "warning" and n.topic not in told]
    for note in warnings[:LONGEST_NOTES]:
        screen.print(f"[yellow]Note[/yellow]       {escape(note.text)}")
    screen.print(f"Customers  {escape(str(out))}", style="bold", soft_wrap=True)
    if rfm is not None:
        screen.print(f"Breaks     {escape(str(rfm))}", soft_wrap=True)
    if "monetary" in made.frame.columns:
        command = f"coterie segment {out} --features recency_days,frequency,monetary"
        screen.print(f"[dim]Next       {escape(command)}[/dim]", soft_wrap=True)
