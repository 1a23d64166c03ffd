"""`coterie runs`: from a training to the model in production, with MLflow as it is."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import polars as pl
import pytest

COTERIE = [sys.executable, "-m", "coterie"]


def run(
    *words: object, store: Path, code: int = 0, **more: str
) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "COTERIE_TRACK": "1", "COTERIE_TRACKING_DIR": str(store), **more}
    done = subprocess.run(
        [*COTERIE, *map(str, words)],
        capture_output=True, text=True, timeout=200, check=False, env=environment,
    )  # fmt: skip
    assert "Traceback" not in done.stderr, done.stderr
    assert done.returncode == code, done.stderr
    return done


@pytest.fixture(scope="module")
def store(customers_csv: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two trainings on record; the outbox of the second may still be full."""
    store = tmp_path_factory.mktemp("store")
    run("segment", customers_csv, "--out", store / "out4", "--quiet", store=store)
    run("segment", customers_csv, "--out", store / "out2", "--k", 2, "--quiet", store=store)
    return store


@pytest.fixture(scope="module")
def listed(store: Path) -> list[dict]:
    return json.loads(run("runs", "list", "--json", store=store).stdout)["runs"]


def test_without_mlflow_every_command_names_the_extra(tmp_path):
    barred = "import sys; sys.modules['mlflow'] = None; from coterie.faces.cli import main; main()"
    for words in (["list"], ["show", "x"], ["promote", "x"], ["ui"]):
        done = subprocess.run(
            [sys.executable, "-c", barred, "runs", *words],
            capture_output=True, text=True, check=False,
            env={**os.environ, "COTERIE_TRACKING_DIR": str(tmp_path)},
        )  # fmt: skip
        assert done.returncode == 2
        assert "pip install 'coterie[track]'" in done.stderr


@pytest.mark.slow
def test_two_folders_are_compared_without_mlflow(customers_csv, tmp_path):
    barred = "import sys; sys.modules['mlflow'] = None; from coterie.faces.cli import main; main()"
    for k in (2, 4):
        done = subprocess.run(
            [sys.executable, "-c", barred, "segment", str(customers_csv), "--out",
             str(tmp_path / f"k{k}"), "--k", str(k), "--quiet", "--json"],
            capture_output=True, text=True, check=True, env={**os.environ, "COTERIE_TRACK": "1"},
        )  # fmt: skip
        answer = json.loads(done.stdout)
        assert answer["tracking"]["state"] == "missing"
        assert "pip install 'coterie[track]'" in answer["tracking"]["words"]
    done = subprocess.run(
        [sys.executable, "-c", barred, "runs", "compare", str(tmp_path / "k4"),
         str(tmp_path / "k2"), "--out", str(tmp_path / "both"), "--json"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    found = json.loads(done.stdout)
    assert found["customers"] == 400
    assert 0 < found["adjusted_rand"] < 1
    assert (tmp_path / "both" / "flow.png").read_bytes()[:4] == b"\x89PNG"
    assert pl.read_csv(tmp_path / "both" / "flow.csv")["customers"].sum() == 400


@pytest.mark.parametrize("words", [["compare", "nowhere", "else"], ["compare", ".", "."]])
def test_what_cannot_be_compared_is_said(words, tmp_path):
    barred = "import sys; sys.modules['mlflow'] = None; from coterie.faces.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", barred, "runs", *words],
        capture_output=True, text=True, check=False, cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.startswith("coterie: ")


@pytest.mark.slow
def test_every_training_is_listed_with_its_verdict_newest_first(listed):
    assert [run["k"] for run in listed] == [2, 4]
    assert listed[1]["verdict"] == "natural"
    assert listed[0]["parameters"]["k"] == "2"


@pytest.mark.slow
def test_a_run_shows_every_figure_of_every_k_and_holds_report_figures_and_model(store, listed):
    shown = json.loads(run("runs", "show", listed[1]["id"][:8], "--json", store=store).stdout)
    assert set(shown["by_k"]["silhouette"]) == {str(k) for k in range(2, 13)}
    assert shown["figures"]["silhouette"] == shown["by_k"]["silhouette"]["4"]
    artifacts = store / "artifacts" / shown["id"] / "artifacts"
    assert (artifacts / "report.html").is_file()
    assert (artifacts / "figures" / "elbow.png").is_file()
    assert not list(artifacts.rglob("customers*"))
    assert not list((store / "artifacts").rglob("*.pkl"))


@pytest.mark.slow
def test_the_promoted_model_scores_by_its_name_as_its_bundle_does(store, listed, customers_csv):
    said = run("runs", "promote", listed[1]["id"], "--name", "shop", store=store).stdout
    assert "shop version 1" in said
    by_name, by_file = store / "name.csv", store / "file.csv"
    run("score", "models:/shop@production", customers_csv, "-o", by_name, store=store)
    run("score", store / "out4" / "segmentation.zip", customers_csv, "-o", by_file, store=store)
    assert by_name.read_bytes() == by_file.read_bytes()
    run("runs", "promote", "latest", "--name", "shop", store=store)
    run("score", "models:/shop@production", customers_csv, "-o", by_name, store=store)
    assert pl.read_csv(by_name)["segment_id"].n_unique() == 2
    again = run("runs", "promote", listed[1]["id"], "--name", "shop", store=store).stdout
    assert "shop version 1" in again
    lost = run("score", "models:/none@production", customers_csv, store=store, code=2)
    assert "It has: shop" in lost.stderr


@pytest.mark.slow
def test_mlflow_itself_opens_the_model_and_scores_raw_rows(store, listed, customers_csv):
    code = (
        "import sys, mlflow, pandas as pd\n"
        "mlflow.set_tracking_uri(sys.argv[1])\n"
        "model = mlflow.pyfunc.load_model(sys.argv[2])\n"
        "rows = pd.read_csv(sys.argv[3])\n"
        "rows['annual_income'] = rows['annual_income'].astype(str) + ' $'\n"
        "print(model.predict(rows).to_csv(index=False))\n"
    )
    model = f"models:/{_model_id(store, listed[1]['id'])}"
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code, f"sqlite:///{store}/mlflow.db", model,
         str(customers_csv)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    scored = pl.read_csv(done.stdout.strip().encode())
    kept = pl.read_csv(store / "out4" / "customers.csv")
    assert scored.columns == ["segment_id", "segment", "confidence"]
    assert scored["segment_id"].to_list() == kept["segment_id"].to_list()


def _model_id(store: Path, run_id: str) -> str:
    import sqlite3

    with sqlite3.connect(store / "mlflow.db") as database:
        query = "select model_id from logged_models where source_run_id = ?"
        return str(database.execute(query, (run_id,)).fetchone()[0])


@pytest.mark.slow
def test_two_runs_are_compared_on_the_table_they_came_from(store, listed):
    words = ["runs", "compare", listed[1]["id"], listed[0]["id"], "--json"]
    found = json.loads(run(*words, store=store).stdout)
    assert found["customers"] == 400
    assert {row["kind"] for row in found["became"]} <= {"joins", "same", "splits"}


@pytest.mark.slow
def test_a_store_that_is_away_loses_nothing(customers_csv, tmp_path):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        away = f"http://ann:secret@127.0.0.1:{unused.getsockname()[1]}"
    more = {"MLFLOW_TRACKING_URI": away, "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0"}
    done = run("segment", customers_csv, "--out", tmp_path / "o", "-q", store=tmp_path, **more)
    assert "secret" not in done.stdout
    failed = run("runs", "list", store=tmp_path, code=2, **more)
    assert "could not be used" in failed.stderr
    assert "secret" not in failed.stderr
    left = json.loads(run("runs", "list", "--json", store=tmp_path).stdout)
    assert (left["runs"], len(left["waiting"])) == ([], 1)
    assert left["waiting"][0]["reason"]
    assert "secret" not in json.dumps(left)


@pytest.mark.slow
def test_mlflows_page_answers_on_this_machine_only_and_ends(store, listed):
    page = subprocess.Popen(
        [*COTERIE, "runs", "ui", "--port", "0"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, env={**os.environ, "COTERIE_TRACKING_DIR": str(store)},
    )  # fmt: skip
    try:
        said = page.stdout.readline()
        address = said.split()[2]
        assert address.startswith("http://127.0.0.1:")
        assert _answers(address)
    finally:
        page.send_signal(signal.SIGTERM)
        page.communicate(timeout=30)
    assert not _answers(address, tries=1)


def _answers(address: str, tries: int = 120) -> bool:
    for _ in range(tries):
        try:
            with urllib.request.urlopen(address, timeout=5) as page:  # noqa: S310 - our own
                return page.status == 200
        except OSError:
            time.sleep(0.25)
    return False


@pytest.mark.slow
def test_a_training_of_the_library_is_on_record_with_pictures_and_report(tmp_path):
    code = (
        "import coterie as ct\n"
        "from coterie.tables.synthetic import make_customers\n"
        "ct.segment(make_customers(300, segments=3, seed=1)[0], track=True)\n"
    )
    environment = {**os.environ, "COTERIE_TRACKING_DIR": str(tmp_path / "runs")}
    subprocess.run([sys.executable, "-c", code], check=True, env=environment)
    listed = json.loads(run("runs", "list", "--json", store=tmp_path / "runs").stdout)
    assert [(one["k"], one["tags"]["coterie.face"]) for one in listed["runs"]] == [(3, "library")]
    artifacts = tmp_path / "runs" / "artifacts" / listed["runs"][0]["id"] / "artifacts"
    assert "<html" in (artifacts / "report.html").read_text()
    assert len(list((artifacts / "figures").glob("*.png"))) > 5


@pytest.mark.slow
def test_a_server_and_the_registry_follow_each_others_promotions(
    customers_csv, tmp_path, monkeypatch
):
    from coterie.config import RunConfig
    from coterie.faces.jobs import Jobs
    from coterie.stores.shelf import Shelf

    monkeypatch.setenv("COTERIE_TRACK", "1")
    shelf = Shelf(tmp_path)
    jobs = Jobs(shelf, tmp_path, 1)
    try:
        started = [
            jobs.start_training(1, customers_csv, RunConfig(k=k), name="Shop") for k in (2, 4)
        ]
        for _ in range(600):
            ended = [jobs.job(one.id, 1) for one in started]
            if all(one.state not in ("waiting", "running") for one in ended):
                break
            time.sleep(0.1)
        assert [one.state for one in ended] == ["done", "done"]
    finally:
        jobs.close()
    studies = {one.k: one.id for one in shelf.studies(1)}
    shelf.promote(studies[2], 1)
    words = ["--store", tmp_path / "mlflow"]
    listed = json.loads(run("runs", "list", "--json", *words, store=tmp_path / "no").stdout)["runs"]
    assert {one["k"]: one["production"] for one in listed} == {2: ["shop"], 4: []}
    other = next(one["id"] for one in listed if one["k"] == 4)
    said = run("runs", "promote", other, *words, store=tmp_path / "no").stdout
    assert "The server answers with it as shop" in said
    assert shelf.production("shop").id == studies[4]
