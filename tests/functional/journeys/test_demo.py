"""The same with Gradio, behind the server's login."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from playwright.sync_api import Page, expect

from coterie.figures import palette

pytestmark = [pytest.mark.slow, pytest.mark.browser]

LONG_MS = 120_000
STAR = """
    () => {
        const plot = document.querySelector('#star-2d .js-plotly-plot');
        const star = plot && plot.data.find(trace => trace.name === 'This customer');
        return star && [star.x[0], star.y[0], star.marker.symbol, star.marker.color];
    }
"""
Shot = Callable[[Page, str], None]


@pytest.fixture(scope="module")
def demo(real_data: Path, desk: Page, server: Any) -> Page:
    """Return the demo in the window of the person who made the first account."""
    desk.goto(f"{server.url}/demo/")
    expect(desk.get_by_role("button", name="Find segments")).to_be_visible()
    return desk


def test_01_a_stranger_is_sent_to_the_login(server: Any, new_window: Callable[..., Page]):
    stranger = new_window()
    stranger.goto(f"{server.url}/demo/")
    expect(stranger.get_by_label("Username")).to_be_visible()
    for path in ("/demo/config", "/demo/gradio_api/info", "/demo/gradio_api/queue/status"):
        assert stranger.request.get(f"{server.url}{path}", max_redirects=0).status in (303, 401)
    upload = stranger.request.post(f"{server.url}/demo/gradio_api/upload", max_redirects=0)
    assert upload.status in (303, 401, 403)


def test_02_a_file_is_segmented(demo: Page, real_data: Path, shot: Shot):
    demo.locator("#file input[type=file]").set_input_files(real_data / "marketing_campaign.csv")
    expect(demo.locator("#status")).to_contain_text("marketing_campaign.csv is here")
    demo.get_by_role("button", name="Find segments").click()
    expect(demo.get_by_role("button", name="Cancel")).to_be_visible()
    expect(demo.locator("#answer .bar")).to_be_visible(timeout=LONG_MS)
    expect(demo.locator("#profiles tbody tr")).not_to_have_count(0)
    expect(demo.locator("#map-2d .js-plotly-plot")).to_be_visible()
    shot(demo, "demo-02-segments")


def test_03_a_customer_gets_a_gold_star(demo: Page, shot: Shot):
    demo.get_by_label("Income").fill("90000")
    demo.wait_for_function(f"() => (({STAR})() || []).includes(90000)")
    assert demo.evaluate(STAR)[2:] == ["star", palette.STAR]
    expect(demo.locator("#placed h2")).to_be_visible()
    shot(demo, "demo-03-placed")


def test_04_the_labelled_customers_come_as_a_file(demo: Page):
    with demo.expect_download() as download:
        demo.locator("#download").click()
    assert len(pl.read_csv(download.value.path(), infer_schema_length=None)) == 2240


def test_05_the_study_stands_on_the_persons_shelf(demo: Page, server: Any, shot: Shot):
    tab = demo.context.new_page()
    tab.set_default_timeout(LONG_MS)
    tab.goto(server.url)
    expect(tab.locator(".co-bar")).to_be_visible()
    tab.goto(f"{server.url}/demo/")
    tab.locator("#opened input").click()
    tab.get_by_role("option").first.click()
    expect(tab.locator("#answer h2")).to_contain_text("marketing_campaign")
    shot(tab, "demo-05-opened")
    tab.close()


def test_06_after_the_logout_an_open_page_does_nothing_more(demo: Page, server: Any, shot: Shot):
    before = demo.locator("#placed h2").inner_text()
    tab = demo.context.new_page()
    tab.goto(f"{server.url}/account")
    tab.get_by_role("button", name="Log out").first.click()
    expect(tab.get_by_label("Username")).to_be_visible()
    demo.get_by_label("Income").fill("20000")
    demo.wait_for_timeout(3_000)
    assert demo.locator("#placed h2").inner_text() == before
    assert 20000 not in demo.evaluate(STAR)
    shot(demo, "demo-06-logged-out")
    demo.goto(f"{server.url}/demo/")
    expect(demo.get_by_label("Username")).to_be_visible()


def test_07_nothing_was_asked_of_another_machine(demo: Page, watched: Any):
    assert watched.hosts == {"127.0.0.1"}
    assert watched.faults == []
