"""From a shop's order lines to its customers, and on to their segments, in a browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.slow, pytest.mark.browser]

LONG_MS = 180_000
SETTLED = "[data-testid=stApp][data-test-script-state=notRunning]"
Shot = Callable[[Page, str], None]


@pytest.fixture(scope="module")
def desk(real_data: Path, desk: Page) -> Page:
    """Return the same window, on the page that takes a file; all of this needs real data."""
    desk.get_by_role("link", name="Data", exact=True).first.click()
    return desk


def settle(page: Page) -> None:
    page.wait_for_selector(SETTLED, state="attached")


def test_01_order_lines_are_known_by_sight(desk: Page, real_data: Path, shot: Shot):
    desk.locator("input[type=file]").set_input_files(real_data / "online_retail.csv")
    heading = desk.get_by_role("heading", name="These are order lines of 4,372 customers")
    expect(heading).to_be_visible(timeout=LONG_MS)
    settle(desk)
    expect(desk.locator("body")).to_contain_text("135,080 lines")
    expect(desk.get_by_role("button", name="Make one row a customer")).to_be_visible()
    expect(desk.get_by_text("As of which day, and what more")).to_be_visible()  # Below all of them.
    expect(desk.get_by_test_id("stSelectbox").first).to_be_visible()
    shown = desk.get_by_test_id("stSelectbox").evaluate_all(
        "all => all.map(one => one.innerText + (one.querySelector('input') || {}).value).join()"
    )
    for column in ("CustomerID", "InvoiceDate", "InvoiceNo", "StockCode", "UnitPrice"):
        assert column in shown
    shot(desk, "orders-01-seen")


def test_02_one_row_is_made_a_customer_with_progress_shown(desk: Page, shot: Shot):
    desk.get_by_text("RFM scores, and the cell of each customer").click()
    settle(desk)
    desk.get_by_role("button", name="Make one row a customer").click()
    expect(desk.get_by_role("button", name="Cancel")).to_be_visible()
    expect(desk.get_by_role("heading", name="Made from online_retail.csv")).to_be_visible(
        timeout=LONG_MS
    )
    settle(desk)
    body = desk.locator("body")
    expect(body).to_contain_text("online_retail customers.parquet")
    expect(body).to_contain_text("4,338 customers as of 10 December 2011")
    desk.get_by_text("A line can be several of these").scroll_into_view_if_needed()
    row = desk.locator("tr", has=desk.locator("td", has_text="Lines of cancelled orders"))
    expect(row.first).to_contain_text(re.compile("9,?288"))
    shot(desk, "orders-02-made")


def test_03_the_customers_come_as_a_file(desk: Page, tmp_path: Path):
    with desk.expect_download() as found:
        desk.get_by_role("button", name="Download (Parquet)").click()
    path = tmp_path / "customers.parquet"
    found.value.save_as(path)
    frame = pl.read_parquet(path)
    assert frame.height == 4_338
    assert {"recency_days", "frequency", "monetary", "rfm_cell"} <= set(frame.columns)


def test_04_they_are_segmented_on_recency_frequency_and_monetary(desk: Page, shot: Shot):
    desk.get_by_role("button", name="Choose settings").click()
    chosen = desk.get_by_test_id("stMultiSelect").first
    for label in ("Total spend", "Number of purchases", "Days since last purchase"):
        expect(chosen).to_contain_text(label)
    expect(chosen).not_to_contain_text("Time as a customer")
    settle(desk)
    shot(desk, "orders-04-settings")
    desk.get_by_role("button", name="Find the groups").click()
    see = desk.get_by_role("button", name="See the groups")
    expect(see).to_be_visible(timeout=LONG_MS)
    see.click()
    expect(desk.locator(".co-bar")).to_be_visible()
    settle(desk)
    expect(desk.locator(".co-verdict .kind")).not_to_contain_text("natural")
    shot(desk, "orders-04-segments")
