"""A Study -> what is logged of it: parameters, figures, tags; plain values, no row of customers."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coterie.stores.shelf.names import slug
from coterie.workflow.study import quality_rows

if TYPE_CHECKING:
    from coterie.workflow import Study

LONGEST_PARAMETER = 500
LONGEST_TAG = 4_000
FORMAT = 1


def describe_study(
    study: Study, *, face: str, source: str = "", model: str = "", study_id: str = ""
) -> dict[str, Any]:
    """Return what is logged of a training, as plain JSON values.

    Parameters
    ----------
    study : Study
    face : str
        What trained: ``"segment"``, ``"library"`` or ``"server"``.
    source : str
        Path of the table, where it is a file that stays.
    model : str
        Name to register the model under; by default it follows from the data's.
    study_id : str
        Id of the study on a server.

    Returns
    -------
    dict
        ``name``, ``parameters`` (str -> str), ``figures`` (list of [name, value, step]),
        ``tags`` (str -> str), ``data`` (name, fingerprint, source, rows).
    """
    provenance = study.segmentation.provenance
    return {
        "format": FORMAT,
        "name": study.name,
        "at": time.time(),
        "parameters": _parameters(study),
        "figures": _figures(study),
        "tags": {
            "coterie.model": model or slug(study.name),
            "coterie.face": face,
            "coterie.study": study_id,
            "coterie.verdict": study.quality.verdict.kind,
            "coterie.fingerprint": provenance["data"]["fingerprint"],
            **{
                f"coterie.version.{library}": version
                for library, version in provenance["versions"].items()
            },
            "coterie.commit": _commit(),
            "mlflow.source.name": f"coterie {face}",
            "mlflow.source.type": "LOCAL",
            "mlflow.note.content": _words(study)[:LONGEST_TAG],
        },
        "data": {**provenance["data"], "source": source, "columns": len(study.schema)},
        "inputs": [[column.name, column.kind] for column in study.segmentation.inputs],
    }


def _parameters(study: Study) -> dict[str, str]:
    """Return the settings, and the features that were used, as text."""
    settings = study.config.to_dict()
    asked = {**settings, "k": "auto" if settings["k"] is None else settings["k"]}
    asked["features"] = ", ".join(study.segmentation.features)
    asked["features_asked"] = ", ".join(settings["features"]) or "default"
    asked["method"] = study.segmentation.clustering.method
    asked["method_asked"] = settings["method"]
    asked["as_of"] = study.as_of.isoformat() if study.as_of else None
    asked["names"] = "; ".join(f"{key}={name}" for key, name in settings["names"].items())
    asked["data"] = study.name
    return {key: _short("none" if value is None else str(value)) for key, value in asked.items()}


def _figures(study: Study) -> list[tuple[str, float, int]]:
    """Return every figure: of each k under ``by_k/``, with k as its step; of the chosen bare."""
    found: list[tuple[str, float, int]] = []
    for row in quality_rows(study.quality, with_one=True):
        k = int(row["k"])
        known = {name: v for name, v in row.items() if name != "k" and v is not None}
        found += [(f"by_k/{name}", float(value), k) for name, value in known.items()]
        if k == study.k:
            found += [(name, float(value), k) for name, value in known.items()]
    chosen: Mapping[str, float | None] = {
        "n_segments": study.k,
        "recommended_k": study.quality.recommended_k,
        "elbow": study.quality.elbow,
        "customers": study.rows,
        "quarantined": study.rows - study.kept,
        "inertia_all": study.inertia,
        "rules_fidelity": study.rules.fidelity,
        "rules_price": study.rules.price,
        "weakest_segment_stability": min(
            (s.stability for s in study.segments if s.stability is not None), default=None
        ),
        "smallest_segment": min((s.share for s in study.segments), default=None),
        "seconds": sum(study.seconds.values()),
        **{f"seconds/{stage}": spent for stage, spent in study.seconds.items()},
    }
    found += [(name, float(value), 0) for name, value in chosen.items() if value is not None]
    found += [
        (f"evidence/{_plain(one.name)}", float(one.value), 0)
        for one in study.quality.verdict.evidence
    ]
    return [(name, value, step) for name, value, step in found if math.isfinite(value)]


def _words(study: Study) -> str:
    """Return verdict and segments as Markdown: what MLflow's page shows above the figures."""
    verdict = study.quality.verdict
    lines = [f"**{verdict.sentence}** {verdict.meaning}", "", study.quality.reason, ""]
    lines += [
        f"{one.id}. **{one.name}**, {one.share:.0%}: {'; '.join(one.facts[:2])}"
        for one in study.segments
    ]
    return "\n".join(lines)


def _short(text: str) -> str:
    """Return a text that every tracking server takes as a parameter."""
    return text if len(text) <= LONGEST_PARAMETER else f"{text[: LONGEST_PARAMETER - 3]}..."


def _plain(name: str) -> str:
    """Return a name in the signs that MLflow allows."""
    return "".join(sign if sign.isalnum() or sign in "_-. " else "_" for sign in name)


def _commit() -> str:
    """Return the commit of a source checkout; empty for an installed package."""
    import coterie

    git = Path(coterie.__file__).parents[2] / ".git"
    try:
        head = (git / "HEAD").read_text().strip()
        if not head.startswith("ref: "):
            return head
        ref = head.removeprefix("ref: ")
        if (git / ref).exists():
            return (git / ref).read_text().strip()
        packed = (git / "packed-refs").read_text().splitlines()
    except OSError:
        return ""
    return next((line.split()[0] for line in packed if line.endswith(f" {ref}")), "")
