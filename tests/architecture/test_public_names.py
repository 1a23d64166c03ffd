"""What `import coterie` offers, and what it costs."""

from __future__ import annotations

import subprocess
import sys

import coterie


def test_every_public_name_can_be_had_and_none_is_undeclared():
    for name in coterie.__all__:
        assert getattr(coterie, name) is not None
    assert dir(coterie) == sorted(coterie.__all__)
    assert set(coterie._HOMES) == set(coterie.__all__)


def test_public_names_are_documented():
    undocumented = [name for name in coterie.__all__ if not getattr(coterie, name).__doc__]
    assert not undocumented


def test_importing_coterie_and_its_command_line_loads_nothing_heavy():
    code = (
        "import sys, coterie, coterie.faces.cli; "
        "heavy = {'numpy','polars','sklearn','scipy','matplotlib','plotly','pandas','rich'}; "
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_core_does_not_load_plotting_or_scikit_learn_when_imported():
    code = (
        "import sys, coterie.workflow, coterie.segmentation; "
        "heavy = {'polars','sklearn','scipy','matplotlib','plotly','pandas'}; "
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
