"""Customers made from order lines: an upload like others, with a record of how it came about."""

from __future__ import annotations

from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from coterie.stores.shelf.places import read_json, write_json

if TYPE_CHECKING:
    from coterie.stores.shelf.uploads import Upload

RECORD = "orders.json"
"""In the folder of an upload that was made: from what, and what became of which lines."""

RESULT = "made.json"
"""In the folder of a job's result: which upload was made."""


def made_name(name: str) -> str:
    """Return what the customers of a file of orders are called.

    Examples
    --------
    >>> made_name("online_retail.csv"), made_name("orders.csv.gz"), made_name("2024.Q1.xlsx")
    ('online_retail customers.parquet', 'orders customers.parquet', '2024.Q1 customers.parquet')
    """
    path = PurePath(name)
    if path.suffix.lower() == ".gz":
        path = path.with_suffix("")
    return f"{path.stem} customers.parquet"


def result_folder(upload: Upload, job_id: str) -> Path:
    """Return where a job leaves word of the customers it made from an upload."""
    return upload.path.parent / "customers" / job_id


def made_from(upload: Upload, job_id: str) -> str | None:
    """Return the id of the upload that a job made from this one; None if it is not done."""
    found = read_json(result_folder(upload, job_id) / RESULT)
    return str(found["upload_id"]) if found else None


def keep_record(upload: Upload, record: dict[str, Any]) -> None:
    """Write down beside an upload how it was made."""
    write_json(upload.path.parent / RECORD, record)


def record_of(upload: Upload) -> dict[str, Any] | None:
    """Return how an upload was made from order lines; None for any other."""
    found: dict[str, Any] | None = read_json(upload.path.parent / RECORD)
    return found
