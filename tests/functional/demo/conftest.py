"""A finished study without a training process, and the app as people start it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import coterie as ct
from coterie.faces.demo.studio import Studio
from coterie.stores.outputs import write_study
from coterie.stores.shelf.keeping import keep_study
from coterie.stores.shelf.places import new_id
from coterie.tables.synthetic import make_customers

ROOT = Path(__file__).parents[3]
START_SECONDS = 60


def ask(session: str = "a page") -> Any:
    """Return what Gradio tells of who asks."""
    return SimpleNamespace(session_hash=session, request=None)


@pytest.fixture
def request_of() -> Any:
    return ask


@pytest.fixture(scope="session")
def studio() -> Iterator[Studio]:
    made = Studio()
    yield made
    made.close()


@pytest.fixture(scope="session")
def study(studio: Studio) -> Any:
    """Return a study of three planted groups, on the shelf of the visitor `a page`."""
    customers, _ = make_customers(300, segments=3, seed=1)
    found = ct.segment(customers, k=3)
    owner, number = studio.visitor(ask()), new_id()
    folder = studio.shelf.places.studies / number
    folder.mkdir()
    write_study(found, folder, table_format="parquet")
    keep_study(found, folder, study_id=number, owner=owner, name="Three <groups>", model="three")
    return studio.study(owner, number)


@pytest.fixture(scope="session")
def demo_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start ``python app.py`` as a host would, and return its address."""
    folder = tmp_path_factory.mktemp("demo")
    log = folder / "log.txt"
    environment = {
        **os.environ,
        "TMPDIR": str(folder),
        "GRADIO_SERVER_PORT": str(_free_port()),
        "PYTHONUNBUFFERED": "1",
    }
    with log.open("wb") as out:
        app = subprocess.Popen(
            [sys.executable, ROOT / "app.py"], cwd=folder, env=environment, stdout=out, stderr=out
        )
    try:
        yield _address(app, log)
    finally:
        app.terminate()
        app.wait(20)
        # Gradio logs what it refuses itself; nothing of ours may be in a traceback.
        assert "src/coterie" not in log.read_text(), log.read_text()


def _address(app: subprocess.Popen[bytes], log: Path) -> str:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and app.poll() is None:
        if found := re.search(r"http://127\.0\.0\.1:\d+", log.read_text()):
            return found[0]
        time.sleep(0.1)
    raise AssertionError(f"the app did not start: {log.read_text()}")


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
