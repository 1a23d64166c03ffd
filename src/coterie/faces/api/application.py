"""create_api: the application that is mounted at /api/v1."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route, compile_path

from coterie.errors import CoterieError
from coterie.faces.api.faults import problem_of
from coterie.faces.api.limits import MEGABYTE, Limits, TokenBuckets
from coterie.faces.api.models import model_routes
from coterie.faces.api.openapi import DESCRIPTION, draw_document
from coterie.faces.api.placing import PlaceEndpoint
from coterie.faces.api.porch import Porch
from coterie.faces.api.problems import Problem, pointer
from coterie.faces.api.reference import content_policy, write_reference
from coterie.faces.api.scoring import ScoreEndpoint
from coterie.faces.api.serving import Models, Served
from coterie.faces.api.studies import study_routes
from coterie.faces.api.training import invalid

if TYPE_CHECKING:
    from coterie.faces.services import Services

VERSION = "1"
_OTHERS = {
    "/models/{name}/place": ("post",),
    "/models/{name}/score": ("post",),
    "/studies/{study_id}/files/{name:path}": ("get",),
    "/docs": ("get",),
    "/openapi.json": ("get",),
}
"""Routes that FastAPI does not describe, or not as they are matched."""


def create_api(services: Services, *, limits: Limits | None = None) -> FastAPI:
    """Return the API over these services.

    Who asks is read from ``scope["state"]["person"]`` and ``["scopes"]`` (None where a browser's
    session asks), which the gate sets: mount it behind one.

    Parameters
    ----------
    services : Services
    limits : Limits, optional
        By default with the settings' size of uploads.
    """
    limits = limits or replace(Limits(), table_bytes=int(services.settings.upload_mb * MEGABYTE))
    models = Models(services.answering)
    api = FastAPI(
        title="Coterie",
        version=VERSION,
        description=DESCRIPTION,
        docs_url=None,  # Swagger's page would fetch its scripts from elsewhere.
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
    )
    # First, because routes are tried in order.
    place = Route("/models/{name}/place", PlaceEndpoint(models, limits), methods=["POST"])
    api.router.routes[:0] = [
        place,
        Route("/models/{name}/score", ScoreEndpoint(models, limits), methods=["POST"]),
    ]
    api.include_router(model_routes(services, models))
    api.include_router(study_routes(services, limits))
    _add_documents(api, services, models, limits)
    _add_handlers(api)
    buckets = TokenBuckets(limits.per_second, limits.burst)
    api.add_middleware(Porch, buckets=buckets, express=place)
    return api


def _add_documents(api: FastAPI, services: Services, models: Models, limits: Limits) -> None:
    """Add the OpenAPI document and the page that people read; both show what is in production."""

    def document() -> dict[str, Any]:
        return draw_document(
            _drawn(api), _served(services, models), most_records=limits.json_records
        )

    async def openapi(request: Request) -> Response:
        document_ = await run_in_threadpool(document)
        document_["servers"] = [{"url": request.scope.get("root_path", "") or "/"}]
        return JSONResponse(document_, headers={"Cache-Control": "no-store"})

    async def docs(request: Request) -> Response:
        document_ = await run_in_threadpool(document)
        base = str(request.base_url).rstrip("/")
        page = await run_in_threadpool(write_reference, document_, base)
        headers = {"Cache-Control": "no-store", "Content-Security-Policy": content_policy()}
        return HTMLResponse(page, headers=headers)

    api.openapi = document  # type: ignore[method-assign]
    api.router.routes += [
        Route("/openapi.json", openapi, include_in_schema=False),
        Route("/docs", docs, include_in_schema=False),
    ]


@cache
def _drawn(api: FastAPI) -> dict[str, Any]:
    """Return what FastAPI makes of its own routes."""
    return get_openapi(
        title=api.title, version=api.version, description=api.description, routes=api.routes
    )


def _served(services: Services, models: Models) -> list[Served]:
    """Return the models in production, by name."""
    nobody = -1  # Sees what is shared or in production, and nothing of its own.
    names = [one.name for one in services.answering.models(nobody) if one.production]
    return [models.find(name) for name in sorted(names)]


def _add_handlers(api: FastAPI) -> None:
    """Have every error leave as a problem document."""

    async def problem(_: Request, fault: Exception) -> Response:
        assert isinstance(fault, Problem)  # noqa: S101 - Starlette hands over what was asked for
        return fault.response()

    async def coterie_error(_: Request, fault: Exception) -> Response:
        assert isinstance(fault, CoterieError)  # noqa: S101
        return problem_of(fault).response()

    async def http_error(request: Request, fault: Exception) -> Response:
        assert isinstance(fault, HTTPException)  # noqa: S101
        return _http_problem(api, request, fault).response()

    async def validation_error(_: Request, fault: Exception) -> Response:
        assert isinstance(fault, RequestValidationError)  # noqa: S101
        found = fault.errors()
        if any(one["type"] == "json_invalid" for one in found):
            return Problem(400, "json", "The body cannot be read as JSON.").response()
        faults = [(pointer(*one["loc"][1:]), one["msg"]) for one in found]
        return invalid(faults).response()

    api.add_exception_handler(Problem, problem)
    api.add_exception_handler(CoterieError, coterie_error)
    api.add_exception_handler(HTTPException, http_error)
    api.add_exception_handler(RequestValidationError, validation_error)


def _http_problem(api: FastAPI, request: Request, fault: HTTPException) -> Problem:
    """Return the problem of what the router, or a form, could not make anything of."""
    if fault.status_code == 404:
        return Problem(404, "no-such-path", "There is nothing here. The paths are under /docs.")
    if fault.status_code == 405:
        methods = _methods(_drawn(api)["paths"], request)
        return Problem(
            405,
            "method",
            f"This path takes {', '.join(methods)}.",
            headers={"Allow": ", ".join(methods)},
        )
    return Problem(fault.status_code, "http", "The request cannot be used as it is.")


def _methods(paths: dict[str, Any], request: Request) -> list[str]:
    """Return what a path takes, from all routes that it fits."""
    path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
    return sorted(
        {
            method.upper()
            for template, methods in {**paths, **_OTHERS}.items()
            if compile_path(template)[0].match(path)
            for method in methods
        }
    )
