"""Jobs over a fresh data directory, closed at the end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from coterie.faces.jobs import Jobs
from coterie.stores.shelf import Shelf


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "data")


@pytest.fixture
def jobs(shelf: Shelf) -> Iterator[Jobs]:
    jobs = Jobs(shelf, shelf.places.root)
    yield jobs
    jobs.close()
