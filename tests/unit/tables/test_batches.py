"""Large text in batches: the same table as when it is read whole, or none at all."""

from __future__ import annotations

import io

import polars as pl
import pytest

from coterie.tables import batches, open_table
from coterie.tables.batches import is_large, open_in_batches
from coterie.tables.synthetic import make_transactions


def written(folder, text, name="lines.csv", encoding="utf-8"):
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def both(path, size=600, **how):
    """Return the table read whole, and read in batches."""
    whole = open_table(path, **how)
    with open_in_batches(path, batch=size, **how) as table:
        assert table is not None, "only the whole file could decide"
        frame = table.frame.collect().to_native()
    return whole, whole.frame.collect().to_native(), table, frame


def same(path, size=600, **how):
    whole, expected, table, frame = both(path, size, **how)
    assert frame.schema == expected.schema
    assert frame.equals(expected)
    assert (table.orders, table.fingerprint) == (whole.orders, whole.fingerprint)
    assert (table.name, table.kind) == (whole.name, whole.kind)
    assert set(table.notes) == set(whole.notes)
    return frame


def undecided(path, size=600, **how):
    with open_in_batches(path, batch=size, **how) as table:
        return table is None


def orders(rows=300):
    frame, _truth = make_transactions(rows, segments=2, seed=3)
    held = io.BytesIO()
    frame.write_csv(held)
    return held.getvalue().decode()


def test_order_lines_are_the_same_in_batches_and_whole(tmp_path):
    frame = same(written(tmp_path, orders()), size=8_000)
    assert frame.height == 300
    assert frame["__row__"].to_list() == list(range(300))


def test_a_file_without_a_last_line_end_and_one_without_a_header(tmp_path):
    lines = [f"{n // 3:03d}x,2024-05-{1 + n % 28:02d},{n % 7}.5" for n in range(90)]
    same(written(tmp_path, "\n".join(["who,day,paid", *lines])))
    same(written(tmp_path, "\n".join(lines)))


def test_quoted_line_breaks_are_never_cut(tmp_path):
    rows = [f'{n},"say ""{n}""; then, rest",{n}.25' for n in range(60)]
    same(written(tmp_path, "\n".join(["id,words,paid", *rows, ""])))


def test_whole_and_broken_numbers_in_different_batches_are_one_column_of_numbers(tmp_path):
    rows = [f"{n},{n % 9}" for n in range(200)] + [f"{n},{n % 9}.5" for n in range(200)]
    frame = same(written(tmp_path, "\n".join(["id,paid", *rows])))
    assert frame.schema["paid"] == pl.Float64


def test_a_column_that_is_empty_in_some_batches_is_what_it_is_in_the_others(tmp_path):
    rows = [f"{n},,{n}.5" for n in range(150)] + [f"{n},{n},{n}.5" for n in range(150)]
    frame = same(written(tmp_path, "\n".join(["id,code,paid", *rows])))
    assert frame.schema["code"] == pl.Int64
    assert frame["code"].null_count() == 150


def test_days_with_and_without_a_time_are_moments(tmp_path):
    rows = [f"{n},2024-05-{1 + n % 28:02d} 00:00:00,{n}.5" for n in range(100)]
    rows += [f"{n},2024-05-{1 + n % 28:02d} 08:30:00,{n}.5" for n in range(100)]
    frame = same(written(tmp_path, "\n".join(["id,day,paid", *rows])))
    assert frame.schema["day"] == pl.Datetime("us")


def test_windows_text_whose_first_batch_has_plain_letters_only(tmp_path):
    rows = [f"{n},Koeln,{n}.5" for n in range(80)] + [f"{n},Köln,{n}.5" for n in range(80)]
    frame = same(written(tmp_path, "\n".join(["id,town,paid", *rows]), encoding="cp1252"))
    assert frame["town"][-1] == "Köln"


def test_an_order_of_dates_that_was_asked_for_is_kept(tmp_path):
    rows = [f"{n},0{1 + n % 9}/0{1 + n % 7}/2024,{n}.5" for n in range(120)]
    path = written(tmp_path, "\n".join(["id,day,paid", *rows]))
    same(path, dates="mdy")
    assert undecided(path)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("5,2024-05-01", "x5,2024-05-01"),  # a number, then text
        ("5,13/05/2024", "5,05/13/2024"),  # days first, then months first
        ("5,2024-05-01", "5,2024-05-01,7"),  # a cell too many
    ],
)
def test_where_batches_do_not_agree_only_the_whole_file_decides(tmp_path, first, last):
    path = written(tmp_path, "\n".join(["id,day", *[first] * 100, *[last] * 100]))
    assert undecided(path)


def test_counts_of_several_batches_are_added_up(tmp_path):
    rows = [f"{n},{'oops' if n % 10 == 4 and n < 100 else n}" for n in range(300)]
    path = written(tmp_path, "\n".join(["id,paid", *rows]))
    whole, _, table, _ = both(path)
    counts = [
        {note.topic: note.count for note in found.notes if note.column == "paid"}
        for found in (whole, table)
    ]
    assert counts[0] == counts[1] == {"text in numbers": 10, "missing": 10}


def test_what_is_written_lies_there_only_for_as_long_as_it_is_used(tmp_path):
    path = written(tmp_path, orders())
    room = tmp_path / "room"
    room.mkdir()
    with open_in_batches(path, folder=room, batch=8_000) as table:
        assert table is not None
        assert list(room.rglob("*.parquet"))
    assert not list(room.iterdir())


def test_only_large_files_of_text_are_read_in_batches(tmp_path, monkeypatch):
    path = written(tmp_path, orders())
    assert not is_large(path)
    monkeypatch.setattr(batches, "LARGE", 1_000)
    assert is_large(path)
    packed = tmp_path / "lines.parquet"
    pl.DataFrame({"a": range(5_000)}).write_parquet(packed)
    assert not is_large(packed)
    assert not is_large(tmp_path / "nothing.csv")
    assert not is_large(pl.DataFrame({"a": [1]}))
