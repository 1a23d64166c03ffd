"""Rules: found where they were planted, said as they are, measured on rows they did not see."""

from __future__ import annotations

import json
import math
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from coterie.insight.rule_words import Voice, join_boxes, say_box
from coterie.insight.rules import Rules, grow_rules, rebuild_tree
from coterie.insight.trees import round_threshold
from coterie.schema import Column, Schema

from .planted import INCOME, SCORE, mall_customers, mall_schema

COLUMNS = (INCOME, SCORE)
RAW = mall_customers().select(COLUMNS).to_numpy().astype(float)
LABELS = mall_customers()["segment_id"].to_numpy()
SCALED = (RAW - RAW.mean(axis=0)) / RAW.std(axis=0)


def mall_rules(**more: object) -> Rules:
    return grow_rules(
        RAW, LABELS, schema=mall_schema(), columns=COLUMNS, seed=0, points=SCALED, **more
    )  # type: ignore[arg-type]


def test_planted_groups_get_rules_that_a_person_can_read() -> None:
    rules = mall_rules()
    for rule in rules.rules:
        assert rule.precision is not None
        assert rule.precision > 0.85
        assert rule.coverage is not None
        assert rule.coverage > 0.7
        assert " k$" in rule.text or "spending score" in rule.text
    assert "annual income above " in rules[1].text
    assert "spending score above " in rules[1].text
    assert rules.fidelity is not None
    assert rules.fidelity > 0.9


def test_figures_are_of_unseen_rows_and_of_the_rule_as_it_is_said() -> None:
    rules = mall_rules()
    assert rules.unseen == len(RAW) - sum(math.ceil(0.7 * n) for n in np.bincount(LABELS)[1:])
    assert sum(rule.count for rule in rules.rules if rule.leaves == rule.shown) <= rules.unseen
    assert sum(map(sum, [rules.counts[0]])) == len(RAW) - rules.unseen


def test_a_threshold_worked_by_hand() -> None:
    raw = np.array([[float(v)] for v in range(100)])
    labels = np.where(raw[:, 0] > 61, 2, 1)
    schema = Schema((Column("score", "number", "feature", label="Score"),))
    rules = grow_rules(raw, labels, schema=schema, columns=("score",), seed=0)
    assert rules.n_leaves == 2
    assert 59 <= rules.threshold[0] <= 63
    assert rules[2].text == f"score above {rules.threshold[0]:g}"
    assert rules[1].text == f"score up to {rules.threshold[0]:g}"
    assert rules.follow({"score": 99}) == (2, rules[2].text)
    assert rules.rule_that_held([3.0]) == rules[1].text


def test_the_price_is_what_the_tree_adds_to_inertia() -> None:
    rules = mall_rules()
    centres = np.stack([SCALED[key == LABELS].mean(axis=0) for key in range(1, 6)])
    given = mall_rules(centres=centres)
    assert rules.price == pytest.approx(given.price)
    assert rules.price is not None
    assert rules.price >= -0.02


@settings(max_examples=200, deadline=None)
@given(
    arrays(np.float64, st.integers(2, 300), elements=st.floats(-1e9, 1e9)),
    st.integers(0, 298),
)
def test_rounding_moves_at_most_one_value_in_two_hundred(values: np.ndarray, at: int) -> None:
    ordered = np.unique(values)
    if len(ordered) < 2:
        return
    at = at % (len(ordered) - 1)
    bound = (ordered[at] + ordered[at + 1]) / 2
    if not (ordered[at] <= bound < ordered[at + 1]):
        return
    rounded = round_threshold(float(bound), values)
    assert ((values <= rounded) != (values <= bound)).sum() <= 0.005 * len(values)


def test_a_record_a_row_and_scikit_learn_get_the_same_answer() -> None:
    rules = mall_rules()
    rng = np.random.default_rng(3)
    rows = rng.uniform(0, 140, (500, 2)).round(1)
    ids = rules.segments_of(rows)
    model = pickle.loads(pickle.dumps(rebuild_tree(rules)))  # noqa: S301 - our own bytes
    assert model.predict(rows).tolist() == ids.tolist()
    assert model.get_n_leaves() == rules.n_leaves
    for row, expected in zip(rows[:50], ids, strict=False):
        assert rules.segment_of(dict(zip(COLUMNS, row, strict=True))) == expected
        assert rules.segment_of(list(row)) == expected


def test_the_rule_that_held_is_true_of_the_record() -> None:
    rules = mall_rules()
    for row in RAW[::7]:
        text = rules.rule_that_held(list(row))
        leaf = rules.tree.apply(row[None, :])[0]
        for column, (low, high) in rules.tree.boxes()[int(leaf)].items():
            assert low < row[column] <= high
        assert text == say_box(rules.tree.boxes()[int(leaf)], rules.voices)


def test_a_missing_value_goes_the_way_of_the_median() -> None:
    rules = mall_rules()
    missing = rules.segment_of({INCOME: None, SCORE: 50})
    median = float(np.median(RAW[:, 0]))
    assert missing == rules.segment_of({INCOME: median, SCORE: 50})
    assert rules.segments_of([[math.nan, 50.0]]).tolist() == [missing]


def test_rules_survive_json_exactly() -> None:
    rules = mall_rules()
    assert Rules.from_dict(json.loads(json.dumps(rules.to_dict()))) == rules


def test_the_same_seed_gives_the_same_rules() -> None:
    assert mall_rules().to_dict() == mall_rules().to_dict()


def test_one_segment_holds_every_customer() -> None:
    rules = grow_rules(
        RAW, np.ones(len(RAW)), schema=mall_schema(), columns=COLUMNS, seed=0, points=SCALED
    )
    assert rules[1].text == "every customer"
    assert (rules.fidelity, rules.price, rules[1].precision) == (1.0, 0.0, 1.0)
    assert rebuild_tree(rules).predict(RAW[:3]).tolist() == [1, 1, 1]


def test_a_segment_of_one_customer_breaks_nothing() -> None:
    labels = LABELS.copy()
    labels[0] = 6
    rules = grow_rules(RAW, labels, schema=mall_schema(), columns=COLUMNS, seed=0)
    assert rules[6].coverage is None
    assert len(rules.rules) == 6


def test_unused_columns_stay_out_unless_they_help() -> None:
    rng = np.random.default_rng(0)
    wide = np.column_stack([RAW, rng.normal(size=len(RAW))])
    schema = mall_schema().extended((Column("noise", "number", "feature"),))
    rules = grow_rules(
        wide, LABELS, schema=schema, columns=(*COLUMNS, "noise"), seed=0, features=COLUMNS
    )
    assert 2 not in rules.feature


def test_bounds_are_said_as_a_person_reads_them() -> None:
    voices = [
        Voice("annual income", "$"),
        Voice("children at home", "", whole=True),
        Voice("share bought online", "%", times=100.0),
        Voice("complained", "", whole=True, flag=True),
        Voice("age", "years", whole=True),
    ]
    inf = math.inf
    assert say_box({0: (40_000, 70_000)}, voices) == "annual income between $40,000 and $70,000"
    assert say_box({1: (-inf, 0)}, voices) == "no children at home"
    assert say_box({1: (1, inf)}, voices) == "children at home at least 2"
    assert say_box({2: (0.35, inf)}, voices) == "share bought online above 35 %"
    assert say_box({3: (0.5, inf)}, voices) == "complained: yes"
    assert say_box({4: (30, 45)}, voices) == "age between 30 and 45 years"
    assert say_box({}, voices) == "every customer"


def test_boxes_that_do_not_touch_stay_apart() -> None:
    boxes = [{0: (1.0, 2.0)}, {0: (3.0, 4.0)}]
    assert join_boxes(boxes) == boxes


def test_values_that_are_not_filled_are_a_misuse() -> None:
    with pytest.raises(ValueError, match="must be finite"):
        grow_rules([[math.nan]], [1], schema=mall_schema(), columns=("Age",), seed=0)
    with pytest.raises(ValueError, match="does not fit"):
        grow_rules([[1.0]], [1, 2], schema=mall_schema(), columns=("Age",), seed=0)
    with pytest.raises(ValueError, match="No row"):
        grow_rules([[1.0]], [0], schema=mall_schema(), columns=("Age",), seed=0)


def test_huge_values_can_be_ruled_and_rebuilt() -> None:
    raw = np.array([[1e300], [-1e300]] * 20)
    labels = np.array([1, 2] * 20)
    schema = Schema((Column("x", "number", "feature"),))
    rules = grow_rules(raw, labels, schema=schema, columns=("x",), seed=0)
    assert rules.segments_of(raw).tolist() == labels.tolist()
