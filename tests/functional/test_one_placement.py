"""One record gets the same Placement from every face, for every record of a file."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import coterie as ct
from coterie.tables.synthetic import make_campaign

fastapi = pytest.importorskip("fastapi")


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    """Return a shelf with one model, `campaign`, in production."""
    from coterie.faces.jobs import Jobs
    from coterie.stores.shelf import Shelf

    folder = tmp_path_factory.mktemp("data")
    shelf = Shelf(folder)
    jobs = Jobs(shelf, folder, workers=1)
    sample = {"kind": "campaign", "rows": 400, "segments": 4, "seed": 6}
    job = jobs.start_training(1, None, ct.RunConfig(), name="campaign", sample=sample)
    done = jobs.wait(job.id, 1, timeout=120)
    jobs.close()
    assert done.state == "done", done.message
    shelf.promote(str(done.study_id), 1)
    return shelf


@pytest.fixture(scope="module")
def records(shelf) -> list[dict[str, Any]]:
    """Return every customer of a file that the model has not seen, as JSON holds them."""
    inputs = [column.name for column in shelf.production("campaign").segmentation.inputs]
    table = make_campaign(60, 4, seed=41)[0].select(inputs)
    records = json.loads(table.write_json())
    odd: list[dict[str, Any]] = [
        {"Income": 1e9, "Year_Birth": 1893},
        {"Income": -5, "Recency": 12},
        {"Year_Birth": 1970},
    ]
    return [*records, *odd]


@pytest.fixture(scope="module")
def by_library(shelf, records) -> list[dict[str, Any]]:
    """Return what the library says of each, from the bundle."""
    path = shelf.production("campaign").folder / "segmentation.zip"
    model = ct.load(path)
    return [model.place(record).to_dict() for record in records]


def test_the_api_answers_as_the_library(shelf, records, by_library):
    from types import SimpleNamespace

    from starlette.testclient import TestClient

    from coterie.faces.api import Limits, create_api

    person = SimpleNamespace(id=1, username="ada", may=lambda _action: True)
    settings = SimpleNamespace(upload_mb=1.0)
    services: Any = SimpleNamespace(shelf=shelf, answering=shelf, settings=settings)
    api = create_api(services, limits=Limits(per_second=1e9, burst=1e9))

    async def door(scope, receive, send):
        scope["state"] = {"person": person, "scopes": None}
        await api(scope, receive, send)

    client = TestClient(door)
    placed = [client.post("/models/campaign/place", json=record).json() for record in records]
    assert placed == by_library
    scored = client.post("/models/campaign/score", json={"records": records}).json()
    assert scored["placements"] == by_library


def test_the_command_line_answers_as_the_library(shelf, records, by_library):
    bundle = shelf.production("campaign").folder / "segmentation.zip"
    assert place_by_command(bundle, records) == by_library
    # A whole process for a few, so that nothing hangs on being called from here.
    for record, expected in zip(records[-3:], by_library[-3:], strict=True):
        words = [word for item in record.items() for word in ("--set", "{}={}".format(*item))]
        done = subprocess.run(
            [sys.executable, "-m", "coterie", "place", str(bundle), *words, "--json"],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert json.loads(done.stdout) == expected


def place_by_command(bundle: Path, records: list[dict[str, Any]]) -> list[Any]:
    """Run `coterie place` in this process for each record."""
    from typer.testing import CliRunner

    from coterie.faces.cli import app

    runner, placed = CliRunner(), []
    for record in records:
        given = {key: value for key, value in record.items() if value is not None}
        words = [word for item in given.items() for word in ("--set", "{}={}".format(*item))]
        done = runner.invoke(app, ["place", str(bundle), *words, "--json"])
        assert done.exit_code == 0, done.output
        placed.append(json.loads(done.stdout))
    return placed


def test_scoring_the_file_gives_each_row_the_same_segment(shelf, records, by_library):
    import polars as pl

    model = shelf.production("campaign").segmentation
    scored = model.score(pl.DataFrame(records, infer_schema_length=None))
    assert scored["segment"].to_list() == [one["segment"] for one in by_library]
    found = scored["confidence"].to_list()
    assert found == pytest.approx([one["confidence"] for one in by_library], rel=1e-9)


def test_the_form_of_the_demo_answers_as_the_library(shelf, records, by_library):
    form = pytest.importorskip("coterie.faces.demo.form")
    model = shelf.production("campaign").segmentation
    placed = []
    for record in records:
        entered = [record.get(column.name) for column in model.inputs]
        placed.append(model.place(form.record(model, entered)).to_dict())
    assert placed == by_library


def dashboard_form() -> None:
    """Draw the dashboard's form, filled in with a record, and place what it then holds."""
    import streamlit as st

    import coterie as ct
    from coterie.faces.dashboard import form

    model = ct.load(st.session_state["bundle"])
    made = form.fields(model)
    form.fill(made, "field-", st.session_state["record"])
    entered = dict(form.draw(made, "field-"))
    given = {name: value for name, value in entered.items() if value is not None}
    st.session_state["placed"] = model.place(given).to_dict()


def test_the_form_of_the_dashboard_answers_as_the_library(shelf, records, by_library):
    testing = pytest.importorskip("streamlit.testing.v1")
    page = testing.AppTest.from_function(dashboard_form, default_timeout=60)
    page.session_state["bundle"] = shelf.production("campaign").folder / "segmentation.zip"
    for record, expected in zip(records, by_library, strict=True):
        page.session_state["record"] = record
        page.run()
        assert not page.exception
        assert page.session_state["placed"] == expected
