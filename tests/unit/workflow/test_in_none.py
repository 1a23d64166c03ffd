"""Customers whom no segment reaches: counted and said wherever segments are told of."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

import coterie as ct
from coterie.workflow.campaign_plans import plan_campaign
from coterie.workflow.campaigns import read_campaigns
from coterie.workflow.campaigns_words import tell_campaigns, tell_plan
from coterie.workflow.comparing import compare

NBSP = "\N{NO-BREAK SPACE}"


@pytest.fixture(scope="module")
def study():
    """Return three dense groups among customers who are like no one, all asked once."""
    rng = np.random.default_rng(3)
    middles = [(25, 28), (60, 45), (95, 62)]
    groups = [rng.normal(middle, (3, 2.5), (200, 2)) for middle in middles]
    around = np.column_stack([rng.uniform(5, 160, 60), rng.uniform(18, 90, 60)])
    points = np.concatenate([*groups, around])
    answers = (rng.random(len(points)) < 0.2).astype(int)
    table = pl.DataFrame(
        {"income_k": points[:, 0], "age": points[:, 1].clip(18, 95), "Response": answers}
    )
    return ct.segment(table, method="dbscan", features=("income_k", "age"))


def test_there_are_some_and_they_are_no_segment(study):
    assert study.k == 3
    assert 20 < study.left_out < 80


def test_campaigns_say_how_many_and_count_them_among_all_alone(study):
    found = read_campaigns(study)
    first = found.campaigns[0]
    assert [answer.segment_id for answer in first.segments] == [1, 2, 3]
    assert first.overall.asked - sum(a.asked for a in first.segments) == study.left_out
    said = " ".join(tell_campaigns(found)).replace(NBSP, " ")
    assert f"{study.left_out} of the 660 customers asked" in said
    assert "are in no segment: they count among all customers" in said


def test_a_plan_leaves_them_out_and_says_so(study):
    plan = plan_campaign(study, "Response", cost=1, value=20)
    assert plan.in_none == plan.to_dict()["in_no_segment"] == study.left_out
    assert 0 not in plan.customers.get_column("segment_id")
    assert f"{study.left_out} customers are in no segment; they do not take part" in " ".join(
        tell_plan(plan)
    )


def test_where_everybody_has_a_segment_nothing_is_said():
    rng = np.random.default_rng(0)
    table = pl.DataFrame(
        {"age": rng.normal(40, 9, 300).clip(18, 90), "Response": rng.integers(0, 2, 300)}
    )
    plain = ct.segment(table, k=2, features=("age",))
    assert "no segment:" not in " ".join(tell_campaigns(read_campaigns(plain)))
    assert plan_campaign(plain, "Response", cost=1, value=20).in_none == 0


def test_two_studies_are_compared_with_them_grey_and_last(study):
    plain = ct.segment(study.labelled.collect().to_native().select("income_k", "age"), k=3)
    chart = compare(plain, study).chart
    assert chart.data["right"][-1] == "No segment"
    found = compare(study, plain)
    assert [one.id for one in found.became] == [1, 2, 3]
    assert found.chart.encoding["left_ids"]["No segment"] == 0


def test_a_bar_of_the_dashboard_ends_in_grey(study, monkeypatch):
    from coterie.faces.dashboard import pieces

    drawn = []
    monkeypatch.setattr(pieces.st, "html", drawn.append)
    pieces.segment_bar(study.to_dict()["segments"])
    assert "None: like no segment" in drawn[0]
    pieces.segment_bar([{"id": 1, "name": "All", "share": 1.0, "size": 9}])
    assert "None" not in drawn[1]


def test_they_are_measured_against_those_inside_alone(study):
    rows = study.labelled.collect().to_native()
    found = ct.find_outliers(study.segmentation, rows.select("income_k", "age"), most=60)
    assert found.unusual == study.left_out
    assert all(one.segment_id == 0 for one in found.found[: study.left_out])
    ranges = {(one.nearest, r.column): (r.low, r.high) for one in found.found for r in one.reasons}
    for (name, column), (low, high) in ranges.items():
        own = rows.filter(pl.col("segment") == name)[column].to_numpy()
        assert (low, high) == pytest.approx(tuple(np.quantile(own, (0.05, 0.95))))
