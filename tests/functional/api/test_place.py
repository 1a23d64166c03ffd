"""POST /place: one record, checked strictly, answered as the library answers."""

from __future__ import annotations

import json

import pytest

JSON = {"content-type": "application/json"}
PROBLEM = "application/problem+json"


@pytest.fixture
def record(client):
    return client.get("/models/campaign/schema").json()["examples"][0]


def test_a_record_is_placed_as_the_library_places_it(client, services, record):
    answer = client.post("/models/campaign/place", json=record)
    study = services.shelf.production("campaign")
    assert answer.status_code == 200
    assert answer.json() == study.segmentation.place(record).to_dict()
    assert answer.headers["coterie-study"] == study.id
    assert answer.headers["cache-control"] == "no-store"


def test_missing_and_impossible_values_are_filled_and_said(client):
    answer = client.post("/models/campaign/place", json={"Income": 52_000, "Year_Birth": 1800})
    body = answer.json()
    assert answer.status_code == 200
    assert "Year of birth cannot be 1800" in body["notes"][0]
    assert "age" in body["imputed"]


def test_columns_of_the_training_table_that_are_not_used_are_allowed(client):
    base = {"age": 40, "annual_income": 50_000}
    plain = client.post("/models/customers/place", json=base).json()
    more = client.post("/models/customers/place", json={**base, "gender": ["any", {"thing": 1}]})
    assert more.json() == plain


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        (b'{"age": NaN}', 400, "json"),
        (b'{"age": -Infinity}', 400, "json"),
        (b'{"age": 1e999}', 422, "invalid-record"),
        (b'{"age": false}', 422, "invalid-record"),
        (b'{"age": "31"}', 422, "invalid-record"),
        (b'{"age": [31]}', 422, "invalid-record"),
        (b'{"age": ' + b"9" * 400 + b"}", 422, "invalid-record"),
        (b'{"age": ' + b"9" * 5_000 + b"}", 400, "json"),
        (b'{"age": 1, "age": 2}', 400, "json"),
        (b'{"age": 1, "Age": 2}', 422, "invalid-record"),
        (b"[" * 20_000, 400, "json"),
        (b'{"gender": ' + b"[" * 20_000 + b"]" * 20_000 + b"}", 400, "json"),
        (b'{"age": 31', 400, "json"),
        (b"", 400, "json"),
        (b"\xff\xfe{}", 400, "json"),
        (b'\xef\xbb\xbf{"age": 31}', 400, "json"),
        (b'{"age": 31} x', 400, "json"),
        (b"[]", 422, "invalid-record"),
        (b"null", 422, "invalid-record"),
        (b"{}", 422, "invalid-record"),
        (b'{"age": null}', 422, "invalid-record"),
        (b'{"gender": "Female"}', 422, "invalid-record"),
        (b'{"shoe size": 44}', 422, "invalid-record"),
        (b'{"\\ud800": 44}', 422, "invalid-record"),
        (b'{"age": 31, "annual_income": ' + b"1" * 70_000 + b"}", 413, "too-large"),
    ],
)
def test_what_is_not_a_record_is_refused_with_a_problem(client, body, status, kind):
    answer = client.post("/models/customers/place", content=body, headers=JSON)
    assert (answer.status_code, answer.headers["content-type"]) == (status, PROBLEM)
    document = answer.json()
    assert document["type"] == f"urn:coterie:problem:{kind}"
    assert document["status"] == status
    assert document["detail"]


def test_each_fault_is_told_by_its_place_and_no_value_is_repeated(client):
    sent = {"age": "s3cret", "savings": True, "jane@example.com": 1, "annual_income": 50_000}
    answer = client.post("/models/customers/place", json=sent)
    assert [one["pointer"] for one in answer.json()["errors"]] == [
        "#/age",
        "#/savings",
        "#/jane@example.com",
    ]
    assert "s3cret" not in answer.text


def test_only_json_in_utf_8_is_taken(client):
    for kind in ("text/plain", "application/json; charset=utf-16", "", "application/jsonp"):
        answer = client.post(
            "/models/customers/place", content=b'{"age": 31}', headers={"content-type": kind}
        )
        assert (answer.status_code, answer.headers["accept"]) == (415, "application/json")
    packed = client.post(
        "/models/customers/place", content=b"", headers={**JSON, "content-encoding": "gzip"}
    )
    assert packed.status_code == 415
    for kind in ("application/json;charset=UTF-8", "Application/JSON"):
        answer = client.post(
            "/models/customers/place", content=b'{"age": 31}', headers={"content-type": kind}
        )
        assert answer.status_code == 200


def test_a_body_that_lies_about_its_length_is_still_held_to_the_limit(client):
    def endless():
        yield b'{"age": 31'
        for _ in range(100):
            yield b" " * 1_000

    answer = client.post("/models/customers/place", content=endless(), headers=JSON)
    assert answer.status_code == 413


def test_there_is_no_such_model(client):
    for name in ("nobody", "..", "%2e%2e", "a%00b", "c" * 5_000):
        answer = client.post(f"/models/{name}/place", json={"age": 31})
        assert (answer.status_code, answer.headers["content-type"]) == (404, PROBLEM)


def test_a_renamed_segment_is_in_the_next_second_s_answers(door, services, people):
    from starlette.testclient import TestClient

    ada, study = people["ada"].id, services.shelf.production("customers")
    record = {"age": 40, "annual_income": 50_000}
    before = study.segmentation.place(record)
    now = [0.0]
    from coterie.faces.api.serving import Models

    models = Models(services.shelf, clock=lambda: now[0])
    assert models.find("customers").model.place(record).segment == before.segment
    services.shelf.rename_segment(study.id, ada, before.segment_id, "Regulars of ours")
    try:
        now[0] = 2.0
        placed = models.find("customers").model.place(record)
        assert placed.segment == "Regulars of ours"
        answer = TestClient(door).post("/models/customers/place", json=record)
        assert answer.json()["segment"] == "Regulars of ours"
    finally:
        services.shelf.rename_segment(study.id, ada, before.segment_id, before.segment)


def test_the_answer_is_plain_json(client, record):
    answer = client.post("/models/campaign/place", json={**record, "Income": 6e299})
    assert answer.status_code == 200
    assert json.loads(answer.text, parse_constant=lambda _: pytest.fail("NaN in an answer"))
    assert answer.json()["unlike"]
