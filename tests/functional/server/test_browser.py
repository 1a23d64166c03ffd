"""The server in a real browser: its pages without JavaScript, and what the gate does to tabs."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .conftest import PASSWORD
from .test_starting import Running

pytestmark = [pytest.mark.slow, pytest.mark.browser]

ARGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    data = tmp_path_factory.mktemp("browser") / "data"
    running = Running("--port", 0, "--data-dir", data, "--sign-up", "open")
    yield running
    assert running.end(signal.SIGTERM) == 0
    assert "Traceback" not in running.said


@pytest.fixture(scope="module")
def chrome(chromium: str) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=list(ARGS))
        yield browser
        browser.close()


def sign_up(page: Any, server: Running, name: str) -> None:
    page.goto(f"{server.address}/signup")
    page.fill("#username", name)
    page.fill("#password", PASSWORD)
    page.fill("#again", PASSWORD)
    page.press("#again", "Enter")


def test_everything_of_ones_account_works_without_javascript(chrome: Any, server: Running) -> None:
    context = chrome.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_up(page, server, "noscript")
    page.goto(f"{server.address}/account")
    assert page.inner_text("h1") == "noscript"
    page.fill("#name", "a program")
    page.click("text=Make a token")
    assert page.inner_text(".secret").startswith("cot_")
    page.click("button:has-text('Log out') >> nth=0")
    assert page.url.endswith("/login?notice=out")
    page.wait_for_selector("input[name=username]:focus")
    page.keyboard.type("noscript")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    with page.expect_navigation(url=f"{server.address}/"):
        page.keyboard.press("Enter")
    page.goto(f"{server.address}/password")
    assert page.inner_text("h1") == "Change password"
    context.close()


def test_the_faces_work_behind_the_gate_and_call_nobody(chrome: Any, server: Running) -> None:
    context = chrome.new_context()
    page = context.new_page()
    elsewhere, complaints = [], []
    own = (server.address, server.address.replace("http", "ws"), "data:", "blob:")
    page.on("request", lambda r: None if r.url.startswith(own) else elsewhere.append(r.url))
    page.on("websocket", lambda w: None if w.url.startswith(own) else elsewhere.append(w.url))
    page.on(
        "console",
        lambda m: complaints.append(m.text) if "Content Security Policy" in m.text else None,
    )
    sign_up(page, server, "looker")
    page.wait_for_selector("[data-testid=stMainBlockContainer] h1", timeout=30_000)
    page.goto(f"{server.address}/demo")
    page.wait_for_selector("button:has-text('Find segments')", timeout=30_000)
    page.goto(f"{server.address}/api/v1")
    page.wait_for_load_state("networkidle")
    assert elsewhere == []
    assert complaints == []
    context.close()


def test_a_logout_sends_every_open_tab_to_the_login(chrome: Any, server: Running) -> None:
    context = chrome.new_context()
    tab, other = context.new_page(), context.new_page()
    sign_up(tab, server, "leaver")
    tab.wait_for_selector("[data-testid=stMainBlockContainer] h1", timeout=30_000)
    other.goto(f"{server.address}/account")
    other.click("button:has-text('Log out') >> nth=0")
    # Nobody touches the first tab.
    tab.wait_for_url("**/login?notice=ended", timeout=20_000)
    assert tab.inner_text("h1") == "Log in"
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_nothing_is_cut_off(
    chrome: Any, server: Running, width: int, scheme: str, tmp_path: Path
) -> None:
    context = chrome.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme)
    page = context.new_page()
    sign_up(page, server, f"wide-name-{'w' * 40}-{width}-{scheme}")
    for path in ("/account", "/password", "/logout", "/login/none"):
        page.goto(server.address + path)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, path
    context.clear_cookies()
    for path in ("/login", "/signup"):
        page.goto(server.address + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    context.close()


CONTRASTS = """() => {
  const parse = c => c.match(/[\\d.]+/g).map(Number);
  const light = c => { const [r, g, b] = c.map(v => { v /= 255;
    return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const ground = e => { while (e) { const c = parse(getComputedStyle(e).backgroundColor);
    if (c.length < 4 || c[3] > 0) return c.slice(0, 3);
    e = e.parentElement; } return [255, 255, 255]; };
  const found = [];
  for (const e of document.querySelectorAll('body *')) {
    const own = [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
    if (!own || e.classList.contains('skip')) continue;
    const a = light(parse(getComputedStyle(e).color).slice(0, 3)), b = light(ground(e));
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) found.push([e.tagName, e.textContent.trim().slice(0, 40), ratio]);
  } return found; }"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_has_the_contrast_of_wcag_aa(chrome: Any, server: Running, scheme: str) -> None:
    context = chrome.new_context(color_scheme=scheme)
    page = context.new_page()
    page.goto(f"{server.address}/login")
    page.fill("#username", "nobody")
    page.fill("#password", "wrong")
    page.click("button")
    assert page.evaluate(CONTRASTS) == []
    sign_up(page, server, f"reader-{scheme}")
    for path in ("/account", "/password", "/logout"):
        page.goto(server.address + path)
        assert page.evaluate(CONTRASTS) == [], path
    context.close()
