"""Comparing every method on an upload: a job of its own, whose answer is kept on the shelf."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coterie.faces.jobs.record import Record, now
from coterie.stores.shelf.comparisons import (
    FILE,
    comparison_folder,
    read_comparison,
    settings_compared,
)
from coterie.stores.shelf.places import move_in, new_id, remove, write_json

if TYPE_CHECKING:
    from coterie.config import RunConfig
    from coterie.faces.jobs.job import Job
    from coterie.faces.jobs.runner import Runner
    from coterie.schema import Schema
    from coterie.stores.shelf import Upload
    from coterie.workflow import Progress

TRIED_FROM, TRIED_TO = 0.22, 0.70
"""Shares of a training between which its groups are looked for: here that is nearly all."""


def start_comparison(
    runner: Runner, owner: int, upload: Upload, config: RunConfig, schema: Schema | None
) -> Job:
    """Compare in the background; the same comparison, under way or done, is not made twice."""
    folder = comparison_folder(upload, config, schema)
    known = read_comparison(folder) is not None
    with runner.changed:
        same = runner.find(lambda one: one.owner == owner and one.target == str(folder))
        for record in same:
            if not record.ended or (record.state == "done" and known):
                return runner.snapshot(record)
        record = Record(
            id=new_id(),
            kind="methods",
            owner=owner,
            name=upload.name,
            target=str(folder),
            upload_id=upload.id,
            created_at=now(),
        )
        if known:
            record.end("done")
        request = {
            "config": settings_compared(config).to_dict(),
            "schema": _as_toml(schema),
        }
        return runner.add(record, request, upload.path)


def compare(request: Mapping[str, Any], work: Path, progress: Progress) -> None:
    """Try every method on a file, and keep what was found beside it."""
    from coterie.faces.jobs.request import config_from_dict
    from coterie.schema.toml import schema_from_toml
    from coterie.workflow.methods import compare_methods

    text = request["schema"]
    found = compare_methods(
        Path(request["source"]),
        config_from_dict(request["config"]),
        schema=schema_from_toml(text) if text else None,
        progress=_of_the_whole(progress),
    )
    out = work / "comparison"
    out.mkdir()
    write_json(out / FILE, found.to_dict())
    target = Path(request["target"])
    target.parent.mkdir(exist_ok=True)
    if target.exists():  # Left by another job that compared the same.
        remove(target)
    move_in(out, target)


def _of_the_whole(progress: Progress) -> Progress:
    """Return what tells shares of a comparison, where they come as shares of a training."""

    def tell(stage: str, words: str, share: float) -> None:
        if share <= TRIED_FROM:
            whole = share / TRIED_FROM * 0.1
        else:
            whole = 0.1 + 0.9 * (share - TRIED_FROM) / (TRIED_TO - TRIED_FROM)
        progress(stage, words, min(whole, 1.0))

    return tell


def _as_toml(schema: Schema | None) -> str | None:
    """Return a schema as text; a child reads it by the same rules as a user's file."""
    if schema is None:
        return None
    from coterie.schema.toml import schema_to_toml

    return schema_to_toml(schema)
