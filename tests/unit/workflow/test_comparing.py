"""Comparing two studies: the flow, the agreement, and which segment became which."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import adjusted_rand_score

import coterie as ct
from coterie.errors import MissingColumnsError
from coterie.figures.words import NARROW_SPACE
from coterie.tables.synthetic import make_customers
from coterie.workflow.comparing import Side, compare
from coterie.workflow.comparison import Became, Comparison, Flow, Pair


@pytest.fixture(scope="module")
def customers() -> pl.DataFrame:
    made, _truth = make_customers(600, segments=4, seed=5)
    return made


@pytest.fixture(scope="module")
def four(customers):
    return ct.segment(customers, features=["annual_income", "spending_score"])


@pytest.fixture(scope="module")
def two(customers):
    return ct.segment(customers, k=2, features=["annual_income", "spending_score"])


def test_a_study_and_itself_agree_wholly_and_each_segment_stays(four):
    found = compare(four, four)
    assert found.adjusted_rand == 1.0
    assert found.customers == 600
    assert [one.kind for one in found.became] == ["same"] * four.k
    assert all(one.sentence.endswith("stays, with the same customers.") or
               "stays" in one.sentence for one in found.became)  # fmt: skip
    assert found.new == ()
    assert all(pair.same for pair in found.settings)


def test_the_agreement_is_scikit_learns_by_another_road(four, two, customers):
    labels = [study.segmentation.score(customers)["segment_id"] for study in (four, two)]
    found = compare(four, two)
    assert found.adjusted_rand == pytest.approx(adjusted_rand_score(*labels), abs=1e-12)
    counted = pl.DataFrame({"a": labels[0], "b": labels[1]}).group_by("a", "b").len()
    assert {(f.left_id, f.right_id): f.customers for f in found.flow} == {
        (a, b): n for a, b, n in counted.iter_rows()
    }


def test_merged_segments_are_said_to_join_and_split_ones_to_split(four, two):
    down, up = compare(four, two), compare(two, four)
    assert {one.kind for one in down.became} <= {"joins", "same"}
    assert sum(one.kind == "joins" for one in down.became) >= 2
    split = [one for one in up.became if one.kind == "splits"]
    assert split
    assert " split: " in split[0].sentence
    assert len(up.new) == four.k - len({one.parts[0][0] for one in up.became})
    assert {pair.name for pair in down.settings if not pair.same} >= {"k"}
    assert next(p for p in down.figures if p.name == "segments") == Pair("segments", 4, 2)


def test_what_became_of_a_segment_worked_by_hand():
    # 90 of 100 went to B, which has 300: it joined; 0.3 of B is from here, 70 % from elsewhere.
    joined = Became(1, "A", 100, "joins", ((2, "B", 0.9, 0.3),))
    assert (
        joined.sentence.replace(NARROW_SPACE, " ")
        == "A went into B, 70 % of which is from elsewhere."
    )


@pytest.mark.parametrize(
    ("figure", "words"),
    [(0.95, "nearly the same"), (0.7, "largely alike"), (0.4, "related"), (0, "little in common")],
)  # fmt: skip
def test_agreement_is_said_in_words(figure, words):
    found = Comparison("May", "June", (), (), adjusted_rand=figure)
    assert words in found.agreement
    assert f"{figure:.2f}" in found.agreement


def test_two_bundles_without_customers_are_compared_without_a_flow(four, two):
    found = compare(four.segmentation, two.segmentation)
    assert (found.flow, found.adjusted_rand, found.chart) == ((), None, None)
    assert "No customers are at hand" in found.agreement
    assert found.settings


def test_a_table_given_is_placed_by_both(four, two, customers):
    found = compare(four.segmentation, two.segmentation, on=customers.head(50))
    assert found.customers == 50


def test_studies_of_other_columns_are_compared_as_far_as_they_go(four):
    other = pl.DataFrame(
        {"visits": np.r_[np.arange(50), np.arange(500, 550)], "basket": np.tile([1.5, 9.5], 50)}
    )
    strange = ct.segment(other, k=2)
    found = compare(four, strange)
    assert found.flow == ()
    assert "cannot be placed by both" in found.why_not
    with pytest.raises(MissingColumnsError):
        compare(four, strange, on=other)


def test_a_large_table_is_drawn_from_evenly(four, two):
    assert compare(four, two, most=100).customers == 100


def test_the_chart_shows_every_customer_once_and_shares_that_add_up(four, two):
    chart = compare(four, two).chart
    frame = chart.frame()
    assert frame["customers"].sum() == 600
    sums = frame.group_by("left").agg(pl.col("share_of_left").sum())["share_of_left"]
    assert sums.to_list() == pytest.approx([1.0] * len(sums))
    assert chart.picture[:4] == b"\x89PNG"
    assert chart.plot().data[0].type == "sankey"


def test_whoever_has_no_segment_is_drawn_last_and_grey():
    flow = (Flow(0, "None", 1, "B", 5), Flow(1, "A", 0, "None", 2), Flow(1, "A", 1, "B", 8))
    chart = Comparison("x", "y", (), (), customers=15, flow=flow, adjusted_rand=0.5).chart
    assert chart.data["left"] == ("1 A", "1 A", "No segment")
    assert chart.data["right"] == ("1 B", "No segment", "1 B")
    assert chart.plot().data[0].node.color[1] == "#BEBEBE"


def test_a_comparison_is_plain_json(four, two):
    plain = json.loads(json.dumps(compare(four, two).to_dict(), allow_nan=False))
    assert {"left", "right", "settings", "figures", "flow", "became", "adjusted_rand"} <= set(plain)


def test_a_side_may_be_named(four):
    side = replace(Side.of(four), name="Spring")
    assert compare(side, four).left == "Spring"
