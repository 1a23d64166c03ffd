"""Where runs are logged, and what waits to be."""

from __future__ import annotations

import json
import sys

import pytest

import coterie as ct
from coterie.errors import MissingExtraError
from coterie.faces.tracking import Tracked, check_tracking, finish_entry, track_study
from coterie.stores.tracking import Store, installed, is_model_uri, is_wanted, outbox
from coterie.stores.tracking.record import describe_study
from coterie.stores.tracking.store import without_password
from coterie.tables.synthetic import make_campaign, make_customers


@pytest.fixture(scope="module")
def study():
    made, _truth = make_customers(300, segments=3, seed=2)
    return ct.segment(made, names={1: "VIPs"})


@pytest.fixture
def store(tmp_path):
    return Store.find(tmp_path / "runs", {})


def test_the_folder_is_what_was_asked_for_or_the_users_own(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert Store.find(environment={}).home == tmp_path / ".local/share/coterie/mlflow"
    assert Store.find(environment={"XDG_DATA_HOME": "/x"}).home.as_posix() == "/x/coterie/mlflow"
    named = Store.find(environment={"COTERIE_TRACKING_DIR": str(tmp_path / "t")})
    assert (named.home, named.local, named.where) == (tmp_path / "t", True, str(tmp_path / "t"))


def test_a_server_is_used_where_one_is_named_and_its_password_never_shown(tmp_path):
    uri = "https://ann:secret@runs.example.com/x"
    found = Store.find(tmp_path, {"MLFLOW_TRACKING_URI": uri})
    assert (found.uri, found.local, found.where) == (uri, False, "https://runs.example.com/x")
    assert "secret" not in without_password(uri)


def test_a_relative_database_means_the_same_from_every_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = Store.find(tmp_path, {"MLFLOW_TRACKING_URI": "sqlite:///mine.db"})
    assert found.uri == f"sqlite:///{tmp_path}/mine.db"


@pytest.mark.parametrize("word", ["0", "off", "No", "false"])
def test_tracking_is_switched_off_by_a_word(word):
    assert not is_wanted({"COTERIE_TRACK": word})


def test_names_of_models_are_told_from_paths():
    assert is_model_uri("models:/customers@production")
    assert is_model_uri("runs:/abc")
    assert not is_model_uri("models/segmentation.zip")


def test_an_entry_is_whole_or_not_there(store, study, tmp_path):
    record = describe_study(study, face="segment")
    with pytest.raises(FileNotFoundError):
        outbox.put(store, record, bundle=b"x", files={"a.txt": tmp_path / "missing"})
    assert list((store.home / "waiting").iterdir()) == []
    entry = outbox.put(store, record, bundle=b"x")
    assert outbox.waiting(store) == [entry]
    assert entry.bundle.read_bytes() == b"x"


def test_entries_wait_in_the_order_of_time_and_for_their_own_store(store, study):
    record = describe_study(study, face="segment")
    put = [outbox.put(store, {**record, "name": str(i)}, bundle=b"") for i in range(3)]
    elsewhere = Store(store.home, "https://runs.example.com")
    other = outbox.put(elsewhere, record, bundle=b"")
    assert outbox.waiting(store) == put
    assert outbox.waiting(elsewhere) == [other]
    assert len(outbox.every_entry(store)) == 4


def test_the_record_has_every_figure_of_every_k(study):
    record = describe_study(study, face="library")
    told = {(name, step): value for name, value, step in record["figures"]}
    for row in study.quality.table:
        assert told["by_k/inertia", row.k] == pytest.approx(row.inertia)
        assert told["by_k/stability", row.k] == pytest.approx(row.stability)
        if row.k > 1:
            for name in ("silhouette", "calinski_harabasz", "davies_bouldin"):
                assert told[f"by_k/{name}", row.k] == pytest.approx(getattr(row, name))
    assert told["silhouette", study.k] == told["by_k/silhouette", study.k]
    assert told["n_segments", 0] == study.k


def test_the_record_says_what_was_asked_and_what_was_found(study):
    record = describe_study(study, face="library", source="x.csv")
    assert record["parameters"]["k"] == "auto"
    assert record["parameters"]["seed"] == "0"
    assert record["parameters"]["names"] == "1=VIPs"
    assert record["tags"]["coterie.verdict"] == study.quality.verdict.kind
    assert record["tags"]["coterie.version.coterie"]
    fingerprint = study.segmentation.provenance["data"]["fingerprint"]
    assert record["tags"]["coterie.fingerprint"] == fingerprint
    assert study.quality.verdict.sentence in record["tags"]["mlflow.note.content"]
    json.dumps(record, allow_nan=False)


@pytest.mark.parametrize("make", [make_customers, make_campaign])
def test_pictures_and_report_are_made_in_another_process_from_plain_values(
    make, tmp_path, monkeypatch
):
    found = ct.segment(make(300, segments=3, seed=2)[0], names={1: "VIPs"})
    monkeypatch.setenv("COTERIE_TRACK", "1")
    monkeypatch.setenv("COTERIE_TRACKING_DIR", str(tmp_path))
    monkeypatch.setattr("coterie.faces.tracking.start_sending", lambda store: None)
    assert track_study(found).state == "logging"
    (entry,) = outbox.waiting(Store.find())
    finish_entry(entry)
    assert (entry.artifacts / "figures" / "elbow.png").read_bytes()[:4] == b"\x89PNG"
    report = (entry.artifacts / "report.html").read_text()
    assert "VIPs" in report
    assert ('id="h-campaigns"' in report) == (make is make_campaign)


def test_without_mlflow_a_run_goes_on_and_says_what_is_missing(study, monkeypatch):
    monkeypatch.setitem(sys.modules, "mlflow", None)
    monkeypatch.setenv("COTERIE_TRACK", "1")
    assert not installed()
    said = track_study(study)
    assert said.state == "missing"
    assert "pip install 'coterie[track]'" in said.words
    with pytest.raises(MissingExtraError, match="coterie\\[track\\]"):
        check_tracking(True)
    with pytest.raises(MissingExtraError):
        ct.segment(study.labelled, track=True)


def test_a_folder_that_cannot_be_written_to_is_said_not_raised(study, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("COTERIE_TRACK", "1")
    monkeypatch.setenv("COTERIE_TRACKING_DIR", str(tmp_path / "file" / "runs"))
    said = track_study(study)
    assert said.state == "failed"
    assert "cannot be written to" in said.words


def test_nothing_is_said_where_nothing_is_wanted(study):
    assert track_study(study, track=False) == Tracked("off", "")
