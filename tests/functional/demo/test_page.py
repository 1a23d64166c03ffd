"""The Gradio page in a real browser."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import polars as pl
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from coterie.figures import palette
from coterie.tables.synthetic import write_sample

pytestmark = [pytest.mark.slow, pytest.mark.browser]

OPTIONS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
TRAIN_MS = 60_000
STAR = """
    id => {
        const plot = document.querySelector(`#${id} .js-plotly-plot`);
        const trace = plot && plot.data.find(t => t.name === 'This customer');
        if (trace) return [trace.x[0], trace.y[0], trace.marker.symbol, trace.marker.color];
        const scene = plot && plot.layout.scene;
        const star = scene && (scene.annotations || []).find(a => a.name === 'This customer');
        return star ? [star.x, star.y, star.z, star.text, star.font.color] : null;
    }
"""


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=OPTIONS)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def shots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    named = os.environ.get("COTERIE_ARTIFACTS")
    folder = Path(named) if named else tmp_path_factory.mktemp("shots")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def page(browser: Browser, demo_url: str) -> Iterator[Page]:
    opened = open_page(browser, demo_url, 1440)
    yield opened
    opened.context.close()


@pytest.fixture(scope="module")
def trained(browser: Browser, demo_url: str) -> Iterator[Page]:
    """Return a page that shows the segments of the sample customers."""
    opened = open_page(browser, demo_url, 1440)
    train_on_sample(opened)
    yield opened
    opened.context.close()


def open_page(browser: Browser, url: str, width: int, **more: Any) -> Page:
    """Open the app in a window of its own; a fault of its scripts fails the test."""
    page = browser.new_context(viewport={"width": width, "height": 900}, **more).new_page()
    page.set_default_timeout(15_000)
    page.goto(url)
    expect(page.get_by_role("button", name="Find segments")).to_be_visible()
    return page


def train_on_sample(page: Page, name: str = "Sample customers") -> None:
    page.get_by_label(name).check()
    page.get_by_role("button", name="Find segments").click()
    expect(page.locator("#answer .bar")).to_be_visible(timeout=TRAIN_MS)
    page.wait_for_selector("#map-2d .js-plotly-plot .main-svg")
    page.wait_for_selector("#begin")


def star_of(page: Page, plot: str) -> list[Any]:
    return page.wait_for_function(STAR, arg=plot).json_value()


def test_a_customer_gets_a_gold_star(trained: Page, shots: Path):
    page = trained
    assert page.locator("#answer .key li").count() == 5
    expect(page.locator("#profiles tbody tr")).to_have_count(5)
    for plot in ("map-2d", "elbow", "silhouettes", "star-2d"):
        expect(page.locator(f"#{plot} .js-plotly-plot")).to_be_visible()
    page.get_by_label("Annual income").fill("120000")
    page.get_by_label("Spending score").fill("90")
    page.get_by_label("Savings").fill("21000")
    expect(page.locator("#placed h2")).to_contain_text("Stars")
    page.wait_for_function(f"id => ({STAR})(id)[0] === 21000", arg="star-2d")
    assert star_of(page, "star-2d") == [21000, 90, "star", palette.STAR]
    page.get_by_role("tab", name="Three features").last.click()
    assert star_of(page, "star-3d") == [21000, 90, 120000, "★", palette.STAR]
    page.screenshot(path=shots / "demo-1440.png", full_page=True)


def test_a_real_customer_is_one_click_away(trained: Page):
    trained.locator("#begin input").click()
    trained.get_by_role("option", name="A real one: Careful high earners").click()
    expect(trained.locator("#placed h2")).to_contain_text("Careful high earners")


def test_a_customer_of_whom_nothing_is_known_is_said_to_be_so(trained: Page):
    for label in ("Age", "Annual income", "Spending score", "Savings"):
        trained.get_by_label(label).fill("")
    expect(trained.locator("#placed")).to_contain_text("no value to place a customer by")
    expect(trained.locator("body")).not_to_contain_text("Traceback")


def test_another_page_sees_nothing_of_it(trained: Page, page: Page):
    expect(trained.locator("#answer .bar")).to_be_visible()
    expect(page.locator("#answer .bar")).to_be_hidden()


def test_the_form_changes_with_the_study(trained: Page):
    trained.get_by_label("Sample campaign").check()
    trained.get_by_role("button", name="Find segments").click()
    expect(trained.locator("#answer h2")).to_contain_text("campaign", timeout=TRAIN_MS)
    expect(trained.get_by_label("Spending score")).to_have_count(0)
    expect(trained.get_by_label("Income")).to_be_visible()


def test_a_file_of_ones_own_gives_a_labelled_file(page: Page, tmp_path: Path):
    path, _ = write_sample("customers", 300, 3, 1, tmp_path / "own.csv")
    page.locator("#file input[type=file]").set_input_files(path)
    expect(page.locator("#status")).to_contain_text("own.csv is here")
    page.get_by_label("I decide").check()
    expect(page.locator("#k")).to_be_visible()
    page.locator("#k input[type=number]").fill("4")
    page.get_by_role("button", name="Find segments").click()
    expect(page.locator("#answer .key li")).to_have_count(4, timeout=TRAIN_MS)
    with page.expect_download() as download:
        page.locator("#download").click()
    assert len(pl.read_csv(download.value.path())) == 300


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("picture.csv", b"\x89PNG\r\n\x1a\n" + bytes(200), "picture.csv"),
        ("empty.csv", b"", "empty.csv is empty"),
        ("damaged.xlsx", b"PK\x03\x04 nothing behind", "damaged.xlsx is damaged"),
    ],
)
def test_a_wrong_file_is_refused_in_a_sentence(
    page: Page, tmp_path: Path, name: str, content: bytes, said: str
):
    (tmp_path / name).write_bytes(content)
    page.locator("#file input[type=file]").set_input_files(tmp_path / name)
    expect(page.locator("#status")).to_contain_text(said)
    expect(page.locator("body")).not_to_contain_text("Traceback")


def test_nothing_chosen_is_said_in_a_sentence(page: Page):
    page.get_by_role("button", name="Find segments").click()
    expect(page.locator("#status")).to_contain_text("Choose a file, or one of the samples")


def test_a_training_can_be_cancelled(page: Page):
    page.get_by_label("Sample customers").check()
    page.get_by_role("button", name="Find segments").click()
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("#status")).to_contain_text("Cancelled")
    expect(page.get_by_role("button", name="Cancel")).to_be_hidden()
    expect(page.get_by_role("button", name="Find segments")).to_be_enabled()


def test_in_the_dark_on_a_phone_nothing_is_cut_off_nor_fetched_from_elsewhere(
    browser: Browser, demo_url: str, shots: Path
):
    page = open_page(browser, demo_url, 390, color_scheme="dark")
    asked: list[str] = []
    faults: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    page.reload()
    train_on_sample(page)
    page.get_by_role("tab", name="Three features").first.click()
    page.wait_for_selector("#map-3d canvas")
    page.screenshot(path=shots / "demo-390-dark.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert {urlsplit(url).hostname for url in asked if url.startswith("http")} == {"127.0.0.1"}
    assert faults == []
    page.context.close()
