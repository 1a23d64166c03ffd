"""What changes with one segment fewer or one more: worked by hand, and on planted groups."""

from __future__ import annotations

import json

import numpy as np
import polars as pl
import pytest

import coterie as ct
from coterie.stores.shelf.renaming import renamed_chart
from coterie.workflow.other_numbers import _called, _fewer, _matched, _others


def planted(middles, each=80, seed=0):
    """Return customers around middles of income and age."""
    rng = np.random.default_rng(seed)
    points = np.concatenate([rng.normal(middle, (4, 3), (each, 2)) for middle in middles])
    return pl.DataFrame({"income_k": points[:, 0], "age": points[:, 1].clip(18, 95)})


@pytest.fixture(scope="module")
def pairs():
    """Return a study of four groups, of which two are near each other by income alone."""
    table = planted([(20, 25), (90, 30), (60, 70), (80, 70)])
    return ct.segment(table, k=4)


def test_the_two_that_are_near_become_one_and_the_others_stay(pairs):
    fewer = pairs.others[0]
    near = [s.name for s in pairs.segments if s.profile["age"] > 50]
    assert fewer.k == 3
    assert all(name in fewer.sentence for name in near)
    assert fewer.sentence.startswith("With 3, ")
    assert "become one. The other segments stay nearly as they are." in fewer.sentence


def test_a_segment_that_splits_is_told_with_the_feature_in_its_own_unit():
    study = ct.segment(planted([(20, 25), (90, 30), (60, 70), (80, 70)]), k=3)
    split = study.others[1]
    old = next(s.name for s in study.segments if s.profile["age"] > 50)
    assert split.k == 4
    assert f"With 4, the segment {old} splits in two, by income" in split.sentence
    assert "80 and 60" in split.sentence.replace(" k$", "").replace("k$", "")
    assert sum(old in right for _, _, right, _ in split.flow) == 2


def test_every_customer_is_in_the_flow_once(pairs):
    for other in pairs.others:
        assert sum(count for *_, count in other.flow) == len(pairs.sample.labels)
        assert len({right for _, _, right, _ in other.flow}) == other.k


def test_the_charts_are_pictures_of_the_study_and_its_summary_says_the_sentences(pairs):
    names = [name for name in pairs.figures if name.startswith("flow_")]
    assert names == ["flow_3", "flow_5"]
    chart = pairs.figures["flow_3"]
    assert chart.subtitle == pairs.others[0].sentence
    assert chart.picture.startswith(b"\x89PNG")
    told = json.loads(json.dumps(pairs.to_dict()))["other_numbers"]
    assert [one["k"] for one in told] == [3, 5]


def test_a_renamed_segment_is_renamed_in_words_labels_and_colours(pairs):
    first = pairs.segments[0].name
    chart = renamed_chart(pairs.figures["flow_3"], {first: "Our Darlings"})
    assert any(text == "1 Our Darlings" for text in chart.data["left"])
    assert chart.encoding["left_ids"]["1 Our Darlings"] == 1
    assert not any(first in text for text in (*chart.data["left"], *chart.data["right"]))


def test_a_method_that_finds_the_number_itself_has_no_other():
    study = ct.segment(planted([(20, 25), (90, 70)]), method="dbscan")
    assert study.others == ()
    assert study.to_dict()["other_numbers"] == []


def test_a_segment_that_is_scattered_is_said_to_be_none_of_its_own():
    # B's 100 go half to A's group and half to C's: no one of the two takes it over.
    counts = np.array([[100, 0], [52, 48], [0, 100]])
    said = _fewer(counts, _matched(counts), ["A", "B", "C"])
    assert said.replace("\N{NO-BREAK SPACE}", " ") == (
        "With 2, B is no segment of its own: its customers go 52 % to A and 48 % to C. "
        "The other segments stay nearly as they are."
    )


def test_customers_who_change_sides_are_counted():
    counts = np.array([[100, 0], [100, 0], [30, 70], [0, 0]])
    said = _others(counts, [0, 2], {0, 1})
    assert said.replace("\N{NO-BREAK SPACE}", " ") == (
        "30 % of the other customers change sides as well."
    )


def test_groups_are_called_after_those_they_are_made_of_and_no_two_alike():
    counts = np.array([[50, 0, 0], [50, 0, 0], [0, 40, 60]])
    assert _called(counts, ["Stars", "Older, rich", "Misers"]) == [
        "Stars and \N{LEFT DOUBLE QUOTATION MARK}Older, rich\N{RIGHT DOUBLE QUOTATION MARK}",
        "Part of Misers",
        "Misers",
    ]
    counts = np.array([[45, 45, 10]])
    assert _called(counts, ["All"]) == ["Part of All (1)", "Part of All (2)", "Part of All (3)"]
