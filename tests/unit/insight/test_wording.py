"""Numbers are said as a person would say them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coterie.insight.wording import say, say_pair, say_times
from coterie.schema import Column


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (86.5385, "k$", "87 k$"),
        (4.25, "k$", "4.2 k$"),
        (61234, "$", "$61,000"),
        (617.2, "$", "$617"),
        (4.5, "$", "$4.50"),
        (-120, "$", "-$120"),
        (1_234_567, "€", "€1.2 million"),
        (41.7, "years", "42 years"),
        (1.0, "years", "1 year"),
        (0.312, "%", "31 %"),
        (0.0, "%", "0 %"),
        (0.0004, "%", "under 0.1 %"),
        (0.9996, "%", "over 99 %"),
        (82.1, "", "82"),
        (0.0, "", "0"),
        (-0.0001, "", "-0.0001"),
        (1.2, "children", "1.2 children"),
        (None, "k$", "unknown"),
        (math.nan, "k$", "unknown"),
    ],
)
def test_a_value_is_said_with_its_unit(value: float | None, unit: str, said: str) -> None:
    assert say(value, unit) == said


def test_close_values_are_told_apart() -> None:
    assert say_pair(61_234, 61_340, "$") == ("$61,200", "$61,300")
    assert say_pair(0.3121, 0.3142, "%") == ("31.2 %", "31.4 %")


def test_equal_values_get_no_more_digits() -> None:
    assert say_pair(86.54, 86.54, "k$") == ("87 k$", "87 k$")


def test_multiples_are_said_in_words() -> None:
    said = [say_times(ratio) for ratio in (3.14, 2.02, 0.5, 0.33, 0.26, 0.2, 0.1, 0.01)]
    assert said == [
        "3.1 times", "twice", "half", "a third of", "a quarter of", "a fifth of", "a tenth of",
        "hardly any of",
    ]  # fmt: skip


@given(
    st.floats(allow_nan=True, allow_infinity=True),
    st.sampled_from(["", "$", "k$", "%", "years", "purchases", "points"]),
)
def test_any_number_can_be_said(value: float, unit: str) -> None:
    said = say(value, unit)
    assert said
    assert "nan" not in said
    assert "inf" not in said


def test_a_unit_that_the_label_says_is_not_said_twice() -> None:
    from coterie.insight.wording import own_unit

    column = Column("kids", "number", "feature", label="Children at home", unit="children")
    assert own_unit(column) == ""
