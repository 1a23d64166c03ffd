"""The methods that the API offers are those that there are."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from coterie.config import AUTO, METHODS
from coterie.faces.api.shapes import TrainingSettings
from coterie.faces.api.training import _config


def test_the_methods_of_a_training_are_those_of_the_settings():
    told = TrainingSettings.model_json_schema()["properties"]["method"]
    assert told["enum"] == [*METHODS, AUTO]


BREAKS = {"recency": [30.0, 90.0], "frequency": [1.0, 3.0], "monetary": [50.0, 400.0]}


def test_breaks_of_the_rfm_grid_reach_the_settings():
    asked = TrainingSettings(method="rfm", rfm_scores=4, rfm_breaks=BREAKS)
    config = _config(asked)
    assert (config.method, config.rfm_scores, config.rfm_grid) == ("rfm", 4, BREAKS)
    assert _config(TrainingSettings(method="rfm")).rfm_grid is None


@pytest.mark.parametrize(
    "change", [{"recency": [90.0, 30.0]}, {"recency": [1.0]}, {"recency": []}, {"recency": None}]
)
def test_breaks_that_are_none_are_refused(change):
    with pytest.raises(ValidationError):
        TrainingSettings(method="rfm", rfm_breaks=BREAKS | change)
