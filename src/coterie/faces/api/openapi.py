"""The OpenAPI document, drawn anew from the models that are in production."""

from __future__ import annotations

import re
from copy import deepcopy
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from coterie.faces.api.bodies import ARROW_FILE, ARROW_STREAM, CSV, JSON, NDJSON
from coterie.faces.api.problems import MEDIA_TYPE
from coterie.faces.api.shapes import (
    PlacementAnswer,
    ProblemDocument,
    SampleTraining,
    TrainingSettings,
    UploadTraining,
)

if TYPE_CHECKING:
    from coterie.faces.api.serving import Served

DESCRIPTION = """Place customers in the segments of the models in production, and train new ones.

Send `Authorization: Bearer cot_…` with a token from your account page. Each model in production
has a `/place` and a `/score` of its own here, with its columns, their units and what is possible
in them. Errors are problem documents (RFC 9457); they name places in what you sent, and never
repeat its values."""

_PROBLEM = {"$ref": "#/components/schemas/Problem"}
_REFERENCE = "#/components/schemas/{model}"
_WORDS = {
    400: "The body cannot be read.",
    401: "Nobody asks: a token or a session is missing.",
    403: "The token's scopes or the person's role do not include this.",
    404: "There is no such thing, or not for you.",
    406: "The answer cannot be written in what Accept names.",
    409: "It contradicts how things stand.",
    413: "The body is too large, or has too many records.",
    415: "The body is of another kind than this takes.",
    422: "The request can be read, and not used.",
    429: "Too many requests of one person; see Retry-After.",
    500: "A fault of the server's.",
    507: "The server's disk is full.",
}
_ALWAYS = (401, 403, 429, 500)


def draw_document(
    drawn: dict[str, Any], served: list[Served], *, most_records: int
) -> dict[str, Any]:
    """Return the document with a route and a component for each model.

    Parameters
    ----------
    drawn : dict
        What FastAPI draws from its own routes.
    served : list of Served
        The models in production.
    most_records : int
        As many may stand in one JSON document to score.
    """
    document = deepcopy(drawn)
    parts = document.setdefault("components", {}).setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        parts.pop(unused, None)
    for shape in (
        ProblemDocument, PlacementAnswer, SampleTraining, UploadTraining, TrainingSettings
    ):  # fmt: skip
        drawn_shape = shape.model_json_schema(ref_template=_REFERENCE, mode="validation")
        parts.update(drawn_shape.pop("$defs", {}))
        parts[str(shape.model_config.get("title", shape.__name__))] = drawn_shape
    document["paths"]["/studies"]["post"]["requestBody"] = _training_body()
    for name, one in _named_components(served):
        parts[name] = one.form.to_json_schema() | {"title": name}
        document["paths"] |= _model_paths(quote(one.name), one.name, name, most_records)
    if not served:
        parts["Customer"] = {"type": "object", "description": "One customer, by column name."}
        document["paths"] |= _model_paths("{name}", "a model", "Customer", most_records)
    document["components"]["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer", "description": "An API token, cot_…"}
    }
    document["security"] = [{"token": []}]
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if method in ("get", "post", "put", "delete"):
                _add_problems(operation, path, method)
    return document


def _named_components(served: list[Served]) -> list[tuple[str, Served]]:
    """Name a component a model: what OpenAPI allows in such a name, and no name twice."""
    named: dict[str, Served] = {}
    for one in served:
        stem = "Customer_" + (re.sub(r"[^A-Za-z0-9._-]", "_", one.name) or "_")
        name, number = stem, 2
        while name in named:
            name, number = f"{stem}_{number}", number + 1
        named[name] = one
    return list(named.items())


def _model_paths(segment: str, title: str, component: str, most_records: int) -> dict[str, Any]:
    """Return the two routes of one model that are not FastAPI's."""
    record = {"$ref": f"#/components/schemas/{component}"}
    many = {
        "type": "object",
        "required": ["records"],
        "additionalProperties": False,
        "properties": {"records": {"type": "array", "items": record, "maxItems": most_records}},
    }
    parameter = {"name": "name", "in": "path", "required": True, "schema": {"type": "string"}}
    parameters = {"parameters": [parameter]} if segment == "{name}" else {}
    place = {
        "operationId": f"place_{component}",
        "tags": ["place"],
        "summary": f"Place one customer with {title}",
        "description": "Returns at once which segment a customer is in, how surely, and why.",
        "requestBody": {"required": True, "content": {JSON: {"schema": record}}},
        "responses": {
            "200": {
                "description": "Where the customer belongs.",
                "headers": {"Coterie-Study": _STUDY_HEADER},
                "content": {JSON: {"schema": {"$ref": "#/components/schemas/Placement"}}},
            }
        },
    }
    score = {
        "operationId": f"score_{component}",
        "tags": ["place"],
        "summary": f"Score many customers with {title}",
        "description": "Records come as JSON, or a record a line, and leave as placements in the "
        "same order. A table in CSV or Arrow leaves with segment_id, segment and confidence "
        "behind. Accept chooses how the answer is written; without it, as the body was.",
        "requestBody": {
            "required": True,
            "content": {JSON: {"schema": many}, **{kind: {} for kind in _TABLES}},
        },
        "responses": {
            "200": {
                "description": "The answers, in the order of the records.",
                "headers": {"Coterie-Study": _STUDY_HEADER},
                "content": {
                    JSON: {"schema": _SCORED},
                    **{kind: {"schema": {"type": "string"}} for kind in _TABLES},
                },
            }
        },
    }
    return {
        f"/models/{segment}/place": {"post": {**place, **parameters}},
        f"/models/{segment}/score": {"post": {**score, **parameters}},
    }


_TABLES = (NDJSON, CSV, ARROW_STREAM, ARROW_FILE)
_STUDY_HEADER = {
    "description": "Id of the study that answered.", "schema": {"type": "string"}
}  # fmt: skip
_SCORED = {
    "type": "object",
    "required": ["model", "study"],
    "properties": {
        "model": {"type": "string"},
        "study": {"type": "string"},
        "placements": {"type": "array", "items": {"$ref": "#/components/schemas/Placement"}},
        "rows": {"type": "array", "items": {"type": "object"}},
    },
}


def _training_body() -> dict[str, Any]:
    """Return what POST /studies takes."""
    settings = {"$ref": "#/components/schemas/TrainingSettings"}
    form = {
        "type": "object",
        "required": ["file"],
        "additionalProperties": False,
        "properties": {
            "file": {
                "type": "string",
                "format": "binary",
                "description": "CSV, TSV, Excel, Parquet or Arrow, packed with gzip or not.",
            },
            "name": {"type": "string", "maxLength": 80},
            "settings": settings,
        },
    }
    either = [
        {"$ref": "#/components/schemas/SampleTraining"},
        {"$ref": "#/components/schemas/UploadTraining"},
    ]
    return {
        "required": True,
        "content": {
            JSON: {"schema": {"oneOf": either}},
            "multipart/form-data": {
                "schema": form, "encoding": {"settings": {"contentType": JSON}}
            },
        },
    }  # fmt: skip


def _add_problems(operation: dict[str, Any], path: str, method: str) -> None:
    """Say which problems an operation may answer with."""
    codes = set(_ALWAYS)
    if "{" in path or path.startswith("/models/"):
        codes.add(404)
    if method == "post":
        codes |= {400, 413, 415, 422} if "requestBody" in operation else set()
        codes |= {404, 409, 507} if path.startswith("/studies") else set()
        codes |= {409} if path.endswith("/promote") else set()
        codes |= {406} if path.endswith("/score") else set()
    codes |= {409, 507} if method == "delete" else set()
    responses = operation["responses"]
    responses.pop("422", None)
    for code in sorted(codes):
        responses[str(code)] = {
            "description": _WORDS[code], "content": {MEDIA_TYPE: {"schema": _PROBLEM}}
        }  # fmt: skip
    if method in ("get", "delete") and "{" in path:
        operation["responses"].setdefault("422", responses["404"])
