"""Pictures painted by two: each once, whoever begins it."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from coterie.faces.helping import Promised
from coterie.figures import charts


def some_charts():
    return {f"sizes {n}": charts.sizes({1: f"{n}"}, {1: n}) for n in (1, 2, 3, 4, 5)}


def test_pictures_are_the_same_whoever_paints_them():
    given = some_charts()
    with ThreadPoolExecutor(1) as helper:
        pictures = Promised(helper, given)
        assert dict(pictures) == {name: chart.picture for name, chart in some_charts().items()}


def test_a_busy_helper_is_not_waited_for():
    given, begin = some_charts(), threading.Event()
    with ThreadPoolExecutor(1) as helper:
        helper.submit(begin.wait)
        pictures = Promised(helper, given)
        assert pictures["sizes 5"] == given["sizes 5"].picture
        begin.set()


def test_an_unknown_picture_is_a_key_error():
    with ThreadPoolExecutor(1) as helper, pytest.raises(KeyError):
        Promised(helper, some_charts())["none"]
