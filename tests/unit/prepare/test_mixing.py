"""Categories beside numbers: flags, their weights, and FAMD against its definition."""

from __future__ import annotations

import narwhals as nw
import numpy as np
import polars as pl
import pytest

from coterie.errors import ConfigError
from coterie.prepare.mixing import (
    choose_categories,
    flags_of,
    mix_scaling,
    part_asked,
    told_features,
)
from coterie.prepare.scaling import fit_scaling
from coterie.schema import ROW, Column, Schema

TABLE = pl.DataFrame(
    {
        ROW: range(8),
        "income": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0],
        "education": ["PhD", "PhD", "Basic", "PhD", "Basic", "PhD", "PhD", "Basic"],
    }
)
SCHEMA = Schema(
    (
        Column("income", "number", "feature", "income"),
        Column("education", "category", "feature", "education", choices=("PhD", "Basic")),
    )
)


def mixed(road: str):
    groups = flags_of([SCHEMA["education"]], TABLE.columns)
    frame = nw.from_native(TABLE.lazy())
    frame = frame.with_columns(*(flag.expression() for flag in groups[0]))
    numbers = fit_scaling(frame, SCHEMA, ["income"])
    return groups, mix_scaling(numbers, frame, groups, road)


def test_each_choice_becomes_a_column_the_commonest_first():
    groups, scaling = mixed("kprototypes")
    assert [flag.name for flag in groups[0]] == ["education_is_PhD", "education_is_Basic"]
    assert scaling.features == ("income", "education_is_PhD", "education_is_Basic")
    assert [flag.value({"education": "PhD"}) for flag in groups[0]] == [1.0, 0.0]
    assert groups[0][0].value({"education": None}) is None


def test_customers_who_differ_in_a_category_are_gamma_apart():
    _, scaling = mixed("kprototypes")
    one, two = scaling.matrix(np.array([[4.0, 1.0, 0.0], [4.0, 0.0, 1.0]]))
    # The one scaled number has a standard deviation of 1, so gamma is a half (Huang 1998).
    assert ((one - two) ** 2).sum() == pytest.approx(0.5)


def test_famd_gives_the_inertia_of_its_definition():
    _, scaling = mixed("famd")
    raw = np.column_stack(
        [TABLE["income"], TABLE["education"] == "PhD", TABLE["education"] == "Basic"]
    )
    factors = scaling.matrix(raw.astype(float))
    # One number has inertia 1 and a category of two choices 2 - 1 = 1 (Pages 2014): with both
    # factors that are not zero all of it is there.
    assert factors.shape[1] == 2
    assert (factors**2).sum() / len(raw) == pytest.approx(2.0)


def test_a_missing_category_counts_as_the_commonest():
    _, scaling = mixed("kprototypes")
    assert np.allclose(
        scaling.matrix(np.array([[4.0, np.nan, np.nan]])),
        scaling.matrix(np.array([[4.0, 1.0, 0.0]])),
    )


def test_features_asked_for_are_parted_and_told_by_category():
    assert part_asked(["Income", "EDUCATION"], SCHEMA) == (("Income",), ("education",))
    groups, scaling = mixed("famd")
    assert told_features(scaling.features, groups[0]) == ("income", "education")


def test_personal_or_missing_categories_are_refused_with_what_to_do():
    secret = Schema((Column("name", "category", "ignore", choices=("a", "b"), personal=True),))
    with pytest.raises(ConfigError, match="name cannot take part"):
        choose_categories(secret, ["name"])
    with pytest.raises(ConfigError, match="Choose kmeans"):
        choose_categories(secret, [])
