"""What jobs do with order lines: see that a table holds them, and make customers of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coterie.stores.shelf.places import move_in, read_json, write_json

if TYPE_CHECKING:
    from coterie.prepare.transactions_seen import OrdersSeen
    from coterie.workflow import Progress
    from coterie.workflow.opening import Opened

SEEN = "orders.json"
"""In the folder of a look: what the table would be as order lines."""

MOST_MB = 4_000
"""Customers are fewer than their orders, which were taken before: no limit that a person meets."""


def keep_seen(opened: Opened, folder: Path) -> None:
    """Write beside a look whether its table holds order lines, by the names of the file."""
    from dataclasses import replace

    from coterie.prepare.transactions_seen import see_orders

    seen = see_orders(opened.frame, date.today())
    if seen is not None:
        sources = {column.name: column.source or column.name for column in opened.schema}
        columns = {role: sources.get(name, name) for role, name in seen.columns.items()}
        seen = replace(seen, columns=columns)
    write_json(folder / SEEN, seen.to_dict() if seen else None)


def read_seen(folder: Path) -> OrdersSeen | None:
    """Return what a look saw of order lines; None if it saw none."""
    from coterie.prepare.transactions_seen import OrdersSeen

    plain = read_json(folder / SEEN)
    return OrdersSeen.from_dict(plain) if plain else None


def make_customers(request: Mapping[str, Any], work: Path, progress: Progress) -> None:
    """Turn an upload of order lines into an upload of customers, of the same person."""
    from coterie.stores.shelf import Shelf
    from coterie.stores.shelf.made import RESULT, keep_record, made_name
    from coterie.tables.writing import write_frame
    from coterie.workflow.customers import customers_from_orders

    as_of = request["as_of"]
    made = customers_from_orders(
        Path(request["source"]),
        columns=request["columns"],
        as_of=date.fromisoformat(as_of) if as_of else None,
        dates=request["dates"],
        unit=request["unit"],
        expect=request["expect"],
        rfm=request["rfm"],
        progress=progress,
        folder=work,
    )
    progress("write", "Keeping the customers", 0.97)
    file = work / "customers.parquet"
    write_frame(made.frame, file)
    with file.open("rb") as content:
        upload = Shelf(Path(request["data_dir"])).accept_upload(
            request["owner"], made_name(request["name"]), content, limit_mb=MOST_MB
        )
    keep_record(upload, {**made.to_dict(), "source_upload": request["upload_id"]})
    out = work / "result"
    out.mkdir()
    write_json(out / RESULT, {"upload_id": upload.id})
    target = Path(request["target"])
    target.parent.mkdir(exist_ok=True)
    move_in(out, target)
