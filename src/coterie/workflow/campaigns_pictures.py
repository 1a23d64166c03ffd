"""The pictures of campaigns, by name."""

from __future__ import annotations

from coterie.figures.chart import Chart
from coterie.figures.charts_campaigns import acceptance_heatmap, campaign_effect, campaign_lift
from coterie.workflow.campaigns import Campaigns


def campaign_charts(found: Campaigns) -> dict[str, Chart]:
    """Return the heatmap of acceptance, and what to expect (and the effect) of each campaign."""
    charts = {"campaign_acceptance": acceptance_heatmap(found.campaigns, found.names)}
    for campaign in found.campaigns:
        charts[f"campaign_lift_{campaign.name}"] = campaign_lift(campaign, found.names)
        if found.control:
            charts[f"campaign_effect_{campaign.name}"] = campaign_effect(campaign, found.names)
    return charts
