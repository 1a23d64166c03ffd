"""Campaigns of the well-known marketing data."""

from __future__ import annotations

import pytest

import coterie as ct
from coterie.workflow.campaign_plans import plan_campaign
from coterie.workflow.campaigns import read_campaigns


@pytest.fixture(scope="module")
def study(real_data):
    """Return a Study of the marketing data."""
    return ct.segment(real_data / "marketing_campaign.csv")


def test_every_campaign_is_counted_as_in_the_file(study):
    found = read_campaigns(study)
    yes = {c.name: c.overall.yes for c in found.single}
    assert yes == {
        "AcceptedCmp1": 144, "AcceptedCmp2": 30, "AcceptedCmp3": 163, "AcceptedCmp4": 167,
        "AcceptedCmp5": 163, "Response": 334,
    }  # fmt: skip
    assert found.campaigns[0].overall.yes == 609
    assert not found.circular


def test_those_who_spend_most_answer_most_and_campaign_3_tells_nobody_apart(study):
    found = read_campaigns(study)
    spend = {a.segment_id: a.mean for a in found.spend if a.segment_id}
    richest = max(spend, key=spend.__getitem__)
    assert found.campaigns[0].best.segment_id == richest
    assert found.campaigns[0].answer(richest).beyond_chance
    assert not any(a.beyond_chance for a in found["AcceptedCmp3"].segments)
    assert found["AcceptedCmp3"].alike > 0.5


def test_contacting_everybody_loses_money_and_the_plan_earns_some(study):
    # The file says that a contact costs 3 and a yes brings 11; 334 of 2,240 said yes.
    found = plan_campaign(study, "Response", cost=3, value=11)
    assert found.plan.everybody.profit == pytest.approx(334 * 11 - 2_240 * 3, abs=60)
    assert found.plan.outcome.low > 0
    assert found.customers["ID"].n_unique() == found.plan.chosen
