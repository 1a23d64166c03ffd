"""Every command and every line of Python in the README and the guide runs as it stands."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

HERE = Path(__file__).resolve().parents[2]
PAGES = ("README.md", "docs/guide.md")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the files that the pages speak of."""
    from coterie.tables.synthetic import make_customers

    folder = tmp_path_factory.mktemp("desk")
    make_customers(300, segments=5, seed=7)[0].write_csv(folder / "customers.csv")
    make_customers(40, segments=5, seed=8)[0].write_csv(folder / "new.csv")
    return folder


def blocks(page: str, language: str) -> list[str]:
    """Return the fenced blocks of a page that are written in a language."""
    return re.findall(rf"```{language}\n(.*?)```", (HERE / page).read_text(), flags=re.DOTALL)


def commands(page: str) -> list[str]:
    """Return the coterie commands of a page, without their remarks."""
    lines = [line for block in blocks(page, "") for line in block.splitlines()]
    bare = [re.sub(r"\s{2,}# .*$", "", line) for line in lines]
    return [line for line in bare if line.startswith("coterie ")]


@pytest.mark.slow
def test_the_commands_of_the_readme_run_in_their_order(desk):
    given = commands("README.md")
    assert len(given) >= 10
    for command in given:
        words, _, target = command.partition(" > ")
        done = subprocess.run(
            [sys.executable, "-m", "coterie", *shlex.split(words)[1:]],
            cwd=desk,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, (command, done.stderr)
        if target:
            (desk / target.strip()).write_text(done.stdout)


@pytest.mark.slow
def test_the_python_of_the_readme_runs(desk, monkeypatch):
    monkeypatch.chdir(desk)
    (code,) = blocks("README.md", "python")
    names = {"new_customers": pl.read_csv(desk / "new.csv")}
    exec(compile(code, "README.md", "exec"), names)  # noqa: S102 - our own page
    assert (desk / "segmentation.zip").exists()
    assert (desk / "report.html").exists()


@pytest.mark.parametrize("page", PAGES)
def test_options_that_pages_name_exist(page):
    from typer.main import get_command

    from coterie.faces.cli import app

    known = {
        option
        for command in get_command(app).commands.values()
        for parameter in command.params
        for option in parameter.opts
    } | {"--help"}
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", (HERE / page).read_text()))
    assert named <= known


@pytest.mark.parametrize("page", PAGES)
def test_links_between_pages_lead_somewhere(page):
    text = (HERE / page).read_text()
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        assert ((HERE / page).parent / target).exists(), target


def test_the_readme_shows_no_placeholder():
    assert "@" not in (HERE / "README.md").read_text().replace("@1", "")
