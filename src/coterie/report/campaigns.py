"""A Study's answers to campaigns -> the report's part on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coterie.errors import InputError
from coterie.figures.charts_campaigns import acceptance_heatmap, campaign_lift, reach_curve
from coterie.figures.words import say, say_number, say_share
from coterie.insight.answers import find_responses
from coterie.report.view import CampaignsView
from coterie.workflow.campaign_plans import plan_campaign
from coterie.workflow.campaigns import Campaigns, read_campaigns
from coterie.workflow.campaigns_words import span, tell_campaigns

if TYPE_CHECKING:
    from coterie.figures.chart import Chart
    from coterie.workflow import Study

HEADS = ("Asked", "Said yes", "Rate", "95 % range", "Expect", "95 % range", "Times the average")


def campaigns_part(study: Study) -> tuple[CampaignsView | None, dict[str, Chart]]:
    """Return what the report tells of campaigns, and its pictures; nothing without answers."""
    if not find_responses(study.segmentation.described)[0]:
        return None, {}
    try:
        found = read_campaigns(study)
    except InputError:  # a column of answers that holds others: its note stands with the cleaning
        return None, {}
    first = found.campaigns[0]
    charts = {
        "campaign_acceptance": acceptance_heatmap(found.campaigns, found.names),
        "campaign_lift": campaign_lift(first, found.names),
    }
    last = found.single[-1]
    if last.overall.yes:
        plan = plan_campaign(study, last.name, cost=0, value=1, holdout=0).plan
        charts["campaign_reach"] = reach_curve(plan, label=last.label)
    rows = [
        (
            answer.segment_id,
            found.name(answer.segment_id),
            (
                f"{answer.asked:,}",
                f"{answer.yes:,}",
                say_share(answer.rate),
                span(answer.low, answer.high) if answer.asked else "",
                say_share(answer.expected),
                span(answer.expected_low, answer.expected_high) if answer.asked else "",
                "too few to say" if answer.small else say_number(answer.lift),
            ),
        )
        for answer in (*first.segments, first.overall)
    ]
    heads, amounts = _amounts(found)
    view = CampaignsView(
        says=tell_campaigns(found),
        heads=(first.label, *HEADS),
        rows=rows,
        amounts_heads=heads,
        amounts=amounts,
    )
    return view, charts


def _amounts(found: Campaigns) -> tuple[tuple[str, ...], list[tuple[int, str, tuple[str, ...]]]]:
    """Return spend, and purchases with a discount, by segment."""
    heads: list[str] = []
    if found.spend_column is not None:
        heads += [f"{found.spend_column.label}, on average", "Share of all"]
    if found.deals_column is not None:
        heads += ["Purchases with a discount"]
        heads += ["Of their purchases"] if found.deal_shares else []
    rows = []
    for place, number in enumerate((0, *found.names)):
        cells: list[str] = []
        if found.spend_column is not None:
            spend = found.spend[place]
            cells += [say(spend.mean, found.spend_column.unit), say_share(spend.share)]
        if found.deals_column is not None:
            cells.append(say_number(found.deals[place].mean))
            cells += [say_share(found.deal_shares.get(number))] if found.deal_shares else []
        rows.append((number, found.name(number), tuple(cells)))
    if not heads:
        return (), []
    return ("A customer", *heads), [*rows[1:], rows[0]]
