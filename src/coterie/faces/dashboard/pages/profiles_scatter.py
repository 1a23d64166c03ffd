"""Any two or three features of the study against each other, one colour a segment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from coterie.faces.dashboard.drawing import show_chart
from coterie.faces.dashboard.thinning import thinned
from coterie.figures import charts

if TYPE_CHECKING:
    from coterie.figures.chart import Chart
    from coterie.stores.shelf import StoredStudy

NONE = ""
MOST = 2_400
"""Points of a picture whose axes are chosen: so many are drawn at once on any machine."""


def draw_scatter(study: StoredStudy) -> None:
    """Ask for two or three features and draw the customers by them."""
    described = study.segmentation.described
    names = [name for name in study.sample.raw if name in described]
    labels = {name: described[name].label for name in names}
    first = _best(study, names)
    left, middle, right = st.columns(3)
    with left:
        x = st.selectbox(
            "Across", names, names.index(first[0]), format_func=labels.__getitem__, key="x"
        )
    with middle:
        y = st.selectbox(
            "Up", names, names.index(first[1]), format_func=labels.__getitem__, key="y"
        )
    with right:
        z = st.selectbox(
            "Third, for three dimensions",
            [NONE, *names],
            format_func=lambda name: labels.get(name, "none"),
            key="z",
        )
    if x is None or y is None or z is None or len({x, y, z}) < 3:
        st.caption("Choose different features to see them against each other.")
        return
    chart = _chart(study.id, _stamp(study), study, x, y, z)
    show_chart(chart, titled=False, key="profiles-scatter")


def _best(study: StoredStudy, names: list[str]) -> tuple[str, str]:
    """Return the two features that separate best: those of the stored picture."""
    if "clusters_2d" in study.charts:
        columns = study.chart("clusters_2d").encoding.get("columns", ())
        if len(columns) == 2 and set(columns) <= set(names):
            return columns[0], columns[1]
    return names[0], names[1]


def _stamp(study: StoredStudy) -> tuple[str, ...]:
    """Return what may change about a study that a picture tells: the names."""
    return tuple(one["name"] for one in study.summary["segments"])


@st.cache_resource(show_spinner=False, max_entries=128)
def _chart(
    study_id: str,  # noqa: ARG001 - a key, as the names are
    stamp: tuple[str, ...],  # noqa: ARG001
    _study: StoredStudy,
    x: str,
    y: str,
    z: str,
) -> Chart:
    """Return the picture of some features; made once for everybody."""
    sample, described = _study.sample, _study.segmentation.described
    names = {one["id"]: one["name"] for one in _study.summary["segments"]}
    if z:
        chart = charts.scatter_3d(
            sample.raw[x],
            sample.raw[y],
            sample.raw[z],
            sample.labels,
            axes=(described[x], described[y], described[z]),
            names=names,
            total=_study.card.customers,
        )
    else:
        chart = charts.scatter(
            sample.raw[x],
            sample.raw[y],
            sample.labels,
            axes=(described[x], described[y]),
            names=names,
            total=_study.card.customers,
        )
    return thinned(chart, _study.card.customers, limit=MOST)
