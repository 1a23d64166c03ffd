"""POST /score: many records in four kinds of body, answered in any of them."""

from __future__ import annotations

import io
import json

import polars as pl
import pytest
from starlette.testclient import TestClient

from coterie.faces.api import Limits, create_api
from coterie.tables.synthetic import make_campaign, make_customers

from .conftest import Door

STREAM = "application/vnd.apache.arrow.stream"
FILE = "application/vnd.apache.arrow.file"
NDJSON = "application/x-ndjson"
KINDS = ("application/json", NDJSON, "text/csv", STREAM, FILE)
PATH = "/models/customers/score"


@pytest.fixture(scope="module")
def customers() -> pl.DataFrame:
    return make_customers(120, segments=4, seed=8)[0]


@pytest.fixture(scope="module")
def expected(services, customers) -> pl.DataFrame:
    return services.shelf.production("customers").segmentation.score(customers)


def written(frame: pl.DataFrame, kind: str) -> bytes:
    if kind == "application/json":
        return json.dumps({"records": frame.to_dicts()}).encode()
    if kind == NDJSON:
        return frame.write_ndjson().encode()
    if kind == "text/csv":
        return frame.write_csv().encode()
    buffer = io.BytesIO()
    frame.write_ipc_stream(buffer) if kind == STREAM else frame.write_ipc(buffer)
    return buffer.getvalue()


def read(content: bytes, kind: str) -> pl.DataFrame:
    if kind == "application/json":
        document = json.loads(content)
        return pl.DataFrame(document.get("rows") or document["placements"])
    if kind == NDJSON:
        return pl.DataFrame([json.loads(line) for line in content.splitlines()])
    source = io.BytesIO(content)
    if kind == "text/csv":
        return pl.read_csv(source)
    return pl.read_ipc_stream(source) if kind == STREAM else pl.read_ipc(source)


@pytest.mark.parametrize("out", KINDS)
@pytest.mark.parametrize("given", KINDS)
def test_every_kind_of_body_is_answered_in_every_kind(client, customers, expected, given, out):
    answer = client.post(
        PATH, content=written(customers, given), headers={"content-type": given, "accept": out}
    )
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].split(";")[0] == out
    found = read(answer.content, out)
    for column in ("segment_id", "segment"):
        assert found[column].to_list() == expected[column].to_list()
    assert found["confidence"].to_list() == pytest.approx(expected["confidence"].to_list())
    if given in ("text/csv", STREAM, FILE):
        assert found.columns == [*customers.columns, "segment_id", "segment", "confidence"]
        assert found["customer_id"].to_list() == customers["customer_id"].to_list()


def test_without_accept_the_answer_is_written_as_the_body_was(client, customers):
    for kind in KINDS:
        answer = client.post(
            PATH, content=written(customers.head(3), kind), headers={"content-type": kind}
        )
        assert answer.headers["content-type"].split(";")[0] == kind


def test_what_accept_likes_best_is_sent_and_nothing_else_there_is(client):
    def asked(accept):
        return client.post(PATH, json={"records": [{"age": 31}]}, headers={"accept": accept})

    assert asked("text/csv;q=0.4, */*;q=0.1").headers["content-type"].startswith("text/csv")
    assert asked("image/png, text/*").headers["content-type"].startswith("text/csv")
    assert asked("image/png").status_code == 406
    assert asked("application/json;q=0").status_code == 406


def test_placements_of_records_are_whole(client, services):
    records = [{"age": 31}, {"age": 500, "savings": 4_000}]
    answer = client.post(PATH, json={"records": records})
    place = services.shelf.production("customers").segmentation.place
    assert answer.json()["placements"] == [place(record).to_dict() for record in records]


def test_no_records_are_answered_with_none(client):
    assert client.post(PATH, json={"records": []}).json()["placements"] == []
    lines = client.post(PATH, content=b"\n\n", headers={"content-type": NDJSON})
    assert (lines.status_code, lines.text) == (200, "")


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("application/json", b"[]", 422),
        ("application/json", b'{"records": 3}', 422),
        ("application/json", b'{"records": [], "more": 1}', 422),
        ("application/json", b'{"records": [[]]}', 422),
        (NDJSON, b'{"age": 31}\n{"age": "x"}', 422),
        (NDJSON, b'{"age": 31}\n{"age"', 400),
        ("text/csv", b"", 422),
        ("text/csv", b"age,annual_income,spending_score,savings\n", 422),
        ("text/csv", b"name\nJane\n", 422),
        ("text/csv", b"PK\x03\x04rubbish", 422),
        ("text/csv", bytes(range(256)), 422),
        (STREAM, b"no arrow", 422),
        (STREAM, b"\xff\xff\xff\xff\x10\x00\x00\x00", 422),
        (FILE, b"ARROW1\x00\x00rubbish", 422),
        ("application/xml", b"<a/>", 415),
    ],
)
def test_what_cannot_be_scored_is_a_problem(client, kind, body, status):
    answer = client.post(PATH, content=body, headers={"content-type": kind})
    assert (answer.status_code, answer.headers["content-type"]) == (
        status,
        "application/problem+json",
    ), answer.text


def test_a_faulty_record_is_told_by_its_place_and_no_value_is_repeated(client):
    records = [{"age": 31}] * 3 + [{"age": "s3cret"}]
    answer = client.post(PATH, json={"records": records})
    assert answer.json()["errors"][0]["pointer"] == "#/records/3/age"
    assert "s3cret" not in answer.text
    table = "age,annual_income,spending_score,savings\n31,s3cret words,4,5\n30,more such,4,5\n"
    answer = client.post(PATH, content=table, headers={"content-type": "text/csv"})
    assert answer.status_code == 422
    assert "annual_income must hold numbers" in answer.json()["detail"]
    assert "s3cret" not in answer.text


def test_an_arrow_file_says_what_it_is(client, customers):
    answer = client.post(PATH, content=written(customers, FILE), headers={"content-type": STREAM})
    assert answer.status_code == 422


def test_cells_that_a_spreadsheet_would_run_are_made_harmless(client, customers):
    table = customers.head(2).with_columns(gender=pl.Series(["=1+1", "@x"]))
    answer = client.post(
        PATH, content=written(table, "text/csv"), headers={"content-type": "text/csv"}
    )
    assert "'=1+1" in answer.text
    assert ",'@x" in answer.text


def test_limits_of_size_and_of_records_hold(services, people, customers):
    limits = Limits(table_bytes=3_000, json_records=5, line_records=6, table_rows=7)
    client = TestClient(Door(create_api(services, limits=limits), people["ada"]))
    for rows, kind, status in (
        (5, "application/json", 200),
        (6, "application/json", 422),
        (6, NDJSON, 200),
        (7, NDJSON, 413),
        (7, "text/csv", 200),
        (8, "text/csv", 413),
        (8, STREAM, 413),
        (8, FILE, 413),
        (120, "text/csv", 413),
    ):
        answer = client.post(
            PATH, content=written(customers.head(rows), kind), headers={"content-type": kind}
        )
        assert answer.status_code == status, (rows, kind, answer.text)


def test_dates_and_missing_cells_come_back_as_json(client):
    table = make_campaign(40, 4, seed=3)[0]
    answer = client.post(
        "/models/campaign/score",
        content=written(table, "text/csv"),
        headers={"content-type": "text/csv", "accept": "application/json"},
    )
    rows = answer.json()["rows"]
    assert len(rows) == 40
    assert rows[0]["segment_id"] in (1, 2, 3, 4)
    assert rows[0]["Dt_Customer"]
