"""What goes wrong beneath a server: a kill, a full or read-only disk, accounts taken away."""

from __future__ import annotations

import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from coterie.tables.synthetic import make_customers

pytestmark = pytest.mark.slow

PASSWORD = "a long quiet river runs"  # noqa: S105 - of an account in a temporary folder
NEVER = ("Traceback", "NoneType", "sqlite3.", "sqlalchemy")


class Served:
    """A server on a data folder, as a process of its own that can be killed."""

    def __init__(self, data: Path, log: Path, *more: str) -> None:
        self.data, self.log = data, log
        self._clients: list[httpx.Client] = []
        clean = {key: value for key, value in os.environ.items() if not key.startswith("COTERIE_")}
        command = [sys.executable, "-m", "coterie", "serve", "--port", "0", "--data-dir", str(data)]
        with log.open("wb") as out:
            self.process = subprocess.Popen(
                [*command, *more],
                env={**clean, "PYTHONUNBUFFERED": "1", "COTERIE_TRACK": "0"},
                stdout=out,
                stderr=out,
            )
        until = time.monotonic() + 90
        while "Stop it with" not in log.read_text():
            assert self.process.poll() is None, log.read_text()
            assert time.monotonic() < until, log.read_text()
            time.sleep(0.1)
        self.url = re.search(r"Coterie is at (\S+)", log.read_text()).group(1)
        link = re.search(r"http\S+(/first/\S+)", log.read_text())
        self.first = link.group(1) if link else None

    def kill(self) -> None:
        """End it as a power cut would."""
        self._hang_up()
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def end(self) -> None:
        """End it in order."""
        self._hang_up()
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(30)

    def client(self) -> httpx.Client:
        opened = httpx.Client(base_url=self.url, timeout=60, headers={"accept": "text/html"})
        self._clients.append(opened)
        return opened

    def _hang_up(self) -> None:
        while self._clients:
            self._clients.pop().close()


def csrf_of(page: str) -> str:
    return re.search(r'name="csrf" value="([^"]+)"', page).group(1)


def send(client: httpx.Client, path: str, **fields: str) -> httpx.Response:
    """Fill in the form of a page and send it."""
    return client.post(path, data={"csrf": csrf_of(client.get(path).text), **fields})


def make_first(server: Served, client: httpx.Client) -> None:
    answer = send(client, server.first, username="ada", password=PASSWORD, again=PASSWORD)
    assert answer.status_code == 303, answer.text


def token_of(client: httpx.Client) -> dict[str, str]:
    form = {"csrf": csrf_of(client.get("/account").text), "name": "t", "days": "30"}
    scopes = {"scopes": ["read", "train", "place", "score"]}
    page = client.post("/account/tokens", data={**form, **scopes}).text
    secret = re.search(r'class="secret"[^>]*>([^<]+)<', page).group(1)
    return {"Authorization": f"Bearer {secret}", "accept": "application/json"}


def children_in(data: Path) -> list[str]:
    """Return the processes that work in a data folder, other than servers."""
    found = []
    for place in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = place.read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue
        if "coterie.faces.jobs.child" in words and any(str(data) in word for word in words):
            found.append(" ".join(words))
    return found


def eventually(holds: Callable[[], Any], seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.1)


def table(rows: int, seed: int) -> bytes:
    return make_customers(rows, segments=3, seed=seed)[0].write_csv().encode()


def train(client: httpx.Client, api: dict[str, str], name: str, content: bytes) -> httpx.Response:
    file = {"file": (f"{name}.csv", content, "text/csv")}
    return client.post("/api/v1/studies", headers=api, files=file, data={"name": name})


def ended(client: httpx.Client, api: dict[str, str], address: str) -> dict[str, Any]:
    body: dict[str, Any] = {}

    def over() -> bool:
        body.update(client.get(address, headers=api).json())
        return body["state"] not in ("waiting", "running")

    eventually(over, 120)
    return body


@pytest.mark.browser
def test_after_kill_9_during_two_trainings_all_is_there_and_both_start_again_by_a_button(
    tmp_path: Path, new_window: Callable[..., Page]
):
    data = tmp_path / "data"
    server = Served(data, tmp_path / "one.txt")
    client = server.client()
    make_first(server, client)
    api = token_of(client)
    first = ended(client, api, train(client, api, "Finished", table(300, 1)).headers["location"])
    assert first["state"] == "done"
    for name, seed in (("Spring", 2), ("Autumn", 3)):
        assert train(client, api, name, table(4_000, seed)).status_code == 202
    eventually(lambda: len(children_in(data)) == 2)
    server.kill()
    eventually(lambda: not children_in(data), 10)

    server = Served(data, tmp_path / "two.txt")
    try:
        assert server.first is None
        page = new_window()
        page.goto(f"{server.url}/login")
        page.get_by_label("Username").fill("ada")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()
        page.wait_for_url(f"{server.url}/**")
        page.goto(f"{server.url}/models")
        expect(page.get_by_role("heading", name="Interrupted")).to_be_visible()
        again = page.get_by_role("button", name="Start it again")
        expect(again).to_have_count(2)
        expect(page.locator(".co-row")).to_have_count(1)
        assert len([one for one in (data / "studies").iterdir() if one.is_dir()]) == 1
        again.first.click()
        expect(page.get_by_role("button", name="See the groups")).to_be_visible(timeout=120_000)
        expect(page.get_by_role("button", name="Start it again")).to_have_count(1)
        page.get_by_role("button", name="Leave it").click()
        expect(page.get_by_role("button", name="Start it again")).to_have_count(0)
        assert len([one for one in (data / "studies").iterdir() if one.is_dir()]) == 2
        second = subprocess.run(
            [sys.executable, "-m", "coterie", "serve", "--port", "0", "--data-dir", str(data)],
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert second.returncode == 2
        assert "Another Coterie server has the data directory" in second.stderr
    finally:
        server.end()
    assert "Traceback" not in server.log.read_text()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a disk of 80 MB, or skip where that is not allowed."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=80m", "coterie-test", str(place)],
        capture_output=True, check=False,
    )  # fmt: skip
    if mounted.returncode:
        pytest.skip("mounting a small disk is not allowed here")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def fill(place: Path) -> Path:
    """Use up all the room of a disk."""
    stuffing = place / "stuffing"
    with stuffing.open("wb", buffering=0) as out:
        for step in (1 << 20, 1 << 12, 1):
            try:
                while True:
                    out.write(bytes(step))
            except OSError:
                continue
    return stuffing


def sentence(answer: httpx.Response, data: Path) -> str:
    """Return what an answer says, which is meant for people."""
    text = answer.text
    assert not [word for word in NEVER if word in text], text
    assert str(data) not in text
    if answer.headers.get("content-type", "").startswith("application/problem+json"):
        return str(answer.json()["detail"])
    found = re.search(r'role="alert"[^>]*>\s*<p>([^<]+)', text)
    assert found, text
    return found.group(1)


def test_on_a_full_disk_everything_says_so_and_afterwards_all_works(small_disk: Path):
    data = small_disk / "data"
    server = Served(data, small_disk.parent / "log.txt", "--sign-up", "open")
    try:
        client = server.client()
        make_first(server, client)
        api = token_of(client)
        content = table(300, 1)
        done = ended(client, api, train(client, api, "Before", content).headers["location"])
        study = done["study"]["id"]
        stuffing = fill(small_disk)

        answer = train(client, api, "On a full disk", table(300, 2))
        assert answer.status_code == 507
        assert "disk is full" in sentence(answer, data)
        other = server.client()
        refused = send(other, "/login", username="ada", password=PASSWORD)
        assert refused.status_code == 503
        assert "full" in sentence(refused, data)
        assert 'value="ada"' in refused.text
        joined = send(other, "/signup", username="ben", password=PASSWORD, again=PASSWORD)
        assert joined.status_code == 503
        assert "full" in sentence(joined, data)
        assert 'value="ben"' in joined.text
        for path in ("/account", "/"):  # Who is in stays in, and looks.
            assert client.get(path).status_code == 200
        assert client.get(f"/api/v1/studies/{study}", headers=api).json()["state"] == "done"

        stuffing.unlink()
        assert send(other, "/login", username="ada", password=PASSWORD).status_code == 303
        again = ended(client, api, train(client, api, "After", content).headers["location"])
        assert again["state"] == "done"
        with sqlite3.connect(data / "accounts.db") as accounts:
            assert accounts.execute("pragma integrity_check").fetchone() == ("ok",)
        fill(small_disk)
        gone = client.delete(f"/api/v1/studies/{study}", headers=api)
        assert gone.status_code == 204, "deleting makes room, so it must not need any"
    finally:
        server.end()
    assert "Traceback" not in server.log.read_text()


@pytest.fixture
def freeze() -> Iterator[Callable[[Path], None]]:
    """Return a function that makes a folder read-only, for root too; skip where it cannot be."""
    frozen: list[Path] = []

    def make_read_only(folder: Path) -> None:
        bound = subprocess.run(
            ["mount", "--bind", folder, folder], capture_output=True, check=False
        )
        if bound.returncode:
            pytest.skip("binding a folder is not allowed here")
        frozen.append(folder)
        subprocess.run(["mount", "-o", "remount,ro,bind", folder], check=True)

    yield make_read_only
    for folder in frozen:
        subprocess.run(["umount", "-l", folder], check=False)


def test_folders_that_become_read_only_are_said_and_nothing_is_lost(
    tmp_path: Path, freeze: Callable[[Path], None]
):
    data = tmp_path / "data"
    server = Served(data, tmp_path / "log.txt")
    try:
        client = server.client()
        make_first(server, client)
        api = token_of(client)
        done = ended(client, api, train(client, api, "One", table(200, 1)).headers["location"])
        for name in ("uploads", "jobs", "studies"):
            freeze(data / name)
        answer = train(client, api, "Read-only", table(200, 2))
        assert answer.status_code == 500
        assert "could not write to its data directory" in sentence(answer, data)
        study = f"/api/v1/studies/{done['study']['id']}"
        assert client.get(study, headers=api).json()["state"] == "done"
        refused = client.delete(study, headers=api)
        assert refused.status_code == 500
        assert "could not write to its data directory" in sentence(refused, data)
        for name in ("uploads", "jobs", "studies"):
            subprocess.run(["umount", "-l", data / name], check=True)
        assert client.get(study, headers=api).json()["summary"] == done["summary"]
        again = train(client, api, "Writable", table(200, 3))
        assert ended(client, api, again.headers["location"])["state"] == "done"
    finally:
        server.end()
    assert "Traceback" not in server.log.read_text()


def test_accounts_that_are_taken_away_while_the_server_runs_are_said_and_come_back(tmp_path: Path):
    data = tmp_path / "data"
    server = Served(data, tmp_path / "log.txt")
    try:
        client = server.client()
        make_first(server, client)
        (data / "accounts.db").rename(tmp_path / "kept.db")
        answer = client.get("/account")
        assert answer.status_code == 503
        assert "removed or replaced" in answer.text
        assert str(data) not in answer.text
        assert server.client().get("/health").status_code == 503
        refused = send(server.client(), "/login", username="ada", password=PASSWORD)
        assert refused.status_code == 503
        assert "removed or replaced" in sentence(refused, data)
        (tmp_path / "kept.db").rename(data / "accounts.db")
        assert client.get("/account").status_code == 200
    finally:
        server.end()
    assert "Traceback" not in server.log.read_text()


def test_a_port_that_is_taken_is_a_sentence(tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = subprocess.run(
            [sys.executable, "-m", "coterie", "serve", "--port", port, "--data-dir", str(tmp_path)],
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
    assert done.returncode == 2
    assert f"Port {port} on 127.0.0.1 is taken by another program." in done.stderr
    assert "Traceback" not in done.stderr
