"""Profiles: who the segments are, side by side, in pictures, and under names of one's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from coterie.errors import CoterieError
from coterie.faces.dashboard import chosen, pieces, who
from coterie.faces.dashboard.cards import show_cards, show_heat
from coterie.faces.dashboard.drawing import show_chart
from coterie.faces.dashboard.pages.profiles_scatter import draw_scatter
from coterie.faces.dashboard.pages.profiles_unlike import draw_unlike
from coterie.faces.dashboard.ranges import show_ranges

if TYPE_CHECKING:
    from coterie.figures.chart import Chart
    from coterie.stores.accounts import Person
    from coterie.stores.shelf import StoredStudy

TITLE = "Profiles"
UNLIKE = "Unlike any segment"
VIEWS = ("Means", "Ranges", "Scatter", "Silhouettes", UNLIKE)
LONGEST_NAME = 60


def page() -> None:
    """Draw the cards, the comparison, and what people may change."""
    person = pieces.guard("look")
    study = chosen.required(TITLE)
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    with left:
        pieces.page_title(TITLE, f"The {study.card.k} segments of {study.card.name}.")
    with right:
        if _may_change(study, person) and st.button(
            "Rename or annotate", icon=":material/edit:", width="stretch"
        ):
            _change()
    pieces.segment_bar(study.summary["segments"])
    show_cards(study.summary["segments"], _profile(study), chosen.segment_notes(study), brief=True)
    pieces.section("Side by side", "The same segments, compared feature by feature.")
    _compared()


def _may_change(study: StoredStudy, person: Person) -> bool:
    """Tell whether the person may rename segments: their own, and with a role that shares."""
    return study.card.owner == person.id and person.may("share")


@who.fragment
def _compared() -> None:
    """Draw one of the comparisons; another one reruns this part alone."""
    study = chosen.required(TITLE)
    views = [view for view in VIEWS if _there(study, view)]
    if not views:
        return
    tabs = st.tabs(views, key="profiles-view", on_change="rerun")
    for view, tab in zip(views, tabs, strict=True):
        if tab.open:
            with tab:
                _view(study, view)


def _there(study: StoredStudy, view: str) -> bool:
    """Tell whether the study has what a view shows."""
    needs = {"Means": "profile_heatmap", "Ranges": "comparison", "Silhouettes": "silhouettes"}
    if view in needs:
        return needs[view] in study.charts
    if view == UNLIKE:
        return (study.folder / "customers.parquet").exists()
    return len(study.segmentation.features) > 1


def _view(study: StoredStudy, view: str) -> None:
    """Draw one comparison."""
    if view == "Means":
        st.caption(
            "Mean of each segment in its own unit. Teal is above the average customer, brown "
            "below; the stronger, the further."
        )
        show_heat(study.summary["segments"], study.chart("profile_heatmap"))
        pieces.download(study, "profiles.csv", "All figures as CSV", key="profiles-csv")
    elif view == "Ranges":
        chart = study.chart("comparison")
        st.caption(chart.subtitle)
        show_ranges(chart)
    elif view == "Scatter":
        draw_scatter(study)
    elif view == UNLIKE:
        draw_unlike(study)
    else:
        show_chart(study.chart("silhouettes"), key="profiles-silhouettes")


def _profile(study: StoredStudy) -> Chart | None:
    """Return the stored means, if the study has them."""
    return study.chart("profile_heatmap") if "profile_heatmap" in study.charts else None


@st.dialog("Rename or annotate")
def _change() -> None:
    """Ask for other names and for notes, and keep them."""
    person, study = who.person(), chosen.required(TITLE)
    segments: list[dict[str, Any]] = study.summary["segments"]
    names = {one["id"]: one["name"] for one in segments}
    number = st.selectbox(
        "Segment", list(names), format_func=lambda one: f"{one}  {names[one]}", key="change-which"
    )
    notes = chosen.segment_notes(study)
    name = st.text_input("Name", names[number], key=f"change-name-{number}", max_chars=LONGEST_NAME)
    text = st.text_area("Note", notes.get(number, ""), key=f"change-note-{number}", height=120)
    if not st.button("Save", type="primary"):
        return
    shelf = who.services().shelf
    try:
        if name.strip() != names[number]:
            shelf.rename_segment(study.id, person.id, number, name)
        if text.strip() != notes.get(number, ""):
            shelf.annotate(study.id, person.id, number, text)
    except CoterieError as error:
        pieces.fault(error)
        return
    st.rerun()
