"""Answers to campaigns, counted and judged; worked by hand."""

from __future__ import annotations

import narwhals as nw
import polars as pl
import pytest

from coterie.errors import InputError, MissingColumnsError
from coterie.insight.answers import ANY, Control, count_answers, find_responses, read_control
from coterie.insight.responses import amounts, count_looks, judge_answers
from coterie.schema import Column, Schema

LABELLED = pl.LazyFrame(
    {
        "segment_id": [1] * 40 + [2] * 40 + [3] * 4,
        "answered": [1] * 30 + [0] * 10 + [1] * 4 + [0] * 35 + [None] + [1, 0, 0, 0],
        "said": (["Yes"] * 10 + ["no"] * 30) * 2 + [None] * 4,
        "spend": [10.0] * 20 + [30.0] * 20 + [0.0] * 40 + [None] * 4,
        "group": ["Control", "sent"] * 42,
    }
)
ANSWERED = Column("answered", "flag", "response", label="Answered")
SAID = Column("said", "flag", "response", label="Said")
SPEND = Column("spend", "number", "feature", "total_spend")
GROUP = Column("group", "category", "feature", choices=("Control", "sent"))


def counted(*columns, control=None, numbers=(), frame=LABELLED):
    return count_answers(nw.from_native(frame), columns, control=control, numbers=numbers)


def judged(*columns, ids=(1, 2, 3), control=None, frame=LABELLED):
    return judge_answers(counted(*columns, control=control, frame=frame)[0], ids)


def test_rates_by_segment_worked_by_hand():
    anything, answered, said = judged(ANSWERED, SAID)
    assert [(a.asked, a.yes) for a in answered.segments] == [(40, 30), (39, 4), (4, 1)]
    assert (answered.overall.asked, answered.overall.yes) == (83, 35)
    # Wilson for 30 of 40: centre (0.75 + 0.048018) / 1.096036, half-width 0.130666.
    assert answered.segments[0].low == pytest.approx(0.5981, abs=1e-4)
    assert [a.small for a in answered.segments] == [False, False, True]
    assert [a.rate for a in said.segments] == [0.25, 0.25, None]
    # In segment 2, the four who answered also said Yes, as did six more.
    assert (anything.name, [a.yes for a in anything.segments]) == (ANY, [30, 10, 1])


def test_a_difference_beyond_chance_is_told_apart_from_one_that_is_not():
    _, answered, said = judged(ANSWERED, SAID)
    assert [a.beyond_chance for a in answered.segments] == [True, True, False]
    assert not any(a.beyond_chance for a in said.segments)
    assert said.alike > 0.8


def test_small_segments_are_not_looked_at():
    campaigns = judged(ANSWERED, SAID)
    assert count_looks(campaigns) == 6
    assert campaigns[1].segments[2].chance is None


def test_the_best_segment_is_expected_to_answer_less_than_it_did():
    (answered,) = judged(ANSWERED)
    best = answered.best
    assert best.segment_id == 1
    assert answered.overall.rate < best.expected < best.rate
    assert best.lift == pytest.approx(best.expected / (35 / 83))


def test_one_segment_is_compared_with_nothing():
    (answered,) = judged(ANSWERED, ids=(1,), frame=LABELLED.filter(pl.col("segment_id") == 1))
    assert count_looks([answered]) == 0
    assert answered.best.expected == pytest.approx(30 / 40)


def test_customers_without_a_segment_count_among_all_only():
    (answered,) = judged(ANSWERED, ids=(1, 2))
    assert answered.overall.asked == 83
    assert [a.segment_id for a in answered.segments] == [1, 2]


def test_a_campaign_nobody_answered_has_no_lift():
    frame = LABELLED.with_columns(pl.lit(0).alias("answered"))
    (answered,) = judged(ANSWERED, frame=frame)
    assert [a.lift for a in answered.segments] == [None] * 3
    assert not any(a.beyond_chance for a in answered.segments)


def test_a_control_group_gives_the_effect_by_segment():
    (answered,) = judged(ANSWERED, control=Control("group", "control"))
    first = answered.segments[0]
    # Every second customer was left out: 15 of 20 said yes among either.
    assert (first.asked, first.yes, first.effect.asked, first.effect.yes) == (20, 15, 20, 15)
    assert first.effect.difference == 0.0
    assert first.effect.small
    assert answered.overall.effect.asked == 42


def test_an_effect_beyond_chance_is_found_and_none_where_there_is_none():
    rows = {"segment_id": [], "answered": [], "group": []}
    for segment, sent_rate in ((1, 0.5), (2, 0.1)):
        for group, rate in (("sent", sent_rate), ("control", 0.1)):
            rows["segment_id"] += [segment] * 200
            rows["group"] += [group] * 200
            rows["answered"] += [1] * int(200 * rate) + [0] * int(200 * (1 - rate))
    (answered,) = judged(
        ANSWERED, ids=(1, 2), control=Control("group", "control"), frame=pl.LazyFrame(rows)
    )
    first, second = (a.effect for a in answered.segments)
    assert first.beyond_chance
    assert first.difference == pytest.approx(0.4)
    assert 0.3 < first.low < 0.4 < first.high < 0.5
    assert not second.beyond_chance
    assert second.low < 0 < second.high


@pytest.mark.parametrize(
    ("values", "found"),
    [([0, 1, 2] * 28, "28 cells are"), (["yes", "no", "maybe"] * 28, "28 cells are"),
     ([0.5] + [1.0] * 83, "1 cell is")],
)  # fmt: skip
def test_answers_that_are_neither_yes_nor_no_are_told(values, found):
    frame = LABELLED.with_columns(pl.Series("answered", values))
    with pytest.raises(InputError, match=f"{found} neither yes nor no in answered"):
        counted(ANSWERED, frame=frame)


def test_truth_values_and_words_are_answers():
    for values in ([True] * 42 + [False] * 42, [" Ja "] * 42 + ["NEIN"] * 42):
        frame = LABELLED.with_columns(pl.Series("answered", values))
        (tally,), _, _ = counted(ANSWERED, frame=frame)
        assert sum(tally.yes.values()) == 42


def test_a_column_that_is_not_there_is_named():
    with pytest.raises(MissingColumnsError, match="no column absent"):
        counted(Column("absent", "flag", "response"))
    with pytest.raises(MissingColumnsError, match="segment_id"):
        counted(ANSWERED, frame=LABELLED.drop("segment_id"))


def test_responses_that_are_numbers_are_left_out_with_a_note():
    schema = Schema(
        (
            Column("cmp10", "flag", "response", label="Campaign 10"),
            Column("cmp2", "flag", "response", label="Campaign 2"),
            Column("points", "number", "response", label="Points"),
            Column("campaigns_accepted", "number", "response", "campaigns_accepted"),
        )
    )
    columns, notes = find_responses(schema)
    assert [c.name for c in columns] == ["cmp2", "cmp10"]
    assert [note.column for note in notes] == ["points"]
    assert "yes or no" in notes[0].text


def test_a_control_column_is_read_by_its_words_or_asked_about():
    schema = Schema(
        (
            GROUP,
            Column("held_out", "flag", "feature", choices=("0", "1")),
            Column("contacted", "flag", "feature", choices=("1", "0")),
            Column("city", "category", "feature", choices=("Bonn", "Ulm")),
        )
    )
    assert read_control("group", schema) == Control("group", "control")
    assert read_control("held_out", schema) == Control("held_out")
    assert read_control("contacted", schema) == Control("contacted", sent=True)
    assert read_control("city=Ulm", schema) == Control("city", "ulm")
    with pytest.raises(InputError, match="unclear which value of city"):
        read_control("city", schema)
    with pytest.raises(MissingColumnsError):
        read_control("region=Ulm", schema)


def test_a_control_group_of_nobody_is_told():
    with pytest.raises(InputError, match="no customer was left out"):
        counted(ANSWERED, control=Control("group", "holdout"))


def test_spend_by_segment_worked_by_hand():
    _, (sums,), sizes = counted(ANSWERED, numbers=[SPEND])
    everyone, first, second, third = amounts(sums, [1, 2, 3])
    assert sizes == {1: 40, 2: 40, 3: 4}
    assert (first.mean, first.share, first.some) == (20.0, 1.0, 1.0)
    # Half spend 10, half 30: variance 100 * 40 / 39, 1.96 standard errors are 3.14.
    assert first.high - first.mean == pytest.approx(3.139, abs=1e-3)
    assert (second.mean, second.some) == (0.0, 0.0)
    assert (third.customers, third.mean) == (0, None)
    assert everyone.mean == 10.0
