"""The schema as an editable table, and the rates of campaigns, worked by hand."""

from __future__ import annotations

import polars as pl
import pytest

from coterie.errors import SchemaError
from coterie.faces.dashboard.pages.campaigns_rates import (
    Answer,
    best_sentence,
    count_answers,
    responses,
)
from coterie.faces.dashboard.pages.data_schema import changes, edited_schema, same, schema_rows
from coterie.schema import Column, Schema

SCHEMA = Schema(
    (
        Column("id", "id", "id"),
        Column("age", "number", "feature", "age", "Age", "years", 0.0, 120.0, typical=40.0),
        Column("town", "text", "ignore", why="Free text."),
        Column("joined", "date", "date", date_order="dmy"),
        Column("answered", "flag", "response", label="Answered"),
        Column("email", "text", "ignore", personal=True),
    )
)


def edited(**cells):
    rows = schema_rows(SCHEMA)
    for key, value in cells.items():
        name, _, field = key.partition("__")
        next(row for row in rows if row["column"] == name)[field] = value
    return edited_schema(SCHEMA, rows)


def test_a_table_that_nobody_touched_gives_the_schema_it_came_from():
    assert same(edited_schema(SCHEMA, schema_rows(SCHEMA)), SCHEMA)


def test_what_a_person_changes_arrives_in_the_schema_and_is_said():
    new = edited(age__unit="a", age__upper=99.0, answered__role="leave out", age__label=" Years ")
    assert (new["age"].unit, new["age"].upper, new["age"].label) == ("a", 99.0, "Years")
    assert (new["answered"].role, new["answered"].why) == ("ignore", "You said so.")
    assert changes(SCHEMA, new) == [
        "age: now in a, called Years, possible from 0 to 99.",
        "answered: now leave out.",
    ]


def test_a_new_kind_brings_a_role_that_fits_and_forgets_what_it_was_known_as():
    new = edited(age__kind="identifier", id__kind="number")
    assert (new["age"].role, new["age"].meaning, new["age"].typical) == ("id", "", None)
    assert new["id"].role == "feature"


def test_an_empty_bound_is_no_bound():
    new = edited(age__lower=None, age__upper=float("nan"))
    assert (new["age"].lower, new["age"].upper) == (None, None)


def test_every_contradiction_is_told_at_once_each_with_its_column():
    with pytest.raises(SchemaError) as caught:
        edited(age__lower=200.0, town__role="find groups by it", answered__role="date")
    said = str(caught.value)
    assert "age: the smallest possible value (200) must lie below the largest (120)." in said
    assert "town: groups cannot be found by text." in said
    assert "answered: it has the role of a date, but is yes or no." in said


def test_personal_data_made_a_feature_is_no_longer_held_back_as_personal():
    new = edited(email__kind="category", email__role="find groups by it")
    assert (new["email"].role, new["email"].personal) == ("feature", False)


LABELLED = pl.LazyFrame(
    {
        "segment_id": [1] * 40 + [2] * 40 + [3] * 4,
        "answered": [1] * 30 + [0] * 10 + [1] * 4 + [0] * 35 + [None] + [1, 0, 0, 0],
        "said": (["Yes"] * 10 + ["no"] * 30) * 2 + [None] * 4,
    }
)
COLUMNS = (
    Column("answered", "flag", "response", label="Answered"),
    Column("said", "flag", "response"),
)
NAMES = {1: "Stars", 2: "Sleepers", 3: "Few"}


def test_rates_by_segment_worked_by_hand():
    answered, said = count_answers(LABELLED, COLUMNS, [1, 2, 3])
    assert [(a.asked, a.yes) for a in answered.segments] == [(40, 30), (39, 4), (4, 1)]
    assert (answered.overall.asked, answered.overall.yes) == (83, 35)
    # Wilson for 30 of 40: centre (0.75 + 0.048018) / 1.096036, half-width 0.130666.
    assert answered.segments[0].low == pytest.approx(0.5981, abs=1e-4)
    assert answered.segments[0].high == pytest.approx(0.8581, abs=1e-4)
    assert [a.small for a in answered.segments] == [False, False, True]
    assert [a.rate for a in said.segments] == [0.25, 0.25, None]


def test_a_difference_beyond_chance_is_told_apart_from_one_that_may_be_chance():
    answered, said = count_answers(LABELLED, COLUMNS, [1, 2, 3])
    told = best_sentence(answered, NAMES).replace("\N{NO-BREAK SPACE}", " ")
    assert told == "Stars said yes most often: 75 % (30 of 40), against 42 % of all."
    assert best_sentence(said, NAMES).endswith("this may be chance.")


def test_segments_too_small_to_read_are_not_compared():
    small = Answer(1, 9, 9, 1.0, 0.7, 1.0)
    assert small.small
    few = LABELLED.filter(pl.col("segment_id") == 3)
    (answered,) = count_answers(few, COLUMNS[:1], [3])
    assert best_sentence(answered, NAMES) == "Answered: every segment is too small to read a rate."


def test_only_yes_or_no_answers_count_as_responses():
    assert [c.name for c in responses(SCHEMA)] == ["answered"]
