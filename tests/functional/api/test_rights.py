"""Who may call what, how often, and that every error is a problem document."""

from __future__ import annotations

import logging

import pytest
from starlette.testclient import TestClient

from coterie.faces.api import Limits, create_api

from .conftest import Door

PROBLEM = "application/problem+json"
CALLS = [
    ("GET", "/models", None, "read", "vic"),
    ("GET", "/models/customers", None, "read", "vic"),
    ("GET", "/models/customers/segments", None, "read", "vic"),
    ("GET", "/models/customers/schema", None, "place", "vic"),
    ("POST", "/models/customers/place", {"age": 31}, "place", "vic"),
    ("POST", "/models/customers/score", {"records": [{"age": 31}]}, "score", "ann"),
    ("GET", "/studies", None, "read", "vic"),
    ("GET", "/studies/{study}", None, "read", "vic"),
    ("GET", "/studies/{study}/files/profiles.csv", None, "read", "ann"),
    ("POST", "/studies", {"upload": "0" * 32}, "train", "ann"),
    ("POST", "/studies/{study}/cancel", None, "train", "ann"),
    ("POST", "/models/customers/promote", {"study": "{study}"}, "train", "ada"),
]
RANKS = ("vic", "ann", "ada")


@pytest.fixture(params=CALLS, ids=lambda call: f"{call[0]} {call[1]}")
def call(request, services):
    method, path, body, scope, least = request.param
    study = services.shelf.production("customers").id
    if body and body.get("study"):
        body = {"study": study}
    return method, path.format(study=study), body, scope, least


def test_nobody_is_answered_without_a_person(door, call):
    method, path, body, _scope, _least = call
    door.person = None
    answer = TestClient(door).request(method, path, json=body)
    assert (answer.status_code, answer.headers["content-type"]) == (401, PROBLEM)
    assert answer.headers["www-authenticate"] == "Bearer"


def test_a_token_needs_the_scope_of_the_route_and_no_other(door, call):
    method, path, body, scope, _least = call
    client = TestClient(door)
    door.scopes = frozenset({"place", "score", "read", "train"} - {scope})
    answer = client.request(method, path, json=body)
    assert (answer.status_code, answer.json()["type"]) == (403, "urn:coterie:problem:scope")
    door.scopes = frozenset({scope})
    assert client.request(method, path, json=body).status_code in (200, 404)


def test_a_role_opens_what_it_includes(door, people, call):
    method, path, body, _scope, least = call
    client = TestClient(door)
    for name in RANKS:
        door.person = people[name]
        answer = client.request(method, path, json=body)
        if RANKS.index(name) < RANKS.index(least):
            assert (answer.status_code, answer.json()["type"]) == (403, "urn:coterie:problem:role")
        else:
            assert answer.status_code in (200, 404)


def test_nobody_reads_the_documents_either(door):
    door.person = None
    for path in ("/openapi.json", "/docs", "/nothing"):
        assert TestClient(door).get(path).status_code == 401


def test_who_asks_too_often_is_told_to_wait_and_others_are_not(services, people):
    door = Door(create_api(services, limits=Limits(per_second=0.5, burst=3)), people["ada"])
    client = TestClient(door)
    answers = [client.get("/models") for _ in range(4)]
    assert [one.status_code for one in answers] == [200, 200, 200, 429]
    assert answers[3].headers["content-type"] == PROBLEM
    assert answers[3].headers["retry-after"] == "2"
    door.person = people["ann"]
    assert client.get("/models").status_code == 200


def test_no_such_path_and_no_such_method_are_problems(client):
    missing = client.get("/nothing/here")
    assert (missing.status_code, missing.headers["content-type"]) == (404, PROBLEM)
    for method, path, allowed in (
        ("PUT", "/studies", "GET, POST"),
        ("GET", "/models/customers/place", "POST"),
        ("PUT", "/studies/abc", "DELETE, GET"),
        ("POST", "/docs", "GET"),
        ("PATCH", "/studies/abc/files/figures/one.png", "GET"),
    ):
        answer = client.request(method, path)
        assert (answer.status_code, answer.headers["content-type"]) == (405, PROBLEM)
        assert set(answer.headers["allow"].split(", ")) - {"HEAD"} == set(allowed.split(", "))


def test_a_fault_of_ours_is_logged_under_the_id_that_its_victim_sees(
    door, services, monkeypatch, caplog
):
    def broken(_viewer):
        raise RuntimeError("an inner matter")

    monkeypatch.setattr(services.shelf, "models", broken)
    with caplog.at_level(logging.ERROR, "coterie.api"):
        answer = TestClient(door).get("/models")
    assert (answer.status_code, answer.headers["content-type"]) == (500, PROBLEM)
    assert "inner matter" not in answer.text
    assert answer.json()["id"] in caplog.text
    assert "inner matter" in caplog.text


@pytest.mark.slow
def test_a_study_of_another_person_is_not_there(door, services, people):
    from .conftest import train

    study = train(services, people["ann"].id, "anns own", kind="customers", rows=200)
    door.person = people["ada"]
    client = TestClient(door)
    own = [f"/studies/{study}", f"/studies/{study}/files/report.html"]
    assert [client.get(path).status_code for path in own] == [404, 404]
    promoted = client.post("/models/anns-own/promote", json={"study": study})
    assert promoted.status_code == 404
    door.person = people["ann"]
    assert [client.get(path).status_code for path in own] == [200, 200]
