"""A Study or an Overview -> its page, written whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any

from coterie.report.campaigns import campaigns_part
from coterie.report.render import render_exploration, render_report
from coterie.report.view import (
    ColumnView,
    EvidenceView,
    ExplorationView,
    ReportView,
    SegmentView,
)
from coterie.tables.writing import write_content
from coterie.workflow.pictures import exploration_charts

if TYPE_CHECKING:
    from coterie.figures.chart import Chart
    from coterie.insight.profiles import Profiles
    from coterie.schema import Column
    from coterie.segmentation import Segment
    from coterie.workflow import Study
    from coterie.workflow.exploring import Overview

READING = frozenset(
    {"encoding", "separator", "header", "decimal", "dates", "sheet", "format", "empty", "text"}
)
MOST_CHOICES = 4
MOST_ROWS = 300
UNSHOWN_ROLES = ("id", "ignore")


def write_report(study: Study, path: Path, pictures: Mapping[str, bytes] | None = None) -> Path:
    """Write report.html; `pictures` are PNG files of its charts, painted here if None.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    page = render_report(replace(report_view(study), stills={} if pictures is None else pictures))
    write_content(page.encode(), path)
    return path


def write_exploration(
    overview: Overview,
    path: Path,
    charts: Mapping[str, Chart] | None = None,
    pictures: Mapping[str, bytes] | None = None,
) -> Path:
    """Write exploration.html; charts and their PNG files are made here if None.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    view = exploration_view(overview, charts or exploration_charts(overview))
    page = render_exploration(replace(view, stills={} if pictures is None else pictures))
    write_content(page.encode(), path)
    return path


def report_view(study: Study) -> ReportView:
    """Return what the report shows of a Study."""
    verdict = study.quality.verdict
    campaigns, answered = campaigns_part(study)
    reading = [note for note in study.notes if note.topic in READING]
    return ReportView(
        name=study.name,
        customers=study.kept,
        quarantined=study.rows - study.kept,
        date=f"as of {study.as_of.isoformat()}" if study.as_of else "",
        verdict=verdict.kind,
        verdict_sentence=verdict.sentence,
        verdict_meaning=verdict.meaning,
        evidence=[EvidenceView(*one) for one in verdict.evidence],
        k=study.k,
        k_reason=study.quality.reason,
        segments=[_segment_view(segment, study) for segment in study.segments],
        columns=_column_views(study),
        left_out=_left_out(study),
        charts={**study.figures, **answered},
        reading=reading,
        cleaning=[note for note in study.notes if note not in reading],
        votes=[(vote.criterion, vote.k, vote.note) for vote in study.quality.votes],
        quality=study.quality_rows(),
        rules_fidelity=study.rules.fidelity,
        rules_price=study.rules.price,
        rules_reason=study.rules.reason,
        settings=study.config.to_dict(),
        provenance=dict(study.segmentation.provenance),
        steps=_steps(study),
        campaigns=campaigns,
        no_segment=study.left_out,
    )


def exploration_view(overview: Overview, charts: Mapping[str, Chart]) -> ExplorationView:
    """Return what the exploration's page shows of an Overview."""
    statistics = [
        {
            "name": row.column,
            "count": row.count,
            "missing": row.missing,
            "mean": row.mean,
            "std": row.std,
            "min": row.min,
            "q1": row.q25,
            "median": row.median,
            "q3": row.q75,
            "max": row.max,
            "skew": row.skew,
        }
        for row in overview.exploration.statistics[:MOST_ROWS]
    ]
    columns = list(overview.schema)[:MOST_ROWS]
    highlights = [note.text for note in overview.notes if note.level == "warning"]
    if len(overview.schema) > MOST_ROWS:
        highlights.insert(
            0,
            f"The table has {len(overview.schema):,} columns; this page shows the first "
            f"{MOST_ROWS}, and statistics.csv holds the figures of all.",
        )
    return ExplorationView(
        name=overview.name,
        rows=overview.rows,
        date=f"as of {overview.as_of.isoformat()}" if overview.as_of else "",
        columns=[_plain_column(column, column.why) for column in columns],
        roles={column.name: column.role for column in columns},
        statistics=statistics,
        charts=charts,
        notes=overview.notes,
        highlights=highlights,
    )


def _segment_view(segment: Segment, study: Study) -> SegmentView:
    """Return what the report tells of one segment."""
    profile = study.profiles[segment.id]
    return SegmentView(
        id=segment.id,
        name=segment.name,
        size=segment.size,
        share=segment.share,
        description=segment.description,
        advice=segment.advice,
        facts=segment.facts,
        rule=segment.rule,
        rule_precision=segment.rule_precision,
        rule_coverage=segment.rule_coverage,
        stability=segment.stability,
        means={column.name: profile.value(column.name) for column in _told(study)},
        medians={name: figures.median for name, figures in profile.numbers.items()},
        others=_others(study.profiles, segment.id, study),
    )


def _told(study: Study) -> list[Column]:
    """Return the columns whose means are told: features first, then other numbers and flags."""
    described = study.segmentation.described
    overall = study.profiles.overall
    names = dict.fromkeys((*study.profiles.features, *overall.numbers, *overall.rates))
    return [described[name] for name in names if name in described]


def _others(profiles: Profiles, segment_id: int, study: Study) -> list[tuple[str, str]]:
    """Return the commonest choices of each category, as a line each."""
    described = study.segmentation.described
    lines = []
    for name, choice in profiles[segment_id].choices.items():
        common = sorted(choice.shares.items(), key=lambda pair: (-pair[1], pair[0]))
        said = ", ".join(f"{text} {share:.0%}" for text, share in common[:MOST_CHOICES])
        if said:
            lines.append((described[name].label, said))
    return lines


def _column_views(study: Study) -> list[ColumnView]:
    """Return the columns of the profiles."""
    used = set(study.segmentation.features)
    overall = study.profiles.overall
    return [
        ColumnView(
            name=column.name,
            kind=column.kind,
            label=column.label,
            unit=column.unit,
            why=column.why,
            used=column.name in used,
            average=overall.value(column.name),
            spread=overall.numbers[column.name].std if column.name in overall.numbers else None,
        )
        for column in _told(study)
    ]


def _plain_column(column: Column, why: str) -> ColumnView:
    """Return a column before any group was looked for."""
    return ColumnView(
        name=column.name,
        kind=column.kind,
        label=column.label,
        unit=column.unit,
        why=why,
        used=column.role == "feature",
    )


def _left_out(study: Study) -> list[tuple[str, str]]:
    """Return label and reason of each column that is not a feature."""
    described = study.segmentation.described
    return [
        (described[name].label if name in described else name, why)
        for name, why in study.choice.left_out.items()
    ]


def _typed(value: float | str) -> str:
    """Return a typical value as it is typed."""
    return f"{value:.10g}" if isinstance(value, float | int) else value


def _steps(study: Study) -> list[tuple[str, str]]:
    """Return what to do next, with the command that does it."""
    shown = [
        f"--set {quote(f'{column.name}={_typed(column.typical)}')}"
        for column in study.segmentation.inputs[:3]
        if column.typical is not None
    ]
    steps: list[tuple[str, Any]] = [
        ("Place one customer", f"coterie place segmentation.zip {' '.join(shown)}"),
        ("Place a file of customers", "coterie score segmentation.zip new.csv -o scored.csv"),
        ("Give a segment your own name", 'coterie rename segmentation.zip --name 1="Our name"'),
        ("Use it in scikit-learn", "coterie export segmentation.zip --to sklearn -o model"),
    ]
    return [(words, str(command)) for words, command in steps]
