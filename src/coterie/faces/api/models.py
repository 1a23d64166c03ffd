"""Routes of models: what there is, what they need, who their segments are, which one answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends
from starlette.responses import JSONResponse

from coterie.faces.api.permissions import Allowed, Caller
from coterie.faces.api.problems import Problem
from coterie.faces.api.shapes import (
    InputAnswer,
    ModelAnswer,
    ModelDetail,
    ModelList,
    Promotion,
    SegmentAnswer,
    SegmentList,
    Version,
)
from coterie.faces.tracking import follow_promotion
from coterie.stores.shelf import NoSuchModelError

if TYPE_CHECKING:
    from coterie.faces.api.serving import Models
    from coterie.faces.services import Services
    from coterie.stores.shelf import Model

READER = Depends(Allowed("read", "look"))
Reader = Annotated[Caller, READER]
Promoter = Annotated[Caller, Depends(Allowed("train", "promote"))]

SCHEMA_TYPE = "application/schema+json"


def model_routes(services: Services, models: Models) -> APIRouter:
    """Return the routes under ``/models`` that FastAPI answers."""
    routes = APIRouter(prefix="/models", tags=["models"])

    @routes.get("", summary="List models")
    def list_models(person: Reader) -> ModelList:
        """List the models that you may see, and which study answers under each name."""
        found = services.answering.models(person.id)
        return ModelList(models=[answer(model) for model in found])

    @routes.get("/{name}", summary="Describe a model")
    def describe_model(name: str, person: Reader) -> ModelDetail:
        """Describe the model in production: what placing needs, with units and bounds."""
        study = models.find(name).study
        model = study.segmentation
        found = _named(services.answering.models(person.id), name)
        return ModelDetail(
            name=name,
            production=study.card.id,
            registry=found.registry,
            versions=[Version.model_validate(card) for card in found.versions],
            study=Version.model_validate(study.card),
            features=list(model.features),
            inputs=[
                InputAnswer(
                    **{
                        key: getattr(column, key)
                        for key in ("name", "kind", "label", "unit", "lower", "upper", "typical")
                    },
                    choices=list(column.choices),
                    seen=model.ranges.get(column.name),
                )
                for column in model.inputs
            ],
            k_reason=model.k_reason,
            verdict=dict(model.verdict),
        )

    @routes.get("/{name}/segments", summary="List segments", dependencies=[READER])
    def list_segments(name: str) -> SegmentList:
        """List the segments of the model in production: names, sizes, rules, advice."""
        served = models.find(name)
        return SegmentList(
            model=name,
            study=served.study_id,
            segments=[SegmentAnswer(**one.to_dict()) for one in served.model.segments],
        )

    @routes.get(
        "/{name}/schema",
        summary="Describe a record",
        dependencies=[Depends(Allowed("place", "place"))],
        response_class=JSONResponse,
        responses={
            200: {
                "description": "A JSON Schema (2020-12).",
                "content": {SCHEMA_TYPE: {"schema": {"type": "object"}}},
            }
        },
    )
    def describe_record(name: str) -> JSONResponse:
        """Return the JSON Schema of one record for `/place`, with units, bounds, an example."""
        schema = models.find(name).form.to_json_schema()
        dialect = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
        return JSONResponse(dialect | schema, media_type=SCHEMA_TYPE)

    @routes.post("/{name}/promote", summary="Put a study into production")
    def promote(name: str, asked: Promotion, person: Promoter) -> ModelAnswer:
        """Let a study of this model answer under its name, for everybody. For administrators."""
        study = services.shelf.study(asked.study, person.id)
        if study.card.model != name:
            raise Problem(
                409,
                "other-model",
                "That study is a version of another model. Promote it under that model's name.",
            )
        services.shelf.promote(asked.study, person.id)
        follow_promotion(services.shelf.places.root)
        models.forget(name)
        record(services, "promoted", person, asked.study, model=name)
        return answer(_named(services.answering.models(person.id), name))

    return routes


def record(services: Services, what: str, person: Caller, subject: str, **detail: Any) -> None:
    """Write into the audit log what somebody did."""
    services.accounts.record(what, person=person, subject=subject, detail=detail)  # type: ignore[arg-type]


def answer(model: Model) -> ModelAnswer:
    """Return a model as the API shows it."""
    return ModelAnswer(
        name=model.name,
        production=model.production,
        registry=model.registry,
        versions=[Version.model_validate(card) for card in model.versions],
    )


def _named(models: list[Model], name: str) -> Model:
    """Return one of a list of models; raises NoSuchModelError."""
    found = next((model for model in models if model.name == name), None)
    if found is None:
        raise NoSuchModelError(name)
    return found
