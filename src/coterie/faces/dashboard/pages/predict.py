"""Place one customer: the form, and at once the segment, how sure, why, and the gold star."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING, Any

import streamlit as st

from coterie.errors import CoterieError
from coterie.faces.dashboard import form, pieces, placed, registry, who
from coterie.faces.dashboard.backdrop import behind
from coterie.faces.dashboard.directions import place_along
from coterie.faces.dashboard.drawing import show_chart
from coterie.faces.dashboard.pages.predict_file import place_file
from coterie.faces.dashboard.thinning import thinned
from coterie.faces.dashboard.viewport import is_dark, is_narrow
from coterie.faces.registered import RegisteredModel
from coterie.figures.interactive import to_plotly
from coterie.figures.star import add_star, star_place

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

    from coterie.figures.chart import Chart
    from coterie.schema import Column
    from coterie.segmentation import Placement, Segmentation
    from coterie.stores.shelf import StoredStudy

TITLE = "Place a customer"
TABS = {
    "clusters_2d": "Two features",
    "clusters_3d": "Three features",
    "clusters_pca": "All features",
}
TURN = "_real_example"
MOST_STRIPS = 12


def page() -> None:
    """Draw the form and the answer, and below them the placing of a whole file."""
    person = pieces.guard("place")
    study = registry.required(TITLE)
    pieces.page_title(TITLE, f"Into the {study.card.k} segments of {study.card.name}.")
    registry.pick(study)
    _one()
    if person.may("export"):
        pieces.section(
            "Place a whole file",
            "Every row gets its segment and a confidence; the file needs the columns of the form.",
        )
        place_file()


@who.fragment
def _one() -> None:
    """Draw one customer: every change of a field answers at once."""
    study = registry.required(TITLE)
    made, before = _fields(study), f"place-{study.id}-"
    if not any(before + field.column.name in st.session_state for field in made):
        # Streamlit forgets the fields of a page that is left; what stood in them comes back.
        form.fill(made, before, st.session_state.get(before) or form.starts(made))
    if is_narrow():  # The answer first: it must be seen to change.
        answer, left, right = st.container(), st.container(), st.container()
    else:
        left, right = st.columns([1, 1.15], gap="large")
        answer = right
    with left:
        _examples(study, made, before)
        record = dict(form.draw(made, before, _outside_now(made, before)))
    st.session_state[before] = record
    _answer(study, record, answer, right)


def _examples(
    study: StoredStudy | RegisteredModel, made: tuple[form.Field, ...], before: str
) -> None:
    """Offer a real customer, and the typical one again."""
    with st.container(horizontal=True):
        own = None if isinstance(study, RegisteredModel) else study
        if own is not None and st.button("A real example", icon=":material/casino:"):
            turn = st.session_state.get(TURN, 0)
            st.session_state[TURN] = turn + 1
            form.fill(made, before, example(own, made, turn))
        if st.button("The typical customer", type="tertiary"):
            form.fill(made, before, form.starts(made))


def example(study: StoredStudy, made: tuple[form.Field, ...], turn: int) -> dict[str, Any]:
    """Return the fields of one customer of the study; another one each turn, of any segment."""
    names = [field.column.name for field in made]
    rows = study.labelled.select(names)
    row = (turn * 7919 + 13) % max(study.card.customers, 1)
    found = rows.slice(row, 1).collect().to_dicts()
    return found[0] if found else form.starts(made)


def _outside_now(made: tuple[form.Field, ...], before: str) -> dict[str, str]:
    """Say below a field that its value lies outside what training saw."""
    told = {}
    for field in made:
        value = st.session_state.get(before + field.column.name)
        if field.column.kind != "number" or field.seen is None or value is None:
            continue
        low, high = field.seen
        column = field.column
        if (column.lower is not None and value < column.lower) or (
            column.upper is not None and value > column.upper
        ):
            told[column.name] = "This cannot be; it is treated as not known."
        elif not low <= value <= high:
            told[column.name] = "Outside of what training saw: read the answer with care."
    return told


def _answer(
    study: StoredStudy | RegisteredModel,
    record: Mapping[str, Any],
    answer: DeltaGenerator,
    more: DeltaGenerator,
) -> None:
    """Draw the answer for the values as they stand, and what is behind it."""
    model = study.segmentation
    given = {name: value for name, value in record.items() if value is not None}
    try:
        placement, values = model.place(given), model.values(given)
    except CoterieError as error:
        with answer:
            pieces.fault(error)
        return
    said_beside = {f"{column.label} is " for column in model.inputs} | {
        f"{column.label} cannot be " for column in model.inputs
    }
    notes = [note for note in placement.notes if not note.startswith(tuple(said_beside))]
    answer.html(placed.answer(placement, model.likelihoods(given), notes))
    if isinstance(study, RegisteredModel):  # The registry's model, without its customers.
        return
    with more:
        _star(study, placement, values)
        beside, near = placement.segment, placement.segment_id
        if not near and placement.runner_up:  # In none: what it is unlike is the nearest.
            beside = f"{placement.runner_up}, the nearest"
            near = next((s.id for s in model.segments if s.name == placement.runner_up), 0)
        st.html(
            '<p class="co-quiet">This customer beside the segment '
            f"{escape(beside)}: the bar holds eight in ten of its customers, the dot "
            "is their mean.</p>"
            + placed.strips(
                _told(model)[:MOST_STRIPS],
                values,
                placement.imputed,
                near,
                _spans(study.id, study),
            )
        )


def _star(study: StoredStudy, placement: Placement, values: Mapping[str, float]) -> None:
    """Draw the gold star among all customers."""
    there = [name for name in TABS if name in study.charts]
    if not there:
        return
    tabs = st.tabs([TABS[name] for name in there], key="star", on_change="rerun")
    for name, tab in zip(there, tabs, strict=True):
        if not tab.open:
            continue
        with tab:
            chart = _picture(study.id, _stamp(study), study, name)
            text = f"This customer: {placement.segment}"
            painted = behind(to_plotly(chart, titled=False), chart, dark=is_dark())
            along = place_along(study, values) if chart.kind == "pca" else None
            figure = add_star(painted, chart, values, text, place=along)
            figure.update_layout(height=400)
            place = along or star_place(chart, values)
            show_chart(chart, titled=False, figure=figure, star=place, key=f"star-{name}")


@st.cache_resource(show_spinner=False, max_entries=128)
def _picture(
    study_id: str,  # noqa: ARG001 - a key, as the names are
    stamp: tuple[str, ...],  # noqa: ARG001
    _study: StoredStudy,
    name: str,
) -> Chart:
    """Return the picture that the star is drawn into, light enough to be drawn at each change."""
    return thinned(_study.chart(name), _study.card.customers)


def _stamp(study: StoredStudy) -> tuple[str, ...]:
    """Return what may change about a study that a picture tells: the names."""
    return tuple(one["name"] for one in study.summary["segments"])


def _told(model: Segmentation) -> list[Column]:
    """Return the columns of the strips: the features."""
    described = model.described
    return [described[name] for name in model.features]


def _fields(study: StoredStudy | RegisteredModel) -> tuple[form.Field, ...]:
    """Return the fields of the form; the same for every person."""
    return _fields_of(study.id, study)


@st.cache_data(show_spinner=False, max_entries=64)
def _fields_of(
    study_id: str,  # noqa: ARG001 - the key
    _study: StoredStudy | RegisteredModel,
) -> tuple[form.Field, ...]:
    return form.fields(_study.segmentation)


@st.cache_data(show_spinner=False, max_entries=64)
def _spans(
    study_id: str,  # noqa: ARG001 - the key; a study never changes
    _study: StoredStudy,
) -> dict[tuple[str, int], placed.Span]:
    return placed.spans(_study.segmentation, _study.sample)
