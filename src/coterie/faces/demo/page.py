"""The page: a file or a sample, how many segments, the answer, a form for one customer."""

from __future__ import annotations

from typing import Any

import gradio as gr

from coterie.faces.demo import doing, words
from coterie.faces.demo.endpoints import add_endpoints
from coterie.faces.demo.parts import BY_EVIDENCE, BY_HAND, QUIET, SHOWN, Parts
from coterie.faces.demo.placing import draw_form
from coterie.faces.demo.studio import Studio

CACHE_SECONDS = (3_600, 86_400)
"""How often Gradio's copies of files are looked through, and how old they may become."""

READS = [".csv", ".tsv", ".txt", ".gz", ".xlsx", ".xls", ".parquet", ".arrow", ".feather"]
DATES = {"As the data say": "", "Day first": "dmy", "Month first": "mdy", "Year first": "ymd"}


WINDOW = """() => ({
    width: window.innerWidth, dark: document.body.classList.contains("dark")
})"""
"""Tells how wide a visitor's window is, and whether the page is dark."""


def build_page(studio: Studio) -> gr.Blocks:
    """Build the app over a studio."""
    page: gr.Blocks
    with gr.Blocks(title="Coterie", analytics_enabled=False, delete_cache=CACHE_SECONDS) as page:
        page.queue(default_concurrency_limit=None, max_size=200)
        made: dict[str, Any] = {
            "upload": gr.State(""),
            "job": gr.State(""),
            "study": gr.State(""),
            "window": gr.JSON(visible=False),
        }
        gr.HTML(words.title())
        made |= _asking(studio)
        with gr.Column(visible=False) as results:
            made |= _telling(studio, made["study"], made["window"])
        parts = Parts(results=results, **made)
        _wire(page, parts, studio)
        add_endpoints(studio)
    return page


def _asking(studio: Studio) -> dict[str, Any]:
    """Lay out what is asked: which customers, how many segments."""
    with gr.Row(elem_classes="co-ask"):
        with gr.Column(scale=3, min_width=300):
            file = gr.File(
                label="Your customers: CSV, Excel or Parquet, one row each",
                file_types=READS,
                file_count="single",
                height=150,
                elem_id="file",
            )
            sample = gr.Radio(
                [("Sample customers", "customers"), ("Sample campaign", "campaign")],
                label="Or a sample, made up, with groups in it",
                elem_id="sample",
            )
        with gr.Column(scale=2, min_width=300):
            decides = gr.Radio(
                [BY_EVIDENCE, BY_HAND],
                value=BY_EVIDENCE,
                label="How many segments",
                elem_id="decides",
            )
            k = gr.Slider(2, 12, value=5, step=1, label="Segments", visible=False, elem_id="k")
            opened = gr.Dropdown(
                [],
                label="Or open a study that is finished",
                visible=not studio.alone,
                elem_id="opened",
            )
            with gr.Accordion("More settings", open=False):
                dates = gr.Radio(
                    list(DATES.items()), value="", label="Order of dates", elem_id="dates"
                )
            with gr.Row():
                find = gr.Button("Find segments", variant="primary", elem_id="find")
                cancel = gr.Button("Cancel", visible=False, elem_id="cancel")
    status = gr.HTML(elem_id="status")
    return {"file": file, "sample": sample, "decides": decides, "k": k, "dates": dates,
            "opened": opened, "find": find, "cancel": cancel, "status": status}  # fmt: skip


def _telling(studio: Studio, study: gr.State, window: gr.JSON) -> dict[str, Any]:
    """Lay out the answer: the segments, the form, and what the number rests on."""
    made: dict[str, Any] = {"answer": gr.HTML(elem_id="answer")}
    made |= _maps("map")
    gr.HTML(words.heading("Who they are"))
    made["profiles"] = gr.HTML(elem_id="profiles")
    made["download"] = gr.DownloadButton(
        "Download your customers with their segments", elem_id="download"
    )
    gr.HTML(words.heading("Place a customer", "Change a value, and see at once who it is."))
    with gr.Row():
        with gr.Column(scale=2, min_width=280, elem_classes="co-form") as place:
            pass
        with gr.Column(scale=3, min_width=300, elem_classes="co-answer-side"):
            made["placed"] = gr.HTML(elem_id="placed")
            made |= _maps("star")
    gr.HTML(words.heading("How many segments"))
    for name, label in (("elbow", "Elbow"), ("silhouettes", "Silhouettes")):
        made[f"{name}_words"] = gr.HTML()
        made[name] = gr.Plot(label=label, show_label=False, elem_id=name)
    with place:
        draw_form(studio, study, window, [made["placed"], made["star_2d"], made["star_3d"]])
    return made


def _maps(prefix: str) -> dict[str, Any]:
    """Lay out the same customers by two and by three features."""
    made: dict[str, Any] = {}
    with gr.Tabs():
        for dimensions, label in (("2d", "Two features"), ("3d", "Three features")):
            with gr.Tab(label, id=f"{prefix}-{dimensions}"):
                if prefix == "map":
                    made[f"map_{dimensions}_words"] = gr.HTML()
                made[f"{prefix}_{dimensions}"] = gr.Plot(
                    label=label, show_label=False, elem_id=f"{prefix}-{dimensions}"
                )
    return made


def _wire(page: gr.Blocks, parts: Parts, studio: Studio) -> None:
    """Bind what people do to what happens."""
    page.load(None, None, parts.window, js=WINDOW, **QUIET)
    if not studio.alone:
        page.load(doing.list_studies(studio), None, parts.opened, **QUIET)
        parts.opened.input(lambda study_id: study_id or "", parts.opened, parts.study, **QUIET)
    page.unload(doing.leave(studio))
    parts.decides.change(
        lambda who: gr.update(visible=who == BY_HAND), parts.decides, parts.k, **QUIET
    )
    parts.file.upload(
        doing.take_file(studio),
        [parts.file],
        [parts.upload, parts.sample, parts.file, parts.status],
        **QUIET,
    )
    parts.file.clear(lambda: ("", ""), None, [parts.upload, parts.status], **QUIET)
    parts.sample.input(lambda: (None, ""), None, [parts.file, parts.upload], **QUIET)
    parts.find.click(
        doing.train(studio, parts),
        [parts.upload, parts.sample, parts.decides, parts.k, parts.dates],
        [parts.status, parts.job, parts.study, parts.find, parts.cancel],
        trigger_mode="once",
        **QUIET,
    )
    parts.cancel.click(doing.cancel(studio), [parts.job], [parts.status], **QUIET)
    parts.study.change(
        doing.show(studio, parts), [parts.study, parts.window],
        [getattr(parts, name) for name in SHOWN], **QUIET,
    )  # fmt: skip
