"""What the terminal shows of runs on record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from coterie.faces.showing import LONGEST_TABLE, MARKS, TITLES, console

if TYPE_CHECKING:
    from coterie.stores.tracking.runs import Run
    from coterie.workflow.comparison import Comparison, Pair

CURVES = (
    ("inertia", "WCSS"),
    ("silhouette", "silhouette"),
    ("calinski_harabasz", "C.-Harabasz"),
    ("davies_bouldin", "D.-Bouldin"),
    ("gap", "gap"),
    ("prediction_strength", "pred. str."),
    ("stability", "stability"),
)


def said(value: float | None) -> str:
    """Return a figure in a few characters.

    Examples
    --------
    >>> said(0.55123), said(12345.6), said(None)
    ('0.551', '12,346', '–')
    """
    if value is None:
        return "–"
    return f"{value:,.0f}" if abs(value) >= 1_000 else f"{value:.3g}"


def runs(where: str, found: Sequence[Run], waiting: Sequence[Mapping[str, Any]]) -> None:
    """Show a list of runs, and what could not be logged."""
    from rich.markup import escape
    from rich.table import Table

    screen = console()
    if found:
        table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
        table.add_column("Run", no_wrap=True)
        table.add_column("Finished", no_wrap=True)
        table.add_column("Data", min_width=8, overflow="fold")
        table.add_column("k", justify="right", no_wrap=True)
        table.add_column("Verdict", no_wrap=True)
        table.add_column("Silh.", justify="right", no_wrap=True)
        table.add_column("Production", min_width=10, overflow="fold")
        for run in found:
            table.add_row(
                run.short_id,
                f"{run.at.astimezone():%Y-%m-%d %H:%M}",
                escape(run.name),
                f"{run.k:,}",
                f"{MARKS.get(run.verdict, '')} {run.verdict}".strip(),
                said(run.figures.get("silhouette")),
                escape(", ".join(run.production)),
            )
        screen.print(table)
    else:
        screen.print("No run is on record yet. Train first: coterie segment FILE")
    screen.print(f"[dim]Store      {escape(where)}[/dim]", soft_wrap=True)
    for one in waiting:
        why = one["reason"] or f"it is for {one['store']}"
        screen.print(
            f"[yellow]Not logged[/yellow] {escape(one['name'])}: {escape(why)}", soft_wrap=True
        )


def run(found: Run) -> None:
    """Show one run."""
    from rich.markup import escape
    from rich.table import Table

    screen = console()
    screen.print(f"[bold]{escape(found.name)}[/bold]  run {found.id}")
    word = "segment" if found.k == 1 else "segments"
    verdict = TITLES.get(found.verdict, found.verdict)
    screen.print(f"{MARKS.get(found.verdict, '')} {found.k} {word}: {verdict}", style="cyan")
    if found.production:
        screen.print(f"In production as {escape(', '.join(found.production))}")
    note = found.tags.get("mlflow.note.content", "").replace("**", "")
    screen.print(f"[dim]{escape(note)}[/dim]")
    screen.print()
    for title, pairs in (
        ("Settings", found.parameters),
        ("Figures", {key: said(v) for key, v in found.figures.items()}),
    ):
        table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
        screen.print(title, style="bold")
        for key, value in list(pairs.items())[:LONGEST_TABLE]:
            table.add_row(key, escape(str(value)))
        screen.print(table)
        screen.print()
    _curves(found)


def comparison(found: Comparison) -> None:
    """Show two studies side by side."""
    from rich.markup import escape

    screen = console()
    screen.print(f"[bold]{escape(found.left)}[/bold]  with  [bold]{escape(found.right)}[/bold]")
    screen.print(escape(found.agreement), style="cyan")
    if found.customers:
        screen.print(f"[dim]{found.customers:,} customers, placed by both[/dim]")
    screen.print()
    for one in found.became:
        screen.print(f"{one.id}. {escape(one.sentence)}")
    for number, name in found.new:
        screen.print(f"New: {number}. {escape(name)} is the chief part of none of the first's.")
    screen.print()
    differing = [pair for pair in found.settings if not pair.same]
    alike = len(found.settings) - len(differing)
    if differing:
        _beside("Settings that differ", found, differing)
    screen.print(f"[dim]{alike} settings are the same[/dim]")
    screen.print()
    _beside("Figures", found, found.figures)


def _beside(title: str, found: Comparison, pairs: Sequence[Pair]) -> None:
    """Show values of both in two columns."""
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    table.add_column(title)
    for name in (found.left, found.right):
        table.add_column(escape(name), overflow="fold")
    for pair in pairs:
        table.add_row(pair.name, escape(_cell(pair.left)), escape(_cell(pair.right)))
    console().print(table)


def _cell(value: Any) -> str:
    """Return a setting or a figure as text."""
    if isinstance(value, float | int) and not isinstance(value, bool):
        return said(value)
    return "–" if value is None or value in ([], {}, "") else str(value)


def _curves(found: Run) -> None:
    """Show every figure at every k."""
    from rich.table import Table

    screen = console()
    shown = [(key, title) for key, title in CURVES if key in found.curves]
    ks = sorted({k for curve in found.curves.values() for k in curve})
    if not ks:
        return
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    table.add_column("k", justify="right")
    for _key, title in shown:
        table.add_column(title, justify="right", no_wrap=True)
    for k in ks:
        cells = [said(found.curves[key].get(k)) for key, _title in shown]
        table.add_row(str(k), *cells, style="bold" if k == found.k else None)
    screen.print(table)
