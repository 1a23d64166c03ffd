"""A server and a registry that both promote: the later holds, and each hears of it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from coterie.stores.tracking import following
from coterie.stores.tracking.faults import TrackingError, asking, reason_of
from coterie.stores.tracking.following import Agreed, _Both, follow_registry, read_registry
from coterie.stores.tracking.registry import PROMOTED
from coterie.stores.tracking.store import Store

HERE, OTHER = "a" * 16, "b" * 16


class Registry:
    """As much of MLflow's client as agreeing needs: versions of one model, by run."""

    def __init__(self, runs: dict[str, str], tags: dict[str, str] | None = None) -> None:
        self.runs = runs  # version -> the study its run came from; empty: from elsewhere
        self.tags = tags or {}

    def get_model_version(self, _name: str, version: str) -> Any:
        return SimpleNamespace(run_id=f"run{version}", creation_timestamp=1_000, version=version)

    def get_run(self, run_id: str) -> Any:
        study = self.runs[run_id.removeprefix("run")]
        return SimpleNamespace(data=SimpleNamespace(tags={"coterie.study": study}))


def model(version: str, tags: dict[str, str] | None = None) -> Any:
    return SimpleNamespace(name="shop", aliases={"production": version}, tags=tags or {})


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for folder in ("studies", "jobs"):
        (tmp_path / folder).mkdir()
    for study in (HERE, OTHER):
        (tmp_path / "studies" / study).mkdir()
        card = {"owner": 1, "model": "shop"}
        (tmp_path / "studies" / study / "study.json").write_text(json.dumps(card))
    return tmp_path


@pytest.fixture
def moved(monkeypatch) -> list[str]:
    """Return what was promoted on the server, and in the registry."""
    done: list[str] = []
    monkeypatch.setattr(
        following, "Shelf",
        lambda _root: SimpleNamespace(promote=lambda study, _by: done.append(f"here {study}")),
    )  # fmt: skip
    monkeypatch.setattr(
        following, "promote",
        lambda _client, run, name: (done.append(f"there {run}"), (name, "9"))[1],
    )  # fmt: skip
    return done


def both(root: Path, registry: Registry) -> _Both:
    found = _Both(registry, Store(root / "mlflow", "http://x"), root)
    found.__dict__["by_study"] = {HERE: SimpleNamespace(model_id="m")}
    return found


def promoted_here(root: Path, at: float) -> None:
    when = datetime.fromtimestamp(at, UTC).isoformat()
    said = {"shop": {"study": HERE, "history": [{"study": HERE, "by": 1, "at": when}]}}
    (root / "models.json").write_text(json.dumps(said))


def test_a_model_that_lies_only_in_the_registry_answers_from_there(root, moved):
    found = both(root, Registry({"3": ""})).settle("shop", None, model("3"), Agreed())
    assert (found, moved) == (Agreed(None, "3", "registry"), [])


def test_a_promotion_on_the_server_sets_the_alias(root, moved):
    last = Agreed(None, "3", "registry")
    found = both(root, Registry({"3": ""})).settle("shop", HERE, model("3"), last)
    assert found == Agreed(HERE, "9", "server")
    assert len(moved) == 1
    assert moved[0].startswith("there")


def test_a_study_that_is_not_logged_yet_gets_the_alias_later(root, moved):
    last = Agreed(None, "3", "registry")
    found = both(root, Registry({"3": ""})).settle("shop", OTHER, model("3"), last)
    assert (found, moved) == (last, [])


def test_the_alias_moved_to_another_study_of_the_server_promotes_it(root, moved):
    last = Agreed(HERE, "1", "server")
    found = both(root, Registry({"2": OTHER})).settle("shop", HERE, model("2"), last)
    assert (found, moved) == (Agreed(OTHER, "2", "server"), [f"here {OTHER}"])


def test_what_did_not_move_stays(root, moved):
    for last in (Agreed(HERE, "1", "server"), Agreed(HERE, "2", "registry")):
        there = model(str(last.version))
        assert both(root, Registry({})).settle("shop", HERE, there, last) == last
    assert moved == []


@pytest.mark.parametrize(("seconds", "answers"), [(500.0, "registry"), (2_000.0, "server")])
def test_where_both_moved_the_later_holds(root, moved, seconds, answers):
    promoted_here(root, seconds)
    there = model("3", {PROMOTED: "1000.0 3"})
    found = both(root, Registry({"3": ""})).settle("shop", HERE, there, Agreed())
    assert found.answers == answers


def test_an_alias_that_was_taken_away_leaves_the_name_to_the_server(root, moved):
    found = both(root, Registry({})).settle("shop", HERE, None, Agreed(HERE, "3", "registry"))
    assert (found.answers, found.version, moved) == ("server", None, [])


def test_files_that_do_not_come_keep_the_version_before(root, moved, monkeypatch):
    store = Store(root / "mlflow", "http://x")
    store.make_home()
    bundle = root / "old.zip"
    bundle.write_bytes(b"x")
    kept = {"name": "shop", "version": "2", "run": "r", "bundle": str(bundle), "at": 0.0}
    agreed = {"shop": {"study": None, "version": "2", "answers": "registry"}}
    said = {"target": store.target, "agreed": agreed, "models": [kept], "others": []}
    (store.home / "registry.json").write_text(json.dumps(said))
    monkeypatch.setattr(following, "every_model", lambda _client: [model("3")])

    def lost(*_asked: object) -> None:
        raise TrackingError("its files are gone.")

    monkeypatch.setattr(_Both, "model", lost)
    follow_registry(Registry({"3": ""}), store)
    found = read_registry(store)
    assert (found["models"], found["fault"]) == ([kept], "its files are gone.")


def test_a_server_that_is_away_is_said_so_and_a_folder_gets_other_advice():
    class ConnectionError(Exception):  # noqa: A001 - as requests calls it
        pass

    fault = ValueError("API request failed with HTTPConnectionPool(...) Max retries (Caus")
    fault.__context__ = ConnectionError("refused")
    assert reason_of(fault) == "nothing answers there (no connection)."
    for local, advice in ((True, "COTERIE_TRACKING_DIR"), (False, "MLFLOW_TRACKING_URI")):
        with pytest.raises(TrackingError, match=advice), asking("there", local=local):
            raise OSError("database or disk is full")
