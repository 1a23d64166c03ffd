"""What a server answers with, from what the registry last said: no network, no MLflow."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from coterie.faces import registered
from coterie.faces.registered import Registered
from coterie.stores.bundle import save_bundle
from coterie.stores.shelf import NoSuchModelError, Shelf
from coterie.stores.tracking import Store
from coterie.stores.tracking.following import note_fault

ADDRESS = "http://ann:secret@127.0.0.1:9"
SHOWN = "http://127.0.0.1:9"


@pytest.fixture(scope="module")
def bundle(tmp_path_factory) -> Path:
    import coterie as ct
    from coterie.tables.synthetic import make_customers

    study = ct.segment(make_customers(200, segments=3, seed=1)[0], k=3)
    return save_bundle(study.segmentation, tmp_path_factory.mktemp("b") / "segmentation.zip")


@pytest.fixture
def answering(tmp_path, monkeypatch) -> Registered:
    monkeypatch.setenv("COTERIE_TRACK", "1")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", ADDRESS)
    monkeypatch.setattr(registered, "start_watching", lambda _store: None)
    return Registered(Shelf(tmp_path), tmp_path)


def say(answering: Registered, bundle: Path, **more: object) -> None:
    one = {"name": "shop", "version": "3", "run": "f" * 32, "bundle": str(bundle), "at": 0.0}
    said = {
        "target": answering.store.target, "at": time.time(), "fault": "", "others": [],
        "agreed": {"shop": {"study": None, "version": "3", "answers": "registry"}},
        "models": [one], **more,
    }  # fmt: skip
    answering.store.make_home()
    part = answering.store.home / "part"
    part.write_text(json.dumps(said))
    part.replace(answering.store.home / "registry.json")


def test_a_model_of_the_registry_answers_under_its_name_as_the_same_object(answering, bundle):
    say(answering, bundle)
    (model,) = answering.models(7)
    assert (model.name, model.registry, model.versions) == ("shop", "models:/shop/3", ())
    found = answering.production("shop")
    assert (found.card.k, found.id, found.card.production) == (3, "f" * 32, True)
    assert found is answering.production("shop")
    assert len(found.summary["segments"]) == 3


def test_what_another_registry_said_before_is_not_served(answering, bundle):
    say(answering, bundle, target="elsewhere")
    assert answering.models(7) == []


def test_a_study_promoted_since_then_answers_at_once(answering, bundle):
    say(answering, bundle)
    answering.shelf.places.models.write_text(json.dumps({"shop": {"study": "a" * 16}}))
    assert answering.registered() == []
    with pytest.raises(NoSuchModelError):  # The shelf is asked, and has lost that study.
        answering.production("shop")


def test_a_silent_registry_is_said_and_what_it_named_still_answers(answering, bundle):
    say(answering, bundle, at=time.time() - 3_600)
    assert answering.words().startswith(f"The tracking server {SHOWN} has not answered since ")
    assert answering.production("shop").card.k == 3


def test_a_fault_keeps_the_models_and_is_one_sentence_without_the_password(answering, bundle):
    say(answering, bundle)
    assert answering.words() == ""
    note_fault(Store.find(answering.store.home), "MlflowException: no route\nto host")
    assert "secret" not in answering.words()
    assert answering.words().count("\n") == 0
    assert len(answering.registered()) == 1


def test_a_bundle_that_was_lost_is_said_and_not_served(answering, tmp_path):
    say(answering, tmp_path / "gone.zip")
    assert answering.models(7) == []
    assert "shop: There is no bundle" in answering.words()


def test_without_mlflow_the_extra_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("COTERIE_TRACK", "1")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", ADDRESS)
    monkeypatch.setattr(registered, "installed", lambda: False)
    words = Registered(Shelf(tmp_path), tmp_path).words()
    assert "pip install 'coterie[track]'" in words
    assert SHOWN in words


def test_where_no_server_is_named_nothing_is_started(tmp_path, monkeypatch):
    monkeypatch.setenv("COTERIE_TRACK", "1")
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.setattr(registered, "start_watching", lambda _store: pytest.fail("started"))
    answering = Registered(Shelf(tmp_path), tmp_path)
    assert (answering.models(1), answering.words()) == ([], "")
    answering.close()
