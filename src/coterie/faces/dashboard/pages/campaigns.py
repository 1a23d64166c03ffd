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
    keenest,
    responses,
)
from coterie.figures.palette import segment_colour
from coterie.figures.words import NARROW_SPACE, say_share
from coterie.tables.writing import harmless

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
.cb-rates { width: 100%; table-layout: fixed; border-collapse: collapse; border: 0;
  font-variant-numeric: tabular-nums; }
.cb-rates td, .cb-rates th { padding: .5rem 1rem .5rem 0; border: 0; vertical-align: middle;
  text-align: left; font-weight: 400; border-bottom: 1px solid var(--co-hairline); }
.cb-rates tr:last-child td, .cb-rates tr:last-child th { border-bottom: 0; }
.cb-rates .name { width: 24%; }
.cb-rates .name span.row { display: flex; gap: .5rem; align-items: center; }
.cb-rates .rate { width: 6rem; font-weight: 600; text-align: right; white-space: nowrap; }
.cb-rates .more { width: 10rem; color: var(--co-muted); font-size: .875rem; text-align: right;
  white-space: nowrap; padding-right: 0; }
.cb-rates .track { position: relative; height: 1.25rem; min-width: 4.5rem; }
.cb-rates .track i { position: absolute; display: block; }
.cb-rates .range { height: 4px; top: calc(50% - 2px); border-radius: 2px; opacity: .5;
  min-width: 2px; }
.cb-rates .dot { width: 12px; height: 12px; top: calc(50% - 6px); margin-left: -6px;
  border-radius: 50%; box-sizing: border-box; }
.cb-rates .all { width: 1px; top: -.25rem; bottom: -.25rem; background: var(--co-muted); }
.cb-rates .small .dot { background: var(--co-ground) !important; border: 2px solid; }
.cb-name { display: flex; gap: .5rem; align-items: center; }
.cb-best { font-weight: 600; }
@media (max-width: 640px) {
  .cb-rates .name { width: 36%; }
  .cb-rates .rate { width: 3.9rem; }
  .cb-rates .more { width: 5.6rem; white-space: normal; font-size: .8125rem; }
  .cb-rates td, .cb-rates th { padding-right: .6rem; }
}
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
        pieces.empty(NOTHING_HELD, "Go to the data" if person.may("upload") else "", "data")
        return
    names = {int(one["id"]): str(one["name"]) for one in study.summary["segments"]}
    st.html(STYLE)
    st.markdown(f"**{_escaped(keenest(campaigns, names))}** {NOT_AN_EFFECT}")
    st.html(_side_by_side(campaigns, names))
    st.html('<div style="height:.75rem"></div>')
    st.caption(
        "Below, a dot is the rate of a segment, the bar around it is where the true rate lies with "
        "95 % confidence, and the upright line is the rate of all customers. A hollow dot stands "
        f"for fewer than {FEWEST} customers: too few to read."
    )
    for campaign in campaigns:
        pieces.section(campaign.label, best_sentence(campaign, names))
        st.html(_table(campaign, names))
    _download(campaigns, names, study.card.name)


def _side_by_side(campaigns: Sequence[Campaign], names: dict[int, str]) -> str:
    """Return every rate in one table: a row a segment, a column a campaign, the best in bold."""
    heads = "".join(f'<th class="n" scope="col">{escape(c.label)}</th>' for c in campaigns)
    rows = []
    for place, (key, name) in enumerate(names.items()):
        answers = [campaign.segments[place] for campaign in campaigns]
        cells = "".join(
            _cell(answer, campaign) for answer, campaign in zip(answers, campaigns, strict=True)
        )
        head = f'<span class="cb-name">{pieces.disc(key)}{escape(name)}</span>'
        rows.append(f'<tr><th scope="row">{head}</th>{cells}</tr>')
    rates = [escape(say_share(campaign.overall.rate)) for campaign in campaigns]
    everyone = "".join(f'<td class="n">{rate}</td>' for rate in rates)
    rows.append(f'<tr><th scope="row">All customers</th>{everyone}</tr>')
    return (
        '<div class="co-scroll" tabindex="0" role="region" aria-label="Rates of yes">'
        f'<table class="co-table wide"><thead><tr><th scope="col">Said yes</th>{heads}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def _cell(answer: Answer, campaign: Campaign) -> str:
    """Return a rate in the table of all; one that is too small to read says so."""
    top = max((a.rate or 0.0 for a in campaign.segments if not a.small), default=0.0)
    best = not answer.small and answer.rate is not None and answer.rate == top > 0
    told = f"{answer.yes:,} of {answer.asked:,}"
    text = "too few" if answer.small else say_share(answer.rate)
    inner = f'<span class="cb-best">{escape(text)}</span>' if best else escape(text)
    return f'<td class="n" title="{told}">{inner}</td>'


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
        place, figure, more = "", "", "nobody asked"
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
        figure = escape(say_share(answer.rate))
        more = f"{_range(answer)}<br>{answer.yes:,} of {answer.asked:,}"
        more += ", too few" if answer.small else ""
    kind = ' class="small"' if answer.small else ""
    return (
        f'<tr{kind}><th scope="row" class="name"><span class="row">{disc}{escape(name)}</span></th>'
        f'<td>{place}</td><td class="rate">{figure}</td><td class="more">{more}</td></tr>'
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
        harmless(pl.DataFrame(rows, infer_schema_length=None)).write_csv(),
        file_name=f"{name.rsplit('.', 1)[0]}-campaigns.csv",
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
    )


def _escaped(text: str) -> str:
    """Return a text that Markdown leaves as it is."""
    for sign in "\\`*_[]<>$~#:":
        text = text.replace(sign, "\\" + sign)
    return text
