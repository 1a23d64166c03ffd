"""Profiles: figures by hand, equal on both engines, effects and their sentences."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
import pytest

from coterie.insight.effects import hedges_g, wilson_interval
from coterie.insight.profiles import Profiles, profile_rows, profile_segments
from coterie.schema import Column, Schema

from .planted import INCOME, SCORE, mall_customers, mall_schema, near, on_duckdb, on_polars

FEATURES = (INCOME, SCORE)
Engine = Callable[[pl.DataFrame], Any]

SMALL = Schema(
    (
        Column("age", "number", "feature", "age", "Age", "years"),
        Column("city", "category", "feature", label="City", choices=("Bonn", "Kiel")),
        Column("bought", "flag", "response", label="Bought"),
    )
)


def small() -> pl.DataFrame:
    return pl.DataFrame(
        {
            "age": [20.0, 30.0, None, 50.0, float("nan"), 70.0],
            "city": ["Bonn", "Bonn", "Kiel", None, "Kiel", "Ulm"],
            "bought": [1, 0, None, 1, 1, 1],
            "segment_id": [1, 1, 1, 2, 2, None],
        }
    )


def test_a_profile_worked_by_hand(engine: Engine) -> None:
    profiles = profile_segments(engine(small()), SMALL, features=("age",))
    one, two = profiles
    assert (one.id, one.size, one.share) == (1, 3, 0.5)
    age = one.numbers["age"]
    assert (age.count, age.missing, age.mean, age.median) == (2, 1, 25.0, 25.0)
    assert age.std == pytest.approx(50**0.5)
    assert (age.q10, age.q90) == pytest.approx((21.0, 29.0))
    assert one.rates["bought"].rate == 0.5
    assert (one.rates["bought"].low, one.rates["bought"].high) == wilson_interval(1, 2)
    assert one.choices["city"].counts == {"Bonn": 2, "Kiel": 1}
    assert two.numbers["age"].missing == 1
    assert profiles.overall.size == 6
    assert profiles.overall.numbers["age"].mean == 42.5
    assert profiles.overall.choices["city"].counts == {"Bonn": 2, "Kiel": 2, "other": 1}


def test_customers_without_a_segment_are_others_and_no_segment(engine: Engine) -> None:
    profiles = profile_segments(engine(small()), SMALL, features=("age",))
    assert [segment.id for segment in profiles] == [1, 2]
    fact = next(fact for fact in profiles[1].facts if fact.column == "age")
    assert fact.others == 60.0  # 50 of segment 2 and 70 of the customer without one
    assert fact.effect == pytest.approx(hedges_g(25, 50**0.5, 2, 60, 200**0.5, 2))


def test_both_engines_give_the_same_profiles() -> None:
    frame = mall_customers().with_columns(
        pl.when(pl.col("__row__") % 7 == 0).then(None).otherwise(pl.col("Age")).alias("Age")
    )
    first, second = (
        profile_segments(engine(frame), mall_schema(), features=FEATURES).to_dict()
        for engine in (on_polars, on_duckdb)
    )
    assert near(first, second)


def test_overall_deviation_is_that_of_all_rows_pooled_from_segments() -> None:
    frame = mall_customers()
    profiles = profile_segments(on_polars(frame), mall_schema(), features=FEATURES)
    rest = frame.filter(pl.col("segment_id") != 2)[INCOME].to_numpy()
    mine = frame.filter(pl.col("segment_id") == 2)[INCOME].to_numpy()
    fact = next(fact for fact in profiles[2].facts if fact.column == INCOME)
    expected = hedges_g(
        mine.mean(), mine.std(ddof=1), len(mine), rest.mean(), rest.std(ddof=1), len(rest)
    )
    assert fact.effect == pytest.approx(expected)
    assert fact.others == pytest.approx(rest.mean())


def test_what_was_fitted_carries_no_remark_on_chance() -> None:
    profiles = profile_segments(on_polars(mall_customers()), mall_schema(), features=FEATURES)
    for segment in profiles:
        for fact in segment.facts:
            assert (fact.beyond_chance is None) == fact.fitted == (fact.column in FEATURES)
    accepted = next(fact for fact in profiles[1].facts if fact.column == "Accepted")
    assert accepted.beyond_chance is True


def test_differences_within_chance_are_seldom_called_clear() -> None:
    wrong = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        frame = mall_customers(seed).with_columns(Age=rng.normal(40, 10, 200))
        profiles = profile_segments(on_polars(frame), mall_schema(), features=FEATURES)
        wrong += any(f.beyond_chance for s in profiles for f in s.facts if f.column == "Age")
    assert wrong <= 4


def test_facts_are_sentences_in_the_customers_units() -> None:
    profiles = profile_segments(on_polars(mall_customers()), mall_schema(), features=FEATURES)
    sentences = " | ".join(fact.sentence for fact in profiles[1].facts)
    assert re.search(r"Annual income 8\d k\$, against 5\d k\$ for others", sentences)
    assert "% women, against" in sentences or "% men, against" in sentences
    assert "Accepted campaign 1: " in sentences


def test_money_far_above_the_average_is_said_as_a_multiple() -> None:
    frame = pl.DataFrame({"total": [310.0, 310, 30, 30, 30, 30], "segment_id": [1, 1, 2, 2, 2, 2]})
    schema = Schema((Column("total", "number", "feature", "total_spend", "Total spend", "$"),))
    profiles = profile_segments(on_polars(frame), schema, features=("total",))
    assert profiles[1].facts[0].sentence == "Spends 2.5 times the average ($310)"


def test_profiles_survive_json() -> None:
    profiles = profile_segments(on_polars(mall_customers()), mall_schema(), features=FEATURES)
    assert Profiles.from_dict(json.loads(json.dumps(profiles.to_dict()))) == profiles


def test_rows_for_a_file_hold_every_segment_and_column() -> None:
    profiles = profile_segments(on_polars(mall_customers()), mall_schema(), features=FEATURES)
    rows = profile_rows(profiles, mall_schema())
    assert len(rows) == 6 * (3 + 1 + 2)
    assert {row["segment_id"] for row in rows} == set(range(6))
    assert {row["column"] for row in rows if row["used_in_fit"]} == set(FEATURES)


def test_infinite_and_enormous_values_leave_no_nan() -> None:
    frame = pl.DataFrame({"age": [1e308, 1e308, float("inf"), 3.0], "segment_id": [1, 1, 2, 2]})
    schema = Schema((Column("age", "number", "feature"),))
    profiles = profile_segments(on_polars(frame), schema, features=("age",))
    assert "NaN" not in json.dumps(profiles.to_dict(), allow_nan=False)


def test_a_frame_without_the_label_is_a_misuse() -> None:
    with pytest.raises(ValueError, match="no column segment_id"):
        profile_segments(on_polars(small().drop("segment_id")), SMALL, features=("age",))


def test_a_flag_written_as_text_is_a_rate(engine: Engine) -> None:
    frame = pl.DataFrame({"vip": ["yes", "no", "yes", None], "segment_id": [1, 1, 2, 2]})
    schema = Schema((Column("vip", "flag", "feature", choices=("yes", "no")),))
    profiles = profile_segments(engine(frame), schema, features=())
    assert profiles[1].rates["vip"].rate == 0.5
    assert profiles[2].rates["vip"].missing == 1


def test_facts_told_are_neither_small_nor_chance_and_fitted_ones_lead() -> None:
    profiles = profile_segments(on_polars(mall_customers()), mall_schema(), features=FEATURES)
    for segment in profiles:
        told = segment.telling(4)
        assert all(abs(fact.effect) >= 0.2 for fact in told)
        assert all(fact.beyond_chance is not False for fact in told)
    assert {fact.column for fact in profiles[1].telling(2)} == set(FEATURES)
