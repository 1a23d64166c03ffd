"""How the number of groups was chosen: every criterion over the same axis, votes, verdict."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import streamlit as st

from coterie.faces.dashboard import pieces
from coterie.figures.interactive import to_plotly

if TYPE_CHECKING:
    from coterie.figures.chart import Chart
    from coterie.stores.shelf import StoredStudy

ORDER = (
    "Silhouette",
    "Calinski-Harabasz",
    "Davies-Bouldin",
    "Gap",
    "Stability",
    "Prediction strength",
)
"""Titles of the criteria in the order they are drawn, behind the elbow."""

FIGURES = {
    "k": "Groups",
    "inertia": "Spread within (WCSS)",
    "silhouette": "Silhouette",
    "silhouette_null": "Silhouette, look-alike data",
    "calinski_harabasz": "Calinski-Harabasz",
    "davies_bouldin": "Davies-Bouldin",
    "gap": "Gap",
    "prediction_strength": "Prediction strength",
    "stability": "Stability",
    "weakest_stability": "Weakest segment's stability",
    "smallest": "Smallest segment's share",
}


def draw(study: StoredStudy, *, verdict: bool = True) -> None:
    """Draw the evidence of a study, from its stored charts.

    Parameters
    ----------
    study : StoredStudy
    verdict : bool
        Say the verdict as well; False where the page said it already.
    """
    evidence = study.evidence
    k = int(evidence["k"])
    pieces.section(
        f"Why {k} segments" if k > 1 else "Why one segment",
        f"From the study {study.card.name}. {evidence['reason']}",
    )
    if verdict:
        pieces.verdict_line(study.summary, str(evidence["verdict"]["meaning"]))
    panels = _panels(study)
    if panels:
        st.caption(
            "Every criterion over the same numbers of groups. Grey is what look-alike data "
            "without groups gives; the ring is the criterion's own best; the line is the number "
            "in use."
        )
    for begin in range(0, len(panels), 3):
        for place, panel in zip(
            st.columns(3, gap="medium"), panels[begin : begin + 3], strict=False
        ):
            with place:
                pieces.show_chart(
                    panel,
                    key=f"evidence_{panel.title}",
                    height=250,
                    figure=_on_one_axis(panel, study.summary["quality"]),
                )
    _change(study)
    _votes(evidence)
    _figures(study)


def _panels(study: StoredStudy) -> list[Chart]:
    """Return the elbow and each criterion as charts of their own, which wrap on narrow pages."""
    panels = []
    if "elbow" in study.charts:
        panels.append(replace(study.chart("elbow"), note=""))
    if "criteria" in study.charts:
        by_title = {panel.title: panel for panel in study.chart("criteria").panels}
        panels += [by_title.pop(title) for title in ORDER if title in by_title]
        panels += by_title.values()
    return panels


def _on_one_axis(panel: Chart, quality: list[dict[str, Any]]) -> Any:
    """Return a criterion painted over the same numbers of groups as all others."""
    figure = to_plotly(panel, titled=False)
    last = max((row["k"] for row in quality), default=2)
    figure.update_xaxes(range=[0.5, last + 0.5], title=None)
    figure.update_yaxes(title=None)
    figure.update_layout(margin={"l": 48, "r": 12, "t": 24, "b": 28})
    return figure


def _change(study: StoredStudy) -> None:
    """Draw which segments split or merge at other numbers, where the study tells it."""
    flows = [name for name in study.charts if name.startswith("flow_")]
    if not flows:
        return
    numbers = " or ".join(name.removeprefix("flow_") for name in flows)
    pieces.section(f"What changes with {numbers}")
    charts = [study.chart(name) for name in flows]
    for place, name, chart in zip(st.columns(len(flows), gap="large"), flows, charts, strict=True):
        with place:
            pieces.show_chart(chart, key=f"evidence_{name}")


def _votes(evidence: dict[str, Any]) -> None:
    """Draw what each criterion would choose by itself."""
    votes = evidence["votes"]
    if not votes:
        return
    with st.expander("What each criterion would choose by itself"):
        st.dataframe(
            [
                {
                    "criterion": vote["criterion"],
                    "k": str(vote["k"]) if vote["k"] else "abstains",
                    "note": vote["note"],
                }
                for vote in votes
            ],
            hide_index=True,
            column_config={
                "criterion": st.column_config.TextColumn("Criterion", pinned=True),
                "k": st.column_config.TextColumn("Groups", width="small"),
                "note": st.column_config.TextColumn("Why", width="large"),
            },
            alt="Votes of the criteria",
        )
        st.caption("The elbow is looked for first and weighs least: any data bends somewhere.")


def _figures(study: StoredStudy) -> None:
    """Draw every figure at every number of groups, with a file of it."""
    import polars as pl

    rows = study.summary["quality"]
    if not rows:
        return
    frame = pl.DataFrame(rows, infer_schema_length=None)
    with st.expander("Every figure at every number of groups"):
        shown = frame.select(pl.col(name).alias(said) for name, said in FIGURES.items()
                             if name in frame.columns)  # fmt: skip
        st.dataframe(
            shown,
            hide_index=True,
            column_config={
                said: st.column_config.NumberColumn(format="%.3g", pinned=name == "k")
                for name, said in FIGURES.items()
            },
            alt="Figures of quality by number of groups",
        )
        st.download_button(
            "Download the figures (CSV)", frame.write_csv(), "quality.csv", "text/csv",
            icon=":material/download:", on_click="ignore",
        )  # fmt: skip
