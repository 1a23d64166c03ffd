"""/studies: trained from a file, followed, cancelled, read, downloaded and promoted."""

from __future__ import annotations

import io
import time
import zipfile

import polars as pl
import pytest

from coterie.tables.synthetic import make_customers

PROBLEM = "application/problem+json"


def csv(rows: int, seed: int = 5) -> bytes:
    return make_customers(rows, segments=3, seed=seed)[0].write_csv().encode()


def finished(client, address: str) -> dict:
    until = time.monotonic() + 120
    while time.monotonic() < until:
        body = client.get(address).json()
        if body["state"] not in ("waiting", "running"):
            return body
        time.sleep(0.1)
    pytest.fail(f"the training did not end: {body}")


@pytest.mark.slow
def test_a_file_is_trained_on_followed_read_downloaded_and_promoted(client, services):
    sent = client.post(
        "/studies",
        files={"file": ("spring customers.csv", csv(250))},
        data={"name": "Spring", "settings": '{"k": 3, "seed": 7}'},
    )
    assert (sent.status_code, sent.json()["name"]) == (202, "Spring")
    address = sent.headers["location"]
    assert address == f"/studies/{sent.json()['id']}"
    body = finished(client, address)
    assert body["state"] == "done", body["training"]["message"]
    study = body["study"]["id"]
    assert (body["summary"]["k"], body["study"]["model"]) == (3, "spring")
    assert client.get(f"/studies/{study}").json()["summary"] == body["summary"]
    assert study in [one["id"] for one in client.get("/studies").json()["studies"]]

    table = client.get(f"{address}/files/customers.csv")
    assert table.headers["content-type"] == "text/csv; charset=utf-8"
    assert len(pl.read_csv(table.content)) == 250
    figure = next(name for name in body["files"] if name.startswith("figures/"))
    assert client.get(f"{address}/files/{figure}").content.startswith(b"\x89PNG")
    bundle = client.get(f"/studies/{study}/files/segmentation.zip").content
    assert "manifest.json" in zipfile.ZipFile(io.BytesIO(bundle)).namelist()
    for name in ("nothing.csv", "study.json", "../study.json", "%2e%2e/study.json"):
        assert client.get(f"/studies/{study}/files/{name}").status_code == 404

    assert client.post("/models/spring/place", json={"age": 31}).status_code == 404
    other = client.post("/models/customers/promote", json={"study": study})
    assert (other.status_code, other.json()["type"]) == (409, "urn:coterie:problem:other-model")
    promoted = client.post("/models/spring/promote", json={"study": study})
    assert promoted.json()["production"] == study
    placed = client.post("/models/spring/place", json={"age": 31})
    assert placed.headers["coterie-study"] == study
    assert "/models/spring/place" in client.get("/openapi.json").json()["paths"]
    told = [entry.what for entry in services.accounts.audit(20)]
    assert {"trained", "exported", "promoted"} <= set(told)


def test_a_training_can_be_cancelled(client):
    sent = client.post("/studies", json={"sample": {"rows": 500_000}, "name": "long"})
    assert sent.status_code == 202
    address = sent.headers["location"]
    assert client.post(f"{address}/cancel").status_code == 200
    body = finished(client, address)
    assert (body["state"], body["study"], body["files"]) == ("cancelled", None, [])
    assert client.post(f"{address}/cancel").json()["state"] == "cancelled"
    assert body["id"] in [one["id"] for one in client.get("/studies").json()["trainings"]]


def test_an_upload_can_be_named_by_its_id(client, services, people):
    upload = services.shelf.accept_upload(people["ada"].id, "a.csv", csv(50))
    sent = client.post("/studies", json={"upload": upload.id, "settings": {"k": 2}})
    assert sent.status_code == 202
    assert client.post(f"{sent.headers['location']}/cancel").status_code == 200
    other = client.post("/studies", json={"upload": "../" + upload.id})
    assert (other.status_code, other.json()["type"]) == (404, "urn:coterie:problem:no-such-upload")


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"sample": {"kind": "transactions"}},
        {"sample": {"rows": 10**9}},
        {"sample": {"rows": True}},
        {"sample": {"rows": 2_000.5}},
        {"sample": {}, "upload": "a"},
        {"sample": {}, "more": 1},
        {"sample": {}, "settings": {"k": 0}},
        {"sample": {}, "settings": {"k": "4"}},
        {"sample": {}, "settings": {"scaler": "quantile"}},
        {"sample": {}, "settings": {"as_of": 5}},
        {"sample": {}, "settings": {"features": ["age", "age"]}},
        {"sample": {}, "name": "n" * 81},
    ],
)
def test_a_training_that_cannot_be_is_refused_with_each_fault_by_its_place(client, body):
    answer = client.post("/studies", json=body)
    assert (answer.status_code, answer.headers["content-type"]) == (422, PROBLEM)
    assert answer.json()["errors"][0]["pointer"].startswith("#")


@pytest.mark.parametrize(
    ("files", "data", "status"),
    [
        ({"file": ("x.csv", b"")}, {}, 422),
        ({"file": ("x.pdf", b"%PDF-1.7 rubbish")}, {}, 422),
        ({"file": ("x.csv", b"a" * 2_100_000)}, {}, 413),
        ({"file": ("x.csv", b"a" * 3_100_000)}, {}, 413),
        ({"other": ("x.csv", b"age\n1\n")}, {}, 422),
        ({"file": ("x.csv", b"age\n1\n")}, {"settings": '{"k": 0}'}, 422),
        ({"file": ("x.csv", b"age\n1\n")}, {"settings": "{"}, 400),
        ({"file": ("x.csv", b"age\n1\n")}, {"name": "n" * 81}, 422),
        ({"file": ("x.csv", b"age\n1\n")}, {"path": "/etc/passwd"}, 422),
    ],
)
def test_a_form_that_cannot_be_used_is_a_problem(client, files, data, status):
    answer = client.post("/studies", files=files, data=data)
    assert (answer.status_code, answer.headers["content-type"]) == (status, PROBLEM), answer.text


def test_a_broken_form_and_a_body_of_another_kind_are_problems(client):
    for kind, body, status in (
        ("multipart/form-data", b"x", 400),
        ("multipart/form-data; boundary=a", b"x", 400),
        (
            "multipart/form-data; boundary=a",
            b"--a\r\nContent-Disposition: x\r\n\r\n1\r\n--a--",
            400,
        ),
        ("text/csv", b"age\n1\n", 415),
    ):
        answer = client.post("/studies", content=body, headers={"content-type": kind})
        assert (answer.status_code, answer.headers["content-type"]) == (status, PROBLEM)


def test_a_zip_bomb_is_refused(client):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"<x/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 300_000_000)
    answer = client.post("/studies", files={"file": ("x.xlsx", buffer.getvalue())})
    assert answer.status_code == 422
    assert "unpacked" in answer.json()["detail"]


def test_what_is_not_there_is_a_problem(client):
    for path in ("/studies/abc", "/studies/" + "0" * 16, "/studies/..%2f..", "/studies/a%00"):
        answer = client.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (404, PROBLEM)
    assert client.post("/studies/abc/cancel").status_code == 404
    gone = client.post("/models/customers/promote", json={"study": "abc"})
    assert gone.status_code == 404


@pytest.mark.slow
def test_a_study_is_deleted_by_its_owner_alone_and_not_from_production(
    client, door, people, services
):
    sent = client.post("/studies", json={"name": "Passing", "sample": {"rows": 200, "segments": 3}})
    address = sent.headers["location"]
    under_way = client.delete(address)
    assert (under_way.status_code, under_way.json()["type"]) == (
        409,
        "urn:coterie:problem:under-way",
    )
    study = finished(client, address)["study"]["id"]
    services.shelf.share(study, people["ada"].id, True)
    for name, kind in (("ann", "not-yours"), ("vic", "role")):
        door.person = people[name]
        refused = client.delete(f"/studies/{study}")
        assert (refused.status_code, refused.headers["content-type"]) == (403, PROBLEM)
        assert refused.json()["type"] == f"urn:coterie:problem:{kind}"
    door.person = people["ada"]
    gone = client.delete(f"/studies/{study}")
    assert (gone.status_code, gone.content) == (204, b"")
    for missing in (client.get(f"/studies/{study}"), client.get(address), client.delete(address)):
        assert (missing.status_code, missing.headers["content-type"]) == (404, PROBLEM)
    assert services.accounts.audit(1)[0].what == "deleted"
    live = services.shelf.production("customers").card.id
    kept = client.delete(f"/studies/{live}")
    assert (kept.status_code, kept.json()["type"]) == (409, "urn:coterie:problem:not-now")
