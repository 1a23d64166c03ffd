"""All methods side by side: compared in the background once, and the recommended one taken over."""

from __future__ import annotations

from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING, Any

import streamlit as st

from coterie.errors import CoterieError
from coterie.faces.dashboard import pieces, who
from coterie.faces.dashboard.pages import data_state
from coterie.faces.dashboard.pages.data_words import for_page
from coterie.faces.dashboard.pages.segment_methods import METHODS
from coterie.faces.dashboard.pages.segment_settings import AUTOMATIC, Kept
from coterie.faces.dashboard.viewport import is_narrow
from coterie.faces.dashboard.watching import watch_job
from coterie.figures.words import say_share
from coterie.stores.shelf.comparisons import comparison_folder, read_comparison

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import plotly.graph_objects as go

    from coterie.config import RunConfig
    from coterie.faces.jobs import Job
    from coterie.figures.chart import Chart
    from coterie.stores.accounts import Person
    from coterie.stores.shelf import Upload

JOBS = "methods_jobs"
"""Folder of a comparison -> the job that makes it."""

VERDICTS = {
    "natural": "Natural",
    "reproducible": "Reproducible",
    "constructed": "Constructed",
}


def folder_of(upload: Upload, config: RunConfig) -> Path:
    """Return where the comparison under these settings is kept."""
    return comparison_folder(upload, _asked(upload, config), data_state.schema(upload))


def offer(person: Person, upload: Upload, config: RunConfig | None) -> None:
    """Draw the button that starts a comparison, where there is none of these settings yet."""
    folder = folder_of(upload, config) if config is not None else None
    if folder is not None and (read_comparison(folder) or _under_way(person, folder)):
        return
    pressed = st.button(
        "Compare methods",
        icon=":material/compare:",
        disabled=config is None,
        help="Every method at its best setting on the same customers, and which one to use. It "
        "takes several times as long as finding the groups once.",
    )
    if not pressed or config is None or folder is None:
        return
    try:
        job = who.services().jobs.start_comparison(
            person.id, upload.id, _asked(upload, config), schema=data_state.schema(upload)
        )
    except CoterieError as error:
        pieces.fault(error)
        return
    st.session_state.setdefault(JOBS, {})[str(folder)] = job.id
    st.rerun()


def draw(person: Person, upload: Upload, config: RunConfig | None) -> None:
    """Draw the comparison under these settings: under way, gone wrong, or done."""
    if config is None:
        return
    folder = folder_of(upload, config)
    found = read_comparison(folder)
    if found is not None:
        _found(upload, config, found)
        return
    job = _under_way(person, folder)
    if job is not None:
        watch_job(
            person,
            job.id,
            title="Comparing methods",
            key="methods_cancel",
            leaving=", or train meanwhile: the comparison will be here.",
        )
        return
    stopped = _known(person, folder)
    if stopped is None:
        return
    st.session_state[JOBS].pop(str(folder), None)
    if stopped.state == "cancelled":
        st.markdown("**Cancelled.** Nothing was kept of this comparison.")
    else:
        pieces.fault(for_page(stopped.message) or "The comparison was stopped. Start it again.")


def _asked(upload: Upload, config: RunConfig) -> RunConfig:
    """Return the settings as a training on this upload would have them."""
    return replace(config, dates=data_state.dates(upload))


def _known(person: Person, folder: Path) -> Job | None:
    """Return the job that this tab started for a comparison, if it is still known."""
    job_id = st.session_state.get(JOBS, {}).get(str(folder))
    if job_id is None:
        return None
    try:
        return who.services().jobs.job(job_id, person.id)
    except CoterieError:
        st.session_state[JOBS].pop(str(folder), None)
        return None


def _under_way(person: Person, folder: Path) -> Job | None:
    """Return the job that makes a comparison now, in whichever tab it was started."""
    known = _known(person, folder)
    if known is not None:
        return None if known.ended else known
    for job in who.services().jobs.comparisons(person.id, folder):
        if not job.ended:
            st.session_state.setdefault(JOBS, {})[str(folder)] = job.id
            return job
    return None


def _found(upload: Upload, config: RunConfig, found: Mapping[str, Any]) -> None:
    """Draw a comparison: what to use and why, the table, who agrees with whom."""
    tried = [row for row in found["methods"] if not row["fault"]]
    best = found["recommended"]
    name = METHODS[best].name
    pieces.section(
        "Methods compared",
        f"Every method at its best setting, on {found['customers']:,} customers.",
    )
    reason = str(found["reason"])
    st.html(f"<p><strong>Recommended:</strong> {escape(reason)}</p>")
    if config.method == best:
        st.caption(f"The next training uses {name}.")
    else:
        st.button(
            f"Use {name}", icon=":material/check:", on_click=_take, args=(upload.id, best),
            key="methods_take",
        )  # fmt: skip
    _table(tried, best)
    chart = agreement_chart(tried)
    if chart is not None:
        pieces.show_chart(chart, key="methods_agreement", figure=_as_fits(chart))
    _more(found)


def _as_fits(chart: Chart) -> go.Figure:
    """Return the heatmap as a window shows it: a phone has no room for figures in the cells."""
    from coterie.figures.interactive import to_plotly

    figure = to_plotly(chart, titled=False)
    if is_narrow():
        figure.update_traces(texttemplate="")
    return figure


def _take(upload_id: str, method: str) -> None:
    """Take a method over into the settings; one that finds the number itself is told none."""
    Kept(upload_id).take(method=method, **({} if METHODS[method].takes_k else {"how": AUTOMATIC}))


def _table(rows: Sequence[Mapping[str, Any]], best: str) -> None:
    """Draw a row for each method, the recommended one first."""
    import polars as pl

    shown = [_row(row, best) for row in sorted(rows, key=lambda row: row["method"] != best)]
    number = st.column_config.NumberColumn
    st.dataframe(
        shown,
        hide_index=True,
        placeholder="–",
        height=38 + 35 * len(shown),
        column_config={
            "Method": st.column_config.TextColumn(pinned=True, width=192),
            "How real": st.column_config.TextColumn(width=104),
            **{
                name: number(name, format=form, width=width, help=tells or None)
                for name, (form, width, tells) in FIGURES.items()
            },
        },
        alt="Every method with its figures",
    )
    flat = [
        {key: value for key, value in row.items() if key not in ("agreement", "fault")}
        | {f"like_{method}": index for method, index in row["agreement"].items()}
        for row in rows
    ]
    st.download_button(
        "Download the comparison (CSV)",
        pl.DataFrame(flat, infer_schema_length=None).write_csv(),
        "methods.csv",
        "text/csv",
        icon=":material/download:",
        on_click="ignore",
    )


FIGURES: dict[str, tuple[str, int, str]] = {
    "Groups": ("%d", 58, ""),
    "Silhouette": (
        "%.2f",
        80,
        "How much nearer customers are to their own group than to the next: up to 1. It prefers "
        "round groups.",
    ),
    "Look-alike": ("%.2f", 78, "The silhouette of data without groups: what is to be beaten."),
    "C.-H.": ("%.0f", 52, "Calinski-Harabasz: spread between groups against within. Higher."),
    "D.-B.": ("%.2f", 52, "Davies-Bouldin: width of groups against their distance. Lower."),
    "Predicted": (
        "%.2f",
        76,
        "Prediction strength: how well groups of one half predict those of the other, up to 1.",
    ),
    "Stability": ("%.2f", 72, "How much of the groups resampling finds again, up to 1."),
    "Weakest": ("%.2f", 72, "The same for the least stable group; 0.75 and more is stable."),
    "Smallest": ("%.1f %%", 70, "Share of the customers in the smallest group."),
    "In none": ("%.1f %%", 62, "Share of the customers in no group: noise."),
    "Cut": (
        "%.1f %%",
        60,
        "Share of the links between neighbouring customers that run between groups. Lower is "
        "better, for groups of any shape.",
    ),
    "s": ("%.1f", 48, "Seconds, all numbers of groups tried."),
}
"""Column -> how its figures are written, its width in pixels, and what it tells."""


def _row(row: Mapping[str, Any], best: str) -> dict[str, Any]:
    """Return a method's figures under the heads of the table."""
    name = row["name"] + (" (recommended)" if row["method"] == best else "")
    return {
        "Method": name,
        "Groups": row["k"],
        "How real": VERDICTS.get(row["verdict"], row["verdict"]),
        "Silhouette": row["silhouette"],
        "Look-alike": row["silhouette_null"],
        "C.-H.": row["calinski_harabasz"],
        "D.-B.": row["davies_bouldin"],
        "Predicted": row["prediction_strength"],
        "Stability": row["stability"],
        "Weakest": row["weakest_stability"],
        "Smallest": 100 * row["smallest"],
        "In none": 100 * row["left_out"],
        "Cut": 100 * row["links_cut"],
        "s": row["seconds"],
    }


def agreement_chart(rows: Sequence[Mapping[str, Any]]) -> Chart | None:
    """Return the heatmap of agreements; None for a single method."""
    from coterie.figures.charts_methods import agreement

    if len(rows) < 2:
        return None
    matrix = [[1.0 if a is b else a["agreement"].get(b["method"]) for b in rows] for a in rows]
    return agreement([row["name"] for row in rows], matrix)


def _more(found: Mapping[str, Any]) -> None:
    """Say how each number of groups came about, and which methods could not be tried."""
    with st.expander("How each found its number of groups"):
        for row in found["methods"]:
            if not row["fault"]:
                st.html(f"<p><strong>{escape(row['name'])}</strong> {escape(row['setting'])}</p>")
    left = [row for row in found["methods"] if row["fault"]]
    if left:
        with st.expander("Not tried"):
            for row in left:
                why = escape(for_page(row["fault"]))
                st.html(f"<p><strong>{escape(row['name'])}</strong> {why}</p>")
    noisy = [row for row in found["methods"] if row["left_out"]]
    if noisy:
        words = "; ".join(f"{row['name']} {say_share(row['left_out'])}" for row in noisy)
        st.caption(f"Customers in no group take no part in the figures of quality: {words}.")
