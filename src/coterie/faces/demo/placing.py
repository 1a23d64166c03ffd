"""One customer: the form is drawn anew for each study, and answers as it is filled in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import gradio as gr

from coterie.errors import CoterieError
from coterie.faces.demo import form, pictures, words
from coterie.faces.demo.parts import QUIET
from coterie.faces.demo.pictures import Window
from coterie.faces.demo.studio import Studio, told

if TYPE_CHECKING:
    from gradio.components import Component

    from coterie.stores.shelf import StoredStudy

TYPICAL = "A typical customer"


def draw_form(studio: Studio, study: gr.State, window: gr.JSON, outputs: list[Component]) -> None:
    """Draw the form anew for each study, and answer as it is filled in."""

    def draw(study_id: str, request: gr.Request) -> None:
        if not study_id:
            return
        found = studio.study(studio.visitor(request), study_id)
        model = found.segmentation
        begin = gr.Dropdown(
            [(TYPICAL, 0), *((f"A real one: {s.name}", s.id) for s in model.segments if s.size)],
            value=0,
            label="Begin with",
            elem_id="begin",
        )
        made = form.fields(model, form.typical(model))

        def started(number: int, request: gr.Request) -> list[Any]:
            again = studio.study(studio.visitor(request), study_id)
            model = again.segmentation
            start = form.example(again, number) if number else form.typical(model)
            return [start[column.name] for column in model.inputs]

        def answered(request: gr.Request, at: Window, *values: Any) -> list[Any]:
            again = studio.study(studio.visitor(request), study_id)
            return place_customer(again, form.record(again.segmentation, values), at)

        begin.input(started, [begin], made, **QUIET)
        gr.on(
            [cast(Any, field).change for field in made],
            answered,
            [window, *made],
            outputs,
            trigger_mode="always_last",
            **QUIET,
        )

    drawn_anew: Any = gr.render(inputs=[study], triggers=[study.change], show_progress="hidden")
    drawn_anew(draw)


def place_customer(study: StoredStudy, record: dict[str, Any], window: Window) -> list[Any]:
    """Place a customer: the answer, and the star in both pictures."""
    model = study.segmentation
    try:
        answer, values = model.place(record), model.values(record)
    except CoterieError as fault:
        return [words.fault(told(fault)), gr.skip(), gr.skip()]
    return [
        words.placed(answer, model),
        *(pictures.picture(study, name, window, values) for name in pictures.MAPS),
    ]
