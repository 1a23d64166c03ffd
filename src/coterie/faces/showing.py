"""What the terminal shows: progress on standard error, answers on standard output."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from shlex import quote
from typing import TYPE_CHECKING, Any

from coterie.placement import NO_SEGMENT
from coterie.workflow.progress import Progress

if TYPE_CHECKING:
    from rich.console import Console

    from coterie.faces.tracking import Tracked
    from coterie.segmentation import Placement, Segmentation
    from coterie.workflow import Study
    from coterie.workflow.exploring import Overview

MARKS = {"natural": "●", "reproducible": "◐", "constructed": "○"}
TITLES = {
    "natural": "natural groups",
    "reproducible": "reproducible, not natural",
    "constructed": "no natural groups",
}
LONGEST_NOTES = 8
LONGEST_TABLE = 60
WIDE = 110
NARROW_FIGURES = {
    "count": "count",
    "missing": "missing",
    "mean": "mean",
    "std": "std",
    "min": "min",
    "median": "median",
    "max": "max",
}
WIDE_FIGURES = {
    **{name: name for name in ("count", "missing", "mean", "std", "min")},
    "25 %": "q25",
    "median": "median",
    "75 %": "q75",
    "max": "max",
    "skew": "skew",
}
LARGE, HUGE = 1e4, 1e9


def console(*, error: bool = False) -> Console:
    """Return a console for standard output or standard error."""
    from rich.console import Console

    return Console(stderr=error, highlight=False, soft_wrap=False)


@contextmanager
def progress(*, quiet: bool) -> Iterator[Progress | None]:
    """Show the progress of a run on standard error: a bar on a terminal, else a line a stage."""
    if quiet:
        yield None
    elif sys.stderr.isatty():
        yield from _bar()
    else:
        yield _Lines()


def _bar() -> Iterator[Progress]:
    """Show a bar that goes away when the work is done."""
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description:<44}"), BarColumn(bar_width=30), TimeElapsedColumn())
    with Bar(*columns, console=console(error=True), transient=True) as bar:
        task = bar.add_task("Starting", total=1.0)

        def listen(_stage: str, words: str, share: float) -> None:
            bar.update(task, description=words, completed=share)

        yield listen


class _Lines:
    """Says each stage once, a line each: for logs and pipes."""

    def __init__(self) -> None:
        self._said = ""

    def __call__(self, stage: str, words: str, _share: float) -> None:
        if stage != self._said:
            self._said = stage
            sys.stderr.write(f"{words} ...\n")
            sys.stderr.flush()


def study(found: Study, files: dict[str, str]) -> None:
    """Show what was found, in a screenful."""
    from rich.markup import escape
    from rich.table import Table

    screen = console()
    verdict = found.quality.verdict
    dropped = found.rows - found.kept
    screen.print()
    screen.print(
        f"[bold]{escape(found.name)}[/bold]  {found.kept:,} customers"
        + (f", {dropped:,} rows set aside" if dropped else "")
    )
    word = "segment" if found.k == 1 else "segments"
    screen.print(
        f"{MARKS[verdict.kind]} [bold]{found.k} {word}: {TITLES[verdict.kind]}[/bold]", style="cyan"
    )
    screen.print(escape(verdict.sentence))
    screen.print(escape(verdict.meaning))
    screen.print(f"[dim]{escape(found.quality.reason)}[/dim]")
    for other in found.others:
        screen.print(f"[dim]{escape(other.sentence)}[/dim]")
    screen.print()
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    table.add_column("", justify="right", no_wrap=True)
    table.add_column("Segment", ratio=2)
    table.add_column("Share", justify="right", no_wrap=True)
    table.add_column("What sets it apart", ratio=4)
    table.add_column("Rule", ratio=4)
    most = 2 if screen.width >= WIDE else 1
    for segment in found.segments:
        table.add_row(
            str(segment.id),
            escape(segment.name),
            f"{segment.share:.0%}",
            escape("; ".join(segment.facts[:most])),
            escape(segment.rule),
        )
    if found.left_out:
        share = f"{found.left_out / found.kept:.0%}"
        table.add_row("", NO_SEGMENT, share, "like no segment, and in none", "")
    screen.print(table)
    screen.print()
    _warnings(screen, found.notes)
    screen.print(f"Report     {escape(files['report'])}", style="bold", soft_wrap=True)
    screen.print(f"Customers  {escape(files['customers'])}", soft_wrap=True)
    screen.print(f"Model      {escape(files['bundle'])}", soft_wrap=True)
    command = f"coterie place {files['bundle']} {_example(found)}"
    screen.print(f"[dim]Next       {escape(command)}[/dim]", soft_wrap=True)


def tracked(found: Tracked) -> None:
    """Say what became of the run's record."""
    from rich.markup import escape

    if found.words:
        console().print(f"[dim]Tracking   {escape(found.words)}[/dim]", soft_wrap=True)


def _warnings(screen: Console, notes: tuple[Any, ...]) -> None:
    """Show the notes that the reader should decide on."""
    from rich.markup import escape

    warnings = [note for note in notes if note.level == "warning"]
    for note in warnings[:LONGEST_NOTES]:
        screen.print(f"[yellow]Note[/yellow]       {escape(note.text)}")
    if len(warnings) > LONGEST_NOTES:
        screen.print(f"           and {len(warnings) - LONGEST_NOTES} more in the report")


def _example(found: Study) -> str:
    """Return the values of a typical customer as --set words."""
    given = [column for column in found.segmentation.inputs if column.typical is not None]
    return " ".join(f"--set {quote(f'{c.name}={_said(c.typical)}')}" for c in given[:4])


def _said(value: float | str | None) -> str:
    """Return a typical value as it is typed."""
    return f"{value:.10g}" if isinstance(value, float | int) else str(value)


def overview(found: Overview, files: dict[str, str]) -> None:
    """Show the statistics of a table."""
    from rich.markup import escape
    from rich.table import Table

    screen = console()
    screen.print()
    screen.print(
        f"[bold]{escape(found.name)}[/bold]  {found.rows:,} rows, {len(found.schema)} columns"
    )
    headings = WIDE_FIGURES if screen.width >= WIDE else NARROW_FIGURES
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    table.add_column("Column", min_width=12, overflow="fold")
    for heading in headings:
        table.add_column(heading, justify="right", no_wrap=True)
    shown = found.exploration.statistics[:LONGEST_TABLE]
    for row in shown:
        figures = (getattr(row, field) for field in headings.values())
        table.add_row(escape(row.column), *(_figure(value) for value in figures))
    screen.print(table)
    if more := len(found.exploration.statistics) - len(shown):
        screen.print(f"and {more:,} more columns in {escape(files['statistics'])}", soft_wrap=True)
    screen.print()
    for note in found.notes:
        colour = "yellow" if note.level == "warning" else "dim"
        screen.print(f"[{colour}]{escape(note.topic)}[/{colour}]  {escape(note.text)}")
    screen.print()
    if headings is NARROW_FIGURES:
        screen.print("[dim]Quartiles and skew: a wider terminal, the page, or statistics.csv[/dim]")
    screen.print(f"Page       {escape(files['page'])}", style="bold", soft_wrap=True)
    screen.print(f"Figures    {escape(files['figures'])}", soft_wrap=True)


def _figure(value: float | None) -> str:
    """Return a figure in a few characters."""
    if value is None:
        return ""
    if isinstance(value, int) or abs(value) >= LARGE:
        return f"{value:,.0f}" if abs(value) < HUGE else f"{value:.3g}"
    return f"{value:.4g}"


def overview_dict(found: Overview, files: dict[str, str]) -> dict[str, Any]:
    """Return an Overview as plain JSON values."""
    from coterie.insight.exploration import statistics_rows

    return {
        "customers": found.rows,
        "statistics": statistics_rows(found.exploration),
        "schema": found.schema.to_dict(),
        "notes": [note.to_dict() for note in found.notes],
        "files": files,
    }


def placement(answer: Placement, segmentation: Segmentation) -> None:
    """Show one customer's answer."""
    from rich.markup import escape

    screen = console()
    segment = segmentation.segment(answer.segment_id)
    number = f"segment {answer.segment_id}" if answer.segment_id else "no segment reaches"
    screen.print(f"[bold]{escape(answer.segment)}[/bold]  ({number})")
    runner = f"; next nearest: {answer.runner_up}" if answer.runner_up else ""
    screen.print(f"Confidence {answer.confidence:.0%}{escape(runner)}")
    agrees = "" if answer.rule_agrees else " (the rule alone would place this customer elsewhere)"
    screen.print(f"Because    {escape(answer.rule)}{agrees}")
    screen.print(f"Advice     {escape(segment.advice)}")
    for note in answer.notes:
        screen.print(f"[yellow]Note[/yellow]       {escape(note)}")


def scored(answer: dict[str, Any]) -> None:
    """Show how many customers each segment got."""
    from rich.markup import escape

    screen = console()
    for segment in answer["segments"]:
        share = segment["size"] / max(answer["rows"], 1)
        screen.print(f"{segment['size']:>10,}  {share:>4.0%}  {escape(segment['name'])}")
    screen.print(
        f"Wrote {escape(answer['file'])} ({answer['rows']:,} rows, in order)", soft_wrap=True
    )
