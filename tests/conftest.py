"""What all tests share: where real data and Chromium are, and what may not be skipped."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import settings

# On continuous integration a property is tried on the same examples each time, so that a change
# is judged by what it changed; elsewhere each run tries others.
settings.register_profile("ci", derandomize=True, deadline=None)
if os.environ.get("CI"):
    settings.load_profile("ci")

# No test's training is put on record in the developer's own store; those of tracking say where.
os.environ["COTERIE_TRACK"] = "0"

REQUIRED = {word for word in os.environ.get("COTERIE_REQUIRE", "").split(",") if word}


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Return the folder of public customer data, or skip where it is not at hand."""
    folder = os.environ.get("COTERIE_REAL_DATA")
    if not folder:
        pytest.skip("COTERIE_REAL_DATA is not set: tests on real data are skipped")
    return Path(folder)


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return the path of Chromium; skip where there is none, unless it is required."""
    found = shutil.which("chromium")
    if found is None:
        if "browser" in REQUIRED:
            pytest.fail("COTERIE_REQUIRE asks for a browser, and there is no chromium")
        pytest.skip("chromium is not installed: browser tests are skipped")
    return found


@pytest.fixture(scope="session")
def customers_csv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a generated customer file with four planted groups."""
    from coterie.tables.synthetic import write_sample

    path = tmp_path_factory.mktemp("sample") / "customers.csv"
    written, _truth = write_sample("customers", 400, 4, 3, path)
    return Path(written)
