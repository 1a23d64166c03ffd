from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coterie.figures.words import (
    NARROW_SPACE,
    say,
    say_number,
    say_share,
    say_value,
    with_unit,
    wrapped,
)
from coterie.schema import Column


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0.0, "0"),
        (-0.0, "0"),
        (0.04321, "0.043"),
        (0.999, "1"),
        (9.96, "10"),
        (-3.14, "−3.1"),
        (99.6, "100"),
        (1999.0, "2,000"),
        (999_999.0, "1 million"),
        (2.5e12, "2.5 trillion"),
        (1e308, "1.00e+308"),
        (1e-9, "1.0e-09"),
        (math.nan, "–"),
        (math.inf, "–"),
        (None, "–"),
    ],
)
def test_numbers_are_rounded_as_a_person_would_say_them(value, said):
    assert say_number(value) == said


@given(st.floats(min_value=1e-3, max_value=1e11))
def test_what_is_said_lies_within_six_per_cent_of_the_number(value):
    said = say_number(value).replace(",", "")
    for word, factor in (("trillion", 1e12), ("billion", 1e9), ("million", 1e6)):
        if said.endswith(word):
            assert float(said.split()[0]) * factor == pytest.approx(value, rel=0.06)
            return
    assert float(said) == pytest.approx(value, rel=0.06)


def test_a_unit_stands_behind_and_no_number_has_none():
    assert say(72.0, "k$") == f"72{NARROW_SPACE}k$"
    assert say(None, "k$") == "–"


def test_a_unit_that_the_label_already_says_is_not_said_twice():
    days = Column("Recency", "number", "feature", label="Days since last purchase", unit="days")
    assert with_unit(days) == "Days since last purchase"


def test_a_share_that_is_not_all_is_not_said_to_be_all():
    assert say_share(0.999).startswith("99.9")
    assert say_share(0.0) == f"0{NARROW_SPACE}%"


def test_the_mean_of_a_flag_is_a_share_of_customers():
    flag = Column("female", "flag", "feature")
    assert say_value(flag, 0.56) == f"56{NARROW_SPACE}%"


@given(st.text(max_size=200), st.integers(8, 40), st.integers(1, 3))
def test_a_wrapped_name_never_exceeds_its_lines(text, width, lines):
    parts = wrapped(text, width, lines=lines).split("\n")
    assert len(parts) <= lines
    assert all(len(part) <= width for part in parts)
