"""Spelling of column names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coterie.schema.spelling import (
    close_names,
    find_name,
    humanise,
    plain_name,
    range_of,
    unit_of,
    words_of,
)


@pytest.mark.parametrize(
    "name",
    ["Annual Income (k$)", "annual_income", "AnnualIncome", " ANNUAL-INCOME ", "annual.income"],
)
def test_usual_spellings_compare_equal(name: str) -> None:
    assert plain_name(name) == "annualincome"


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("num_web_purchases", "Num web purchases"),
        ("NumWebPurchases", "Num web purchases"),
        ("Annual Income (k$)", "Annual income"),
        ("avg_order_value [$]", "Avg order value"),
        ("x0", "x0"),
        ("RFM_score", "RFM score"),
        ("(1)", "(1)"),
    ],
)
def test_labels_read_like_sentences(name: str, label: str) -> None:
    assert humanise(name) == label


def test_units_and_ranges_stand_in_brackets() -> None:
    assert unit_of("Annual Income (k$)") == "k$"
    assert unit_of("Tenure [months]") == "months"
    assert unit_of("Weight (in kg)") == "kg"
    assert unit_of("Spending Score (1-100)") == ""
    assert range_of("Spending Score (1-100)") == (1, 100)
    assert range_of("Income (k$)") is None


def test_a_name_is_found_in_another_spelling_unless_two_fit() -> None:
    assert find_name("annual income", ["Age", "Annual_Income (k$)"]) == "Annual_Income (k$)"
    assert find_name("age", ["Age", "AGE"]) is None
    assert find_name("Age", ["Age", "AGE"]) == "Age"


def test_close_names_are_offered() -> None:
    assert close_names("Incme", ["Age", "Income"]) == ["Income"]


@given(st.text(max_size=30))
def test_no_name_is_too_strange(name: str) -> None:
    assert isinstance(plain_name(name), str)
    assert isinstance(words_of(name), tuple)
    assert unit_of(name) == unit_of(name)
    assert humanise(name) or not name.strip()
