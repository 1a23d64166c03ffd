"""The dashboard alone in a real browser: what a person sees, at three widths, light and dark."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from tests.functional.dashboard.conftest import MINE, PASSWORDS, add_people, keep, open_services

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

ROOT = Path(__file__).parents[3]
ARGS = [
    f"--{option}"
    for option in (
        "headless", "no-sandbox", "disable-gpu", "disable-dev-shm-usage", "disable-sync",
        "disable-background-networking", "disable-component-update",
    )
]  # fmt: skip
PAGES = {"overview": "", "profiles": "profiles", "predict": "predict", "models": "models"}


@pytest.fixture(scope="module")
def address(tmp_path_factory, sample_study):
    """Run streamlit_app.py on a data directory of its own; return its address."""
    folder = tmp_path_factory.mktemp("alone")
    services = open_services(folder)
    add_people(services)
    keep(sample_study, services, MINE, services.accounts.person("ada").id, "Customers")
    services.close()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable, "-m", "streamlit", "run", str(ROOT / "streamlit_app.py"),
        "--server.port", str(port), "--server.address", "127.0.0.1",
    ]  # fmt: skip
    environ = os.environ | {"COTERIE_DATA_DIR": str(folder)}
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=log, stderr=log)
    try:
        _wait_for(f"http://127.0.0.1:{port}/_stcore/health")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(20)


def _wait_for(url):
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(url, timeout=2)  # noqa: S310 - our own server
            return
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"nothing answers at {url}")


@pytest.fixture(scope="module")
def browser(chromium):
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=ARGS)
        yield opened
        opened.close()


def enter(browser, address, path="", *, name="ada"):
    """Open the dashboard in a window of its own, log in, and wait until all is drawn."""
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.set_default_timeout(30_000)
    page.asked = []
    page.on("request", lambda request: page.asked.append(request.url))
    page.goto(f"{address}/{path}")
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Password", exact=True).fill(PASSWORDS[name][0])
    page.get_by_role("button", name="Log in").click()
    page.locator(".co-title h1", has_not_text="Log in").first.wait_for()
    settled(page)
    return page


def settled(page):
    """Wait until nothing is being drawn any more."""
    page.wait_for_function(
        "() => !document.querySelector('[data-testid=stStatusWidget], [data-stale=true]')"
    )
    page.wait_for_timeout(700)


WINDOWS = ((1440, "light"), (1440, "dark"), (768, "light"), (390, "dark"), (390, "light"))


@pytest.mark.parametrize("address_of", PAGES)
def test_each_page_fits_every_window_and_asks_nobody_else(browser, address, artifacts, address_of):
    page = enter(browser, address, PAGES[address_of])
    page.locator(".co-bar, .co-answer, .co-row").first.wait_for()
    for width, scheme in WINDOWS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        settled(page)
        across, inside, tall = page.evaluate(
            "() => { const m = document.querySelector('[data-testid=stMain]');"
            " return [m.scrollWidth, m.clientWidth, m.scrollHeight]; }"
        )
        assert across <= inside, f"{address_of} is cut off at {width} pixels"
        page.set_viewport_size({"width": width, "height": min(tall + 20, 5000)})
        settled(page)
        page.screenshot(path=artifacts / f"dashboard-{address_of}-{width}-{scheme}.png")
        ground = page.evaluate(
            "() => getComputedStyle(document.querySelector('.stApp')).backgroundColor"
        )
        assert ground == ("rgb(23, 24, 21)" if scheme == "dark" else "rgb(251, 250, 247)")
    ours = (address, address.replace("http", "ws"), "data:", "blob:")
    assert [url for url in page.asked if not url.startswith(ours)] == []
    page.context.close()


def test_our_own_fonts_are_drawn_and_no_button_of_streamlits_is_seen(browser, address):
    page = enter(browser, address)
    assert page.evaluate("() => document.fonts.check('600 40px \"Source Serif\"')")
    loaded = page.evaluate(
        "() => [...document.fonts].filter(f => f.status === 'loaded').map(f => f.family)"
    )
    assert {family.strip("'\"") for family in loaded} >= {"Source Serif", "Inter Variable"}
    for part in ("stMainMenu", "stAppDeployButton"):
        assert not page.locator(f"[data-testid={part}]").is_visible()
    page.context.close()


def test_placing_a_customer_answers_each_change_and_shows_the_star(browser, address, artifacts):
    page = enter(browser, address, "predict")
    page.locator(".js-plotly-plot .xtitle").first.wait_for()
    names = set()
    for income, score in (("100000", "90"), ("30000", "85"), ("95000", "12")):
        for label, value in (("Annual income", income), ("Spending score", score)):
            before = page.locator(".co-strips").inner_html()
            field = page.get_by_label(re.compile(f"^{label}")).first
            field.fill(value)
            field.press("Enter")
            page.wait_for_function(
                "old => document.querySelector('.co-strips').innerHTML !== old", arg=before
            )
        names.add(page.locator(".co-answer h2").inner_text())
    assert len(names) > 1
    settled(page)
    stars = page.evaluate(
        "() => document.querySelector('.js-plotly-plot').data"
        ".filter(t => t.name === 'This customer')"
        ".map(t => [t.marker.symbol, t.marker.color, t.marker.line.color])"
    )
    assert stars == [["star", "#E3A008", "#1F2328"]]
    page.screenshot(path=artifacts / "dashboard-star.png")
    page.context.close()


def test_a_logout_reaches_the_open_tab_at_its_next_change(browser, address):
    page = enter(browser, address, "predict")
    page.get_by_role("button", name="Log out").click()
    page.get_by_label("Password", exact=True).wait_for()
    assert not page.locator(".co-answer").is_visible()
    page.context.close()


def test_renaming_a_segment_in_the_browser(browser, address):
    page = enter(browser, address, "profiles")
    page.get_by_role("button", name="Rename or annotate").click()
    page.get_by_role("dialog").get_by_label("Name").fill("Our favourites")
    page.get_by_role("dialog").get_by_label("Name").press("Enter")
    page.get_by_role("button", name="Save").click()
    page.locator(".co-card h3", has_text="Our favourites").wait_for()
    page.context.close()
