"""What POST /studies takes: a form with a file, an upload's id, or a sample to generate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from coterie.config import RunConfig
from coterie.faces.api.bodies import JSON, media_type, pieces, read_json, whole
from coterie.faces.api.problems import Problem, pointer
from coterie.faces.api.shapes import SampleTraining, TrainingSettings, UploadTraining

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

    from coterie.faces.api.limits import Limits
    from coterie.faces.jobs import Job, Jobs
    from coterie.faces.services import Services

MULTIPART = "multipart/form-data"
LARGEST_FIELD = 64_000
LONGEST_NAME = 80
AROUND_A_FILE = 1_000_000

Shape = TypeVar("Shape", bound=BaseModel)


@dataclass(frozen=True)
class Training:
    """A training as it was asked for.

    Attributes
    ----------
    upload_id : str or None
    sample : mapping or None
    name : str
    config : RunConfig
    """

    upload_id: str | None
    sample: Mapping[str, Any] | None
    name: str
    config: RunConfig

    def start(self, jobs: Jobs, owner: int) -> Job:
        """Put it into the queue; raises what `Jobs.start_training` does."""
        return jobs.start_training(
            owner, self.upload_id, self.config, name=self.name, sample=self.sample
        )


async def read_training(
    request: Request, services: Services, owner: int, limits: Limits
) -> Training:
    """Return what a request asks for; a file that came along is kept as an upload.

    Raises
    ------
    Problem
        400, 413, 415 or 422.
    InputError
        Where the file is no table, or too large.
    """
    kind = media_type(request.scope, (JSON, MULTIPART))
    if kind == JSON:
        return _from_json(await whole(request.scope, request.receive, limits.record_bytes))
    form = await _read_form(request, limits.table_bytes + AROUND_A_FILE)
    try:
        return await _from_form(form, services, owner, limits)
    finally:
        await form.close()


def _from_json(body: bytes) -> Training:
    """Read a document that names an upload, or describes a sample."""
    document = read_json(body)
    if type(document) is dict and "sample" in document:
        asked = validated(SampleTraining, body)
        return Training(None, asked.sample.model_dump(), asked.name, _config(asked.settings))
    chosen = validated(UploadTraining, body)
    return Training(chosen.upload, None, chosen.name, _config(chosen.settings))


async def _from_form(form: FormData, services: Services, owner: int, limits: Limits) -> Training:
    """Read a form: the file, a name, and settings as a JSON text."""
    parts = form.multi_items()
    names = [name for name, _ in parts]
    strange = [name for name in names if name not in ("file", "name", "settings")]
    if strange or len(set(names)) != len(names):
        where = [(pointer(name), "is no part of this form, or came twice") for name in strange]
        raise _wrong_form("It has the parts file, name and settings, each once.", where)
    file, name = form.get("file"), form.get("name", "")
    if not isinstance(file, UploadFile):
        raise _wrong_form("Send a file as its part.", [(pointer("file"), "must be a file")])
    text = form.get("settings", "{}")
    if not isinstance(name, str) or not isinstance(text, str) or len(name) > LONGEST_NAME:
        raise _wrong_form("The parts name (at most 80 characters) and settings are text.", [])
    read_json(text)
    settings = validated(TrainingSettings, text.encode(), "settings")
    upload = await run_in_threadpool(
        services.shelf.accept_upload,
        owner,
        file.filename or "table",
        file.file,
        limit_mb=limits.table_bytes / 1e6,
    )
    return Training(upload.id, None, name, _config(settings))


async def _read_form(request: Request, largest: int) -> FormData:
    """Read a multipart body onto the disk, piece by piece."""
    parser = MultiPartParser(
        request.headers,
        pieces(request.scope, request.receive, largest),
        max_files=1,
        max_fields=4,
        max_part_size=LARGEST_FIELD,
    )
    try:
        return await parser.parse()
    except (MultiPartException, KeyError, UnicodeDecodeError, LookupError):
        raise Problem(400, "form", "The body cannot be read as a form with one file.") from None


def validated(shape: type[Shape], body: bytes, *where: object) -> Shape:
    """Return a JSON text as a shape; raises Problem 422 that names places and no values."""
    try:
        return shape.model_validate_json(body, strict=True)
    except ValidationError as fault:
        found = fault.errors(include_url=False, include_input=False, include_context=False)
        raise invalid([(pointer(*where, *one["loc"]), one["msg"]) for one in found]) from None


def invalid(faults: list[tuple[str, str]]) -> Problem:
    """Return the problem of a request whose parts are not as they must be."""
    first = "; ".join(f"{where[2:] or 'it'}: {what}" for where, what in faults[:3])
    return Problem(422, "invalid-request", f"The request cannot be used. {first}.", faults=faults)


def _config(settings: TrainingSettings) -> RunConfig:
    """Return the settings of a training."""
    return RunConfig(
        k=settings.k,
        method=settings.method,
        rfm_scores=settings.rfm_scores,
        rfm_grid=settings.rfm_breaks.model_dump() if settings.rfm_breaks else None,
        k_max=settings.k_max,
        features=tuple(settings.features),
        scaler=settings.scaler,
        pca=settings.components,
        as_of=settings.as_of,
        dates=settings.dates,
        impute=settings.impute,
        seed=settings.seed,
    )


def _wrong_form(detail: str, faults: list[tuple[str, str]]) -> Problem:
    return Problem(422, "invalid-form", detail, faults=faults)
