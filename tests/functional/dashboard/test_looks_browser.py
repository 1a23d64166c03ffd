"""Every page at 390 pixels and wide, light and dark: nothing cut off, nothing too pale to read."""

from __future__ import annotations

import pytest
from tests.functional.dashboard.looking import CUT_OFF, FOCUSED, TOO_PALE
from tests.functional.dashboard.test_a_browser import address, browser, enter, settled

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

__all__ = ["address", "browser"]

PAGES = (
    "overview", "data", "explore", "segment", "profiles", "predict", "campaigns", "models",
    "people",
)  # fmt: skip
WINDOWS = ((390, "light"), (390, "dark"), (768, "light"), (1440, "dark"))


def quiet(page):
    """Wait until the page is drawn and nothing of it is on its way out."""
    settled(page)
    page.wait_for_function(
        "() => [...document.querySelectorAll('[data-testid=stMain] [data-testid]')]"
        ".every(part => getComputedStyle(part).opacity === '1' || !part.textContent.trim())"
    )


@pytest.fixture(scope="module")
def window(browser, address):
    """Return a window in which ada is logged in; its login lasts as long as it."""
    page = enter(browser, address)
    yield page
    page.context.close()


def go(page, path):
    """Follow the sidebar's link, which keeps the login of a dashboard that runs alone."""
    page.set_viewport_size({"width": 1440, "height": 900})
    link = page.locator(f"[data-testid=stSidebarNavLink][href$='/{path}']")
    if path == "overview":
        link = page.locator("[data-testid=stSidebarNavLink]").first
    link.click()
    page.locator("[data-testid=stSidebarNavLink][aria-current=page]").wait_for()
    page.locator(".co-title h1, .co-empty").first.wait_for()
    settled(page)


@pytest.mark.parametrize("path", PAGES)
def test_nothing_is_cut_off_or_too_pale(window, path):
    go(window, path)
    told = {}
    for width, scheme in WINDOWS:
        window.set_viewport_size({"width": width, "height": 900})
        window.emulate_media(color_scheme=scheme)
        quiet(window)
        found = window.evaluate(CUT_OFF) + window.evaluate(TOO_PALE)
        if found:
            told[f"{width} {scheme}"] = found
    assert told == {}


@pytest.mark.parametrize("tab", ["Ranges", "Scatter", "Silhouettes"])
def test_no_comparison_is_cut_off_on_a_phone(window, tab):
    go(window, "profiles")
    window.get_by_role("tab", name=tab).click()
    window.set_viewport_size({"width": 390, "height": 900})
    quiet(window)
    assert window.evaluate(CUT_OFF) == []


@pytest.mark.parametrize(
    ("path", "wanted"),
    [("predict", "A real example"), ("profiles", "Rename"), ("overview", "Export the labelled")],
)
def test_the_keyboard_reaches_what_a_page_offers_and_is_seen_there(window, path, wanted):
    go(window, path)
    names, unseen = [], []
    for _ in range(60):
        window.keyboard.press("Tab")
        name, seen = window.evaluate(FOCUSED)
        names.append(name)
        if name and seen != "seen":
            unseen.append(name)
        if wanted in name and len(name) < 60:
            break
    else:
        pytest.fail(f"{wanted} is not reached: {names}")
    assert unseen == []


def test_the_keyboard_can_skip_to_the_page(window):
    go(window, "profiles")
    window.locator("body").evaluate("() => document.activeElement.blur()")
    link = window.get_by_text("Skip to main content")
    for _ in range(90):
        window.keyboard.press("Tab")
        if "Skip to main content" in window.evaluate(FOCUSED)[0]:
            break
    assert window.evaluate(FOCUSED) == ["Skip to main content", "seen"]
    assert link.is_visible()
    window.keyboard.press("Enter")
    assert window.evaluate("() => !!document.activeElement.closest('[data-testid=stMain]')")


def test_the_measures_find_what_is_pale_and_what_is_too_wide(window):
    go(window, "overview")
    window.evaluate(
        """() => {
          const pale = document.createElement("p");
          pale.textContent = "Hardly to be read";
          pale.style.cssText = "color: #bbb; background: #fff; width: 3000px";
          document.querySelector("[data-testid=stMain] .co-title").append(pale);
        }"""
    )
    assert any("Hardly to be read: 1.9" in one for one in window.evaluate(TOO_PALE))
    assert any("too wide" in one for one in window.evaluate(CUT_OFF))
