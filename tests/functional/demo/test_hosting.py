"""What hosts such as Hugging Face Spaces and Streamlit Community Cloud find in the repository."""

from __future__ import annotations

import re
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


def _pinned(name: str) -> set[str]:
    text = (ROOT / name).read_text()
    return {line.rstrip(" \\") for line in text.splitlines() if re.match(r"[a-z0-9]", line)}


def test_requirements_for_hosts_are_those_of_the_lock():
    assert _pinned("requirements.txt") == _pinned("requirements.lock")


def test_requirements_for_hosts_name_no_host_and_no_hash():
    text = (ROOT / "requirements.txt").read_text()
    assert "://" not in text
    assert "--" not in text
    assert all("==" in line for line in _pinned("requirements.txt"))


@pytest.mark.slow
@pytest.mark.parametrize("script", ["app.py", "streamlit_app.py"])
def test_the_project_is_found_where_only_its_requirements_are_installed(
    script: str, tmp_path: Path
):
    # Without `site` the editable install does not count, and only libraries are on the path.
    found = subprocess.run(
        [
            sys.executable, "-S", "-c",
            f"import runpy; runpy.run_path({str(ROOT / script)!r}, run_name='looked at'); "
            "import coterie; print(coterie.__file__)",
        ],
        env={
            "PYTHONPATH": sysconfig.get_path("purelib"),
            "PATH": "/usr/bin:/bin",
            "COTERIE_DATA_DIR": str(tmp_path / "data"),
        },
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    )  # fmt: skip
    assert str(ROOT / "src") in found.stdout, found.stderr[-2000:]
