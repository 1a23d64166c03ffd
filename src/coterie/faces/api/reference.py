"""The page that people read: the OpenAPI document as plain HTML, nothing fetched from elsewhere."""

from __future__ import annotations

import base64
import hashlib
import json
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import Template

ORDER = ("place", "models", "studies")


def write_reference(document: dict[str, Any], base: str) -> str:
    """Return the reference as one HTML page without scripts.

    Parameters
    ----------
    document : dict
        OpenAPI.
    base : str
        Address of the API, for the examples.
    """
    operations = [
        _operation(document, path, method, operation, base)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    operations.sort(key=lambda one: ORDER.index(one["group"]))
    page: str = _template().render(
        title=document["info"]["title"], base=base, operations=operations, style=_style()
    )
    return page


def content_policy() -> str:
    """Return the content security policy of the page: its own style, and nothing else."""
    digest = base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    )


def _operation(
    document: dict[str, Any], path: str, method: str, operation: dict[str, Any], base: str
) -> dict[str, Any]:
    """Return what the page shows of one operation."""
    contents = operation.get("requestBody", {}).get("content", {})
    given = _resolved(document, contents.get("application/json", {}).get("schema", {}))
    example = (given.get("examples") or [None])[0]
    return {
        "id": f"{method}{path}".replace("/", "-").replace("{", "").replace("}", ""),
        "group": operation["tags"][0],
        "method": method.upper(),
        "path": path,
        "summary": operation["summary"],
        "description": operation.get("description", ""),
        "bodies": list(contents),
        "fields": [
            _field(name, _resolved(document, one))
            for name, one in given.get("properties", {}).items()
            if "not used" not in one.get("description", "")
        ],
        "example": json.dumps(example, indent=2, ensure_ascii=False) if example else "",
        "answers": [
            (code, answer["description"]) for code, answer in operation["responses"].items()
        ],
        "address": f"{base}{path}",
    }


def _field(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    """Return what the page shows of one member of a body."""
    kinds = schema.get("type") or " or ".join(
        "null" if one is None else json.dumps(one) for one in schema.get("enum", ())
    )
    if schema.get("format") == "date":
        kinds = ["date", "null"]
    shown = " or ".join(kinds) if isinstance(kinds, list) else kinds
    return {
        "name": name,
        "kind": shown.replace(" or null", "") or "object",
        "words": schema.get("description", ""),
        "example": json.dumps(schema["examples"][0]) if schema.get("examples") else "",
    }


def _resolved(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """Follow a reference into the components."""
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    return schema


@cache
def _style() -> str:
    return (files("coterie.faces.api") / "templates" / "reference.css").read_text("utf-8")


@cache
def _template() -> Template:
    from jinja2 import Environment

    source = (files("coterie.faces.api") / "templates" / "reference.html.j2").read_text("utf-8")
    return Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string(source)
