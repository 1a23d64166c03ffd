"""What happens when people do something on the page."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr

from coterie.errors import CoterieError
from coterie.faces.demo import form, pictures, words
from coterie.faces.demo.parts import BY_EVIDENCE, Parts
from coterie.faces.demo.pictures import Window
from coterie.faces.demo.placing import place_customer
from coterie.faces.demo.studio import Studio, run_config, told

if TYPE_CHECKING:
    from coterie.faces.jobs import Job
    from coterie.stores.shelf import StoredStudy


def take_file(studio: Studio) -> Callable[..., Any]:
    """Return what happens with a file as soon as it is there."""

    def take(path: str | None, request: gr.Request) -> tuple[Any, ...]:
        if path is None:
            return "", gr.skip(), gr.skip(), ""
        try:
            upload = studio.accept(studio.visitor(request, "upload"), Path(path))
        except CoterieError as fault:
            gr.Warning(told(fault))
            return "", gr.skip(), None, words.fault(told(fault))
        said = f"{upload.name} is here ({max(upload.size / 1e6, 0.1):,.1f} MB)."
        return upload.id, None, gr.skip(), words.note(said)

    return take


def train(studio: Studio, parts: Parts) -> Callable[..., Any]:
    """Return the training: it yields what the page shows while it runs."""

    async def find(
        upload_id: str, sample: str | None, decides: str, k: float, dates: str, request: gr.Request
    ) -> AsyncIterator[dict[Any, Any]]:
        idle = {parts.find: gr.update(interactive=True), parts.cancel: gr.update(visible=False)}
        busy = {parts.find: gr.update(interactive=False), parts.cancel: gr.update(visible=True)}
        try:
            owner = studio.visitor(request, "train")
            config = run_config(decides == BY_EVIDENCE, k, dates)
            started = await asyncio.to_thread(studio.start, owner, upload_id, sample or "", config)
            async for job in studio.follow(started):
                if not job.ended:
                    said = words.progress(_waiting(job), job.share)
                    yield {parts.status: said, parts.job: job.id, **busy}
        except CoterieError as fault:
            gr.Warning(told(fault))
            yield {parts.status: words.fault(told(fault)), **idle}
            return
        if job.state == "done":
            yield {parts.status: "", parts.study: job.study_id, parts.job: "", **idle}
            return
        if job.state == "cancelled":
            yield {parts.status: words.note("Cancelled."), parts.job: "", **idle}
            return
        gr.Warning(told(job.message))
        yield {parts.status: words.fault(told(job.message)), parts.job: "", **idle}

    return find


def cancel(studio: Studio) -> Callable[..., Any]:
    """Return what ends a training."""

    def end(job_id: str, request: gr.Request) -> str:
        try:
            if job_id:
                studio.jobs.cancel(job_id, studio.visitor(request, "train"))
        except CoterieError as fault:
            gr.Warning(told(fault))
        return words.note("Cancelling.")

    return end


def show(studio: Studio, parts: Parts) -> Callable[..., Any]:
    """Return what shows a study, and its typical customer as the first one placed."""

    def fill(study_id: str, window: Window, request: gr.Request) -> dict[Any, Any]:
        if not study_id:
            return {parts.results: gr.update(visible=False)}
        study = studio.study(studio.visitor(request), study_id)
        model = study.segmentation
        typical = form.record(model, list(form.typical(model).values()))
        placed = place_customer(study, typical, window)
        shown: dict[Any, Any] = {
            parts.results: gr.update(visible=True),
            parts.answer: words.answer(study.card.name, study.summary, model),
            parts.profiles: words.profiles(model),
            parts.download: _customers(parts.download, study),
            **dict(zip((parts.placed, parts.star_2d, parts.star_3d), placed, strict=True)),
        }
        for part, name in (("map_2d", "clusters_2d"), ("map_3d", "clusters_3d"),
                           ("elbow", "elbow"), ("silhouettes", "silhouettes")):  # fmt: skip
            shown[getattr(parts, part)] = pictures.picture(study, name, window)
            shown[getattr(parts, f"{part}_words")] = words.tells(pictures.words(study, name))
        return shown

    return fill


def list_studies(studio: Studio) -> Callable[..., Any]:
    """Return what fills the list of finished studies."""

    def fill(request: gr.Request) -> Any:
        try:
            cards = studio.shelf.studies(studio.visitor(request, "look"))
        except CoterieError as fault:
            gr.Warning(told(fault))
            return gr.skip()
        choices = [(f"{card.name}: {card.k} segments", card.id) for card in cards]
        return gr.update(choices=choices, visible=bool(choices))

    return fill


def leave(studio: Studio) -> Callable[..., Any]:
    """Return what happens when a page is closed."""

    def left(request: gr.Request) -> None:
        studio.forget(request.session_hash)

    return left


def _waiting(job: Job) -> str:
    """Say what a training is doing, or what it waits for."""
    if job.state == "waiting":
        before = job.position - 1
        return "Waiting for a free place" + (f", {before} before you" if before else "")
    return job.words or "Starting"


def _customers(button: gr.DownloadButton, study: StoredStudy) -> Any:
    """Return the button with the file of labelled customers, as a copy that Gradio may serve."""
    path = study.files.get("customers.csv")
    if path is None:
        return gr.update(visible=False)
    return gr.update(visible=True, value=button.move_resource_to_block_cache(path))
