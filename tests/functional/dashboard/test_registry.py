"""Models of the registry on the dashboard: listed, and customers placed in them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from tests.functional.dashboard.conftest import text_of

from coterie.faces.registered import RegisteredModel
from coterie.stores.shelf.studies import Card


@pytest.fixture
def registry(services, sample_study, monkeypatch):
    """Let the registry have one model in production, `shop`, and be heard."""
    model = sample_study.segmentation
    card = Card(
        id="f" * 32, name="shop", owner=0, owner_name="the registry",
        created_at=datetime(2026, 3, 5, tzinfo=UTC), customers=400, k=len(model.segments),
        verdict="natural", shared=True, model="shop", production=True, data="c.csv",
    )  # fmt: skip
    found = [RegisteredModel("models:/shop/3", card, model)]
    monkeypatch.setattr(services.answering, "registered", lambda _name=None: found)
    return found


def test_the_models_page_shows_what_the_registry_answers_with(logged_in, registry):
    said = text_of(logged_in("models"))
    assert "From the registry" in said
    assert "models:/shop/3" in said
    assert said.count("from the registry</span>") == 1


def test_a_silent_registry_is_one_sentence_on_the_page(logged_in, services, monkeypatch):
    words = "The tracking server http://runs.example.com has not answered."
    monkeypatch.setattr(services.answering, "words", lambda: words)
    assert text_of(logged_in("models")).count(words) == 1


def test_without_any_study_the_registrys_model_places(logged_in, services, registry):
    from coterie.stores.shelf.places import remove

    for folder in services.shelf.places.studies.iterdir():
        remove(folder)
    page = logged_in("predict", study=None)
    model = registry[0].segmentation
    placed = model.place({column.name: column.typical for column in model.inputs})
    assert f"<span>{placed.segment}</span></h2>" in text_of(page)
    assert "A real example" not in [button.label for button in page.button]


def test_beside_studies_a_model_of_the_registry_can_be_picked(logged_in, registry):
    page = logged_in("predict")
    pick = next(one for one in page.selectbox if one.label == "Model")
    assert pick.options == ["The chosen study", "shop, models:/shop/3"]
    assert "A real example" in [button.label for button in page.button]
    pick.select_index(1)
    page.run()
    assert "A real example" not in [button.label for button in page.button]
    assert "segments of shop" in text_of(page)
