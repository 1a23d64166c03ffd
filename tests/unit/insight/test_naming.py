"""Names come from what customers are like, and every claim is checked against the data."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coterie.errors import ConfigError
from coterie.insight.naming import (
    SegmentText,
    check_claim,
    name_segments,
    order_segments,
    read_names,
)
from coterie.insight.profiles import Profiles, profile_segments
from coterie.schema import Column, Schema

from .planted import INCOME, SCORE, mall_customers, mall_schema, on_polars

FEATURES = (INCOME, SCORE)
SPEND = Schema(
    (
        Column("income", "number", "feature", "income", "Income", "$"),
        Column("total", "number", "feature", "total_spend", "Total spend", "$"),
        Column("recency", "number", "feature", "recency", "Days since last purchase", "days"),
        Column("deals", "number", "feature", "deal_share", "Share bought on discount", "%"),
        Column("kids", "number", "feature", "children", "Children at home", "children"),
    )
)


def profiled(frame: pl.DataFrame, schema: Schema, features: tuple[str, ...]) -> Profiles:
    return profile_segments(on_polars(frame), schema, features=features)


def named(
    frame: pl.DataFrame, schema: Schema, features: tuple[str, ...], **more: Any
) -> tuple[SegmentText, ...]:
    profiles = profiled(frame, schema, features)
    texts = name_segments(profiles, schema, features=features, **more)
    for text in texts:
        failed = [claim for claim in text.claims if not check_claim(claim, profiles)]
        assert not failed
        assert text.claims or len(texts) == 1
        assert len(text.name) <= 40 or text.given
    names = [text.name.casefold() for text in texts]
    assert len(set(names)) == len(names)
    return texts


def groups(
    middles: list[tuple[float, ...]], schema: Schema, n: int = 100, noise: float = 0.05
) -> pl.DataFrame:
    """Customers around given means; the noise is relative to each column's range."""
    rng = np.random.default_rng(1)
    label = np.repeat(np.arange(1, len(middles) + 1), n)
    centres = np.array(middles, dtype=float)
    spread = np.maximum(np.ptp(centres, axis=0), 1e-9) * noise
    values = centres[label - 1] + rng.normal(size=(len(label), centres.shape[1])) * spread
    names = [column.name for column in schema]
    return pl.DataFrame({name: values[:, j] for j, name in enumerate(names)}).with_columns(
        segment_id=label
    )


def test_income_and_score_give_the_five_classics() -> None:
    texts = named(mall_customers(), mall_schema(), FEATURES)
    assert [text.archetype for text in texts] == [
        "Stars", "Careless", "Standard", "Miser", "Sensible",
    ]  # fmt: skip
    assert [text.name for text in texts] == [
        "Stars",
        "Free spenders",
        "Middle of the road",
        "Careful high earners",
        "Sensible shoppers",
    ]


def test_descriptions_speak_in_the_customers_units() -> None:
    stars = named(mall_customers(), mall_schema(), FEATURES)[0]
    assert stars.description.startswith("They earn well and spend freely. On average: annual inc")
    assert " k$ (others 5" in stars.description
    assert stars.advice


def test_a_campaign_that_worked_is_in_the_advice_with_its_figures() -> None:
    stars, *others = named(mall_customers(), mall_schema(), FEATURES)
    assert "Campaign 1 found 54 % of them willing, against 8 % of others." in stars.advice
    assert not any("found" in text.advice for text in others)


@settings(max_examples=30, deadline=None)
@given(st.permutations([1, 2, 3, 4, 5]), st.integers(0, 2**32 - 1))
def test_names_depend_neither_on_numbers_nor_on_row_order(order: list[int], seed: int) -> None:
    frame = mall_customers()
    before = {text.id: text.name for text in named(frame, mall_schema(), FEATURES)}
    shuffled = frame.sample(fraction=1.0, shuffle=True, seed=seed).with_columns(
        segment_id=pl.col("segment_id").replace_strict(dict(zip(range(1, 6), order, strict=True)))
    )
    after = {text.id: text.name for text in named(shuffled, mall_schema(), FEATURES)}
    assert after == {order[key - 1]: name for key, name in before.items()}


@settings(max_examples=30, deadline=None)
@given(
    st.integers(1, 12),
    st.integers(0, 10_000),
    st.sampled_from([0.0, 0.02, 0.3, 1.0, 5.0]),
    st.lists(st.sampled_from(range(5)), min_size=1, max_size=5, unique=True),
)
def test_names_are_unique_short_and_true_whatever_the_groups(
    k: int, seed: int, noise: float, chosen: list[int]
) -> None:
    rng = np.random.default_rng(seed)
    middles = [tuple(row) for row in rng.normal(size=(k, 5)) * [2e4, 500, 30, 0.1, 1] + 50]
    schema = Schema(tuple(SPEND)[: max(chosen) + 1])
    frame = groups([row[: len(schema)] for row in middles], schema, n=20, noise=noise)
    named(frame, schema, tuple(schema.names[j] for j in sorted(chosen) if j < len(schema)))


def test_identical_segments_still_get_different_names() -> None:
    frame = pl.DataFrame({"x": [1.0, 2.0] * 4, "segment_id": [1, 1, 2, 2, 3, 3, 4, 4]})
    named(frame, Schema((Column("x", "number", "feature"),)), ("x",))


def test_small_differences_are_said_weakly() -> None:
    rng = np.random.default_rng(0)
    age = np.concatenate([rng.normal(40, 10, 500), rng.normal(46, 10, 500)])
    frame = pl.DataFrame({"age": age, "segment_id": [1] * 500 + [2] * 500})
    schema = Schema((Column("age", "number", "feature", "age", "Age", "years"),))
    texts = named(frame, schema, ("age",))
    assert [text.name for text in texts] == ["Slightly younger", "Slightly older"]
    assert texts[0].description.startswith("They differ little from other customers")


def test_no_difference_is_called_high() -> None:
    rng = np.random.default_rng(0)
    frame = pl.DataFrame({"age": rng.normal(40, 10, 2000), "segment_id": rng.integers(1, 3, 2000)})
    schema = Schema((Column("age", "number", "feature", "age", "Age", "years"),))
    for text in named(frame, schema, ("age",)):
        assert text.name.startswith("Close to the average")


def test_the_lowest_earners_are_never_called_premium() -> None:
    frame = groups(
        [(20_000, 1_500, 50, 0.1, 1), (60_000, 300, 50, 0.1, 1), (70_000, 500, 50, 0.1, 1)], SPEND
    )
    texts = named(frame, SPEND, SPEND.names)
    assert texts[0].archetype not in ("Premium", "Stars")


def test_one_enormous_income_does_not_make_its_segment_high() -> None:
    frame = groups([(30_000, 60, 50, 0.1, 1), (70_000, 900, 50, 0.1, 1)], SPEND)
    frame = frame.with_row_index().with_columns(
        income=pl.when(pl.col("index") == 0).then(66_666_666.0).otherwise(pl.col("income"))
    )
    poor = named(frame.drop("index"), SPEND, SPEND.names)[0]
    assert "high" not in poor.name.lower()
    assert "earn well" not in poor.description


def test_behaviour_gives_its_archetypes() -> None:
    frame = groups(
        [
            (50_000, 500, 300, 0.1, 1),
            (50_000, 500, 20, 0.6, 1),
            (50_000, 500, 20, 0.1, 3),
            (50_000, 3_000, 20, 0.1, 1),
        ],
        SPEND,
    )
    texts = named(frame, SPEND, ("total", "recency", "deals", "kids"))
    found = [text.archetype for text in texts]
    assert found[:3] == ["Dormant", "Deal seekers", "Families"]
    assert found[3] in ("Premium", "Spender")


def test_unknown_columns_are_called_by_their_label() -> None:
    schema = Schema((Column("Milk", "number", "feature"), Column("Fresh", "number", "feature")))
    texts = named(groups([(10, 5), (50, 5), (10, 90)], schema), schema, ("Milk", "Fresh"))
    assert "igh milk" in texts[1].name
    assert "igh fresh" in texts[2].name


def test_one_segment_is_all_customers() -> None:
    frame = mall_customers().with_columns(segment_id=pl.lit(1))
    (text,) = named(frame, mall_schema(), FEATURES)
    assert text.name == "All customers"
    assert "On average: annual income" in text.description


def test_a_given_name_overrides_and_no_other_takes_it() -> None:
    texts = named(mall_customers(), mall_schema(), FEATURES, given={2: "Stars"})
    assert texts[1].name == "Stars"
    assert texts[1].given
    assert texts[0].name != "Stars"
    assert texts[1].archetype == "Careless"


def test_a_name_for_no_segment_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"segment 9 \(VIPs\).*1, 2, 3, 4, 5"):
        named(mall_customers(), mall_schema(), FEATURES, given={9: "VIPs"})


def test_a_false_claim_is_found_out() -> None:
    profiles = profiled(mall_customers(), mall_schema(), FEATURES)
    claim = name_segments(profiles, mall_schema(), features=FEATURES)[0].claims[0]
    assert claim.relation == "high"
    assert check_claim(claim, profiles)
    assert not check_claim(replace(claim, relation="low"), profiles)
    assert not check_claim(replace(claim, value=claim.value + 1), profiles)
    assert not check_claim(replace(claim, segment=5), profiles)


def test_texts_survive_json() -> None:
    for text in named(mall_customers(), mall_schema(), FEATURES):
        assert SegmentText.from_dict(text.to_dict()) == text


def test_the_order_is_by_what_customers_are_worth() -> None:
    frame = mall_customers()
    profiles = profiled(frame, mall_schema(), FEATURES)
    order = order_segments(profiles, mall_schema(), FEATURES)
    scores = [profiles[key].value(SCORE) for key in order]
    assert scores == sorted(scores, reverse=True)  # type: ignore[type-var]


def test_names_are_read_from_toml() -> None:
    assert read_names('[names]\n3 = "VIPs"\n1 = " Quiet "') == {3: "VIPs", 1: "Quiet"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[names\n3 = 1", "not TOML"),
        ("[other]\n3 = 'x'", r"no section \[names\]; it has other"),
        ("", "it has nothing"),
        ("[names]\nfive = 'x'", "numbered from 1; a name is given for five"),
        ("[names]\n0 = 'x'", "numbered from 1; a name is given for 0"),
        ("[names]\n3 = 7", "segment 3 must be text in quotes; it is 7"),
        ("[names]\n3 = ' '", "segment 3 must be text"),
    ],
)
def test_a_file_of_names_that_cannot_be_read_says_why(text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        read_names(text)


HOSTILE = st.sampled_from([None, 0.0, 1.0, -1.0, 5.0, 1e9, 1e300, -1e300, math.nan, math.inf])


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 6), HOSTILE, HOSTILE, st.sampled_from(["a", "b", None]), st.booleans()
        ),
        min_size=1,
        max_size=25,
    )
)
def test_hostile_customers_are_named_all_the_same(rows: list[tuple[Any, ...]]) -> None:
    names = ("segment_id", "income", "x", "kind", "vip")
    types = {
        "segment_id": pl.Int64, "income": pl.Float64, "x": pl.Float64, "kind": pl.String,
        "vip": pl.Boolean,
    }  # fmt: skip
    frame = pl.DataFrame(rows, schema={name: types[name] for name in names}, orient="row")
    schema = Schema(
        (
            Column("income", "number", "feature", "income", "Income", "$"),
            Column("x", "number", "feature"),
            Column("kind", "category", "feature"),
            Column("vip", "flag", "feature"),
        )
    )
    if frame.filter(pl.col("segment_id") > 0).is_empty():
        return
    texts = named(frame, schema, ("income", "x", "vip"))
    profiles = profiled(frame, schema, ("income", "x", "vip"))
    json.dumps(profiles.to_dict(), allow_nan=False)
    json.dumps([text.to_dict() for text in texts], allow_nan=False)
    assert sorted(order_segments(profiles, schema)) == [text.id for text in texts]


def test_a_flag_is_named_by_its_answer() -> None:
    schema = Schema((Column("vip", "flag", "feature", label="Vip"),))
    frame = pl.DataFrame(
        {"__row__": range(40), "vip": [1] * 20 + [0] * 20, "segment_id": [1] * 20 + [2] * 20}
    )
    yes, no = named(frame, schema, ("vip",))
    assert (yes.name, no.name) == ("Vip: yes", "Vip: no")
    assert "always marked as vip" in yes.description


def test_a_few_extreme_values_do_not_make_a_large_difference_slight() -> None:
    # Of 100 customers 90 pay about 2, eight 45, and two 5,000: 45 is no "slightly higher".
    price = [2.0 + i / 100 for i in range(90)] + [45.0] * 8 + [5000.0] * 2
    label = [1] * 90 + [2] * 8 + [3] * 2
    schema = Schema((Column("price", "number", "feature", label="Price"),))
    frame = pl.DataFrame({"__row__": range(100), "price": price, "segment_id": label})
    names = {text.id: text.name for text in named(frame, schema, ("price",))}
    assert names[1] == "Low price"
    assert "lightly" not in names[2]


def test_a_name_is_not_told_apart_by_its_contrary() -> None:
    wealthy = [(140.0, 82.0, 30), (90.0, 80.0, 55)]
    rows = [(i, s, a) for i, s, a in wealthy for _ in range(20)] + [(20.0, 20.0, 40)] * 60
    frame = pl.DataFrame(
        {
            "__row__": range(100),
            INCOME: [row[0] + n % 5 for n, row in enumerate(rows)],
            SCORE: [row[1] + n % 3 for n, row in enumerate(rows)],
            "Age": [row[2] + n % 2 for n, row in enumerate(rows)],
            "segment_id": [1] * 20 + [2] * 20 + [3] * 60,
        }
    )
    names = [text.name for text in named(frame, mall_schema(), FEATURES)]
    assert names[:2] == ["Stars", "Stars, older"]


def test_facts_of_equal_effect_come_in_one_order() -> None:
    from coterie.insight.described import Fact, SegmentProfile

    def fact(column: str, effect: float) -> Fact:
        values = (1.0, 0.0, 0.5)
        return Fact(column, "", effect, "hedges_g", *values, column, True, None)

    for effects in ((0.5, 0.5 + 1e-13), (0.5 + 1e-13, 0.5)):
        facts = tuple(fact(c, e) for c, e in zip("ba", effects, strict=True))
        told = SegmentProfile(1, 9, 1.0, {}, {}, {}, facts).telling()
        assert [f.column for f in told] == ["a", "b"]


def test_the_year_of_birth_is_not_told_beside_the_age() -> None:
    schema = Schema(
        (
            Column("Year_Birth", "number", "feature", "birth_year", "Year of birth"),
            Column("age", "number", "feature", "age", "Age", "years"),
        )
    )
    age = [30.0 + i % 5 for i in range(30)] + [60.0 + i % 5 for i in range(30)]
    frame = pl.DataFrame(
        {
            "__row__": range(60),
            "Year_Birth": [2020.0 - a for a in age],
            "age": age,
            "segment_id": [1] * 30 + [2] * 30,
        }
    )
    profiles = profiled(frame, schema, ("age",))
    assert {fact.column for segment in profiles for fact in segment.facts} == {"age"}
