"""`--method`, the comparison of methods and the outlier view, as a user runs them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import typer
from sklearn.datasets import make_moons
from typer.testing import CliRunner

from coterie.cluster.methods import METHODS
from coterie.errors import ConfigError
from coterie.faces import methods_command
from coterie.faces.cli import app as coterie

ONE = CliRunner()
app = typer.Typer()
app.command()(methods_command.methods)
app.command()(methods_command.outliers)


@pytest.fixture(scope="module")
def moons(tmp_path_factory: pytest.TempPathFactory) -> Path:
    points, _ = make_moons(300, noise=0.05, random_state=1)
    table = pl.DataFrame({"income": points[:, 0] * 10 + 50, "visits": points[:, 1] * 10 + 50})
    path = tmp_path_factory.mktemp("moons") / "moons.csv"
    table.write_csv(path)
    return path


@pytest.fixture(scope="module")
def dense(moons: Path) -> Path:
    out = moons.parent / "out"
    words = ["segment", str(moons), "--method", "dbscan", "-o", str(out), "--quiet"]
    done = ONE.invoke(coterie, words)
    assert done.exit_code == 0, done.output
    assert "None" in done.output
    return out


def test_every_method_is_listed_with_a_sentence():
    done = ONE.invoke(app, ["methods"])
    assert done.exit_code == 0
    assert all(f"{key} " in done.output for key in (*METHODS, "auto"))
    assert [one["key"] for one in json.loads(ONE.invoke(app, ["methods", "--json"]).output)] == [
        *METHODS
    ]


def test_a_run_by_density_says_how_many_are_in_none_everywhere(dense):
    customers = pl.read_csv(dense / "customers.csv")
    alone = customers.filter(pl.col("segment_id") == 0)
    assert set(alone["segment"]) == {"None"}
    assert "like no segment" in (dense / "report.html").read_text()


def test_placing_far_from_everyone_says_none(dense):
    words = ["place", str(dense / "segmentation.zip"), "--set", "income=900", "--set", "visits=9"]
    done = ONE.invoke(coterie, words)
    assert done.exit_code == 0, done.output
    assert done.output.startswith("None")
    assert "no segment reaches" in done.output


def test_scoring_counts_those_in_none(dense, moons, tmp_path):
    words = ["score", str(dense / "segmentation.zip"), str(moons), "-o", str(tmp_path / "s.csv")]
    answer = json.loads(ONE.invoke(coterie, [*words, "--json"]).output)
    assert sum(one["size"] for one in answer["segments"]) == answer["rows"] == 300


def test_outliers_are_told_with_their_reasons(dense, moons, tmp_path):
    out = tmp_path / "outliers.csv"
    words = ["outliers", str(dense / "segmentation.zip"), str(moons), "--most", "3"]
    done = ONE.invoke(app, [*words, "-o", str(out)])
    assert done.exit_code == 0, done.output
    assert "times as far as usual" in done.output
    assert pl.read_csv(out).height == 3
    answer = json.loads(ONE.invoke(app, [*words, "--json"]).output)
    assert answer["customers"] == 300
    assert len(answer["outliers"]) == 3


def test_faults_are_sentences(moons):
    done = ONE.invoke(coterie, ["segment", str(moons), "--method", "spectral"])
    assert isinstance(done.exception, ConfigError)
    assert "There is no method spectral" in str(done.exception)
    done = ONE.invoke(app, ["methods", str(moons), "--only", "spectral", "--quiet"])
    assert "There is no method spectral" in str(done.exception)


@pytest.mark.slow
def test_the_comparison_recommends_density_for_moons_and_writes_its_table(moons, tmp_path):
    out = tmp_path / "methods.csv"
    words = ["methods", str(moons), "--k-max", "4", "--quiet", "-o", str(out)]
    done = ONE.invoke(app, words)
    assert done.exit_code == 0, done.output
    assert "DBSCAN" in done.output
    table = pl.read_csv(out)
    assert table["method"].to_list() == [*METHODS]
    answer = json.loads(ONE.invoke(app, [*words[:-2], "--json"]).output)
    assert answer["recommended"] in ("dbscan", "hdbscan")
    assert {"silhouette", "weakest_stability", "left_out", "seconds", "agreement"} <= {
        *answer["methods"][0]
    }


@pytest.fixture(scope="module")
def buyers(tmp_path_factory):
    rng = np.random.default_rng(3)
    path = tmp_path_factory.mktemp("buyers") / "buyers.csv"
    pl.DataFrame(
        {
            "customer_id": [f"C{row:03}" for row in range(240)],
            "recency_days": rng.integers(1, 300, 240),
            "frequency": rng.geometric(0.4, 240),
            "monetary": rng.lognormal(5, 1, 240).round(2),
        }
    ).write_csv(path)
    return path


def test_the_rfm_grid_from_the_table_to_a_new_customer(buyers, tmp_path):
    words = ["segment", str(buyers), "-o", str(tmp_path / "out"), "--quiet", "--no-track"]
    done = ONE.invoke(coterie, [*words, "--method", "rfm"])
    assert done.exit_code == 0, done.output
    assert "a rule on recency" in " ".join(done.output.split())
    customers = pl.read_csv(tmp_path / "out" / "customers.csv")
    assert {"Champions", "Hibernating"} <= set(customers["segment"])
    model = str(tmp_path / "out" / "segmentation.zip")
    place = ["place", model, "--set", "recency_days=1", "--set", "frequency=50"]
    done = ONE.invoke(coterie, [*place, "--set", "monetary=90000", "--json"])
    answer = json.loads(done.output)
    assert (answer["segment"], answer["rule_agrees"]) == ("Champions", True)


def test_the_breaks_of_customers_serve_a_segmentation(buyers, tmp_path):
    breaks = tmp_path / "breaks.json"
    plain = {"recency": [30, 60], "frequency": [1, 3], "monetary": [100, 500]}
    breaks.write_text(json.dumps(plain))
    words = ["segment", str(buyers), "-o", str(tmp_path / "out"), "--quiet", "--no-track"]
    done = ONE.invoke(coterie, [*words, "--method", "rfm", "--rfm-breaks", str(breaks), "--json"])
    assert done.exit_code == 0, done.output
    first = json.loads(done.output)["segments"][0]
    assert first["rule"].startswith("days since last purchase up to 30, and ")
    assert first["stability"] == 1.0


@pytest.mark.parametrize(
    ("content", "said"),
    [("[]", "holds no RFM breaks"), ("{", "holds no RFM breaks"), ('{"a": 1}', "An RFM grid has")],
)
def test_a_file_that_holds_no_breaks_is_said_to(buyers, tmp_path, content, said):
    breaks = tmp_path / "breaks.json"
    breaks.write_text(content)
    words = ["segment", str(buyers), "-o", str(tmp_path / "out"), "--quiet", "--no-track"]
    done = ONE.invoke(coterie, [*words, "--method", "rfm", "--rfm-breaks", str(breaks)])
    assert isinstance(done.exception, ConfigError)
    assert said in str(done.exception)


def test_breaks_go_with_the_grid_only(buyers, tmp_path):
    words = ["segment", str(buyers), "-o", str(tmp_path / "out"), "--quiet", "--no-track"]
    done = ONE.invoke(coterie, [*words, "--rfm-breaks", str(buyers)])
    assert isinstance(done.exception, ConfigError)
    assert "goes with --method rfm" in str(done.exception)
