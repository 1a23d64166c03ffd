"""A stored study shows what the Study had, to those whom it is for, after any restart."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from coterie.errors import ConfigError
from coterie.stores.bundle import load_bundle
from coterie.stores.shelf import (
    NoSuchModelError,
    NoSuchStudyError,
    Shelf,
    ShelfError,
    StorageFullError,
)
from coterie.stores.shelf.faults import storing
from coterie.stores.shelf.studies import Annotation
from coterie.workflow import Study

STUDY = "00000000000000aa"
ANN, BEN = 1, 2


def again(shelf: Shelf) -> Shelf:
    """Return the shelf as another process would open it."""
    return Shelf(shelf.places.root)


def test_a_stored_study_is_what_the_training_found(shelf: Shelf, trained: Study) -> None:
    stored = shelf.study(STUDY, ANN)
    assert stored.summary == trained.to_dict()
    assert stored.notes == trained.notes
    assert stored.config == trained.config.to_dict()
    assert stored.charts == tuple(trained.figures)
    for name in stored.charts:
        assert stored.chart(name) == trained.figures[name], name
    assert stored.evidence["reason"] == trained.quality.reason
    assert stored.evidence["verdict"]["meaning"] == trained.quality.verdict.meaning
    assert len(stored.evidence["votes"]) == len(trained.quality.votes)
    for name, values in trained.sample.raw.items():
        np.testing.assert_array_equal(stored.sample.raw[name], values)
    np.testing.assert_array_equal(stored.sample.points, trained.sample.points)
    np.testing.assert_array_equal(stored.sample.labels, trained.sample.labels)
    assert stored.segmentation.segments == trained.segmentation.segments
    assert stored.schema == trained.segmentation.described


def test_the_labelled_customers_are_all_kept_rows(shelf: Shelf, trained: Study) -> None:
    rows = shelf.study(STUDY, ANN).labelled.collect()
    assert rows.height == trained.kept
    counted = dict(rows.get_column("segment_id").value_counts().iter_rows())
    assert counted == {segment.id: segment.size for segment in trained.segments}


def test_a_card_says_who_what_and_when(shelf: Shelf, trained: Study) -> None:
    (card,) = shelf.studies(ANN)
    assert (card.id, card.name, card.owner, card.owner_name) == (STUDY, "Spring", ANN, "ann")
    assert (card.customers, card.k, card.model) == (trained.kept, 4, "spring")
    assert card.verdict == trained.quality.verdict.kind
    assert (card.shared, card.production) == (False, False)
    assert card.created_at.utcoffset() is not None


def test_every_file_that_is_offered_is_there(shelf: Shelf) -> None:
    files = shelf.study(STUDY, ANN).files
    assert {"customers.csv", "customers.parquet", "segmentation.zip", "schema.toml"} <= set(files)
    assert all(path.is_file() for path in files.values())


def test_a_study_is_read_once_as_long_as_nobody_changes_it(shelf: Shelf) -> None:
    assert shelf.study(STUDY, ANN) is shelf.study(STUDY, ANN)
    before = shelf.study(STUDY, ANN)
    again(shelf).annotate(STUDY, ANN, None, "changed elsewhere")
    assert shelf.study(STUDY, ANN) is not before


def test_another_persons_study_is_told_to_be_missing(shelf: Shelf) -> None:
    assert shelf.studies(BEN) == []
    assert shelf.models(BEN) == []
    asks = (
        lambda: shelf.study(STUDY, BEN),
        lambda: shelf.share(STUDY, BEN, True),
        lambda: shelf.rename_study(STUDY, BEN, "mine"),
        lambda: shelf.rename_segment(STUDY, BEN, 1, "mine"),
        lambda: shelf.annotate(STUDY, BEN, 1, "mine"),
        lambda: shelf.delete(STUDY, BEN),
        lambda: shelf.promote(STUDY, BEN),
        lambda: shelf.study("00000000000000bb", BEN),
    )
    said = set()
    for ask in asks:
        with pytest.raises(NoSuchStudyError) as caught:
            ask()
        said.add(str(caught.value))
    assert len(said) == 1
    assert shelf.study(STUDY, ANN).card.name == "Spring"


@pytest.mark.parametrize("wrong", ["", "..", "../jobs", "0" * 15, "g" * 16, "\0" * 16, "0" * 65])
def test_an_id_that_is_none_is_missing(shelf: Shelf, wrong: str) -> None:
    for ask in (shelf.study, shelf.delete, shelf.promote):
        with pytest.raises(NoSuchStudyError):
            ask(wrong, ANN)


def test_a_shared_study_is_seen_by_all_and_changed_by_its_owner_only(shelf: Shelf) -> None:
    shelf.share(STUDY, ANN, True)
    assert [card.shared for card in again(shelf).studies(BEN)] == [True]
    with pytest.raises(ShelfError, match=r"Spring is ann's study\. Only its owner can change it"):
        shelf.rename_study(STUDY, BEN, "mine")
    shelf.share(STUDY, ANN, False)
    assert shelf.studies(BEN) == []


def test_a_renamed_study_keeps_its_model(shelf: Shelf) -> None:
    shelf.rename_study(STUDY, ANN, "  Autumn\n study ")
    card = again(shelf).study(STUDY, ANN).card
    assert (card.name, card.model) == ("Autumn study", "spring")
    with pytest.raises(ConfigError, match="must not be empty"):
        shelf.rename_study(STUDY, ANN, " \n ")


def test_a_renamed_segment_is_called_so_everywhere(shelf: Shelf, trained: Study) -> None:
    old = trained.segments[1].name
    shelf.rename_segment(STUDY, ANN, 2, "Our regulars")
    stored = again(shelf).study(STUDY, ANN)
    assert stored.summary["segments"][1]["name"] == "Our regulars"
    assert stored.segmentation.segments[1].name == "Our regulars"
    assert "Our regulars" in stored.chart("sizes").data["segment"]
    for name in stored.charts:
        chart = stored.chart(name)
        texts = repr((chart.data, chart.encoding, chart.alt, chart.panels))
        assert old not in texts, name
    labelled = stored.labelled.filter(pl.col("segment_id") == 2).collect()
    assert set(labelled.get_column("segment")) == {"Our regulars"}
    assert load_bundle(stored.files["segmentation.zip"]).segments[1].name == "Our regulars"
    assert "Our regulars" in stored.files["customers.csv"].read_text()
    assert "Our regulars" in set(pl.read_parquet(stored.files["customers.parquet"])["segment"])


def test_names_can_be_swapped_between_segments(shelf: Shelf, trained: Study) -> None:
    first, second = trained.segments[0].name, trained.segments[1].name
    shelf.rename_segment(STUDY, ANN, 1, "for a moment")
    shelf.rename_segment(STUDY, ANN, 2, first)
    shelf.rename_segment(STUDY, ANN, 1, second)
    stored = again(shelf).study(STUDY, ANN)
    assert [s.name for s in stored.segmentation.segments[:2]] == [second, first]
    assert stored.chart("sizes").data["segment"][:2] == (second, first)
    named = stored.labelled.select("segment_id", "segment").unique().sort("segment_id").collect()
    assert named.rows()[:2] == [(1, second), (2, first)]


def test_a_name_that_another_segment_has_changes_nothing(shelf: Shelf, trained: Study) -> None:
    with pytest.raises(ConfigError, match="must differ"):
        shelf.rename_segment(STUDY, ANN, 1, trained.segments[1].name)
    with pytest.raises(ConfigError, match="no segment 9"):
        shelf.rename_segment(STUDY, ANN, 9, "Nine")
    with pytest.raises(ConfigError, match="at most 60"):
        shelf.rename_segment(STUDY, ANN, 1, "x" * 200)
    assert shelf.study(STUDY, ANN).summary == trained.to_dict()


def test_a_name_that_a_spreadsheet_would_run_is_harmless_in_the_file(shelf: Shelf) -> None:
    shelf.rename_segment(STUDY, ANN, 1, "=1+1")
    stored = shelf.study(STUDY, ANN)
    assert stored.summary["segments"][0]["name"] == "=1+1"
    assert ",'=1+1," in stored.files["customers.csv"].read_text()


@pytest.mark.parametrize("fails", ["parquet", "csv", "bundle", "marks"])
def test_a_name_that_finds_no_room_changes_nothing_on_pages(
    shelf: Shelf, trained: Study, monkeypatch: pytest.MonkeyPatch, fails: str
) -> None:
    import errno
    import os

    order = ["parquet", "csv", "bundle", "marks"]
    left = [order.index(fails)]
    fsync = os.fsync

    def full(handle: int) -> None:
        if not Path(f"/proc/self/fd/{handle}").resolve().is_dir():
            if not left[0]:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            left[0] -= 1
        fsync(handle)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(StorageFullError):
            shelf.rename_segment(STUDY, ANN, 1, "Our regulars")
    stored = again(shelf).study(STUDY, ANN)
    assert stored.summary == trained.to_dict()
    assert stored.segmentation.segments == trained.segmentation.segments
    assert "Our regulars" not in set(stored.labelled.collect()["segment"])
    assert again(shelf).outdated_reports() == []


def test_what_polars_says_of_a_full_disk_is_said_in_our_words() -> None:
    with pytest.raises(StorageFullError), storing():
        raise pl.exceptions.ComputeError("No space left on device (os error 28)")
    with pytest.raises(pl.exceptions.ComputeError), storing():
        raise pl.exceptions.ComputeError("another fault")


def test_annotations_are_kept_changed_and_removed(shelf: Shelf) -> None:
    shelf.annotate(STUDY, ANN, 2, "Call them first.")
    shelf.annotate(STUDY, ANN, None, "For the spring campaign.")
    shelf.annotate(STUDY, ANN, 2, "Call them second.")
    assert again(shelf).study(STUDY, ANN).annotations == (
        Annotation(None, "For the spring campaign."),
        Annotation(2, "Call them second."),
    )
    shelf.annotate(STUDY, ANN, 2, "  ")
    assert [one.segment_id for one in shelf.study(STUDY, ANN).annotations] == [None]
    with pytest.raises(ConfigError, match="no segment 7"):
        shelf.annotate(STUDY, ANN, 7, "nobody")


def test_a_promoted_study_answers_under_its_models_name_for_everybody(shelf: Shelf) -> None:
    with pytest.raises(NoSuchModelError, match="no model called spring in production"):
        shelf.production("spring")
    card = shelf.promote(STUDY, ANN)
    assert (card.shared, card.production) == (True, True)
    found = again(shelf)
    assert found.production("spring").id == STUDY
    assert [model.production for model in found.models(BEN)] == [STUDY]
    assert found.studies(BEN)[0].production


def test_a_study_in_production_is_neither_hidden_nor_deleted(shelf: Shelf) -> None:
    shelf.promote(STUDY, ANN)
    with pytest.raises(ShelfError, match="in production, and so everybody may look"):
        shelf.share(STUDY, ANN, False)
    with pytest.raises(ShelfError, match="Promote another study first, then delete"):
        shelf.delete(STUDY, ANN)
    assert shelf.production("spring").card.name == "Spring"


def test_a_deleted_study_is_gone(shelf: Shelf) -> None:
    folder = shelf.study(STUDY, ANN).folder
    shelf.delete(STUDY, ANN)
    assert shelf.studies(ANN) == []
    assert not folder.exists()
    with pytest.raises(NoSuchStudyError):
        shelf.study(STUDY, ANN)


def test_a_study_that_cannot_be_read_does_not_hide_the_others(shelf: Shelf) -> None:
    broken = shelf.places.studies / "00000000000000bb"
    broken.mkdir()
    (broken / "study.json").write_text("{")
    assert [card.id for card in shelf.studies(ANN)] == [STUDY]


def test_what_a_killed_process_left_is_swept(shelf: Shelf) -> None:
    for place in (shelf.places.studies, shelf.places.uploads):
        half = place / ".part-0123456789abcdef"
        half.mkdir()
        (half / "study.json").write_text("{}")
    assert [card.id for card in shelf.studies(ANN)] == [STUDY]
    shelf.places.sweep()
    assert not list(shelf.places.root.rglob(".part-*"))
    assert [card.id for card in shelf.studies(ANN)] == [STUDY]


def test_nothing_that_is_stored_can_run_code(kept: Path) -> None:
    endings = {path.suffix for path in (kept / "studies").rglob("*") if path.is_file()}
    assert endings == {".json", ".parquet", ".csv", ".zip", ".npz", ".toml"}
    with zipfile.ZipFile(kept / "studies" / STUDY / "sample.npz") as archive:
        for name in archive.namelist():
            with archive.open(name) as member:
                assert b"|O" not in member.read(128)
