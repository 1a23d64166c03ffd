"""A page says what is wrong; it never shows what only we can read."""

from __future__ import annotations

import logging

import pytest
from streamlit.testing.v1 import AppTest

from coterie.faces.dashboard import telling

note = telling.note


def page() -> None:
    import streamlit as st

    from coterie.errors import InputError
    from coterie.faces.dashboard.telling import telling

    with telling():
        if st.query_params.get("kind") == "told":
            raise InputError("The file has no rows. Choose another.")
        raise KeyError("income of 52,000")


def drawn(kind: str) -> str:
    app = AppTest.from_function(page)
    app.query_params["kind"] = kind
    app.run()
    assert not app.exception
    return " ".join(element.body for element in app.get("html"))


def test_what_is_meant_for_the_reader_is_shown():
    assert "The file has no rows. Choose another." in drawn("told")


def test_anything_else_is_a_sentence_with_a_number_that_the_log_has(monkeypatch, caplog):
    monkeypatch.setattr(telling, "note", note)
    with caplog.at_level(logging.ERROR, "coterie.dashboard"):
        shown = drawn("bug")
    assert "Something went wrong on our side" in shown
    assert "52,000" not in shown
    (record,) = caplog.records
    assert record.args
    assert str(record.args[0]) in shown


def test_in_these_tests_a_fault_of_ours_is_not_hidden():
    with pytest.raises(KeyError):
        telling.note(KeyError("x"))
