"""A schema as TOML, and a schema on a table."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coterie.errors import MissingColumnsError, SchemaError
from coterie.schema import ROW, Column, Schema
from coterie.schema.toml import apply_schema, schema_from_toml, schema_to_toml

words = st.text(st.characters(blacklist_categories=["Cs"]), max_size=12)
numbers = st.none() | st.floats(-1e12, 1e12)


@st.composite
def columns(draw: st.DrawFn, name: str) -> Column:
    kind, role = draw(
        st.sampled_from(
            [("number", "feature"), ("flag", "response"), ("category", "feature"), ("date", "date"),
             ("id", "id"), ("text", "ignore"), ("number", "ignore")]
        )
    )  # fmt: skip
    lower = draw(numbers)
    return Column(
        name, kind, role, draw(words), draw(words), draw(words),
        lower=lower,
        upper=draw(numbers) if lower is None else lower + 1 + draw(st.floats(0, 1e6)),
        choices=tuple(draw(st.lists(words, max_size=4))),
        typical=draw(st.none() | st.floats(-1e9, 1e9) | words.filter(bool)),
        date_order=draw(st.sampled_from([None, "dmy", "mdy", "ymd"])),
        personal=role == "ignore" and draw(st.booleans()),
        why=draw(words),
    )  # fmt: skip


@st.composite
def schemas(draw: st.DrawFn) -> Schema:
    names = draw(
        st.lists(
            words.filter(lambda w: w.strip() and not w.startswith("__")),
            min_size=1, max_size=4, unique=True,
        )
    )  # fmt: skip
    return Schema(tuple(draw(columns(name)) for name in names))


@given(schemas())
def test_a_schema_survives_being_written_and_read(schema: Schema) -> None:
    assert schema_from_toml(schema_to_toml(schema)) == schema


def test_a_name_is_all_a_column_needs() -> None:
    schema = schema_from_toml(
        '[[columns]]\nname = "Age"\n[[columns]]\nname = "when"\nkind = "date"'
    )
    assert [(c.name, c.kind, c.role) for c in schema] == [
        ("Age", "number", "feature"),
        ("when", "date", "date"),
    ]


def test_every_fault_is_told_at_once_with_its_column() -> None:
    text = """
    [[columns]]
    name = "Age"
    kind = "numbr"
    lowr = 1
    [[columns]]
    name = "Income"
    lower = 10
    upper = 5
    [[columns]]
    name = "Mail"
    personal = true
    role = "feature"
    [[columns]]
    kind = "id"
    [[columns]]
    name = "Twice"
    [[columns]]
    name = "Twice"
    """
    with pytest.raises(SchemaError) as caught:
        schema_from_toml(text)
    told = str(caught.value)
    for piece in (
        "Age: kind must be one of number, category, date, flag, id, text; it is 'numbr'",
        "Age: there is no key lowr. Did you mean lower?",
        "Income: lower must be below upper",
        "Mail: personal data cannot be a feature",
        "Column number 4 has no name",
        "Twice: two columns have this name",
    ):
        assert piece in told


@pytest.mark.parametrize("text", ["", "columns = 3", "not toml at all [", "[columns]\nage = 1"])
def test_what_is_no_schema_is_refused(text: str) -> None:
    with pytest.raises(SchemaError, match="coterie schema FILE"):
        schema_from_toml(text)


def lazy(**columns: Any) -> nw.LazyFrame[Any]:
    return nw.from_native(pl.LazyFrame({ROW: [0, 1], **columns}))


AGE_INCOME = Schema(
    (Column("Age", "number", "feature"), Column("Annual Income (k$)", "number", "feature"))
)


def test_other_spellings_are_found_and_reported() -> None:
    frame, notes = apply_schema(AGE_INCOME, lazy(annual_income=[1, 2], AGE=[3, 4], more=["a", "b"]))
    assert set(frame.collect_schema().names()) == {ROW, "Age", "Annual Income (k$)", "more"}
    assert any("annual_income is taken for Annual Income (k$)" in note.text for note in notes)
    assert any("more" in note.text for note in notes)


def test_a_source_maps_a_column_of_another_name() -> None:
    schema = schema_from_toml('[[columns]]\nname = "Age"\nsource = "Jahre"\n')
    frame, _ = apply_schema(schema, lazy(Jahre=[30, 40], Age=["x", "y"]))
    assert frame.collect().get_column("Age").to_list() == [30, 40]
    assert frame.collect().get_column("Age_in_file").to_list() == ["x", "y"]


def test_missing_columns_are_all_named() -> None:
    with pytest.raises(MissingColumnsError) as caught:
        apply_schema(AGE_INCOME, lazy(other=[1, 2]))
    assert caught.value.missing == ["Age", "Annual Income (k$)"]
    assert caught.value.present == ["other"]


def test_only_what_is_needed_must_be_there() -> None:
    frame, notes = apply_schema(AGE_INCOME, lazy(Age=[1, 2]), needed=["Age"])
    assert "Age" in frame.collect_schema().names()
    assert any("not in the table" in note.text for note in notes)


def test_a_column_of_another_kind_is_refused() -> None:
    with pytest.raises(
        SchemaError, match="Age is a number by the schema, but the table holds text"
    ):
        apply_schema(AGE_INCOME, lazy(Age=["a", "b"], annual_income=[1, 2]))
