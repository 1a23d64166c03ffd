"""Campaigns: who answers which one, what to expect next time, and whom to contact."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from coterie.errors import CoterieError
from coterie.faces.dashboard import pieces, who
from coterie.faces.dashboard.drawing import show_chart
from coterie.faces.dashboard.pages.campaigns_plan import draw_plan
from coterie.faces.dashboard.pages.campaigns_tables import (
    acceptance_table,
    amounts_table,
    rates_table,
)
from coterie.faces.dashboard.viewport import is_narrow
from coterie.figures.charts_campaigns import acceptance_heatmap, campaign_effect, campaign_lift
from coterie.insight.answers import find_responses
from coterie.tables.writing import harmless
from coterie.workflow.campaigns import Campaigns, read_campaigns
from coterie.workflow.campaigns_words import (
    SHRUNK,
    headline,
    tell_campaign,
    tell_campaigns,
    tell_effect,
)

if TYPE_CHECKING:
    from coterie.stores.shelf import StoredStudy

NOTHING_HELD = (
    "This study holds no answers to a campaign. It needs a column that says for each customer "
    "whether they answered (yes or no, 1 or 0): give it the role “answer to a campaign” "
    "on the Data page, and find the groups again."
)
NOBODY = "Nobody: there is no control group"
MOST_CHOICES = 4


def page() -> None:
    """Draw the answers to every campaign of the chosen study, and the plan of the next."""
    person = pieces.guard("look")
    study_id = st.session_state.get(pieces.STUDY)
    if not study_id:
        pieces.page_title("Campaigns")
        pieces.empty("No study is chosen yet. Choose one, or find groups in your own file.",
                     "See all studies", "models")  # fmt: skip
        return
    try:
        study = who.services().shelf.study(study_id, person.id)
    except CoterieError as error:
        pieces.page_title("Campaigns")
        pieces.fault(error)
        return
    pieces.page_title("Campaigns", f"{study.card.name}: who says yes to what, and whom to contact.")
    if not find_responses(study.schema)[0]:
        pieces.empty(NOTHING_HELD, "Go to the data" if person.may("upload") else "", "data")
        return
    answer = st.container()
    control = _control(study)  # asked below the answer, which depends on it
    try:
        found = _read(study, control)
    except CoterieError as error:
        with answer:
            pieces.fault(error)
        return
    with answer:
        _answer(found)
    _one_campaign(found)
    _spending(found)
    if person.may("export"):
        _download(found, study)
    draw_plan(study, found, control, may_export=person.may("export"))


def _control(study: StoredStudy) -> str | None:
    """Ask who was left out on purpose, where a column might say it."""
    known = {c.name for c in find_responses(study.schema)[0]}
    choices = {
        f"{column.name}={choice}": f"{column.label} is {choice}"
        for column in study.schema
        if column.kind in ("flag", "category")
        and column.name not in known
        and 2 <= len(column.choices) <= MOST_CHOICES
        and column.name in study.segmentation.schema
        for choice in column.choices
    }
    if not choices:
        return None
    with st.expander("Was a control group left out?"):
        st.caption(
            "Customers left out on purpose, by chance, show what a campaign changes. If a column "
            "says who they are, choose it."
        )
        chosen = st.selectbox(
            "Left out were those whose",
            ["", *choices],
            format_func=lambda key: choices.get(key, NOBODY),
            key="campaigns-control",
        )
    return chosen or None


def _read(study: StoredStudy, control: str | None) -> Campaigns:
    """Return the answers, counted once for each study and control group in this session."""
    names = tuple(study.names_given.items())
    held: dict[object, Campaigns] = st.session_state.setdefault("campaigns", {})
    key = (study.card.id, names, control)
    if key not in held:
        held.clear()
        held[key] = read_campaigns(study, control=control)
    return held[key]


def _answer(found: Campaigns) -> None:
    """Draw what was answered: in sentences, and side by side."""
    said = tell_campaigns(found)
    st.markdown(f"**{_escaped(headline(found))}**")
    each = {tell_campaign(campaign, found) for campaign in found.single}
    for sentence in said[1:]:
        if sentence not in each:
            st.markdown(_escaped(sentence))
    for note in found.notes:
        if note.level == "warning":
            st.markdown(_escaped(note.text))
    chart = acceptance_heatmap(found.campaigns, found.names)
    if is_narrow():
        pieces.section(chart.title, chart.subtitle)
        st.html(acceptance_table(chart))
    else:
        show_chart(chart, key="campaigns-acceptance")


def _one_campaign(found: Campaigns) -> None:
    """Draw one campaign in full."""
    pieces.section("One campaign", SHRUNK)
    names = [campaign.name for campaign in found.campaigns]
    labels = {campaign.name: campaign.label for campaign in found.campaigns}
    chosen = st.selectbox(
        "Campaign", names, format_func=lambda name: labels[name], key="campaigns-one"
    )
    campaign = found[chosen or names[0]]
    st.markdown(_escaped(tell_campaign(campaign, found)))
    show_chart(campaign_lift(campaign, found.names), key="campaigns-lift")
    if found.control:
        show_chart(campaign_effect(campaign, found.names), key="campaigns-effect")
        told = [tell_effect(a, found.name(a.segment_id)) for a in campaign.segments]
        st.markdown("\n".join(f"- {_escaped(sentence)}" for sentence in told))
    st.html(rates_table(campaign, found))


def _spending(found: Campaigns) -> None:
    """Draw spend, and purchases with a discount, by segment."""
    if found.spend_column is None and found.deals_column is None:
        return
    lead = "What each segment spends"
    if found.deals_column is not None:
        lead = "Who answers to discounts: purchases made with one" + (
            ", beside what each segment spends" if found.spend_column is not None else ""
        )
    pieces.section("Spend and discounts", f"{lead}.")
    st.html(amounts_table(found))


def _download(found: Campaigns, study: StoredStudy) -> None:
    """Offer every figure as a file."""
    import polars as pl

    def table() -> bytes:
        return harmless(pl.DataFrame(found.rows(), infer_schema_length=None)).write_csv().encode()

    pieces.take_out(
        "Download the rates (CSV)",
        table,
        f"{study.card.model}-campaigns.csv",
        subject=study.card.name,
        key="campaigns-rates",
    )


def _escaped(text: str) -> str:
    """Return a text that Markdown leaves as it is."""
    for sign in "\\`*_[]<>$~#:":
        text = text.replace(sign, "\\" + sign)
    return text
