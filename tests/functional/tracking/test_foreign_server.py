"""Models that lie only on a tracking server of somebody else: scored, served, promoted."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from starlette.testclient import TestClient

from coterie.config import RunConfig
from coterie.faces.api import Limits, create_api
from coterie.faces.registered import Registered
from coterie.faces.services import Services, Settings
from coterie.stores.accounts.values import HashCost, Policy
from coterie.stores.shelf import NoSuchModelError, Shelf

COTERIE = [sys.executable, "-m", "coterie"]
PASSWORD = "a fine long passphrase"  # noqa: S105 - of an account in a temporary folder


def coterie(*words: object, uri: str, home: Path) -> str:
    environment = {
        **os.environ, "COTERIE_TRACK": "1", "COTERIE_TRACKING_DIR": str(home),
        "MLFLOW_TRACKING_URI": uri,
    }  # fmt: skip
    done = subprocess.run(
        [*COTERIE, *map(str, words)],
        capture_output=True, text=True, timeout=200, check=False, env=environment,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def until(ask: Callable[[], Any], seconds: float = 90.0) -> Any:
    """Ask until the answer is something."""
    for _ in range(int(seconds * 5)):
        if found := ask():
            return found
        time.sleep(0.2)
    raise AssertionError("it did not come")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of MLflow's own server, which keeps artifacts itself."""
    home = tmp_path_factory.mktemp("mlflow")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    quiet = {"MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
    server = subprocess.Popen(
        [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port),
         "--workers", "1", "--backend-store-uri", f"sqlite:///{home}/runs.db",
         "--artifacts-destination", str(home / "files")],
        env={**os.environ, **quiet}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    where = f"http://127.0.0.1:{port}"
    try:
        until(lambda: _healthy(where))
        yield where
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(30)


def _healthy(where: str) -> bool:
    try:
        with urllib.request.urlopen(f"{where}/health", timeout=5) as page:  # noqa: S310
            return bool(page.status == 200)
    except OSError:
        return False


@pytest.fixture(scope="module")
def promoted(address: str, customers_csv: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a training that is in production on the tracking server as `shop`."""
    home = tmp_path_factory.mktemp("home")
    coterie("segment", customers_csv, "--out", home / "out", "-q", uri=address, home=home)
    coterie("runs", "promote", "latest", "--name", "shop", uri=address, home=home)
    return home


@pytest.fixture(scope="module")
def services(
    address: str, promoted: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Services]:
    """Return the services of a server whose data directory is empty."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COTERIE_TRACK", "1")
        patch.setenv("MLFLOW_TRACKING_URI", address)
        opened = Services.open(Settings(data_dir=tmp_path_factory.mktemp("data")))
        opened.accounts.policy = Policy(hash_cost=HashCost(1, 64, 1))
        opened.accounts.add_person("ada", PASSWORD, "admin")
        try:
            until(opened.answering.registered)
            yield opened
        finally:
            opened.close()


@pytest.fixture
def client(services: Services) -> TestClient:
    api, ada = create_api(services, limits=Limits()), services.accounts.person("ada")

    async def door(scope, receive, send):
        if scope["type"] == "http":
            scope["state"] = {"person": ada, "scopes": None}
        await api(scope, receive, send)

    return TestClient(door)


@pytest.mark.slow
def test_a_model_on_the_tracking_server_scores_as_its_bundle_does(
    address, promoted, customers_csv, tmp_path
):
    bundle = promoted / "out" / "segmentation.zip"
    for model, out in (("models:/shop@production", "name.csv"), (bundle, "file.csv")):
        coterie("score", model, customers_csv, "-o", tmp_path / out, uri=address, home=tmp_path)
    assert (tmp_path / "name.csv").read_bytes() == (tmp_path / "file.csv").read_bytes()


@pytest.mark.slow
def test_a_server_with_an_empty_folder_lists_describes_and_places(client, promoted, customers_csv):
    (listed,) = client.get("/models").json()["models"]
    assert (listed["name"], listed["registry"], listed["versions"]) == (
        "shop",
        "models:/shop/1",
        [],
    )
    told = client.get("/models/shop").json()
    assert told["study"]["k"] == 4
    row = pl.read_csv(customers_csv).row(0, named=True)
    record = {column["name"]: row[column["name"]] for column in told["inputs"]}
    placed = client.post("/models/shop/place", json=record).json()
    kept = pl.read_csv(promoted / "out" / "customers.csv").row(0, named=True)
    assert placed["segment_id"] == kept["segment_id"]
    assert len(client.get("/models/shop/segments").json()["segments"]) == 4
    assert "shop" in json.dumps(client.get("/openapi.json").json())


@pytest.mark.slow
def test_the_server_sees_what_is_promoted_while_it_runs(
    services, client, address, promoted, customers_csv
):
    words = {"uri": address, "home": promoted}
    coterie("segment", customers_csv, "--out", promoted / "two", "--k", 2, "-q", **words)
    coterie("runs", "promote", "latest", "--name", "shop", **words)
    until(lambda: client.get("/models/shop").json()["registry"] == "models:/shop/2")
    assert client.get("/models/shop").json()["study"]["k"] == 2


@pytest.mark.slow
def test_a_study_promoted_on_the_server_answers_at_once_and_gets_the_alias(
    services, client, address, promoted, customers_csv
):
    ada = services.accounts.person("ada").id
    job = services.jobs.start_training(ada, customers_csv, RunConfig(k=3), name="Shop")
    done = services.jobs.wait(job.id, ada, timeout=120)
    assert done.state == "done", done.message
    said = client.post("/models/shop/promote", json={"study": done.study_id}).json()
    assert (said["production"], said["registry"]) == (done.study_id, "")
    assert client.get("/models/shop").json()["study"]["k"] == 3

    def versions() -> list[int]:
        listed = coterie("runs", "list", "--json", uri=address, home=promoted)
        return [one["k"] for one in json.loads(listed)["runs"] if "shop" in one["production"]]

    assert until(lambda: versions() == [3])
    # And back again, from the command line: the server has no such study.
    coterie("runs", "promote", "latest", "--name", "other", uri=address, home=promoted)
    names = {one["name"] for one in until(lambda: _more_than_one(client))}
    assert names == {"shop", "other"}


def _more_than_one(client: TestClient) -> list[dict]:
    models = client.get("/models").json()["models"]
    return models if len(models) > 1 else []


@pytest.mark.slow
def test_a_tracking_server_that_is_away_is_one_sentence_and_no_wait(tmp_path, monkeypatch):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        away = f"http://ann:secret@127.0.0.1:{unused.getsockname()[1]}"
    monkeypatch.setenv("COTERIE_TRACK", "1")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", away)
    answering = Registered(Shelf(tmp_path), tmp_path)
    try:
        begun = time.monotonic()
        assert answering.models(0) == []
        with pytest.raises(NoSuchModelError):
            answering.production("shop")
        assert time.monotonic() - begun < 0.5
        words = until(answering.words)
        assert words == f"The tracking server {away.replace('ann:secret@', '')} has not answered."
        with pytest.raises(NoSuchModelError, match="has not answered"):
            answering.production("shop")
        process = answering._process
    finally:
        answering.close()
    assert process.poll() is not None
