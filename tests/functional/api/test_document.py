"""The OpenAPI document and the page that people read."""

from __future__ import annotations

import re

import pytest

from coterie.faces.api.forms import RecordForm
from coterie.faces.api.openapi import draw_document
from coterie.faces.api.reference import write_reference


@pytest.fixture
def document(client):
    return client.get("/openapi.json").json()


def test_each_model_in_production_has_a_route_and_a_component_drawn_from_its_schema(
    document, services
):
    for kind in ("customers", "campaign"):
        model = services.shelf.production(kind).segmentation
        operation = document["paths"][f"/models/{kind}/place"]["post"]
        body = operation["requestBody"]["content"]["application/json"]["schema"]
        record = document["components"]["schemas"][body["$ref"].rsplit("/", 1)[1]]
        inputs = {column.name for column in model.inputs}
        assert inputs <= set(record["properties"]) <= set(model.schema.names)
        example = record["examples"][0]
        assert RecordForm(model).check(example) == example
    age = document["components"]["schemas"]["Customer_customers"]["properties"]["age"]
    assert (age["title"], age["x-unit"], age["x-possible"]) == ("Age", "years", [0, 120])
    assert re.match(
        r"Age \(years\); possible: 0 to 120; seen in training: \d+ to \d+", age["description"]
    )
    assert 18 <= age["examples"][0] <= 70


def test_every_operation_says_which_problems_it_may_answer_with(document):
    for path, methods in document["paths"].items():
        for operation in methods.values():
            answers = operation["responses"]
            assert {"401", "403", "429", "500"} <= set(answers), path
            for code, answer in answers.items():
                if not code.startswith("2"):
                    assert list(answer["content"]) == ["application/problem+json"]


def test_every_reference_leads_somewhere(document):
    names = re.findall(r"#/components/schemas/([\w.-]+)", str(document))
    assert set(names) <= set(document["components"]["schemas"])
    ids = [one["operationId"] for path in document["paths"].values() for one in path.values()]
    assert len(ids) == len(set(ids))


def test_without_a_model_the_document_shows_what_a_model_will_have(document):
    from fastapi import FastAPI
    from fastapi.openapi.utils import get_openapi

    api = FastAPI()

    @api.post("/studies", tags=["studies"], summary="Train")
    def studies() -> None:
        """Train."""

    drawn = get_openapi(title="x", version="1", routes=api.routes)
    empty = draw_document(drawn, [], most_records=9)
    assert "/models/{name}/place" in empty["paths"]
    assert "/models/{name}/place" not in drawn["paths"]
    assert "curl" not in write_reference({**empty, "info": {"title": "x"}}, "http://x")


def test_the_page_shows_each_route_and_fetches_nothing(client, document):
    answer = client.get("/docs")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    for path in document["paths"]:
        assert f"<code>{path}</code>" in answer.text
    assert "Age (years)" in answer.text
    assert not re.search(r"<script|<link|url\(|src=", answer.text)


def test_a_record_s_schema_can_be_had_alone(client):
    answer = client.get("/models/customers/schema")
    assert answer.headers["content-type"] == "application/schema+json"
    assert answer.json()["additionalProperties"] is False
