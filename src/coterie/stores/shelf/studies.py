"""Finished studies: a card for lists, and all that pages show, read when it is asked for."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coterie.placement import NO_SEGMENT
from coterie.stores.shelf.places import read_json
from coterie.stores.shelf.renaming import renamed_chart, renamed_summary

if TYPE_CHECKING:
    import polars as pl

    from coterie.figures.chart import Chart
    from coterie.schema import Schema
    from coterie.schema.notes import Note
    from coterie.segmentation import Segmentation
    from coterie.workflow.study import Sample


@dataclass(frozen=True)
class Card:
    """A study as a list shows it.

    Attributes
    ----------
    id, name : str
    owner : int
        A person's id; 0 for the server itself.
    owner_name : str
        Empty where it is not known.
    created_at : datetime
        In UTC.
    customers, k : int
        Customers placed, and segments.
    verdict : {"natural", "reproducible", "constructed"}
    shared : bool
        Whether everybody on this server may look.
    model : str
        The name in addresses; studies of one name are versions of one model.
    production : bool
        Whether this is the version of `model` that answers.
    data : str
        Name of the file it was trained on.
    """

    id: str
    name: str
    owner: int
    owner_name: str
    created_at: datetime
    customers: int
    k: int
    verdict: str
    shared: bool
    model: str
    production: bool
    data: str


@dataclass(frozen=True)
class Annotation:
    """A person's own words on a study, or on one of its segments.

    Attributes
    ----------
    segment_id : int or None
        None for the whole study.
    text : str
    """

    segment_id: int | None
    text: str


@dataclass(frozen=True)
class Marks:
    """What people did to a study after it was finished."""

    name: str = ""
    shared: bool = False
    names: Mapping[int, str] = field(default_factory=dict)
    annotations: tuple[Annotation, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "name": self.name,
            "shared": self.shared,
            "names": {str(key): self.names[key] for key in sorted(self.names)},
            "annotations": [[one.segment_id, one.text] for one in self.annotations],
        }

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Marks:
        """Build from `to_dict`'s result."""
        return cls(
            name=plain.get("name", ""),
            shared=plain.get("shared", False),
            names={int(key): name for key, name in plain.get("names", {}).items()},
            annotations=tuple(Annotation(*one) for one in plain.get("annotations", ())),
        )


class StoredStudy:
    """A finished study, read from its folder piece by piece; the same after any restart.

    Attributes
    ----------
    card : Card
    folder : Path
    annotations : tuple of Annotation
    """

    def __init__(self, card: Card, folder: Path, marks: Marks) -> None:
        self.card = card
        self.folder = folder
        self.annotations = marks.annotations
        self._names = dict(marks.names)
        self._charts: dict[str, Chart] = {}
        # A page has many threads, and none of them wants to read the same file again.
        self._lock = threading.RLock()

    @property
    def id(self) -> str:
        """The study's id."""
        return self.card.id

    @property
    def names_given(self) -> dict[str, str]:
        """Segment id (as text) -> the name that its owner gave it."""
        return {str(key): self._names[key] for key in sorted(self._names)}

    @cached_property
    def summary(self) -> dict[str, Any]:
        """The answer as plain values: `Study.to_dict()`, with the names now given."""
        return renamed_summary(read_json(self.folder / "summary.json"), self._names)

    @cached_property
    def evidence(self) -> dict[str, Any]:
        """How k was chosen and judged: votes, verdict with its figures, what was left out."""
        found: dict[str, Any] = read_json(self.folder / "evidence.json")
        return found

    @cached_property
    def notes(self) -> tuple[Note, ...]:
        """What was detected and decided, from reading to scaling."""
        from coterie.schema.notes import Note

        return tuple(Note(**plain) for plain in read_json(self.folder / "notes.json"))

    @cached_property
    def config(self) -> dict[str, Any]:
        """The settings of the training: `RunConfig.to_dict()`."""
        found: dict[str, Any] = read_json(self.folder / "config.json")
        return found

    @property
    def segmentation(self) -> Segmentation:
        """The fitted whole; read once."""
        with self._lock:
            return self._segmentation

    @cached_property
    def _segmentation(self) -> Segmentation:
        from coterie.stores.bundle import load_bundle

        return load_bundle(self.folder / "segmentation.zip").renamed(self._all_names)

    @property
    def schema(self) -> Schema:
        """The table's columns and the derived ones."""
        return self.segmentation.described

    @cached_property
    def _index(self) -> dict[str, str]:
        found: dict[str, str] = read_json(self.folder / "charts.json")
        return found

    @property
    def charts(self) -> tuple[str, ...]:
        """Names of the charts, in the order of a report."""
        return tuple(self._index)

    def chart(self, name: str) -> Chart:
        """Return a chart by name.

        Raises
        ------
        KeyError
            If the study has no such chart; `charts` tells which it has.
        """
        from coterie.figures.plain import chart_from_plain

        with self._lock:
            if name not in self._charts:
                plain = read_json(self.folder / "charts" / self._index[name])
                chart = chart_from_plain(plain)
                self._charts[name] = renamed_chart(chart, self._given_names)
            return self._charts[name]

    @property
    def _all_names(self) -> dict[int, str]:
        """Segment id -> name now; files may hold others, where a rewriting was stopped."""
        return {segment["id"]: segment["name"] for segment in self.summary["segments"]}

    @cached_property
    def _given_names(self) -> dict[str, str]:
        """Name at training -> name now, for the segments that were renamed."""
        plain = read_json(self.folder / "summary.json")["segments"]
        return {
            segment["name"]: self._names[segment["id"]]
            for segment in plain
            if segment["id"] in self._names
        }

    @property
    def labelled(self) -> pl.LazyFrame:
        """Every kept customer with ``segment_id``, ``segment`` and ``confidence``, as a plan."""
        import polars as pl

        rows = pl.scan_parquet(self.folder / "customers.parquet")
        names = {0: NO_SEGMENT} | self._all_names
        named = pl.col("segment_id").replace_strict(names).alias("segment")
        return rows.with_columns(named)

    @property
    def sample(self) -> Sample:
        """The customers that pictures draw, with their segments."""
        with self._lock:
            return self._sample

    @cached_property
    def _sample(self) -> Sample:
        import numpy as np

        from coterie.workflow.study import Sample

        with np.load(self.folder / "sample.npz", allow_pickle=False) as arrays:
            raw, names = arrays["raw"], arrays["names"].tolist()
            return Sample(
                raw={name: raw[:, j] for j, name in enumerate(names)},
                points=arrays["points"],
                labels=arrays["labels"],
            )

    @cached_property
    def files(self) -> dict[str, Path]:
        """Files to download, by the name they are offered under."""
        names = (
            "report.html",
            "customers.csv",
            "customers.parquet",
            "segmentation.zip",
            "profiles.csv",
            "quality.csv",
            "quarantine.csv",
            "schema.toml",
        )
        figures = sorted((self.folder / "figures").glob("*.png"))
        files = {name: self.folder / name for name in names}
        files |= {f"figures/{path.name}": path for path in figures}
        return {name: path for name, path in files.items() if path.exists()}
