"""The pages in a real browser: nothing fetched, nothing cut off, everything printed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from coterie.report import render_exploration, render_report

pytestmark = pytest.mark.slow

OVERFLOWING = """() => [...document.querySelectorAll('body *')]
  .filter((e) => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest('.scroll'))
  .map((e) => e.tagName + '.' + e.className)"""


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu",
                 "--use-gl=swiftshader", "--enable-unsafe-swiftshader"]  # fmt: skip
        running = playwright.chromium.launch(executable_path=chromium, args=flags)
        yield running
        running.close()


@pytest.fixture(scope="module")
def pages(tmp_path_factory, make_report, make_exploration, long_name) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    hostile = "<img src=https://example.com/x onerror=document.title='taken'>"
    views = {
        "five": render_report(make_report(5, painted=True)),
        "twelve": render_report(
            make_report(12, name=lambda i: f"{long_name} {i}", label=long_name, painted=True)
        ),
        "one": render_report(
            replace(make_report(1, painted=True), name=long_name.replace(" ", "_"))
        ),
        "hostile": render_report(make_report(2, name=lambda i: f"{hostile}{i}", label=hostile)),
        "exploration": render_exploration(make_exploration(long_name)),
    }
    paths = {name: folder / f"{name}.html" for name in views}
    for name, path in paths.items():
        path.write_text(views[name], encoding="utf-8")
    return paths


def opened(browser, path, *, width=1440, scheme="light"):
    """Open a page and scroll through it, so that every chart is drawn."""
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.seen = {"requests": [], "errors": []}
    page.on("request", lambda request: page.seen["requests"].append(request.url))
    page.on("pageerror", lambda error: page.seen["errors"].append(str(error)))
    page.on(
        "console",
        lambda said: page.seen["errors"].append(said.text) if said.type == "error" else None,
    )
    page.goto(path.as_uri())
    for place in page.locator(".plot:visible").all():
        place.scroll_into_view_if_needed()
        page.wait_for_function(
            "(e) => e.classList.contains('js-plotly-plot')", arg=place.element_handle()
        )
    return page


@pytest.mark.parametrize("name", ["five", "twelve", "one", "hostile", "exploration"])
@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (768, "dark"), (390, "light")])
def test_pages_fetch_nothing_and_nothing_is_cut_off(browser, pages, name, width, scheme):
    page = opened(browser, pages[name], width=width, scheme=scheme)
    fetched = [
        url for url in page.seen["requests"] if not url.startswith(("file:", "data:", "blob:"))
    ]
    assert fetched == []
    assert page.seen["errors"] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(OVERFLOWING) == []
    assert "taken" not in page.title()
    page.close()


def test_the_answer_is_on_the_first_screen(browser, pages):
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.goto(pages["five"].as_uri())
    for place in (".verdict .say", ".bar", ".key", "[role=tablist]", ".plot >> nth=0"):
        assert page.locator(place).first.bounding_box()["y"] < 620, place
    page.close()


def test_tabs_answer_to_the_keyboard(browser, pages):
    page = opened(browser, pages["five"])
    page.get_by_role("tab", name="Two features").focus()
    page.keyboard.press("ArrowRight")
    assert page.get_by_role("tab", name="Three features").get_attribute("aria-selected") == "true"
    page.keyboard.press("ArrowRight")
    panel = page.get_by_role("tabpanel")
    assert panel.count() == 1
    assert "All features at once" in panel.inner_text()
    page.close()


def test_print_shows_every_still_and_every_profile(browser, pages):
    page = opened(browser, pages["five"])
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    stills = page.locator("img.still")
    assert all(still.is_visible() for still in stills.all())
    assert page.locator(".plot:visible").count() == 0
    assert all(table.is_visible() for table in page.locator("details table").all())
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("details[open]").count() == 0
    page.close()


def test_without_scripts_the_stills_are_shown(browser, pages):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(pages["five"].as_uri())
    assert all(still.is_visible() for still in page.locator("img.still").all())
    context.close()


def test_the_dark_changes_the_axes_and_never_a_segment(browser, pages):
    page = opened(browser, pages["five"])

    def colours() -> tuple[str, str]:
        first = page.locator(".plot").first
        return first.evaluate("(e) => [e.layout.font.color, e.data[0].marker.color]")

    light = colours()
    page.emulate_media(color_scheme="dark")
    page.wait_for_function("document.querySelector('.plot').layout.font.color !== '#1F2328'")
    dark = colours()
    assert light[0] != dark[0]
    assert light[1] == dark[1]
    page.close()
