"""Tables of the Campaigns page: rates with counts, spend and discounts, the plan by segment."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

from coterie.faces.dashboard import pieces
from coterie.figures.palette import diverging_colour, text_on
from coterie.figures.words import say, say_number, say_share
from coterie.workflow.campaigns_words import money, span

if TYPE_CHECKING:
    from coterie.figures.chart import Chart
    from coterie.insight.responses import Campaign
    from coterie.workflow.campaign_plans import CampaignPlan
    from coterie.workflow.campaigns import Campaigns

STYLE = "<style>.cb-name { display: flex; gap: .5rem; align-items: center; }</style>"


def rates_table(campaign: Campaign, found: Campaigns) -> str:
    """Return a row a segment: asked, yes, rate and its range, what to expect, times the average."""
    rows = []
    for answer in (*campaign.segments, campaign.overall):
        mark = ""
        if answer.segment_id:
            mark = (
                "too few to say"
                if answer.small
                else "yes"
                if answer.beyond_chance
                else "may be not"
            )
        rows.append(
            [
                _head(answer.segment_id, found),
                f"{answer.asked:,}",
                f"{answer.yes:,}",
                say_share(answer.rate),
                span(answer.low, answer.high) if answer.asked else "",
                say_share(answer.expected),
                span(answer.expected_low, answer.expected_high) if answer.asked else "",
                say_number(answer.lift),
                mark,
            ]
        )
    heads = ("Segment", "Asked", "Said yes", "Rate", "95 % range", "Expect", "95 % range",
             "Times the average", "Beyond chance")  # fmt: skip
    return _table(heads, rows, f"Answers to {campaign.label}")


def acceptance_table(chart: Chart) -> str:
    """Return the heatmap as a table that scrolls sideways: a row a segment, a column a campaign."""
    names, campaigns = chart.encoding["names"], chart.encoding["campaigns"]
    heads = "".join(f'<th class="n" scope="col">{escape(label)}</th>' for label in campaigns)
    cells = iter(zip(*(chart.data[key] for key in ("difference", "text", "marked")), strict=True))
    rows = []
    for number, name in names.items():
        told = "".join(_tinted(next(cells), chart.encoding["limit"]) for _ in campaigns)
        head = f'<span class="cb-name">{pieces.disc(number)}{escape(name)}</span>'
        rows.append(f'<tr><th scope="row">{head}</th>{told}</tr>')
    return (
        f"{STYLE}"
        f'<div class="co-scroll" tabindex="0" role="region" aria-label="{escape(chart.title)}">'
        f'<table class="co-table"><thead><tr><th scope="col">Segment</th>{heads}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def _tinted(cell: tuple[float, str, bool], limit: float) -> str:
    """Return a cell in the colour of its lift; bold beyond chance."""
    difference, text, marked = cell
    colour = diverging_colour(difference, limit)
    weight = ";font-weight:600" if marked else ""
    return (
        f'<td class="n" style="background:{colour};color:{text_on(colour)}{weight}">'
        f"{escape(text)}</td>"
    )


def amounts_table(found: Campaigns) -> str:
    """Return a row a segment: spend and purchases with a discount."""
    heads = ["Segment", "Customers"]
    if found.spend_column is not None:
        heads += [f"{found.spend_column.label}, on average", "95 % range", "Share of all"]
    if found.deals_column is not None:
        heads += ["Purchases with a discount", "95 % range"]
        if found.deal_shares:
            heads.append("Of their purchases")
    rows = []
    for place, number in enumerate((0, *found.names)):
        customers = found.sizes.get(number, sum(found.sizes.values()))
        cells = [_head(number, found), f"{customers:,}"]
        if found.spend_column is not None:
            spend, unit = found.spend[place], found.spend_column.unit
            cells += [say(spend.mean, unit), _between(spend.low, spend.high)]
            cells.append(say_share(spend.share))
        if found.deals_column is not None:
            deals = found.deals[place]
            cells += [say_number(deals.mean), _between(deals.low, deals.high)]
            if found.deal_shares:
                cells.append(say_share(found.deal_shares.get(number)))
        rows.append(cells)
    return _table(heads, [*rows[1:], rows[0]], "Spend and discounts")


def plan_table(plan: CampaignPlan) -> str:
    """Return a row a segment: whom to contact, and what to expect."""
    rows = [
        [
            f'<span class="cb-name">{pieces.disc(row["segment_id"])}'
            f"{escape(plan.names[row['segment_id']])}</span>",
            f"{row['customers']:,}",
            say_share(row["rate"]),
            f"{row['contacts']:,}",
            f"{row['kept_aside']:,}",
            money(row["profit"]),
        ]
        for row in plan.plan.by_segment(list(plan.names))
    ]
    heads = ("Segment", "Customers", "Expect", "Contact", "Kept aside", "Expected profit")
    return _table(heads, rows, "Whom to contact")


def _between(low: float | None, high: float | None) -> str:
    """Say a range of amounts."""
    return "" if low is None else f"{say_number(low)} to {say_number(high)}"


def _head(number: int, found: Campaigns) -> str:
    """Return a segment's disc and name."""
    disc = pieces.disc(number) if number else ""
    return f'<span class="cb-name">{disc}{escape(found.name(number))}</span>'


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]], label: str) -> str:
    """Return a table of which the first cell of each row is HTML, the others text."""
    top = f'<th scope="col">{escape(heads[0])}</th>' + "".join(
        f'<th class="n" scope="col">{escape(head)}</th>' for head in heads[1:]
    )
    body = "".join(
        f'<tr><th scope="row">{row[0]}</th>'
        + "".join(f'<td class="n">{escape(cell)}</td>' for cell in row[1:])
        + "</tr>"
        for row in rows
    )
    return (
        f"{STYLE}"
        f'<div class="co-scroll" tabindex="0" role="region" aria-label="{escape(label)}">'
        f'<table class="co-table wide"><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>'
        "</div>"
    )
