"""Routes of studies: train, follow, cancel, read, download, delete."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Response
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse

from coterie.faces.api.models import record
from coterie.faces.api.permissions import Allowed, Caller
from coterie.faces.api.problems import Problem
from coterie.faces.api.shapes import Progress, StudyAnswer, StudyList, Version
from coterie.faces.api.training import read_training
from coterie.faces.jobs import NoSuchJobError
from coterie.stores.accounts import AccountStoreError
from coterie.stores.shelf import NoSuchStudyError

if TYPE_CHECKING:
    from coterie.faces.api.limits import Limits
    from coterie.faces.jobs import Job
    from coterie.faces.services import Services
    from coterie.stores.shelf import StoredStudy

Reader = Annotated[Caller, Depends(Allowed("read", "look"))]
Trainer = Annotated[Caller, Depends(Allowed("train", "train"))]
Taker = Annotated[Caller, Depends(Allowed("read", "export"))]

MEDIA_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
    ".parquet": "application/vnd.apache.parquet",
    ".zip": "application/zip",
    ".toml": "application/toml",
    ".png": "image/png",
}
_OCTETS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The file.",
        "content": {
            name.split(";")[0]: {"schema": {"type": "string", "format": "binary"}}
            for name in MEDIA_TYPES.values()
        },
    }
}


def study_routes(services: Services, limits: Limits) -> APIRouter:
    """Return the routes under ``/studies``."""
    routes = APIRouter(prefix="/studies", tags=["studies"])

    @routes.post("", status_code=202, summary="Train", response_model=Progress)
    async def train(request: Request, person: Trainer) -> JSONResponse:
        """Train on a file sent along, on one uploaded before, or on a generated sample.

        The answer comes at once; follow the training at its Location.
        """
        asked = await read_training(request, services, person.id, limits)
        job = await run_in_threadpool(asked.start, services.jobs, person.id)
        await run_in_threadpool(record, services, "trained", person, job.name, job=job.id)
        return JSONResponse(
            progress(job).model_dump(mode="json"),
            202,
            {"Location": f"{request.scope.get('root_path', '')}/studies/{job.id}"},
        )

    @routes.get("", summary="List studies")
    def list_studies(person: Reader) -> StudyList:
        """List your trainings that go on or went wrong, and the studies that you may see."""
        jobs = services.jobs.jobs(person.id)
        return StudyList(
            trainings=[progress(j) for j in jobs if j.kind == "training" and j.state != "done"],
            studies=[Version.model_validate(card) for card in services.shelf.studies(person.id)],
        )

    @routes.get("/{study_id}", summary="Follow a training, read a study")
    def read_study(study_id: str, person: Reader) -> StudyAnswer:
        """Return how far a training is, and all that was found once it is done.

        `study_id` is the id that training answered with, or that of a finished study.
        """
        job, study = _found(services, study_id, person.id)
        return StudyAnswer(
            id=study_id,
            state=job.state if job else "done",
            training=progress(job) if job else None,
            study=Version.model_validate(study.card) if study else None,
            summary=study.summary if study else None,
            files=list(study.files) if study else [],
        )

    @routes.post("/{study_id}/cancel", summary="Cancel a training")
    def cancel(study_id: str, person: Trainer) -> Progress:
        """End a training with every process of it; one that has ended stays as it is."""
        return progress(services.jobs.cancel(study_id, person.id))

    @routes.delete("/{study_id}", status_code=204, summary="Delete a study")
    def delete(study_id: str, person: Trainer) -> Response:
        """Delete one of your own studies with all its files, for good.

        One that is in production stays: promote another first. A training under way is cancelled
        first. `study_id` is the id of either.
        """
        job, study = _found(services, study_id, person.id)
        if study is None:
            raise _nothing_to_delete(job)
        services.shelf.delete(study.id, person.id)
        with suppress(AccountStoreError):  # On a full disk this makes the room to write again.
            record(services, "deleted", person, study.card.name, study=study.id)
        return Response(status_code=204)

    @routes.get("/{study_id}/files/{name:path}", summary="Download a file", responses=_OCTETS,
                response_class=Response)  # fmt: skip
    def download(study_id: str, name: str, person: Taker) -> FileResponse:
        """Download one of a study's files: customers, report, model, pictures."""
        _job, study = _found(services, study_id, person.id)
        path: Path | None = study.files.get(name) if study else None
        if path is None:
            raise Problem(
                404, "no-such-file", "The study has no such file; GET /studies/{id} lists them."
            )
        record(services, "exported", person, study_id, file=name)
        return FileResponse(
            path,
            media_type=MEDIA_TYPES.get(path.suffix, "application/octet-stream"),
            filename=path.name,
            headers={"Cache-Control": "no-store"},
        )

    return routes


def _found(services: Services, study_id: str, person: int) -> tuple[Job | None, StoredStudy | None]:
    """Return the training and the study of an id of either; raises NoSuchStudyError."""
    try:
        job = services.jobs.job(study_id, person)
    except NoSuchJobError:
        return None, services.shelf.study(study_id, person)
    if job.kind != "training":
        raise NoSuchStudyError
    done = job.state == "done" and job.study_id is not None
    return job, services.shelf.study(str(job.study_id), person) if done else None


def _nothing_to_delete(job: Job | None) -> Exception:
    """Return why a training without a study cannot be deleted."""
    if job is None or job.ended:
        return NoSuchStudyError()
    return Problem(
        409, "under-way", "The training still goes on. Cancel it: POST /studies/{id}/cancel."
    )


def progress(job: Job) -> Progress:
    """Return a training as the API shows it."""
    return Progress(**{name: getattr(job, name) for name in Progress.model_fields})
