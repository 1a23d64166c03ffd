"""The schema as an editable table, worked by hand."""

from __future__ import annotations

import pytest

from coterie.errors import SchemaError
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
