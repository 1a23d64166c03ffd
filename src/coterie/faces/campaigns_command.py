"""`coterie campaigns` and `coterie plan`: who answered, and whom to contact next."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from coterie.workflow.campaign_plans import CampaignPlan
    from coterie.workflow.campaigns import Campaigns

SourceArgument = Annotated[
    Path,
    typer.Argument(
        metavar="SEGMENTED",
        help="The folder that 'segment' wrote, its bundle, or a table with a column segment_id.",
    ),
]
CustomersOption = Annotated[
    Path | None,
    typer.Option("--customers", help="With a bundle: a table of customers to place first."),
]
ControlOption = Annotated[
    str | None,
    typer.Option(
        "--control",
        help="Column that says who was left out on purpose, as group=control, or a 0/1 column.",
    ),
]
DatesOption = Annotated[
    str | None,
    typer.Option("--dates", help="Order of dates that no value decides: dmy, mdy or ymd."),
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="Print one JSON object to standard output.")
]


def campaigns(
    source: SourceArgument,
    customers: CustomersOption = None,
    responses: Annotated[
        str | None,
        typer.Option(
            "--responses",
            help="Columns with the answers, separated by commas [default: those known by sight].",
        ),
    ] = None,
    control: ControlOption = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Folder for campaigns.csv and the pictures."),
    ] = None,
    dates: DatesOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tell who answered which campaign, segment by segment, and what to expect next time."""
    from coterie.faces.campaigns_source import open_labelled
    from coterie.faces.settings import read_order
    from coterie.workflow.campaigns import read_campaigns

    held = open_labelled(source, customers=customers, dates=read_order(dates))
    found = read_campaigns(held, responses=_listed(responses), control=control)
    files = _write_campaigns(found, out) if out is not None else {}
    if as_json:
        _print_json({**found.to_dict(), "files": files})
    else:
        _show_campaigns(found, files)


def plan(
    source: SourceArgument,
    cost: Annotated[float, typer.Option("--cost", help="What one contact costs.")],
    value: Annotated[float, typer.Option("--value", help="What one yes is worth.")],
    campaign: Annotated[
        list[str] | None,
        typer.Option(
            "--campaign", "-c", help="Column of its answers; may be repeated [default: all]."
        ),
    ] = None,
    budget: Annotated[
        float | None, typer.Option("--budget", help="For contacts, in the same money.")
    ] = None,
    holdout: Annotated[
        float,
        typer.Option("--holdout", help="Share of the chosen kept aside by chance, to measure."),
    ] = 0.1,
    seed: Annotated[int, typer.Option("--seed", help="The same seed, the same list.")] = 0,
    control: ControlOption = None,
    customers: CustomersOption = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Folder for the lists, one a campaign.")
    ] = None,
    dates: DatesOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say whom to contact in the next campaign, what to expect, and write the list."""
    from coterie.faces.campaigns_source import open_labelled
    from coterie.faces.settings import read_order
    from coterie.insight.answers import find_responses
    from coterie.insight.planning import Terms
    from coterie.workflow.campaign_plans import plan_campaign

    Terms(cost, value, budget, holdout, seed)
    held = open_labelled(source, customers=customers, dates=read_order(dates))
    wanted = campaign or [column.name for column in find_responses(held.schema)[0]]
    if not wanted:
        from coterie.errors import InputError
        from coterie.workflow.campaigns import NO_ANSWERS

        raise InputError(NO_ANSWERS)
    plans = [
        plan_campaign(
            held, name, cost=cost, value=value, budget=budget, holdout=holdout, seed=seed,
            control=control,
        )
        for name in wanted
    ]  # fmt: skip
    files = _write_plans(plans, out) if out is not None else {}
    if as_json:
        _print_json({"plans": [each.to_dict() for each in plans], "files": files})
    else:
        for each in plans:
            _show_plan(each)
        _show_files(files)


def _listed(text: str | None) -> list[str]:
    """Read names separated by commas."""
    return [part.strip() for part in (text or "").split(",") if part.strip()]


def _print_json(answer: dict[str, Any]) -> None:
    """Print one JSON object."""
    typer.echo(json.dumps(answer, ensure_ascii=False, allow_nan=False))


def _write_campaigns(found: Campaigns, out: Path) -> dict[str, str]:
    """Write the table of rates and the pictures; return the paths."""
    import polars as pl

    from coterie.figures.static import write_figures
    from coterie.stores.outputs import prepare_folder
    from coterie.tables.writing import write_frame
    from coterie.workflow.campaigns_pictures import campaign_charts

    prepare_folder(out)
    table = pl.DataFrame(found.rows(), infer_schema_length=None)
    files = {"rates": str(write_frame(table, out / "campaigns.csv"))}
    pictures = write_figures(campaign_charts(found), out / "figures")
    return files | {name: str(path) for name, path in pictures.items()}


def _write_plans(plans: list[CampaignPlan], out: Path) -> dict[str, str]:
    """Write a list and a curve for each campaign; return the paths."""
    from coterie.figures.charts_campaigns import plan_curve
    from coterie.figures.static import safe_name, write_figures
    from coterie.stores.outputs import prepare_folder
    from coterie.tables.writing import write_frame

    prepare_folder(out)
    files: dict[str, str] = {}
    taken: set[str] = set()
    charts = {}
    for each in plans:
        stem = safe_name(f"plan-{each.campaign.name}", taken)
        files[each.campaign.name] = str(write_frame(each.customers, out / f"{stem}.csv"))
        charts[stem] = plan_curve(each.plan, label=each.campaign.label)
    pictures = write_figures(charts, out / "figures")
    return files | {name: str(path) for name, path in pictures.items()}


def _show_campaigns(found: Campaigns, files: dict[str, str]) -> None:
    """Show the answers in a screenful."""
    from rich.markup import escape
    from rich.table import Table

    from coterie.faces import showing
    from coterie.figures.words import say_number, say_share
    from coterie.workflow.campaigns_words import span, tell_campaigns, tell_effect

    screen = showing.console()
    says = tell_campaigns(found)
    screen.print()
    screen.print(f"[bold]{escape(says[0])}[/bold]")
    for campaign in found.campaigns:
        screen.print()
        table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
        table.add_column(escape(campaign.label), min_width=24)
        for head in ("Asked", "Yes", "Rate", "95 %", "Expect", "Times average", ""):
            table.add_column(head, justify="right")
        for answer in (*campaign.segments, campaign.overall):
            mark = "too few" if answer.small else "*" if answer.beyond_chance else ""
            table.add_row(
                escape(found.name(answer.segment_id)),
                f"{answer.asked:,}",
                f"{answer.yes:,}",
                say_share(answer.rate),
                span(answer.low, answer.high) if answer.asked else "",
                say_share(answer.expected),
                say_number(answer.lift),
                mark,
            )
        screen.print(table)
        if found.control:
            for answer in campaign.segments:
                screen.print(escape(tell_effect(answer, found.name(answer.segment_id))))
    screen.print()
    screen.print("[dim]* beyond chance, corrected for all looks (Holm)[/dim]")
    _show_amounts(found, screen)
    for sentence in says[1:]:
        screen.print(escape(sentence))
    for note in found.notes:
        if note.level == "warning":
            screen.print(f"[yellow]Note[/yellow]  {escape(note.text)}")
    _show_files(files)


def _show_amounts(found: Campaigns, screen: Any) -> None:
    """Show spend, and purchases with a discount, by segment."""
    from rich.markup import escape
    from rich.table import Table

    from coterie.figures.words import say, say_share

    heads = []
    if found.spend_column is not None:
        heads += [found.spend_column.label, "Share of it"]
    if found.deals_column is not None:
        heads += [found.deals_column.label, "Of purchases"]
    if not heads:
        return
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    table.add_column("A customer, on average", min_width=24)
    for head in heads:
        table.add_column(escape(head), justify="right")
    for place, number in enumerate((0, *found.names)):
        cells = []
        if found.spend_column is not None:
            spend = found.spend[place]
            cells += [say(spend.mean, found.spend_column.unit), say_share(spend.share)]
        if found.deals_column is not None:
            deals = found.deals[place]
            cells += [say(deals.mean), say_share(found.deal_shares.get(number))]
        table.add_row(escape(found.name(number)), *cells)
    screen.print()
    screen.print(table)
    screen.print()


def _show_plan(found: CampaignPlan) -> None:
    """Show one plan."""
    from rich.markup import escape
    from rich.table import Table

    from coterie.faces import showing
    from coterie.figures.words import say_share
    from coterie.workflow.campaigns_words import money, tell_plan

    screen = showing.console()
    screen.print()
    screen.print(f"[bold]{escape(found.campaign.label)}[/bold]")
    for sentence in tell_plan(found):
        screen.print(escape(sentence))
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    table.add_column("Segment", min_width=24)
    heads = ("Customers", "Expect", "Contact", "Kept aside", "Expected profit")
    for head in heads:
        table.add_column(head, justify="right")
    for row in found.plan.by_segment(list(found.names)):
        table.add_row(
            escape(found.names[row["segment_id"]]),
            f"{row['customers']:,}",
            say_share(row["rate"]),
            f"{row['contacts']:,}",
            f"{row['kept_aside']:,}",
            money(row["profit"]),
        )
    screen.print()
    screen.print(table)


def _show_files(files: dict[str, str]) -> None:
    """Show where things were written."""
    from rich.markup import escape

    from coterie.faces import showing

    screen = showing.console()
    for path in files.values():
        screen.print(f"Written    {escape(path)}", soft_wrap=True)
