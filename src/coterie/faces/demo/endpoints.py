"""The named endpoints for programs: what the page does, with plain values in and out."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import wraps
from inspect import iscoroutinefunction
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.events import api

from coterie.errors import CoterieError, InputError
from coterie.faces.demo import form
from coterie.faces.demo.studio import Studio, run_config, told


def add_endpoints(studio: Studio) -> None:
    """Add ``/segment``, ``/studies``, ``/segments``, ``/form``, ``/place`` and ``/labelled``."""
    _add_segment(studio)
    _add_reading(studio)
    _add_labelled(studio)


def _add_segment(studio: Studio) -> None:
    """Add the training. The file comes in by a component, which takes only what was uploaded."""

    async def segment(
        file: str | None, sample: str, k: float, dates: str, request: gr.Request
    ) -> dict[str, Any]:
        owner = studio.visitor(request, "train")
        config = run_config(not k, k, dates)
        upload = ""
        if file:
            studio.visitor(request, "upload")
            upload = (await asyncio.to_thread(studio.accept, owner, Path(file))).id
        job = await studio.ended(
            await asyncio.to_thread(studio.start, owner, upload, sample, config)
        )
        if job.state != "done" or job.study_id is None:
            raise InputError(job.message or "The training was cancelled.")
        return {"study": job.study_id, **studio.study(owner, job.study_id).summary}

    gr.Button(visible=False).click(
        _plainly(segment),
        [
            gr.File(label="file", visible=False),
            gr.Textbox("", label="sample", visible=False),
            gr.Number(0, label="k", visible=False),
            gr.Textbox("", label="dates", visible=False),
        ],
        gr.JSON(label="study", visible=False),
        api_name="segment",
        api_description="Find segments in a file, or in a sample (customers or campaign). "
        "k 0 lets the evidence choose; dates is dmy, mdy, ymd or empty.",
    )


def _add_reading(studio: Studio) -> None:
    """Add what is asked of a finished study; the newest of yours if no id is given."""

    def studies(request: gr.Request) -> list[dict[str, Any]]:
        """List the studies you may see, newest first."""
        cards = studio.shelf.studies(studio.visitor(request, "look"))
        return [
            {"study": c.id, "name": c.name, "customers": c.customers, "k": c.k,
             "verdict": c.verdict, "created_at": c.created_at.isoformat()}
            for c in cards
        ]  # fmt: skip

    def segments(request: gr.Request, study: str = "") -> list[dict[str, Any]]:
        """List the segments: names, sizes, what sets them apart, rules, advice."""
        found = studio.study(studio.visitor(request, "look"), study)
        return [one.to_dict() for one in found.segmentation.segments]

    def fields(request: gr.Request, study: str = "") -> list[dict[str, Any]]:
        """List the values that placing a customer takes: names, kinds, units, bounds, choices."""
        found = studio.study(studio.visitor(request, "look"), study)
        return form.described(found.segmentation)

    def place(record: dict[str, Any], request: gr.Request, study: str = "") -> dict[str, Any]:
        """Place one customer, given as values by column name."""
        if not isinstance(record, dict):
            raise InputError("A customer is given as values by column name.")
        found = studio.study(studio.visitor(request, "place"), study)
        return found.segmentation.place(record).to_dict()

    for name, endpoint in (
        ("studies", studies), ("segments", segments), ("form", fields), ("place", place),
    ):  # fmt: skip
        api(_plainly(endpoint), api_name=name, api_description=endpoint.__doc__)


def _add_labelled(studio: Studio) -> None:
    """Add the file of customers with their segments."""
    out = gr.File(label="customers", visible=False)

    def labelled(study: str, request: gr.Request) -> str | None:
        found = studio.study(studio.visitor(request, "export"), study)
        return out.move_resource_to_block_cache(found.files["customers.csv"])

    gr.Button(visible=False).click(
        _plainly(labelled),
        [gr.Textbox("", label="study", visible=False)],
        out,
        api_name="labelled",
        api_description="Download your customers with their segments as CSV.",
    )


def _plainly(endpoint: Callable[..., Any]) -> Callable[..., Any]:
    """Return an endpoint whose faults are told in our words, and nothing else of them."""
    if iscoroutinefunction(endpoint):

        @wraps(endpoint)
        async def answer_later(*values: Any, **named: Any) -> Any:
            try:
                return await endpoint(*values, **named)
            except CoterieError as fault:
                raise gr.Error(told(fault), print_exception=False) from fault

        return answer_later

    @wraps(endpoint)
    def answer(*values: Any, **named: Any) -> Any:
        try:
            return endpoint(*values, **named)
        except CoterieError as fault:
            raise gr.Error(told(fault), print_exception=False) from fault

    return answer
