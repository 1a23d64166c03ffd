"""As a marketing analyst would: from the first link to a labelled file, and out again."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from playwright.sync_api import Page, expect

from coterie.figures import palette

pytestmark = [pytest.mark.slow, pytest.mark.browser]

LONG_MS = 120_000
SETTLED = "[data-testid=stApp][data-test-script-state=notRunning]"
STAR = """
    colour => [...document.querySelectorAll('.js-plotly-plot')].flatMap(plot => plot.data || [])
        .filter(trace => trace.marker && trace.marker.symbol === 'star'
            && trace.marker.color === colour)
        .map(trace => [trace.x[0], trace.y[0]])[0]
"""
Shot = Callable[[Page, str], None]


def settle(page: Page) -> None:
    """Wait until the script of the page has run."""
    page.wait_for_selector(SETTLED, state="attached")


def step(page: Page, name: str) -> None:
    """Go to a page by the dashboard's own list."""
    page.get_by_role("link", name=name, exact=True).first.click()


@pytest.fixture(scope="module")
def desk(real_data: Path, desk: Page) -> Page:
    """Return the same window; one walk after the other needs real data."""
    return desk


def test_01_the_first_account_is_made_by_the_printed_link_once(
    desk: Page, server: Any, new_window: Callable[..., Page], shot: Shot
):
    expect(desk.get_by_role("heading", name="Welcome")).to_be_visible()
    expect(desk.locator("[data-testid=stSidebar]")).to_contain_text("admin")
    shot(desk, "01-welcome")
    stranger = new_window()
    stranger.goto(server.first)
    expect(stranger.get_by_role("button", name="Make the account")).to_have_count(0)
    shot(stranger, "01-link-used")


def test_02_out_and_in_again_by_the_login_page(desk: Page, server: Any, password: str, shot: Shot):
    desk.get_by_role("button", name="Log out").click()
    expect(desk.get_by_label("Username")).to_be_visible()
    shot(desk, "02-login")
    desk.goto(f"{server.url}/login")
    desk.get_by_label("Username").fill("ada")
    desk.get_by_label("Password").fill(password + " not")
    desk.get_by_role("button", name="Log in").click()
    expect(desk.get_by_role("alert")).to_be_visible()
    desk.get_by_label("Password").fill(password)
    desk.get_by_role("button", name="Log in").click()
    expect(desk.get_by_role("heading", name="Welcome")).to_be_visible()


def test_03_a_file_of_ones_own_is_understood(desk: Page, real_data: Path, shot: Shot):
    step(desk, "Data")
    desk.locator("input[type=file]").set_input_files(real_data / "marketing_campaign.csv")
    expect(desk.get_by_role("button", name="Find the groups")).to_be_visible()
    settle(desk)
    expect(desk.locator("body")).to_contain_text("2,240")
    shot(desk, "03-data")


def test_04_the_table_is_explored(desk: Page, shot: Shot):
    desk.get_by_role("button", name="Explore first").click()
    expect(desk.get_by_role("heading", name="Explore")).to_be_visible()
    settle(desk)
    row = desk.get_by_role("row", name=re.compile("^Year of birth"))
    expect(row.get_by_role("cell", name="1970")).to_be_visible()  # the median
    shot(desk, "04-explore")
    desk.get_by_text("Correlations", exact=True).click()
    expect(desk.locator(".js-plotly-plot").first).to_be_visible()
    shot(desk, "04-correlations")


def test_05_groups_are_found_with_progress_shown(desk: Page, shot: Shot):
    step(desk, "Data")
    desk.get_by_role("button", name="Find the groups").click()
    expect(desk.get_by_role("button", name="Cancel")).to_be_visible()
    shot(desk, "05-training")
    see = desk.get_by_role("button", name="See the groups")
    expect(see).to_be_visible(timeout=LONG_MS)
    see.click()
    expect(desk.locator(".co-bar")).to_be_visible()
    expect(desk.locator(".co-key li")).not_to_have_count(0)
    settle(desk)
    shot(desk, "05-overview")


def test_06_profiles_name_each_segment(desk: Page, shot: Shot):
    names = [
        name.strip() for name in desk.locator(".co-key li span:not(.co-disc)").all_inner_texts()
    ]
    assert len(names) > 1
    step(desk, "Profiles")
    for name in names:
        expect(desk.get_by_role("heading", name=name).first).to_be_visible()
    settle(desk)
    shot(desk, "06-profiles")


def test_07_a_customer_is_placed_and_gets_a_gold_star(desk: Page, shot: Shot):
    step(desk, "Predict")
    income = desk.get_by_label(re.compile("^Income"))
    expect(income).to_be_visible()
    expect(desk.locator(".co-answer h2")).to_be_visible()
    before = desk.wait_for_function(STAR, arg=palette.STAR).json_value()
    income.fill("90000")
    income.press("Enter")
    desk.wait_for_function(f"colour => (({STAR})(colour) || [])[1] === 90000", arg=palette.STAR)
    after = desk.wait_for_function(STAR, arg=palette.STAR).json_value()
    assert after != before
    settle(desk)
    shot(desk, "07-predict")


def test_08_the_labelled_customers_come_as_a_file(desk: Page):
    step(desk, "Overview")
    with desk.expect_download() as download:
        desk.get_by_role("button", name="Export the labelled customers").click()
    frame = pl.read_csv(download.value.path(), infer_schema_length=None)
    assert len(frame) == 2240
    assert {"segment_id", "segment", "confidence"} <= set(frame.columns)


def test_09_the_other_pages_show_no_fault(desk: Page, shot: Shot):
    for name in ("Campaigns", "Models", "People", "Segment"):
        step(desk, name)
        expect(desk.locator("h1").first).to_be_visible()
        settle(desk)
        expect(desk.locator("[data-testid=stException]")).to_have_count(0)
        expect(desk.locator("body")).not_to_contain_text("Traceback")
        shot(desk, f"09-{name.lower()}")


def test_10_a_logout_reaches_the_second_tab(desk: Page, server: Any, shot: Shot):
    tab = desk.context.new_page()
    tab.set_default_timeout(LONG_MS)
    tab.goto(f"{server.url}/profiles")
    expect(tab.locator("h1").first).to_be_visible()
    settle(tab)
    desk.get_by_role("button", name="Log out").click()
    expect(desk.get_by_label("Username")).to_be_visible()
    if tab.locator("h1", has_text="Profiles").count():
        tab.get_by_role("link", name="Models", exact=True).first.click()
    expect(tab.locator(".co-card, [data-testid=stDataFrame]")).to_have_count(0)
    expect(tab.get_by_text("Log in").first).to_be_visible()
    shot(tab, "10-second-tab")


@pytest.mark.parametrize("path", ["/", "/profiles", "/demo/", "/api/v1/models", "/account"])
def test_11_whoever_is_logged_out_is_refused(desk: Page, server: Any, path: str):
    answer = desk.context.request.get(f"{server.url}{path}", max_redirects=0)
    assert answer.status in (302, 303, 307, 401)
    assert "marketing" not in answer.text()
    if path == "/":
        desk.goto(f"{server.url}/")
        expect(desk.get_by_label("Username")).to_be_visible()


def test_12_nothing_was_asked_of_another_machine(desk: Page, watched: Any):
    assert watched.hosts == {"127.0.0.1"}
    assert watched.faults == []
