"""Settings of a training."""

from __future__ import annotations

import pytest

from coterie.config import RunConfig
from coterie.errors import ConfigError


def test_the_defaults_are_valid_and_let_the_evidence_choose():
    assert RunConfig().k is None


def test_every_fault_is_told_at_once():
    with pytest.raises(ConfigError) as caught:
        RunConfig(k=0, k_min=1, scaler="none", pca=1.5, seed=-1)
    assert len(caught.value.faults) == 5
    assert all(fault in str(caught.value) for fault in caught.value.faults)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"k": 41}, "between 1 and 40; it is 41"),
        ({"k_min": 5, "k_max": 4}, "it is 5 to 4"),
        ({"k_max": 99}, "largest k that can be tried is 40; it is 99"),
        ({"scaler": "z"}, "standard, minmax or robust; it is z"),
        ({"dates": "ydm"}, "dmy, mdy or ymd; it is ydm"),
        ({"pca": 0}, "PCA takes a share of variance between 0 and 1"),
        ({"pca": True}, "PCA takes"),
        ({"sample": 5}, "100 rows or more; it is 5"),
        ({"features": ("a", "a")}, "named twice in a, a"),
        ({"names": {0: "VIPs"}}, "ids begin at 1; a name is given for 0"),
        ({"names": {1: " "}}, "must not be empty"),
        ({"names": {1: "VIPs", 2: "VIPs"}}, "must differ"),
        ({"names": {1: "x" * 61}}, "at most 60 characters"),
    ],
)
def test_a_fault_says_what_was_found(settings, words):
    with pytest.raises(ConfigError, match=words.replace("(", r"\(")):
        RunConfig(**settings)


def test_settings_are_plain_json_in_a_fixed_order():
    import json

    plain = RunConfig(k=4, names={2: "b", 1: "a"}).to_dict()
    assert json.loads(json.dumps(plain)) == plain
    assert list(plain["names"]) == ["1", "2"]
