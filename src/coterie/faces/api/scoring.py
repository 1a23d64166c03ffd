"""POST /models/{name}/score: many records, in four kinds of body, each answered in any of them."""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from anyio import CapacityLimiter, to_thread
from starlette.concurrency import iterate_in_threadpool
from starlette.responses import StreamingResponse

from coterie.errors import InputError, RecordError, SchemaError
from coterie.faces.api.bodies import (
    ARROW_FILE,
    ARROW_STREAM,
    CSV,
    JSON,
    NDJSON,
    header,
    media_type,
    pieces,
    read_json,
)
from coterie.faces.api.formats import FORMATS, wanted, write_placements, write_table
from coterie.faces.api.permissions import require
from coterie.faces.api.problems import Problem, pointer
from coterie.scoring import ANSWER

if TYPE_CHECKING:
    import polars as pl
    from starlette.types import Receive, Scope, Send

    from coterie.faces.api.limits import Limits
    from coterie.faces.api.serving import Models, Served

BREATH = 50
"""So many records are placed before others of this process get their turn."""

LARGEST_UNPACKED = 1 << 30
AT_ONCE = 2
_MAGIC = {ARROW_STREAM: b"\xff\xff\xff\xff", ARROW_FILE: b"ARROW1"}
_BINARY = (b"PK\x03\x04", b"\x1f\x8b", b"PAR1", b"ARROW1", b"\xff\xff\xff\xff", b"\xd0\xcf\x11\xe0")
_FOUND = re.compile(r"; it holds .*?\. (?=[A-Z])", re.DOTALL)


class ScoreEndpoint:
    """Answers many records at once, in threads and two requests at a time.

    Parameters
    ----------
    models : Models
    limits : Limits
    """

    def __init__(self, models: Models, limits: Limits) -> None:
        self._models = models
        self._limits = limits
        self._turns: CapacityLimiter | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Score a body.

        Raises
        ------
        Problem
            Whatever is wrong with the request.
        """
        require(scope, "score", "export")
        given = media_type(scope, FORMATS)
        answered = wanted(header(scope, b"accept"), given)
        served = await self._models.get(scope["path_params"]["name"])
        if self._turns is None:  # It belongs to the event loop that it is used in.
            self._turns = CapacityLimiter(AT_ONCE)
        with tempfile.TemporaryDirectory(prefix="coterie-") as folder:
            body = Path(folder) / "body"
            with body.open("wb") as file:
                async for piece in pieces(scope, receive, self._limits.table_bytes):
                    file.write(piece)
            written = await to_thread.run_sync(
                self._answer, served, body, given, answered, limiter=self._turns
            )
        response = StreamingResponse(
            iterate_in_threadpool(written),
            media_type="text/csv; charset=utf-8" if answered == CSV else answered,
            headers={"Cache-Control": "no-store", "Coterie-Study": served.study_id},
        )
        await response(scope, receive, send)

    def _answer(self, served: Served, body: Path, given: str, answered: str) -> Iterator[bytes]:
        """Read, place and begin to write."""
        head = {"model": served.name, "study": served.study_id}
        if given in (JSON, NDJSON):
            records = self._document(body) if given == JSON else self._lines(body)
            placements = place_all(served, records)
            if answered in (JSON, NDJSON):
                return write_placements(placements, answered, head)
            return write_table(_answers(placements), answered, head)
        frame = read_arrow(body, given, self._limits.table_rows) if given != CSV else None
        return write_table(self._scored(served, body, frame), answered, head)

    def _document(self, body: Path) -> Iterator[tuple[tuple[object, ...], Any]]:
        """Yield the records of a JSON document, each with its place."""
        document = read_json(body.read_bytes())
        records = document.get("records") if type(document) is dict else None
        if type(records) is not list or len(document) != 1:
            raise Problem(
                422,
                "invalid-records",
                'Send an object with one member, "records": an array of records.',
                faults=[(pointer("records"), "must be an array, and the only member")],
            )
        most = self._limits.json_records
        if len(records) > most:
            # 422 and not 413: the document's schema says how many there may be.
            detail = f"At most {most:,} records here. Send lines of JSON, CSV or Arrow for more."
            raise Problem(
                422, "too-many-records", detail, faults=[(pointer("records"), "has too many items")]
            )
        yield from ((("records", index), record) for index, record in enumerate(records))

    def _lines(self, body: Path) -> Iterator[tuple[tuple[object, ...], Any]]:
        """Yield the records of newline-delimited JSON, each with its number from 0."""
        most, count = self._limits.line_records, 0
        with body.open("rb") as lines:
            for line in lines:
                if not line.strip():
                    continue
                if count >= most:
                    raise _too_many(most, "Send CSV or Arrow for more.")
                try:
                    record = read_json(line)
                except Problem as problem:
                    problem.detail = f"Line {count + 1}: {problem.detail}"
                    raise
                yield (count,), record
                count += 1

    def _scored(self, served: Served, body: Path, frame: pl.DataFrame | None) -> pl.DataFrame:
        """Return a table with the answer behind."""
        if frame is None:
            with body.open("rb") as file:
                if file.read(8).startswith(_BINARY):
                    raise _not_a(CSV)
            source: Any = body.rename(body.with_name("table.csv"))
        else:
            source = frame
        try:
            scored: pl.DataFrame = served.model.score(source)
        except SchemaError as fault:
            # Its words quote a cell; the place is enough for who has the table.
            raise _bad_table(_FOUND.sub(". ", str(fault))) from None
        except InputError as fault:
            raise _bad_table(str(fault)) from None
        if len(scored) > self._limits.table_rows:
            raise _too_many(self._limits.table_rows, "Send the table in parts.")
        return scored


def place_all(
    served: Served, records: Iterator[tuple[tuple[object, ...], Any]]
) -> list[dict[str, Any]]:
    """Place each record; raises Problem at the first that cannot be."""
    placed = []
    place, check = served.model.place, served.form.check
    for index, (where, record) in enumerate(records):
        if index % BREATH == 0:
            time.sleep(0)  # Lets requests of one record in between.
        try:
            placed.append(place(check(record, *where)).to_dict())
        except RecordError as fault:
            raise Problem(
                422, "invalid-record", str(fault), faults=[(pointer(*where), str(fault))]
            ) from None
    return placed


def read_arrow(path: Path, kind: str, most: int) -> pl.DataFrame:
    """Read an Arrow stream or file, batch by batch, never more than `most` rows or 1 GiB.

    Raises
    ------
    Problem
        422 or 413.
    """
    import polars as pl
    import pyarrow as pa

    with path.open("rb") as file:
        if not file.read(8).startswith(_MAGIC[kind]):
            raise _not_a(kind)
    try:
        with pa.memory_map(str(path)) as source:
            batches, rows, size = [], 0, 0
            for batch in _batches(source, kind):
                rows, size = rows + batch.num_rows, size + batch.nbytes
                if rows > most:
                    raise _too_many(most, "Send the table in parts.")
                if size > LARGEST_UNPACKED:
                    raise Problem(413, "too-large", "The table may have at most 1 GiB unpacked.")
                batches.append(batch)
            if not batches or not rows:
                raise _bad_table("The table has no rows. Send at least one.")
            table = pa.Table.from_batches(batches)
            # A copy: the file that the batches lie in is about to go.
            return pl.DataFrame(pl.from_arrow(table)).clone().rechunk()
    except (pa.ArrowException, OSError, ValueError, TypeError, pl.exceptions.PolarsError):
        raise _not_a(kind) from None


def _batches(source: Any, kind: str) -> Iterator[Any]:
    """Yield the record batches of an Arrow source."""
    import pyarrow as pa

    if kind == ARROW_STREAM:
        with pa.ipc.open_stream(source) as stream:
            yield from stream
        return
    with pa.ipc.open_file(source) as file:
        for index in range(file.num_record_batches):
            yield file.get_batch(index)


def _answers(placements: list[dict[str, Any]]) -> pl.DataFrame:
    """Return the three columns of the answer."""
    import polars as pl

    types: dict[str, Any] = {
        "segment_id": pl.Int64, "segment": pl.String, "confidence": pl.Float64
    }  # fmt: skip
    return pl.DataFrame({name: [one[name] for one in placements] for name in ANSWER}, schema=types)


def _not_a(kind: str) -> Problem:
    return _bad_table(f"The body is not {kind}, or it is damaged. Say in Content-Type what it is.")


def _bad_table(detail: str) -> Problem:
    return Problem(422, "invalid-table", detail)


def _too_many(most: int, advice: str) -> Problem:
    return Problem(413, "too-many-records", f"At most {most:,} records here. {advice}")
