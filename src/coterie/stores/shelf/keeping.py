"""What a training and a look leave beside their files, as plain values that need no Study."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from coterie.figures.plain import chart_to_plain
from coterie.figures.static import safe_name
from coterie.schema.toml import schema_to_toml
from coterie.stores.shelf.places import write_json
from coterie.tables.writing import write_content, write_frame, write_whole

if TYPE_CHECKING:
    from coterie.figures.chart import Chart
    from coterie.workflow import Study

FORMAT = 1
"""Of what is kept; raised when a reader of an older Coterie could not show it."""

EVIDENCE = ("name", "value", "null_mean", "null_sd", "text")


def keep_study(
    study: Study, folder: Path, *, study_id: str, owner: int, name: str, model: str
) -> None:
    """Add to the files of a run what pages show: charts, the sample, summary, notes, settings."""
    from coterie.stores.outputs import labelled_frame

    write_frame(labelled_frame(study), folder / "customers.csv")
    keep_charts(study.figures, folder)
    keep_sample(study, folder / "sample.npz")
    write_json(folder / "summary.json", study.to_dict())
    write_json(folder / "notes.json", [note.to_dict() for note in study.notes])
    write_json(folder / "config.json", study.config.to_dict())
    write_json(folder / "evidence.json", evidence(study))
    write_content(schema_to_toml(study.schema).encode(), folder / "schema.toml")
    card = {
        "format": FORMAT,
        "id": study_id,
        "owner": owner,
        "name": name,
        "model": model,
        "data": study.name,
        "created_at": datetime.now(UTC).isoformat(timespec="microseconds"),
        "customers": study.kept,
        "k": study.k,
        "verdict": study.quality.verdict.kind,
        "seconds": round(sum(study.seconds.values()), 3),
    }
    write_json(folder / "study.json", card)


def keep_charts(charts: Mapping[str, Chart], folder: Path) -> None:
    """Write each chart as JSON, and their names in order; a name need not fit a file."""
    place = folder / "charts"
    place.mkdir(exist_ok=True)
    taken: set[str] = set()
    index = {}
    for name in charts:
        file = f"{safe_name(name, taken)}.json"
        text = json.dumps(chart_to_plain(charts[name]), ensure_ascii=False, allow_nan=False)
        write_content(text.encode(), place / file)
        index[name] = file
    write_json(folder / "charts.json", index)


def keep_sample(study: Study, path: Path) -> None:
    """Write the customers that pictures draw as plain arrays."""
    sample = study.sample
    names = list(sample.raw)
    raw = np.column_stack([sample.raw[name] for name in names])

    def fill(temporary: Path) -> None:
        with temporary.open("wb") as out:
            np.savez(
                out,
                names=np.array(names),
                raw=raw,
                points=sample.points,
                labels=sample.labels,
                allow_pickle=False,
            )

    write_whole(path, fill)


def evidence(study: Study) -> dict[str, Any]:
    """Return how k was chosen and judged, and why columns were left out, as plain values."""
    quality, verdict = study.quality, study.quality.verdict
    described = study.segmentation.described
    return {
        "k": quality.k,
        "recommended_k": quality.recommended_k,
        "elbow": quality.elbow,
        "reason": quality.reason,
        "votes": [{"criterion": v.criterion, "k": v.k, "note": v.note} for v in quality.votes],
        "verdict": {
            "kind": verdict.kind,
            "sentence": verdict.sentence,
            "meaning": verdict.meaning,
            "evidence": [
                {key: finite(value) for key, value in zip(EVIDENCE, one, strict=True)}
                for one in map(tuple, verdict.evidence)
            ],
        },
        "left_out": [
            {
                "column": name,
                "label": described[name].label if name in described else name,
                "why": why,
            }
            for name, why in study.choice.left_out.items()
        ],
        "rules": {
            "fidelity": finite(study.rules.fidelity),
            "price": finite(study.rules.price),
            "reason": study.rules.reason,
        },
        "rows": study.rows,
        "as_of": study.as_of.isoformat() if study.as_of else None,
        "inertia": finite(study.inertia),
    }


def finite(value: Any) -> Any:
    """Return a value as JSON can hold it: None for what is not finite."""
    plain = value.item() if isinstance(value, np.generic) else value
    return None if isinstance(plain, float) and not np.isfinite(plain) else plain
