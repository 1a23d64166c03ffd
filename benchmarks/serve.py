"""Requests a second of /place, beside an empty FastAPI route and `mlflow models serve`.

Every server runs on this machine, one process each, and is asked in turns, round after round, by a
load generator that is a process of its own: connections are kept alive, a warm-up comes first. So
whatever else the machine does falls on all of them alike; read the ratios, not the figures.

    python benchmarks/serve.py [--seconds 1] [--rounds 7] [--connections 16] [--out results.json]
"""

from __future__ import annotations

import argparse
import json
import os
import selectors
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

MOST_P50, LEAST_RATE = 1.5, 5.0
LEAST_ANSWERS = 20
JSON_TYPE = "application/json"
SAMPLES = {"customers": (2_000, 5), "campaign": (2_000, 4)}


class Server:
    """A server process, ended with everything that it started."""

    def __init__(self, command: list[str], port: int, health: str, log: Path, **extra: str) -> None:
        self.port = port
        self._log = log.open("wb")
        self._process = subprocess.Popen(
            command,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env={
                **os.environ,
                "OMP_NUM_THREADS": "1",
                "OPENBLAS_NUM_THREADS": "1",
                # mlflow looks for uvicorn on the path.
                "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
                **extra,
            },
        )
        self._wait(f"http://127.0.0.1:{port}{health}", log)

    def _wait(self, address: str, log: Path) -> None:
        until = time.monotonic() + 180
        while time.monotonic() < until:
            if self._process.poll() is not None:
                break
            try:
                with urllib.request.urlopen(address, timeout=1):  # noqa: S310 - our own
                    return
            except OSError:
                time.sleep(0.1)
        self.close()
        sys.exit(f"The server did not start:\n{log.read_text(errors='replace')[-3000:]}")

    def close(self) -> None:
        """End the process group."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGTERM)
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait()
        self._log.close()


# The servers


def serve_api(data: Path, port: int) -> None:
    """Serve the API as the whole server mounts it, for a person who is let in."""
    import uvicorn

    from coterie.faces.api import Limits, create_api
    from coterie.faces.services import Services, Settings

    services = Services.open(Settings(data_dir=data))
    person = services.accounts.people()[0]
    api = create_api(services, limits=Limits(per_second=1e9, burst=1e9))

    async def door(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            scope["state"] = {"person": person, "scopes": None}
        await api(scope, receive, send)

    uvicorn.run(door, host="127.0.0.1", port=port, log_level="warning", access_log=False)


def serve_empty(port: int) -> None:
    """Serve a FastAPI application with one route that does nothing."""
    import uvicorn
    from fastapi import FastAPI

    app = FastAPI()

    @app.post("/empty")
    async def empty() -> dict[str, str]:
        return {}

    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning", access_log=False)


def serve_whole(data: Path, port: int) -> None:
    """Serve everything: gate, sessions and tokens in the database, dashboard, demo, API."""
    from functools import partial

    import uvicorn

    from coterie.faces import api

    # Before the server takes it: one person asks for everything here.
    api.create_api = partial(api.create_api, limits=api.Limits(per_second=1e9, burst=1e9))

    from coterie.faces.server.app import create_app
    from coterie.faces.services import Services, Settings

    app = create_app(Services.open(Settings(data_dir=data, port=port)))
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning", access_log=False)


# The load generator


class Connection:
    """One kept-alive connection that sends the same request again and again."""

    def __init__(self, port: int, request: bytes) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._request = request
        self._left = -1
        self._head = b""

    def send(self) -> None:
        """Send the request, and note when."""
        self._left, self._head = -1, b""
        self.begun = time.perf_counter()
        self.socket.sendall(self._request)

    def read(self) -> bool:
        """Read what has come; return whether the response is whole."""
        data = self.socket.recv(65536)
        if not data:
            raise ConnectionError("the server closed a kept-alive connection")
        if self._left < 0:
            self._head += data
            head, end, body = self._head.partition(b"\r\n\r\n")
            if not end:
                return False
            if not head.startswith(b"HTTP/1.1 200"):
                raise ConnectionError(self._head[:600].decode(errors="replace"))
            for line in head.split(b"\r\n"):
                if line[:15].lower() == b"content-length:":
                    self._left = int(line[15:]) - len(body)
            if self._left < 0:
                raise ConnectionError("the response has no Content-Length")
        else:
            self._left -= len(data)
        return self._left == 0


def load(port: int, request: bytes, connections: int, seconds: float) -> dict[str, float]:
    """Ask as fast as it answers; return requests a second and latencies in milliseconds."""
    opened = [Connection(port, request) for _ in range(connections)]
    taken: list[float] = []
    with selectors.DefaultSelector() as waiting:
        for one in opened:
            waiting.register(one.socket, selectors.EVENT_READ, one)
            one.send()
        begun = time.perf_counter()
        while (now := time.perf_counter()) - begun < seconds or len(taken) < LEAST_ANSWERS:
            for key, _ in waiting.select(1.0):
                one = key.data
                if one.read():
                    taken.append(time.perf_counter() - one.begun)
                    one.send()
        elapsed = now - begun
    for one in opened:
        one.socket.close()
    cuts = statistics.quantiles(taken, n=100, method="inclusive")
    return {"rate": len(taken) / elapsed, "p50": cuts[49] * 1e3, "p99": cuts[98] * 1e3}


def request_bytes(path: str, body: str, headers: dict[str, str]) -> bytes:
    """Return an HTTP request."""
    lines = [
        f"POST {path} HTTP/1.1",
        "Host: 127.0.0.1",
        f"Content-Type: {JSON_TYPE}",
        f"Content-Length: {len(body.encode())}",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    return ("\r\n".join(lines) + f"\r\n\r\n{body}").encode()


# What is compared


def train(data: Path) -> tuple[dict[str, dict[str, Any]], str]:
    """Put a model of each sample into production; return a record for each, and a token."""
    from coterie.config import RunConfig
    from coterie.faces.services import Services, Settings

    services = Services.open(Settings(data_dir=data))
    admin = services.accounts.add_person("bench", "a long enough passphrase", "admin")
    _record, token = services.accounts.create_token(admin, "bench", ("place",))
    records = {}
    for kind, (rows, segments) in SAMPLES.items():
        sample = {"kind": kind, "rows": rows, "segments": segments, "seed": 3}
        job = services.jobs.start_training(admin.id, None, RunConfig(), name=kind, sample=sample)
        done = services.jobs.wait(job.id, admin.id, timeout=300)
        assert done.study_id, done.message  # noqa: S101
        services.shelf.promote(done.study_id, admin.id)
        model = services.shelf.production(kind).segmentation
        records[kind] = {c.name: c.typical for c in model.inputs if c.typical is not None}
        save_mlflow(model, data / f"mlflow-{kind}", records[kind])
    services.close()
    return records, token


def save_mlflow(model: Any, folder: Path, record: dict[str, Any]) -> None:
    """Save two pipelines with MLflow: the exported one, and the barest one on the same columns."""
    import logging

    import mlflow
    import numpy as np
    import pandas as pd
    from mlflow.models import infer_signature
    from sklearn.cluster import KMeans
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    from coterie.stores.exports import build_pipeline

    logging.getLogger("mlflow").setLevel(logging.ERROR)  # It warns of pickles; ours go nowhere.
    row = pd.DataFrame([record]).astype(float)
    table = pd.concat([row * scale for scale in np.linspace(0.2, 2.0, 50)], ignore_index=True)
    bare = make_pipeline(StandardScaler(), KMeans(len(model.segments), n_init=1)).fit(table)
    for name, pipeline in (("export", build_pipeline(model)), ("bare", bare)):
        mlflow.sklearn.save_model(
            pipeline,
            str(folder / name),
            signature=infer_signature(row, pipeline.predict(row)),
            pip_requirements=["scikit-learn"],
            serialization_format="cloudpickle",
        )


def mlflow_command(model: Path, port: int) -> list[str]:
    """Return the command that serves a saved model."""
    place = Path(sys.executable).with_name("mlflow")
    return [str(place), "models", "serve", "-m", str(model), "-p", str(port), "-h", "127.0.0.1",
            "--env-manager", "local", "--workers", "1"]  # fmt: skip


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(data: Path, records: dict[str, Any], token: str, whole: bool) -> tuple[list[Any], Any]:
    """Start the servers; return them, and what to ask: name -> (port, request)."""
    servers: list[Server] = []
    asked: dict[str, tuple[int, bytes]] = {}
    own = [sys.executable, __file__]

    def add(command: list[str], health: str, **extra: str) -> int:
        port = int(command[command.index("-p") + 1])
        servers.append(Server(command, port, health, data / f"{len(servers)}.log", **extra))
        return port

    empty = add([*own, "--serve", "empty", "-p", str(free_port())], "/docs")
    api_command = [*own, "--serve", "api", "--data", str(data), "-p", str(free_port())]
    place = add(api_command, "/openapi.json")
    for kind, record in records.items():
        body = json.dumps(record)
        asked[f"empty route ({kind})"] = (empty, request_bytes("/empty", body, {}))
        path = f"/models/{kind}/place"
        asked[f"/place ({kind})"] = (place, request_bytes(path, body, {}))
        many = json.dumps({"dataframe_records": [record]})
        for name in ("bare", "export"):
            command = mlflow_command(data / f"mlflow-{kind}" / name, free_port())
            port = add(command, "/ping", MLFLOW_DISABLE_TELEMETRY="true", DO_NOT_TRACK="true")
            asked[f"mlflow {name} ({kind})"] = (port, request_bytes("/invocations", many, {}))
    if whole:
        copy = data.with_name(f"{data.name}-whole")
        subprocess.run(["cp", "-r", str(data), str(copy)], check=True)
        command = [*own, "--serve", "whole", "--data", str(copy), "-p", str(free_port())]
        port = add(command, "/health")
        for kind, record in records.items():
            headers = {"Authorization": f"Bearer {token}"}
            path = f"/api/v1/models/{kind}/place"
            request = request_bytes(path, json.dumps(record), headers)
            asked[f"/place, whole server ({kind})"] = (port, request)
    return servers, asked


def measure(asked: Any, connections: int, seconds: float, rounds: int) -> dict[str, Any]:
    """Ask each server in turns; return what each answered in each round."""
    found: dict[str, list[dict[str, float]]] = {name: [] for name in asked}
    for turn in range(rounds + 1):
        for name, (port, request) in asked.items():
            lasts = seconds if turn else min(1.0, seconds)
            order = [sys.executable, __file__, "--load", str(port), "-c", str(connections),
                     "--seconds", str(lasts)]  # fmt: skip
            done = subprocess.run(order, input=request, capture_output=True, check=False)
            if done.returncode:
                sys.exit(f"{name}: {done.stderr.decode(errors='replace')[-1500:]}")
            if turn:  # The first round is the warm-up.
                found[name].append(json.loads(done.stdout))
    return found


def middle(rounds: list[dict[str, float]]) -> dict[str, float]:
    """Return the medians over the rounds."""
    return {key: statistics.median(one[key] for one in rounds) for key in rounds[0]}


def ratio(figures: Any, of: str, to: str, key: str) -> float:
    """Return the median over the rounds of one server's figure to another's in the same round."""
    pairs = zip(figures[of], figures[to], strict=True)
    return statistics.median(one[key] / other[key] for one, other in pairs)


def show(results: dict[int, dict[str, Any]]) -> dict[str, Any]:
    """Print the figures and the ratios; return the ratios."""
    ratios: dict[str, Any] = {}
    for connections, figures in results.items():
        print(f"\n{connections} connection{'s' if connections > 1 else ''}")
        print(f"  {'':<34}{'requests/s':>12}{'p50 ms':>10}{'p99 ms':>10}")
        for name, rounds in figures.items():
            one = middle(rounds)
            print(f"  {name:<34}{one['rate']:>12,.0f}{one['p50']:>10.2f}{one['p99']:>10.2f}")
        for kind in SAMPLES:
            place = f"/place ({kind})"
            against = {
                "p50 against the empty route": ratio(
                    figures, place, f"empty route ({kind})", "p50"
                ),
                "rate against mlflow, bare pipeline": ratio(
                    figures, place, f"mlflow bare ({kind})", "rate"
                ),
                "rate against mlflow, the same pipeline": ratio(
                    figures, place, f"mlflow export ({kind})", "rate"
                ),
            }
            ratios[f"{kind}, {connections}"] = against
            for words, value in against.items():
                print(f"  {kind}: {words}: {value:.2f}")
    return ratios


def main() -> None:
    """Measure, print, write, and fail where what is promised does not hold."""
    options = read_options()
    if options.serve == "empty":
        serve_empty(options.p)
    elif options.serve:
        {"api": serve_api, "whole": serve_whole}[options.serve](options.data, options.p)
    elif options.load:
        print(json.dumps(load(options.load, sys.stdin.buffer.read(), options.c, options.seconds)))
    else:
        with tempfile.TemporaryDirectory(prefix="coterie-bench-") as folder:
            compare(options, Path(folder) / "data")


def compare(options: argparse.Namespace, data: Path) -> None:
    """Run the whole comparison in a folder."""
    os.environ |= {
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "MLFLOW_TRACKING_URI": f"sqlite:///{data.parent / 'mlflow.db'}",
    }
    print("Training the models that are served")
    records, token = train(data)
    servers, asked = [], {}
    try:
        servers, asked = start(data, records, token, options.whole)
        results = {
            connections: measure(asked, connections, options.seconds, options.rounds)
            for connections in sorted({1, options.connections})
        }
    finally:
        for server in servers:
            server.close()
    ratios = show(results)
    if options.out:
        kept = {"results": results, "ratios": ratios, "processors": os.cpu_count()}
        options.out.write_text(json.dumps(kept, indent=1))
    missed = [
        f"{where}: {words} is {value:.2f}"
        for where, each in ratios.items()
        for words, value in each.items()
        if (value > MOST_P50 if "p50" in words else value < LEAST_RATE)
    ]
    if missed and not options.no_fail:
        sys.exit("Not as promised: " + "; ".join(missed))


def read_options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=float, default=1.0, help="each round of each server")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--whole", action="store_true", help="also /place behind the whole gate")
    parser.add_argument("--out", type=Path, help="write the figures as JSON")
    parser.add_argument("--no-fail", action="store_true", help="only tell")
    for hidden, kind in (("--serve", str), ("--data", Path), ("--load", int), ("-p", int)):
        parser.add_argument(hidden, type=kind, help=argparse.SUPPRESS)
    parser.add_argument("-c", type=int, help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
