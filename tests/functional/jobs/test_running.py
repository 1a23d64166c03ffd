"""How jobs are queued and judged, with children that a test plays itself."""

from __future__ import annotations

import json
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from coterie.config import RunConfig
from coterie.errors import ConfigError
from coterie.faces.jobs import Jobs, NoSuchJobError, TooManyJobsError, runner
from coterie.faces.jobs.doing import KINDS, do
from coterie.stores.shelf import NoSuchUploadError, Shelf, ShelfError, StorageFullError

ANN, BEN = 1, 2
SAMPLE = {"kind": "customers", "rows": 100}


class Stage:
    """Children that wait until they are told how to end."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.most = self._now = 0
        self._lock = threading.Lock()
        self._ends: dict[str, Callable[[Path], int]] = {}

    def __call__(self, folder: Path, stop: Callable[[], bool]) -> int:
        with self._lock:
            self.begun.append(folder.name)
            self._now += 1
            self.most = max(self.most, self._now)
        while folder.name not in self._ends and not stop():
            time.sleep(0.005)
        with self._lock:
            self._now -= 1
        return self._ends[folder.name](folder) if folder.name in self._ends else -signal.SIGKILL

    def finish(self, job_id: str) -> None:
        """Let the child make what was asked for."""

        def make(folder: Path) -> int:
            Path(json.loads((folder / "request.json").read_text())["target"]).mkdir(parents=True)
            return 0

        self._ends[job_id] = make

    def end(self, job_id: str, code: int, message: str = "") -> None:
        """Let the child end without making anything, and perhaps say why."""

        def tell(folder: Path) -> int:
            if message:
                result = {"state": "failed", "message": message}
                (folder / "result.json").write_text(json.dumps(result))
            return code

        self._ends[job_id] = tell

    def wait_for(self, count: int) -> None:
        until = time.monotonic() + 5
        while len(self.begun) < count:
            assert time.monotonic() < until, f"only {len(self.begun)} children began"
            time.sleep(0.005)


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Stage:
    stage = Stage()
    monkeypatch.setattr(runner, "run_child", stage)
    return stage


@pytest.fixture
def played(stage: Stage, shelf: Shelf) -> Iterator[Jobs]:
    jobs = Jobs(shelf, shelf.places.root, workers=2)
    yield jobs
    jobs.close()


def start(jobs: Jobs, owner: int, name: str = "") -> str:
    return jobs.start_training(owner, None, RunConfig(), sample=SAMPLE, name=name).id


def test_no_more_run_at_once_than_there_are_workers_and_owners_take_turns(
    played: Jobs, stage: Stage
) -> None:
    ann = [start(played, ANN) for _ in range(4)]
    stage.wait_for(2)
    ben = [start(played, BEN) for _ in range(2)]
    # Ann has two running and Ben none, so both of his come before the rest of hers.
    assert [played.job(job, ANN).position for job in ann] == [0, 0, 3, 4]
    assert [played.job(job, BEN).position for job in ben] == [1, 2]
    assert played.counts()["waiting"] == 4
    for job in (*ann, *ben):
        stage.finish(job)
    for owner, own in ((ANN, ann), (BEN, ben)):
        for job in own:
            assert played.wait(job, owner, timeout=5).state == "done"
    assert stage.most == 2
    assert stage.begun[2] == ben[0]


def test_a_look_does_not_stand_behind_trainings(played: Jobs, stage: Stage, shelf: Shelf) -> None:
    for _ in range(3):
        start(played, ANN)
    stage.wait_for(2)
    upload = shelf.accept_upload(BEN, "a.csv", b"age,income\n1,2\n")
    look = played.start_look(BEN, upload.id)
    stage.finish(look.id)
    assert played.wait(look.id, BEN, timeout=5).state == "done"


def test_the_same_look_is_one_job(played: Jobs, stage: Stage, shelf: Shelf) -> None:
    upload = shelf.accept_upload(ANN, "a.csv", b"age,income\n1,2\n")
    first = played.start_look(ANN, upload.id)
    assert played.start_look(ANN, upload.id).id == first.id
    assert played.start_look(ANN, upload.id, dates="dmy").id != first.id


def test_another_persons_job_is_told_to_be_missing(played: Jobs, stage: Stage) -> None:
    job = start(played, ANN)
    assert played.jobs(BEN) == []
    for ask in (played.job, played.cancel, played.wait):
        with pytest.raises(NoSuchJobError, match="There is no such job"):
            ask(job, BEN)
    assert [one.id for one in played.jobs(ANN)] == [job]


def test_another_persons_upload_cannot_be_trained_on_nor_looked_at(
    played: Jobs, stage: Stage, shelf: Shelf
) -> None:
    upload = shelf.accept_upload(ANN, "a.csv", b"age,income\n1,2\n")
    with pytest.raises(NoSuchUploadError):
        played.start_training(BEN, upload.id, RunConfig())
    with pytest.raises(NoSuchUploadError):
        played.start_look(BEN, upload.id)
    assert played.counts()["waiting"] == 0


def test_a_waiting_job_is_cancelled_at_once_and_a_running_one_soon(
    played: Jobs, stage: Stage
) -> None:
    jobs = [start(played, ANN) for _ in range(3)]
    stage.wait_for(2)
    assert played.cancel(jobs[2], ANN).state == "cancelled"
    played.cancel(jobs[0], ANN)
    assert played.wait(jobs[0], ANN, timeout=5).state == "cancelled"
    stage.finish(jobs[1])
    assert played.wait(jobs[1], ANN, timeout=5).state == "done"
    assert played.cancel(jobs[1], ANN).state == "done"
    assert jobs[2] not in stage.begun


def test_a_sentence_of_the_child_is_shown_as_it_is(played: Jobs, stage: Stage) -> None:
    job = start(played, ANN)
    stage.end(job, 0, "3 customers are too few.")
    ended = played.wait(job, ANN, timeout=5)
    assert (ended.state, ended.message, ended.study_id) == (
        "failed",
        "3 customers are too few.",
        None,
    )


@pytest.mark.parametrize(
    ("code", "said"),
    [(1, "on our side; it was written to the log as"), (-9, "out of memory"), (28, "disk is full")],
)
def test_a_child_that_dies_without_a_word_is_told_of(
    played: Jobs, stage: Stage, code: int, said: str
) -> None:
    job = start(played, ANN)
    stage.end(job, code)
    ended = played.wait(job, ANN, timeout=5)
    assert ended.state == "failed"
    assert said in ended.message


def test_nobody_fills_the_queue(played: Jobs, stage: Stage) -> None:
    for _ in range(runner.MOST_WAITING + 2):
        start(played, ANN)
        stage.wait_for(min(len(played.jobs(ANN)), 2))
    with pytest.raises(TooManyJobsError, match="20 jobs waiting already"):
        start(played, ANN)
    start(played, BEN)


def test_a_closed_server_leaves_interrupted_jobs(stage: Stage, shelf: Shelf) -> None:
    jobs = Jobs(shelf, shelf.places.root, workers=1)
    running, waiting = start(jobs, ANN), start(jobs, ANN)
    stage.wait_for(1)
    jobs.close()
    again = Jobs(shelf, shelf.places.root)
    for job in (running, waiting):
        found = again.job(job, ANN)
        assert found.state == "interrupted"
        assert found.message.startswith("The server was stopped before this was finished.")
    again.close()


def test_an_interrupted_training_is_started_again_as_it_was_asked_for(
    stage: Stage, shelf: Shelf
) -> None:
    jobs = Jobs(shelf, shelf.places.root, workers=1)
    running, left = start(jobs, ANN), start(jobs, ANN)
    stage.wait_for(1)
    asked = json.loads((shelf.places.jobs / running / "request.json").read_text())
    jobs.close()
    again = Jobs(shelf, shelf.places.root, workers=1)
    with pytest.raises(NoSuchJobError):
        again.start_again(running, BEN)
    job = again.start_again(running, ANN)
    assert (job.id, job.message, job.finished_at) == (running, "", None)
    stage.wait_for(2)
    assert again.job(running, ANN).state == "running"
    now = json.loads((shelf.places.jobs / running / "request.json").read_text())
    assert {key: now[key] for key in now if key != "source"} == {
        key: asked[key] for key in asked if key != "source"
    }
    with pytest.raises(ShelfError, match="not interrupted any more"):
        again.start_again(running, ANN)
    again.leave(left, ANN)
    assert again.job(left, ANN).state == "cancelled"
    again.close()


def test_a_study_that_came_to_its_place_before_a_stop_is_done(stage: Stage, shelf: Shelf) -> None:
    jobs = Jobs(shelf, shelf.places.root, workers=1)
    job = start(jobs, ANN)
    stage.wait_for(1)
    folder = shelf.places.jobs / job
    Path(json.loads((folder / "request.json").read_text())["target"]).mkdir()
    killed = Jobs(shelf, shelf.places.root)  # As a new server would find it.
    assert killed.job(job, ANN).state == "done"
    killed.close()
    jobs.close()


def test_a_full_disk_refuses_a_job_and_leaves_nothing(
    played: Jobs, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    import errno
    import os

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(StorageFullError, match="The server's disk is full"):
            start(played, ANN)
    assert played.jobs(ANN) == []
    assert list(shelf.places.jobs.iterdir()) == []


def test_every_fault_of_a_sample_is_told_at_once(played: Jobs) -> None:
    with pytest.raises(ConfigError) as caught:
        played.start_training(
            ANN, None, RunConfig(), sample={"kind": "people", "rows": 10**9, "colour": "red"}
        )
    assert len(caught.value.faults) == 3


def test_a_fault_of_ours_is_told_without_a_word_of_the_customers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> None:
        raise ValueError("could not convert 'Jane Doe, 4 Elm Street'")

    monkeypatch.setitem(KINDS, "look", broken)
    do({"kind": "look", "id": "00ff"}, tmp_path, lambda *_: None)
    result = json.loads((tmp_path / "result.json").read_text())
    said = "Something went wrong on our side; it was written to the log as 00ff."
    assert result == {"state": "failed", "message": said}
    assert "Jane Doe" in capsys.readouterr().err
    assert not (tmp_path / "work").exists()
