"""Looks: an upload as it was found, before any group is looked for; made once, then read."""

from __future__ import annotations

import hashlib
import json
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coterie.stores.shelf.keeping import finite, keep_charts
from coterie.stores.shelf.places import read_json, write_json
from coterie.tables.writing import write_content, write_frame

if TYPE_CHECKING:
    import polars as pl

    from coterie.figures.chart import Chart
    from coterie.schema import DateOrder, Schema
    from coterie.schema.notes import Note
    from coterie.workflow.exploring import Overview
    from coterie.workflow.opening import Opened

PREVIEW_ROWS = 200
SAMPLE_ROWS = 5_000


def look_key(upload_id: str, schema: Schema | str | None, dates: DateOrder | None) -> str:
    """Return the name of a look: the same content, schema and order of dates give the same.

    A schema is what it says, however its TOML is spelt.

    Raises
    ------
    SchemaError
        If the text is no schema.

    Examples
    --------
    >>> look_key("ab", None, None) == look_key("ab", None, None) != look_key("ab", None, "dmy")
    True
    """
    if isinstance(schema, str):
        from coterie.schema.toml import schema_from_toml

        schema = schema_from_toml(schema)
    said = "" if schema is None else json.dumps([_same(c.to_dict()) for c in schema])
    asked = "\0".join((upload_id, said, dates or ""))
    return hashlib.sha256(asked.encode()).hexdigest()[:32]


def _same(plain: dict[str, Any]) -> list[list[Any]]:
    """Return a column's description so that 0 and 0.0 are the same."""
    return [
        [key, float(value) if isinstance(value, int) else value]
        for key, value in sorted(plain.items())
    ]


class StoredLook:
    """An opened upload, read from its folder piece by piece.

    Attributes
    ----------
    key : str
    folder : Path
    """

    def __init__(self, folder: Path) -> None:
        self.key = folder.name
        self.folder = folder
        self._charts: dict[str, Chart] = {}

    @cached_property
    def _known(self) -> dict[str, Any]:
        known: dict[str, Any] = read_json(self.folder / "look.json")
        return known

    @property
    def name(self) -> str:
        """The file's name."""
        return str(self._known["name"])

    @property
    def kind(self) -> str:
        """What the file is: "csv", "xlsx", "parquet" ..."""
        return str(self._known["kind"])

    @property
    def rows(self) -> int:
        """Rows of the file."""
        return int(self._known["rows"])

    @property
    def kept(self) -> int:
        """Rows that cleaning would keep."""
        return int(self._known["kept"])

    @property
    def as_of(self) -> str | None:
        """The day that ages are counted to, as 2024-05-31."""
        day: str | None = self._known["as_of"]
        return day

    @cached_property
    def schema_toml(self) -> str:
        """The table's own columns, as TOML to edit."""
        return (self.folder / "schema.toml").read_text(encoding="utf-8")

    @cached_property
    def schema(self) -> Schema:
        """The table's own columns."""
        from coterie.schema.toml import schema_from_toml

        return schema_from_toml(self.schema_toml)

    @cached_property
    def described(self) -> Schema:
        """The table's own columns and those derived from them: what can be chosen as features."""
        from coterie.schema import Schema

        return Schema.from_dict(self._known["described"])

    @cached_property
    def notes(self) -> tuple[Note, ...]:
        """What was detected and repaired, and what cleaning would do."""
        from coterie.schema.notes import Note

        return tuple(Note(**plain) for plain in self._known["notes"])

    @property
    def statistics(self) -> list[dict[str, Any]]:
        """A row for each column of numbers, with mean, std, quartiles and all the others."""
        rows: list[dict[str, Any]] = self._known["statistics"]
        return rows

    @property
    def quality(self) -> list[dict[str, Any]]:
        """A row for each column: label, kind, role, why, share missing, values beyond the usual."""
        rows: list[dict[str, Any]] = self._known["quality"]
        return rows

    @cached_property
    def preview(self) -> pl.DataFrame:
        """The first 200 rows as they were read."""
        import polars as pl

        return pl.read_parquet(self.folder / "preview.parquet")

    @cached_property
    def sample(self) -> pl.DataFrame:
        """At most 5,000 cleaned rows, drawn evenly, with derived columns: for pictures of two."""
        import polars as pl

        return pl.read_parquet(self.folder / "sample.parquet")

    @cached_property
    def _index(self) -> dict[str, str]:
        found: dict[str, str] = read_json(self.folder / "charts.json")
        return found

    @property
    def charts(self) -> tuple[str, ...]:
        """Names of the charts: ``distributions``, ``correlation_matrix``, ``missing`` ..."""
        return tuple(self._index)

    def chart(self, name: str) -> Chart:
        """Return a chart by name.

        Raises
        ------
        KeyError
            If there is no such chart.
        """
        from coterie.figures.plain import chart_from_plain

        if name not in self._charts:
            plain = read_json(self.folder / "charts" / self._index[name])
            self._charts[name] = chart_from_plain(plain)
        return self._charts[name]


def keep_look(opened: Opened, overview: Overview, kept: pl.DataFrame, folder: Path) -> None:
    """Write all that a `StoredLook` reads; `kept` are the cleaned rows of the sample."""
    from coterie.insight.exploration import statistics_rows
    from coterie.schema import ROW
    from coterie.schema.toml import schema_to_toml
    from coterie.workflow.pictures import exploration_charts

    head: pl.DataFrame = opened.frame.head(PREVIEW_ROWS).collect("polars").to_native()
    write_frame(head.drop(ROW), folder / "preview.parquet")
    write_frame(kept.drop(ROW, strict=False), folder / "sample.parquet")
    write_content(schema_to_toml(opened.schema).encode(), folder / "schema.toml")
    keep_charts(exploration_charts(overview), folder)
    statistics = statistics_rows(overview.exploration)
    known = {
        "name": opened.name,
        "kind": opened.kind,
        "rows": overview.rows,
        "kept": overview.kept,
        "as_of": overview.as_of.isoformat() if overview.as_of else None,
        "described": overview.schema.to_dict(),
        "notes": [note.to_dict() for note in overview.notes],
        "statistics": [{key: finite(value) for key, value in row.items()} for row in statistics],
        "quality": _quality(overview),
    }
    write_json(folder / "look.json", known)


def _quality(overview: Overview) -> list[dict[str, Any]]:
    """Return what a careful reader wants to know of each column."""
    found = overview.exploration
    beyond = {one.column: one for one in found.outliers}
    return [
        {
            "column": column.name,
            "label": column.label,
            "kind": column.kind,
            "role": column.role,
            "unit": column.unit,
            "personal": column.personal,
            "why": column.why,
            "missing": finite(found.missing.get(column.name, 0.0)),
            "outside": beyond[column.name].mild if column.name in beyond else 0,
            "far_outside": beyond[column.name].extreme if column.name in beyond else 0,
        }
        for column in overview.schema
    ]
