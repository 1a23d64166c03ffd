"""The first screen: how many segments, how real, who they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from coterie.faces.dashboard import chosen, pieces, who
from coterie.faces.dashboard.cards import show_cards
from coterie.faces.dashboard.pieces import page_title, section, segment_bar, show_chart
from coterie.figures.words import mid_sentence

if TYPE_CHECKING:
    from coterie.stores.shelf import StoredStudy

TABS = {
    "clusters_2d": "Two features",
    "clusters_3d": "Three features",
    "clusters_pca": "All features",
}
"""Charts of where the segments lie, by what their tab is called."""


def page() -> None:
    """Draw the overview of the chosen study."""
    pieces.guard("look")
    study = chosen.required("Welcome")
    summary, card = study.summary, study.card
    left, right = st.columns([1, 1.2], gap="medium")
    with left:
        own = f"{card.customers:,} customers, {chosen.said_date(card)}"
        page_title(card.name, own)
        _note(study)
    with right:
        verdict = dict(summary, verdict_reason=summary["verdict_reason"])
        pieces.verdict_line(verdict, str(study.segmentation.verdict.get("meaning", "")))
    segment_bar(summary["segments"])
    _where()
    section("Who they are")
    profile = study.chart("profile_heatmap") if "profile_heatmap" in study.charts else None
    show_cards(summary["segments"], profile, chosen.segment_notes(study), brief=True)
    _next(study)


@who.fragment
def _where() -> None:
    """Draw where the segments lie; another tab reruns this part alone."""
    study = chosen.required("Welcome")
    there = [name for name in TABS if name in study.charts]
    if not there:
        return
    tabs = st.tabs([TABS[name] for name in there], key="where", on_change="rerun")
    for name, tab in zip(there, tabs, strict=True):
        if tab.open:
            with tab:
                chart = study.chart(name)
                st.html(f'<p class="co-quiet">{_lead(name, chart.title, chart.subtitle)}</p>')
                show_chart(chart, titled=False, key=f"where-{name}")


def _lead(name: str, title: str, subtitle: str) -> str:
    """Say in a line what a picture of the segments shows."""
    from html import escape

    if name == "clusters_pca":
        return escape(subtitle)
    count = "two" if name == "clusters_2d" else "three"
    return escape(f"The {count} features that separate the segments best: {mid_sentence(title)}.")


def _note(study: StoredStudy) -> None:
    """Show what people wrote about the whole study."""
    for one in study.annotations:
        if one.segment_id is None and one.text:
            st.caption(one.text)


def _next(study: StoredStudy) -> None:
    """Offer what a person does next."""
    section("What next")
    person = who.person()
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="next"):
        for address, label, icon in (
            ("predict", "Place a customer", "person_pin_circle"),
            ("campaigns", "Compare campaigns", "campaign"),
        ):
            pieces.link(address, label, icon)
        if person.may("export"):
            pieces.download(study, "customers.csv", "Export the labelled customers")
        pieces.download(study, "report.html", "Download the report", action="look")
