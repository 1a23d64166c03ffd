"""The methods that the API offers are those that there are."""

from __future__ import annotations

from coterie.config import AUTO, METHODS
from coterie.faces.api.shapes import TrainingSettings


def test_the_methods_of_a_training_are_those_of_the_settings():
    told = TrainingSettings.model_json_schema()["properties"]["method"]
    assert told["enum"] == [*METHODS, AUTO]
