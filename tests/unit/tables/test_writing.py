"""Files are written whole or not at all, and spreadsheets run nothing from them."""

from __future__ import annotations

import os

import narwhals as nw
import polars as pl
import pytest

from coterie.errors import OutputError
from coterie.schema import ROW
from coterie.tables import open_table
from coterie.tables.writing import write_frame, write_whole


def test_a_file_is_written(tmp_path):
    path = write_whole(tmp_path / "a.txt", lambda part: part.write_text("new"))
    assert path.read_text() == "new"
    assert [each.name for each in tmp_path.iterdir()] == ["a.txt"]


def test_the_temporary_file_has_the_same_folder_and_ending(tmp_path):
    seen = []
    write_whole(tmp_path / "a.png", lambda part: (seen.append(part), part.write_bytes(b"x")))
    assert seen[0].parent == tmp_path
    assert seen[0].suffix == ".png"


@pytest.mark.parametrize("failure", [ValueError, KeyboardInterrupt, SystemExit])
def test_whatever_stops_the_writing_leaves_the_old_file(tmp_path, failure):
    path = tmp_path / "a.txt"
    path.write_text("old")

    def write(part):
        part.write_text("half")
        raise failure

    with pytest.raises(failure):
        write_whole(path, write)
    assert path.read_text() == "old"
    assert [each.name for each in tmp_path.iterdir()] == ["a.txt"]


def test_a_full_disk_is_an_output_error(tmp_path):
    def write(part):
        raise OSError(28, "No space left on device")

    with pytest.raises(OutputError, match="No space left"):
        write_whole(tmp_path / "a.txt", write)
    assert not list(tmp_path.iterdir())


def test_what_cannot_be_written_to_is_an_output_error(tmp_path):
    with pytest.raises(OutputError, match="There is no folder"):
        write_whole(tmp_path / "no" / "a.txt", lambda part: None)
    with pytest.raises(OutputError, match="is a folder"):
        write_whole(tmp_path, lambda part: None)
    with pytest.raises(OutputError, match="no name"):
        write_whole("a\0b/c", lambda part: None)


def test_what_a_killed_process_left_is_swept_up_after_an_hour(tmp_path):
    old, young = tmp_path / f".a.{'0' * 16}.part.txt", tmp_path / f".a.{'1' * 16}.part.txt"
    for stray in (old, young):
        stray.write_text("half")
    os.utime(old, (0, 0))
    write_whole(tmp_path / "a.txt", lambda part: part.write_text("new"))
    assert not old.exists()
    assert young.exists()


def test_formulas_in_text_are_made_harmless_and_numbers_stay_numbers(tmp_path):
    frame = pl.DataFrame(
        {"t": ["=1+1", "+x", "-y", "@z", "\tt", "fine", None], "n": [-1, 2, 3, 4, 5, 6, 7]}
    )
    lines = write_frame(frame, tmp_path / "a.csv").read_text().splitlines()
    assert lines[:5] == ["t,n", "'=1+1,-1", "'+x,2", "'-y,3", "'@z,4"]
    assert lines[6:] == ["fine,6", ",7"]


def test_the_names_of_columns_are_made_harmless_too(tmp_path):
    text = write_frame(pl.DataFrame({"=a": [1]}), tmp_path / "a.csv").read_text()
    assert text == "'=a\n1\n"


@pytest.mark.parametrize("ending", [".csv", ".tsv", ".parquet"])
def test_what_is_written_can_be_opened_again(tmp_path, ending):
    frame = pl.DataFrame({"n": [1, None, 3], "x": [1.5, 2.25, None], "t": ["a, b", 'c "d"', "e"]})
    for given in (frame, frame.lazy(), nw.from_native(frame), nw.from_native(frame.lazy())):
        path = write_frame(given, tmp_path / f"a{ending}")
        assert open_table(path).frame.collect().to_native().drop(ROW).equals(frame)


def test_another_ending_is_an_output_error(tmp_path):
    with pytest.raises(OutputError, match=r"ends in '\.xlsx'"):
        write_frame(pl.DataFrame({"a": [1]}), tmp_path / "a.xlsx")


def test_what_the_system_said_through_a_library_is_an_output_error(tmp_path):
    from coterie.tables.writing import write_whole

    def fill(_):
        raise RuntimeError("parquet: no space left (os error 28)\n\nplan: ...")

    with pytest.raises(OutputError, match="cannot be written"):
        write_whole(tmp_path / "x.parquet", fill)
    with pytest.raises(RuntimeError):
        write_whole(tmp_path / "x.parquet", lambda _: (_ for _ in ()).throw(RuntimeError("ours")))
    assert not list(tmp_path.iterdir())
