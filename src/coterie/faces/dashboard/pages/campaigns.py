"""Campaigns: who answered which one, segment by segment, with how sure the rates are."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, Any

import streamlit as st

from coterie.errors import CoterieError
from coterie.faces.dashboard import pieces, who
from coterie.faces.dashboard.pages.campaigns_rates import (
    FEWEST,
    Answer,
    Campaign,
    best_sentence,
    count_answers,
    responses,
)
from coterie.figures.palette import segment_colour
from coterie.figures.words import NARROW_SPACE, say_share

if TYPE_CHECKING:
    from coterie.stores.shelf import StoredStudy

NOT_AN_EFFECT = (
    "A rate tells who answered, not whom the campaign changed: some would have bought anyway. "
    "Only customers who were left out on purpose, by chance, can show the effect."
)

NOTHING_HELD = (
    "This study holds no answers to a campaign. It needs a column that says for each customer "
    "whether they answered (yes or no, 1 or 0): give it the role “answer to a campaign” "
    "on the Data page, and find the groups again."
)

STYLE = """<style>
.cb-rates { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
.cb-rates td, .cb-rates th { padding: .4rem .75rem .4rem 0; border: 0; vertical-align: middle;
  text-align: left; font-weight: 400; border-bottom: 1px solid var(--cb-line); }
.cb-rates { --cb-line: color-mix(in srgb, currentColor 14%, transparent); }
.cb-rates tr:last-child td, .cb-rates tr:last-child th { border-bottom: 0; }
.cb-rates .name { width: 34%; }
.cb-rates .name .co-disc { margin-right: .5rem; }
.cb-rates .place { width: 38%; min-width: 5.5rem; }
.cb-rates .figure { text-align: right; white-space: nowrap; padding-right: 0; }
.cb-rates .figure small { display: block; opacity: .72; font-size: .8125rem; }
.cb-rates .track { position: relative; height: 1.25rem; }
.cb-rates .track i { position: absolute; display: block; }
.cb-rates .range { height: 4px; top: calc(50% - 2px); border-radius: 2px; opacity: .45;
  min-width: 2px; }
.cb-rates .dot { width: 12px; height: 12px; top: calc(50% - 6px); margin-left: -6px;
  border-radius: 50%; }
.cb-rates .all { width: 1px; top: 0; bottom: 0; background: currentColor; opacity: .55; }
.cb-rates .small .dot { background: transparent !important; border: 2px solid; }
</style>"""


def page() -> None:
    """Draw the answers to every campaign of the chosen study."""
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
    pieces.page_title("Campaigns", f"{study.card.name}: who answered what, segment by segment")
    campaigns = _counted(study)
    if not campaigns:
        pieces.empty(NOTHING_HELD, "Go to the data", "data" if person.may("upload") else "")
        return
    st.markdown(NOT_AN_EFFECT)
    names = {int(one["id"]): str(one["name"]) for one in study.summary["segments"]}
    st.html(STYLE)
    st.caption(
        "A dot is the rate of a segment, the bar around it is where the true rate lies with 95 % "
        "confidence, and the upright line is the rate of all customers. A hollow dot means fewer "
        f"than {FEWEST} customers: too few to read."
    )
    for campaign in campaigns:
        pieces.section(campaign.label, best_sentence(campaign, names))
        st.html(_table(campaign, names))
    _download(campaigns, names, study.card.name)


def _counted(study: StoredStudy) -> tuple[Campaign, ...]:
    """Return the answers, counted once for each study in this session."""
    held: dict[str, tuple[Campaign, ...]] = st.session_state.setdefault("campaigns", {})
    if study.card.id not in held:
        held.clear()
        ids = [int(one["id"]) for one in study.summary["segments"]]
        columns = responses(study.segmentation.schema)
        found = count_answers(study.labelled, columns, ids) if columns else ()
        held[study.card.id] = found
    return held[study.card.id]


def _table(campaign: Campaign, names: dict[int, str]) -> str:
    """Return the rates of one campaign as HTML: a row a segment, all on one scale."""
    top = max([a.high for a in campaign.segments if a.asked] + [campaign.overall.high, 0.01])
    scale = min(1.0, _rounded_up(top))
    overall = campaign.overall
    rows = [_row(answer, names[answer.segment_id], overall, scale) for answer in campaign.segments]
    rows.append(_row(overall, "All customers", overall, scale))
    label = f"Rates of yes to {campaign.label}, by segment"
    body = f"<tbody>{''.join(rows)}</tbody>"
    return f'<table class="cb-rates" aria-label="{escape(label)}">{body}</table>'


def _row(answer: Answer, name: str, overall: Answer, scale: float) -> str:
    """Return one segment's row."""
    disc = pieces.disc(answer.segment_id) if answer.segment_id else ""
    if answer.rate is None:
        place, figure = "", "nobody asked"
    else:
        colour = segment_colour(answer.segment_id) if answer.segment_id else "currentColor"
        left, right = 100 * answer.low / scale, 100 * min(answer.high, scale) / scale
        all_at = 100 * (overall.rate or 0.0) / scale
        place = (
            f'<div class="track"><i class="all" style="left:{all_at:.2f}%"></i>'
            f'<i class="range" style="left:{left:.2f}%;width:{right - left:.2f}%;'
            f'background:{colour}"></i>'
            f'<i class="dot" style="left:{100 * answer.rate / scale:.2f}%;background:{colour};'
            f'border-color:{colour}"></i></div>'
        )
        figure = (
            f"{escape(say_share(answer.rate))}"
            f"<small>{_range(answer)}<br>{answer.yes:,} of {answer.asked:,}"
            f"{', too few' if answer.small else ''}</small>"
        )
    kind = ' class="small"' if answer.small else ""
    return (
        f'<tr{kind}><th scope="row" class="name">{disc}{escape(name)}</th>'
        f'<td class="place">{place}</td><td class="figure">{figure}</td></tr>'
    )


def _range(answer: Answer) -> str:
    """Say between what rates the true one lies."""
    low, high = say_share(answer.low), say_share(answer.high)
    return f"{low.removesuffix(NARROW_SPACE + '%')} to {high}"


def _rounded_up(share: float) -> float:
    """Return the end of a scale that holds a share."""
    steps = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0)
    return next((step for step in steps if share <= step), 1.0)


def _download(campaigns: Sequence[Campaign], names: dict[int, str], name: str) -> None:
    """Offer every figure as a file."""
    import polars as pl

    rows: list[dict[str, Any]] = [
        {
            "campaign": campaign.label,
            "segment_id": answer.segment_id or None,
            "segment": names.get(answer.segment_id, "All customers"),
            "asked": answer.asked,
            "yes": answer.yes,
            "rate": answer.rate,
            "low_95": answer.low if answer.asked else None,
            "high_95": answer.high if answer.asked else None,
        }
        for campaign in campaigns
        for answer in (*campaign.segments, campaign.overall)
    ]
    st.download_button(
        "Download the rates (CSV)",
        pl.DataFrame(rows, infer_schema_length=None).write_csv(),
        file_name=f"{name.rsplit('.', 1)[0]}-campaigns.csv",
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
    )
