"""Ten people at once on one server: whose data each sees, and how long a change takes.

Run: make bench-people  (or: python benchmarks/people.py --people 10)

A server is started as anybody would; every person has a study of a table of their own. In one
browser (Chromium) each person's page changes every field of the form that places a customer,
first one person alone, then all at the same moment. Measured are the seconds from the click to
the server's last word on it, and to the new values on the page, the browser's drawing included.

Ten browsers drawing on the server's own machine are nobody's life, so the same ten then talk to
the server without browsers: what each page sent is sent again over a WebSocket of its own, and
the seconds until the server has said its last word are the server's alone.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page, WebSocket
    from websockets.asyncio.client import ClientConnection

FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-dev-shm-usage --disable-background-networking "
    "--disable-component-update --disable-sync"
)

HEARD: dict[Page, list[float]] = {}
SAID: dict[Page, list[bytes]] = {}


def prepare(folder: Path, people: int, rows: int) -> dict[str, str]:
    """Make accounts and a study for each; return their passwords by name."""
    from coterie.config import RunConfig
    from coterie.faces.services import Services, Settings

    services = Services.open(Settings(data_dir=folder, workers=2))
    known = {}
    waiting = []
    for number in range(people):
        name, password = f"person{number}", f"{secrets.token_hex(4)} river {secrets.token_hex(4)}"
        role = "admin" if number == 0 else "analyst"
        person = services.accounts.add_person(name, password, role)
        known[name] = password
        sample = {"kind": "customers", "rows": rows, "segments": 2 + number % 6, "seed": number}
        job = services.jobs.start_training(
            person.id, None, RunConfig(), schema=None, name=f"Table of {name}", sample=sample
        )
        waiting.append((job.id, person.id))
    for job_id, owner in waiting:
        while services.jobs.job(job_id, owner).state in ("waiting", "running"):
            time.sleep(0.5)
        if services.jobs.job(job_id, owner).state != "done":
            raise SystemExit(services.jobs.job(job_id, owner).message)
    services.close()
    return known


async def enter(browser: Browser, url: str, name: str, password: str) -> Page:
    """Log a person in, in a browser context of their own, and open the page that places."""
    context = await browser.new_context(viewport={"width": 1280, "height": 900})
    page = await context.new_page()
    HEARD[page], SAID[page] = [], []
    page.on("websocket", lambda socket: listen(page, socket))
    page.set_default_timeout(120_000)
    await page.goto(f"{url}/login")
    await page.fill("input[name=username]", name)
    await page.fill("input[name=password]", password)
    await page.get_by_role("button", name="Log in").click()
    await page.wait_for_url(f"{url}/")
    await page.goto(f"{url}/predict")
    await page.get_by_text(f"segments of Table of {name}").wait_for()
    await page.get_by_role("button", name="A real example").wait_for()
    return page


def listen(page: Page, socket: WebSocket) -> None:
    """Note when the server says something to a page, and what the page says."""
    SAID[page].clear()
    socket.on("framereceived", lambda _: HEARD[page].append(time.perf_counter()))
    socket.on("framesent", lambda frame: SAID[page].append(frame))


async def change(page: Page) -> tuple[float, float]:
    """Take another real customer; return the seconds to the server's last word, and to the page."""
    fields = page.locator("input[type=number]")
    before = [await fields.nth(place).input_value() for place in range(await fields.count())]
    begun = time.perf_counter()
    await page.get_by_role("button", name="A real example").click()
    while [await fields.nth(place).input_value() for place in range(len(before))] == before:
        await asyncio.sleep(0.01)
    shown = time.perf_counter() - begun
    await asyncio.sleep(0.5)
    return max((said for said in HEARD[page] if said > begun), default=begun) - begun, shown


Times = list[tuple[float, float]]


@dataclass(frozen=True)
class Talk:
    """What one person's page said: on the way in, and with the press; and the cookies it had."""

    way_in: list[bytes]
    press: list[bytes]
    cookies: str


async def said(page: Page) -> Talk:
    """Press once more, and return all that the page has said to the server so far."""
    way_in = [frame for frame in SAID[page] if not presses(frame)]
    before = len(SAID[page])
    await change(page)
    cookies = "; ".join(f"{one['name']}={one['value']}" for one in await page.context.cookies())
    return Talk(way_in, SAID[page][before:], cookies)


def presses(frame: bytes) -> bool:
    """Tell whether a page's message is a press of a button."""
    from streamlit.proto.BackMsg_pb2 import BackMsg

    states = BackMsg.FromString(frame).rerun_script.widget_states.widgets
    return any(state.trigger_value for state in states)


async def settle(socket: ClientConnection, frames: list[bytes]) -> float:
    """Say each message and hear the server out; return the seconds of all."""
    from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

    begun = time.perf_counter()
    for frame in frames:
        await socket.send(frame)
        while True:
            message = ForwardMsg.FromString(await socket.recv())
            if message.WhichOneof("type") == "script_finished":
                break
    return time.perf_counter() - begun


async def replay(url: str, talks: list[Talk], rounds: int) -> tuple[list[float], list[float]]:
    """Return the server's seconds for each press: one person alone, and all at once."""
    from contextlib import AsyncExitStack

    from websockets.asyncio.client import connect

    async with AsyncExitStack() as stack:
        sockets = []
        for talk in talks:
            socket = await stack.enter_async_context(
                connect(
                    f"{url.replace('http', 'ws')}/_stcore/stream",
                    origin=url,
                    subprotocols=["streamlit"],
                    additional_headers={"Cookie": talk.cookies},
                    max_size=None,
                )
            )
            await settle(socket, talk.way_in)
            sockets.append(socket)
        pairs = list(zip(sockets, talks, strict=True))
        for socket, talk in pairs:
            await settle(socket, talk.press)
        alone = [await settle(sockets[0], talks[0].press) for _ in range(rounds)]
        together: list[float] = []
        for _ in range(rounds):
            together += await asyncio.gather(*(settle(s, talk.press) for s, talk in pairs))
    return alone, together


async def measure(
    url: str, known: dict[str, str], rounds: int
) -> tuple[Times, Times, list[float], list[float]]:
    """Return the seconds of each change: alone and together, in browsers and without."""
    from playwright.async_api import async_playwright

    async with async_playwright() as driver:
        browser = await driver.chromium.launch(
            executable_path="/usr/bin/chromium", args=FLAGS.split()
        )
        pages = [await enter(browser, url, name, word) for name, word in known.items()]
        await asyncio.sleep(5)
        talks = [await said(page) for page in pages]
        alone = [await change(pages[0]) for _ in range(rounds)]
        together: Times = []
        for _ in range(rounds):
            together += await asyncio.gather(*(change(page) for page in pages))
            await asyncio.sleep(1)
        for page, name in zip(pages, known, strict=True):
            text = await page.locator("body").inner_text()
            others = [other for other in known if other != name and f"Table of {other}" in text]
            if others:
                raise SystemExit(f"{name} sees the study of {others[0]}.")
        await browser.close()
    return alone, together, *await replay(url, talks, 4 * rounds)


def main() -> None:
    """Prepare, serve, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=10)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as held:
        folder = Path(held) / "data"
        known = prepare(folder, arguments.people, arguments.rows)
        log = Path(held) / "log"
        with log.open("w") as output:
            server = subprocess.Popen(
                [sys.executable, "-m", "coterie", "serve", "--port", "0", "--data-dir", folder],
                stdout=output,
                stderr=output,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
            )
        try:
            while not (found := re.search(r"http://127\.0\.0\.1:\d+", log.read_text())):
                if server.poll() is not None:
                    raise SystemExit(log.read_text())
                time.sleep(0.2)
            found_url = found.group(0)
            alone, together, one, many = asyncio.run(measure(found_url, known, arguments.rounds))
        finally:
            server.terminate()
            server.wait(30)
    crowd = f"{arguments.people} at once"
    for who, seconds in (("one alone", alone), (crowd, together)):
        for what, place in (("server", 0), ("drawn", 1)):
            tell(f"{who}, in browsers, {what}", [each[place] for each in seconds])
    tell("one alone, no browser, server", one)
    tell(f"{crowd}, no browser, server", many)
    print("Everybody saw their own study and nobody else's.")


def tell(what: str, seconds: list[float]) -> None:
    """Print the median and the longest."""
    print(
        f"{what:>36}: median {statistics.median(seconds):.2f} s, "
        f"longest {max(seconds):.2f} s of {len(seconds)} changes"
    )


if __name__ == "__main__":
    main()
