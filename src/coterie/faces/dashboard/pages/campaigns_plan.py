"""The plan on the Campaigns page: cost and value in, whom to contact out, with the list."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from coterie.errors import CoterieError
from coterie.faces.dashboard import pieces
from coterie.faces.dashboard.drawing import show_chart
from coterie.faces.dashboard.pages.campaigns_tables import plan_table
from coterie.figures.charts_campaigns import plan_curve
from coterie.tables.writing import harmless
from coterie.workflow.campaign_plans import CampaignPlan, plan_campaign
from coterie.workflow.campaigns_words import tell_plan

if TYPE_CHECKING:
    from coterie.stores.shelf import StoredStudy
    from coterie.workflow.campaigns import Campaigns

COST, VALUE = 1.0, 10.0


def draw_plan(
    study: StoredStudy, found: Campaigns, control: str | None, *, may_export: bool
) -> None:
    """Ask what a contact costs and brings, and say whom to contact next."""
    pieces.section(
        "The next campaign",
        "Say what a contact costs and what a yes is worth: the plan names the customers whose "
        "contacts are expected to pay.",
    )
    labels = {campaign.name: campaign.label for campaign in found.single}
    left, right = st.columns(2)
    with left:
        name = st.selectbox(
            "Like the campaign",
            list(labels),
            index=len(labels) - 1,
            format_func=lambda key: labels[key],
            key="plan-campaign",
        )
        cost = st.number_input("Cost of a contact", 0.0, value=COST, key="plan-cost")
        value = st.number_input("Value of a yes", 0.0, value=VALUE, key="plan-value")
    with right:
        budget = st.number_input(
            "Budget", 0.0, value=None, placeholder="no limit", key="plan-budget"
        )
        aside = st.number_input(
            "Kept aside to measure, %", 0, 90, 10, key="plan-holdout",
            help="A random part of the chosen is not contacted, so that the next campaign shows "
            "its effect.",
        )  # fmt: skip
        seed = st.number_input("Seed of the chance", 0, value=0, key="plan-seed")
    try:
        plan = plan_campaign(
            study, name, cost=cost, value=value, budget=budget, holdout=aside / 100,
            seed=int(seed), control=control,
        )  # fmt: skip
    except CoterieError as error:
        pieces.fault(error)
        return
    said = tell_plan(plan)
    st.markdown(f"**{_escaped(said[0])}** {_escaped(' '.join(said[1:]))}")
    show_chart(plan_curve(plan.plan, label=plan.campaign.label), key="plan-curve")
    st.html(plan_table(plan))
    if may_export and plan.plan.chosen:
        _list(plan, study)


def _list(plan: CampaignPlan, study: StoredStudy) -> None:
    """Offer the list of customers to contact and to keep aside."""
    pieces.take_out(
        "Download the list (CSV)",
        lambda: harmless(plan.customers).write_csv().encode(),
        f"{study.card.model}-plan-{plan.campaign.name}.csv",
        subject=study.card.name,
        key="plan-list",
    )


def _escaped(text: str) -> str:
    """Return a text that Markdown leaves as it is."""
    for sign in "\\`*_[]<>$~#:":
        text = text.replace(sign, "\\" + sign)
    return text
