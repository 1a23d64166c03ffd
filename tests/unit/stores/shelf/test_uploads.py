"""Uploads: kept whole and apart, refused with a sentence."""

from __future__ import annotations

import errno
import gzip
import io
import os
import shutil
import zipfile
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from coterie.errors import EmptyTableError, InputError, UnreadableTableError
from coterie.stores.shelf import (
    NoSuchUploadError,
    Shelf,
    StorageFullError,
    UploadTooLargeError,
)
from coterie.stores.shelf import uploads as module

CSV = b"age,income\n31,20\n45,60\n"


@pytest.fixture
def empty(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "data")


def left_behind(shelf: Shelf) -> list[Path]:
    """Return every file under the uploads but locks."""
    return [p for p in shelf.places.uploads.rglob("*") if p.is_file() and p.name != ".lock"]


def test_a_file_is_kept_under_its_own_name_and_found_again(empty: Shelf) -> None:
    upload = empty.accept_upload(1, "../../customers.csv", CSV)
    assert upload.name == "customers.csv"
    assert upload.path.read_bytes() == CSV
    assert upload.path.is_relative_to(empty.places.uploads / "1")
    assert upload.size == len(CSV)
    assert Shelf(empty.places.root).uploads(1) == [upload]
    assert empty.upload(upload.id, 1) == upload


def test_the_same_content_is_one_upload_under_its_newest_name(empty: Shelf) -> None:
    first = empty.accept_upload(1, "old.csv", CSV)
    second = empty.accept_upload(1, "new.csv", CSV)
    assert second.id == first.id
    assert [upload.name for upload in empty.uploads(1)] == ["new.csv"]
    assert second.path.read_bytes() == CSV


def test_the_same_file_again_is_still_there(empty: Shelf) -> None:
    empty.accept_upload(1, "a.csv", CSV)
    again = empty.accept_upload(1, "a.csv", CSV)
    assert again.path.read_bytes() == CSV


def test_another_persons_upload_is_not_there(empty: Shelf) -> None:
    upload = empty.accept_upload(1, "a.csv", CSV)
    assert empty.uploads(2) == []
    for ask in (empty.upload, empty.look, empty.delete_upload):
        with pytest.raises(NoSuchUploadError, match="no such file any more"):
            ask(upload.id, 2)
    assert empty.upload(upload.id, 1) == upload


@pytest.mark.parametrize("wrong", ["", "..", "../1", "a/b", "x" * 32, "A" * 32, "\0" * 16])
def test_an_id_that_is_none_is_not_there(empty: Shelf, wrong: str) -> None:
    with pytest.raises(NoSuchUploadError):
        empty.upload(wrong, 1)


def test_a_deleted_upload_is_gone_with_all_that_was_seen_of_it(empty: Shelf) -> None:
    upload = empty.accept_upload(1, "a.csv", CSV)
    (upload.path.parent / "looks" / ("0" * 32)).mkdir(parents=True)
    empty.delete_upload(upload.id, 1)
    assert left_behind(empty) == []
    assert empty.uploads(1) == []


def test_300_mb_against_200_are_refused_without_being_held(empty: Shelf) -> None:
    class Endless(io.RawIOBase):
        given = 0

        def read(self, size: int = -1) -> bytes:
            assert 0 < size <= 1 << 20
            self.given += size
            return b"1" * size if self.given <= 300_000_000 else b""

    endless = Endless()
    with pytest.raises(UploadTooLargeError, match=r"big\.csv is larger than the 200 MB") as caught:
        empty.accept_upload(1, "big.csv", endless, limit_mb=200)  # type: ignore[arg-type]
    assert caught.value.limit_mb == 200
    assert endless.given < 202_000_000
    assert left_behind(empty) == []


def test_a_file_of_exactly_the_limit_is_taken(empty: Shelf) -> None:
    assert empty.accept_upload(1, "a.csv", CSV, limit_mb=len(CSV) / 1e6).size == len(CSV)


def test_an_empty_file_is_refused(empty: Shelf) -> None:
    with pytest.raises(EmptyTableError, match=r"a\.csv is empty"):
        empty.accept_upload(1, "a.csv", b"")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"%PDF-1.7 ...", "is a PDF document"),
        (b"\x89PNG\r\n\x1a\n....", "is a picture"),
        (b'{"a": 1}', "is JSON"),
        (b"<html><body>", "is a web page or XML"),
        (b"PAR1 broken PAR1", "no Parquet file that can be read"),
        (b"\x1f\x8b broken", "packed with gzip and damaged"),
        (b"PK\x03\x04 broken", "list of contents cannot be read"),
    ],
)
def test_what_is_no_table_is_refused_at_the_door(empty: Shelf, content: bytes, said: str) -> None:
    with pytest.raises(InputError, match=said):
        empty.accept_upload(1, "thing.csv", content)
    assert left_behind(empty) == []


def test_a_gzip_that_becomes_far_more_is_refused(empty: Shelf) -> None:
    bomb = gzip.compress(bytes(1 << 24)) * 5
    assert len(bomb) < 100_000
    with pytest.raises(UnreadableTableError, match="when it is unpacked"):
        empty.accept_upload(1, "bomb.csv.gz", bomb)
    assert left_behind(empty) == []


def test_an_honest_gzip_of_two_parts_is_taken(empty: Shelf) -> None:
    packed = gzip.compress(CSV) + gzip.compress(b"50,70\n")
    assert empty.accept_upload(1, "a.csv.gz", packed).size == len(packed)


def workbook(members: dict[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return held.getvalue()


def test_a_workbook_that_becomes_far_more_is_refused(empty: Shelf) -> None:
    bomb = workbook({"xl/workbook.xml": b"<a/>", "xl/worksheets/sheet1.xml": bytes(61_000_000)})
    assert len(bomb) < 200_000
    with pytest.raises(UnreadableTableError, match="when it is unpacked"):
        empty.accept_upload(1, "bomb.xlsx", bomb)
    assert left_behind(empty) == []


def test_a_workbook_that_lies_about_its_size_is_refused(empty: Shelf) -> None:
    honest = workbook({"xl/workbook.xml": b"<a/>", "xl/worksheets/sheet1.xml": bytes(3_000_000)})
    lie = honest.replace((3_000_000).to_bytes(4, "little"), (300).to_bytes(4, "little"))
    assert lie != honest
    with pytest.raises(UnreadableTableError, match="is not what it says"):
        empty.accept_upload(1, "lie.xlsx", lie)


def test_a_zip_that_is_no_workbook_is_refused(empty: Shelf) -> None:
    with pytest.raises(UnreadableTableError, match="not an Excel workbook"):
        empty.accept_upload(1, "a.xlsx", workbook({"customers.csv": CSV}))


def test_a_parquet_file_of_more_cells_than_memory_holds_is_refused(
    empty: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    from coterie.stores.shelf import unpacking

    monkeypatch.setattr(unpacking, "MOST_CELLS", 1_000)
    held = io.BytesIO()
    pl.DataFrame({"a": [1] * 900, "b": [2] * 900}).write_parquet(held)
    with pytest.raises(UnreadableTableError, match="900 rows of 2 columns"):
        empty.accept_upload(1, "a.parquet", held.getvalue())


def test_every_kind_of_table_is_taken(empty: Shelf, tmp_path: Path) -> None:
    frame = pl.DataFrame({"age": [31, 45], "income": [20.5, 60.0]})
    parquet, arrow, stream = io.BytesIO(), io.BytesIO(), io.BytesIO()
    frame.write_parquet(parquet)
    frame.write_ipc(arrow)
    frame.write_ipc_stream(stream)
    for number, held in enumerate((parquet, arrow, stream)):
        empty.accept_upload(1, f"table{number}", held.getvalue())
    assert len(empty.uploads(1)) == 3


def test_a_full_disk_is_told_before_it_is_full(
    empty: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier = empty.accept_upload(1, "earlier.csv", CSV)
    total, used = 10**9, 10**9 - module.RESERVE - 10
    usage = type(shutil.disk_usage("/"))(total, used, total - used)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    with pytest.raises(StorageFullError, match=r"disk is full.*Nothing that was there before"):
        empty.accept_upload(1, "a.csv", CSV + b"99,99\n")
    assert empty.uploads(1) == [earlier]


def test_a_disk_that_fills_up_while_writing_loses_nothing(
    empty: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier = empty.accept_upload(1, "earlier.csv", CSV)

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageFullError):
        empty.accept_upload(1, "a.csv", CSV + b"99,99\n")
    monkeypatch.undo()
    assert empty.uploads(1) == [earlier]
    assert len(left_behind(empty)) == 2


def test_two_threads_that_give_the_same_file_at_once_both_get_it(empty: Shelf) -> None:
    from concurrent.futures import ThreadPoolExecutor

    def give(number: int) -> Any:
        return empty.accept_upload(1, f"{number % 3}.csv", CSV)

    with ThreadPoolExecutor(8) as pool:
        ids = {upload.id for upload in pool.map(give, range(40))}
    assert len(ids) == 1
    (upload,) = empty.uploads(1)
    assert upload.path.read_bytes() == CSV
