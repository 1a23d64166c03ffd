"""The named endpoints of the running app, as programs call them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import httpx
import polars as pl
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError

import coterie as ct
from coterie.tables.synthetic import write_sample

pytestmark = pytest.mark.slow

RECORD = {"age": 30, "annual_income": 60_000, "spending_score": 50, "savings": 20_000}


@pytest.fixture(scope="module")
def client(demo_url: str) -> Client:
    return Client(demo_url, verbose=False, analytics_enabled=False)


@pytest.fixture(scope="module")
def other(demo_url: str) -> Client:
    return Client(demo_url, verbose=False, analytics_enabled=False)


@pytest.fixture(scope="module")
def customers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path, _ = write_sample("customers", 300, 3, 1, tmp_path_factory.mktemp("own") / "own.csv")
    return path


@pytest.fixture(scope="module")
def trained(client: Client, customers: Path) -> dict:
    return client.predict(handle_file(customers), "", 3, "", api_name="/segment")


def test_a_program_trains_on_a_file_of_its_own(trained: dict):
    assert (trained["k"], trained["customers"]) == (3, 300)
    assert trained["verdict"] == "natural"


def test_the_answer_is_the_librarys(client: Client, trained: dict, customers: Path):
    study = ct.segment(customers, k=3)
    told = client.predict(trained["study"], api_name="/segments")
    assert [one["name"] for one in told] == [segment.name for segment in study.segments]
    placed = client.predict(RECORD, trained["study"], api_name="/place")
    assert placed == study.segmentation.place(RECORD).to_dict()


def test_without_an_id_the_newest_study_is_meant(client: Client, trained: dict):
    assert client.predict(api_name="/studies")[0]["study"] == trained["study"]
    assert client.predict(api_name="/segments") == client.predict(
        trained["study"], api_name="/segments"
    )


def test_the_form_tells_a_program_what_to_give(client: Client, trained: dict):
    fields = client.predict(trained["study"], api_name="/form")
    assert [field["name"] for field in fields] == list(RECORD)


def test_the_labelled_file_has_every_customer(client: Client, trained: dict):
    frame = pl.read_csv(client.predict(trained["study"], api_name="/labelled"))
    assert len(frame) == 300
    assert frame.columns[-3:] == ["segment_id", "segment", "confidence"]


@pytest.mark.parametrize(
    ("record", "said"),
    [
        ({"colour": 3}, "There is no column colour"),
        ({"age": "abc"}, "Age must be a number"),
        ({}, "has no value to place a customer by"),
        ([1], "given as values by column name"),
    ],
)
def test_a_wrong_record_is_answered_in_a_sentence(
    client: Client, trained: dict, record: object, said: str
):
    with pytest.raises(AppError, match=said):
        client.predict(record, trained["study"], api_name="/place")


def test_a_wrong_file_is_answered_in_a_sentence(client: Client, tmp_path: Path):
    picture = tmp_path / "picture.csv"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    with pytest.raises(AppError, match=r"picture\.csv") as refused:
        client.predict(handle_file(picture), "", 0, "", api_name="/segment")
    assert "Traceback" not in str(refused.value)


def test_a_number_of_segments_out_of_range_is_answered_in_a_sentence(client: Client):
    with pytest.raises(AppError, match="must lie between 1 and 40"):
        client.predict(None, "customers", 99, "", api_name="/segment")


@pytest.mark.parametrize(
    "ask",
    [
        lambda one, study: one.predict(study, api_name="/segments"),
        lambda one, study: one.predict(study, api_name="/form"),
        lambda one, study: one.predict(RECORD, study, api_name="/place"),
        lambda one, study: one.predict(study, api_name="/labelled"),
    ],
)
def test_another_visitor_cannot_ask_for_it(
    other: Client, trained: dict, ask: Callable[[Client, str], object]
):
    with pytest.raises(AppError, match="There is no such study"):
        ask(other, trained["study"])
    assert other.predict(api_name="/studies") == []


def test_no_file_of_the_server_can_be_named(demo_url: str):
    # A client of Gradio's own would upload the file; a stranger names a path.
    named = {"path": "/etc/passwd", "meta": {"_type": "gradio.FileData"}}
    for file in (named, "/etc/passwd"):
        call = f"{demo_url}/gradio_api/call/segment"
        event = httpx.post(call, json={"data": [file, "", 0, ""]}).json()["event_id"]
        answer = httpx.get(f"{call}/{event}", timeout=20).text
        assert "event: error" in answer
        assert "root:" not in answer
