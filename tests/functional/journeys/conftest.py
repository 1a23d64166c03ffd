"""The whole server as people start it, and a browser that writes down what it asks for."""

from __future__ import annotations

import os
import re
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

START_SECONDS = 90
STEP_MS = 60_000
"""A loaded machine takes its time; a page that never comes is found all the same."""

BROWSER = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass
class Running:
    """A server that runs.

    Attributes
    ----------
    url : str
    first : str
        The one-time link for the first account.
    log : Path
    """

    url: str
    first: str
    log: Path


@dataclass
class Watched:
    """What a browser asked for, and what its pages complained about."""

    asked: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        page.on("request", lambda request: self.asked.add(request.url))
        page.on("websocket", lambda socket: self.asked.add(socket.url))
        page.on("pageerror", lambda fault: self.faults.append(str(fault)))

    @property
    def hosts(self) -> set[str | None]:
        return {urlsplit(url).hostname for url in self.asked if re.match(r"(http|ws)s?:", url)}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Start ``coterie serve`` on an empty folder and a free port."""
    folder = tmp_path_factory.mktemp("server")
    log = folder / "log.txt"
    command = [sys.executable, "-m", "coterie", "serve", "--port", "0", "--data-dir"]
    clean = {key: value for key, value in os.environ.items() if not key.startswith("COTERIE_")}
    with log.open("wb") as out:
        process = subprocess.Popen(
            [*command, str(folder / "data")],
            cwd=folder,
            env={**clean, "PYTHONUNBUFFERED": "1"},
            stdout=out,
            stderr=out,
        )
    try:
        yield _running(process, log)
    finally:
        process.terminate()
        process.wait(30)


def _running(process: subprocess.Popen[bytes], log: Path) -> Running:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        text = log.read_text()
        if first := re.search(r"(http://127\.0\.0\.1:\d+)/first/\S+", text):
            return Running(first[1], first[0], log)
        time.sleep(0.1)
    raise AssertionError(f"the server did not start: {log.read_text()}")


@pytest.fixture(scope="module")
def password() -> str:
    return secrets.token_urlsafe(16)


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        expect.set_options(timeout=STEP_MS)
        opened = playwright.chromium.launch(executable_path=chromium, args=BROWSER)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def watched() -> Watched:
    return Watched()


@pytest.fixture(scope="module")
def new_window(browser: Browser, watched: Watched) -> Iterator[Callable[..., Page]]:
    """Open a window of somebody who is not logged in; all windows are watched."""
    contexts: list[BrowserContext] = []

    def open_window(**more: Any) -> Page:
        context = browser.new_context(viewport={"width": 1440, "height": 1000}, **more)
        contexts.append(context)
        context.on("page", watched.watch)
        page = context.new_page()
        page.set_default_timeout(STEP_MS)
        return page

    yield open_window
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def desk(server: Running, new_window: Callable[..., Page], password: str) -> Page:
    """Return the window of the person who made the first account, ada."""
    page = new_window(accept_downloads=True)
    page.goto(server.first)
    page.get_by_label("Username").fill("ada")
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_label("The same again").fill(password)
    page.get_by_role("button", name="Make the account").click()
    page.wait_for_url(f"{server.url}/**")
    return page


@pytest.fixture(scope="module")
def shot(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Page, str], None]:
    """Keep a picture of a page where ``COTERIE_ARTIFACTS`` says, else in a temporary folder."""
    named = os.environ.get("COTERIE_ARTIFACTS")
    folder = Path(named) if named else tmp_path_factory.mktemp("shots")
    folder.mkdir(parents=True, exist_ok=True)

    def keep(page: Page, name: str) -> None:
        page.screenshot(path=folder / f"{name}.png", full_page=True)

    return keep
